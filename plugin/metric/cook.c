/* SPDX-License-Identifier: MIT */
#include "metric/cook.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cim/instance.h"

/* Of Timestamp_Sys100NS. */
#define TICKS_PER_SECOND 10000000

static const char base_suffix[] = "_Base";

/* By enum metric_counter_clock. Every Win32_Perf class has them all (wmisdk, Win32_Perf class). */
static const struct {
    const char *timestamp;
    const char *frequency;
} clocks[] = {
    [METRIC_COUNTER_CLOCK_NONE] = {NULL, NULL},
    [METRIC_COUNTER_CLOCK_PERF] = {"Timestamp_PerfTime", "Frequency_PerfTime"},
    [METRIC_COUNTER_CLOCK_SYS100NS] = {"Timestamp_Sys100NS", "Frequency_Sys100NS"},
    [METRIC_COUNTER_CLOCK_OBJECT] = {"Timestamp_Object", "Frequency_Object"},
};

/* Where a property is read from, and where it is told that it gives no number. */
struct source {
    const MI_Instance *instance;
    const struct model_metric *metric;
    size_t index; /* of property */
    const char *property;
    uint32_t code;
    MI_Type type;  /* of what was read last */
    unsigned bits; /* of the property's MI_Type; 0 where that is text */
    bool is_old;   /* the host's own clock stands where it stood: the same reply again */
    struct metric_refusal *refusal;
};

size_t metric_memory_count(const struct model_metric *metric)
{
    bool needs =
        metric->reading == MODEL_READING_RAW || (metric->reading == MODEL_READING_COOKED &&
                                                 metric_counter_samples(metric->counter_type) != 1);
    return needs ? metric->property_count : 0;
}

/* --- What is read --- */

size_t metric_cook_clocks(const struct model_metric *metric,
                          const char *names[METRIC_COOK_MAX_CLOCKS])
{
    enum metric_counter_clock clock = metric_counter_clock(metric->counter_type);
    unsigned needs = metric_counter_needs(metric->counter_type);
    size_t count = 0;
    if (metric->reading == MODEL_READING_COOKED && (needs & METRIC_COUNTER_NEEDS_TIME))
        names[count++] = clocks[clock].timestamp;
    if (metric->reading == MODEL_READING_COOKED && (needs & METRIC_COUNTER_NEEDS_FREQUENCY)) {
        names[count++] = clocks[clock].frequency;
        if (clock == METRIC_COUNTER_CLOCK_OBJECT) /* read_clock, where that frequency is 0 */
            names[count++] = clocks[METRIC_COUNTER_CLOCK_SYS100NS].timestamp;
    }
    if (metric_memory_count(metric) > 0) { /* read_witnesses */
        names[count++] = clocks[METRIC_COUNTER_CLOCK_PERF].timestamp;
        names[count++] = clocks[METRIC_COUNTER_CLOCK_PERF].frequency;
        names[count++] = clocks[METRIC_COUNTER_CLOCK_SYS100NS].timestamp;
    }
    return count;
}

const char *metric_cook_base(const struct model_metric *metric, size_t i,
                             char room[METRIC_COOK_BASE_BYTES])
{
    const char *property = metric->properties[i];
    size_t count = strlen(property);
    if (metric->reading != MODEL_READING_COOKED ||
        (metric_counter_needs(metric->counter_type) & METRIC_COUNTER_NEEDS_BASE) == 0)
        return NULL;
    if (metric->base != NULL)
        return metric->base;
    if (count > CIM_INSTANCE_MAX_NAME)
        return NULL;
    snprintf(room, METRIC_COOK_BASE_BYTES, "%s%s", property, base_suffix);
    return room;
}

/* --- One property --- */

/* name: one that outlives the refusal, but for a base's, which is made of the property's. */
static enum metric_outcome refuse(const struct source *source, const char *name, bool of_base,
                                  enum metric_outcome outcome)
{
    bool has_own_base = of_base && source->metric->base != NULL;
    *source->refusal = (struct metric_refusal){.property = has_own_base ? source->metric->base
                                                           : of_base    ? source->property
                                                                        : name,
                                               .of_base = of_base && !has_own_base,
                                               .outcome = outcome};
    return outcome;
}

