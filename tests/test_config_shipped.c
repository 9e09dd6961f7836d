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

static int is_module(const struct dirent *entry)
{
    return strstr(entry->d_name, ".yaml") != NULL;
}

/* All of conf/modules, sorted, as a host uses them. Each file is named after its module. */
static void list_modules(struct buf *uses)
{
    char path[4096];
    struct dirent **files = NULL;
    snprintf(path, sizeof path, "%s/conf/modules", fixture_source());
    int count = scandir(path, &files, is_module, alphasort);
    assert_in_range(count, 6, 1000);
    for (int i = 0; i < count; i++) {
        char name[256];
        char line[300];
        snprintf(name, sizeof name, "%.*s", (int)strlen(files[i]->d_name) - 5, files[i]->d_name);
        snprintf(line, sizeof line, "\nmodule: %s\n", name);
        snprintf(path, sizeof path, "%s/conf/modules/%s", fixture_source(), files[i]->d_name);
        char *text = fixture_read(path, NULL);
        if (strstr(text, line) == NULL)
            fail_msg("%s has no line 'module: %s'", path, name);
        buf_add_format(uses, "%s, ", name);
        free(text);
        free(files[i]);
    }
    free(files);
}

/* All on one host: no two of them have one name, under either naming. */
static void every_shipped_module_gives_its_names(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    struct buf out;
    char path[4096];
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                        "defaults:\n"
                        "  auth: a\n"
                        "  modules: [");
    list_modules(&text);
    buf_add_text(&text, "]\n"
                        "hosts: {native: {}, windows: {naming: windows}}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    load_with_shipped_modules(fixture);
    assert_string_equal(fixture_said(fixture), "");
    fixture_print(&out, fixture->model, SHOW_HOST | SHOW_INSTANCE | SHOW_METRIC);
    snprintf(path, sizeof path, "%s/tests/data/shipped_names", fixture_source());
    if (fixture_is_writing()) {
        fixture_write(path, buf_text(&out));
    } else {
        char *expected = fixture_read(path, NULL);
        assert_string_equal(buf_text(&out), expected);
        free(expected);
    }
    buf_free(&text);
    buf_free(&out);
}

#define SHIPPED_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIPPED_TEST(the_example_inventory_loads_without_a_word),
        SHIPPED_TEST(every_shipped_module_gives_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
