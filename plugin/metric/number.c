/* SPDX-License-Identifier: MIT */
#include "metric/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cim/value.h"

static struct metric_number from_unsigned(uint64_t value)
{
    return (struct metric_number){.magnitude = value};
}

static struct metric_number from_signed(int64_t value)
{
    bool negative = value < 0;
    return (struct metric_number){.negative = negative,
                                  .magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value};
}

static int from_real(double value, struct metric_number *number)
{
    if (!isfinite(value))
        return -1;
    *number = (struct metric_number){.is_real = true, .real = value};
    return 0;
}

/* XML white space, which cim/value forgives, makes text of a number here. */
static bool has_space_around(const char *text, size_t count)
{
    const char *space = " \t\r\n";
    return count == 0 || strchr(space, text[0]) != NULL || strchr(space, text[count - 1]) != NULL;
}

/* The wire carries no types (shared/facts/wire.md 2): what reads as an integer is one. */
static int from_text(const char *text, struct metric_number *number)
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

int metric_number_take(MI_Type type, const MI_Value *value, struct metric_number *number)
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

long double metric_number_real(const struct metric_number *number)
{
    if (number->is_real)
        return number->real;
    long double value = (long double)number->magnitude;
    return number->negative ? -value : value;
}

/* A sum that 64 bits and a sign cannot hold. */
static bool overflows(const struct metric_number *a, const struct metric_number *b)
{
    return a->negative == b->negative && a->magnitude > UINT64_MAX - b->magnitude;
}

static struct metric_number add_integers(const struct metric_number *a,
                                         const struct metric_number *b)
{
    if (a->negative == b->negative)
        return (struct metric_number){.negative = a->negative,
                                      .magnitude = a->magnitude + b->magnitude};
    bool b_is_larger = b->magnitude > a->magnitude;
    const struct metric_number *larger = b_is_larger ? b : a;
    const struct metric_number *smaller = b_is_larger ? a : b;
    uint64_t magnitude = larger->magnitude - smaller->magnitude;
    return (struct metric_number){.negative = larger->negative && magnitude > 0,
                                  .magnitude = magnitude};
}

struct metric_number metric_number_add(const struct metric_number *a, const struct metric_number *b)
{
    if (!a->is_real && !b->is_real && !overflows(a, b))
        return add_integers(a, b);
    return (struct metric_number){.is_real = true,
                                  .real = (double)(metric_number_real(a) + metric_number_real(b))};
}

struct metric_number metric_number_subtract(const struct metric_number *a,
                                            const struct metric_number *b)
{
    struct metric_number negated = *b;
    negated.negative = !b->negative;
    negated.real = -b->real;
    return metric_number_add(a, &negated);
}

/* In double quotes, printable, shortened: it ends up in a log. */
static void show_text(const char *text, char *shown, size_t size)
{
    const size_t max = size - sizeof "\"...\"";
    size_t count = 0;
    shown[count++] = '"';
    for (size_t i = 0; i < max && text[i] != '\0'; i++)
        shown[count++] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
    snprintf(shown + count, size - count, "%s\"", strlen(text) > max ? "..." : "");
}

void metric_number_show(MI_Type type, const MI_Value *value, char *shown, size_t size)
{
    struct metric_number number;
    if (type == MI_STRING)
        show_text(value->string, shown, size);
    else if (type & MI_ARRAY)
        snprintf(shown, size, "an array");
    else if (type == MI_DATETIME)
        snprintf(shown, size, "a datetime or interval");
    else if (type == MI_REAL32 || type == MI_REAL64)
        snprintf(shown, size, "%.17g", type == MI_REAL32 ? (double)value->real32 : value->real64);
    else if (metric_number_take(type, value, &number) == 0)
        snprintf(shown, size, "%s%" PRIu64, number.negative ? "-" : "", number.magnitude);
    else
        snprintf(shown, size, "an instance");
}
