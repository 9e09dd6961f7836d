/* SPDX-License-Identifier: MIT */
/*
 * number: the number that a CIM value is.
 *
 * No rule of a metric: no scale, no data source, no type that text should have. Pure; the caller
 * owns everything; any thread.
 */
#ifndef METRIC_NUMBER_H
#define METRIC_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cim/types.h"

/* An integer is kept apart from a real: a uint64 does not fit into a double. */
struct metric_number {
    bool is_real;
    bool negative; /* an integer's sign */
    uint64_t magnitude;
    double real;
};

/* 0 and *number; -1, *number untouched, where the value is none. Numbers: any numeric MI_Type,
 * MI_BOOLEAN (0, 1), MI_CHAR16, and MI_STRING holding a decimal integer or real with an optional
 * sign, or `true` or `false`, since numbers and booleans travel untyped (shared/facts/wire.md 2).
 * No hex, no space, no NaN, no infinity, no array. The value is not null. */
int metric_number_take(MI_Type type, const MI_Value *value, struct metric_number *number);

/* Exact for every integer where a long double has 64 bits, as on x86; elsewhere the nearest. */
long double metric_number_real(const struct metric_number *number);

/* Of integers the exact integer where it lies within 2^64 of 0; else the nearest real, which may be
 * infinite. */
struct metric_number metric_number_add(const struct metric_number *a,
                                       const struct metric_number *b);
struct metric_number metric_number_subtract(const struct metric_number *a,
                                            const struct metric_number *b);

/* What stood there, for a complaint: text in double quotes, printable ASCII, shortened; a number as
 * it is; else a word ("an array"). size is at least 32 and counts the NUL. The value is not
 * null. */
void metric_number_show(MI_Type type, const MI_Value *value, char *shown, size_t size);

#endif
