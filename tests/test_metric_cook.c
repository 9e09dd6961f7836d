/* SPDX-License-Identifier: MIT */
/*
 * Counters of instances, sample after sample: what is read, what is remembered, what is forgotten.
 * Recorded instances of Windows 2008 R2 (MI_REPLIES) with a second sample that
 * tests/counter_oracle.py makes up, for none was recorded twice, and cooks by itself.
 */
#include "cook_fixture.h"

/* --- Memories --- */

static void only_what_takes_two_samples_has_a_memory(void **state)
{
    struct world *world = *state;
    struct model_metric *metric = &world->metric;
    static const struct {
        enum model_reading reading;
        uint32_t code;
        size_t count;
    } rows[] = {
        {MODEL_READING_NUMBER, COUNTER, 0},     {MODEL_READING_COOKED, COUNTER, 2},
        {MODEL_READING_COOKED, RAWCOUNT, 0},    {MODEL_READING_COOKED, ELAPSED, 0},
        {MODEL_READING_COOKED, FRACTION, 0},    {MODEL_READING_COOKED, TIMER_INV, 2},
        {MODEL_READING_RAW, RAWCOUNT, 2},       {MODEL_READING_RAW, MODEL_COUNTER_UNKNOWN, 2},
        {MODEL_READING_DIFFERENCE, COUNTER, 0},
    };
    metric->property_count = 2;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(world, rows[i].reading, rows[i].code);
        assert_int_equal(metric_memory_count(metric), rows[i].count);
    }
}

/* --- COOKED --- */

static void two_samples_are_cooked_by_the_hosts_own_clock(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, COUNTER);
    assert_int_equal(take_at(world, 4294967290, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 94, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 10);
    assert_int_equal(take_at(world, 594, 160), METRIC_SAMPLE_OK);
    assert_cooked(world, 10);
    begin(world, MODEL_READING_COOKED, TIMER_INV);
    assert_int_equal(take_at(world, 0, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 25000000, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 75);
    begin(world, MODEL_READING_COOKED, OBJECT_TIME);
    assert_int_equal(take_at(world, 0, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 2000, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 20);
}

static void the_base_is_the_propertys_or_the_one_that_is_named(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, AVERAGE);
    put(world, "1000", 100, 50);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    put(world, "3000", 110, 54);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 500);
    begin(world, MODEL_READING_COOKED, AVERAGE);
    world->metric.base = "Timestamp_Object";
    assert_int_equal(take_at(world, 1000, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 3000, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 0.2);
}

static void an_average_of_nothing_is_neither_told_nor_a_complaint(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, AVG_TIMER);
    assert_int_equal(take_at(world, 1000, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 1000, 110), METRIC_SAMPLE_NOT_YET);
    assert_false(metric_sample_is_fault(METRIC_SAMPLE_NOT_YET));
    put(world, "3580545", 120, 3);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 0.5);
}

static void elapsed_time_without_an_object_clock_takes_the_systems(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, ELAPSED);
    assert_int_equal(take_at(world, 90000, 100), METRIC_SAMPLE_OK);
    assert_cooked(world, 10);
    forget(world);
    add(world, "P", "130000000000000000");
    add(world, "Timestamp_Object", "0");
    add(world, "Frequency_Object", "0");
    add(world, "Timestamp_Sys100NS", "130000000055000000");
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 5.5);
}

static void a_type_of_one_sample_needs_no_memory(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, FRACTION);
    put(world, "30", 100, 40);
    assert_int_equal(
        metric_cook_take(world->instance, &world->metric, 0, NULL, &world->number, &world->refusal),
        METRIC_SAMPLE_OK);
    assert_cooked(world, 75);
    put(world, "x", 100, 40);
    assert_int_equal(
        metric_cook_take(world->instance, &world->metric, 0, NULL, &world->number, &world->refusal),
        METRIC_SAMPLE_NOT_A_NUMBER);
}

