/* SPDX-License-Identifier: MIT */
#include "metric/completion.h"

#include <string.h>

#include "cim/name.h"
#include "metric/cook.h"
#include "metric/counter.h"

static const char raw_class_prefix[] = "Win32_PerfRawData_";

static bool is_raw_class(const char *class_name)
{
    size_t count = sizeof raw_class_prefix - 1;
    return strnlen(class_name, count) == count &&
           cim_name_compare(class_name, count, raw_class_prefix, count) == 0;
}

static bool is_counter(const struct model_metric *metric)
{
    return metric->reading == MODEL_READING_COOKED || metric->reading == MODEL_READING_RAW;
}

bool metric_completion_is_open(const struct model_instance *rule)
{
    bool is_raw = is_raw_class(rule->class_name);
    for (size_t i = 0; i < rule->metric_count; i++) {
        const struct model_metric *metric = &rule->metrics[i];
        if (is_counter(metric) &&
            (metric->counter_type == MODEL_COUNTER_UNKNOWN || metric->counter_bits == 0))
            return true;
        if (metric->reading == MODEL_READING_NUMBER && is_raw)
            return true;
    }
    return false;
}

/* --- What the class says of one property --- */

static const struct cim_property *find(const MI_Class *schema, const char *name)
{
    return cim_class_find(schema, name, strlen(name));
}

/* A type of which a value can be made, or MODEL_COUNTER_UNKNOWN. property may be NULL. */
static uint32_t declared_type(const struct cim_property *property)
{
    if (property == NULL || !property->is_counter ||
        metric_counter_samples(property->counter_type) == 0)
        return MODEL_COUNTER_UNKNOWN;
    return property->counter_type;
}

/* 0: the class does not say. */
static unsigned declared_bits(const struct cim_property *property)
{
    if (property == NULL)
        return 0;
    if (property->type == MI_UINT32 || property->type == MI_SINT32)
        return 32;
    return property->type == MI_UINT64 || property->type == MI_SINT64 ? 64 : 0;
}

/* A number that counts nothing. That the qualifier is of no use (is_counter is false) does not make
 * it one. */
static bool is_plain(const MI_Class *schema, const char *name)
{
    MI_Type type;
    MI_QualifierSet qualifiers;
    if (MI_Class_GetElement(schema, name, NULL, NULL, &type, NULL, &qualifiers, NULL, NULL) !=
        MI_RESULT_OK)
        return false;
    return type <= MI_REAL64 && MI_QualifierSet_GetQualifier(&qualifiers, "CounterType", NULL, NULL,
                                                             NULL, NULL) != MI_RESULT_OK;
}

static const char *declared_base(const MI_Class *schema, const struct cim_property *property)
{
    const char *name = property != NULL ? property->base : NULL;
    const struct cim_property *base = name != NULL ? find(schema, name) : NULL;
    if (base == NULL || base == property || base->type < MI_UINT8 || base->type > MI_SINT64 ||
        declared_type(base) != MODEL_COUNTER_UNKNOWN)
        return NULL;
    return base->name;
}

/* --- What it says of all of a metric's properties --- */

static uint32_t common_type(const struct model_metric *metric, const MI_Class *schema)
{
    uint32_t code = MODEL_COUNTER_UNKNOWN;
    for (size_t i = 0; i < metric->property_count; i++) {
        uint32_t declared = declared_type(find(schema, metric->properties[i]));
        if (i > 0 && declared != code)
            return MODEL_COUNTER_UNKNOWN;
        code = declared;
    }
    return code;
}

static unsigned widest(const struct model_metric *metric, const MI_Class *schema)
{
    unsigned bits = 0;
    for (size_t i = 0; i < metric->property_count; i++) {
        unsigned declared = declared_bits(find(schema, metric->properties[i]));
        bits = declared > bits ? declared : bits;
    }
    return bits;
}

static bool are_all_plain(const struct model_metric *metric, const MI_Class *schema)
{
    for (size_t i = 0; i < metric->property_count; i++)
        if (!is_plain(schema, metric->properties[i]))
            return false;
    return true;
}

/* Whether base is what a property has where nobody says anything. */
static bool is_default_base(const char *base, const char *property)
{
    static const char suffix[] = "_Base";
    size_t count = strlen(property);
    return strlen(base) == count + sizeof suffix - 1 &&
           cim_name_compare(base, count, property, count) == 0 &&
           cim_name_is_same(base + count, suffix);
}

static void complete_base(const MI_Class *schema, struct model_metric *completed)
{
    bool are_default = true;
    bool are_equal = true;
    const char *first = NULL;
    for (size_t i = 0; i < completed->property_count; i++) {
        const char *property = completed->properties[i];
        const char *base = declared_base(schema, find(schema, property));
        if (i == 0)
            first = base;
        are_default = are_default && (base == NULL || is_default_base(base, property));
        are_equal = are_equal && base == first; /* each is the schema's own text */
    }
    if (are_default)
        return;
    if (are_equal)
        completed->base = first;
    else
        completed->counter_type = MODEL_COUNTER_UNKNOWN;
}

/* To unwrap takes no formula, and Windows types counts that only grow as plain numbers, too
 * (shared/facts/windows.md). */
