/* SPDX-License-Identifier: MIT */
#include "cim/datetime.h"

#include <stdbool.h>
#include <string.h>

#define CIM_TEXT_BYTES    25
#define CIM_POINT         14 /* where the 25 characters have their '.' */
#define CIM_SIGN          21 /* and their '+', '-' or ':' */
#define MICROS_PER_SECOND 1000000u
#define XS_MAX_OFFSET     (14 * 60) /* xs:dateTime's time zones reach from -14:00 to +14:00 */

/* What is left of the text. */
struct cursor {
    const char *at;
    const char *end;
};

static bool at_digit(const struct cursor *cursor)
{
    return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

static bool take(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* Exactly count digits; false where there are fewer. */
static bool take_digits(struct cursor *cursor, unsigned count, MI_Uint32 *number)
{
    MI_Uint32 sum = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!at_digit(cursor))
            return false;
        sum = sum * 10 + (MI_Uint32)(*cursor->at++ - '0');
    }
    *number = sum;
    return true;
}

/* The digits behind a '.', as microseconds; MI_Datetime has no room for more than six. */
static bool take_fraction(struct cursor *cursor, MI_Uint32 *micros)
{
    MI_Uint32 unit = MICROS_PER_SECOND / 10;
    *micros = 0;
    if (!at_digit(cursor))
        return false;
    while (at_digit(cursor)) {
        *micros += (MI_Uint32)(*cursor->at++ - '0') * unit;
        unit /= 10;
    }
    return true;
}

/* ---- Timestamps ---- */