static void after_a_reboot_a_new_pair_begins(void **state)
{
    struct world *world = *state;
    static const uint32_t codes[] = {COUNTER, BULK, TIMER, AVERAGE, PRECISION, AVG_TIMER};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        begin(world, MODEL_READING_COOKED, codes[i]);
        put(world, "50", 1000, 10000000);
        assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
        put(world, "80", 20, 20000000);
        assert_int_equal(take(world), METRIC_SAMPLE_REBOOTED);
        assert_refused(world, "P", false);
        put(world, "90", 30, 30000000);
        assert_int_equal(take(world), METRIC_SAMPLE_OK);
        assert_true(world->number.real >= 0 && world->number.real < 2);
    }
}

/* Timestamp_Sys100NS is the time of day: it goes on over a restart. */
static void a_reboot_is_seen_though_the_types_own_clock_goes_on(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, TIMER_INV);
    put(world, "10000000", 20, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    put(world, "20000000", 30, 1);
    MI_Value value = {.string = (char *)"1"};
    MI_Instance_SetElement(world->instance, "Timestamp_PerfTime", &value, MI_STRING, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_REBOOTED);
}

static void another_frequency_is_a_reboot(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, COUNTER);
    assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
    put(world, "20", 110, 1);
    MI_Value value = {.string = (char *)"10000000"};
    MI_Instance_SetElement(world->instance, "Frequency_PerfTime", &value, MI_STRING, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_REBOOTED);
}

static void a_counter_that_was_reset_begins_anew(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, BULK);
    assert_int_equal(take_at(world, 1000000, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 10, 110), METRIC_SAMPLE_FELL);
    assert_refused(world, "P", false);
    assert_int_equal(take_at(world, 510, 120), METRIC_SAMPLE_OK);
    assert_cooked(world, 50);
    begin(world, MODEL_READING_COOKED, COUNTER);
    assert_int_equal(take_at(world, 1000000, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 10, 110), METRIC_SAMPLE_FELL);
}

static void standing_time_keeps_the_older_sample(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, COUNTER);
    assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 20, 100), METRIC_SAMPLE_STILL);
    assert_refused(world, "Timestamp_PerfTime", false);
    assert_int_equal(take_at(world, 110, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 10);
    begin(world, MODEL_READING_COOKED, PRECISION);
    assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 20, 110), METRIC_SAMPLE_STILL);
    assert_refused(world, "P", true);
}

/* A class of many counters says it once: complaints are one a class and name. */
static void
of_an_instance_that_is_the_old_one_the_hosts_clock_is_named_whatever_the_type(void **state)
{
    struct world *world = *state;
    static const uint32_t codes[] = {COUNTER, TIMER, OBJECT_TIME, PRECISION};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        begin(world, MODEL_READING_COOKED, codes[i]);
        assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
        assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_STILL);
        assert_refused(world, "Timestamp_PerfTime", false);
    }
    begin(world, MODEL_READING_COOKED, TIMER);
    assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
    put(world, "20", 110, 1);
    MI_Value value = {.string = (char *)"130000001000000000"};
    MI_Instance_SetElement(world->instance, "Timestamp_Sys100NS", &value, MI_STRING, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_STILL);
    assert_refused(world, "Timestamp_Sys100NS", false);
}

/* Only what counts was restarted, or the host: its own clocks tell. */
static void a_private_base_that_falls_alone_is_no_restart_of_the_host(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, PRECISION);
    put(world, "50", 1000, 10000000);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    put(world, "80", 1010, 20);
    assert_int_equal(take(world), METRIC_SAMPLE_FELL);
    assert_refused(world, "P", false);
    put(world, "90", 1020, 120);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 10);
    put(world, "95", 10, 20);
    assert_int_equal(take(world), METRIC_SAMPLE_REBOOTED);
    static const char *const unknown[] = {"Timestamp_PerfTime", "Frequency_PerfTime",
                                          "Timestamp_Sys100NS"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        begin(world, MODEL_READING_COOKED, PRECISION);
        put(world, "50", 1000, 10000000);
        MI_Instance_SetElement(world->instance, unknown[i], NULL, MI_STRING, MI_FLAG_NULL);
        assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
        put(world, "80", 1010, 20);
        MI_Instance_SetElement(world->instance, unknown[i], NULL, MI_STRING, MI_FLAG_NULL);
        assert_int_equal(take(world), METRIC_SAMPLE_REBOOTED);
    }
}

