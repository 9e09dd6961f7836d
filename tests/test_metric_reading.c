/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cim/builder.h"
#include "cim/datetime.h"
#include "cim/instance.h"
#include "metric/reading.h"

/* 2026-11-23T00:00:00.123456789Z, our clock. */
#define NOW_NS 1795392000123456789u

#define TIME     "2026-11-22T23:59:00Z"
#define CIM_TIME "20261123005900.000000+060"

/* Properties as the wire carries them: "Name=text", separated by '|'. A name that comes twice is an
 * array, "Name" alone is null, and "Name@text" is a cim:Datetime or cim:Interval. */
static void add_element(MI_Instance *instance, const char *text, size_t count)
{
    size_t name_bytes = 0;
    while (name_bytes < count && text[name_bytes] != '=' && text[name_bytes] != '@')
        name_bytes++;
    struct cim_element element = {.name = text, .name_bytes = name_bytes, .type = MI_STRING};
    MI_Value value;
    if (name_bytes == count) {
        element.flags = MI_FLAG_NULL;
    } else {
        element.text = text + name_bytes + 1;
        element.text_bytes = count - name_bytes - 1;
    }
    if (name_bytes < count && text[name_bytes] == '@') {
        element.type = MI_DATETIME;
        element.value = &value;
        assert_int_equal(
            cim_datetime_parse(element.text, element.text_bytes, &value.datetime, NULL), 0);
    }
    assert_int_equal(cim_builder_add(instance, &element, NULL), 0);
}

static MI_Instance *make_instance(const char *text)
{
    MI_Instance *instance = cim_instance_new("C", 1);
    while (*text != '\0') {
        size_t count = strcspn(text, "|");
        add_element(instance, text, count);
        text += count + (text[count] == '|');
    }
    return instance;
}

static const struct model_map_entry SERVICE_ENTRIES[] = {{"Running", 1}, {"Stopped", 0}, {"4", 44},
                                                         {"-5", -55.5},  {"true", 7},    {"", 9}};
static const struct model_map SERVICE = {.entries = SERVICE_ENTRIES, .count = 6};
static const struct model_map LENIENT = {
    .entries = SERVICE_ENTRIES, .count = 6, .has_other = true, .other = -1};

/* The number as text, reals with an 'r' before them; else the reason, property and text. */
static void take_text(const MI_Instance *instance, const struct model_metric *metric,
                      char text[128])
{
    struct metric_number number = {.magnitude = 4711};
    struct metric_refusal refusal;
    memset(&refusal, 0x55, sizeof refusal);
    enum metric_outcome outcome =
        metric_reading_take(instance, metric, 1, NOW_NS, &number, &refusal);
    if (outcome != METRIC_SAMPLE_OK) {
        assert_int_equal(refusal.outcome, outcome);
        assert_false(number.is_real);
        assert_int_equal(number.magnitude, 4711);
        snprintf(text, 128, "%s %s: %s", refusal.property, metric_sample_sentence(outcome),
                 refusal.text);
    } else if (number.is_real && isnan(number.real)) {
        snprintf(text, 128, "nan");
    } else if (number.is_real) {
        snprintf(text, 128, "r%.17g", number.real);
    } else {
        snprintf(text, 128, "%s%" PRIu64, number.negative ? "-" : "", number.magnitude);
    }
}

struct row {
    enum model_reading reading;
    const char *other;
    const char *instance;
    const char *expected;
};

static void check_row(const struct row *row, struct model_metric metric, const char *expected)
{
    static const char *const properties[] = {"Unused", "P"};
    MI_Instance *instance = make_instance(row->instance);
    char text[128];
    metric.properties = properties;
    metric.property_count = 2;
    metric.reading = row->reading;
    metric.other = row->other;
    take_text(instance, &metric, text);
    print_message("# %s: %s\n", row->instance, text);
    assert_string_equal(text, expected);
    MI_Instance_Delete(instance);
}

static void check_rows(const struct row *rows, size_t count, const struct model_metric *metric)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i], *metric, rows[i].expected);
}

