/* SPDX-License-Identifier: MIT */
/* The shipped modules: conf/modules.md says what they give (MI_WRITE_EXPECTED=1 writes it), what
 * their comments show can be written, and nothing that counts is taken for a plain number. */
#include "config_fixture.h"

#include <dirent.h>

#include "metric/counter.h"

static const char HEAD[] = "# What the shipped modules give\n"
                           "\n"
                           "`MI_WRITE_EXPECTED=1 tests/test_config_modules` writes this page from "
                           "the files of `modules/`, and\n"
                           "`make check` fails where it is not true. Before the `/` stand "
                           "collectd's plugin and plugin_instance,\n"
                           "behind it type and type_instance; `{Name}` stands for the Name of each "
                           "instance that the host has. A\n"
                           "metric that is `raw` is a counter (DERIVE), its unit that of its rate; "
                           "`cooked` is made of two replies,\n"
                           "but for fractions and times, which need one. \"Every instance\" is "
                           "without those that are the sum of\n"
                           "the others (`_Total`); what else is left out can be said otherwise in "
                           "the inventory.\n";

static int is_module(const struct dirent *entry)
{
    return strstr(entry->d_name, ".yaml") != NULL;
}

/* Whether the module's file is a set of other modules: those say what it gives. New: free it. */
static char *read_module(const char *name, bool *is_set)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/conf/modules/%s.yaml", fixture_source(), name);
    char *text = fixture_read(path, NULL);
    *is_set = strstr(text, "\nmodules:\n") != NULL;
    return text;
}

