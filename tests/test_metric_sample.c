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

#include "cim/instance.h"
#include "metric/cook.h"
#include "metric/sample.h"

/* One property P, one source. */
struct world {
    MI_Instance *instance;
    struct model_type type;
    struct model_metric metric;
    const char *properties[MODEL_TYPE_MAX_SOURCES];
    struct metric_sample sample;
    struct metric_refusal refusal;
    struct metric_memory memory[MODEL_TYPE_MAX_SOURCES];
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    world->instance = cim_instance_new("C", 1);
    world->type = (struct model_type){.name = "t", .source_count = 1};
    world->properties[0] = "P";
    world->metric = (struct model_metric){.properties = world->properties,
                                          .property_count = 1,
                                          .type = &world->type,
                                          .plugin = "mi",
                                          .plugin_instance = "",
                                          .type_instance = "",
                                          .scale = 1};
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    MI_Instance_Delete(world->instance);
    free(world);
    return 0;
}

static void add(struct world *world, const char *name, MI_Type type, const MI_Value *value)
{
    assert_int_equal(MI_Instance_AddElement(world->instance, name, value, type,
                                            value == NULL ? MI_FLAG_NULL : 0),
                     MI_RESULT_OK);
}

static void put(struct world *world, MI_Type type, const MI_Value *value)
{
    MI_Instance_Delete(world->instance);
    world->instance = cim_instance_new("C", 1);
    add(world, "P", type, value);
}

static void put_text(struct world *world, const char *text)
{
    MI_Value value = {.string = (char *)text};
    put(world, MI_STRING, &value);
}

static enum metric_outcome take(struct world *world)
{
    memset(&world->sample, 0x55, sizeof world->sample);
    memset(&world->refusal, 0x55, sizeof world->refusal);
    return metric_sample_take(world->instance, &world->metric, 0, world->memory, &world->sample,
                              &world->refusal);
}

/* The sample's one value as text: "NULL", "MISSING", "NAN text" where there is none. */
static void outcome_text(struct world *world, enum model_source source, char *text, size_t size)
{
    world->type.sources[0] = source;
    enum metric_outcome outcome = take(world);
    if (outcome == METRIC_SAMPLE_OK) {
        assert_ptr_equal(world->sample.metric, &world->metric);
        assert_int_equal(world->sample.value_count, 1);
        if (source == MODEL_GAUGE)
            snprintf(text, size, "%.17g", world->sample.values[0].gauge);
        else if (source == MODEL_DERIVE)
            snprintf(text, size, "%" PRId64, world->sample.values[0].derive);
        else
            snprintf(text, size, "%" PRIu64,
                     source == MODEL_COUNTER ? world->sample.values[0].counter
                                             : world->sample.values[0].absolute);
        return;
    }
    assert_string_equal(world->refusal.property, "P");
    assert_int_equal(world->refusal.outcome, outcome);
    snprintf(text, size, "%s", "refused");
}

struct row {
    const char *text;
    long double scale;
    long double offset;
    const char *gauge;
    const char *derive;
    const char *counter; /* and absolute */
};

static void check_rows(struct world *world, const struct row *rows, size_t count)
{
    char text[64];
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        put_text(world, row->text);
        world->metric.scale = row->scale;
        world->metric.offset = row->offset;
        print_message("# %s * %Lg + %Lg\n", row->text, row->scale, row->offset);
        outcome_text(world, MODEL_GAUGE, text, sizeof text);
        assert_string_equal(text, row->gauge);
        outcome_text(world, MODEL_DERIVE, text, sizeof text);
        assert_string_equal(text, row->derive);
        outcome_text(world, MODEL_COUNTER, text, sizeof text);
        assert_string_equal(text, row->counter);
        outcome_text(world, MODEL_ABSOLUTE, text, sizeof text);
        assert_string_equal(text, row->counter);
    }
}

#define NO "refused"

