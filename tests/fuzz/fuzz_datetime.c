/* SPDX-License-Identifier: MIT */
/* Texts of timestamps and intervals: what is accepted is a time that exists and means what the text
 * says, by another reckoning than the plugin's; its canonical text reads back the same. */
#include <time.h>

#include "cim/datetime.h"
#include "fuzz.h"

#define XS_MAX_OFFSET 840
#define MICROS        1000000

static unsigned digits(const char *text, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = sum * 10 + (unsigned)(text[i] - '0');
    return sum;
}

/* The six digits behind a point, as they would be with more zeros. */
static unsigned micros(const char *text)
{
    unsigned sum = 0;
    for (int i = 0; i < 6; i++)
        sum = sum * 10 + (*text >= '0' && *text <= '9' ? (unsigned)(*text++ - '0') : 0);
    return sum;
}

/* ---- Timestamps ---- */

/* libc's calendar knows this second. */
static void check_exists(const MI_Timestamp *t)
{
    struct tm given = {.tm_year = (int)t->year - 1900,
                       .tm_mon = (int)t->month - 1,
                       .tm_mday = (int)t->day,
                       .tm_hour = (int)t->hour,
                       .tm_min = (int)t->minute,
                       .tm_sec = (int)t->second};
    struct tm asked = given;
    struct tm known;
    time_t seconds = timegm(&asked);
    require(gmtime_r(&seconds, &known) != NULL);
    require(known.tm_year == given.tm_year && known.tm_mon == given.tm_mon);
    require(known.tm_mday == given.tm_mday && known.tm_hour == given.tm_hour);
    require(known.tm_min == given.tm_min && known.tm_sec == given.tm_sec);
    require(t->microseconds < MICROS && t->utc > -1000 && t->utc < 1000);
}

static void check_cim_timestamp(const char *text, const MI_Timestamp *t)
{
    int utc = (int)digits(text + 22, 3);
    require(t->year == digits(text, 4) && t->month == digits(text + 4, 2));
    require(t->day == digits(text + 6, 2) && t->hour == digits(text + 8, 2));
    require(t->minute == digits(text + 10, 2) && t->second == digits(text + 12, 2));
    require(t->microseconds == digits(text + 15, 6));
    require(t->utc == (text[21] == '-' ? -utc : utc));
}

static void check_xs_timestamp(const char *text, size_t count, const MI_Timestamp *t)
{
    const char *zone = text + count - 6;
    int utc = text[count - 1] == 'Z' ? 0 : (int)(digits(zone + 1, 2) * 60 + digits(zone + 4, 2));
    require(t->year == digits(text, 4) && t->month == digits(text + 5, 2));
    require(t->day == digits(text + 8, 2) && t->hour == digits(text + 11, 2));
    require(t->minute == digits(text + 14, 2) && t->second == digits(text + 17, 2));
    require(t->microseconds == (text[19] == '.' ? micros(text + 20) : 0));
    require(utc <= XS_MAX_OFFSET);
    require(t->utc == (utc != 0 && zone[0] == '-' ? -utc : utc));
}

/* ---- Intervals ---- */

static __int128 micros_of(const MI_Interval *i)
{
    __int128 seconds = ((__int128)i->days * 24 + i->hours) * 3600 + (__int128)i->minutes * 60;
    return (seconds + i->seconds) * MICROS + i->microseconds;
}

/* A sum of `number letter`, whatever their order. */
static __int128 micros_of_text(const char *text)
{
    __int128 sum = 0;
    for (const char *at = text + 1; *at != '\0'; at++) {
        if (*at == 'T')
            continue;
        __int128 number = 0;
        unsigned fraction = 0;
        for (; *at >= '0' && *at <= '9'; at++)
            number = number * 10 + (*at - '0');
        if (*at == '.') {
            fraction = micros(at + 1);
            at += 1 + strspn(at + 1, "0123456789");
        }
        int unit = *at == 'D' ? 86400 : *at == 'H' ? 3600 : *at == 'M' ? 60 : 1;
        sum += number * unit * MICROS + fraction;
    }
    return sum;
}

static void check_interval(const char *text, const MI_Interval *i)
{
    require(i->days <= CIM_DATETIME_MAX_DAYS && i->hours < 24 && i->minutes < 60);
    require(i->seconds < 60 && i->microseconds < MICROS);
    if (text[0] == 'P') {
        require(micros_of(i) == micros_of_text(text));
        return;
    }
    require(i->days == digits(text, 8) && i->hours == digits(text + 8, 2));
    require(i->minutes == digits(text + 10, 2) && i->seconds == digits(text + 12, 2));
    require(i->microseconds == digits(text + 15, 6));
}

/* ---- Both ---- */

static bool is_same(const MI_Datetime *a, const MI_Datetime *b)
{
    if (a->isTimestamp != b->isTimestamp)
        return false;
    if (!a->isTimestamp)
        return memcmp(&a->u.interval, &b->u.interval, sizeof a->u.interval) == 0;
    return memcmp(&a->u.timestamp, &b->u.timestamp, sizeof a->u.timestamp) == 0;
}

/* The offsets of DSP0004 reach to 999 minutes, those of XML Schema to 840. */
static void read_again(const MI_Datetime *datetime)
{
    struct buf printed, twice;
    MI_Datetime again;
    int utc = datetime->isTimestamp ? abs(datetime->u.timestamp.utc) : 0;
    buf_init(&printed, 100);
    buf_init(&twice, 100);
    cim_datetime_print(&printed, datetime);
    require(buf_failed(&printed, "datetime", NULL) == 0);
    int result = cim_datetime_parse(printed.data, printed.size_bytes, &again, NULL);
    require(result == (utc <= XS_MAX_OFFSET ? 0 : -1));
    if (result == 0) {
        require(is_same(datetime, &again));
        cim_datetime_print(&twice, &again);
        require(strcmp(printed.data, twice.data) == 0);
    }
    buf_free(&printed);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct err err = ERR_INIT;
    MI_Datetime datetime;
    char *text = malloc(count + 1); /* the parser gets no NUL */
    require(text != NULL);
    memcpy(text, bytes, count);
    text[count] = '\0';
    char *exact = malloc(count > 0 ? count : 1);
    require(exact != NULL);
    memcpy(exact, bytes, count);
    memset(&datetime, 0xA5, sizeof datetime);
    if (cim_datetime_parse(exact, count, &datetime, &err) != 0) {
        MI_Datetime untouched;
        memset(&untouched, 0xA5, sizeof untouched);
        require(memcmp(&datetime, &untouched, sizeof datetime) == 0 && err.kind == ERR_PROTOCOL);
        fuzz_require_failure(&err);
    } else {
        require(strlen(text) == count);
        if (!datetime.isTimestamp)
            check_interval(text, &datetime.u.interval);
        else if (text[4] == '-')
            check_xs_timestamp(text, count, &datetime.u.timestamp);
        else
            check_cim_timestamp(text, &datetime.u.timestamp);
        if (datetime.isTimestamp)
            check_exists(&datetime.u.timestamp);
        read_again(&datetime);
    }
    free(text);
    free(exact);
    return 0;
}
