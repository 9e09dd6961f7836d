/* SPDX-License-Identifier: MIT */
#include "config/metric.h"

#include <math.h>
#include <strings.h>

#include "config/entry.h"
#include "config/names.h"
#include "config/reading.h"
#include "config/scalar.h"
#include "config/states.h"
#include "config/type.h"

static int keep_properties(struct config_work *work, const struct config_node *first,
                           const char *what, size_t count, struct model_metric *metric)
{
    const char **names = config_work_alloc(work, work->kept, count, sizeof names[0]);
    const struct config_node *item = first;
    for (size_t i = 0; names != NULL && i < count; i++, item = item->next) {
        names[i] = config_entry_property(work, item, what);
        if (names[i] == NULL)
            return -1;
    }
    metric->properties = names;
    metric->property_count = count;
    return names != NULL ? 0 : -1;
}

static int parse_list(struct config_work *work, const struct config_node *list,
                      struct model_metric *metric)
{
    if (list->refused)
        return -1;
    if (list->kind == CONFIG_LIST)
        return keep_properties(work, list->first, "properties", list->count, metric);
    config_complaint_error(&work->complaints, &list->at,
                           "'properties' should be a list; a single one is named by 'property'");
    return -1;
}

/* ratio or difference: the first is the property, the second the other one. */
static int parse_pair(struct config_work *work, const struct config_node *list, const char *what,
                      struct model_metric *metric)
{
    if (list->refused)
        return -1;
    if (list->kind != CONFIG_LIST || list->count != 2) {
        config_complaint_error(&work->complaints, &list->at,
                               "'%s' should be a list of two properties: [FreeSpace, Size]", what);
        return -1;
    }
    if (keep_properties(work, list->first, what, 1, metric) != 0)
        return -1;
    metric->other = config_entry_property(work, list->first->next, what);
    if (metric->other == NULL)
        return -1;
    if (strcasecmp(metric->other, metric->properties[0]) != 0) /* CIM names have no case */
        return 0;
    config_complaint_error(&work->complaints, &list->first->next->at,
                           "'%s' has %s twice: it should be of two properties", what,
                           metric->other);
    return -1;
}

static int parse_properties(struct config_work *work, const struct config_entry *entry,
                            struct model_metric *metric)
{
    const struct config_node *property = entry->of[CONFIG_ENTRY_PROPERTY];
    const struct config_node *list = entry->of[CONFIG_ENTRY_PROPERTIES];
    enum config_entry_key pair =
        entry->of[CONFIG_ENTRY_RATIO] != NULL ? CONFIG_ENTRY_RATIO : CONFIG_ENTRY_DIFFERENCE;
    if (entry->of[pair] != NULL) {
        bool both = pair == CONFIG_ENTRY_RATIO && entry->of[CONFIG_ENTRY_DIFFERENCE] != NULL;
        if (property == NULL && list == NULL && !both)
            return parse_pair(work, entry->of[pair], config_entry_name(pair), metric);
        config_complaint_error(&work->complaints, &entry->of[pair]->at,
                               "'%s' names both its properties by itself: leave out %s",
                               config_entry_name(pair),
                               both               ? "'difference', or this"
                               : property != NULL ? "'property'"
                                                  : "'properties'");
        return -1;
    }
    if ((property == NULL) == (list == NULL)) {
        config_complaint_error(&work->complaints, &entry->node->at,
                               "a metric has either 'property' or, for a type with several data "
                               "sources, 'properties'");
        return -1;
    }
    return list != NULL ? parse_list(work, list, metric)
                        : keep_properties(work, property, "property", 1, metric);
}

