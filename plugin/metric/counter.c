/* SPDX-License-Identifier: MIT */
#include "metric/counter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TWO_31 0x80000000u
#define TWO_63 0x8000000000000000u

/* An INV type may count this part of the time too much and is 0 then. */
#define INV_TOLERANCE_PART 20

#define DOUBLE_RAW 0x00012000u

/* N the value, B the base, T the timestamp, F its frequency, d of two samples. */
enum formula {
    NONE,
    NUMBER,         /* N */
    FRACTION,       /* 100 N / B */
    ELAPSED,        /* (T - N) / F */
    DELTA,          /* dN */
    RATE,           /* dN / (dT / F) */
    QUEUE,          /* dN / dT */
    TIMER,          /* 100 dN / dT */
    TIMER_INV,      /* 100 (1 - dN / dT) */
    MULTI,          /* 100 (dN / dT) / B */
    MULTI_INV,      /* 100 (B - dN / dT) */
    PRECISION,      /* 100 dN / dB, where B is a timestamp */
    DELTA_FRACTION, /* 100 dN / dB */
    AVERAGE,        /* dN / dB */
    AVERAGE_TIMER,  /* (dN / F) / dB */
    FORMULA_COUNT
};

#define TIME      METRIC_COUNTER_NEEDS_TIME
#define FREQUENCY METRIC_COUNTER_NEEDS_FREQUENCY
#define BASE      METRIC_COUNTER_NEEDS_BASE

static const struct {
    unsigned samples;
    unsigned needs;
} formulas[FORMULA_COUNT] = {
    [NONE] = {0, 0},
    [NUMBER] = {1, 0},
    [FRACTION] = {1, BASE},
    [ELAPSED] = {1, TIME | FREQUENCY},
    [DELTA] = {2, 0},
    [RATE] = {2, TIME | FREQUENCY},
    [QUEUE] = {2, TIME},
    [TIMER] = {2, TIME},
    [TIMER_INV] = {2, TIME},
    [MULTI] = {2, TIME | BASE},
    [MULTI_INV] = {2, TIME | BASE},
    [PRECISION] = {2, BASE},
    [DELTA_FRACTION] = {2, BASE},
    [AVERAGE] = {2, BASE},
    [AVERAGE_TIMER] = {2, FREQUENCY | BASE},
};

struct type {
    uint32_t code;
    const char *name;
    enum formula formula;
    unsigned bits;
    enum metric_counter_clock clock;
    bool of_events; /* 32 bits of single events, none of which come by the thousand million */
};

#define NO_CLOCK METRIC_COUNTER_CLOCK_NONE
#define PERF     METRIC_COUNTER_CLOCK_PERF
#define SYS100NS METRIC_COUNTER_CLOCK_SYS100NS
#define OBJECT   METRIC_COUNTER_CLOCK_OBJECT

/* By code. Numbers and names: Microsoft's "CounterType Qualifier" (wmisdk/countertype-qualifier),
 * and winperf.h for LARGE_RAW_FRACTION and LARGE_QUEUELEN. winperf.h calls 1073939712
 * PERF_LARGE_RAW_BASE too; the page gives that name to 1073939715. */