#define CHECK(rows, ...)                               \
    check_rows((rows), sizeof(rows) / sizeof(rows)[0], \
               &(const struct model_metric){.type_instance = "", __VA_ARGS__})

static void a_number_is_taken_as_it_stands(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_NUMBER, NULL, "P=18446744073709551615", "18446744073709551615"},
        {MODEL_READING_NUMBER, NULL, "p=-1.5", "r-1.5"},
        {MODEL_READING_NUMBER, NULL, "P=true", "1"},
        {MODEL_READING_NUMBER, NULL, "P=Running", "P is not a number: \"Running\""},
        {MODEL_READING_NUMBER, NULL, "P=1|P=2", "P is not a number: an array"},
        {MODEL_READING_NUMBER, NULL, "P@" TIME, "P is not a number: a datetime"},
        {MODEL_READING_NUMBER, NULL, "P@P1DT0H0M0S", "P is not a number: an interval"},
    };
    (void)state;
    CHECK(rows, .scale = 1);
}

static void a_map_compares_texts_without_regard_to_case(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_MAP, NULL, "P=Running", "r1"},
        {MODEL_READING_MAP, NULL, "P=RUNNING", "r1"},
        {MODEL_READING_MAP, NULL, "P=stopped", "r0"},
        {MODEL_READING_MAP, NULL, "P=4", "r44"},
        {MODEL_READING_MAP, NULL, "P=-5", "r-55.5"},
        {MODEL_READING_MAP, NULL, "P=TRUE", "r7"},
        {MODEL_READING_MAP, NULL, "P=", "r9"},
        {MODEL_READING_MAP, NULL, "P=Paused", "P is none of the mapped texts: \"Paused\""},
        {MODEL_READING_MAP, NULL, "P=Runnin", "P is none of the mapped texts: \"Runnin\""},
        {MODEL_READING_MAP, NULL, "P=Running ", "P is none of the mapped texts: \"Running \""},
        {MODEL_READING_MAP, NULL, "P=false", "P is none of the mapped texts: \"false\""},
        {MODEL_READING_MAP, NULL, "P=Running|P=Running", "P is none of the mapped texts: an array"},
        {MODEL_READING_MAP, NULL, "P@" TIME, "P is none of the mapped texts: a datetime"},
    };
    (void)state;
    CHECK(rows, .map = &SERVICE);
}

static void a_map_may_have_a_number_for_the_rest(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_MAP, NULL, "P=Paused", "r-1"},
        {MODEL_READING_MAP, NULL, "P=5", "r-1"},
        {MODEL_READING_MAP, NULL, "P=Running", "r1"},
        {MODEL_READING_MAP, NULL, "P=1|P=2", "P is none of the mapped texts: an array"},
    };
    (void)state;
    CHECK(rows, .map = &LENIENT);
}

static void a_state_is_one_or_zero(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_STATE, NULL, "P=Running", "1"},
        {MODEL_READING_STATE, NULL, "P=running", "1"},
        {MODEL_READING_STATE, NULL, "P=Stopped", "0"},
        {MODEL_READING_STATE, NULL, "P=", "0"},
        {MODEL_READING_STATE, NULL, "P=Running|P=x", "P is none of the mapped texts: an array"},
    };
    (void)state;
    CHECK(rows, .state = "RUNNING");
}

/* With a schema the same value has a type, and must be read as without one. */
static void a_typed_value_is_mapped_as_its_text_is(void **state)
{
    static const struct {
        MI_Type type;
        MI_Value value;
        const char *expected;
    } rows[] = {
        {MI_UINT16, {.uint16 = 4}, "r44"},
        {MI_SINT32, {.sint32 = -5}, "r-55.5"},
        {MI_BOOLEAN, {.boolean = MI_TRUE}, "r7"},
        {MI_BOOLEAN, {.boolean = MI_FALSE}, "P is none of the mapped texts: 0"},
        {MI_REAL64, {.real64 = 4}, "P is none of the mapped texts: 4"},
        {MI_UINT64, {.uint64 = UINT64_MAX}, "P is none of the mapped texts: 18446744073709551615"},
    };
    static const char *const properties[] = {"Unused", "P"};
    const struct model_metric metric = {
        .properties = properties, .reading = MODEL_READING_MAP, .map = &SERVICE};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Instance *instance = cim_instance_new("C", 1);
        char text[128];
        assert_int_equal(MI_Instance_AddElement(instance, "P", &rows[i].value, rows[i].type, 0),
                         MI_RESULT_OK);
        take_text(instance, &metric, text);
        assert_string_equal(text, rows[i].expected);
        MI_Instance_Delete(instance);
    }
}

