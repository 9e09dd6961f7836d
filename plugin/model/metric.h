/* SPDX-License-Identifier: MIT */
/*
 * metric: which properties of an instance become which collectd value list.
 *
 * Names are complete here: defaults filled in, {Key} expanded, sanitised, within collectd's 127
 * characters. Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_METRIC_H
#define MODEL_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/origin.h"
#include "model/type.h"

/* What is made of the properties before scale and offset. All but RAW and NUMBER give gauges. */
enum model_reading {
    MODEL_READING_NUMBER,   /* a number or a boolean, as it stands */
    MODEL_READING_COOKED,   /* two samples and the formula of counter_type */
    MODEL_READING_RAW,      /* a counter, unwrapped to 64 bits by its width: for a DERIVE */
    MODEL_READING_MAP,      /* text or number that stands in map */
    MODEL_READING_STATE,    /* 1 where the text is state, else 0 */
    MODEL_READING_AGE,      /* a datetime: seconds until other, or until the reply by our clock */
    MODEL_READING_EPOCH,    /* a datetime: seconds since 1970 */
    MODEL_READING_DURATION, /* an interval, or a number of seconds: seconds */
    MODEL_READING_ELEMENT,  /* of an array: the item at element, from 0 */
    MODEL_READING_COUNT,    /* how many items */
    MODEL_READING_SUM,
    MODEL_READING_MAX,
    MODEL_READING_RATIO,      /* the property divided by other */
    MODEL_READING_DIFFERENCE, /* the property less other */
};

enum model_on_null { MODEL_ON_NULL_SKIP, MODEL_ON_NULL_ZERO, MODEL_ON_NULL_NAN };

/* The text or number on the left, compared without regard to ASCII case, becomes the right one. */
struct model_map_entry {
    const char *text;
    double number;
};

/* MODEL_READING_MAP; shared by metrics. */
struct model_map {
    const struct model_map_entry *entries;
    size_t count;
    bool has_other; /* what stands nowhere becomes other; else it is refused */
    double other;
};

#define MODEL_COUNTER_UNKNOWN UINT32_MAX

struct model_metric {
    const char *const *properties; /* one a data source of the type, in its order */
    size_t property_count;         /* equals type->source_count */
    const struct model_type *type;
    const char *plugin;
    const char *plugin_instance; /* "" is empty */
    const char *type_instance;   /* "" is empty */
    /* value * scale + offset; scale 1 and offset 0 leave integers untouched. long double:
     * a uint64 times 1e-5 must round right. */
    long double scale;
    long double offset;
    enum model_reading reading;
    enum model_on_null on_null;
    uint32_t counter_type; /* COOKED, RAW: winperf.h's number, or MODEL_COUNTER_UNKNOWN */
    unsigned counter_bits; /* COOKED, RAW: 32 or 64; 0: by counter_type, else by the schema */
    const char *base;      /* COOKED: the property of the base; NULL: <property>_Base */
    const char *other; /* AGE, RATIO, DIFFERENCE: the other property; NULL where there is none */
    const struct model_map *map; /* MAP */
    const char *state;           /* STATE */
    uint32_t element;            /* ELEMENT */
    struct model_origin origin;
};

#endif
