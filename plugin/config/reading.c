/* SPDX-License-Identifier: MIT */
#include "config/reading.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/counter.h"
#include "config/scalar.h"

int config_reading_check_sources(struct config_work *work, const struct config_entry *entry,
                                 enum config_entry_key key, const struct model_metric *metric,
                                 enum model_source wanted)
{
    static const char *const KINDS[] = {"GAUGE", "DERIVE", "COUNTER", "ABSOLUTE"};
    static const char *const EXAMPLES[] = {"gauge", "derive", "", ""};
    for (size_t i = 0; i < metric->type->source_count; i++) {
        enum model_source source = metric->type->sources[i];
        if (source == wanted)
            continue;
        config_complaint_error(
            &work->complaints, &entry->of[key]->at,
            "'%s' gives a %s, and the type '%s' wants %s %s: take a type of %ss, as %s%s",
            config_entry_name(key), KINDS[wanted], metric->type->name,
            source == MODEL_ABSOLUTE ? "an" : "a", KINDS[source], KINDS[wanted], EXAMPLES[wanted],
            key == CONFIG_ENTRY_COUNTER && source == MODEL_DERIVE ? ", or say 'raw: true' beside it"
                                                                  : "");
        return -1;
    }
    return 0;
}

/* ---- map ---- */

static const char *keep_text(struct config_work *work, const struct config_node *node,
                             const char *what)
{
    if (strlen(node->text) <= CONFIG_READING_MAX_TEXT_BYTES)
        return config_work_keep(work, node->text);
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' has the text '%s', %zu bytes long, and %d are the maximum", what,
                           config_complaint_shown(node->text).text, strlen(node->text),
                           CONFIG_READING_MAX_TEXT_BYTES);
    return NULL;
}

static int parse_number(struct config_work *work, const struct config_node *node, const char *what,
                        double *number)
{
    long double value;
    if (config_scalar_real(work, node, what, &value) != 0)
        return -1;
    *number = (double)value;
    return 0;
}

static int parse_map_entry(struct config_work *work, const struct config_node *key,
                           struct model_map_entry *entries, size_t *count)
{
    const char *text;
    char what[96];
    if (key->doubled || config_scalar_text_or_empty(work, key, "map", &text) != 0)
        return -1;
    snprintf(what, sizeof what, "map: %s", config_complaint_shown(text).text);
    if (parse_number(work, key->value, what, &entries[*count].number) != 0)
        return -1;
    for (size_t i = 0; i < *count; i++)
        if (strcasecmp(entries[i].text, text) == 0) {
            config_complaint_error(&work->complaints, &key->at,
                                   "'map' has '%s' already in other letters, and case does not "
                                   "count",
                                   config_complaint_shown(text).text);
            return -1;
        }
    entries[*count].text = keep_text(work, key, "map");
    if (entries[*count].text == NULL)
        return -1;
    (*count)++;
    return 0;
}

static int check_map(struct config_work *work, const struct config_node *node)
{
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING || node->count == 0)
        config_complaint_error(&work->complaints, &node->at,
                               "'map' should be a mapping of a text or number to a number: "
                               "{Running: 1, Stopped: 0}");
    else if (node->count > CONFIG_READING_MAX_MAPPED)
        config_complaint_error(&work->complaints, &node->at,
                               "'map' has %u entries, and %d are the maximum",
                               (unsigned)node->count, CONFIG_READING_MAX_MAPPED);
    else
        return 0;
    return -1;
}

static int parse_map(struct config_work *work, const struct config_entry *entry,
                     struct model_metric *metric)
{
    const struct config_node *node = entry->of[CONFIG_ENTRY_MAP];
    const struct config_node *other = entry->of[CONFIG_ENTRY_MAP_DEFAULT];
    if (check_map(work, node) != 0)
        return -1;
    struct model_map *map = config_work_alloc(work, work->kept, 1, sizeof *map);
    struct model_map_entry *entries =
        config_work_alloc(work, work->kept, node->count, sizeof entries[0]);
    if (map == NULL || entries == NULL)
        return -1;
    for (const struct config_node *key = node->first; key != NULL; key = key->next)
        if (parse_map_entry(work, key, entries, &map->count) != 0)
            return -1;
    map->entries = entries;
    map->has_other = other != NULL;
    if (other != NULL && parse_number(work, other, "map_default", &map->other) != 0)
        return -1;
    metric->reading = MODEL_READING_MAP;
    metric->map = map;
    return 0;
}