static const struct type types[] = {
    {0x00000000, "PERF_COUNTER_RAWCOUNT_HEX", NUMBER, 32, NO_CLOCK, true},
    {0x00000100, "PERF_COUNTER_LARGE_RAWCOUNT_HEX", NUMBER, 64, NO_CLOCK, false},
    {0x00000b00, "PERF_COUNTER_TEXT", NONE, 0, NO_CLOCK, false},
    {0x00010000, "PERF_COUNTER_RAWCOUNT", NUMBER, 32, NO_CLOCK, true},
    {0x00010100, "PERF_COUNTER_LARGE_RAWCOUNT", NUMBER, 64, NO_CLOCK, false},
    {DOUBLE_RAW, "PERF_DOUBLE_RAW", NUMBER, 64, NO_CLOCK, false},
    {0x00400400, "PERF_COUNTER_DELTA", DELTA, 32, NO_CLOCK, true},
    {0x00400500, "PERF_COUNTER_LARGE_DELTA", DELTA, 64, NO_CLOCK, false},
    {0x00410400, "PERF_SAMPLE_COUNTER", RATE, 32, PERF, true},
    {0x00450400, "PERF_COUNTER_QUEUELEN_TYPE", QUEUE, 32, PERF, false},
    {0x00450500, "PERF_COUNTER_LARGE_QUEUELEN_TYPE", QUEUE, 64, PERF, false},
    {0x00550500, "PERF_COUNTER_100NS_QUEUELEN_TYPE", QUEUE, 64, SYS100NS, false},
    {0x00650500, "PERF_COUNTER_OBJ_TIME_QUEUELEN_TYPE", QUEUE, 64, OBJECT, false},
    {0x10410400, "PERF_COUNTER_COUNTER", RATE, 32, PERF, true},
    {0x10410500, "PERF_COUNTER_BULK_COUNT", RATE, 64, PERF, false},
    {0x20020400, "PERF_RAW_FRACTION", FRACTION, 32, NO_CLOCK, false},
    {0x20020500, "PERF_LARGE_RAW_FRACTION", FRACTION, 64, NO_CLOCK, false},
    {0x20410500, "PERF_COUNTER_TIMER", TIMER, 64, PERF, false},
    {0x20470500, "PERF_PRECISION_SYSTEM_TIMER", PRECISION, 64, NO_CLOCK, false},
    {0x20510500, "PERF_100NSEC_TIMER", TIMER, 64, SYS100NS, false},
    {0x20570500, "PERF_PRECISION_100NS_TIMER", PRECISION, 64, NO_CLOCK, false},
    {0x20610500, "PERF_OBJ_TIME_TIMER", TIMER, 64, OBJECT, false},
    {0x20670500, "PERF_PRECISION_OBJECT_TIMER", PRECISION, 64, NO_CLOCK, false},
    {0x20c20400, "PERF_SAMPLE_FRACTION", DELTA_FRACTION, 32, NO_CLOCK, true},
    {0x21410500, "PERF_COUNTER_TIMER_INV", TIMER_INV, 64, PERF, false},
    {0x21510500, "PERF_100NSEC_TIMER_INV", TIMER_INV, 64, SYS100NS, false},
    {0x22410500, "PERF_COUNTER_MULTI_TIMER", MULTI, 64, PERF, false},
    {0x22510500, "PERF_100NSEC_MULTI_TIMER", MULTI, 64, SYS100NS, false},
    {0x23410500, "PERF_COUNTER_MULTI_TIMER_INV", MULTI_INV, 64, PERF, false},
    {0x23510500, "PERF_100NSEC_MULTI_TIMER_INV", MULTI_INV, 64, SYS100NS, false},
    {0x30020400, "PERF_AVERAGE_TIMER", AVERAGE_TIMER, 32, PERF, false},
    {0x30240500, "PERF_ELAPSED_TIME", ELAPSED, 64, OBJECT, false},
    {0x40000200, "PERF_COUNTER_NODATA", NONE, 0, NO_CLOCK, false},
    {0x40020500, "PERF_AVERAGE_BULK", AVERAGE, 64, NO_CLOCK, false},
    {0x40030401, "PERF_SAMPLE_BASE", NONE, 32, NO_CLOCK, false},
    {0x40030402, "PERF_AVERAGE_BASE", NONE, 32, NO_CLOCK, false},
    {0x40030403, "PERF_RAW_BASE", NONE, 32, NO_CLOCK, false},
    {0x40030500, "PERF_PRECISION_TIMESTAMP", NONE, 64, NO_CLOCK, false},
    {0x40030503, "PERF_LARGE_RAW_BASE", NONE, 64, NO_CLOCK, false},
    {0x42030500, "PERF_COUNTER_MULTI_BASE", NONE, 64, NO_CLOCK, false},
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

/* --- The types --- */

static int compare_code(const void *key, const void *member)
{
    uint32_t code = *(const uint32_t *)key;
    const struct type *type = member;
    return code < type->code ? -1 : code > type->code;
}

static const struct type *find(uint32_t code)
{
    return bsearch(&code, types, TYPE_COUNT, sizeof types[0], compare_code);
}

static int find_number(const char *text, uint32_t *code)
{
    char *end;
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    errno = 0;
    unsigned long long number = strtoull(text, &end, is_hex ? 16 : 10);
    if (errno != 0 || *end != '\0' || number > UINT32_MAX || find((uint32_t)number) == NULL)
        return -1;
    *code = (uint32_t)number;
    return 0;
}

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* Not strcasecmp: its answer depends on the daemon's locale. */
static bool is_equal(const char *upper, const char *name)
{
    while (*upper != '\0' && *upper == to_upper(*name)) {
        upper++;
        name++;
    }
    return *upper == '\0' && *name == '\0';
}

static bool is_named(const struct type *type, const char *name)
{
    return is_equal(type->name, name) || is_equal(type->name + strlen("PERF_"), name);
}

int metric_counter_find(const char *name_or_number, uint32_t *code)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (!is_named(&types[i], name_or_number))
            continue;
        *code = types[i].code;
        return 0;
    }
    bool has_digit = name_or_number[0] >= '0' && name_or_number[0] <= '9';
    return has_digit ? find_number(name_or_number, code) : -1;
}

