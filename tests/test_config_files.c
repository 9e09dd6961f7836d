/* SPDX-License-Identifier: MIT */
/* Inventories that are no plain, small, readable file. */
#include "config_fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/prctl.h>

#include "config/document.h"
#include "config/file.h"

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
    hosts_give(*state, "hosts.yaml: not a regular file: a FIFO, socket or device is not read\n");
}

static void a_device_is_told(void **state)
{
    assert_int_equal(symlink("/dev/zero", "hosts.yaml"), 0);
    hosts_give(*state, "hosts.yaml: not a regular file: a FIFO, socket or device is not read\n");
}

#define NOBODY 65534

/* root may read everything: it takes another user's place until the test ends. */
static void become_somebody(const struct fixture *fixture)
{
    if (getuid() != 0)
        return;
    assert_int_equal(chown(fixture->dir, NOBODY, NOBODY), 0);
    assert_int_equal(seteuid(NOBODY), 0);
}

/* The leak sanitizer needs a process that may be looked at, as it is no longer after seteuid. */
static int become_oneself(void **state)
{
    int failed = seteuid(getuid());
    prctl(PR_SET_DUMPABLE, 1);
    return failed != 0 ? failed : fixture_teardown(state);
}

static void a_file_without_the_right_to_read_is_told(void **state)
{
    become_somebody(*state);
    fixture_write("hosts.yaml", "hosts: {}\n");
    assert_int_equal(chmod("hosts.yaml", 0), 0);
    hosts_give(*state, "hosts.yaml: cannot be read: Permission denied\n");
}

/* As any user: a file of /proc that gives nothing but an error. */
static void a_file_that_cannot_be_read_to_its_end_is_told(void **state)
{
    assert_int_equal(symlink("/proc/self/mem", "hosts.yaml"), 0);
    hosts_give(*state, "hosts.yaml: cannot be read: Input/output error\n");
}

static void a_symlink_to_itself_is_told(void **state)
{
    assert_int_equal(symlink("hosts.yaml", "hosts.yaml"), 0);
    hosts_give(*state, "hosts.yaml: cannot be read: Too many levels of symbolic links\n");
}

static void an_empty_file_is_told(void **state)
{
    fixture_write("hosts.yaml", "");
    hosts_give(*state, "warning: hosts.yaml: nothing is in this file\n");
}

static void what_is_no_file_in_a_module_folder_costs_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mkdir("modules", 0700), 0);
    assert_int_equal(mkdir("modules/a.yaml", 0700), 0);
    assert_int_equal(mkfifo("modules/b.yaml", 0600), 0);
    assert_int_equal(symlink("c.yaml", "modules/c.yaml"), 0);
    assert_int_equal(symlink("/dev/zero", "modules/d.yaml"), 0);
    assert_int_equal(symlink("nowhere", "modules/e.yaml"), 0);
    fixture_write("modules/f.yaml",
                  "module: m\ninstances: [{class: C, metrics: [{property: P, type: gauge}]}]\n");
    fixture_write("hosts.yaml", "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                                "hosts: {h: {auth: a, modules: [m]}}\n");
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture),
                        "modules/a.yaml: a directory; for all files in it name '*.yaml' behind it\n"
                        "modules/b.yaml: not a regular file: a FIFO, socket or device is not read\n"
                        "modules/c.yaml: cannot be read: Too many levels of symbolic links\n"
                        "modules/d.yaml: not a regular file: a FIFO, socket or device is not read\n"
                        "modules/e.yaml: cannot be read: No such file or directory\n");
    assert_int_equal(fixture->model->host_count, 1);
}

/* Somebody appends while the plugin reads: whatever of it is there by then, it ends. */
struct writer {
    pthread_t thread;
    atomic_bool stop;
    atomic_bool began;
};