static bool is_dubious(const struct model_metric *metric, uint32_t declared)
{
    if (declared == MODEL_COUNTER_UNKNOWN ||
        metric_counter_is_alike(metric->counter_type, declared))
        return false;
    return metric->reading != MODEL_READING_RAW || metric_counter_samples(declared) == 2;
}

static void doubt_type(const struct model_metric *metric, const MI_Class *schema,
                       struct metric_doubt *doubt)
{
    for (size_t i = 0; i < metric->property_count; i++) {
        const char *property = metric->properties[i];
        uint32_t declared = declared_type(find(schema, property));
        if (!is_dubious(metric, declared))
            continue;
        *doubt = (struct metric_doubt){property, metric->counter_type, declared};
        return;
    }
}

/* --- Completing --- */

static void complete_counter(const MI_Class *schema, struct model_metric *completed,
                             struct metric_doubt *doubt)
{
    if (schema == NULL)
        return;
    if (completed->counter_type == MODEL_COUNTER_UNKNOWN)
        completed->counter_type = common_type(completed, schema);
    else
        doubt_type(completed, schema, doubt);
    if (completed->counter_bits == 0)
        completed->counter_bits = widest(completed, schema);
    bool needs_base =
        (metric_counter_needs(completed->counter_type) & METRIC_COUNTER_NEEDS_BASE) != 0;
    if (completed->reading == MODEL_READING_COOKED && completed->base == NULL && needs_base)
        complete_base(schema, completed);
}

/* Which kinds of data sources a metric has. */
struct kinds {
    bool has_gauge;
    bool has_counter; /* DERIVE or COUNTER */
    bool has_other;
};

static struct kinds kinds_of(const struct model_metric *metric)
{
    struct kinds kinds = {false, false, false};
    for (size_t i = 0; i < metric->property_count; i++) {
        enum model_source source = metric->type->sources[i];
        bool counts = source == MODEL_DERIVE || source == MODEL_COUNTER;
        kinds.has_gauge = kinds.has_gauge || source == MODEL_GAUGE;
        kinds.has_counter = kinds.has_counter || counts;
        kinds.has_other = kinds.has_other || (source != MODEL_GAUGE && !counts);
    }
    return kinds;
}

/* A number of a class of raw counters. */
static void complete_number(const MI_Class *schema, struct model_metric *completed,
                            struct metric_doubt *doubt)
{
    struct kinds kinds = kinds_of(completed);
    uint32_t code = schema != NULL ? common_type(completed, schema) : MODEL_COUNTER_UNKNOWN;
    if (schema != NULL && are_all_plain(completed, schema))
        return;
    if (kinds.has_gauge) {
        bool are_all_gauges = !kinds.has_counter && !kinds.has_other;
        completed->reading = MODEL_READING_COOKED;
        completed->counter_type = are_all_gauges ? code : MODEL_COUNTER_UNKNOWN;
        if (!are_all_gauges)
            return;
    } else if (!kinds.has_other && metric_counter_samples(code) == 2) {
        completed->reading = MODEL_READING_RAW;
        completed->counter_type = code;
    } else
        return;
    completed->counter_bits = 0;
    completed->base = NULL;
    complete_counter(schema, completed, doubt);
}

void metric_completion_fill(const struct model_metric *metric, const char *class_name,
                            const MI_Class *schema, struct model_metric *completed,
                            struct metric_doubt *doubt)
{
    *completed = *metric;
    *doubt = (struct metric_doubt){.property = NULL};
    if (is_counter(metric))
        complete_counter(schema, completed, doubt);
    else if (metric->reading == MODEL_READING_NUMBER && is_raw_class(class_name))
        complete_number(schema, completed, doubt);
}

/* --- Columns --- */

static bool is_listed(const struct buf *text, const char *name, size_t count)
{
    const char *at = buf_text(text);
    while (*at != '\0') {
        size_t item_bytes = strcspn(at, ",");
        if (cim_name_compare(at, item_bytes, name, count) == 0)
            return true;
        at += item_bytes + (at[item_bytes] == ',');
    }
    return false;
}

/* What is no legal name is no instance's either, and would be another query. */
static void add_column(const MI_Class *schema, const char *name, struct buf *text)
{
    size_t count = strlen(name);
    if (!cim_name_is_legal(name, count) || is_listed(text, name, count) ||
        (schema != NULL && cim_class_find(schema, name, count) == NULL))
        return;
    if (text->size_bytes > 0)
        buf_add_char(text, ',');
    buf_add(text, name, count);
}

static void add_columns(const struct model_metric *metric, const MI_Class *schema, struct buf *text)
{
    const char *clocks[METRIC_COOK_MAX_CLOCKS];
    char room[METRIC_COOK_BASE_BYTES];
    for (size_t i = 0; i < metric->property_count; i++) {
        const char *base = metric_cook_base(metric, i, room);
        add_column(NULL, metric->properties[i], text);
        if (base != NULL)
            add_column(NULL, base, text);
    }
    if (metric->other != NULL)
        add_column(NULL, metric->other, text);
    size_t clock_count = is_counter(metric) ? metric_cook_clocks(metric, clocks) : 0;
    for (size_t i = 0; i < clock_count; i++)
        add_column(schema, clocks[i], text);
}

void metric_completion_columns(const struct model_metric *metrics, size_t metric_count,
                               const MI_Class *schema, struct buf *text)
{
    for (size_t i = 0; i < metric_count; i++)
        add_columns(&metrics[i], schema, text);
}
