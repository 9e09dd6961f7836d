/* SPDX-License-Identifier: MIT */
/*
 * The whole of config_load: the input is hosts.yaml and, behind a line `====`, the one module.
 * Files and the module's directory are in memory: this file stands in for config/file.c and
 * scandir. Every complaint names a place that exists; the model that comes out is whole.
 */
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <strings.h>

#include "base/match.h"
#include "config/config.h"
#include "config/file.h"
#include "config/module.h"
#include "config/reading.h"
#include "fuzz.h"
#include "metric/counter.h"
#include "metric/name.h"

#define CUT "\n====\n"

struct file {
    const uint8_t *bytes;
    size_t count;
    size_t breaks; /* lines that end */
    bool is_ascii; /* and has no control characters */
};

static struct file hosts, module;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return setenv("CREDENTIALS_DIRECTORY", "/run/credentials", 1);
}

/* ---- The disk ---- */

int config_file_read(const char *path, struct buf *bytes, struct err *err)
{
    const struct file *file = strstr(path, "hosts.yaml") != NULL ? &hosts : &module;
    buf_add(bytes, file->bytes, file->count);
    return buf_failed(bytes, "file", err);
}

int scandir(const char *dir, struct dirent ***files, int (*filter)(const struct dirent *),
            int (*order)(const struct dirent **, const struct dirent **))
{
    (void)dir;
    (void)order;
    *files = malloc(sizeof **files);
    struct dirent *file = calloc(1, sizeof *file);
    require(*files != NULL && file != NULL);
    strcpy(file->d_name, "m.yaml");
    require(filter(file));
    (*files)[0] = file;
    return 1;
}

/* ---- types.db ---- */

static const struct model_type types[] = {
    {"gauge", 1, {MODEL_GAUGE}},
    {"df_complex", 1, {MODEL_GAUGE}},
    {"derive", 1, {MODEL_DERIVE}},
    {"counter", 1, {MODEL_COUNTER}},
    {"absolute", 1, {MODEL_ABSOLUTE}},
    {"if_octets", 2, {MODEL_DERIVE, MODEL_DERIVE}},
    {"load", 3, {MODEL_GAUGE, MODEL_GAUGE, MODEL_GAUGE}},
};

static const struct model_type *find_named(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

static int find_type(void *context, const char *name, struct model_type *type)
{
    (void)context;
    const struct model_type *found = find_named(name);
    if (found == NULL)
        return -1;
    *type = *found;
    type->name = name;
    return 0;
}

/* ---- Complaints ---- */

/* Line breaks are those of YAML 1.1; one of more than a byte is known by its last. */
static struct file file_of(const uint8_t *bytes, size_t count)
{
    struct file file = {bytes, count, 0, true};
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = bytes[i];
        file.breaks += byte == '\n' || byte == '\r' || byte == 0x85 || byte == 0xa8 || byte == 0xa9;
        file.is_ascii &= byte < 0x7f && (byte >= 0x20 || byte == '\n');
    }
    return file;
}

/* Characters of that line of a file of plain ASCII. */
static size_t line_bytes(const struct file *file, unsigned long line)
{
    const uint8_t *at = file->bytes;
    const uint8_t *end = at + file->count;
    while (--line > 0) {
        at = memchr(at, '\n', (size_t)(end - at));
        require(at != NULL);
        at++;
    }
    const uint8_t *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return (size_t)((stop != NULL ? stop : end) - at);
}

/* One beyond the last character is where something is missing; at the end of a file whose last line
 * is not ended libyaml begins one more. */
static void check_place(const struct file *file, const char *place)
{
    char *rest;
    unsigned long line = strtoul(place, &rest, 10);
    require(rest > place && *rest == ':' && isdigit((unsigned char)rest[1]));
    unsigned long column = strtoul(rest + 1, &rest, 10);
    require(strncmp(rest, ": ", 2) == 0 && rest[2] != '\0');
    require(line >= 1 && column >= 1);
    if (line == file->breaks + 2 && column == 1)
        return;
    require(line <= file->breaks + 1 && column <= file->count + 1);
    if (file->is_ascii)
        require(column <= line_bytes(file, line) + 1);
}

