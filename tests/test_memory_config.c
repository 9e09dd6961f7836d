/* SPDX-License-Identifier: MIT */
/* Loading the configuration without memory: every allocation failed in turn, libyaml's and libc's
 * too. There is the whole model with the same complaints, or ERR_MEMORY; never half a model. */
#include "config_fixture.h"

#include <dirent.h>

#include "alloc_failure.h"

struct loading {
    struct fixture fixture;
    const char *inventories[2];
    size_t inventory_count;
    const char *dirs[1];
    char shipped[4096];
    char *expected;
};

static void keep_line(void *context, enum log_level level, const char *line)
{
    alloc_failure_spare(true);
    fixture_keep_line(context, level, line);
    alloc_failure_spare(false);
}

static void judge(struct loading *loading, const struct model *model,
                  const struct config_report *report)
{
    struct buf out;
    alloc_failure_spare(true);
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_format(&out, "%s-- %zu errors, %zu warnings, %zu hosts, %zu skipped\n",
                   fixture_said(&loading->fixture), report->error_count, report->warning_count,
                   report->host_count, report->skipped_host_count);
    fixture_print(&out, model, SHOW_ALL);
    if (loading->expected == NULL)
        loading->expected = strdup(buf_text(&out));
    alloc_failure_check_text(buf_text(&out), loading->expected);
    buf_free(&out);
    alloc_failure_spare(false);
}

/* What is said before memory runs out must be true, too. */
static void judge_lines(struct loading *loading)
{
    alloc_failure_spare(true);
    char *said = strdup(fixture_said(&loading->fixture));
    for (char *line = said, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (strstr(loading->expected, line) == NULL)
            alloc_failure_check_text(line, "(what is also said with memory)");
    }
    free(said);
    alloc_failure_spare(false);
}

static int load_once(void *context)
{
    struct loading *loading = context;
    struct log log = {keep_line, &loading->fixture};
    struct err err = ERR_INIT;
    struct config_report report = {.host_count = 12345};
    struct model *model = (struct model *)context;
    struct model_type_lookup lookup = config_typesdb_lookup(loading->fixture.types);
    struct config_sources sources = {.shipped_module_dir = loading->shipped,
                                     .module_dirs = loading->dirs,
                                     .module_dir_count = 1,
                                     .inventories = loading->inventories,
                                     .inventory_count = loading->inventory_count};
    buf_reset(&loading->fixture.said);
    if (config_load(&sources, &lookup, &log, &report, &model, &err) != 0) {
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
        alloc_failure_check(model == (struct model *)context && report.host_count == 12345,
                            "an output was touched");
        judge_lines(loading);
        return -1;
    }
    judge(loading, model, &report);
    model_free(model);
    return 0;
}

/* Three of those that are shipped: every one costs as many loads as it has allocations. */
static void begin(struct loading *loading)
{
    static const char *const NAMES[] = {"os", "cpu", "logical_disk"};
    *loading = (struct loading){.dirs = {"modules"}, .shipped = "shipped"};
    fixture_begin(&loading->fixture);
    assert_int_equal(mkdir("shipped", 0700), 0);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char target[8192];
        char name[64];
        snprintf(target, sizeof target, "%s/conf/modules/%s.yaml", fixture_source(), NAMES[i]);
        snprintf(name, sizeof name, "shipped/%s.yaml", NAMES[i]);
        assert_int_equal(symlink(target, name), 0);
    }
}

static void end(struct loading *loading)
{
    fixture_end(&loading->fixture);
    free(loading->expected);
}

static void the_example_is_loaded_whole_or_not_at_all(void **state)
{
    (void)state;
    char target[8192];
    struct loading loading;
    begin(&loading);
    snprintf(target, sizeof target, "%s/tests/data/config/issue_example/hosts.yaml",
             fixture_source());
    assert_int_equal(symlink(target, "hosts.yaml"), 0);
    snprintf(target, sizeof target, "%s/tests/data/config/issue_example/modules", fixture_source());
    assert_int_equal(symlink(target, "modules"), 0);
    loading.inventories[0] = "hosts.yaml";
    loading.inventory_count = 1;
    alloc_failure_replay("the example", 200, load_once, &loading);
    assert_non_null(strstr(loading.expected, "host web02.example.com "));
    end(&loading);
}

