/* SPDX-License-Identifier: MIT */
/*
 * sample: one instance and one metric's rule give the numbers of one value list.
 *
 * Pure: no clock, no memory between two calls (counter formulas are not here), no host, no time;
 * whoever dispatches adds those. The caller owns both structs, usually on its stack; any
 * thread. A sample is whole or not at all: one property that gives no number spoils it.
 */
#ifndef METRIC_SAMPLE_H
#define METRIC_SAMPLE_H

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
    const struct model_metric *metric; /* borrowed: names and type; lives as long as the model */
    size_t value_count;                /* the type's sources */
    union metric_value values[MODEL_TYPE_MAX_SOURCES];
};

/* What became of a metric. All but METRIC_SAMPLE_OK mean: dispatch nothing. */
enum metric_outcome {
    METRIC_SAMPLE_OK,
    METRIC_SAMPLE_MISSING,      /* the instance has no such property */
    METRIC_SAMPLE_NULL,         /* the property is there and null */
    METRIC_SAMPLE_NOT_A_NUMBER, /* text, NaN, infinity, an array, a datetime, or too large for the
                                   data source */
};

#define METRIC_REFUSAL_TEXT_BYTES 48

/* Which property spoilt a sample, for a complaint that is made once a host and property. */
struct metric_refusal {
    const char *property; /* borrowed from the model */
    enum metric_outcome outcome;
    /* What stood there, shortened, printable ASCII: text in double quotes ("\"Running\""), a number
     * as it is, else a word ("an array"); "" where nothing stood there. */
    char text[METRIC_REFUSAL_TEXT_BYTES];
};

/* Fills *sample and returns METRIC_SAMPLE_OK; else fills *refusal (may be NULL), leaves *sample
 * alone and returns the reason. Numbers: any numeric MI_Type, MI_BOOLEAN (0, 1), MI_CHAR16, and
 * MI_STRING holding a decimal integer or real with an optional sign, or `true` or `false`, since
 * numbers and booleans travel untyped (shared/facts/wire.md 2). No hex, no space, no NaN, no
 * infinity. The number times scale plus offset then becomes
 *   GAUGE              the nearest double;
 *   DERIVE             an int64. Integers with a whole scale and offset are exact, modulo 2^64 (a
 *                      uint64 from 2^63 on is negative, so that collectd's differences stay
 *                      right); reals and fractional scales are rounded to the nearest integer,
 *                      halves away from zero, and must lie in [-2^63, 2^64);
 *   COUNTER, ABSOLUTE  a uint64, likewise; below 0 is not a number. */
enum metric_outcome metric_sample_take(const MI_Instance *instance,
                                       const struct model_metric *metric,
                                       struct metric_sample *sample,
                                       struct metric_refusal *refusal);

/* "is missing", "is null", "is not a number": to be said after the property's name. Static. */
const char *metric_sample_sentence(enum metric_outcome outcome);

#endif
