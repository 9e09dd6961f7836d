/* SPDX-License-Identifier: MIT */
/* Timestamps and intervals: three texts in, one out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cim/datetime.h"

static void every_form_has_one_canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical;
    } rows[] = {
        /* xs:dateTime */
        {"2013-04-15T16:28:43.488171Z", "2013-04-15T16:28:43.488171Z"},
        {"2013-04-15T16:28:39.5Z", "2013-04-15T16:28:39.5Z"},
        {"2013-04-15T16:28:39.500000Z", "2013-04-15T16:28:39.5Z"},
        {"2013-04-15T16:28:39.000001Z", "2013-04-15T16:28:39.000001Z"},
        {"2013-04-15T16:28:39.0Z", "2013-04-15T16:28:39Z"},
        {"2013-04-15T16:28:39.1234567Z", "2013-04-15T16:28:39.123456Z"},
        {"2013-03-09T03:06:25+08:00", "2013-03-09T03:06:25+08:00"},
        {"2013-03-09T03:06:25-03:30", "2013-03-09T03:06:25-03:30"},
        {"2013-03-09T03:06:25+00:00", "2013-03-09T03:06:25Z"},
        {"2013-03-09T03:06:25-14:00", "2013-03-09T03:06:25-14:00"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
        {"2012-02-29T00:00:00Z", "2012-02-29T00:00:00Z"},
        /* xs:duration */
        {"P0DT0H1M40S", "P0DT0H1M40S"},
        {"P12DT3H4M5.678900S", "P12DT3H4M5.6789S"},
        {"PT5.050S", "P0DT0H0M5.05S"},
        {"PT0S", "P0DT0H0M0S"},
        {"P3D", "P3DT0H0M0S"},
        {"PT2H", "P0DT2H0M0S"},
        {"PT90M", "P0DT1H30M0S"},
        {"PT36H", "P1DT12H0M0S"},
        {"PT3600.25S", "P0DT1H0M0.25S"},
        {"P1DT2M", "P1DT0H2M0S"},
        {"P99999999DT23H59M59.999999S", "P99999999DT23H59M59.999999S"},
        /* DSP0004 */
        {"20130415162843.488171+000", "2013-04-15T16:28:43.488171Z"},
        {"20130415162843.000000-240", "2013-04-15T16:28:43-04:00"},
        {"20130415162843.000000+999", "2013-04-15T16:28:43+16:39"},
        {"00000011132430.000000:000", "P11DT13H24M30S"},
        {"99999999235959.999999:000", "P99999999DT23H59M59.999999S"},
        {"00000000000000.000000:000", "P0DT0H0M0S"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Datetime datetime;
        struct err err = ERR_INIT;
        struct buf out;
        if (cim_datetime_parse(rows[i].text, strlen(rows[i].text), &datetime, &err) != 0)
            fail_msg("%s: %s", rows[i].text, err.text);
        buf_init(&out, 100);
        cim_datetime_print(&out, &datetime);
        assert_string_equal(buf_text(&out), rows[i].canonical);
        /* The canonical text stands for itself, where xs:dateTime has such an offset. */
        if (strstr(rows[i].canonical, "+16:39") == NULL) {
            assert_int_equal(cim_datetime_parse(out.data, out.size_bytes, &datetime, &err), 0);
            buf_reset(&out);
            cim_datetime_print(&out, &datetime);
            assert_string_equal(buf_text(&out), rows[i].canonical);
        }
        buf_free(&out);
    }
}