static void text_that_is_a_number_is_taken_as_the_source_says(void **state)
{
    static const struct row rows[] = {
        {"0", 1, 0, "0", "0", "0"},
        {"-0", 1, 0, "0", "0", "0"},
        {"1", 1, 0, "1", "1", "1"},
        {"+7", 1, 0, "7", "7", "7"},
        {"007", 1, 0, "7", "7", "7"},
        {"-5", 1, 0, "-5", "-5", NO},
        {"9769496576", 1, 0, "9769496576", "9769496576", "9769496576"},
        /* Beyond 2^53 a double is the nearest; integers stay exact. */
        {"9007199254740993", 1, 0, "9007199254740992", "9007199254740993", "9007199254740993"},
        {"9223372036854775807", 1, 0, "9.2233720368547758e+18", "9223372036854775807",
         "9223372036854775807"},
        {"-9223372036854775808", 1, 0, "-9.2233720368547758e+18", "-9223372036854775808", NO},
        /* uint64 modulo 2^64. */
        {"9223372036854775808", 1, 0, "9.2233720368547758e+18", "-9223372036854775808",
         "9223372036854775808"},
        {"18446744073709551615", 1, 0, "1.8446744073709552e+19", "-1", "18446744073709551615"},
        /* Too large for any integer: a real. */
        {"18446744073709551616", 1, 0, "1.8446744073709552e+19", NO, NO},
        {"-9223372036854775809", 1, 0, "-9.2233720368547758e+18", "-9223372036854775808", NO},
        {"123456789012345678901234567890", 1, 0, "1.2345678901234568e+29", NO, NO},
        {"1.5", 1, 0, "1.5", "2", "2"},
        {"-1.5", 1, 0, "-1.5", "-2", NO},
        {"0.49", 1, 0, "0.48999999999999999", "0", "0"},
        {"-0.49", 1, 0, "-0.48999999999999999", "0", "0"},
        {"1e+300", 1, 0, "1.0000000000000001e+300", NO, NO},
        {"-1e+300", 1, 0, "-1.0000000000000001e+300", NO, NO},
        {"1e3", 1, 0, "1000", "1000", "1000"},
        {"2.5E-1", 1, 0, "0.25", "0", "0"},
        {"0.1", 1, 0, "0.10000000000000001", "0", "0"},
        {"5e-324", 1, 0, "4.9406564584124654e-324", "0", "0"},
        {"true", 1, 0, "1", "1", "1"},
        {"false", 1, 0, "0", "0", "0"},
        {"TRUE", 1, 0, "1", "1", "1"},
    };
    check_rows(*state, rows, sizeof rows / sizeof rows[0]);
}

static void scale_and_offset_are_exact_and_round_to_nearest(void **state)
{
    static const struct row rows[] = {
        /* Kilobytes. */
        {"184040", 1024, 0, "188456960", "188456960", "188456960"},
        {"18014398509481983", 1024, 0, "1.8446744073709552e+19", "-1024", "18446744073709550592"},
        /* Whole scales stay integers all the way, modulo 2^64. */
        {"9007199254740993", 3, 1, "27021597764222980", "27021597764222980", "27021597764222980"},
        {"18446744073709551615", 2, 0, "3.6893488147419103e+19", "-2", "18446744073709551614"},
        {"18446744073709551615", 1, 1, "1.8446744073709552e+19", "0", "0"},
        {"5", -1, 0, "-5", "-5", NO},
        {"-5", -1, 0, "5", "5", "5"},
        {"-5", 2, 20, "10", "10", "10"},
        {"5", 1, -5, "0", "0", "0"},
        {"5", 1, -6, "-1", "-1", NO},
        {"3", 1, 9007199254740990.0L, "9007199254740992", "9007199254740993", "9007199254740993"},
        /* 100 ns to hundredths of a second. */
        {"130000000000000000", 1e-5L, 0, "1300000000000", "1300000000000", "1300000000000"},
        {"130105311753060000", 1e-5L, 0, "1301053117530.6001", "1301053117531", "1301053117531"},
        {"18446744073709551615", 1e-5L, 0, "184467440737095.53", "184467440737096",
         "184467440737096"},
        {"49999", 1e-5L, 0, "0.49998999999999999", "0", "0"},
        {"50000", 1e-5L, 0, "0.5", "1", "1"},
        {"149999", 1e-5L, 0, "1.4999899999999999", "1", "1"},
        {"150000", 1e-5L, 0, "1.5", "2", "2"},
        {"250000", 1e-5L, 0, "2.5", "3", "3"},
        {"-150000", 1e-5L, 0, "-1.5", "-2", NO},
        {"-49999", 1e-5L, 0, "-0.49998999999999999", "0", "0"},
        {"1", 0.5L, 0.25L, "0.75", "1", "1"},
        {"10", 0.1L, 0, "1", "1", "1"},
        {"2000", 0.1L, -273.15L, "-73.150000000000006", "-73", NO},
        /* Too large, and large but in range. */
        {"18446744073709551615", 1.5L, 0, "2.7670116110564327e+19", NO, NO},
        {"12297829382473034410", 1.5L, 0, "1.8446744073709552e+19", "-1", "18446744073709551615"},
        {"9223372036854775807", -1.5L, 0, "-1.3835058055282164e+19", NO, NO},
        {"1e300", 1e300L, 0, NO, NO, NO},
        {"1e300", 1e-300L, 0, "1", "1", "1"},
        {"1.5", 2, 0, "3", "3", "3"},
        {"true", 100, 0, "100", "100", "100"},
    };
    check_rows(*state, rows, sizeof rows / sizeof rows[0]);
}