/* ---- The others ---- */

static int parse_states(struct config_work *work, const struct config_entry *entry,
                        struct model_metric *metric)
{
    const struct config_node *node = entry->of[CONFIG_ENTRY_STATES];
    if (node->refused)
        return -1;
    metric->reading = MODEL_READING_STATE;
    if (metric->property_count == 1)
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'states' are those of one property: the type '%s' has %zu data sources",
                           metric->type->name, metric->type->source_count);
    return -1;
}

static int parse_datetime(struct config_work *work, const struct config_entry *entry,
                          struct model_metric *metric)
{
    static const char *const WORDS[] = {"age", "epoch"};
    const struct config_node *against = entry->of[CONFIG_ENTRY_AGAINST];
    size_t index;
    if (config_scalar_word(work, entry->of[CONFIG_ENTRY_DATETIME], "datetime", WORDS, 2, &index) !=
        0)
        return -1;
    metric->reading = index == 0 ? MODEL_READING_AGE : MODEL_READING_EPOCH;
    if (against == NULL)
        return 0;
    if (metric->reading == MODEL_READING_AGE) {
        metric->other = config_entry_property(work, against, "against");
        return metric->other != NULL ? 0 : -1;
    }
    config_complaint_error(&work->complaints, &against->at,
                           "'against' belongs to 'datetime: age': 'epoch' counts from 1970");
    return -1;
}

static int parse_duration(struct config_work *work, const struct config_entry *entry,
                          struct model_metric *metric)
{
    static const char *const WORDS[] = {"seconds"};
    size_t index;
    metric->reading = MODEL_READING_DURATION;
    return config_scalar_word(work, entry->of[CONFIG_ENTRY_DURATION], "duration", WORDS, 1, &index);
}

static int tell_array(struct config_work *work, const struct config_node *node)
{
    config_complaint_error(&work->complaints, &node->at,
                           "'array' should be count, sum, max or {element: 0}, the first being 0");
    return -1;
}

static int parse_element(struct config_work *work, const struct config_node *node,
                         struct model_metric *metric)
{
    uint64_t element;
    const struct config_node *key = node->first;
    if (node->count != 1 || strcmp(key->text, "element") != 0)
        return tell_array(work, node);
    if (key->doubled || config_scalar_integer(work, key->value, "element", 0,
                                              CONFIG_READING_MAX_ELEMENT, &element) != 0)
        return -1;
    metric->reading = MODEL_READING_ELEMENT;
    metric->element = (uint32_t)element;
    return 0;
}

static int parse_array(struct config_work *work, const struct config_entry *entry,
                       struct model_metric *metric)
{
    static const char *const WORDS[] = {"count", "sum", "max"};
    static const enum model_reading READINGS[] = {MODEL_READING_COUNT, MODEL_READING_SUM,
                                                  MODEL_READING_MAX};
    const struct config_node *node = entry->of[CONFIG_ENTRY_ARRAY];
    const char *text;
    if (node->kind == CONFIG_MAPPING && !node->refused)
        return parse_element(work, node, metric);
    if (config_scalar_text(work, node, "array", &text) != 0)
        return -1;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(text, WORDS[i]) == 0) {
            metric->reading = READINGS[i];
            return 0;
        }
    return tell_array(work, node);
}

/* The two properties are read where all properties are. */
static int take_ratio(struct config_work *work, const struct config_entry *entry,
                      struct model_metric *metric)
{
    (void)work;
    metric->reading =
        entry->of[CONFIG_ENTRY_RATIO] != NULL ? MODEL_READING_RATIO : MODEL_READING_DIFFERENCE;
    return 0;
}

/* ---- Which one ---- */

static const struct rule {
    enum config_entry_key key;
    int (*parse)(struct config_work *work, const struct config_entry *entry,
                 struct model_metric *metric);
} RULES[] = {
    {CONFIG_ENTRY_COUNTER, config_counter_parse},
    {CONFIG_ENTRY_RAW, config_counter_parse},
    {CONFIG_ENTRY_MAP, parse_map},
    {CONFIG_ENTRY_STATES, parse_states},
    {CONFIG_ENTRY_DATETIME, parse_datetime},
    {CONFIG_ENTRY_DURATION, parse_duration},
    {CONFIG_ENTRY_ARRAY, parse_array},
    {CONFIG_ENTRY_RATIO, take_ratio},
    {CONFIG_ENTRY_DIFFERENCE, take_ratio},
};
#define RULE_COUNT (sizeof RULES / sizeof RULES[0])

