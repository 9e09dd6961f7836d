/* SPDX-License-Identifier: MIT */
#include "metric/reading.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cim/datetime.h"
#include "cim/instance.h"
#include "cim/value.h"

#define MICROS_PER_SECOND 1000000

/* One property of the instance, and the place for the complaint about it. name NULL: an other that
 * the metric does not have. */
struct property {
    const char *name;
    MI_Type type;
    MI_Value value;
    struct metric_refusal *refusal;
};

static enum metric_outcome refuse_absent(const struct property *property,
                                         enum metric_outcome outcome)
{
    *property->refusal = (struct metric_refusal){.property = property->name, .outcome = outcome};
    return outcome;
}

static enum metric_outcome refuse(const struct property *property, enum metric_outcome outcome)
{
    char *text = property->refusal->text;
    refuse_absent(property, outcome);
    if (property->type == MI_DATETIME)
        snprintf(text, METRIC_REFUSAL_TEXT_BYTES, "%s",
                 property->value.datetime.isTimestamp ? "a datetime" : "an interval");
    else
        metric_number_show(property->type, &property->value, text, METRIC_REFUSAL_TEXT_BYTES);
    return outcome;
}

static bool is_null(MI_Type type, const MI_Value *value)
{
    return (type == MI_STRING && value->string == NULL) ||
           ((type == MI_INSTANCE || type == MI_REFERENCE) && value->instance == NULL);
}

/* METRIC_SAMPLE_OK, _MISSING or _NULL. */
static enum metric_outcome find(const MI_Instance *instance, const char *name,
                                struct property *property)
{
    MI_Uint32 flags;
    property->name = name;
    if (MI_Instance_GetElement(instance, name, &property->value, &property->type, &flags, NULL) !=
        MI_RESULT_OK)
        return METRIC_SAMPLE_MISSING;
    if ((flags & MI_FLAG_NULL) || is_null(property->type, &property->value))
        return METRIC_SAMPLE_NULL;
    return METRIC_SAMPLE_OK;
}

/* --- Text: MAP and STATE --- */

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_text(const char *a, const char *b)
{
    while (*a != '\0' && to_lower(*a) == to_lower(*b)) {
        a++;
        b++;
    }
    return to_lower(*a) == to_lower(*b);
}

/* The value's text, in room where it has none of its own; NULL where there is no such text. */
static const char *text_of(const struct property *property, char room[24])
{
    struct metric_number number;
    if (property->type == MI_STRING)
        return property->value.string;
    if (property->type == MI_BOOLEAN)
        return property->value.boolean != MI_FALSE ? "true" : "false";
    if (metric_number_take(property->type, &property->value, &number) != 0 || number.is_real)
        return NULL;
    snprintf(room, 24, "%s%" PRIu64, number.negative ? "-" : "", number.magnitude);
    return room;
}

static const double *find_mapped(const struct model_map *map, const char *text)
{
    for (size_t i = 0; i < map->count; i++)
        if (is_same_text(text, map->entries[i].text))
            return &map->entries[i].number;
    return map->has_other ? &map->other : NULL;
}

static enum metric_outcome read_map(const struct property *property,
                                    const struct model_metric *metric, struct metric_number *number)
{
    char room[24];
    const char *text = text_of(property, room);
    const double *mapped = text != NULL ? find_mapped(metric->map, text) : NULL;
    if (mapped == NULL)
        return refuse(property, METRIC_SAMPLE_NOT_MAPPED);
    *number = (struct metric_number){.is_real = true, .real = *mapped};
    return METRIC_SAMPLE_OK;
}

static enum metric_outcome read_state(const struct property *property,
                                      const struct model_metric *metric,
                                      struct metric_number *number)
{
    char room[24];
    const char *text = text_of(property, room);
    if (text == NULL)
        return refuse(property, METRIC_SAMPLE_NOT_MAPPED);
    *number = (struct metric_number){.magnitude = is_same_text(text, metric->state)};
    return METRIC_SAMPLE_OK;
}

/* --- Time: AGE, EPOCH and DURATION --- */