/* Many hosts in two files found by a pattern, and mistakes of most kinds. */
static const char many_mistakes[] =
    "auths:\n"
    "  a: {method: basic, user: monitor, password_file: secret}\n"
    "  a: {method: basic, user: twice, password_file: secret}\n"
    "  b: {method: kerberos, user: m@X, password_env: NO_SUCH, colour: red}\n"
    "  c: {method: nonsense}\n"
    "  d: {method: basic, user: monitor, password_file: no_such_file}\n"
    "defaults: {auth: a, modules: [os], interval: 30, colours: 7}\n"
    "groups:\n"
    "  fast: {interval: 10, timeout: 5}\n"
    "  slow: {interval: soon}\n"
    "hosts:\n"
    "  bad name: {}\n"
    "  x1: {group: none}\n"
    "  x2: {group: slow}\n"
    "  x3: {auth: e}\n"
    "  x4: {auth: d, ca_cert: no_such.pem}\n"
    "  x5: {modules: [os, no_such_module]}\n"
    "  x6: {extra_modules: [tiny]}\n"
    "  x7: [1, 2]\n"
    "  x8: {port: 99999}\n"
    "  x1: {}\n";

static const char tiny_module[] = "module: tiny\ninstances:\n"
                                  "  - class: Win32_Tiny\n"
                                  "    keys: {Name: [1, 2], 7: [8]}\n"
                                  "    metrics:\n"
                                  "      - {type: gauge, property: Size}\n"
                                  "      - {type: gauge}\n"
                                  "      - {type: no_such_type, property: Size}\n";

static void add_hosts(const char *path, unsigned from, unsigned count, const char *behind)
{
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, "hosts:\n");
    for (unsigned i = from; i < from + count; i++)
        buf_add_format(&text, "  host%u: {group: fast, address: 192.0.2.%u}\n", i, i % 250);
    buf_add_text(&text, behind);
    fixture_write(path, buf_text(&text));
    buf_free(&text);
}

static void many_complaints_are_all_said_or_nothing_is_loaded(void **state)
{
    (void)state;
    struct loading loading;
    begin(&loading);
    assert_int_equal(mkdir("modules", 0700), 0);
    assert_int_equal(mkdir("inventory", 0700), 0);
    fixture_write("modules/tiny.yaml", tiny_module);
    fixture_write("modules/cut.yaml", "instances:\n  - {class: \n");
    fixture_write("inventory/a.yaml", many_mistakes);
    add_hosts("inventory/b.yaml", 1, 20, "");
    add_hosts("inventory/c.yaml", 21, 20, "  cut: {\n");
    loading.inventories[0] = "inventory/*.yaml";
    loading.inventories[1] = "no_such_inventory/*.yaml";
    loading.inventory_count = 2;
    alloc_failure_replay("many complaints", 200, load_once, &loading);

    assert_non_null(strstr(loading.expected, "-- 13 errors, 4 warnings, 23 hosts, 6 skipped\n"));
    assert_non_null(strstr(loading.expected, "host host20 "));
    end(&loading);
}

/* Every rule of value, names of both kinds, and names that are told apart. */
static const char rules_module[] =
    "module: rules\n"
    "instances:\n"
    "  - class: C\n"
    "    keys: {Name: [\"a/b\", \"a b\", a_b]}\n"
    "    metrics:\n"
    "      - {property: A, type: gauge, counter: PERF_AVERAGE_BULK, base: B, width: 64}\n"
    "      - {properties: [A, B], type: if_octets, raw: true, unit: KB}\n"
    "      - {property: S, type: gauge, states: [Running, Stopped], plugin_instance: \"{Name}\",\n"
    "         type_instance: \"is-{state}\"}\n"
    "      - {property: M, type: gauge, map: {Running: 1}, map_default: 5, on_null: nan}\n"
    "      - {property: D, type: gauge, datetime: age, against: Now}\n"
    "      - {property: D, type: gauge, type_instance: e, datetime: epoch}\n"
    "      - {property: I, type: gauge, duration: seconds}\n"
    "      - {property: L, type: gauge, array: {element: 3}}\n"
    "      - {ratio: [F, S], type: gauge}\n"
    "      - {property: X, type: gauge, counter: PERF_AVERAGE_BULL}\n"
    "  - class: D_T\n"
    "    keys: {Name: [a_b]}\n"
    "    metrics: [{property: I, type: gauge}, {property: Y, type: gauge, type_instance: m}]\n";