static void a_datetime_becomes_seconds_since_1970(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_EPOCH, NULL, "P@1970-01-01T00:00:00Z", "r0"},
        {MODEL_READING_EPOCH, NULL, "P@1970-01-01T08:00:00+08:00", "r0"},
        {MODEL_READING_EPOCH, NULL, "P@1969-12-31T16:30:00-07:30", "r0"},
        {MODEL_READING_EPOCH, NULL, "P@1969-12-31T23:59:59.5Z", "r-0.5"},
        {MODEL_READING_EPOCH, NULL, "P@2013-04-15T16:28:43.488171Z", "r1366043323.4881711"},
        {MODEL_READING_EPOCH, NULL, "P@2000-02-29T12:00:00Z", "r951825600"},
        {MODEL_READING_EPOCH, NULL, "P@2000-03-01T00:00:00Z", "r951868800"},
        {MODEL_READING_EPOCH, NULL, "P@2100-03-01T00:00:00Z", "r4107542400"},
        {MODEL_READING_EPOCH, NULL, "P@1601-01-01T00:00:00Z", "r-11644473600"},
        {MODEL_READING_EPOCH, NULL, "P@0000-01-01T00:00:00Z", "r-62167219200"},
        {MODEL_READING_EPOCH, NULL, "P@9999-12-31T23:59:59.999999Z", "r253402300800"},
        /* Text, where a class has a string for it. */
        {MODEL_READING_EPOCH, NULL, "P=2013-04-15T16:28:43.488171Z", "r1366043323.4881711"},
        {MODEL_READING_EPOCH, NULL, "P=20130415162843.488171+000", "r1366043323.4881711"},
        {MODEL_READING_EPOCH, NULL, "P=20130416002843.488171+480", "r1366043323.4881711"},
        {MODEL_READING_EPOCH, NULL, "P=2013-04-15T16:28:43",
         "P is not a datetime with its offset from UTC: \"2013-04-15T16:28:43\""},
        {MODEL_READING_EPOCH, NULL, "P=20130415******.******+***",
         "P is not a datetime with its offset from UTC: \"20130415******.******+***\""},
        {MODEL_READING_EPOCH, NULL, "P=P0DT0H1M40S",
         "P is not a datetime with its offset from UTC: \"P0DT0H1M40S\""},
        {MODEL_READING_EPOCH, NULL, "P@P0DT0H1M40S",
         "P is not a datetime with its offset from UTC: an interval"},
        {MODEL_READING_EPOCH, NULL, "P=1366043323",
         "P is not a datetime with its offset from UTC: \"1366043323\""},
        {MODEL_READING_EPOCH, NULL, "P=", "P is not a datetime with its offset from UTC: \"\""},
        {MODEL_READING_EPOCH, NULL, "P@" TIME "|P@" TIME,
         "P is not a datetime with its offset from UTC: an array"},
    };
    (void)state;
    CHECK(rows, .scale = 1);
}