static void a_double_is_a_real_of_any_sign(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *text;
        double value; /* NAN: refused */
        const char *shown;
    } rows[] = {
        {"0.25", 0.25, ""},
        {"-1.5E3", -1500, ""},
        {"7", 7, ""},
        {"-7", -7, ""},
        /* The bits of 1.0, but who can tell? */
        {"4607182418800017408", 4607182418800017408.0, ""},
        {"true", NAN, "\"true\""},
        {"NaN", NAN, "\"NaN\""},
        {"INF", NAN, "\"INF\""},
        {"1e999", NAN, "\"1e999\""},
        {"", NAN, "\"\""},
    };
    begin(world, MODEL_READING_COOKED, DOUBLE_RAW);
    assert_int_equal(metric_memory_count(&world->metric), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put(world, rows[i].text, 100, 1);
        bool is_good = !isnan(rows[i].value);
        assert_int_equal(take(world), is_good ? METRIC_SAMPLE_OK : METRIC_SAMPLE_NOT_A_NUMBER);
        if (is_good) {
            assert_cooked(world, rows[i].value);
            continue;
        }
        assert_refused(world, "P", false);
        assert_string_equal(world->refusal.text, rows[i].shown);
    }
    forget(world);
    MI_Value value = {.real64 = -0.125};
    MI_Instance_AddElement(world->instance, "P", &value, MI_REAL64, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, -0.125);
    put(world, NULL, 100, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
    world->metric.on_null = MODEL_ON_NULL_ZERO;
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 0);
    forget(world);
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
}

static void zeros_that_divide_are_named(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, FRACTION);
    put(world, "5", 100, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_ZERO_DIVISOR);
    assert_refused(world, "P", true);
    world->metric.base = "P_Base";
    assert_int_equal(take(world), METRIC_SAMPLE_ZERO_DIVISOR);
    assert_refused(world, "P_Base", false);
    world->metric.base = NULL;
    begin(world, MODEL_READING_COOKED, MULTI);
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    put(world, "6", 110, 0);
    assert_int_equal(take(world), METRIC_SAMPLE_ZERO_DIVISOR);
    assert_refused(world, "P", true);
}

static void what_does_not_fit_the_clock_is_refused(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, TIMER_INV);
    assert_int_equal(take_at(world, 0, 100), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 100100000, 110), METRIC_SAMPLE_OK);
    assert_cooked(world, 0);
    assert_int_equal(take_at(world, 300000000, 120), METRIC_SAMPLE_IMPLAUSIBLE);
    assert_refused(world, "P", false);
    assert_int_equal(take_at(world, 400000000, 130), METRIC_SAMPLE_OK);
}

static void without_a_counter_type_nothing_is_cooked(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, MODEL_COUNTER_UNKNOWN);
    assert_int_equal(take_at(world, 0, 100), METRIC_SAMPLE_NO_COUNTER_TYPE);
    assert_int_equal(take_at(world, 0, 110), METRIC_SAMPLE_NO_COUNTER_TYPE);
    assert_refused(world, "P", false);
}

/* --- What spoils a sample --- */

