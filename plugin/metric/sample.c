/* SPDX-License-Identifier: MIT */
#include "metric/sample.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cim/instance.h"
#include "metric/cook.h"
#include "metric/number.h"
#include "metric/reading.h"

/* 2^63 and 2^64, exact in any floating type. */
#define TWO_63 9223372036854775808.0L
#define TWO_64 18446744073709551616.0L

static bool is_scaled(const struct model_metric *metric)
{
    return metric->scale != 1 || metric->offset != 0;
}

static int to_gauge(const struct metric_number *number, const struct model_metric *metric,
                    union metric_value *value)
{
    double gauge;
    if (number->is_real && isnan(number->real)) { /* on_null: nan */
        value->gauge = number->real;
        return 0;
    }
    if (is_scaled(metric))
        gauge = (double)(metric_number_real(number) * metric->scale + metric->offset);
    else if (number->is_real)
        gauge = number->real;
    else
        gauge = number->negative ? -(double)number->magnitude : (double)number->magnitude;
    if (!isfinite(gauge))
        return -1;
    value->gauge = gauge;
    return 0;
}

static bool is_integral(long double value)
{
    return value > -TWO_63 && value < TWO_63 && value == truncl(value);
}

/* -5 as 2^64 - 5: what additions and multiplications modulo 2^64 want. */
static uint64_t modular(long double integral)
{
    return integral < 0 ? 0 - (uint64_t)-integral : (uint64_t)integral;
}

/* The value as 64 bits modulo 2^64, and whether it is below 0. Integers stay integers all the
 * way where scale and offset are whole (KB to bytes), however large; anything else goes by
 * long double and must lie in [-2^63, 2^64). */
static int to_bits(const struct metric_number *number, const struct model_metric *metric,
                   uint64_t *bits, bool *negative)
{
    long double value = metric_number_real(number) * metric->scale + metric->offset;
    if (!number->is_real && is_integral(metric->scale) && is_integral(metric->offset)) {
        uint64_t integer = number->negative ? 0 - number->magnitude : number->magnitude;
        *bits = integer * modular(metric->scale) + modular(metric->offset);
        *negative = value < 0;
        return 0;
    }
    value = roundl(value);
    if (!(value >= -TWO_63 && value < TWO_64))
        return -1;
    *bits = modular(value);
    *negative = value < 0;
    return 0;
}

static int to_source(const struct metric_number *number, const struct model_metric *metric,
                     enum model_source source, union metric_value *value)
{
    uint64_t bits;
    bool negative;
    if (source == MODEL_GAUGE)
        return to_gauge(number, metric, value);
    if (to_bits(number, metric, &bits, &negative) != 0)
        return -1;
    if (source == MODEL_DERIVE)
        value->derive = (int64_t)bits; /* modulo 2^64, as gcc and clang define it */
    else if (negative)
        return -1;
    else if (source == MODEL_COUNTER)
        value->counter = bits;
    else
        value->absolute = bits;
    return 0;
}

/* A number that the data source does not take. */
static enum metric_outcome refuse_number(const MI_Instance *instance,
                                         const struct model_metric *metric, size_t i,
                                         struct metric_refusal *refusal)
{
    MI_Value element;
    MI_Type type;
    MI_Uint32 flags;
    const char *property = metric->properties[i];
    *refusal = (struct metric_refusal){.property = property, .outcome = METRIC_SAMPLE_NOT_A_NUMBER};
    if (MI_Instance_GetElement(instance, property, &element, &type, &flags, NULL) == MI_RESULT_OK &&
        !(flags & MI_FLAG_NULL) && (type != MI_STRING || element.string != NULL))
        metric_number_show(type, &element, refusal->text, sizeof refusal->text);
    return METRIC_SAMPLE_NOT_A_NUMBER;
}

static bool is_counter(const struct model_metric *metric)
{
    return metric->reading == MODEL_READING_COOKED || metric->reading == MODEL_READING_RAW;
}

struct asked {
    const MI_Instance *instance;
    const struct model_metric *metric;
    uint64_t time_ns;
    struct metric_memory *memory;
};