/* No boolean, no character, and of text only what begins as a number does. */
static bool may_be_counter(MI_Type type, const MI_Value *value)
{
    if (type == MI_STRING)
        return value->string[0] >= '0' && value->string[0] <= '9';
    return type >= MI_UINT8 && type <= MI_SINT64;
}

/* Likewise, but of any sign, and a fraction. */
static bool may_be_real(MI_Type type, const MI_Value *value)
{
    if (type == MI_STRING)
        return value->string[0] != '\0' && strchr("+-.0123456789", value->string[0]) != NULL;
    return type >= MI_UINT8 && type <= MI_REAL64;
}

static enum metric_outcome find(const MI_Instance *instance, const char *name, MI_Type *type,
                                MI_Value *value)
{
    MI_Uint32 flags;
    if (MI_Instance_GetElement(instance, name, value, type, &flags, NULL) != MI_RESULT_OK)
        return METRIC_SAMPLE_MISSING;
    if ((flags & MI_FLAG_NULL) || (*type == MI_STRING && value->string == NULL))
        return METRIC_SAMPLE_NULL;
    return METRIC_SAMPLE_OK;
}

static int take_integer(MI_Type type, const MI_Value *value, uint64_t *integer)
{
    struct metric_number number;
    if (!may_be_counter(type, value) || metric_number_take(type, value, &number) != 0 ||
        number.is_real || number.negative)
        return -1;
    *integer = number.magnitude;
    return 0;
}

static unsigned bits_of(MI_Type type)
{
    if (type == MI_UINT32 || type == MI_SINT32)
        return 32;
    return type == MI_UINT64 || type == MI_SINT64 ? 64 : 0;
}

static enum metric_outcome read_named(struct source *source, const char *name, bool of_base,
                                      uint64_t *integer)
{
    MI_Value value;
    enum metric_outcome outcome = find(source->instance, name, &source->type, &value);
    if (outcome != METRIC_SAMPLE_OK)
        return refuse(source, name, of_base, outcome);
    if (take_integer(source->type, &value, integer) == 0)
        return METRIC_SAMPLE_OK;
    refuse(source, name, of_base, METRIC_SAMPLE_NOT_A_NUMBER);
    metric_number_show(source->type, &value, source->refusal->text, sizeof source->refusal->text);
    return METRIC_SAMPLE_NOT_A_NUMBER;
}

static enum metric_outcome read_value(struct source *source, uint64_t *integer)
{
    enum metric_outcome outcome = read_named(source, source->property, false, integer);
    if (outcome == METRIC_SAMPLE_OK)
        source->bits = bits_of(source->type);
    return outcome;
}

static enum metric_outcome read_base(struct source *source, uint64_t *integer)
{
    char room[METRIC_COOK_BASE_BYTES];
    const char *name = metric_cook_base(source->metric, source->index, room);
    if (name == NULL)
        return refuse(source, NULL, true, METRIC_SAMPLE_MISSING);
    return read_named(source, name, true, integer);
}

/* --- A point --- */

static enum metric_outcome read_clock(struct source *source, unsigned needs,
                                      struct metric_counter_point *point)
{
    enum metric_counter_clock clock = metric_counter_clock(source->code);
    enum metric_outcome outcome = METRIC_SAMPLE_OK;
    if (needs & METRIC_COUNTER_NEEDS_FREQUENCY)
        outcome = read_named(source, clocks[clock].frequency, false, &point->frequency);
    if (outcome == METRIC_SAMPLE_OK && clock == METRIC_COUNTER_CLOCK_OBJECT &&
        (needs & METRIC_COUNTER_NEEDS_FREQUENCY) && point->frequency == 0) {
        /* A class without a clock of its own, shared/facts/windows.md. */
        point->frequency = TICKS_PER_SECOND;
        clock = METRIC_COUNTER_CLOCK_SYS100NS;
    }
    if (outcome == METRIC_SAMPLE_OK && (needs & METRIC_COUNTER_NEEDS_TIME))
        outcome = read_named(source, clocks[clock].timestamp, false, &point->time);
    return outcome;
}