static void *append(void *context)
{
    static const char LINES[] = "# one more line of a file that grows and grows and grows\n";
    struct writer *writer = context;
    int fd = open("hosts.yaml", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    for (size_t i = 0; !atomic_load(&writer->stop) && i < 1000000; i++) {
        if (write(fd, LINES, sizeof LINES - 1) < 0)
            break;
        atomic_store(&writer->began, true);
    }
    close(fd);
    return NULL;
}

static void a_file_that_grows_while_it_is_read_holds_nothing_up(void **state)
{
    struct fixture *fixture = *state;
    struct writer writer = {.stop = false};
    fixture_write("hosts.yaml", "hosts: {}\n");
    assert_int_equal(pthread_create(&writer.thread, NULL, append, &writer), 0);
    while (!atomic_load(&writer.began))
        sched_yield();
    for (int i = 0; i < 20; i++) {
        fixture_load_here(fixture);
        if (fixture->line_count > 0)
            assert_string_equal(
                fixture_said(fixture),
                "hosts.yaml: larger than 16 MB, which no file here may be: split it\n");
    }
    atomic_store(&writer.stop, true);
    pthread_join(writer.thread, NULL);
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
    hosts_give(*state, "hosts.yaml:1:4000004: more than 2000000 keys and values up to here: the "
                       "file is not read, split it\n");
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
    become_somebody(fixture);
    assert_int_equal(mkdir("closed", 0), 0);
    load_pattern(fixture, "closed/*.yaml");
    assert_string_equal(
        fixture_said(fixture),
        "<Plugin mi> Inventory \"closed/*.yaml\": the directory 'closed/' cannot be "
        "read: Permission denied\n");
}

static void a_dead_link_that_a_pattern_finds_is_told(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(symlink("nowhere", "a.yaml"), 0);
    assert_int_equal(symlink("b.yaml", "b.yaml"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    fixture_write("c.yaml", "hosts: {}\n");
    load_pattern(fixture, "*.yaml");
    assert_string_equal(fixture_said(fixture),
                        "a.yaml: cannot be read: No such file or directory\n"
                        "b.yaml: cannot be read: Too many levels of symbolic links\n");
    load_pattern(fixture, "loop/*.yaml");
    assert_string_equal(fixture_said(fixture),
                        "<Plugin mi> Inventory \"loop/*.yaml\": the directory 'loop/' cannot be "
                        "read: Too many levels of symbolic links\n");
    load_pattern(fixture, "[l]oop/c.yaml");
    assert_string_equal(fixture_said(fixture),
                        "<Plugin mi> Inventory \"[l]oop/c.yaml\": the directory 'loop/' cannot be "
                        "read: Too many levels of symbolic links\n");
}

/* The sentence is what counts: of the road only its end is shown. */
static void a_long_road_leaves_room_for_the_sentence(void **state)
{
    struct fixture *fixture = *state;
    char part[201];
    char path[PATH_MAX] = "";
    memset(part, 'd', sizeof part - 1);
    part[sizeof part - 1] = '\0';
    for (int i = 0; i < 8; i++) {
        snprintf(path + strlen(path), sizeof path - strlen(path), "%s/", part);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    snprintf(path + strlen(path), sizeof path - strlen(path), "hosts.yaml");
    fixture_write(path, "hosts: []\n");
    load_pattern(fixture, path);
    assert_non_null(strstr(fixture_said(fixture),
                           "d/hosts.yaml:1:8: 'hosts' should be a mapping: each name, then ': ', "
                           "then its keys\n"));
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

#define FILES_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, become_oneself)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILES_TEST(a_missing_file_is_told),
        FILES_TEST(a_directory_is_told),
        FILES_TEST(a_fifo_nobody_writes_to_holds_nothing_up),
        FILES_TEST(a_device_is_told),
        FILES_TEST(a_file_without_the_right_to_read_is_told),
        FILES_TEST(a_file_that_cannot_be_read_to_its_end_is_told),
        FILES_TEST(a_symlink_to_itself_is_told),
        FILES_TEST(an_empty_file_is_told),
        FILES_TEST(what_is_no_file_in_a_module_folder_costs_nothing_else),
        FILES_TEST(a_file_that_grows_while_it_is_read_holds_nothing_up),
        FILES_TEST(sixteen_megabytes_are_read_and_a_byte_more_is_not),
        FILES_TEST(a_file_is_measured_while_it_is_read_too),
        FILES_TEST(more_nodes_than_the_maximum_are_refused),
        FILES_TEST(a_pattern_may_have_wildcards_in_every_part),
        FILES_TEST(a_directory_that_a_pattern_may_not_read_is_told),
        FILES_TEST(a_dead_link_that_a_pattern_finds_is_told),
        FILES_TEST(a_long_road_leaves_room_for_the_sentence),
        FILES_TEST(one_file_under_two_names_is_read_once),
        FILES_TEST(no_inventory_at_all_is_an_error),
        FILES_TEST(missing_shipped_modules_are_told),
        FILES_TEST(no_complaint_ever_holds_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