static void rounding_never_lets_a_rising_counter_fall(void **state)
{
    struct world *world = *state;
    int64_t before = 0;
    world->type.sources[0] = MODEL_DERIVE;
    world->metric.scale = 1e-5L;
    for (uint64_t value = 130105311753060000u; value < 130105311753060000u + 500000;
         value += 4999) {
        MI_Value number = {.uint64 = value};
        put(world, MI_UINT64, &number);
        assert_int_equal(take(world), METRIC_SAMPLE_OK);
        assert_true(world->sample.values[0].derive >= before);
        before = world->sample.values[0].derive;
    }
}

static void text_that_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {
        "",      " ",     "Running",  "OK",       "0x10",  "0X1p3",  "1 000", " 1",     "1 ",
        "1\n",   "\t1",   "1,5",      "1.5.2",    "1e",    "e1",     ".",     "+",      "-",
        "--1",   "+-1",   "1-",       "12ab",     "nan",   "NaN",    "-nan",  "nan(1)", "inf",
        "INF",   "-inf",  "+inf",     "infinity", "1e400", "-1e400", "yes",   "truely", "10%",
        "1_000", "1'000", "\xd9\xa1", "5 MB",     "1e5.5", "0b1",    "C:"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (int source = MODEL_GAUGE; source <= MODEL_ABSOLUTE; source++) {
            put_text(world, texts[i]);
            world->type.sources[0] = (enum model_source)source;
            print_message("# '%s'\n", texts[i]);
            assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
        }
}

static void typed_values_are_taken_too(void **state)
{
    static const struct {
        MI_Type type;
        MI_Value value;
        const char *gauge;
        const char *derive;
        const char *counter;
    } rows[] = {
        {MI_BOOLEAN, {.boolean = MI_TRUE}, "1", "1", "1"},
        {MI_BOOLEAN, {.boolean = MI_FALSE}, "0", "0", "0"},
        {MI_UINT8, {.uint8 = 255}, "255", "255", "255"},
        {MI_SINT8, {.sint8 = -128}, "-128", "-128", NO},
        {MI_UINT16, {.uint16 = 65535}, "65535", "65535", "65535"},
        {MI_SINT16, {.sint16 = -1}, "-1", "-1", NO},
        {MI_UINT32, {.uint32 = 4294967295u}, "4294967295", "4294967295", "4294967295"},
        {MI_SINT32, {.sint32 = -5}, "-5", "-5", NO},
        {MI_UINT64, {.uint64 = UINT64_MAX}, "1.8446744073709552e+19", "-1", "18446744073709551615"},
        {MI_SINT64, {.sint64 = INT64_MIN}, "-9.2233720368547758e+18", "-9223372036854775808", NO},
        {MI_REAL32, {.real32 = 0.5f}, "0.5", "1", "1"},
        {MI_REAL64, {.real64 = 1e300}, "1.0000000000000001e+300", NO, NO},
        {MI_REAL64, {.real64 = NAN}, NO, NO, NO},
        {MI_REAL64, {.real64 = -INFINITY}, NO, NO, NO},
        {MI_REAL32, {.real32 = INFINITY}, NO, NO, NO},
        {MI_CHAR16, {.char16 = 65}, "65", "65", "65"},
        {MI_DATETIME, {.datetime = {.isTimestamp = 1}}, NO, NO, NO},
    };
    struct world *world = *state;
    char text[64];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put(world, rows[i].type, &rows[i].value);
        outcome_text(world, MODEL_GAUGE, text, sizeof text);
        assert_string_equal(text, rows[i].gauge);
        outcome_text(world, MODEL_DERIVE, text, sizeof text);
        assert_string_equal(text, rows[i].derive);
        outcome_text(world, MODEL_COUNTER, text, sizeof text);
        assert_string_equal(text, rows[i].counter);
    }
}

static void arrays_and_instances_are_no_numbers(void **state)
{
    struct world *world = *state;
    MI_Uint32 numbers[] = {1};
    MI_Value array = {.uint32a = {numbers, 1}};
    put(world, MI_UINT32A, &array);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "an array");
    MI_Instance *inner = cim_instance_new("D", 1);
    MI_Value instance = {.instance = inner};
    put(world, MI_INSTANCE, &instance);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "an instance");
    MI_Instance_Delete(inner);
}

