/* SPDX-License-Identifier: MIT */
/*
 * sample: one instance and one metric's rule give the numbers of one value list.
 *
 * Pure: no clock, no host; our time is a parameter, and what must be remembered from one sample to
 * the next is the caller's, too (metric/cook.h). Which of the readings is whose: metric/cook.h has
 * the counters, metric/reading.h the others. The caller owns all structs; one thread at a time
 * has the memory. A sample is whole or not at all: one property that gives no number spoils it.
 */
#ifndef METRIC_SAMPLE_H
#define METRIC_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cim/types.h"
#include "model/metric.h"

/* Which member counts is said by metric->type->sources[] at the same index. */
union metric_value {
    double gauge;
    int64_t derive;
    uint64_t counter;
    uint64_t absolute;
};

struct metric_sample {
    const struct model_metric *metric; /* borrowed: plugin and type */
    /* Borrowed: the metric's, or what they are for an instance that the host named (poll/). */
    const char *plugin_instance;
    const char *type_instance;
    size_t value_count; /* the type's sources */
    union metric_value values[MODEL_TYPE_MAX_SOURCES];
};

/* What became of a metric. All but METRIC_SAMPLE_OK mean: dispatch nothing. */
enum metric_outcome {
    METRIC_SAMPLE_OK,
    METRIC_SAMPLE_MISSING,      /* the instance has no such property */
    METRIC_SAMPLE_NULL,         /* the property is there and null */
    METRIC_SAMPLE_NOT_A_NUMBER, /* text, NaN, infinity, an array, a datetime, or too large for the
                                   data source */
    /* Of metric/reading.h. */
    METRIC_SAMPLE_NOT_MAPPED,
    METRIC_SAMPLE_NOT_A_DATETIME,
    METRIC_SAMPLE_NOT_A_DURATION,
    METRIC_SAMPLE_NO_ELEMENT,
    METRIC_SAMPLE_ZERO_DIVISOR,
    /* Of metric/cook.h. The first three are no complaint. */
    METRIC_SAMPLE_NOT_YET,  /* the first of two samples, or nothing was counted to average */
    METRIC_SAMPLE_REBOOTED, /* the host restarted or set its clock back since the last one */
    METRIC_SAMPLE_FELL,     /* what counts was restarted */
    METRIC_SAMPLE_STILL,    /* a timestamp did not move */
    METRIC_SAMPLE_IMPLAUSIBLE,
    METRIC_SAMPLE_NO_COUNTER_TYPE,
};

#define METRIC_REFUSAL_TEXT_BYTES 48

/* Which property spoilt a sample, for a complaint that is made once a host and property. */
struct metric_refusal {
    const char *property; /* borrowed from the model, or static */
    bool of_base;         /* its base: `_Base` is to be added */
    enum metric_outcome outcome;
    /* What stood there, shortened, printable ASCII: text in double quotes ("\"Running\""), a number
     * as it is, else a word ("an array"); "" where nothing stood there. */
    char text[METRIC_REFUSAL_TEXT_BYTES];
};

struct metric_memory;

/* Fills *sample and returns METRIC_SAMPLE_OK; else fills *refusal (may be NULL), leaves *sample
 * alone and returns the reason; every property is read whatever became of those before it, for
 * counters remember. time_ns: of the reply, by our clock, since 1970. memory: metric_memory_count
 * of them, those of the same instance's reply before; NULL where it needs none.
 *
 * The number of the reading (metric/cook.h, metric/reading.h) times scale plus offset becomes
 *   GAUGE              the nearest double; NaN where on_null says so;
 *   DERIVE             an int64. Integers with a whole scale and offset are exact, modulo 2^64 (a
 *                      uint64 from 2^63 on is negative, so that collectd's differences stay
 *                      right); reals and fractional scales are rounded to the nearest integer,
 *                      halves away from zero, and must lie in [-2^63, 2^64);
 *   COUNTER, ABSOLUTE  a uint64, likewise; below 0 is not a number. */
enum metric_outcome metric_sample_take(const MI_Instance *instance,
                                       const struct model_metric *metric, uint64_t time_ns,
                                       struct metric_memory *memory, struct metric_sample *sample,
                                       struct metric_refusal *refusal);

/* Whether an outcome is a fault of the instance or the rule, which should be said. */
bool metric_sample_is_fault(enum metric_outcome outcome);

/* "is missing", "is null", "is not a number", "fell": to be said after the property's name. Static.
 */
const char *metric_sample_sentence(enum metric_outcome outcome);

#endif