const char *metric_counter_name_at(size_t i)
{
    return i < TYPE_COUNT ? types[i].name : NULL;
}

const char *metric_counter_name(uint32_t code)
{
    const struct type *type = find(code);
    return type != NULL ? type->name : NULL;
}

unsigned metric_counter_bits(uint32_t code)
{
    const struct type *type = find(code);
    return type != NULL ? type->bits : 0;
}

unsigned metric_counter_samples(uint32_t code)
{
    const struct type *type = find(code);
    return type != NULL ? formulas[type->formula].samples : 0;
}

enum metric_counter_clock metric_counter_clock(uint32_t code)
{
    const struct type *type = find(code);
    return type != NULL ? type->clock : NO_CLOCK;
}

unsigned metric_counter_needs(uint32_t code)
{
    const struct type *type = find(code);
    return type != NULL ? formulas[type->formula].needs : 0;
}

bool metric_counter_is_real(uint32_t code)
{
    return code == DOUBLE_RAW;
}

bool metric_counter_is_alike(uint32_t a, uint32_t b)
{
    const struct type *one = find(a);
    const struct type *other = find(b);
    return one != NULL && other != NULL && one->formula != NONE && one->formula == other->formula &&
           one->clock == other->clock;
}

/* --- Two samples --- */

static uint64_t subtract(unsigned bits, uint64_t before, uint64_t now)
{
    bool is_narrow = bits == 32 && before <= UINT32_MAX && now <= UINT32_MAX;
    return is_narrow ? (uint32_t)(now - before) : now - before;
}

/* Whether a counter that is less than before did something else than wrap. */
static bool fell(const struct type *type, unsigned bits, uint64_t before, uint64_t now)
{
    if (now >= before)
        return false;
    if (bits != 32 || before > UINT32_MAX)
        return now - before >= TWO_63;
    return type != NULL && type->of_events && (uint32_t)(now - before) >= TWO_31;
}

static bool is_less(uint64_t now, uint64_t before)
{
    return now != 0 && now < before;
}

/* The time of day went on for longer than the performance counter ran: a restart after which that
 * has overtaken its old value. A twentieth and ten seconds are for clocks that are being set. */
static bool was_off(const struct metric_counter_point *before,
                    const struct metric_counter_point *now)
{
    if (before->perf_time == 0 || now->perf_time < before->perf_time || now->perf_frequency == 0 ||
        before->day_time == 0 || now->day_time < before->day_time)
        return false;
    double ran = (double)(now->perf_time - before->perf_time) / (double)now->perf_frequency;
    return (double)(now->day_time - before->day_time) / 1e7 > ran * 1.05 + 10;
}