static void missing_and_null_are_told_apart(void **state)
{
    struct world *world = *state;
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_string_equal(world->refusal.property, "P");
    assert_string_equal(world->refusal.text, "");
    put(world, MI_UINT64, NULL);
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
    assert_string_equal(world->refusal.text, "");
    put(world, MI_STRING, NULL);
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
    put_text(world, "");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "\"\"");
}

static void a_refusal_shows_the_text_shortened_and_printable(void **state)
{
    struct world *world = *state;
    put_text(world, "Running");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "\"Running\"");
    put_text(world, "a\nb\x01\xc3\xbc");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "\"a?b???\"");
    put_text(world, "0123456789012345678901234567890123456789012345678901234567890123456789x");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_true(strlen(world->refusal.text) < METRIC_REFUSAL_TEXT_BYTES);
    assert_string_equal(strrchr(world->refusal.text, '.') - 2, "...\"");
    put_text(world, "1e300");
    world->type.sources[0] = MODEL_DERIVE;
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "\"1e300\"");
    MI_Value negative = {.sint32 = -5};
    put(world, MI_SINT32, &negative);
    world->type.sources[0] = MODEL_COUNTER;
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    assert_string_equal(world->refusal.text, "-5");
    assert_int_equal(
        metric_sample_take(world->instance, &world->metric, 0, NULL, &world->sample, NULL),
        METRIC_SAMPLE_NOT_A_NUMBER);
}

static void property_names_have_no_case(void **state)
{
    struct world *world = *state;
    put_text(world, "5");
    world->properties[0] = "p";
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
}

static void several_sources_come_in_order_or_not_at_all(void **state)
{
    struct world *world = *state;
    MI_Value received = {.uint64 = 11};
    MI_Value sent = {.uint64 = 22};
    world->type = (struct model_type){.name = "if_octets",
                                      .source_count = 3,
                                      .sources = {MODEL_DERIVE, MODEL_GAUGE, MODEL_COUNTER}};
    world->metric.property_count = 3;
    world->properties[0] = "Received";
    world->properties[1] = "Sent";
    world->properties[2] = "Received";
    add(world, "Sent", MI_UINT64, &sent);
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_string_equal(world->refusal.property, "Received");
    add(world, "Received", MI_UINT64, &received);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_int_equal(world->sample.value_count, 3);
    assert_int_equal(world->sample.values[0].derive, 11);
    assert_true(world->sample.values[1].gauge == 22);
    assert_int_equal(world->sample.values[2].counter, 11);
    MI_Instance_ClearElement(world->instance, "Sent");
    struct metric_sample before = {.value_count = 99};
    assert_int_equal(
        metric_sample_take(world->instance, &world->metric, 0, NULL, &before, &world->refusal),
        METRIC_SAMPLE_NULL);
    assert_string_equal(world->refusal.property, "Sent");
    assert_int_equal(before.value_count, 99);
}

/* --- Counters --- */

static void put_counters(struct world *world, const char *in, const char *out, uint64_t second)
{
    char time[32];
    MI_Value value = {.string = (char *)in};
    snprintf(time, sizeof time, "%" PRIu64, second * 1000);
    put(world, MI_STRING, &value);
    value.string = (char *)out;
    add(world, "Out", MI_STRING, &value);
    value.string = time;
    add(world, "Timestamp_PerfTime", MI_STRING, &value);
    value.string = (char *)"1000";
    add(world, "Frequency_PerfTime", MI_STRING, &value);
}

static void ask_for_counters(struct world *world, enum model_reading reading,
                             enum model_source source)
{
    world->type =
        (struct model_type){.name = "if_octets", .source_count = 2, .sources = {source, source}};
    world->metric.property_count = 2;
    world->metric.reading = reading;
    world->metric.counter_type = 272696576;
    world->properties[1] = "Out";
    memset(world->memory, 0, sizeof world->memory);
}

static void counters_are_cooked_and_then_scaled(void **state)
{
    struct world *world = *state;
    ask_for_counters(world, MODEL_READING_COOKED, MODEL_GAUGE);
    world->metric.scale = 8;
    world->metric.offset = 1;
    put_counters(world, "100", "1000", 10);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    put_counters(world, "200", "1500", 20);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(world->sample.values[0].gauge == 81);
    assert_true(world->sample.values[1].gauge == 401);
}

