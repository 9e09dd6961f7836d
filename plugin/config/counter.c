/* SPDX-License-Identifier: MIT */
#include "config/counter.h"

#include <string.h>
#include <strings.h>

#include "config/reading.h"
#include "config/scalar.h"
#include "config/word.h"
#include "metric/counter.h"

#define NAMES_MAX 64

/* " (did you mean ...?)", also for a name without its beginning, as BULK_COUNT. */
static struct config_hint hint_at(const char *text)
{
    const char *names[NAMES_MAX];
    const char *name;
    size_t count = 0;
    size_t bytes = strlen(text);
    for (size_t i = 0; count < NAMES_MAX && (name = metric_counter_name_at(i)) != NULL; i++) {
        size_t before = strlen(name) > bytes ? strlen(name) - bytes : 0;
        names[count++] = name;
        if (before > 0 && name[before - 1] == '_' && strcasecmp(name + before, text) == 0)
            return config_word_hint(name, &name, 1);
    }
    return config_word_hint(text, names, count);
}

static int tell_unknown(struct config_work *work, const struct config_node *node)
{
    config_complaint_error(&work->complaints, &node->at,
                           "'counter' is '%s', which is no counter type%s: winperf.h's name, as "
                           "PERF_COUNTER_BULK_COUNT, or its number, as 272696576",
                           config_complaint_shown(node->text).text, hint_at(node->text).text);
    return -1;
}

/* Texts and bases give no value (shared/facts/windows.md, Counter types). */
static int parse_type(struct config_work *work, const struct config_node *node,
                      struct model_metric *metric)
{
    const char *text;
    uint32_t code;
    if (config_scalar_text(work, node, "counter", &text) != 0)
        return -1;
    if (metric_counter_find(text, &code) != 0)
        return tell_unknown(work, node);
    if (metric_counter_samples(code) == 0) {
        config_complaint_error(&work->complaints, &node->at,
                               "'counter' is '%s', which gives no value: it is a text, or the base "
                               "of another counter",
                               config_complaint_shown(text).text);
        return -1;
    }
    metric->counter_type = code;
    return 0;
}

static int parse_width(struct config_work *work, const struct config_node *node,
                       struct model_metric *metric)
{
    static const char *const WORDS[] = {"32", "64"};
    size_t index;
    if (config_scalar_word(work, node, "width", WORDS, 2, &index) != 0)
        return -1;
    metric->counter_bits = index == 0 ? 32 : 64;
    return 0;
}

static int parse_base(struct config_work *work, const struct config_node *node,
                      struct model_metric *metric)
{
    metric->base = config_entry_property(work, node, "base");
    if (metric->base == NULL)
        return -1;
    bool is_needed = (metric_counter_needs(metric->counter_type) & METRIC_COUNTER_NEEDS_BASE) != 0;
    if (metric->reading == MODEL_READING_RAW)
        config_complaint_error(&work->complaints, &node->at,
                               "'base' is of no use to 'raw: true', which is the counter alone");
    else if (!is_needed)
        config_complaint_error(&work->complaints, &node->at,
                               "'base' is of no use to %s, which has none",
                               metric_counter_name(metric->counter_type));
    else if (metric->property_count > 1)
        config_complaint_error(&work->complaints, &node->at,
                               "'base' is that of one property, and several are named: each has "
                               "its own, named as it is with _Base behind it");
    else
        return 0;
    return -1;
}

int config_counter_parse(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric)
{
    bool is_raw = false;
    const struct config_node *type = entry->of[CONFIG_ENTRY_COUNTER];
    const struct config_node *raw = entry->of[CONFIG_ENTRY_RAW];
    const struct config_node *width = entry->of[CONFIG_ENTRY_WIDTH];
    const struct config_node *base = entry->of[CONFIG_ENTRY_BASE];
    if ((raw != NULL && config_scalar_boolean(work, raw, "raw", &is_raw) != 0) ||
        (type != NULL && parse_type(work, type, metric) != 0))
        return -1;
    if (is_raw)
        metric->reading = MODEL_READING_RAW;
    else if (type != NULL)
        metric->reading = MODEL_READING_COOKED;
    else if (width != NULL) {
        config_complaint_error(&work->complaints, &width->at,
                               "'width' needs 'counter' or 'raw: true' beside it");
        return -1;
    }
    if ((width != NULL && parse_width(work, width, metric) != 0) ||
        (base != NULL && parse_base(work, base, metric) != 0))
        return -1;
    if (is_raw)
        return config_reading_check_sources(work, entry, CONFIG_ENTRY_RAW, metric, MODEL_DERIVE);
    if (type != NULL)
        return config_reading_check_sources(work, entry, CONFIG_ENTRY_COUNTER, metric, MODEL_GAUGE);
    return 0;
}