static void an_age_is_against_another_property_or_our_clock(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_AGE, NULL, "P@" TIME, "r60.123455999999997"},
        {MODEL_READING_AGE, NULL, "P=" CIM_TIME, "r60.123455999999997"},
        {MODEL_READING_AGE, NULL, "P@2026-11-23T00:00:10Z", "r-9.8765440000000009"},
        {MODEL_READING_AGE, NULL, "P@1601-01-01T00:00:00Z", "r13439865600.123455"},
        {MODEL_READING_AGE, "Now", "P@" TIME "|Now@2026-11-22T23:59:00.000001Z",
         "r9.9999999999999995e-07"},
        {MODEL_READING_AGE, "Now", "P@" TIME "|Now@2026-11-23T01:00:00+01:00", "r60"},
        {MODEL_READING_AGE, "Now", "P=" TIME "|Now@2026-11-22T23:58:59.25Z", "r-0.75"},
        {MODEL_READING_AGE, "Now", "P@0000-01-01T00:00:00Z|Now@9999-12-31T23:59:59Z",
         "r315569519999"},
        {MODEL_READING_AGE, "Now", "P@" TIME "|Now=never",
         "Now is not a datetime with its offset from UTC: \"never\""},
        {MODEL_READING_AGE, "Now", "P=never|Now@" TIME,
         "P is not a datetime with its offset from UTC: \"never\""},
        {MODEL_READING_AGE, "Now", "P@" TIME, "Now is missing: "},
        {MODEL_READING_AGE, "Now", "P@" TIME "|Now", "Now is null: "},
        {MODEL_READING_AGE, "Now", "Now@" TIME, "P is missing: "},
    };
    (void)state;
    CHECK(rows, .scale = 1);
}

static void a_duration_is_an_interval_or_a_number(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_DURATION, NULL, "P@P0DT0H1M40S", "r100"},
        {MODEL_READING_DURATION, NULL, "P@P1DT2H3M4.000005S", "r93784.000004999994"},
        {MODEL_READING_DURATION, NULL, "P=PT5.05S", "r5.0499999999999998"},
        {MODEL_READING_DURATION, NULL, "P=00000011132430.000000:000", "r998670"},
        {MODEL_READING_DURATION, NULL, "P=99999999235959.500000:000", "r8639999999999.5"},
        {MODEL_READING_DURATION, NULL, "P=100", "100"},
        {MODEL_READING_DURATION, NULL, "P=0.25", "r0.25"},
        {MODEL_READING_DURATION, NULL, "P@" TIME,
         "P is neither an interval nor a number of seconds: a datetime"},
        {MODEL_READING_DURATION, NULL, "P=soon",
         "P is neither an interval nor a number of seconds: \"soon\""},
        {MODEL_READING_DURATION, NULL, "P=1|P=2",
         "P is neither an interval nor a number of seconds: an array"},
    };
    (void)state;
    CHECK(rows, .scale = 1);
}

/* What no text of a datetime can say may still come out of a program that fills instances. */
static void a_datetime_with_fields_out_of_range_is_none(void **state)
{
    static const MI_Timestamp fine = {.year = 2026, .month = 1, .day = 1};
    static const char *const properties[] = {"Unused", "P"};
    const struct model_metric metric = {.properties = properties, .reading = MODEL_READING_EPOCH};
    MI_Timestamp wrong[8];
    (void)state;
    for (size_t i = 0; i < 8; i++)
        wrong[i] = fine;
    wrong[0].year = UINT32_MAX;
    wrong[1].month = 0;
    wrong[2].month = 13;
    wrong[3].day = 0;
    wrong[4].day = UINT32_MAX;
    wrong[5].hour = 24;
    wrong[6].minute = UINT32_MAX;
    wrong[7].microseconds = 1000000;
    for (size_t i = 0; i < 8; i++) {
        MI_Value value = {.datetime = {.isTimestamp = 1, .u.timestamp = wrong[i]}};
        MI_Instance *instance = cim_instance_new("C", 1);
        char text[128];
        MI_Instance_AddElement(instance, "P", &value, MI_DATETIME, 0);
        take_text(instance, &metric, text);
        assert_string_equal(text, "P is not a datetime with its offset from UTC: a datetime");
        MI_Instance_Delete(instance);
    }
}