static void rules_and_names_are_there_or_nothing_is_loaded(void **state)
{
    (void)state;
    struct loading loading;
    begin(&loading);
    unlink("shipped/cpu.yaml");
    unlink("shipped/os.yaml");
    unlink("shipped/logical_disk.yaml");
    assert_int_equal(mkdir("modules", 0700), 0);
    fixture_write("modules/rules.yaml", rules_module);
    fixture_write("hosts.yaml", "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                                "defaults: {auth: a, modules: [rules]}\n"
                                "hosts: {native: {}, windows: {naming: windows}}\n");
    loading.inventories[0] = "hosts.yaml";
    loading.inventory_count = 1;
    alloc_failure_replay("rules", 200, load_once, &loading);
    assert_non_null(strstr(loading.expected, "did you mean 'PERF_AVERAGE_BULK'"));
    assert_non_null(strstr(loading.expected, "mi-rules-T-a_b/gauge-i "));
    assert_non_null(strstr(loading.expected, "they are dispatched as "));
    end(&loading);
}

/* What is found, by the module and as its uses say; names of one text; mistakes of most kinds. */
static const char found_module[] =
    "module: found\n"
    "instances:\n"
    "  - class: A\n"
    "    keys: {Name: \"*\", Kind: [a, b]}\n"
    "    include: [\"Intel*\", '/^(x|y)$/']\n"
    "    where: \"a = 1\"\n"
    "    identity: IDProcess\n"
    "    metrics:\n"
    "      - {property: P, type: gauge, plugin_instance: \"{Name}\", type_instance: p}\n"
    "      - {property: Q, type: gauge}\n"
    "      - {property: R, type: gauge, plugin_instance: \"\"}\n"
    "  - class: B\n"
    "    keys: {Name: \"*\"}\n"
    "    metrics:\n"
    "      - {property: P, type: gauge, plugin_instance: \"{Name}\", type_instance: p}\n"
    "      - {property: S, type: gauge}\n"
    "  - {class: C, keys: {Name: [a]}, include: a, metrics: [{property: P, type: gauge}]}\n"
    "  - {class: E, keys: {Id: [a, b]}, fetch: query, where: \"a = 1\", "
    "metrics: [{property: P, type: gauge}, {property: Q, type: gauge, plugin_instance: q}]}\n"
    "  - {class: D, keys: {Name: \"*\"}, exclude: '/(/', metrics: [{property: P, type: gauge}]}\n";

static void discoveries_are_there_or_nothing_is_loaded(void **state)
{
    (void)state;
    struct loading loading;
    begin(&loading);
    unlink("shipped/cpu.yaml");
    unlink("shipped/os.yaml");
    unlink("shipped/logical_disk.yaml");
    assert_int_equal(mkdir("modules", 0700), 0);
    fixture_write("modules/found.yaml", found_module);
    fixture_write(
        "hosts.yaml",
        "auths: {a: {method: basic, user: u, password_file: secret}}\n"
        "defaults: {auth: a, modules: [found]}\n"
        "hosts:\n"
        "  native: {}\n"
        "  windows: {naming: windows}\n"
        "  use: {extra_modules: [{found: {exclude: {Name: [q]}, totals: true}}]}\n"
        "  fixed: {extra_modules: [{found: {keys: {Name: [q]}, interval: 7}}]}\n"
        "  named: {extra_modules: [{found: {keys: {Id: [b, c, d]}}}]}\n"
        "  wrong: {extra_modules: [{found: {refresh: 9}}, {found: {include: {X: y}}}]}\n");
    loading.inventories[0] = "hosts.yaml";
    loading.inventory_count = 1;
    alloc_failure_replay("discoveries", 200, load_once, &loading);
    assert_non_null(strstr(loading.expected, "all of Name like 'Intel*' '/^(x|y)$/' not like 'q'"));
    assert_non_null(strstr(loading.expected, "have the one name mi-{Name}/gauge-p"));
    assert_non_null(strstr(loading.expected, "asks for E Id 'b' already: once is enough"));
    assert_non_null(strstr(loading.expected, "all of Id one of 'c' 'd' where a = 1"));
    end(&loading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_loaded_whole_or_not_at_all),
        cmocka_unit_test(many_complaints_are_all_said_or_nothing_is_loaded),
        cmocka_unit_test(rules_and_names_are_there_or_nothing_is_loaded),
        cmocka_unit_test(discoveries_are_there_or_nothing_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