static void check_complaint(void *context, enum log_level level, const char *line)
{
    size_t *count = context;
    ++*count;
    require(level == LOG_LEVEL_ERROR || level == LOG_LEVEL_WARNING);
    require(fuzz_is_line(line));
    if (strncmp(line, "hosts.yaml:", 11) == 0 && isdigit((unsigned char)line[11]))
        check_place(&hosts, line + 11);
    else if (strncmp(line, "d/m.yaml:", 9) == 0 && isdigit((unsigned char)line[9]))
        check_place(&module, line + 9);
    else
        require(strncmp(line, "hosts.yaml: ", 12) == 0 || strncmp(line, "d/m.yaml: ", 10) == 0 ||
                isdigit((unsigned char)line[0]));
}

/* ---- The model ---- */

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static bool all_sources_are(const struct model_metric *metric, enum model_source source)
{
    for (size_t i = 0; i < metric->type->source_count; i++)
        if (metric->type->sources[i] != source)
            return false;
    return true;
}

static void check_map(const struct model_map *map)
{
    require(map->count > 0 && map->count <= CONFIG_READING_MAX_MAPPED);
    for (size_t i = 0; i < map->count; i++) {
        require(map->entries[i].text != NULL && isfinite(map->entries[i].number));
        require(*map->entries[i].text == '\0' || fuzz_is_line(map->entries[i].text));
        require(strlen(map->entries[i].text) <= CONFIG_READING_MAX_TEXT_BYTES);
        for (size_t k = 0; k < i; k++)
            require(strcasecmp(map->entries[k].text, map->entries[i].text) != 0);
    }
    require(isfinite(map->other) && (map->has_other || map->other == 0));
}

static void check_counter(const struct model_metric *metric)
{
    bool is_cooked = metric->reading == MODEL_READING_COOKED;
    require(is_cooked || metric->reading == MODEL_READING_RAW);
    require(all_sources_are(metric, is_cooked ? MODEL_GAUGE : MODEL_DERIVE));
    if (metric->counter_type == MODEL_COUNTER_UNKNOWN)
        require(!is_cooked);
    else
        require(metric_counter_samples(metric->counter_type) > 0);
    require(metric->counter_bits == 0 || metric->counter_bits == 32 || metric->counter_bits == 64);
    require(metric->base == NULL || (is_cooked && is_text(metric->base)));
    require(metric->on_null == MODEL_ON_NULL_SKIP);
}

/* What belongs to the reading is there, and nothing else is. */
static void check_reading(const struct model_metric *metric)
{
    enum model_reading reading = metric->reading;
    bool is_counter = reading == MODEL_READING_COOKED || reading == MODEL_READING_RAW;
    bool has_pair = reading == MODEL_READING_RATIO || reading == MODEL_READING_DIFFERENCE;
    require((unsigned)reading <= MODEL_READING_DIFFERENCE);
    require((unsigned)metric->on_null <= MODEL_ON_NULL_NAN);
    require(metric->on_null != MODEL_ON_NULL_NAN || all_sources_are(metric, MODEL_GAUGE));
    require((reading == MODEL_READING_MAP) == (metric->map != NULL));
    require((reading == MODEL_READING_STATE) == (metric->state != NULL));
    require(metric->other == NULL || (is_text(metric->other) && fuzz_is_line(metric->other)));
    require(has_pair ? metric->other != NULL
                     : metric->other == NULL || reading == MODEL_READING_AGE);
    require(metric->element <= (reading == MODEL_READING_ELEMENT ? CONFIG_READING_MAX_ELEMENT : 0));
    if (metric->map != NULL)
        check_map(metric->map);
    if (metric->state != NULL)
        require(is_text(metric->state) && fuzz_is_line(metric->state) &&
                strlen(metric->state) <= CONFIG_READING_MAX_TEXT_BYTES);
    if (is_counter)
        check_counter(metric);
    else
        require(metric->counter_type == MODEL_COUNTER_UNKNOWN && metric->counter_bits == 0 &&
                metric->base == NULL);
    if (!is_counter && reading != MODEL_READING_NUMBER)
        require(all_sources_are(metric, MODEL_GAUGE));
}

/* The names of an instance that is found are templates yet. */
static bool is_template(const char *text)
{
    int depth = 0;
    for (; *text != '\0'; text++) {
        depth += (*text == '{') - (*text == '}');
        if (depth < 0 || depth > 1)
            return false;
    }
    return depth == 0;
}