static void raw_counters_are_scaled_too_and_stay_exact(void **state)
{
    struct world *world = *state;
    ask_for_counters(world, MODEL_READING_RAW, MODEL_DERIVE);
    world->metric.counter_bits = 32;
    world->metric.scale = 1024;
    put_counters(world, "4294967295", "9", 10);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    put_counters(world, "1", "9", 20);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(world->sample.values[0].derive == 4294967297 * 1024);
    assert_int_equal(world->sample.values[1].derive, 9 * 1024);
}

/* Were the second property not read, its pair would span two intervals or begin too late. */
static void every_property_is_remembered_whatever_became_of_the_first(void **state)
{
    struct world *world = *state;
    ask_for_counters(world, MODEL_READING_COOKED, MODEL_GAUGE);
    put_counters(world, "x", "1000", 10);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
    put_counters(world, "100", "1500", 20);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    assert_string_equal(world->refusal.property, "P");
    assert_true(world->memory[1].has_last && world->memory[1].last.value == 1500);
    put_counters(world, "10", "y", 30);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER); /* rather than P's FELL */
    assert_string_equal(world->refusal.property, "Out");
    assert_string_equal(world->refusal.text, "\"y\"");
}

static void nan_is_told_by_a_gauge_alone(void **state)
{
    struct world *world = *state;
    world->metric.on_null = MODEL_ON_NULL_NAN;
    put(world, MI_UINT32, NULL);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(isnan(world->sample.values[0].gauge));
    world->metric.scale = 8;
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(isnan(world->sample.values[0].gauge));
    for (enum model_source source = MODEL_DERIVE; source <= MODEL_ABSOLUTE; source++) {
        world->type.sources[0] = source;
        assert_int_equal(take(world), METRIC_SAMPLE_NOT_A_NUMBER);
        assert_string_equal(world->refusal.text, "");
    }
}

static void other_readings_come_before_scale_and_offset(void **state)
{
    struct world *world = *state;
    static const struct model_map_entry entries[] = {{"Running", 2}};
    static const struct model_map map = {entries, 1, false, 0};
    world->metric.reading = MODEL_READING_MAP;
    world->metric.map = &map;
    world->metric.scale = 10;
    world->metric.offset = 1;
    put_text(world, "running");
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(world->sample.values[0].gauge == 21);
    put_text(world, "Stopped");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_MAPPED);
}

static void only_what_should_be_said_is_a_fault(void **state)
{
    (void)state;
    assert_false(metric_sample_is_fault(METRIC_SAMPLE_OK));
    assert_false(metric_sample_is_fault(METRIC_SAMPLE_NOT_YET));
    assert_false(metric_sample_is_fault(METRIC_SAMPLE_REBOOTED));
    assert_false(metric_sample_is_fault(METRIC_SAMPLE_FELL));
    assert_true(metric_sample_is_fault(METRIC_SAMPLE_MISSING));
    assert_true(metric_sample_is_fault(METRIC_SAMPLE_STILL));
}

static void every_outcome_has_its_sentence(void **state)
{
    (void)state;
    for (enum metric_outcome outcome = METRIC_SAMPLE_MISSING;
         outcome <= METRIC_SAMPLE_NO_COUNTER_TYPE; outcome++)
        assert_string_not_equal(metric_sample_sentence(outcome), "is fine");
    assert_string_equal(metric_sample_sentence(METRIC_SAMPLE_MISSING), "is missing");
    assert_string_equal(metric_sample_sentence(METRIC_SAMPLE_NULL), "is null");
    assert_string_equal(metric_sample_sentence(METRIC_SAMPLE_NOT_A_NUMBER), "is not a number");
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(text_that_is_a_number_is_taken_as_the_source_says),
        WORLD_TEST(scale_and_offset_are_exact_and_round_to_nearest),
        WORLD_TEST(rounding_never_lets_a_rising_counter_fall),
        WORLD_TEST(text_that_is_no_number_is_refused),
        WORLD_TEST(typed_values_are_taken_too),
        WORLD_TEST(arrays_and_instances_are_no_numbers),
        WORLD_TEST(missing_and_null_are_told_apart),
        WORLD_TEST(a_refusal_shows_the_text_shortened_and_printable),
        WORLD_TEST(property_names_have_no_case),
        WORLD_TEST(several_sources_come_in_order_or_not_at_all),
        WORLD_TEST(counters_are_cooked_and_then_scaled),
        WORLD_TEST(raw_counters_are_scaled_too_and_stay_exact),
        WORLD_TEST(every_property_is_remembered_whatever_became_of_the_first),
        WORLD_TEST(nan_is_told_by_a_gauge_alone),
        WORLD_TEST(other_readings_come_before_scale_and_offset),
        cmocka_unit_test(only_what_should_be_said_is_a_fault),
        cmocka_unit_test(every_outcome_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