static void what_is_needed_and_missing_is_named_and_what_is_not_needed_is_not(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, COUNTER);
    forget(world);
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "P", false);
    add(world, "P", "5");
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "Frequency_PerfTime", false);
    add(world, "Frequency_PerfTime", "1000");
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "Timestamp_PerfTime", false);
    add(world, "Timestamp_PerfTime", "5000");
    assert_int_equal(take(world), METRIC_SAMPLE_NOT_YET);
    begin(world, MODEL_READING_COOKED, TIMER);
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "Timestamp_Sys100NS", false);
    begin(world, MODEL_READING_COOKED, AVERAGE);
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "P", true);
    world->metric.base = "Other";
    assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
    assert_refused(world, "Other", false);
}

static void a_counter_that_turns_into_something_else_is_a_gap(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *text;
        enum metric_outcome outcome;
        const char *shown;
    } rows[] = {
        {NULL, METRIC_SAMPLE_NULL, ""},
        {"Running", METRIC_SAMPLE_NOT_A_NUMBER, "\"Running\""},
        {"true", METRIC_SAMPLE_NOT_A_NUMBER, "\"true\""},
        {"", METRIC_SAMPLE_NOT_A_NUMBER, "\"\""},
        {"-5", METRIC_SAMPLE_NOT_A_NUMBER, "\"-5\""},
        {"5.5", METRIC_SAMPLE_NOT_A_NUMBER, "\"5.5\""},
        {"1e3", METRIC_SAMPLE_NOT_A_NUMBER, "\"1e3\""},
        {"18446744073709551616", METRIC_SAMPLE_NOT_A_NUMBER, "\"18446744073709551616\""},
        {"5 ", METRIC_SAMPLE_NOT_A_NUMBER, "\"5 \""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(world, MODEL_READING_COOKED, COUNTER);
        assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
        put(world, rows[i].text, 110, 1);
        assert_int_equal(take(world), rows[i].outcome);
        assert_refused(world, "P", false);
        assert_string_equal(world->refusal.text, rows[i].shown);
        assert_int_equal(take_at(world, 20, 120), METRIC_SAMPLE_NOT_YET);
        assert_int_equal(take_at(world, 30, 130), METRIC_SAMPLE_OK);
        assert_cooked(world, 1);
    }
}