static void check_metric(const struct model_metric *metric, bool is_found)
{
    require(metric->type != NULL && find_named(metric->type->name) != NULL);
    require(metric->property_count == metric->type->source_count && metric->property_count > 0);
    for (size_t i = 0; i < metric->property_count; i++)
        require(is_text(metric->properties[i]));
    require(metric_name_is_clean_plugin(metric->plugin));
    bool (*is_fine)(const char *) = is_found ? is_template : metric_name_is_clean;
    require(is_fine(metric->plugin_instance) && is_fine(metric->type_instance));
    require(strlen(metric->plugin) < METRIC_NAME_SIZE);
    require(isfinite((double)metric->scale) && metric->scale != 0);
    require(isfinite((double)metric->offset));
    check_reading(metric);
    require(metric->origin.line >= 1 && metric->origin.column >= 1);
}

static void check_instance(const struct model_instance *instance, bool is_found)
{
    require(is_text(instance->module) && is_text(instance->namespace_name));
    require(is_text(instance->class_name) && instance->metric_count > 0);
    require(instance->metric_count <= CONFIG_MODULE_MAX_METRICS);
    require(strchr(instance->namespace_name, '\\') == NULL);
    for (size_t i = 0; i < instance->key_count; i++)
        require(is_text(instance->keys[i].name) && instance->keys[i].value != NULL);
    for (size_t i = 0; i < instance->metric_count; i++)
        check_metric(&instance->metrics[i], is_found);
    require(instance->identity == NULL || is_text(instance->identity));
}

/* Every pattern is one that can be compiled. */
static void check_patterns(const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct match *match = match_new(patterns[i], NULL);
        require(match != NULL);
        match_test(match, "C:");
        match_free(match);
    }
}

static void check_discovery(const struct model_discovery *discovery)
{
    size_t any_count = 0;
    size_t named_count = 1;
    check_instance(&discovery->rule, true);
    require(discovery->rule.key_count == 0 && discovery->key_count > 0);
    for (size_t i = 0; i < discovery->key_count; i++) {
        const struct model_discovery_key *key = &discovery->keys[i];
        require(is_text(key->name));
        any_count += key->value_count == 0;
        named_count *= any_count > 0 ? 0 : key->value_count;
        require(key->value_count == 0 || key->include_count + key->exclude_count == 0);
        check_patterns(key->include, key->include_count);
        check_patterns(key->exclude, key->exclude_count);
    }
    require(any_count > 0 ||
            (discovery->fetch == MODEL_FETCH_QUERY && discovery->max_instances == named_count));
    require(discovery->where == NULL ||
            (is_text(discovery->where) && fuzz_is_line(discovery->where)));
    require(discovery->refresh_ms >= 100 && discovery->max_instances >= 1 &&
            discovery->max_instances <= MODEL_DISCOVERY_MAX_INSTANCES);
}

static bool has_braces(const struct model_metric *metric)
{
    return strchr(metric->plugin_instance, '{') != NULL ||
           strchr(metric->type_instance, '{') != NULL;
}

/* Of two discoveries that one entry of a module became. */
static bool is_shared_template(const struct model_metric *a, const struct model_metric *b)
{
    return has_braces(a) && strcmp(a->origin.path, b->origin.path) == 0 &&
           a->origin.line == b->origin.line && a->origin.column == b->origin.column;
}

static bool is_same_name(const struct model_metric *a, const struct model_metric *b)
{
    return strcmp(a->plugin, b->plugin) == 0 && strcmp(a->type->name, b->type->name) == 0 &&
           strcmp(a->plugin_instance, b->plugin_instance) == 0 &&
           strcmp(a->type_instance, b->type_instance) == 0;
}

#define NAMES_MAX 256 /* of a host: the first will do */

struct names {
    const struct model_metric *seen[NAMES_MAX];
    size_t count;
};

static void check_names_of(struct names *names, const struct model_instance *instance)
{
    for (size_t i = 0; i < instance->metric_count && names->count < NAMES_MAX; i++) {
        const struct model_metric *metric = &instance->metrics[i];
        for (size_t other = 0; other < names->count; other++)
            require(!is_same_name(names->seen[other], metric) ||
                    is_shared_template(names->seen[other], metric));
        names->seen[names->count++] = metric;
    }
}