static enum metric_counter_status advance(const struct type *type, unsigned bits,
                                          const struct metric_counter_point *before,
                                          const struct metric_counter_point *now,
                                          uint64_t *difference)
{
    /* A perf_time of 0 is one that nobody knows. */
    if (is_less(now->perf_time, before->perf_time) || was_off(before, now))
        return METRIC_COUNTER_RESTARTED;
    if (fell(type, bits, before->value, now->value))
        return METRIC_COUNTER_FELL;
    *difference = subtract(bits, before->value, now->value);
    return METRIC_COUNTER_OK;
}

enum metric_counter_status metric_counter_advance(uint32_t code, unsigned bits,
                                                  const struct metric_counter_point *before,
                                                  const struct metric_counter_point *now,
                                                  uint64_t *difference)
{
    return advance(find(code), bits, before, now, difference);
}

/* What a formula is made of. All but dN are above 0; 1 where the formula has none. */
struct terms {
    uint64_t value;     /* dN */
    uint64_t time;      /* dT, dB of a PRECISION type */
    uint64_t base;      /* dB, or B of a MULTI type */
    uint64_t frequency; /* F */
};

/* The clock: dT and F. */
static enum metric_counter_status compare_clocks(unsigned needs,
                                                 const struct metric_counter_point *before,
                                                 const struct metric_counter_point *now,
                                                 struct terms *terms)
{
    if (needs & FREQUENCY) {
        if (now->frequency == 0)
            return METRIC_COUNTER_FREQUENCY_ZERO;
        if (now->frequency != before->frequency)
            return METRIC_COUNTER_RESTARTED;
        terms->frequency = now->frequency;
    }
    if (needs & TIME) {
        if (now->time < before->time)
            return METRIC_COUNTER_RESTARTED;
        if (now->time == before->time)
            return METRIC_COUNTER_STILL;
        terms->time = now->time - before->time;
    }
    return METRIC_COUNTER_OK;
}

/* Both of the host's own clocks are known and went on; together they show a restart (was_off). */
static bool went_on(const struct metric_counter_point *before,
                    const struct metric_counter_point *now)
{
    return before->perf_time != 0 && now->perf_time > before->perf_time &&
           now->perf_frequency != 0 && before->day_time != 0 && now->day_time > before->day_time;
}

/* advance has found no restart of the host. */
static enum metric_counter_status compare_private_clocks(const struct metric_counter_point *before,
                                                         const struct metric_counter_point *now,
                                                         struct terms *terms)
{
    if (now->base < before->base)
        return went_on(before, now) ? METRIC_COUNTER_FELL : METRIC_COUNTER_RESTARTED;
    terms->time = now->base - before->base;
    return terms->time == 0 ? METRIC_COUNTER_STILL : METRIC_COUNTER_OK;
}

static enum metric_counter_status compare_bases(enum formula formula,
                                                const struct metric_counter_point *before,
                                                const struct metric_counter_point *now,
                                                struct terms *terms)
{
    if (formula == PRECISION)
        return compare_private_clocks(before, now, terms);
    if (formula == MULTI || formula == MULTI_INV) {
        terms->base = now->base; /* how many are measured, no counter */
        return terms->base == 0 ? METRIC_COUNTER_BASE_ZERO : METRIC_COUNTER_OK;
    }
    /* A wrap of both within one interval is less likely than a restart; and a base counts events.
     */
    terms->base = subtract(32, before->base, now->base);
    if (now->base < before->base &&
        (now->value < before->value || before->base > UINT32_MAX || terms->base >= TWO_31))
        return METRIC_COUNTER_FELL;
    return terms->base == 0 ? METRIC_COUNTER_NO_EVENTS : METRIC_COUNTER_OK;
}