/* Also of text: a string property may hold a datetime. */
static int take_datetime(const struct property *property, MI_Datetime *datetime)
{
    const char *text = property->value.string;
    if (property->type == MI_STRING)
        return cim_datetime_parse(text, strlen(text), datetime, NULL);
    if (property->type != MI_DATETIME)
        return -1;
    *datetime = property->value.datetime;
    return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar, which DSP0004 has for all years: counted in
 * years that begin in March, so that a leap day is the last of its year. */
static int64_t days_of(const MI_Timestamp *t)
{
    int64_t year = (int64_t)t->year - (t->month <= 2);
    int64_t month = ((int64_t)t->month + 9) % 12;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * month + 2) / 5 + t->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* Microseconds since 1970. -1 where it is no timestamp, or one that no text can say. */
static int take_epoch(const struct property *property, int64_t *micros)
{
    MI_Datetime datetime;
    const MI_Timestamp *t = &datetime.u.timestamp;
    if (take_datetime(property, &datetime) != 0 || !datetime.isTimestamp)
        return -1;
    if (t->year > 9999 || t->month < 1 || t->month > 12 || t->day < 1 || t->day > 31)
        return -1;
    if (t->hour > 23 || t->minute > 59 || t->second > 59 || t->microseconds >= MICROS_PER_SECOND)
        return -1;
    int64_t minutes = days_of(t) * 1440 + (int64_t)t->hour * 60 + t->minute - t->utc;
    *micros = (minutes * 60 + t->second) * MICROS_PER_SECOND + t->microseconds;
    return 0;
}

static struct metric_number seconds_of(long double micros)
{
    double seconds = (double)(micros / MICROS_PER_SECOND);
    return (struct metric_number){.is_real = true, .real = seconds};
}

static enum metric_outcome read_epoch(const struct property *property, struct metric_number *number)
{
    int64_t micros;
    if (take_epoch(property, &micros) != 0)
        return refuse(property, METRIC_SAMPLE_NOT_A_DATETIME);
    *number = seconds_of(micros);
    return METRIC_SAMPLE_OK;
}

static enum metric_outcome read_age(const struct property *property, const struct property *other,
                                    uint64_t time_ns, struct metric_number *number)
{
    int64_t then;
    int64_t now = (int64_t)(time_ns / 1000);
    if (take_epoch(property, &then) != 0)
        return refuse(property, METRIC_SAMPLE_NOT_A_DATETIME);
    if (other->name != NULL && take_epoch(other, &now) != 0)
        return refuse(other, METRIC_SAMPLE_NOT_A_DATETIME);
    *number = seconds_of(now - then);
    return METRIC_SAMPLE_OK;
}

static enum metric_outcome read_duration(const struct property *property,
                                         struct metric_number *number)
{
    MI_Datetime datetime;
    const MI_Interval *i = &datetime.u.interval;
    if (metric_number_take(property->type, &property->value, number) == 0)
        return METRIC_SAMPLE_OK;
    if (take_datetime(property, &datetime) != 0 || datetime.isTimestamp)
        return refuse(property, METRIC_SAMPLE_NOT_A_DURATION);
    uint64_t seconds = (((uint64_t)i->days * 24 + i->hours) * 60 + i->minutes) * 60 + i->seconds;
    *number = seconds_of((long double)seconds * MICROS_PER_SECOND + i->microseconds);
    return METRIC_SAMPLE_OK;
}

/* --- Arrays --- */

/* Item index as a property of its own: METRIC_SAMPLE_OK or _NULL. */
static enum metric_outcome take_item(const struct property *property, MI_Uint32 index,
                                     struct property *item)
{
    item->name = property->name;
    item->refusal = property->refusal;
    item->type = property->type & ~MI_ARRAY;
    cim_value_item(property->type, &property->value, index, &item->value);
    return is_null(item->type, &item->value) ? METRIC_SAMPLE_NULL : METRIC_SAMPLE_OK;
}

static enum metric_outcome read_number(const struct property *property,
                                       struct metric_number *number)
{
    if (metric_number_take(property->type, &property->value, number) != 0)
        return refuse(property, METRIC_SAMPLE_NOT_A_NUMBER);
    return METRIC_SAMPLE_OK;
}

static enum metric_outcome read_element(const struct property *property, uint32_t element,
                                        struct metric_number *number)
{
    struct property item;
    MI_Uint32 count = cim_value_count(property->type, &property->value);
    if (element >= count) {
        refuse_absent(property, METRIC_SAMPLE_NO_ELEMENT);
        snprintf(property->refusal->text, METRIC_REFUSAL_TEXT_BYTES, "%" PRIu32 " of %" PRIu32,
                 element, count);
        return METRIC_SAMPLE_NO_ELEMENT;
    }
    if (take_item(property, element, &item) != METRIC_SAMPLE_OK)
        return refuse_absent(property, METRIC_SAMPLE_NULL);
    return read_number(&item, number);
}

static bool is_greater(const struct metric_number *a, const struct metric_number *b)
{
    struct metric_number difference = metric_number_subtract(a, b);
    return difference.is_real ? difference.real > 0
                              : !difference.negative && difference.magnitude > 0;
}

/* METRIC_SAMPLE_NULL where there is no item. */
static enum metric_outcome read_items(const struct property *property, bool of_sum,
                                      struct metric_number *number)
{
    struct metric_number made = {0};
    MI_Uint32 seen = 0;
    MI_Uint32 count = cim_value_count(property->type, &property->value);
    for (MI_Uint32 i = 0; i < count; i++) {
        struct property item;
        struct metric_number next;
        if (take_item(property, i, &item) != METRIC_SAMPLE_OK)
            continue;
        enum metric_outcome outcome = read_number(&item, &next);
        if (outcome != METRIC_SAMPLE_OK)
            return outcome;
        if (of_sum)
            made = metric_number_add(&made, &next);
        else if (seen == 0 || is_greater(&next, &made))
            made = next;
        seen++;
    }
    if (!of_sum && seen == 0)
        return refuse_absent(property, METRIC_SAMPLE_NULL);
    *number = made;
    return METRIC_SAMPLE_OK;
}

/* --- Two properties --- */

static enum metric_outcome read_two(const struct property *property, const struct property *other,
                                    bool of_ratio, struct metric_number *number)
{
    struct metric_number a;
    struct metric_number b;
    enum metric_outcome outcome = read_number(property, &a);
    if (outcome == METRIC_SAMPLE_OK)
        outcome = read_number(other, &b);
    if (outcome != METRIC_SAMPLE_OK)
        return outcome;
    if (of_ratio && metric_number_real(&b) == 0)
        return refuse(other, METRIC_SAMPLE_ZERO_DIVISOR);
    if (!of_ratio)
        *number = metric_number_subtract(&a, &b);
    else
        *number = (struct metric_number){
            .is_real = true, .real = (double)(metric_number_real(&a) / metric_number_real(&b))};
    return METRIC_SAMPLE_OK;
}

/* --- All of them --- */

static bool is_of_array(enum model_reading reading)
{
    return reading == MODEL_READING_ELEMENT || reading == MODEL_READING_COUNT ||
           reading == MODEL_READING_SUM || reading == MODEL_READING_MAX;
}

static enum metric_outcome read_present(const struct property *property,
                                        const struct property *other,
                                        const struct model_metric *metric, uint64_t time_ns,
                                        struct metric_number *number)
{
    switch (metric->reading) {
    case MODEL_READING_MAP:
        return read_map(property, metric, number);
    case MODEL_READING_STATE:
        return read_state(property, metric, number);
    case MODEL_READING_AGE:
        return read_age(property, other, time_ns, number);
    case MODEL_READING_EPOCH:
        return read_epoch(property, number);
    case MODEL_READING_DURATION:
        return read_duration(property, number);
    case MODEL_READING_ELEMENT:
        return read_element(property, metric->element, number);
    case MODEL_READING_COUNT:
        *number =
            (struct metric_number){.magnitude = cim_value_count(property->type, &property->value)};
        return METRIC_SAMPLE_OK;
    case MODEL_READING_SUM:
    case MODEL_READING_MAX:
        return read_items(property, metric->reading == MODEL_READING_SUM, number);
    case MODEL_READING_RATIO:
    case MODEL_READING_DIFFERENCE:
        return read_two(property, other, metric->reading == MODEL_READING_RATIO, number);
    default:
        return read_number(property, number);
    }
}

static enum metric_outcome read_null(const struct model_metric *metric,
                                     struct metric_number *number)
{
    if (metric->on_null == MODEL_ON_NULL_SKIP)
        return METRIC_SAMPLE_NULL;
    *number = (struct metric_number){.is_real = false};
    if (metric->on_null == MODEL_ON_NULL_NAN)
        *number = (struct metric_number){.is_real = true, .real = NAN};
    return METRIC_SAMPLE_OK;
}

enum metric_outcome metric_reading_take(const MI_Instance *instance,
                                        const struct model_metric *metric, size_t i,
                                        uint64_t time_ns, struct metric_number *number,
                                        struct metric_refusal *refusal)
{
    struct property property = {.refusal = refusal};
    struct property other = {.refusal = refusal};
    struct metric_number made = {0};
    struct property *last = &property;
    enum metric_outcome outcome = find(instance, metric->properties[i], &property);
    if (outcome == METRIC_SAMPLE_OK && metric->other != NULL) {
        last = &other;
        outcome = find(instance, metric->other, &other);
    }
    bool may_be_absent = is_of_array(metric->reading) && metric->on_null != MODEL_ON_NULL_SKIP;
    if (outcome == METRIC_SAMPLE_MISSING && may_be_absent)
        outcome = METRIC_SAMPLE_NULL;
    if (outcome != METRIC_SAMPLE_OK)
        refuse_absent(last, outcome);
    else
        outcome = read_present(&property, &other, metric, time_ns, &made);
    if (outcome == METRIC_SAMPLE_NULL)
        outcome = read_null(metric, &made);
    else if (outcome == METRIC_SAMPLE_OK && made.is_real && !isfinite(made.real))
        outcome = refuse(&property, METRIC_SAMPLE_NOT_A_NUMBER);
    if (outcome == METRIC_SAMPLE_OK)
        *number = made;
    return outcome;
}
