/* SPDX-License-Identifier: MIT */
#include "metric/sample.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cim/instance.h"
#include "cim/value.h"

/* An integer is kept apart from a real: a uint64 does not fit into a double. */
struct number {
    bool is_real;
    bool negative; /* an integer's sign */
    uint64_t magnitude;
    double real;
};

/* 2^63 and 2^64, exact in any floating type. */
#define TWO_63 9223372036854775808.0L
#define TWO_64 18446744073709551616.0L

static struct number from_unsigned(uint64_t value)
{
    return (struct number){.magnitude = value};
}

static struct number from_signed(int64_t value)
{
    bool negative = value < 0;
    return (struct number){.negative = negative,
                           .magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value};
}

static int from_real(double value, struct number *number)
{
    if (!isfinite(value))
        return -1;
    *number = (struct number){.is_real = true, .real = value};
    return 0;
}

/* XML white space, which cim/value forgives, makes text of a number here. */
static bool has_space_around(const char *text, size_t count)
{
    const char *space = " \t\r\n";
    return count == 0 || strchr(space, text[0]) != NULL || strchr(space, text[count - 1]) != NULL;
}

/* The wire carries no types (shared/facts/wire.md 2): what reads as an integer is one. */
static int from_text(const char *text, struct number *number)
{
    size_t count = strlen(text);
    MI_Value value;
    if (has_space_around(text, count))
        return -1;
    if (cim_value_parse(MI_UINT64, text, count, &value, NULL) == 0)
        *number = from_unsigned(value.uint64);
    else if (cim_value_parse(MI_SINT64, text, count, &value, NULL) == 0)
        *number = from_signed(value.sint64);
    else if (cim_value_parse(MI_REAL64, text, count, &value, NULL) == 0)
        return from_real(value.real64, number);
    else if (cim_value_parse(MI_BOOLEAN, text, count, &value, NULL) == 0)
        *number = from_unsigned(value.boolean != MI_FALSE);
    else
        return -1;
    return 0;
}

static int from_value(MI_Type type, const MI_Value *value, struct number *number)
{
    switch (type) {
    case MI_BOOLEAN:
        *number = from_unsigned(value->boolean != MI_FALSE);
        return 0;
    case MI_UINT8:
        *number = from_unsigned(value->uint8);
        return 0;
    case MI_UINT16:
        *number = from_unsigned(value->uint16);
        return 0;
    case MI_CHAR16:
        *number = from_unsigned(value->char16);
        return 0;
    case MI_UINT32:
        *number = from_unsigned(value->uint32);
        return 0;
    case MI_UINT64:
        *number = from_unsigned(value->uint64);
        return 0;
    case MI_SINT8:
        *number = from_signed(value->sint8);
        return 0;
    case MI_SINT16:
        *number = from_signed(value->sint16);
        return 0;
    case MI_SINT32:
        *number = from_signed(value->sint32);
        return 0;
    case MI_SINT64:
        *number = from_signed(value->sint64);
        return 0;
    case MI_REAL32:
        return from_real(value->real32, number);
    case MI_REAL64:
        return from_real(value->real64, number);
    case MI_STRING:
        return from_text(value->string, number);
    default:
        return -1;
    }
}

static bool is_scaled(const struct model_metric *metric)
{
    return metric->scale != 1 || metric->offset != 0;
}

static long double to_long_double(const struct number *number)
{
    if (number->is_real)
        return number->real;
    long double value = (long double)number->magnitude;
    return number->negative ? -value : value;
}

static int to_gauge(const struct number *number, const struct model_metric *metric,
                    union metric_value *value)
{
    double gauge;
    if (is_scaled(metric))
        gauge = (double)(to_long_double(number) * metric->scale + metric->offset);
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
static int to_bits(const struct number *number, const struct model_metric *metric, uint64_t *bits,
                   bool *negative)
{
    long double value = to_long_double(number) * metric->scale + metric->offset;
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

static int to_source(const struct number *number, const struct model_metric *metric,
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

/* In double quotes, printable, shortened: it ends up in a log. */
static void show_text(const char *text, char *shown)
{
    const size_t max = METRIC_REFUSAL_TEXT_BYTES - sizeof "\"...\"";
    size_t count = 0;
    shown[count++] = '"';
    for (size_t i = 0; i < max && text[i] != '\0'; i++)
        shown[count++] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
    snprintf(shown + count, METRIC_REFUSAL_TEXT_BYTES - count, "%s\"",
             strlen(text) > max ? "..." : "");
}

static void show_value(MI_Type type, const MI_Value *value, char *shown)
{
    struct number number;
    if (type == MI_STRING)
        show_text(value->string, shown);
    else if (type & MI_ARRAY)
        snprintf(shown, METRIC_REFUSAL_TEXT_BYTES, "an array");
    else if (type == MI_DATETIME)
        snprintf(shown, METRIC_REFUSAL_TEXT_BYTES, "a datetime or interval");
    else if (type == MI_REAL32 || type == MI_REAL64)
        snprintf(shown, METRIC_REFUSAL_TEXT_BYTES, "%.17g",
                 type == MI_REAL32 ? (double)value->real32 : value->real64);
    else if (from_value(type, value, &number) == 0)
        snprintf(shown, METRIC_REFUSAL_TEXT_BYTES, "%s%" PRIu64, number.negative ? "-" : "",
                 number.magnitude);
    else
        snprintf(shown, METRIC_REFUSAL_TEXT_BYTES, "an instance");
}

static enum metric_outcome take_value(const MI_Instance *instance,
                                      const struct model_metric *metric, size_t i,
                                      union metric_value *value, char *shown)
{
    MI_Value element;
    MI_Type type;
    MI_Uint32 flags;
    struct number number;
    if (MI_Instance_GetElement(instance, metric->properties[i], &element, &type, &flags, NULL) !=
        MI_RESULT_OK)
        return METRIC_SAMPLE_MISSING;
    if ((flags & MI_FLAG_NULL) || (type == MI_STRING && element.string == NULL))
        return METRIC_SAMPLE_NULL;
    if (from_value(type, &element, &number) == 0 &&
        to_source(&number, metric, metric->type->sources[i], value) == 0)
        return METRIC_SAMPLE_OK;
    show_value(type, &element, shown);
    return METRIC_SAMPLE_NOT_A_NUMBER;
}

enum metric_outcome metric_sample_take(const MI_Instance *instance,
                                       const struct model_metric *metric,
                                       struct metric_sample *sample, struct metric_refusal *refusal)
{
    struct metric_sample taken = {.metric = metric, .value_count = metric->property_count};
    char shown[METRIC_REFUSAL_TEXT_BYTES] = "";
    for (size_t i = 0; i < metric->property_count; i++) {
        enum metric_outcome outcome = take_value(instance, metric, i, &taken.values[i], shown);
        if (outcome == METRIC_SAMPLE_OK)
            continue;
        if (refusal != NULL) {
            refusal->property = metric->properties[i];
            refusal->outcome = outcome;
            memcpy(refusal->text, shown, sizeof refusal->text);
        }
        return outcome;
    }
    *sample = taken;
    return METRIC_SAMPLE_OK;
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
    default:
        return "is fine";
    }
}