static void arrays_are_counted_added_and_searched(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_COUNT, NULL, "P=a|P=b|P=c", "3"},
        {MODEL_READING_COUNT, NULL, "P=a", "1"},
        {MODEL_READING_COUNT, NULL, "P=", "1"},
        {MODEL_READING_COUNT, NULL, "P@" TIME "|P@" TIME, "2"},
        {MODEL_READING_SUM, NULL, "P=1|P=2|P=-4", "-1"},
        {MODEL_READING_SUM, NULL, "P=7", "7"},
        {MODEL_READING_SUM, NULL, "P=true|P=false|P=true", "2"},
        {MODEL_READING_SUM, NULL, "P=0.5|P=1", "r1.5"},
        {MODEL_READING_SUM, NULL, "P=18446744073709551614|P=1", "18446744073709551615"},
        {MODEL_READING_SUM, NULL, "P=1e308|P=1e308", "P is not a number: an array"},
        {MODEL_READING_SUM, NULL, "P=1|P=two", "P is not a number: \"two\""},
        {MODEL_READING_MAX, NULL, "P=1|P=3|P=2", "3"},
        {MODEL_READING_MAX, NULL, "P=-3|P=-1|P=-2", "-1"},
        {MODEL_READING_MAX, NULL, "P=-7", "-7"},
        {MODEL_READING_MAX, NULL, "P=18446744073709551614|P=18446744073709551615|P=1",
         "18446744073709551615"},
        {MODEL_READING_MAX, NULL, "P=1|P=1.5|P=-1e300", "r1.5"},
        {MODEL_READING_MAX, NULL, "P=x", "P is not a number: \"x\""},
    };
    static const struct row elements[] = {
        {MODEL_READING_ELEMENT, NULL, "P=10|P=20", "20"},
        {MODEL_READING_ELEMENT, NULL, "P=10", "P has no such element: 1 of 1"},
        {MODEL_READING_ELEMENT, NULL, "P=10|P=x", "P is not a number: \"x\""},
    };
    static const struct row firsts[] = {
        {MODEL_READING_ELEMENT, NULL, "P=10|P=20", "10"},
        {MODEL_READING_ELEMENT, NULL, "P=10", "10"},
    };
    (void)state;
    CHECK(rows, .scale = 1);
    CHECK(elements, .element = 1);
    CHECK(firsts, .element = 0);
}

static void an_empty_array_and_null_items_are_what_they_are(void **state)
{
    static const char *const properties[] = {"Unused", "P"};
    static const enum model_reading readings[] = {MODEL_READING_COUNT, MODEL_READING_SUM,
                                                  MODEL_READING_MAX, MODEL_READING_ELEMENT};
    static const char *const of_none[] = {"0", "0", "P is null: ", "P has no such element: 0 of 0"};
    static const MI_Uint32 number = 5;
    const MI_Value none = {.uint32a = {(MI_Uint32 *)&number, 0}};
    const MI_Value one = {.uint32a = {(MI_Uint32 *)&number, 1}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct model_metric metric = {.properties = properties, .reading = readings[i]};
        MI_Instance *instance = cim_instance_new("C", 1);
        char text[128];
        MI_Instance_AddElement(instance, "P", &none, MI_UINT32A, 0);
        take_text(instance, &metric, text);
        assert_string_equal(text, of_none[i]);
        MI_Instance_SetElement(instance, "P", &one, MI_UINT32A, 0);
        take_text(instance, &metric, text);
        assert_string_equal(text, readings[i] == MODEL_READING_COUNT ? "1" : "5");
        MI_Instance_Delete(instance);
    }
}

static void two_properties_make_one_number(void **state)
{
    static const struct row rows[] = {
        {MODEL_READING_RATIO, "O", "P=1|O=4", "r0.25"},
        {MODEL_READING_RATIO, "O", "P=-1|O=3", "r-0.33333333333333331"},
        {MODEL_READING_RATIO, "O", "P=18446744073709551615|O=18446744073709551615", "r1"},
        {MODEL_READING_RATIO, "O", "P=0|O=5", "r0"},
        {MODEL_READING_RATIO, "O", "P=5|O=0", "O is zero, by which nothing can be divided: \"0\""},
        {MODEL_READING_RATIO, "O", "P=0|O=-0.0",
         "O is zero, by which nothing can be divided: \"-0.0\""},
        {MODEL_READING_RATIO, "O", "P=1e308|O=1e-10", "P is not a number: \"1e308\""},
        {MODEL_READING_RATIO, "O", "P=x|O=0", "P is not a number: \"x\""},
        {MODEL_READING_RATIO, "O", "P=1|O=x", "O is not a number: \"x\""},
        {MODEL_READING_RATIO, "O", "P=1", "O is missing: "},
        {MODEL_READING_RATIO, "O", "P=1|O", "O is null: "},
        {MODEL_READING_DIFFERENCE, "O", "P=5|O=7", "-2"},
        {MODEL_READING_DIFFERENCE, "O", "P=18446744073709551615|O=18446744073709551614", "1"},
        {MODEL_READING_DIFFERENCE, "O", "P=0.5|O=1", "r-0.5"},
        {MODEL_READING_DIFFERENCE, "O", "P=5|O=true", "4"},
        {MODEL_READING_DIFFERENCE, "O", "P|O=1", "P is null: "},
        {MODEL_READING_DIFFERENCE, "O", "O=1", "P is missing: "},
    };
    (void)state;
    CHECK(rows, .scale = 1);
}

