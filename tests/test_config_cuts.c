/* SPDX-License-Identifier: MIT */
/*
 * The shipped files, cut at every byte, as a full disk or a reader that was too early leaves them:
 * each cut is either told, or what is left means the same as before up to its last entry.
 */
#include "config_fixture.h"

static int begin(void **state)
{
    fixture_setup(state);
    return mkdir("modules", 0700);
}

/* New: free it. */
static char *print(const struct fixture *fixture, unsigned show)
{
    struct buf out;
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    fixture_print(&out, fixture->model, show);
    char *text = strdup(buf_text(&out));
    buf_free(&out);
    return text;
}

/* How many bytes of the two are alike, up to a line's end. */
static size_t lines_alike(const char *a, const char *b)
{
    size_t alike = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '\n')
            alike = i + 1;
    return alike;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* A complaint, or all lines but the last are the whole file's. */
static void check_module_cut(struct fixture *fixture, const char *whole, size_t cut)
{
    fixture_load_here(fixture);
    if (fixture->line_count > 0)
        return;
    char *left = print(fixture, SHOW_INSTANCE | SHOW_METRIC);
    const char *rest = left + lines_alike(left, whole);
    if (count_lines(rest) > 1 || *left == '\0')
        fail_msg("cut at byte %zu, nothing said, and left is\n%s", cut, left);
    free(left);
}

/* keys: behind the module's name in the host's list, or "". */
static void cut_module(struct fixture *fixture, const char *name, const char *keys)
{
    char path[4096];
    char hosts[512];
    size_t count;
    snprintf(path, sizeof path, "%s/conf/modules/%s.yaml", fixture_source(), name);
    snprintf(hosts, sizeof hosts,
             "auths: {a: {method: basic, user: u, password_file: secret}}\n"
             "hosts: {h: {auth: a, modules: [%s%s%s]}}\n",
             *keys != '\0' ? "{" : "", name, keys);
    char *text = fixture_read(path, &count);
    fixture_write("hosts.yaml", hosts);
    fixture_write_bytes("modules/m.yaml", text, count);
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "");
    char *whole = print(fixture, SHOW_INSTANCE | SHOW_METRIC);
    for (size_t cut = count; cut-- > 0;) {
        assert_int_equal(truncate("modules/m.yaml", (off_t)cut), 0);
        check_module_cut(fixture, whole, cut);
    }
    print_message("# %s: %zu cuts\n", name, count);
    free(whole);
    free(text);
}