static enum metric_counter_status compare(const struct type *type, unsigned bits,
                                          const struct metric_counter_point *before,
                                          const struct metric_counter_point *now,
                                          struct terms *terms)
{
    unsigned needs = formulas[type->formula].needs;
    enum metric_counter_status status = compare_clocks(needs, before, now, terms);
    if (status == METRIC_COUNTER_OK)
        status = advance(type, bits, before, now, &terms->value);
    if (status == METRIC_COUNTER_OK && (needs & BASE))
        status = compare_bases(type->formula, before, now, terms);
    return status;
}

/* 0 in place of a little less, and of -0. */
static enum metric_counter_status clamp(double percent, uint64_t count, double *value)
{
    if (percent < -100.0 / INV_TOLERANCE_PART * (double)count)
        return METRIC_COUNTER_IMPLAUSIBLE;
    *value = percent > 0 ? percent : 0;
    return METRIC_COUNTER_OK;
}

/* 100 (count - dN / dT); nothing is lost where both are nearly equal. */
static double percent_left(const struct terms *terms, uint64_t count)
{
    uint64_t whole = terms->value / terms->time;
    uint64_t rest = terms->value % terms->time;
    double time = (double)terms->time;
    if (whole >= count)
        return -100 * ((double)(whole - count) + (double)rest / time);
    if (whole + 1 == count)
        return 100 * ((double)(terms->time - rest) / time);
    return 100 * ((double)(count - whole) - (double)rest / time);
}

static enum metric_counter_status compute(enum formula formula, const struct terms *terms,
                                          double *value)
{
    double difference = (double)terms->value;
    double time = (double)terms->time;
    double base = (double)terms->base;
    double frequency = (double)terms->frequency;
    switch (formula) {
    case DELTA:
        *value = difference;
        break;
    case RATE:
        *value = difference * frequency / time;
        break;
    case QUEUE:
        *value = difference / time;
        break;
    case TIMER:
    case PRECISION:
        *value = 100 * difference / time;
        break;
    case TIMER_INV:
        return clamp(percent_left(terms, 1), 1, value);
    case MULTI:
        *value = 100 * difference / time / base;
        break;
    case MULTI_INV:
        return clamp(percent_left(terms, terms->base), terms->base, value);
    case DELTA_FRACTION:
        *value = 100 * difference / base;
        break;
    case AVERAGE:
        *value = difference / base;
        break;
    case AVERAGE_TIMER:
        *value = difference / frequency / base;
        break;
    default:
        return METRIC_COUNTER_NOT_COOKED;
    }
    return METRIC_COUNTER_OK;
}

/* --- One sample --- */

static enum metric_counter_status compute_elapsed(const struct metric_counter_point *now,
                                                  double *value)
{
    if (now->frequency == 0)
        return METRIC_COUNTER_FREQUENCY_ZERO;
    if (now->time < now->value)
        return METRIC_COUNTER_IMPLAUSIBLE;
    *value = (double)(now->time - now->value) / (double)now->frequency;
    return METRIC_COUNTER_OK;
}

static enum metric_counter_status
compute_single(enum formula formula, const struct metric_counter_point *now, double *value)
{
    if (formula == ELAPSED)
        return compute_elapsed(now, value);
    if (formula == FRACTION && now->base == 0)
        return METRIC_COUNTER_BASE_ZERO;
    *value =
        formula == FRACTION ? 100 * (double)now->value / (double)now->base : (double)now->value;
    return METRIC_COUNTER_OK;
}

enum metric_counter_status metric_counter_cook(uint32_t code, unsigned bits,
                                               const struct metric_counter_point *before,
                                               const struct metric_counter_point *now,
                                               double *value)
{
    const struct type *type = find(code);
    unsigned samples = type != NULL ? formulas[type->formula].samples : 0;
    struct terms terms = {.time = 1, .base = 1, .frequency = 1};
    if (samples == 0)
        return METRIC_COUNTER_NOT_COOKED;
    if (samples == 1)
        return compute_single(type->formula, now, value);
    if (before == NULL)
        return METRIC_COUNTER_FIRST;
    enum metric_counter_status status = compare(type, bits, before, now, &terms);
    return status == METRIC_COUNTER_OK ? compute(type->formula, &terms, value) : status;
}