static enum metric_outcome read_number(const struct asked *asked, size_t i,
                                       struct metric_number *number, struct metric_refusal *refusal)
{
    struct metric_memory *memory = asked->memory != NULL ? &asked->memory[i] : NULL;
    if (is_counter(asked->metric))
        return metric_cook_take(asked->instance, asked->metric, i, memory, number, refusal);
    return metric_reading_take(asked->instance, asked->metric, i, asked->time_ns, number, refusal);
}

static enum metric_outcome take_value(const struct asked *asked, size_t i,
                                      union metric_value *value, struct metric_refusal *refusal)
{
    const struct model_metric *metric = asked->metric;
    struct metric_number number;
    enum metric_outcome outcome = read_number(asked, i, &number, refusal);
    if (outcome != METRIC_SAMPLE_OK)
        return outcome;
    if (to_source(&number, metric, metric->type->sources[i], value) == 0)
        return METRIC_SAMPLE_OK;
    return refuse_number(asked->instance, metric, i, refusal);
}

enum metric_outcome metric_sample_take(const MI_Instance *instance,
                                       const struct model_metric *metric, uint64_t time_ns,
                                       struct metric_memory *memory, struct metric_sample *sample,
                                       struct metric_refusal *refusal)
{
    struct metric_sample taken = {.metric = metric,
                                  .plugin_instance = metric->plugin_instance,
                                  .type_instance = metric->type_instance,
                                  .value_count = metric->property_count};
    const struct asked asked = {instance, metric, time_ns, memory};
    struct metric_refusal first = {.outcome = METRIC_SAMPLE_OK};
    for (size_t i = 0; i < metric->property_count; i++) {
        struct metric_refusal here;
        enum metric_outcome outcome = take_value(&asked, i, &taken.values[i], &here);
        bool is_worse = metric_sample_is_fault(outcome) && !metric_sample_is_fault(first.outcome);
        if (outcome != METRIC_SAMPLE_OK && (first.outcome == METRIC_SAMPLE_OK || is_worse))
            first = here;
    }
    if (first.outcome == METRIC_SAMPLE_OK)
        *sample = taken;
    else if (refusal != NULL)
        *refusal = first;
    return first.outcome;
}

bool metric_sample_is_fault(enum metric_outcome outcome)
{
    return outcome != METRIC_SAMPLE_OK && outcome != METRIC_SAMPLE_NOT_YET &&
           outcome != METRIC_SAMPLE_REBOOTED && outcome != METRIC_SAMPLE_FELL;
}

const char *metric_sample_sentence(enum metric_outcome outcome)
{
    switch (outcome) {
    case METRIC_SAMPLE_MISSING:
        return "is missing";
    case METRIC_SAMPLE_NULL:
        return "is null";
    case METRIC_SAMPLE_NOT_A_NUMBER:
        return "is not a number";
    case METRIC_SAMPLE_NOT_MAPPED:
        return "is none of the mapped texts";
    case METRIC_SAMPLE_NOT_A_DATETIME:
        return "is not a datetime with its offset from UTC";
    case METRIC_SAMPLE_NOT_A_DURATION:
        return "is neither an interval nor a number of seconds";
    case METRIC_SAMPLE_NO_ELEMENT:
        return "has no such element";
    case METRIC_SAMPLE_ZERO_DIVISOR:
        return "is zero, by which nothing can be divided";
    case METRIC_SAMPLE_NOT_YET:
        return "gives a value with the next reply";
    case METRIC_SAMPLE_REBOOTED:
        return "begins anew, for the host restarted or set its clock back";
    case METRIC_SAMPLE_FELL:
        return "fell, which is no wrap: what counts was restarted";
    case METRIC_SAMPLE_STILL:
        return "did not move since the reply before";
    case METRIC_SAMPLE_IMPLAUSIBLE:
        return "does not fit the host's clock";
    case METRIC_SAMPLE_NO_COUNTER_TYPE:
        return "has no known counter type";
    default:
        return "is fine";
    }
}
