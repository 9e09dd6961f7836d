/* SPDX-License-Identifier: MIT */
/* Intervals as numbers: the input's first 8 bytes are milliseconds, the next 20 the five fields of
 * an MI_Interval. Conversions agree with a reckoning in 128 bits, and with the interval's text. */
#include "cim/datetime.h"
#include "fuzz.h"

#define MS_PER_DAY 86400000

static void check_ms(uint64_t ms)
{
    MI_Interval interval;
    cim_datetime_interval_from_ms(ms, &interval);
    require(interval.hours < 24 && interval.minutes < 60 && interval.seconds < 60);
    require(interval.microseconds < 1000000 && interval.microseconds % 1000 == 0);
    if (ms / MS_PER_DAY > UINT32_MAX)
        require(interval.days == UINT32_MAX);
    else
        require(cim_datetime_interval_to_ms(&interval) == ms);
}

static __int128 micros_of(const MI_Interval *i)
{
    __int128 seconds = ((__int128)i->days * 24 + i->hours) * 3600 + (__int128)i->minutes * 60;
    return (seconds + i->seconds) * 1000000 + i->microseconds;
}

/* Whatever the fields: printing ends, and reading gives the same time in its usual fields. */
static void check_text(const MI_Interval *interval)
{
    MI_Datetime datetime = {.isTimestamp = 0, .u.interval = *interval};
    MI_Datetime again;
    struct buf text;
    bool fits = micros_of(interval) / 1000000 / 86400 <= CIM_DATETIME_MAX_DAYS;
    buf_init(&text, 100);
    if (interval->microseconds < 1000000) {
        cim_datetime_print(&text, &datetime);
        require(buf_failed(&text, "interval", NULL) == 0);
        int result = cim_datetime_parse(text.data, text.size_bytes, &again, NULL);
        require(result == (fits ? 0 : -1));
        require(result != 0 ||
                (!again.isTimestamp && micros_of(&again.u.interval) == micros_of(interval)));
    }
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    uint64_t ms;
    uint32_t fields[5];
    uint8_t input[sizeof ms + sizeof fields] = {0};
    memcpy(input, bytes, count < sizeof input ? count : sizeof input);
    memcpy(&ms, input, sizeof ms);
    memcpy(fields, input + sizeof ms, sizeof fields);
    MI_Interval interval = {.days = fields[0],
                            .hours = fields[1],
                            .minutes = fields[2],
                            .seconds = fields[3],
                            .microseconds = fields[4]};
    check_ms(ms);
    require((__int128)cim_datetime_interval_to_ms(&interval) == micros_of(&interval) / 1000);
    check_text(&interval);
    interval.microseconds %= 1000000;
    check_text(&interval);
    return 0;
}