/* No formula needs it: what is not there says nothing. */
static void read_witness(const struct source *source, const char *name, uint64_t *integer)
{
    MI_Type type;
    MI_Value value;
    if (find(source->instance, name, &type, &value) == METRIC_SAMPLE_OK)
        take_integer(type, &value, integer);
}

static void read_witnesses(const struct source *source, struct metric_counter_point *point)
{
    read_witness(source, clocks[METRIC_COUNTER_CLOCK_PERF].timestamp, &point->perf_time);
    read_witness(source, clocks[METRIC_COUNTER_CLOCK_PERF].frequency, &point->perf_frequency);
    read_witness(source, clocks[METRIC_COUNTER_CLOCK_SYS100NS].timestamp, &point->day_time);
}

static enum metric_outcome read_point(struct source *source, unsigned needs,
                                      struct metric_counter_point *point)
{
    *point = (struct metric_counter_point){0};
    enum metric_outcome outcome = read_value(source, &point->value);
    if (outcome == METRIC_SAMPLE_OK)
        outcome = read_clock(source, needs, point);
    if (outcome == METRIC_SAMPLE_OK && (needs & METRIC_COUNTER_NEEDS_BASE))
        outcome = read_base(source, &point->base);
    return outcome;
}

static unsigned width(const struct source *source)
{
    if (source->metric->counter_bits != 0)
        return source->metric->counter_bits;
    return source->bits != 0 ? source->bits : metric_counter_bits(source->code);
}

/* --- COOKED --- */

/* What stood still: the clock, or the base that is a PRECISION type's. Where the whole instance is
 * an old one, one name for all its counters, so that it is said once a class. */
static enum metric_outcome refuse_still(const struct source *source)
{
    enum metric_counter_clock clock = metric_counter_clock(source->code);
    if (source->is_old)
        clock = METRIC_COUNTER_CLOCK_PERF;
    return refuse(source, clocks[clock].timestamp, clock == METRIC_COUNTER_CLOCK_NONE,
                  METRIC_SAMPLE_STILL);
}

static enum metric_outcome outcome_of(const struct source *source,
                                      enum metric_counter_status status)
{
    enum metric_counter_clock clock = metric_counter_clock(source->code);
    switch (status) {
    case METRIC_COUNTER_OK:
        return METRIC_SAMPLE_OK;
    case METRIC_COUNTER_FIRST:
    case METRIC_COUNTER_NO_EVENTS:
        return refuse(source, source->property, false, METRIC_SAMPLE_NOT_YET);
    case METRIC_COUNTER_RESTARTED:
        return refuse(source, source->property, false, METRIC_SAMPLE_REBOOTED);
    case METRIC_COUNTER_FELL:
        return refuse(source, source->property, false, METRIC_SAMPLE_FELL);
    case METRIC_COUNTER_STILL:
        return refuse_still(source);
    case METRIC_COUNTER_BASE_ZERO:
        return refuse(source, NULL, true, METRIC_SAMPLE_ZERO_DIVISOR);
    case METRIC_COUNTER_FREQUENCY_ZERO:
        return refuse(source, clocks[clock].frequency, false, METRIC_SAMPLE_ZERO_DIVISOR);
    case METRIC_COUNTER_IMPLAUSIBLE:
        return refuse(source, source->property, false, METRIC_SAMPLE_IMPLAUSIBLE);
    case METRIC_COUNTER_NOT_COOKED:
        break;
    }
    return refuse(source, source->property, false, METRIC_SAMPLE_NO_COUNTER_TYPE);
}