static void what_is_no_time_is_refused_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "soon",
        "2013-04-15",
        "2013-04-15T16:28:43", /* no offset */
        "2013-04-15 16:28:43Z",
        "2013-04-15T16:28Z",
        "2013-04-15T16:28:43.Z",
        "2013-04-15T16:28:43ZZ",
        "2013-04-15T16:28:43+8:00",
        "2013-04-15T16:28:43+0800",
        "2013-04-15T16:28:43+14:01",
        "2013-04-15T16:28:43+00:60",
        "2013-13-15T16:28:43Z",
        "2013-00-15T16:28:43Z",
        "2013-04-31T16:28:43Z",
        "2013-04-00T16:28:43Z",
        "2013-02-29T16:28:43Z",
        "1900-02-29T16:28:43Z",
        "2013-04-15T24:00:00Z",
        "2013-04-15T16:60:43Z",
        "2013-04-15T16:28:60Z",
        "-2013-04-15T16:28:43Z",
        "12013-04-15T16:28:43Z",
        "P",
        "PT",
        "P1DT",
        "P1Y",
        "P1M",
        "-P1D",
        "P1",
        "PT1",
        "P1H",
        "PT1M1H",
        "PT1S1S",
        "PT1.5M",
        "P1.5D",
        "PT.5S",
        "PT1.S",
        "P1DT1H ",
        "P100000000D",
        "PT9999999999999S",
        "P4294967296D",
        "PT99999999999999999999S",
        "2013041516284*.488171+000",
        "201304151628**.******+000",
        "20131315162843.488171+000",
        "20130415162843.488171 000",
        "20130415162843,488171+000",
        "20130415162843.488171+0000",
        "00000011242430.000000:000",
        "00000011136030.000000:000",
        "00000011132460.000000:000",
        "00000011132430.000000:001",
        "0000001113243*.******:000",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        MI_Datetime datetime;
        MI_Datetime before;
        struct err err = ERR_INIT;
        memset(&datetime, 0x55, sizeof datetime);
        before = datetime;
        if (cim_datetime_parse(texts[i], strlen(texts[i]), &datetime, &err) == 0)
            fail_msg("%s was read", texts[i]);
        assert_int_equal(err.kind, ERR_PROTOCOL);
        assert_string_not_equal(err.text, "");
        assert_memory_equal(&datetime, &before, sizeof datetime);
    }
}

static void nothing_behind_the_text_is_read(void **state)
{
    (void)state;
    MI_Datetime datetime;
    assert_int_equal(cim_datetime_parse("P1DT2H3M4S", 3, &datetime, NULL), 0);
    assert_int_equal(datetime.u.interval.days, 1);
    assert_int_equal(datetime.u.interval.hours, 0);
}

static void fields_are_where_microsoft_has_them(void **state)
{
    (void)state;
    MI_Datetime datetime;
    static const char stamp[] = "2013-04-15T16:28:43.488171-04:00";
    assert_int_equal(cim_datetime_parse(stamp, sizeof stamp - 1, &datetime, NULL), 0);
    assert_int_equal(datetime.isTimestamp, 1);
    const MI_Timestamp *t = &datetime.u.timestamp;
    assert_int_equal(t->year, 2013);
    assert_int_equal(t->month, 4);
    assert_int_equal(t->day, 15);
    assert_int_equal(t->hour, 16);
    assert_int_equal(t->minute, 28);
    assert_int_equal(t->second, 43);
    assert_int_equal(t->microseconds, 488171);
    assert_int_equal(t->utc, -240);
    assert_int_equal(cim_datetime_parse("P12DT3H4M5.6S", 13, &datetime, NULL), 0);
    assert_int_equal(datetime.isTimestamp, 0);
    const MI_Interval *i = &datetime.u.interval;
    assert_int_equal(i->days, 12);
    assert_int_equal(i->hours, 3);
    assert_int_equal(i->minutes, 4);
    assert_int_equal(i->seconds, 5);
    assert_int_equal(i->microseconds, 600000);
}

static void milliseconds_go_in_and_come_out_of_an_interval(void **state)
{
    (void)state;
    static const uint64_t values[] = {
        0,     1,       999,      1000,     5050,
        60000, 3600000, 86399999, 86400000, UINT64_C(86400000) * UINT32_MAX + 86399999};
    MI_Interval interval;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        cim_datetime_interval_from_ms(values[i], &interval);
        assert_true(interval.hours < 24 && interval.minutes < 60 && interval.seconds < 60);
        assert_true(cim_datetime_interval_to_ms(&interval) == values[i]);
    }
    cim_datetime_interval_from_ms(5050, &interval);
    assert_int_equal(interval.seconds, 5);
    assert_int_equal(interval.microseconds, 50000);
    cim_datetime_interval_from_ms(UINT64_MAX, &interval);
    assert_int_equal(interval.days, UINT32_MAX);
    interval = (MI_Interval){.minutes = 90, .seconds = 90, .microseconds = 1999};
    assert_int_equal(cim_datetime_interval_to_ms(&interval), 90 * 60000 + 90000 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_has_one_canonical_text),
        cmocka_unit_test(what_is_no_time_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(nothing_behind_the_text_is_read),
        cmocka_unit_test(fields_are_where_microsoft_has_them),
        cmocka_unit_test(milliseconds_go_in_and_come_out_of_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