/* No two metrics of a host have one name, whatever they were told apart by; nor do two templates,
 * unless they are one metric's. */
static void check_names(const struct model_host *host)
{
    struct names names = {.count = 0};
    for (size_t i = 0; i < host->round_count; i++) {
        for (size_t k = 0; k < host->rounds[i].instance_count; k++)
            check_names_of(&names, host->rounds[i].instances[k]);
        for (size_t k = 0; k < host->rounds[i].discovery_count; k++)
            check_names_of(&names, &host->rounds[i].discoveries[k]->rule);
    }
}

static void check_round(const struct model_round *round, struct config_report *counted)
{
    require(round->interval_ms > 0 && round->timeout_ms > 0);
    require(round->instance_count + round->discovery_count > 0);
    for (size_t i = 0; i < round->instance_count; i++) {
        check_instance(round->instances[i], false);
        counted->metric_count += round->instances[i]->metric_count;
    }
    for (size_t i = 0; i < round->discovery_count; i++) {
        check_discovery(round->discoveries[i]);
        counted->metric_count += round->discoveries[i]->rule.metric_count;
    }
    counted->instance_count += round->instance_count;
    counted->discovery_count += round->discovery_count;
}

static void check_auth(const struct model *model, const struct model_auth *auth)
{
    require(auth >= model->auths && auth < model->auths + model->auth_count);
    require(is_text(auth->name) && is_text(auth->place));
    require((unsigned)auth->method <= MODEL_METHOD_CERTIFICATE);
    require((auth->proof == MODEL_PROOF_CERTIFICATE) == (auth->key_file != NULL));
    require(auth->method != MODEL_METHOD_BASIC || is_text(auth->user));
}

static void check_host(const struct model *model, const struct model_host *host,
                       struct config_report *counted)
{
    require(is_text(host->name) && strlen(host->name) < METRIC_NAME_SIZE);
    require(fuzz_is_line(host->name) && strchr(host->name, '/') == NULL);
    require(is_text(host->address) && is_text(host->server_name) && host->address[0] != '[');
    require(fuzz_is_line(host->address) && fuzz_is_line(host->server_name));
    require(host->port > 0 && host->path[0] == '/' && fuzz_is_line(host->path));
    require(host->auth != NULL && host->round_count > 0);
    check_auth(model, host->auth);
    for (size_t i = 0; i < host->round_count; i++)
        check_round(&host->rounds[i], counted);
    check_names(host);
    require(host->origin.line >= 1 && strcmp(host->origin.path, "hosts.yaml") == 0);
}

static void check_model(const struct model *model, const struct config_report *report)
{
    struct config_report counted = {0};
    for (size_t i = 0; i < model->host_count; i++) {
        check_host(model, &model->hosts[i], &counted);
        for (size_t j = i + 1; j < model->host_count; j++)
            require(strcasecmp(model->hosts[i].name, model->hosts[j].name) != 0);
    }
    require(report->host_count == model->host_count);
    require(report->instance_count == counted.instance_count);
    require(report->discovery_count == counted.discovery_count);
    require(report->metric_count == counted.metric_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const dirs[] = {"d"}, *const inventories[] = {"hosts.yaml"};
    const struct config_sources sources = {.module_dirs = dirs,
                                           .module_dir_count = 1,
                                           .inventories = inventories,
                                           .inventory_count = 1};
    const struct model_type_lookup lookup = {find_type, NULL};
    struct config_report report;
    struct model *model;
    struct err err = ERR_INIT;
    size_t complaints = 0;
    const struct log log = {check_complaint, &complaints};
    const uint8_t *cut = memmem(bytes, count, CUT, sizeof CUT - 1);
    hosts = file_of(bytes, cut != NULL ? (size_t)(cut + 1 - bytes) : count);
    const uint8_t *rest = cut != NULL ? cut + sizeof CUT - 1 : bytes + count;
    module = file_of(rest, (size_t)(bytes + count - rest));
    require(config_load(&sources, &lookup, &log, &report, &model, &err) == 0);
    require(complaints >= (report.error_count + report.warning_count > 0));
    require(report.skipped_host_count == 0 || report.error_count > 0);
    check_model(model, &report);
    model_free(model);
    return 0;
}