static enum metric_outcome cook(struct source *source, struct metric_memory *memory,
                                struct metric_number *number)
{
    struct metric_counter_point now;
    struct metric_counter_point *before = memory != NULL && memory->has_last ? &memory->last : NULL;
    double value;
    unsigned needs = metric_counter_needs(source->code);
    enum metric_outcome outcome = read_point(source, needs, &now);
    if (outcome != METRIC_SAMPLE_OK) {
        if (memory != NULL)
            memory->has_last = false;
        return outcome;
    }
    if (memory != NULL)
        read_witnesses(source, &now);
    enum metric_counter_status status =
        metric_counter_cook(source->code, width(source), before, &now, &value);
    source->is_old = before != NULL && now.perf_time != 0 && now.perf_time == before->perf_time;
    if (memory != NULL && status != METRIC_COUNTER_STILL) {
        memory->last = now;
        memory->has_last = true;
    }
    if (status == METRIC_COUNTER_OK)
        *number = (struct metric_number){.is_real = true, .real = value};
    return outcome_of(source, status);
}

/* PERF_DOUBLE_RAW. Text without point and exponent, and a typed integer, is the number that stands
 * there. That a provider puts the bits of a double into a uint64 is said nowhere: Microsoft's page
 * has this type's name and no more (wmisdk/countertype-qualifier). */
static enum metric_outcome read_real(const struct source *source, struct metric_number *number)
{
    MI_Type type;
    MI_Value value;
    struct metric_number read;
    enum metric_outcome outcome = find(source->instance, source->property, &type, &value);
    if (outcome != METRIC_SAMPLE_OK)
        return refuse(source, source->property, false, outcome);
    if (may_be_real(type, &value) && metric_number_take(type, &value, &read) == 0) {
        *number =
            (struct metric_number){.is_real = true, .real = (double)metric_number_real(&read)};
        return METRIC_SAMPLE_OK;
    }
    refuse(source, source->property, false, METRIC_SAMPLE_NOT_A_NUMBER);
    metric_number_show(type, &value, source->refusal->text, sizeof source->refusal->text);
    return METRIC_SAMPLE_NOT_A_NUMBER;
}

/* --- RAW --- */

static enum metric_counter_status grow(const struct source *source, struct metric_memory *memory,
                                       const struct metric_counter_point *now)
{
    uint64_t difference;
    if (!memory->has_sum) {
        memory->has_sum = true;
        memory->sum = now->value;
        return METRIC_COUNTER_OK;
    }
    if (!memory->has_last)
        return METRIC_COUNTER_FIRST;
    enum metric_counter_status status =
        metric_counter_advance(source->code, width(source), &memory->last, now, &difference);
    if (status == METRIC_COUNTER_OK)
        memory->sum += difference;
    return status;
}

static enum metric_outcome unwrap(struct source *source, struct metric_memory *memory,
                                  struct metric_number *number)
{
    struct metric_counter_point now;
    enum metric_outcome outcome = read_point(source, 0, &now);
    if (outcome != METRIC_SAMPLE_OK) {
        memory->has_last = false;
        return outcome;
    }
    read_witnesses(source, &now);
    enum metric_counter_status status = grow(source, memory, &now);
    memory->last = now;
    memory->has_last = true;
    if (status == METRIC_COUNTER_OK)
        *number = (struct metric_number){.magnitude = memory->sum};
    return outcome_of(source, status);
}

/* --- Both --- */

static bool takes_null(const struct source *source, enum metric_outcome outcome)
{
    return outcome == METRIC_SAMPLE_NULL && source->metric->on_null != MODEL_ON_NULL_SKIP &&
           source->refusal->property == source->property && !source->refusal->of_base;
}

enum metric_outcome metric_cook_take(const MI_Instance *instance, const struct model_metric *metric,
                                     size_t i, struct metric_memory *memory,
                                     struct metric_number *number, struct metric_refusal *refusal)
{
    struct source source = {.instance = instance,
                            .metric = metric,
                            .index = i,
                            .property = metric->properties[i],
                            .code = metric->counter_type,
                            .refusal = refusal};
    if (metric->reading == MODEL_READING_RAW)
        return unwrap(&source, memory, number);
    bool is_real = metric_counter_is_real(source.code);
    enum metric_outcome outcome =
        is_real ? read_real(&source, number) : cook(&source, memory, number);
    if (!takes_null(&source, outcome))
        return outcome;
    bool is_nan = metric->on_null == MODEL_ON_NULL_NAN;
    *number = (struct metric_number){.is_real = true, .real = is_nan ? (double)NAN : 0};
    return METRIC_SAMPLE_OK;
}
