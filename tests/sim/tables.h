/* SPDX-License-Identifier: MIT */
/* The words the tables of synthetic classes are written in; what each means is in classes.h.
 * Included by them only. */
#ifndef SIM_TABLES_H
#define SIM_TABLES_H

#include "sim/classes.h"

/* Counter types, for what stands behind the last argument of a row: TICKS("X", 20,
 * AS64(PERF_100NS_QUEUELEN)). */
enum sim_counter_type {
    PERF_RAWCOUNT = 65536,
    PERF_LARGE_RAWCOUNT = 65792,
    PERF_COUNTER = 272696320,
    PERF_BULK_COUNT = 272696576,
    PERF_100NS_QUEUELEN = 5571840,
    PERF_FRACTION = 537003008,
    PERF_LARGE_FRACTION = 537003264,
    PERF_100NS_TIMER = 542180608,
    PERF_100NS_TIMER_INV = 558957824,
    PERF_PRECISION_100NS = 542573824,
    PERF_AVG_TIMER = 805438464,
    PERF_AVG_BULK = 1073874176,
    PERF_ELAPSED = 807666944,
    PERF_AVG_BASE = 1073939458,
    PERF_FRACTION_BASE = 1073939459,
    PERF_LARGE_BASE = 1073939712, /* of large fractions and precision timers */
};

/* clang-format off */
#define AS32(c)             .bits = 32, .counter = c
#define AS64(c)             .bits = 64, .counter = c
#define NIL(n)              {.name = n, .kind = SIM_NULL}
#define TEXT(n, t)          {.name = n, .kind = SIM_TEXT, .text = t}
#define TEXT_AS(n, t, ...)  {.name = n, .kind = SIM_TEXT, .text = t, __VA_ARGS__}
#define EACH(n, t)          {.name = n, .kind = SIM_EACH, .text = t}
#define EACH_AS(n, t, ...)  {.name = n, .kind = SIM_EACH, .text = t, __VA_ARGS__}
#define ARRAY(n, t)         {.name = n, .kind = SIM_ARRAY, .text = t}
#define KEY(n)              {.name = n, .kind = SIM_KEY}
#define HOST(n)             {.name = n, .kind = SIM_HOST}
#define DATE(n, t)          {.name = n, .kind = SIM_DATETIME, .text = t}
#define BUILD(n, t)         {.name = n, .kind = SIM_BUILD, .text = t}
#define BEARER(n, t, ...)   {.name = n, .kind = SIM_BEARER, .text = t, __VA_ARGS__}
#define BOOT_DATE(n)        {.name = n, .kind = SIM_DATETIME_BOOT}
#define NOW_DATE(n)         {.name = n, .kind = SIM_DATETIME_NOW}
#define BOOT(n)             {.name = n, .kind = SIM_BOOT, AS64(PERF_ELAPSED)}
#define NOW(n, b)           {.name = n, .kind = SIM_NOW, .base = b}
#define NOW_AS(n, b, ...)   {.name = n, .kind = SIM_NOW, .base = b, __VA_ARGS__}
#define PERFTIME(n)         {.name = n, .kind = SIM_PERFTIME}
#define U32_AS(n, b, r, c)  {.name = n, .kind = SIM_COUNTER, .base = b, .rate = r, AS32(c)}
#define U64_AS(n, b, r, c)  {.name = n, .kind = SIM_COUNTER, .base = b, .rate = r, AS64(c)}
#define U32(n, b, r)        U32_AS(n, b, r, PERF_COUNTER)
#define U64(n, b, r)        U64_AS(n, b, r, PERF_BULK_COUNT)
#define TOTAL(n, b, r)      U32_AS(n, b, r, PERF_RAWCOUNT) /* cumulative, though typed as a plain number */
#define TICKS(n, r, ...)    {.name = n, .kind = SIM_TICKS, .rate = r, __VA_ARGS__}
#define MEAN(n, r, ...)     {.name = n, .kind = SIM_MEAN, .rate = r, __VA_ARGS__}
#define REST(n, t, ...)     {.name = n, .kind = SIM_REST, .text = t, __VA_ARGS__}
#define SUM32(n, t)         {.name = n, .kind = SIM_SUM, .text = t, AS32(PERF_COUNTER)}
#define SUM64(n, t)         {.name = n, .kind = SIM_SUM, .text = t, AS64(PERF_BULK_COUNT)}
#define SUM_AS(n, t, ...)   {.name = n, .kind = SIM_SUM, .text = t, __VA_ARGS__}
#define SAME(n, t, ...)     {.name = n, .kind = SIM_SAME, .text = t, __VA_ARGS__}
#define WAVE(n, low, high, p, u, ...) \
    {.name = n, .kind = SIM_WAVE, .base = low, .rate = high, .period_s = p, .unit = u, __VA_ARGS__}
#define RAW32(n, low, high, p, u)     WAVE(n, low, high, p, u, AS32(PERF_RAWCOUNT))
#define RAW64(n, low, high, p, u)     WAVE(n, low, high, p, u, AS64(PERF_LARGE_RAWCOUNT))

/* Frequency_* and Timestamp_* of a Perf class: without and with an object clock (shared/facts/windows.md: Frequency_Object
 * is 0 for classes without one). */
#define FREQUENCIES(object) \
    TEXT("Frequency_Object", object), TEXT("Frequency_PerfTime", "62500000"), TEXT("Frequency_Sys100NS", "10000000")
#define TIMESTAMPS \
    TEXT("Timestamp_Object", "0"), PERFTIME("Timestamp_PerfTime"), NOW("Timestamp_Sys100NS", 0)
#define TIMESTAMPS_OBJECT \
    NOW("Timestamp_Object", 0), PERFTIME("Timestamp_PerfTime"), NOW("Timestamp_Sys100NS", 0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CLASS(n, k, i, p, ...) \
    {.name = n, .key = k, .instances = i, .instance_count = COUNT(i), .properties = p, .property_count = COUNT(p), __VA_ARGS__}
/* clang-format on */

#endif