static int parse_type(struct config_work *work, const struct config_entry *entry,
                      struct model_metric *metric)
{
    const char *text;
    const struct config_node *node = entry->of[CONFIG_ENTRY_TYPE];
    if (node == NULL) {
        config_complaint_error(&work->complaints, &entry->node->at,
                               "a metric needs a 'type', one of collectd's types.db");
        return -1;
    }
    if (config_scalar_text(work, node, "type", &text) != 0)
        return -1;
    metric->type = config_type_find(work, text);
    if (metric->type == NULL) {
        config_complaint_error(&work->complaints, &node->at,
                               "the type '%s' is not known: no types.db that collectd reads has it",
                               config_complaint_shown(text).text);
        return -1;
    }
    if (metric->type->source_count == metric->property_count)
        return 0;
    if (metric->other != NULL) {
        config_complaint_error(&work->complaints, &node->at,
                               "the type '%s' has %zu data sources, and %s and %s make one value",
                               metric->type->name, metric->type->source_count,
                               metric->properties[0], metric->other);
        return -1;
    }
    config_complaint_error(
        &work->complaints, &node->at, "the type '%s' has %zu data source%s, and %zu %s named",
        metric->type->name, metric->type->source_count, metric->type->source_count == 1 ? "" : "s",
        metric->property_count, metric->property_count == 1 ? "property is" : "properties are");
    return -1;
}

/* Where what comes out is no bytes and no seconds, or is seconds already. */
static bool takes_unit(enum model_reading reading)
{
    return reading != MODEL_READING_MAP && reading != MODEL_READING_STATE &&
           reading != MODEL_READING_AGE && reading != MODEL_READING_EPOCH &&
           reading != MODEL_READING_DURATION && reading != MODEL_READING_COUNT;
}

/* To bytes and seconds, the units of collectd's types. */
static int parse_unit(struct config_work *work, const struct config_node *node,
                      enum model_reading reading, long double *factor)
{
    static const char *const WORDS[] = {"B", "KB", "MB", "GB", "TB", "s", "ms", "us", "100ns"};
    static const long double FACTORS[] = {1, 0x1p10L, 0x1p20L, 0x1p30L, 0x1p40L,
                                          1, 1e-3L,   1e-6L,   1e-7L};
    size_t index;
    if (config_scalar_word(work, node, "unit", WORDS, sizeof WORDS / sizeof WORDS[0], &index) != 0)
        return -1;
    *factor = FACTORS[index];
    if (takes_unit(reading))
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'unit' is '%s', and this metric's rule gives a plain number, or "
                           "seconds by itself",
                           WORDS[index]);
    return -1;
}

static int parse_scaling(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric)
{
    const struct config_node *offset = entry->of[CONFIG_ENTRY_OFFSET];
    const struct config_node *scale = entry->of[CONFIG_ENTRY_SCALE];
    const struct config_node *unit = entry->of[CONFIG_ENTRY_UNIT];
    long double factor = 1;
    metric->scale = 1;
    metric->offset = 0;
    if ((offset != NULL && config_scalar_real(work, offset, "offset", &metric->offset) != 0) ||
        (scale != NULL && config_scalar_real(work, scale, "scale", &metric->scale) != 0) ||
        (unit != NULL && parse_unit(work, unit, metric->reading, &factor) != 0))
        return -1;
    if (metric->scale == 0) {
        config_complaint_error(
            &work->complaints, &scale->at,
            "a 'scale' of 0 makes 0 of every value: leave it out, or give the factor");
        return -1;
    }
    metric->scale *= factor;
    if (isfinite((double)metric->scale)) /* collectd's values are doubles */
        return 0;
    config_complaint_error(&work->complaints, &unit->at,
                           "'unit' makes the 'scale' larger than any number collectd knows");
    return -1;
}

int config_metric_parse(struct config_work *work, const struct config_node *node,
                        const struct config_keys *keys, struct config_metric *metrics)
{
    struct config_entry entry;
    struct config_metric parsed = {.model = {.origin = node->at}};
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "a metric is a mapping: {property: FreeSpace, type: bytes}");
        return -1;
    }
    if (config_entry_read(work, node, &entry) != 0 ||
        parse_properties(work, &entry, &parsed.model) != 0 ||
        parse_type(work, &entry, &parsed.model) != 0 ||
        config_reading_parse(work, &entry, &parsed.model) != 0 ||
        config_names_parse(work, &entry, keys, &parsed) != 0 ||
        parse_scaling(work, &entry, &parsed.model) != 0)
        return -1;
    if (parsed.model.reading == MODEL_READING_STATE)
        return config_states_expand(work, entry.of[CONFIG_ENTRY_STATES], &parsed, metrics);
    metrics[0] = parsed;
    return 0;
}