/* Some of them, which have between them every key that a module may have. */
static void a_shipped_module_cut_anywhere_is_told_or_a_shorter_one(void **state)
{
    static const struct {
        const char *name, *keys;
    } rows[] = {{"cpu", ""},
                {"hyperv_guests", ": {keys: {Name: [a]}}}"},
                {"interface", ": {keys: {Name: [a]}}}"},
                {"logical_disk", ""},
                {"os", ""},
                {"paging", ""},
                {"storage", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cut_module(*state, rows[i].name, rows[i].keys);
}

/* Its hosts may be cut short, the last of them by name too. */
static const char HOSTS[] = "# who is asked\n"
                            "auths:\n"
                            "  a: {method: basic, user: 'CORP\\monitor', password_file: secret}\n"
                            "  b:\n"
                            "    method: ntlm\n"
                            "    user: \"monitor\"\n"
                            "    password_file: secret\n"
                            "defaults:\n"
                            "  auth: a\n"
                            "  interval: 30\n"
                            "  modules: [one]\n"
                            "groups:\n"
                            "  web: {extra_modules: [{two: {keys: {Name: [\"C:\", D]}}}]}\n"
                            "hosts:\n"
                            "  alpha: {group: web}\n"
                            "  beta: {address: 10.0.0.1, auth: b}\n"
                            "  gamma:\n"
                            "    address: 10.0.0.2\n"
                            "    port: 5986\n"
                            "  delta:\n"
                            "  epsilon: {modules: [one, two], interval: 60}\n";

/* The hosts whose entries ended before the cut: another name stands behind them in the text. */
static size_t count_whole_hosts(const char *text, size_t cut)
{
    static const char *const NAMES[] = {
        "\n  alpha:", "\n  beta:", "\n  gamma:", "\n  delta:", "\n  epsilon:"};
    size_t count = 0;
    for (size_t i = 1; i < 5; i++)
        count += (size_t)(strstr(text, NAMES[i]) - text) + strlen(NAMES[i]) <= cut;
    return count;
}

static void print_one(struct buf *out, const struct fixture *fixture, const char *name)
{
    buf_reset(out);
    for (size_t i = 0; i < fixture->model->host_count; i++)
        if (strcmp(fixture->model->hosts[i].name, name) == 0)
            fixture_print_host(out, &fixture->model->hosts[i], SHOW_ALL);
}

static void check_host_cut(struct fixture *fixture, struct buf *wholes, size_t cut)
{
    static const char *const NAMES[] = {"alpha", "beta", "gamma", "delta", "epsilon"};
    struct buf out;
    fixture_load_here(fixture);
    if (fixture->line_count > 0)
        return;
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    for (size_t i = 0; i < count_whole_hosts(HOSTS, cut); i++) {
        print_one(&out, fixture, NAMES[i]);
        if (strcmp(buf_text(&out), buf_text(&wholes[i])) != 0)
            fail_msg("cut at byte %zu, nothing said, and of %s is left\n%s", cut, NAMES[i],
                     buf_text(&out));
    }
    buf_free(&out);
}

static void an_inventory_cut_anywhere_is_told_or_a_shorter_one(void **state)
{
    static const char *const NAMES[] = {"alpha", "beta", "gamma", "delta", "epsilon"};
    struct fixture *fixture = *state;
    struct buf wholes[5];
    fixture_write(
        "modules/one.yaml",
        "module: one\ninstances: [{class: One, metrics: [{property: P, type: gauge}]}]\n");
    fixture_write("modules/two.yaml", "module: two\ninstances: [{class: Two, keys: {Name: [a]}, "
                                      "metrics: [{property: P, type: gauge}]}]\n");
    fixture_write("hosts.yaml", HOSTS);
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "");
    for (size_t i = 0; i < 5; i++) {
        buf_init(&wholes[i], FIXTURE_TEXT_MAX_BYTES);
        print_one(&wholes[i], fixture, NAMES[i]);
        assert_true(wholes[i].size_bytes > 0);
    }
    for (size_t cut = sizeof HOSTS - 1; cut-- > 0;) {
        assert_int_equal(truncate("hosts.yaml", (off_t)cut), 0);
        check_host_cut(fixture, wholes, cut);
    }
    for (size_t i = 0; i < 5; i++)
        buf_free(&wholes[i]);
}

/* Whatever is left of the example: no crash, and as many hosts as are named. */
static void the_example_cut_anywhere_loses_no_host_in_silence(void **state)
{
    struct fixture *fixture = *state;
    char path[4096];
    size_t count;
    fixture_write("modules/os.yaml",
                  "module: os\ninstances: [{class: One, metrics: [{property: P, type: gauge}]}]\n");
    snprintf(path, sizeof path, "%s/conf/hosts.yaml", fixture_source());
    char *text = fixture_read(path, &count);
    fixture_write_bytes("hosts.yaml", text, count);
    for (size_t cut = count; cut-- > 0;) {
        assert_int_equal(truncate("hosts.yaml", (off_t)cut), 0);
        fixture_load_here(fixture);
        if (fixture->report.skipped_host_count > 0)
            assert_true(fixture->report.error_count > 0);
        if (fixture->report.error_count + fixture->report.warning_count > 0)
            assert_true(fixture->line_count > 0);
    }
    free(text);
}

#define CUTS_TEST(test) cmocka_unit_test_setup_teardown(test, begin, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CUTS_TEST(a_shipped_module_cut_anywhere_is_told_or_a_shorter_one),
        CUTS_TEST(an_inventory_cut_anywhere_is_told_or_a_shorter_one),
        CUTS_TEST(the_example_cut_anywhere_loses_no_host_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
