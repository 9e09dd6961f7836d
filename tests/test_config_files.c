/* SPDX-License-Identifier: MIT */
/* Inventories that are no plain, small, readable file. */
#include "config_fixture.h"

#include <fcntl.h>

#include "config/document.h"
#include "config/file.h"

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture_begin(fixture);
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    fixture_end(*state);
    free(*state);
    return 0;
}

static void hosts_give(struct fixture *fixture, const char *said)
{
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), said);
    assert_int_equal(fixture->model->host_count, 0);
}

static void a_missing_file_is_told(void **state)
{
    hosts_give(*state, "hosts.yaml: cannot be read: No such file or directory\n");
}

static void a_directory_is_told(void **state)
{
    assert_int_equal(mkdir("hosts.yaml", 0700), 0);
    hosts_give(*state, "hosts.yaml: a directory; for all files in it name '*.yaml' behind it\n");
}

static void a_fifo_nobody_writes_to_holds_nothing_up(void **state)
{
    assert_int_equal(mkfifo("hosts.yaml", 0600), 0);
    hosts_give(*state, "hosts.yaml: not a regular file\n");
}

static void a_device_is_told(void **state)
{
    assert_int_equal(symlink("/dev/zero", "hosts.yaml"), 0);
    hosts_give(*state, "hosts.yaml: not a regular file\n");
}

static void a_file_without_the_right_to_read_is_told(void **state)
{
    if (geteuid() == 0)
        skip();
    fixture_write("hosts.yaml", "hosts: {}\n");
    assert_int_equal(chmod("hosts.yaml", 0), 0);
    hosts_give(*state, "hosts.yaml: cannot be read: Permission denied\n");
}

/* Comments, so that libyaml has little to do. */
static void write_size(size_t bytes)
{
    char line[1024];
    FILE *file = fopen("hosts.yaml", "wb");
    assert_non_null(file);
    memset(line, '#', sizeof line);
    line[sizeof line - 1] = '\n';
    for (size_t left = bytes; left > 0;) {
        size_t count = left < sizeof line ? left : sizeof line;
        assert_int_equal(fwrite(line, 1, count, file), count);
        left -= count;
    }
    assert_int_equal(fclose(file), 0);
}

static void sixteen_megabytes_are_read_and_a_byte_more_is_not(void **state)
{
    write_size(CONFIG_FILE_MAX_BYTES);
    hosts_give(*state, "warning: hosts.yaml: nothing is in this file\n");
    write_size(CONFIG_FILE_MAX_BYTES + 1);
    hosts_give(*state, "hosts.yaml: larger than 16 MB, which no file here may be: split it\n");
}

/* A file of /proc has size 0 and grows while it is read: as a file does that is being written. */
static void a_file_is_measured_while_it_is_read_too(void **state)
{
    struct buf bytes;
    struct err err = ERR_INIT;
    struct stat status;
    (void)state;
    if (stat("/proc/self/maps", &status) != 0 || status.st_size != 0)
        skip();
    buf_init(&bytes, 16);
    assert_int_equal(config_file_read("/proc/self/maps", &bytes, &err), -1);
    assert_int_equal(err.kind, ERR_LIMIT);
    buf_free(&bytes);
}

static void more_nodes_than_the_maximum_are_refused(void **state)
{
    size_t count = (size_t)CONFIG_DOCUMENT_MAX_NODES * 2 + 16;
    char *text = malloc(count);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "x-list: [");
    while (used < count - 3) {
        text[used++] = 'a';
        text[used++] = ',';
    }
    text[used++] = ']';
    fixture_write_bytes("hosts.yaml", text, used);
    free(text);
    hosts_give(*state, "hosts.yaml: more than 2000000 keys and values: split the file\n");
}

static void load_pattern(struct fixture *fixture, const char *pattern)
{
    const char *inventories[] = {pattern};
    struct config_sources sources = {.inventories = inventories, .inventory_count = 1};
    fixture_load(fixture, &sources);
}

