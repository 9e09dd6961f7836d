/* SPDX-License-Identifier: MIT */
/*
 * counter: the types of Windows' performance counters and their formulas (shared/facts/windows.md,
 * Counter types): two samples of one counter become a number.
 *
 * It knows no instance and keeps nothing: metric/cook.h reads the samples and remembers them.
 * Pure; the caller owns everything; any thread.
 */
#ifndef METRIC_COUNTER_H
#define METRIC_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- The types --- */

/* winperf.h's names ("PERF_100NSEC_TIMER_INV"), with or without PERF_, without regard to ASCII
 * case; or the number, decimal or with 0x. 0 and *code; -1: there is no such type. */
int metric_counter_find(const char *name_or_number, uint32_t *code);
/* All names, in the order of their numbers, for `did you mean`; NULL past the last. Static. */
const char *metric_counter_name_at(size_t i);

/* Of a code that is no type: NULL or 0. */
const char *metric_counter_name(uint32_t code); /* static */
/* 32 or 64: in which the counter wraps where neither module nor class schema knows better. */
unsigned metric_counter_bits(uint32_t code);
/* 1 or 2; 0 for what is never a value: text, no data, the bases. */
unsigned metric_counter_samples(uint32_t code);

enum metric_counter_clock {
    METRIC_COUNTER_CLOCK_NONE,
    METRIC_COUNTER_CLOCK_PERF,     /* Timestamp_PerfTime */
    METRIC_COUNTER_CLOCK_SYS100NS, /* Timestamp_Sys100NS */
    METRIC_COUNTER_CLOCK_OBJECT,   /* Timestamp_Object */
};
enum metric_counter_clock metric_counter_clock(uint32_t code);

/* What the formula needs beside the value. */
enum {
    METRIC_COUNTER_NEEDS_TIME = 1,      /* the timestamp of its clock */
    METRIC_COUNTER_NEEDS_FREQUENCY = 2, /* how many ticks of that clock are a second */
    METRIC_COUNTER_NEEDS_BASE = 4,
};
unsigned metric_counter_needs(uint32_t code);

/* PERF_DOUBLE_RAW: the value itself is a floating-point number, to which nothing is to be done. All
 * others are integers. */
bool metric_counter_is_real(uint32_t code);

/* Whether two types differ in width or precision at most: one formula over one clock. Codes that
 * are no value are like none. */
bool metric_counter_is_alike(uint32_t a, uint32_t b);

/* --- The formulas --- */

/* One sample. What the type does not need is not looked at. */
struct metric_counter_point {
    uint64_t value;
    uint64_t base;
    uint64_t time;
    uint64_t frequency;
    /* Timestamp_PerfTime whatever the type's clock is, 0 where it is not known: a host that
     * restarted shows it here, while Timestamp_Sys100NS goes on. */
    uint64_t perf_time;
    uint64_t perf_frequency; /* of perf_time, and the time of day in 100 ns; 0: not known */
    uint64_t day_time;
};

enum metric_counter_status {
    METRIC_COUNTER_OK,
    METRIC_COUNTER_FIRST,          /* it takes two samples and before is NULL */
    METRIC_COUNTER_RESTARTED,      /* a timestamp fell, or the frequency is another: the host
                                      restarted, or its clock was set back */
    METRIC_COUNTER_FELL,           /* the counter fell and that was no wrap: what counts was
                                      restarted, or something else has its name now */
    METRIC_COUNTER_STILL,          /* no time passed */
    METRIC_COUNTER_NO_EVENTS,      /* the base did not move: there is nothing to average */
    METRIC_COUNTER_BASE_ZERO,      /* a fraction of nothing */
    METRIC_COUNTER_FREQUENCY_ZERO, /* no seconds */
    METRIC_COUNTER_IMPLAUSIBLE,    /* an INV type counted more time than passed, a start lies in the
                                      future */
    METRIC_COUNTER_NOT_COOKED,     /* no type, or one that is never a value */
};

/* *value by the type's formula; only METRIC_COUNTER_OK writes it. bits: 32 or 64, the width of the
 * counter. now: the newer sample; before: the older one, NULL where there is none yet; types of one
 * sample do not look at it.
 *
 * Differences are modular in the width. Bases of AVERAGE and SAMPLE types have 32 bits
 * (PERF_AVERAGE_BASE, PERF_SAMPLE_BASE), those of PRECISION types are timestamps of 64. What is
 * above 2^32 proves a width of 64 whatever was said. A fall is no wrap but METRIC_COUNTER_FELL
 *   - in 64 bits where the difference is 2^63 or more: nothing counts so fast;
 *   - in 32 bits of a counter of events (COUNTER, SAMPLE_COUNTER, DELTA, RAWCOUNT) where the
 *     difference is 2^31 or more: a service that restarted, not 35 million events a second of a
 *     minute. Bytes and times do wrap so, and are believed;
 *   - where value and base of an average fell both;
 *   - where the private timestamp of a PRECISION type fell, but the host's own clocks did not.
 *
 * The INV types: up to a twentieth more time counted than passed is 0, for counter and timestamp
 * are not read at one instant (three ticks of 15.6 ms a second); more is
 * METRIC_COUNTER_IMPLAUSIBLE. Nothing is cut off above 100: utility and times of several
 * processors are more.
 *
 * MULTI_TIMER_INV types give 100 (B - dN/dT), as Microsoft's Windows 2000 and 2003 pages of them
 * say (technet cc959957, cc756801); its Windows CE page divides that by B (ms938563).
 *
 * The result is within 1e-15 of the exact quotient: integers are subtracted before anything becomes
 * a double. */
enum metric_counter_status metric_counter_cook(uint32_t code, unsigned bits,
                                               const struct metric_counter_point *before,
                                               const struct metric_counter_point *now,
                                               double *value);

/* By how much the counter moved, by the rules above: OK, RESTARTED or FELL. For a counter that is
 * not cooked; a code that is no type is of 64 bits or of bytes. */
enum metric_counter_status metric_counter_advance(uint32_t code, unsigned bits,
                                                  const struct metric_counter_point *before,
                                                  const struct metric_counter_point *now,
                                                  uint64_t *difference);

#endif