/* Every reading, of a null property, an absent one, and a null other. */
static void a_null_is_skipped_zero_or_nan(void **state)
{
    static const enum model_on_null on_null[] = {MODEL_ON_NULL_SKIP, MODEL_ON_NULL_ZERO,
                                                 MODEL_ON_NULL_NAN};
    static const char *const of_null[] = {"P is null: ", "0", "nan"};
    static const char *const of_other[] = {"O is null: ", "0", "nan"};
    static const char *const of_absent[] = {"P is missing: ", "0", "nan"};
    (void)state;
    for (enum model_reading reading = MODEL_READING_NUMBER; reading <= MODEL_READING_DIFFERENCE;
         reading++) {
        bool is_of_array = reading >= MODEL_READING_ELEMENT && reading <= MODEL_READING_MAX;
        bool is_of_two = reading == MODEL_READING_AGE || reading >= MODEL_READING_RATIO;
        if (reading == MODEL_READING_COOKED || reading == MODEL_READING_RAW)
            continue;
        for (size_t i = 0; i < 3; i++) {
            struct model_metric metric = {
                .on_null = on_null[i], .map = &LENIENT, .state = "Running"};
            const char *other = is_of_two ? "O" : NULL;
            check_row(&(struct row){reading, other, "P|O=1", NULL}, metric, of_null[i]);
            check_row(&(struct row){reading, other, "O=1", NULL}, metric,
                      is_of_array ? of_absent[i] : "P is missing: ");
            if (is_of_two)
                check_row(&(struct row){reading, other, "P=1|O", NULL}, metric, of_other[i]);
        }
    }
}

static void the_greatest_of_nothing_is_a_null(void **state)
{
    static const char *const properties[] = {"Unused", "P"};
    static const MI_Uint32 number = 5;
    const MI_Value none = {.uint32a = {(MI_Uint32 *)&number, 0}};
    struct model_metric metric = {
        .properties = properties, .reading = MODEL_READING_MAX, .on_null = MODEL_ON_NULL_ZERO};
    MI_Instance *instance = cim_instance_new("C", 1);
    char text[128];
    (void)state;
    MI_Instance_AddElement(instance, "P", &none, MI_UINT32A, 0);
    take_text(instance, &metric, text);
    assert_string_equal(text, "0");
    MI_Instance_Delete(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_taken_as_it_stands),
        cmocka_unit_test(a_map_compares_texts_without_regard_to_case),
        cmocka_unit_test(a_map_may_have_a_number_for_the_rest),
        cmocka_unit_test(a_state_is_one_or_zero),
        cmocka_unit_test(a_typed_value_is_mapped_as_its_text_is),
        cmocka_unit_test(a_datetime_becomes_seconds_since_1970),
        cmocka_unit_test(an_age_is_against_another_property_or_our_clock),
        cmocka_unit_test(a_duration_is_an_interval_or_a_number),
        cmocka_unit_test(a_datetime_with_fields_out_of_range_is_none),
        cmocka_unit_test(arrays_are_counted_added_and_searched),
        cmocka_unit_test(an_empty_array_and_null_items_are_what_they_are),
        cmocka_unit_test(two_properties_make_one_number),
        cmocka_unit_test(a_null_is_skipped_zero_or_nan),
        cmocka_unit_test(the_greatest_of_nothing_is_a_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