/* 0 and *rule, NULL where a number is taken as it stands; -1: there are two, told. `counter` and
 * `raw` go together. */
static int find_rule(struct config_work *work, const struct config_entry *entry,
                     const struct rule **rule)
{
    const struct rule *found = NULL;
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (entry->of[RULES[i].key] == NULL)
            continue;
        if (found != NULL && found->parse != RULES[i].parse) {
            config_complaint_error(&work->complaints, &entry->of[RULES[i].key]->at,
                                   "'%s' and '%s' are two rules for one value: a metric has one, "
                                   "and two metrics may read one property",
                                   config_entry_name(RULES[i].key), config_entry_name(found->key));
            return -1;
        }
        found = found != NULL ? found : &RULES[i];
    }
    *rule = found;
    return 0;
}

/* Keys that say nothing without another. */
static int check_companions(struct config_work *work, const struct config_entry *entry)
{
    static const struct {
        enum config_entry_key key;
        enum config_entry_key needed;
        enum config_entry_key or_needed;
        const char *words;
    } COMPANIONS[] = {
        {CONFIG_ENTRY_WIDTH, CONFIG_ENTRY_COUNTER, CONFIG_ENTRY_RAW, "'counter' or 'raw: true'"},
        {CONFIG_ENTRY_BASE, CONFIG_ENTRY_COUNTER, CONFIG_ENTRY_COUNTER, "'counter'"},
        {CONFIG_ENTRY_MAP_DEFAULT, CONFIG_ENTRY_MAP, CONFIG_ENTRY_MAP, "'map'"},
        {CONFIG_ENTRY_AGAINST, CONFIG_ENTRY_DATETIME, CONFIG_ENTRY_DATETIME, "'datetime: age'"},
    };
    for (size_t i = 0; i < sizeof COMPANIONS / sizeof COMPANIONS[0]; i++) {
        const struct config_node *node = entry->of[COMPANIONS[i].key];
        if (node == NULL || entry->of[COMPANIONS[i].needed] != NULL ||
            entry->of[COMPANIONS[i].or_needed] != NULL)
            continue;
        if (!node->refused)
            config_complaint_error(&work->complaints, &node->at, "'%s' needs %s beside it",
                                   config_entry_name(COMPANIONS[i].key), COMPANIONS[i].words);
        return -1;
    }
    return 0;
}

static bool is_counter(const struct model_metric *metric)
{
    return metric->reading == MODEL_READING_COOKED || metric->reading == MODEL_READING_RAW;
}

/* A counter that is null leaves a gap whatever is said: a 0 would be a wrong number. */
static int parse_on_null(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric)
{
    static const char *const WORDS[] = {"skip", "zero", "nan"}; /* enum model_on_null */
    const struct config_node *node = entry->of[CONFIG_ENTRY_ON_NULL];
    size_t index = MODEL_ON_NULL_SKIP;
    if (node != NULL && config_scalar_word(work, node, "on_null", WORDS, 3, &index) != 0)
        return -1;
    metric->on_null = (enum model_on_null)index;
    if (metric->on_null != MODEL_ON_NULL_SKIP && is_counter(metric)) {
        config_complaint_error(&work->complaints, &node->at,
                               "'on_null' is '%s', and a counter that is null can only be skipped",
                               WORDS[index]);
        return -1;
    }
    for (size_t i = 0; metric->on_null == MODEL_ON_NULL_NAN && i < metric->type->source_count; i++)
        if (metric->type->sources[i] != MODEL_GAUGE) {
            config_complaint_error(&work->complaints, &node->at,
                                   "'on_null' is 'nan', which only a GAUGE can be, and the type "
                                   "'%s' has another data source",
                                   metric->type->name);
            return -1;
        }
    return 0;
}

int config_reading_parse(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric)
{
    const struct rule *rule;
    metric->reading = MODEL_READING_NUMBER;
    metric->counter_type = MODEL_COUNTER_UNKNOWN;
    if (find_rule(work, entry, &rule) != 0 || check_companions(work, entry) != 0)
        return -1;
    if (rule != NULL && rule->parse(work, entry, metric) != 0)
        return -1;
    if (rule != NULL && metric->reading != MODEL_READING_NUMBER && !is_counter(metric) &&
        config_reading_check_sources(work, entry, rule->key, metric, MODEL_GAUGE) != 0)
        return -1;
    return parse_on_null(work, entry, metric);
}