static void typed_values_are_counters_too_and_bring_their_width(void **state)
{
    struct world *world = *state;
    static const struct {
        MI_Type type;
        unsigned said;
        enum metric_outcome outcome;
    } rows[] = {
        {MI_UINT32, 0, METRIC_SAMPLE_OK},
        {MI_UINT64, 0, METRIC_SAMPLE_FELL},
        {MI_UINT32, 64, METRIC_SAMPLE_FELL},
        {MI_UINT64, 32, METRIC_SAMPLE_OK},
        {MI_BOOLEAN, 32, METRIC_SAMPLE_NOT_A_NUMBER},
        {MI_SINT32, 32, METRIC_SAMPLE_NOT_A_NUMBER},
        {MI_REAL64, 32, METRIC_SAMPLE_NOT_A_NUMBER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(world, MODEL_READING_COOKED, BULK);
        world->metric.counter_bits = rows[i].said;
        assert_int_equal(take_at(world, 4294967286, 100), METRIC_SAMPLE_NOT_YET);
        put(world, "0", 110, 1);
        MI_Value value = {.uint64 = 0};
        MI_Instance *typed = cim_instance_new("C", 1);
        if (rows[i].type == MI_UINT32)
            value.uint32 = 90;
        else if (rows[i].type == MI_UINT64)
            value.uint64 = 90;
        else if (rows[i].type == MI_SINT32)
            value.sint32 = -90;
        MI_Instance_AddElement(typed, "P", &value, rows[i].type, 0);
        for (MI_Uint32 at = 1; at < 8; at++) {
            const MI_Char *name;
            MI_Value element;
            MI_Type type;
            MI_Uint32 flags;
            MI_Instance_GetElementAt(world->instance, at, &name, &element, &type, &flags);
            MI_Instance_AddElement(typed, name, &element, type, flags);
        }
        MI_Instance_Delete(world->instance);
        world->instance = typed;
        assert_int_equal(take(world), rows[i].outcome);
        if (rows[i].outcome == METRIC_SAMPLE_OK)
            assert_cooked(world, 10);
    }
}

static void null_is_read_as_the_rule_says_and_only_of_the_property(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_COOKED, COUNTER);
    world->metric.on_null = MODEL_ON_NULL_ZERO;
    assert_int_equal(take_at(world, 10, 100), METRIC_SAMPLE_NOT_YET);
    put(world, NULL, 110, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_cooked(world, 0);
    assert_int_equal(take_at(world, 10, 120), METRIC_SAMPLE_NOT_YET);
    world->metric.on_null = MODEL_ON_NULL_NAN;
    put(world, NULL, 130, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_true(isnan(world->number.real));
    put(world, "10", 140, 1);
    MI_Instance_ClearElement(world->instance, "Timestamp_PerfTime");
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
    assert_refused(world, "Timestamp_PerfTime", false);
    begin(world, MODEL_READING_RAW, COUNTER);
    put(world, NULL, 150, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
}

static void a_property_of_the_longest_name_has_a_base(void **state)
{
    struct world *world = *state;
    char name[CIM_INSTANCE_MAX_NAME + 32];
    begin(world, MODEL_READING_COOKED, FRACTION);
    world->properties[0] = name;
    for (size_t count = CIM_INSTANCE_MAX_NAME - 10; count <= CIM_INSTANCE_MAX_NAME; count++) {
        memset(name, 'x', sizeof name);
        name[count] = '\0';
        forget(world);
        add(world, name, "5");
        assert_int_equal(take(world), METRIC_SAMPLE_MISSING);
        assert_refused(world, name, true);
        memcpy(name + count, "_Base", 6);
        if (count + 5 > CIM_INSTANCE_MAX_NAME)
            continue;
        add(world, name, "10");
        name[count] = '\0';
        assert_int_equal(take(world), METRIC_SAMPLE_OK);
        assert_cooked(world, 50);
    }
}

/* --- Recorded instances --- */

struct recorded {
    struct world *world;
    MI_Instance *first, *second;
    size_t instances, cooked;
};

static void add_recorded(MI_Instance *instance, const char *name, const char *number)
{
    MI_Value value = {.string = (char *)number};
    MI_Instance_AddElement(instance, name, &value, MI_STRING, 0);
}

static void begin_recorded(struct recorded *recorded)
{
    if (recorded->first != NULL) {
        MI_Instance_Delete(recorded->first);
        MI_Instance_Delete(recorded->second);
    }
    recorded->first = cim_instance_new("C", 1);
    recorded->second = cim_instance_new("C", 1);
    recorded->instances++;
}

static void cook_recorded(struct recorded *recorded, const char *property, const char *type,
                          const char *expected)
{
    struct world *world = recorded->world;
    uint32_t code;
    assert_int_equal(metric_counter_find(type, &code), 0);
    begin(world, MODEL_READING_COOKED, code);
    world->properties[0] = property;
    MI_Instance *own = world->instance;
    world->instance = recorded->first;
    enum metric_outcome outcome = take(world);
    assert_int_equal(outcome,
                     metric_counter_samples(code) == 2 ? METRIC_SAMPLE_NOT_YET : METRIC_SAMPLE_OK);
    world->instance = recorded->second;
    outcome = take(world);
    world->instance = own;
    print_message("# %s: %s, %.17g\n", property, expected, world->number.real);
    if (strcmp(expected, "no_events") == 0) {
        assert_int_equal(outcome, METRIC_SAMPLE_NOT_YET);
        return;
    }
    assert_int_equal(outcome, METRIC_SAMPLE_OK);
    assert_true(fabs(world->number.real - strtod(expected, NULL)) <=
                1e-14 * fabs(world->number.real));
    recorded->cooked++;
}

static void take_recorded_line(struct recorded *recorded, char *line)
{
    char *rest = line;
    const char *kind = strsep(&rest, "\t\n");
    const char *name = strsep(&rest, "\t\n");
    if (strcmp(kind, "instance") == 0) {
        begin_recorded(recorded);
        return;
    }
    const char *third = strsep(&rest, "\t\n");
    const char *fourth = strsep(&rest, "\t\n");
    assert_non_null(fourth);
    if (strcmp(kind, "property") == 0) {
        add_recorded(recorded->first, name, third);
        add_recorded(recorded->second, name, fourth);
    } else {
        cook_recorded(recorded, name, third, fourth);
    }
}

static void recorded_instances_are_cooked_as_by_the_oracle(void **state)
{
    struct recorded recorded = {.world = *state};
    char command[2048], line[512];
    const char *folder = getenv("MI_REPLIES");
    const char *source = getenv("MI_SOURCE");
    if (folder == NULL || access(folder, R_OK) != 0) {
        print_message("skipped: MI_REPLIES names no folder of recorded replies\n");
        skip();
    }
    snprintf(command, sizeof command,
             "LC_ALL=C PYTHONUTF8=1 python3 '%s/tests/counter_oracle.py' reply"
             " '%s'/tx_2008R2_Win32_PerfRawData_*.xml",
             source != NULL ? source : ".", folder);
    FILE *oracle = popen(command, "r");
    assert_non_null(oracle);
    while (fgets(line, sizeof line, oracle) != NULL)
        take_recorded_line(&recorded, line);
    assert_int_equal(pclose(oracle), 0);
    MI_Instance_Delete(recorded.first);
    MI_Instance_Delete(recorded.second);
    print_message("# %zu instances, %zu values\n", recorded.instances, recorded.cooked);
    assert_int_equal(recorded.instances, 7); /* 3 disks, 3 interfaces, 1 process */
    assert_int_equal(recorded.cooked, 3 * 21 + 3 * 11 + 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(only_what_takes_two_samples_has_a_memory),
        WORLD_TEST(two_samples_are_cooked_by_the_hosts_own_clock),
        WORLD_TEST(the_base_is_the_propertys_or_the_one_that_is_named),
        WORLD_TEST(an_average_of_nothing_is_neither_told_nor_a_complaint),
        WORLD_TEST(elapsed_time_without_an_object_clock_takes_the_systems),
        WORLD_TEST(a_type_of_one_sample_needs_no_memory),
        WORLD_TEST(after_a_reboot_a_new_pair_begins),
        WORLD_TEST(a_reboot_is_seen_though_the_types_own_clock_goes_on),
        WORLD_TEST(another_frequency_is_a_reboot),
        WORLD_TEST(a_counter_that_was_reset_begins_anew),
        WORLD_TEST(standing_time_keeps_the_older_sample),
        WORLD_TEST(of_an_instance_that_is_the_old_one_the_hosts_clock_is_named_whatever_the_type),
        WORLD_TEST(a_private_base_that_falls_alone_is_no_restart_of_the_host),
        WORLD_TEST(a_double_is_a_real_of_any_sign),
        WORLD_TEST(zeros_that_divide_are_named),
        WORLD_TEST(what_does_not_fit_the_clock_is_refused),
        WORLD_TEST(without_a_counter_type_nothing_is_cooked),
        WORLD_TEST(what_is_needed_and_missing_is_named_and_what_is_not_needed_is_not),
        WORLD_TEST(a_counter_that_turns_into_something_else_is_a_gap),
        WORLD_TEST(typed_values_are_counters_too_and_bring_their_width),
        WORLD_TEST(null_is_read_as_the_rule_says_and_only_of_the_property),
        WORLD_TEST(a_property_of_the_longest_name_has_a_base),
        WORLD_TEST(recorded_instances_are_cooked_as_by_the_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
