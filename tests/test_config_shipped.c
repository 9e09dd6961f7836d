/* SPDX-License-Identifier: MIT */
/* What is shipped in conf/ loads without a word. */
#include "config_fixture.h"

#include <dirent.h>

static void load_with_shipped_modules(struct fixture *fixture)
{
    char modules[4096];
    const char *inventories[] = {"hosts.yaml"};
    snprintf(modules, sizeof modules, "%s/conf/modules", fixture_source());
    struct config_sources sources = {.shipped_module_dir = modules,
                                     .inventories = inventories,
                                     .inventory_count = 1,
                                     .default_interval_ms = 30000};
    fixture_load(fixture, &sources);
}

/* New: free it. The password file of the example is the one that is here. */
static char *with_password_here(char *text)
{
    static const char path[] = "/etc/collectd/mi/monitor.password";
    char *place = strstr(text, path);
    assert_non_null(place);
    memcpy(place, "secret", 6);
    memset(place + 6, ' ', strlen(path) - 6);
    return text;
}

static void the_example_inventory_loads_without_a_word(void **state)
{
    struct fixture *fixture = *state;
    char path[4096];
    snprintf(path, sizeof path, "%s/conf/hosts.yaml", fixture_source());
    char *text = with_password_here(fixture_read(path, NULL));
    fixture_write("hosts.yaml", text);
    free(text);
    load_with_shipped_modules(fixture);
    assert_string_equal(fixture_said(fixture), "");
    assert_int_equal(fixture->report.host_count, 5);
    assert_int_equal(fixture->report.skipped_host_count, 0);
}

static void every_shipped_module_gives_its_names(void **state)
{
    struct fixture *fixture = *state;
    struct buf out;
    char path[4096];
    fixture_write("hosts.yaml",
                  "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                  "hosts:\n"
                  "  h:\n"
                  "    auth: a\n"
                  "    modules: [os, cpu, memory, logical_disk, system,\n"
                  "              {interface: {keys: {Name: ['Intel[R] PRO_1000']}}}]\n"
                  "    extra_modules: [{cpu: {keys: {Name: ['0', '1']}}}]\n");
    load_with_shipped_modules(fixture);
    assert_string_equal(fixture_said(fixture), "");
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    fixture_print(&out, fixture->model, SHOW_INSTANCE | SHOW_METRIC);
    snprintf(path, sizeof path, "%s/tests/data/shipped_names", fixture_source());
    if (fixture_is_writing()) {
        fixture_write(path, buf_text(&out));
    } else {
        char *expected = fixture_read(path, NULL);
        assert_string_equal(buf_text(&out), expected);
        free(expected);
    }
    buf_free(&out);
}

static void a_module_file_is_named_after_its_module(void **state)
{
    struct fixture *fixture = *state;
    char path[4096];
    struct dirent *entry;
    size_t count = 0;
    (void)fixture;
    snprintf(path, sizeof path, "%s/conf/modules", fixture_source());
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char line[300];
        if (strstr(entry->d_name, ".yaml") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/conf/modules/%s", fixture_source(), entry->d_name);
        char *text = fixture_read(path, NULL);
        snprintf(line, sizeof line, "\nmodule: %.*s\n", (int)(strlen(entry->d_name) - 5),
                 entry->d_name);
        assert_non_null(strstr(text, line));
        free(text);
        count++;
    }
    closedir(dir);
    assert_int_equal(count, 6);
}

#define SHIPPED_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIPPED_TEST(the_example_inventory_loads_without_a_word),
        SHIPPED_TEST(every_shipped_module_gives_its_names),
        SHIPPED_TEST(a_module_file_is_named_after_its_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