/* What a type of types.db counts; of those that are not here the name of the type says it. */
static const char *unit_of(const struct model_type *type)
{
    static const char *const rows[][2] = {
        {"bool", "1 or 0"},
        {"bytes", "B"},
        {"cpu", "1/100 s a second"},
        {"df_complex", "B"},
        {"disk_latency", "ms"},
        {"disk_octets", "B/s"},
        {"duration", "s"},
        {"if_octets", "B/s"},
        {"io_octets", "B/s"},
        {"memory", "B"},
        {"percent", "%"},
        {"percent_bytes", "%"},
        {"ps_cputime", "us a second"},
        {"ps_data", "B"},
        {"ps_rss", "B"},
        {"ps_vm", "B"},
        {"response_time", "ms"},
        {"swap", "B"},
        {"time_offset", "s"},
        {"total_bytes", "B/s"},
        {"uptime", "s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], type->name) == 0)
            return rows[i][1];
    return type->sources[0] == MODEL_DERIVE ? "1/s" : "";
}

/* Whether it is the number that stands there. */
static bool is_plain(const struct model_metric *metric)
{
    return metric->reading == MODEL_READING_COOKED &&
           metric_counter_samples(metric->counter_type) == 1 &&
           metric_counter_needs(metric->counter_type) == 0;
}

/* What is made of the properties, in the words of conf/README.md. */
static void say_reading(struct buf *out, const struct model_metric *metric)
{
    static const char *const words[] = {
        [MODEL_READING_NUMBER] = "",
        [MODEL_READING_COOKED] = "cooked",
        [MODEL_READING_RAW] = "raw",
        [MODEL_READING_MAP] = "map",
        [MODEL_READING_STATE] = "is",
        [MODEL_READING_AGE] = "age",
        [MODEL_READING_COUNT] = "count",
        [MODEL_READING_RATIO] = "ratio",
        [MODEL_READING_DIFFERENCE] = "difference",
    };
    assert_true(metric->reading < sizeof words / sizeof words[0]);
    assert_non_null(words[metric->reading]);
    if (!is_plain(metric))
        buf_add_text(out, words[metric->reading]);
    if (metric->state != NULL)
        buf_add_format(out, " %s", metric->state);
    for (size_t i = 0; metric->map != NULL && i < metric->map->count; i++)
        buf_add_format(out, " %s: %g", metric->map->entries[i].text,
                       metric->map->entries[i].number);
    if (metric->scale != 1)
        buf_add_format(out, " * %.12Lg", metric->scale);
    if (metric->offset != 0)
        buf_add_format(out, " + %.12Lg", metric->offset);
}

static void say_properties(struct buf *out, const struct model_instance *instance,
                           const struct model_metric *metric)
{
    buf_add_text(out, instance->class_name);
    for (size_t i = 0; i < metric->property_count; i++)
        buf_add_format(out, "%s%s", i == 0 ? "." : ", ", metric->properties[i]);
    if (metric->other != NULL)
        buf_add_format(out, ", %s", metric->other);
}

static void say_metric(struct buf *out, const struct model_instance *instance,
                       const struct model_metric *metric)
{
    buf_add_format(out, "| `%s%s%s/%s%s%s` | %s | ", metric->plugin,
                   *metric->plugin_instance != '\0' ? "-" : "", metric->plugin_instance,
                   metric->type->name, *metric->type_instance != '\0' ? "-" : "",
                   metric->type_instance, unit_of(metric->type));
    say_reading(out, metric);
    buf_add_text(out, " | ");
    say_properties(out, instance, metric);
    buf_add_text(out, " |\n");
}

/* The module's own words: what stands before its list of metrics, and that list. */
static void say_comment(struct buf *out, char *text)
{
    bool listing = false;
    char *rest = strstr(text, "\n#\n") + 3; /* behind the licence */
    for (char *line; (line = strsep(&rest, "\n")) != NULL && line[0] == '#';) {
        const char *words = line[1] == ' ' ? line + 2 : line + 1;
        bool is_list = strncmp(words, "  h/", 4) == 0 || (listing && words[0] == ' ');
        if (is_list != listing)
            buf_add_text(out, "```\n");
        if (listing && !is_list)
            break;
        listing = is_list;
        buf_add_format(out, "%s\n", is_list ? words + 2 : words);
    }
}

/* Whether the instance is the first of its rule: of several values of a key one says it. */
static bool is_first(const struct model_round *round, size_t k)
{
    const struct model_origin *at = &round->instances[k]->origin;
    for (size_t i = 0; i < k; i++)
        if (round->instances[i]->origin.line == at->line &&
            strcmp(round->instances[i]->origin.path, at->path) == 0)
            return false;
    return true;
}

static size_t say_metrics(struct buf *out, const struct model_instance *instance,
                          const char *module)
{
    if (strcmp(instance->module, module) != 0)
        return 0;
    for (size_t i = 0; i < instance->metric_count; i++)
        say_metric(out, instance, &instance->metrics[i]);
    return instance->metric_count;
}

static void say_patterns(struct buf *out, const char *key, const char *relation,
                         const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (i == 0)
            buf_add_format(out, ", its %s%s `%s`", key, relation, patterns[i]);
        else
            buf_add_format(out, ", `%s`", patterns[i]);
}

/* Which instances of the class are meant, where only the host can name them. */
static void say_discovery(struct buf *out, const struct model_discovery *discovery)
{
    buf_add_format(out, "\nEvery instance of %s", discovery->rule.class_name);
    if (discovery->where != NULL)
        buf_add_format(out, " where `%s`", discovery->where);
    for (size_t i = 0; i < discovery->key_count; i++) {
        const struct model_discovery_key *key = &discovery->keys[i];
        say_patterns(out, key->name, "", key->values, key->value_count);
        say_patterns(out, key->name, " like", key->include, key->include_count);
        say_patterns(out, key->name, " not like", key->exclude, key->exclude_count);
    }
    buf_add_text(out, ".\n");
}

static void say_discoveries(struct buf *out, const struct model_host *host, const char *module)
{
    for (size_t i = 0; i < host->round_count; i++)
        for (size_t k = 0; k < host->rounds[i].discovery_count; k++)
            if (strcmp(host->rounds[i].discoveries[k]->rule.module, module) == 0)
                say_discovery(out, host->rounds[i].discoveries[k]);
}

/* Those of the instances that the module names, then those of what the host names. */
static size_t say_host(struct buf *out, const struct model_host *host, const char *module)
{
    size_t count = 0;
    for (size_t i = 0; i < host->round_count; i++) {
        const struct model_round *round = &host->rounds[i];
        for (size_t k = 0; k < round->instance_count; k++)
            if (is_first(round, k))
                count += say_metrics(out, round->instances[k], module);
        for (size_t k = 0; k < round->discovery_count; k++)
            count += say_metrics(out, &round->discoveries[k]->rule, module);
    }
    return count;
}

static void say_module(struct buf *out, const struct model *model, const char *name)
{
    bool is_set;
    char *text = read_module(name, &is_set);
    buf_add_format(out, "\n## %s\n\n", name);
    if (!is_set) {
        say_comment(out, text);
        say_discoveries(out, &model->hosts[0], name);
        buf_add_text(out, "\n| metric | unit | made | of |\n| --- | --- | --- | --- |\n");
        assert_true(say_host(out, &model->hosts[0], name) > 0);
    } else {
        const char *list = strstr(text, "\nmodules:\n") + 1;
        buf_add_format(out, "A set of these:\n\n```\n%s```\n", list);
    }
    free(text);
}

/* The inventory hosts.yaml with the shipped modules; nothing is said. */
static void load(struct fixture *fixture, const struct buf *inventory)
{
    char modules[4096];
    const char *inventories[] = {"hosts.yaml"};
    fixture_write("hosts.yaml", buf_text(inventory));
    snprintf(modules, sizeof modules, "%s/conf/modules", fixture_source());
    struct config_sources sources = {.shipped_module_dir = modules,
                                     .inventories = inventories,
                                     .inventory_count = 1,
                                     .default_interval_ms = 30000};
    fixture_load(fixture, &sources);
    assert_string_equal(fixture_said(fixture), "");
}

/* All but the sets, on one host. */
static void load_modules(struct fixture *fixture, struct dirent **files, int count)
{
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                        "hosts: {h: {auth: a, modules: [");
    for (int i = 0; i < count; i++) {
        bool is_set;
        *strstr(files[i]->d_name, ".yaml") = '\0';
        char *module = read_module(files[i]->d_name, &is_set);
        if (!is_set)
            buf_add_format(&text, "%s, ", files[i]->d_name);
        free(module);
    }
    buf_add_text(&text, "]}}\n");
    load(fixture, &text);
    buf_free(&text);
}

/* New, with its members: free them. */
static int list_modules(struct dirent ***files)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/conf/modules", fixture_source());
    int count = scandir(path, files, is_module, alphasort);
    assert_in_range(count, 6, 1000);
    return count;
}

