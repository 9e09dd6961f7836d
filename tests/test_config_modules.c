/* SPDX-License-Identifier: MIT */
/* conf/modules.md says what conf/modules gives: MI_WRITE_EXPECTED=1 writes it. */
#include "config_fixture.h"

#include <dirent.h>

static const char HEAD[] = "# What the shipped modules give\n"
                           "\n"
                           "`MI_WRITE_EXPECTED=1 tests/test_config_modules` writes this page from "
                           "the files of `modules/`, and\n"
                           "`make check` fails where it is not true. Before the `/` stand "
                           "collectd's plugin and plugin_instance,\n"
                           "behind it type and type_instance; `Name` and `ObjectId` stand for what "
                           "the host has to say. A metric\n"
                           "that is `raw` is a counter (DERIVE), its unit that of its rate; "
                           "`cooked` is made of two replies, but\n"
                           "for fractions and times, which need one.\n";

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

/* A use of it; of the key that the module leaves to the host, its own name in braces. */
static void add_use(struct buf *uses, const char *name, const char *text)
{
    const char *given = strstr(text, ": []");
    size_t size = 0;
    while (given != NULL && strchr("{ ", given[-(ptrdiff_t)size - 1]) == NULL)
        size++;
    if (given == NULL)
        buf_add_format(uses, "%s, ", name);
    else
        buf_add_format(uses, "{%s: {keys: {%.*s: ['%.*s']}}}, ", name, (int)size, given - size,
                       (int)size, given - size);
}

/* What a type of types.db counts; of those that are not here the name of the type says it. */
static const char *unit_of(const struct model_type *type)
{
    static const char *const rows[][2] = {
        {"bitrate", "bit/s"},
        {"bool", "1 or 0"},
        {"bytes", "B"},
        {"cpu", "1/100 s a second"},
        {"df_complex", "B"},
        {"disk_latency", "ms"},
        {"disk_octets", "B/s"},
        {"duration", "s"},
        {"if_octets", "B/s"},
        {"memory", "B"},
        {"percent", "%"},
        {"percent_bytes", "%"},
        {"ps_cputime", "us a second"},
        {"ps_data", "B"},
        {"ps_disk_octets", "B/s"},
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

static size_t say_metrics(struct buf *out, const struct model_host *host, const char *module)
{
    size_t count = 0;
    for (size_t i = 0; i < host->round_count; i++)
        for (size_t k = 0; k < host->rounds[i].instance_count; k++) {
            const struct model_instance *instance = host->rounds[i].instances[k];
            if (strcmp(instance->module, module) != 0 || !is_first(&host->rounds[i], k))
                continue;
            for (size_t m = 0; m < instance->metric_count; m++, count++)
                say_metric(out, instance, &instance->metrics[m]);
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
        buf_add_text(out, "\n| metric | unit | made | of |\n| --- | --- | --- | --- |\n");
        assert_true(say_metrics(out, &model->hosts[0], name) > 0);
    } else {
        const char *list = strstr(text, "\nmodules:\n") + 1;
        buf_add_format(out, "A set of these:\n\n```\n%s```\n", list);
    }
    free(text);
}

static void load_modules(struct fixture *fixture, struct dirent **files, int count)
{
    char modules[4096];
    const char *inventories[] = {"hosts.yaml"};
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                        "hosts: {h: {auth: a, modules: [");
    for (int i = 0; i < count; i++) {
        bool is_set;
        *strstr(files[i]->d_name, ".yaml") = '\0';
        char *module = read_module(files[i]->d_name, &is_set);
        if (!is_set)
            add_use(&text, files[i]->d_name, module);
        free(module);
    }
    buf_add_text(&text, "]}}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    snprintf(modules, sizeof modules, "%s/conf/modules", fixture_source());
    struct config_sources sources = {.shipped_module_dir = modules,
                                     .inventories = inventories,
                                     .inventory_count = 1,
                                     .default_interval_ms = 30000};
    fixture_load(fixture, &sources);
    assert_string_equal(fixture_said(fixture), "");
}

static void what_the_modules_give_stands_in_conf_modules_md(void **state)
{
    struct fixture *fixture = *state;
    struct buf out;
    struct dirent **files = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/conf/modules", fixture_source());
    int count = scandir(path, &files, is_module, alphasort);
    assert_true(count > 0);
    load_modules(fixture, files, count);
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&out, HEAD);
    for (int i = 0; i < count; i++) {
        say_module(&out, fixture->model, files[i]->d_name);
        free(files[i]);
    }
    free(files);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_modules_give_stands_in_conf_modules_md,
                                        fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