static MI_Uint32 days_of_month(MI_Uint32 year, MI_Uint32 month)
{
    static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static int check_timestamp(const MI_Timestamp *t, struct err *err)
{
    if (t->month < 1 || t->month > 12)
        return err_set(err, ERR_PROTOCOL, "month %u does not exist", t->month);
    if (t->day < 1 || t->day > days_of_month(t->year, t->month))
        return err_set(err, ERR_PROTOCOL, "%u-%02u has no day %u", t->year, t->month, t->day);
    if (t->hour > 23 || t->minute > 59 || t->second > 59)
        return err_set(err, ERR_PROTOCOL, "no such time of day: %02u:%02u:%02u", t->hour, t->minute,
                       t->second);
    return 0;
}

/* `Z` or `+hh:mm`. A local time says nothing to a reader elsewhere, so it is refused. */
static int take_offset(struct cursor *cursor, MI_Sint32 *utc, struct err *err)
{
    *utc = 0;
    if (take(cursor, 'Z'))
        return 0;
    bool west = take(cursor, '-');
    if (!west && !take(cursor, '+'))
        return err_set(err, ERR_PROTOCOL, "a time without its offset from UTC");
    MI_Uint32 hours, minutes;
    if (!take_digits(cursor, 2, &hours) || !take(cursor, ':') || !take_digits(cursor, 2, &minutes))
        return err_set(err, ERR_PROTOCOL, "an offset is written +hh:mm");
    if (minutes > 59 || hours * 60 + minutes > XS_MAX_OFFSET)
        return err_set(err, ERR_PROTOCOL, "no such offset from UTC: %02u:%02u", hours, minutes);
    *utc = (MI_Sint32)(hours * 60 + minutes);
    if (west)
        *utc = -*utc;
    return 0;
}

static int parse_xs_timestamp(struct cursor *cursor, MI_Timestamp *t, struct err *err)
{
    if (!take_digits(cursor, 4, &t->year) || !take(cursor, '-') ||
        !take_digits(cursor, 2, &t->month) || !take(cursor, '-') ||
        !take_digits(cursor, 2, &t->day) || !take(cursor, 'T') ||
        !take_digits(cursor, 2, &t->hour) || !take(cursor, ':') ||
        !take_digits(cursor, 2, &t->minute) || !take(cursor, ':') ||
        !take_digits(cursor, 2, &t->second))
        return err_set(err, ERR_PROTOCOL, "not a date and time");
    if (take(cursor, '.') && !take_fraction(cursor, &t->microseconds))
        return err_set(err, ERR_PROTOCOL, "a point without digits behind it");
    if (take_offset(cursor, &t->utc, err) != 0)
        return -1;
    if (cursor->at != cursor->end)
        return err_set(err, ERR_PROTOCOL, "something follows the date and time");
    return check_timestamp(t, err);
}

/* ---- Durations ---- */

/* A number of one duration field; false where it does not fit. */
static bool take_number(struct cursor *cursor, MI_Uint32 *number)
{
    uint64_t sum = 0;
    while (at_digit(cursor)) {
        sum = sum * 10 + (uint64_t)(*cursor->at++ - '0');
        if (sum > UINT32_MAX)
            return false;
    }
    *number = (MI_Uint32)sum;
    return true;
}

/* `5D`, `5H`, `5M`, `5S`, `5.05S`: the fields in order, each at most once. */
static int take_fields(struct cursor *cursor, const char *letters, MI_Uint32 *const fields[],
                       MI_Uint32 *micros, struct err *err)
{
    size_t next = 0;
    while (at_digit(cursor)) {
        MI_Uint32 number;
        if (!take_number(cursor, &number))
            return err_set(err, ERR_PROTOCOL, "a duration with a number of more than 32 bits");
        bool fraction = take(cursor, '.');
        if (fraction && !take_fraction(cursor, micros))
            return err_set(err, ERR_PROTOCOL, "a point without digits behind it");
        while (letters[next] != '\0' && !take(cursor, letters[next]))
            next++;
        if (letters[next] == '\0' || (fraction && letters[next] != 'S'))
            return err_set(err, ERR_PROTOCOL, "not a duration of days, hours, minutes, seconds");
        *fields[next++] = number;
    }
    return 0;
}

/* Hours past 23 and the like are allowed in xs:duration; here every field gets its usual range. */
static int carry(MI_Interval *i, struct err *err)
{
    uint64_t seconds = ((uint64_t)i->days * 24 + i->hours) * 60;
    seconds = (seconds + i->minutes) * 60 + i->seconds;
    uint64_t days = seconds / 86400;
    if (days > CIM_DATETIME_MAX_DAYS)
        return err_set(err, ERR_PROTOCOL, "an interval of more than %u days",
                       CIM_DATETIME_MAX_DAYS);
    i->days = (MI_Uint32)days;
    i->hours = (MI_Uint32)(seconds / 3600 % 24);
    i->minutes = (MI_Uint32)(seconds / 60 % 60);
    i->seconds = (MI_Uint32)(seconds % 60);
    return 0;
}

static int parse_xs_duration(struct cursor *cursor, MI_Interval *i, struct err *err)
{
    MI_Uint32 *const days[] = {&i->days};
    MI_Uint32 *const times[] = {&i->hours, &i->minutes, &i->seconds};
    const char *start = cursor->at;
    if (take_fields(cursor, "D", days, &i->microseconds, err) != 0)
        return -1;
    if (take(cursor, 'T')) {
        start = cursor->at;
        if (take_fields(cursor, "HMS", times, &i->microseconds, err) != 0)
            return -1;
    }
    if (cursor->at == start || cursor->at != cursor->end)
        return err_set(err, ERR_PROTOCOL, "not a duration of days, hours, minutes, seconds");
    return carry(i, err);
}

/* ---- CIM's own form ---- */

static int parse_cim_interval(struct cursor *cursor, MI_Interval *i, struct err *err)
{
    MI_Uint32 zero;
    if (!take_digits(cursor, 8, &i->days) || !take_digits(cursor, 2, &i->hours) ||
        !take_digits(cursor, 2, &i->minutes) || !take_digits(cursor, 2, &i->seconds) ||
        !take(cursor, '.') || !take_digits(cursor, 6, &i->microseconds) || !take(cursor, ':') ||
        !take_digits(cursor, 3, &zero))
        return err_set(err, ERR_PROTOCOL, "not an interval of 25 digits (`*` is not supported)");
    if (zero != 0 || i->hours > 23 || i->minutes > 59 || i->seconds > 59)
        return err_set(err, ERR_PROTOCOL, "no such interval: a field is out of its range");
    return 0;
}

static int parse_cim_timestamp(struct cursor *cursor, MI_Timestamp *t, struct err *err)
{
    MI_Uint32 offset;
    if (!take_digits(cursor, 4, &t->year) || !take_digits(cursor, 2, &t->month) ||
        !take_digits(cursor, 2, &t->day) || !take_digits(cursor, 2, &t->hour) ||
        !take_digits(cursor, 2, &t->minute) || !take_digits(cursor, 2, &t->second) ||
        !take(cursor, '.') || !take_digits(cursor, 6, &t->microseconds))
        return err_set(err, ERR_PROTOCOL, "not a time of 25 digits (`*` is not supported)");
    bool west = take(cursor, '-');
    if ((!west && !take(cursor, '+')) || !take_digits(cursor, 3, &offset))
        return err_set(err, ERR_PROTOCOL, "not a time of 25 digits (`*` is not supported)");
    t->utc = west ? -(MI_Sint32)offset : (MI_Sint32)offset;
    return check_timestamp(t, err);
}

/* ---- Entry points ---- */

int cim_datetime_parse(const char *text, size_t count, MI_Datetime *datetime, struct err *err)
{
    struct cursor cursor = {text, text + count};
    MI_Datetime made;
    memset(&made, 0, sizeof made);
    int result;
    if (take(&cursor, 'P')) {
        result = parse_xs_duration(&cursor, &made.u.interval, err);
    } else if (count == CIM_TEXT_BYTES && text[CIM_POINT] == '.' && text[CIM_SIGN] == ':') {
        result = parse_cim_interval(&cursor, &made.u.interval, err);
    } else {
        made.isTimestamp = 1;
        result = count == CIM_TEXT_BYTES && text[CIM_POINT] == '.'
                     ? parse_cim_timestamp(&cursor, &made.u.timestamp, err)
                     : parse_xs_timestamp(&cursor, &made.u.timestamp, err);
    }
    if (result == 0)
        *datetime = made;
    return result;
}

static void print_fraction(struct buf *out, MI_Uint32 micros)
{
    if (micros == 0)
        return;
    unsigned digits = 6;
    while (micros % 10 == 0) {
        micros /= 10;
        digits--;
    }
    buf_add_format(out, ".%0*u", (int)digits, micros);
}

static void print_offset(struct buf *out, MI_Sint32 utc)
{
    if (utc == 0) {
        buf_add_char(out, 'Z');
        return;
    }
    unsigned minutes = utc < 0 ? 0u - (unsigned)utc : (unsigned)utc;
    buf_add_format(out, "%c%02u:%02u", utc < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void cim_datetime_print(struct buf *out, const MI_Datetime *datetime)
{
    if (datetime->isTimestamp) {
        const MI_Timestamp *t = &datetime->u.timestamp;
        buf_add_format(out, "%04u-%02u-%02uT%02u:%02u:%02u", t->year, t->month, t->day, t->hour,
                       t->minute, t->second);
        print_fraction(out, t->microseconds);
        print_offset(out, t->utc);
    } else {
        const MI_Interval *i = &datetime->u.interval;
        buf_add_format(out, "P%uDT%uH%uM%u", i->days, i->hours, i->minutes, i->seconds);
        print_fraction(out, i->microseconds);
        buf_add_char(out, 'S');
    }
}

void cim_datetime_interval_from_ms(uint64_t ms, MI_Interval *interval)
{
    uint64_t seconds = ms / 1000;
    uint64_t days = seconds / 86400;
    memset(interval, 0, sizeof *interval);
    interval->days = days > UINT32_MAX ? UINT32_MAX : (MI_Uint32)days;
    interval->hours = (MI_Uint32)(seconds / 3600 % 24);
    interval->minutes = (MI_Uint32)(seconds / 60 % 60);
    interval->seconds = (MI_Uint32)(seconds % 60);
    interval->microseconds = (MI_Uint32)(ms % 1000 * 1000);
}

uint64_t cim_datetime_interval_to_ms(const MI_Interval *i)
{
    /* The greatest fields of 32 bits make 3.7e17 ms: no overflow to guard against. */
    uint64_t seconds = ((uint64_t)i->days * 24 + i->hours) * 60;
    seconds = (seconds + i->minutes) * 60 + i->seconds;
    return seconds * 1000 + i->microseconds / 1000;
}