static void forget_modules(struct dirent **files, int count)
{
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
}

static void what_the_modules_give_stands_in_conf_modules_md(void **state)
{
    struct fixture *fixture = *state;
    struct buf out;
    struct dirent **files = NULL;
    char path[4096];
    int count = list_modules(&files);
    load_modules(fixture, files, count);
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&out, HEAD);
    for (int i = 0; i < count; i++)
        say_module(&out, fixture->model, files[i]->d_name);
    forget_modules(files, count);
    snprintf(path, sizeof path, "%s/conf/modules.md", fixture_source());
    if (fixture_is_writing()) {
        fixture_write(path, buf_text(&out));
    } else {
        char *expected = fixture_read(path, NULL);
        if (strcmp(buf_text(&out), expected) != 0)
            fail_msg("conf/modules.md is not what conf/modules gives: MI_WRITE_EXPECTED=1 "
                     "tests/test_config_modules writes it");
        free(expected);
    }
    buf_free(&out);
}

/* A host with what a comment shows (`#   extra_modules: [...]`), beside the set windows where it
 * adds to something. */
static void add_example(struct buf *hosts, const char *line, size_t number)
{
    const char *example = line + strlen("#   ");
    bool adds = strncmp(example, "extra_modules: [", 16) == 0;
    if (!adds && strncmp(example, "modules: [", 10) != 0)
        return;
    buf_add_format(hosts, "  h%zu:\n    auth: a\n%s    %s\n", number,
                   adds ? "    modules: [windows]\n" : "", example);
}

static void what_the_comments_show_can_be_written(void **state)
{
    struct fixture *fixture = *state;
    struct dirent **files = NULL;
    struct buf text;
    size_t number = 0;
    int count = list_modules(&files);
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, "auths: {a: {method: basic, user: u, password_file: secret}}\nhosts:\n");
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/conf/modules/%s", fixture_source(), files[i]->d_name);
        char *module = fixture_read(path, NULL);
        char *rest = module;
        for (char *line; (line = strsep(&rest, "\n")) != NULL; number++)
            if (strncmp(line, "#   ", 4) == 0)
                add_example(&text, line, number);
        free(module);
    }
    load(fixture, &text);
    assert_in_range(fixture->report.host_count, 30, 1000);
    buf_free(&text);
    forget_modules(files, count);
}

static void check_types(const struct model_instance *instance)
{
    if (strncmp(instance->class_name, "Win32_PerfRawData_", 18) != 0)
        return;
    for (size_t i = 0; i < instance->metric_count; i++) {
        const struct model_metric *metric = &instance->metrics[i];
        if (metric->reading == MODEL_READING_NUMBER ||
            (metric->reading == MODEL_READING_COOKED &&
             metric->counter_type == MODEL_COUNTER_UNKNOWN))
            fail_msg("%s of module %s: %s has no counter", instance->class_name, instance->module,
                     metric->properties[0]);
    }
}

/* Without a schema of the class such a metric is refused (metric/completion.h). */
static void every_performance_counter_says_its_type(void **state)
{
    struct fixture *fixture = *state;
    struct dirent **files = NULL;
    int count = list_modules(&files);
    load_modules(fixture, files, count);
    forget_modules(files, count);
    const struct model_host *host = &fixture->model->hosts[0];
    for (size_t i = 0; i < host->round_count; i++) {
        for (size_t k = 0; k < host->rounds[i].instance_count; k++)
            check_types(host->rounds[i].instances[k]);
        for (size_t k = 0; k < host->rounds[i].discovery_count; k++)
            check_types(&host->rounds[i].discoveries[k]->rule);
    }
}

#define MODULES_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODULES_TEST(what_the_modules_give_stands_in_conf_modules_md),
        MODULES_TEST(what_the_comments_show_can_be_written),
        MODULES_TEST(every_performance_counter_says_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
