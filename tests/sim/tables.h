/* SPDX-License-Identifier: MIT */
/* The words the tables of synthetic classes are written in; what each means is in classes.h.
 * Included by them only. */
#ifndef SIM_TABLES_H
#define SIM_TABLES_H

#include "sim/classes.h"

/* clang-format off */
#define NIL(n)              {.name = n, .kind = SIM_NULL}
#define TEXT(n, t)          {.name = n, .kind = SIM_TEXT, .text = t}
#define EACH(n, t)          {.name = n, .kind = SIM_EACH, .text = t}
#define ARRAY(n, t)         {.name = n, .kind = SIM_ARRAY, .text = t}
#define KEY(n)              {.name = n, .kind = SIM_KEY}
#define HOST(n)             {.name = n, .kind = SIM_HOST}
#define DATE(n, t)          {.name = n, .kind = SIM_DATETIME, .text = t}
#define BOOT_DATE(n)        {.name = n, .kind = SIM_DATETIME_BOOT}
#define NOW_DATE(n)         {.name = n, .kind = SIM_DATETIME_NOW}
#define BOOT(n)             {.name = n, .kind = SIM_BOOT}
#define NOW(n, b)           {.name = n, .kind = SIM_NOW, .base = b}
#define PERFTIME(n)         {.name = n, .kind = SIM_PERFTIME}
#define U32(n, b, r)        {.name = n, .kind = SIM_COUNTER, .bits = 32, .base = b, .rate = r}
#define U64(n, b, r)        {.name = n, .kind = SIM_COUNTER, .bits = 64, .base = b, .rate = r}
#define TICKS(n, r)         {.name = n, .kind = SIM_TICKS, .rate = r}
#define MEAN(n, r)          {.name = n, .kind = SIM_MEAN, .rate = r}
#define REST(n, t)          {.name = n, .kind = SIM_REST, .text = t}
#define SUM32(n, t)         {.name = n, .kind = SIM_SUM, .bits = 32, .text = t}
#define SUM64(n, t)         {.name = n, .kind = SIM_SUM, .bits = 64, .text = t}
#define SAME(n, t)          {.name = n, .kind = SIM_SAME, .bits = 64, .text = t}
#define WAVE(n, low, high, p, u) \
    {.name = n, .kind = SIM_WAVE, .base = low, .rate = high, .period_s = p, .unit = u}

/* Frequency_* and Timestamp_* of a Perf class: without and with an object clock (shared/facts/windows.md: Frequency_Object
 * is 0 for classes without one). */
#define FREQUENCIES(object) \
    TEXT("Frequency_Object", object), TEXT("Frequency_PerfTime", "62500000"), TEXT("Frequency_Sys100NS", "10000000")
#define TIMESTAMPS \
    TEXT("Timestamp_Object", "0"), PERFTIME("Timestamp_PerfTime"), NOW("Timestamp_Sys100NS", 0)
#define TIMESTAMPS_OBJECT \
    NOW("Timestamp_Object", 0), PERFTIME("Timestamp_PerfTime"), NOW("Timestamp_Sys100NS", 0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CLASS(n, k, i, p) \
    {.name = n, .key = k, .instances = i, .instance_count = COUNT(i), .properties = p, .property_count = COUNT(p)}
/* clang-format on */

#endif