/* Each of these files is empty, so that it is named by a warning. */
static void a_pattern_may_have_wildcards_in_every_part(void **state)
{
    struct fixture *fixture = *state;
    char pattern[128];
    assert_int_equal(mkdir("b", 0700), 0);
    assert_int_equal(mkdir("a", 0700), 0);
    assert_int_equal(mkdir("a/sub.yaml", 0700), 0);
    fixture_write("b/2.yaml", "");
    fixture_write("b/10.yaml", "");
    fixture_write("b/.hidden.yaml", "");
    fixture_write("b/3.yml", "");
    fixture_write("a/x.yaml", "");
    load_pattern(fixture, "?/*.yaml");
    assert_string_equal(fixture_said(fixture),
                        "a/sub.yaml: a directory; for all files in it name '*.yaml' behind it\n"
                        "warning: a/x.yaml: nothing is in this file\n"
                        "warning: b/10.yaml: nothing is in this file\n"
                        "warning: b/2.yaml: nothing is in this file\n");
    snprintf(pattern, sizeof pattern, "%s//[b]/[!0-9]*", fixture->dir);
    load_pattern(fixture, pattern);
    assert_non_null(strstr(fixture_said(fixture), "no file matches"));
    load_pattern(fixture, "b/[23].y*ml");
    assert_string_equal(fixture_said(fixture), "warning: b/2.yaml: nothing is in this file\n"
                                               "warning: b/3.yml: nothing is in this file\n");
    load_pattern(fixture, "*/");
    assert_string_equal(fixture_said(fixture),
                        "warning: <Plugin mi> Inventory \"*/\": no file matches\n");
}

static void a_directory_that_a_pattern_may_not_read_is_told(void **state)
{
    struct fixture *fixture = *state;
    if (geteuid() == 0)
        skip();
    assert_int_equal(mkdir("closed", 0), 0);
    load_pattern(fixture, "closed/*.yaml");
    assert_string_equal(
        fixture_said(fixture),
        "<Plugin mi> Inventory \"closed/*.yaml\": the directory 'closed/' cannot be "
        "read: Permission denied\n");
}

static void one_file_under_two_names_is_read_once(void **state)
{
    struct fixture *fixture = *state;
    fixture_write("a.yaml", "x-note: 1\n");
    assert_int_equal(symlink("a.yaml", "b.yaml"), 0);
    load_pattern(fixture, "*.yaml");
    assert_string_equal(fixture_said(fixture),
                        "warning: b.yaml: this inventory is named twice, it is read once\n");
}

static void no_inventory_at_all_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct config_sources sources = {0};
    fixture_load(fixture, &sources);
    assert_string_equal(fixture_said(fixture),
                        "<Plugin mi>: no 'Inventory' names the file with the hosts\n");
    assert_int_equal(fixture->report.warning_count, 0);
    assert_int_equal(fixture->report.error_count, 1);
}

static void missing_shipped_modules_are_told(void **state)
{
    struct fixture *fixture = *state;
    const char *inventories[] = {"hosts.yaml"};
    struct config_sources sources = {.shipped_module_dir = "/nonexistent/modules",
                                     .inventories = inventories,
                                     .inventory_count = 1};
    fixture_write("hosts.yaml", "hosts: {}\n");
    fixture_load(fixture, &sources);
    assert_string_equal(
        fixture_said(fixture),
        "warning: the shipped modules, \"/nonexistent/modules\": cannot be read: No "
        "such file or directory\n");
}

static void no_complaint_ever_holds_the_password(void **state)
{
    struct fixture *fixture = *state;
    fixture_write("secret", "hunter2hunter2\n");
    fixture_write("hosts.yaml", "auths:\n"
                                "  a: {method: basic, user: u, password_file: secret}\n"
                                "  b: {method: basic, user: u, password: hunter2hunter2}\n"
                                "  c: {method: basic, user: u, password_file: [hunter2hunter2]}\n"
                                "  d: {method: basic, user: u, password: {hunter2hunter2}}\n"
                                "hosts: {h: {auth: a}}\n");
    fixture_load_here(fixture);
    assert_int_equal(fixture->report.error_count, 4);
    assert_null(strstr(fixture_said(fixture), "hunter2"));
}

#define FILES_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILES_TEST(a_missing_file_is_told),
        FILES_TEST(a_directory_is_told),
        FILES_TEST(a_fifo_nobody_writes_to_holds_nothing_up),
        FILES_TEST(a_device_is_told),
        FILES_TEST(a_file_without_the_right_to_read_is_told),
        FILES_TEST(sixteen_megabytes_are_read_and_a_byte_more_is_not),
        FILES_TEST(a_file_is_measured_while_it_is_read_too),
        FILES_TEST(more_nodes_than_the_maximum_are_refused),
        FILES_TEST(a_pattern_may_have_wildcards_in_every_part),
        FILES_TEST(a_directory_that_a_pattern_may_not_read_is_told),
        FILES_TEST(one_file_under_two_names_is_read_once),
        FILES_TEST(no_inventory_at_all_is_an_error),
        FILES_TEST(missing_shipped_modules_are_told),
        FILES_TEST(no_complaint_ever_holds_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
