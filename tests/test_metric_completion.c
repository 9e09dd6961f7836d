/* SPDX-License-Identifier: MIT */
/* What a class's declaration adds to a module's metrics, right, wrong and missing, and what is then
 * to be asked for. */
#include "class_fixture.h"

#include "metric/completion.h"
#include "metric/cook.h"

#define RAW_CLASS "Win32_PerfRawData_X_Y"
#define UNKNOWN   MODEL_COUNTER_UNKNOWN

#define COUNTER      272696320u
#define BULK         272696576u
#define RAWCOUNT     65536u
#define TIMER        542180608u
#define TIMER_INV    558957824u
#define AVERAGE      1073874176u
#define FRACTION     537003008u
#define ELAPSED      807666944u
#define OBJECT_TIMER 543229184u

#define PLAIN(n, t) "<PROPERTY NAME=\"" n "\" TYPE=\"" t "\"></PROPERTY>"
#define BASED(n, t, c, b)                                                      \
    "<PROPERTY NAME=\"" n "\" TYPE=\"" t "\"><QUALIFIER NAME=\"CounterType\" " \
    "TYPE=\"sint32\"><VALUE>" c                                                \
    "</VALUE></QUALIFIER><QUALIFIER NAME=\"Base\" TYPE=\"string\"><VALUE>" b   \
    "</VALUE></QUALIFIER></PROPERTY>"

static const char declaration[] = "<CLASS NAME=\"" RAW_CLASS "\">" CLASS_KEY("Name") CLASS_COUNTER(
    "Events", "uint32", "272696320") CLASS_COUNTER("OtherEvents", "uint32", "272696320")
    CLASS_COUNTER("Bytes", "uint64", "272696576") CLASS_COUNTER(
        "OldBytes", "uint32", "272696576") CLASS_COUNTER("Busy", "uint64", "542180608")
        CLASS_COUNTER("Length", "uint32", "65536") CLASS_COUNTER(
            "Uptime", "uint64", "807666944") CLASS_COUNTER("Mean", "uint64", "1073874176")
            CLASS_COUNTER("Mean_Base", "uint32", "1073939458") CLASS_COUNTER(
                "Count_Base", "uint32", "1073939458") BASED("Named", "uint64", "1073874176",
                                                            "Count_Base")
                BASED("NamedToo", "uint64", "1073874176", "count_base") BASED(
                    "Usual", "uint64", "1073874176",
                    "USUAL_BASE") CLASS_COUNTER("Usual_Base", "uint32", "1073939458")
                    BASED("OfItself", "uint64", "1073874176",
                          "OfItself") BASED("OfText", "uint64", "1073874176", "Name")
                        BASED("OfNothing", "uint64", "1073874176", "Nowhere") BASED(
                            "OfEvents",
                            "uint64",
                            "1073874176",
                            "Events") "<PROPERTY NAME=\"Self\" TYPE=\"uint32\"><QUALIFIER "
                                      "NAME=\"Base\" TYPE=\"string\">"
                                      "<VALUE>self</VALUE></QUALIFIER></PROPERTY>" CLASS_COUNTER(
                                          "IsBase", "uint32",
                                          "1073939458") CLASS_COUNTER("IsText", "uint32", "2816")
                                          CLASS_COUNTER("Nonsense", "uint32", "4711") CLASS_COUNTER(
                                              "Word", "uint32",
                                              "PERF_COUNTER_COUNTER") CLASS_COUNTER("OnText",
                                                                                    "string",
                                                                                    "272696320")
                                              CLASS_COUNTER("OnReal", "real64", "272696320")
                                                  CLASS_COUNTER("Small", "uint8", "65536")
                                                      PLAIN("Frequency_Object", "uint64") PLAIN(
                                                          "Frequency_PerfTime", "uint64")
                                                          PLAIN("Timestamp_PerfTime", "uint64")
                                                              PLAIN("Timestamp_Sys100NS", "uint64")
                                                                  PLAIN("Enabled", "boolean")
                                                                      PLAIN("Caption",
                                                                            "string") "</CLASS>";

static const struct model_type gauge = {"gauge", 1, {MODEL_GAUGE}};
static const struct model_type derive = {"derive", 1, {MODEL_DERIVE}};
static const struct model_type counter = {"counter", 1, {MODEL_COUNTER}};
static const struct model_type absolute = {"absolute", 1, {MODEL_ABSOLUTE}};
static const struct model_type two_gauges = {"gauges", 2, {MODEL_GAUGE, MODEL_GAUGE}};
static const struct model_type two_derives = {"derives", 2, {MODEL_DERIVE, MODEL_DERIVE}};
static const struct model_type mixed = {"mixed", 2, {MODEL_GAUGE, MODEL_DERIVE}};

static MI_Class *schema;

static int set_up(void **state)
{
    (void)state;
    schema = class_read(declaration);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return MI_Class_Delete(schema) == MI_RESULT_OK ? 0 : -1;
}

/* ---- One metric ---- */

struct asked {
    const char *properties[2];
    const struct model_type *type;
    enum model_reading reading;
    uint32_t code;
    unsigned bits;
};

static struct model_metric metric_of(const struct asked *asked)
{
    return (struct model_metric){.properties = asked->properties,
                                 .property_count = asked->properties[1] != NULL ? 2 : 1,
                                 .type = asked->type,
                                 .plugin = "mi",
                                 .plugin_instance = "",
                                 .type_instance = "",
                                 .scale = 1,
                                 .reading = asked->reading,
                                 .counter_type = asked->code,
                                 .counter_bits = asked->bits};
}

static struct model_metric complete(const struct asked *asked, const MI_Class *declared,
                                    struct metric_doubt *doubt)
{
    struct model_metric metric = metric_of(asked);
    struct model_metric completed;
    struct metric_doubt unheard;
    memset(&completed, 0x55, sizeof completed);
    metric_completion_fill(&metric, "WIN32_perfrawdata_X_Y", declared, &completed,
                           doubt != NULL ? doubt : &unheard);
    assert_ptr_equal(completed.properties, metric.properties);
    assert_ptr_equal(completed.type, metric.type);
    return completed;
}

#define NUMBER MODEL_READING_NUMBER
#define COOKED MODEL_READING_COOKED
#define UNWRAP MODEL_READING_RAW

static void a_class_completes_what_a_module_leaves_open(void **state)
{
    (void)state;
    static const struct {
        struct asked asked;
        enum model_reading reading;
        uint32_t code;
        unsigned bits;
        const char *base;
    } rows[] = {
        /* The counter type, the width, the base: what is open, and no more. */
        {{{"busy"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, TIMER, 64, NULL},
        {{{"Events"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, COUNTER, 32, NULL},
        {{{"Events"}, &gauge, COOKED, COUNTER, 64}, COOKED, COUNTER, 64, NULL},
        {{{"Bytes"}, &gauge, COOKED, COUNTER, 0}, COOKED, COUNTER, 64, NULL},
        {{{"OldBytes"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, BULK, 32, NULL},
        {{{"Bytes"}, &derive, UNWRAP, UNKNOWN, 0}, UNWRAP, BULK, 64, NULL},
        {{{"Bytes"}, &derive, UNWRAP, UNKNOWN, 32}, UNWRAP, BULK, 32, NULL},
        {{{"Length"}, &derive, UNWRAP, UNKNOWN, 0}, UNWRAP, RAWCOUNT, 32, NULL},
        {{{"Mean"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, AVERAGE, 64, NULL},
        {{{"Named"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, AVERAGE, 64, "Count_Base"},
        {{{"Named"}, &derive, UNWRAP, UNKNOWN, 0}, UNWRAP, AVERAGE, 64, NULL},
        {{{"Named", "NamedToo"}, &two_gauges, COOKED, UNKNOWN, 0},
         COOKED,
         AVERAGE,
         64,
         "Count_Base"},
        {{{"Usual", "Mean"}, &two_gauges, COOKED, UNKNOWN, 0}, COOKED, AVERAGE, 64, NULL},
        {{{"Small"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, RAWCOUNT, 0, NULL},
        /* A plain number. */
        {{{"Busy"}, &gauge, NUMBER, UNKNOWN, 0}, COOKED, TIMER, 64, NULL},
        {{{"Length"}, &gauge, NUMBER, 0, 0}, COOKED, RAWCOUNT, 32, NULL},
        {{{"Uptime"}, &gauge, NUMBER, UNKNOWN, 0}, COOKED, ELAPSED, 64, NULL},
        {{{"Named"}, &gauge, NUMBER, UNKNOWN, 0}, COOKED, AVERAGE, 64, "Count_Base"},
        {{{"Events", "OtherEvents"}, &two_gauges, NUMBER, UNKNOWN, 0}, COOKED, COUNTER, 32, NULL},
        {{{"Bytes"}, &derive, NUMBER, UNKNOWN, 0}, UNWRAP, BULK, 64, NULL},
        {{{"Events"}, &counter, NUMBER, UNKNOWN, 0}, UNWRAP, COUNTER, 32, NULL},
        {{{"Events", "OtherEvents"}, &two_derives, NUMBER, UNKNOWN, 0}, UNWRAP, COUNTER, 32, NULL},
        {{{"Length"}, &derive, NUMBER, UNKNOWN, 0}, NUMBER, UNKNOWN, 0, NULL},
        {{{"Events"}, &absolute, NUMBER, UNKNOWN, 0}, NUMBER, UNKNOWN, 0, NULL},
        {{{"Frequency_Object"}, &gauge, NUMBER, UNKNOWN, 0}, NUMBER, UNKNOWN, 0, NULL},
        {{{"Enabled"}, &gauge, NUMBER, UNKNOWN, 0}, NUMBER, UNKNOWN, 0, NULL},
        {{{"Frequency_Object", "Enabled"}, &mixed, NUMBER, UNKNOWN, 0}, NUMBER, UNKNOWN, 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_doubt doubt;
        struct model_metric completed = complete(&rows[i].asked, schema, &doubt);
        if (completed.reading != rows[i].reading || completed.counter_type != rows[i].code ||
            completed.counter_bits != rows[i].bits ||
            (completed.base == NULL) != (rows[i].base == NULL) ||
            (rows[i].base != NULL && strcmp(completed.base, rows[i].base) != 0))
            fail_msg("row %zu (%s): reading %d, type %u, bits %u, base %s", i,
                     rows[i].asked.properties[0], (int)completed.reading, completed.counter_type,
                     completed.counter_bits, completed.base != NULL ? completed.base : "none");
        assert_null(doubt.property);
    }
}

static void what_a_class_cannot_say_is_no_number(void **state)
{
    (void)state;
    static const struct asked rows[] = {
        {{"Nowhere"}, &gauge, NUMBER, 0, 0},
        {{"Nowhere"}, &gauge, COOKED, UNKNOWN, 0},
        {{"IsBase"}, &gauge, NUMBER, 0, 0},
        {{"IsBase"}, &gauge, COOKED, UNKNOWN, 0},
        {{"IsText"}, &gauge, NUMBER, 0, 0},
        {{"Nonsense"}, &gauge, NUMBER, 0, 0},
        {{"Nonsense"}, &gauge, COOKED, UNKNOWN, 0},
        {{"Word"}, &gauge, NUMBER, 0, 0},
        {{"OnText"}, &gauge, NUMBER, 0, 0},
        {{"OnText"}, &gauge, COOKED, UNKNOWN, 0},
        {{"OnReal"}, &gauge, NUMBER, 0, 0},
        {{"Caption"}, &gauge, NUMBER, 0, 0},
        {{"Events", "Bytes"}, &two_gauges, NUMBER, 0, 0},
        {{"Events", "Nowhere"}, &two_gauges, NUMBER, 0, 0},
        {{"Events", "Frequency_Object"}, &two_gauges, NUMBER, 0, 0},
        {{"Events", "Bytes"}, &two_gauges, COOKED, UNKNOWN, 0},
        {{"Events", "OtherEvents"}, &mixed, NUMBER, 0, 0},
        {{"Named", "Mean"}, &two_gauges, NUMBER, 0, 0},
        {{"Mean", "Named"}, &two_gauges, COOKED, AVERAGE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_metric completed = complete(&rows[i], schema, NULL);
        if (completed.reading != COOKED || completed.counter_type != UNKNOWN)
            fail_msg("row %zu (%s): reading %d, type %u", i, rows[i].properties[0],
                     (int)completed.reading, completed.counter_type);
    }
}

static void several_counter_types_leave_a_derive_as_it_was(void **state)
{
    (void)state;
    static const struct asked rows[] = {
        {{"Events", "Bytes"}, &two_derives, NUMBER, 7, 0},
        {{"Nowhere"}, &derive, NUMBER, 7, 0},
        {{"IsBase"}, &derive, NUMBER, 7, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_metric completed = complete(&rows[i], schema, NULL);
        assert_int_equal(completed.reading, NUMBER);
        assert_int_equal(completed.counter_type, 7);
    }
}

/* 32 bits where one of two has 64 would take a restart of that one for a wrap. */
static void of_two_widths_the_larger_is_taken(void **state)
{
    (void)state;
    const struct asked asked = {{"OldBytes", "Bytes"}, &two_derives, UNWRAP, UNKNOWN, 0};
    struct model_metric completed = complete(&asked, schema, NULL);
    assert_int_equal(completed.counter_type, BULK);
    assert_int_equal(completed.counter_bits, 64);
}

static void a_base_that_is_none_is_not_believed(void **state)
{
    (void)state;
    static const char *const properties[] = {"OfItself", "OfText", "OfNothing", "OfEvents", "Self"};
    for (size_t i = 0; i < 5; i++) {
        const struct asked asked = {{properties[i]}, &gauge, COOKED, AVERAGE, 0};
        struct model_metric completed = complete(&asked, schema, NULL);
        assert_null(completed.base);
        assert_int_equal(completed.counter_type, AVERAGE);
    }
}

static void a_module_s_own_base_goes_before_the_class_s(void **state)
{
    (void)state;
    const struct asked asked = {{"Named"}, &gauge, COOKED, AVERAGE, 0};
    struct model_metric metric = metric_of(&asked);
    struct model_metric completed;
    struct metric_doubt doubt;
    metric.base = "Mine";
    metric_completion_fill(&metric, RAW_CLASS, schema, &completed, &doubt);
    assert_string_equal(completed.base, "Mine");
}

static void without_a_schema_a_module_is_taken_at_its_word(void **state)
{
    (void)state;
    static const struct {
        struct asked asked;
        enum model_reading reading;
        uint32_t code;
    } rows[] = {
        {{{"Busy"}, &gauge, COOKED, TIMER, 0}, COOKED, TIMER},
        {{{"Busy"}, &gauge, COOKED, UNKNOWN, 0}, COOKED, UNKNOWN},
        {{{"Busy"}, &derive, UNWRAP, UNKNOWN, 64}, UNWRAP, UNKNOWN},
        {{{"Busy"}, &gauge, NUMBER, 7, 0}, COOKED, UNKNOWN},
        {{{"Busy", "Events"}, &mixed, NUMBER, 7, 0}, COOKED, UNKNOWN},
        {{{"Busy"}, &derive, NUMBER, 7, 0}, NUMBER, 7},
        {{{"Busy"}, &absolute, NUMBER, 7, 0}, NUMBER, 7},
        {{{"Busy"}, &gauge, MODEL_READING_MAX, 7, 0}, MODEL_READING_MAX, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_doubt doubt;
        struct model_metric completed = complete(&rows[i].asked, NULL, &doubt);
        assert_int_equal(completed.reading, rows[i].reading);
        assert_int_equal(completed.counter_type, rows[i].code);
        assert_int_equal(completed.counter_bits, rows[i].asked.bits);
        assert_null(doubt.property);
    }
}

static void numbers_of_other_classes_stay_numbers(void **state)
{
    (void)state;
    static const char *const names[] = {"Win32_OperatingSystem", "Win32_PerfFormattedData_X_Y",
                                        "Win32_PerfRawData", "Win32_PerfRawDataX", ""};
    const struct asked asked = {{"Busy"}, &gauge, NUMBER, 7, 0};
    struct model_metric metric = metric_of(&asked);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct model_metric completed;
        struct metric_doubt doubt;
        metric_completion_fill(&metric, names[i], schema, &completed, &doubt);
        assert_int_equal(completed.reading, NUMBER);
        assert_int_equal(completed.counter_type, 7);
        assert_int_equal(completed.counter_bits, 0);
        assert_null(doubt.property);
    }
}

static void another_formula_than_the_module_s_is_a_doubt(void **state)
{
    (void)state;
    static const struct {
        struct asked asked;
        const char *property; /* NULL: none */
        uint32_t declared;
    } rows[] = {
        {{{"Busy"}, &gauge, COOKED, TIMER_INV, 0}, "Busy", TIMER},
        {{{"Length"}, &gauge, COOKED, COUNTER, 0}, "Length", RAWCOUNT},
        {{{"Busy"}, &gauge, COOKED, 541132032, 0}, "Busy", TIMER}, /* another clock */
        {{{"Bytes", "Busy"}, &two_gauges, COOKED, BULK, 64}, "Busy", TIMER},
        {{{"Busy"}, &derive, UNWRAP, BULK, 0}, "Busy", TIMER},
        /* Two numbers of one formula and clock; Windows types counts as plain numbers. */
        {{{"Bytes"}, &gauge, COOKED, COUNTER, 0}, NULL, 0},
        {{{"Events"}, &gauge, COOKED, BULK, 0}, NULL, 0},
        {{{"Length"}, &gauge, COOKED, 65792, 0}, NULL, 0},
        {{{"Length"}, &derive, UNWRAP, COUNTER, 0}, NULL, 0},
        /* What is no value says nothing. */
        {{{"IsBase"}, &gauge, COOKED, COUNTER, 0}, NULL, 0},
        {{{"IsText"}, &gauge, COOKED, COUNTER, 0}, NULL, 0},
        {{{"Nonsense"}, &gauge, COOKED, COUNTER, 0}, NULL, 0},
        {{{"Nowhere"}, &gauge, COOKED, COUNTER, 0}, NULL, 0},
        {{{"OnText"}, &gauge, COOKED, TIMER, 0}, NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_doubt doubt;
        struct model_metric completed = complete(&rows[i].asked, schema, &doubt);
        assert_int_equal(completed.counter_type, rows[i].asked.code);
        if ((doubt.property == NULL) != (rows[i].property == NULL))
            fail_msg("row %zu", i);
        if (doubt.property == NULL)
            continue;
        assert_string_equal(doubt.property, rows[i].property);
        assert_int_equal(doubt.said, rows[i].asked.code);
        assert_int_equal(doubt.declared, rows[i].declared);
    }
}

static void a_rule_is_open_where_a_schema_could_say_more(void **state)
{
    (void)state;
    static const struct {
        struct asked asked;
        const char *class_name;
        bool is_open;
    } rows[] = {
        {{{"P"}, &gauge, COOKED, UNKNOWN, 64}, "C", true},
        {{{"P"}, &gauge, COOKED, TIMER, 0}, "C", true},
        {{{"P"}, &gauge, COOKED, TIMER, 64}, "C", false},
        {{{"P"}, &derive, UNWRAP, UNKNOWN, 32}, "C", true},
        {{{"P"}, &derive, UNWRAP, BULK, 0}, "C", true},
        {{{"P"}, &derive, UNWRAP, BULK, 64}, "C", false},
        {{{"P"}, &gauge, NUMBER, UNKNOWN, 0}, "C", false},
        {{{"P"}, &gauge, NUMBER, UNKNOWN, 0}, "win32_PERFrawdata_A_B", true},
        {{{"P"}, &gauge, MODEL_READING_STATE, UNKNOWN, 0}, "Win32_PerfRawData_A_B", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static const struct asked closed = {{"Q"}, &gauge, COOKED, TIMER, 64};
        struct model_metric metrics[] = {metric_of(&closed), metric_of(&rows[i].asked)};
        struct model_instance rule = {
            .class_name = rows[i].class_name, .metrics = metrics, .metric_count = 2};
        assert_int_equal(metric_completion_is_open(&rule), rows[i].is_open);
        rule.metric_count = 1;
        assert_false(metric_completion_is_open(&rule));
    }
}

/* ---- What is asked for ---- */

static void assert_columns(const struct model_metric *metrics, size_t count,
                           const MI_Class *declared, const char *before, const char *expected)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_add_text(&text, before);
    metric_completion_columns(metrics, count, declared, &text);
    assert_int_equal(buf_failed(&text, "columns", NULL), 0);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

#define WITNESSES "Timestamp_PerfTime,Frequency_PerfTime,Timestamp_Sys100NS"

static void columns_name_all_that_is_read(void **state)
{
    (void)state;
    static const struct {
        struct asked asked;
        const char *other, *base, *expected;
    } rows[] = {
        {{{"A", "B"}, &two_gauges, NUMBER, 0, 0}, NULL, NULL, "A,B"},
        {{{"A"}, &gauge, MODEL_READING_RATIO, 0, 0}, "B", NULL, "A,B"},
        {{{"A"}, &gauge, COOKED, RAWCOUNT, 0}, NULL, NULL, "A"},
        {{{"A"}, &gauge, COOKED, FRACTION, 0}, NULL, NULL, "A,A_Base"},
        {{{"A"}, &gauge, COOKED, FRACTION, 0}, NULL, "Mine", "A,Mine"},
        {{{"A"}, &gauge, COOKED, COUNTER, 0}, NULL, NULL, "A," WITNESSES},
        {{{"A"}, &gauge, COOKED, TIMER, 0},
         NULL,
         NULL,
         "A,Timestamp_Sys100NS,Timestamp_PerfTime,Frequency_PerfTime"},
        {{{"A", "B"}, &two_gauges, COOKED, AVERAGE, 0}, NULL, NULL, "A,A_Base,B,B_Base," WITNESSES},
        {{{"A"}, &gauge, COOKED, ELAPSED, 0},
         NULL,
         NULL,
         "A,Timestamp_Object,Frequency_Object,Timestamp_Sys100NS"},
        {{{"A"}, &gauge, COOKED, OBJECT_TIMER, 0}, NULL, NULL, "A,Timestamp_Object," WITNESSES},
        {{{"A"}, &derive, UNWRAP, AVERAGE, 0}, NULL, NULL, "A," WITNESSES},
        {{{"A"}, &derive, UNWRAP, UNKNOWN, 0}, NULL, NULL, "A," WITNESSES},
        /* Each once. */
        {{{"a", "A"}, &two_gauges, NUMBER, 0, 0}, NULL, NULL, "a"},
        {{{"timestamp_perftime"}, &derive, UNWRAP, BULK, 0},
         NULL,
         NULL,
         "timestamp_perftime,Frequency_PerfTime,Timestamp_Sys100NS"},
        /* No name of a property, and another query. */
        {{{"A FROM X", "B"}, &two_gauges, NUMBER, 0, 0}, "", NULL, "B"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_metric metric = metric_of(&rows[i].asked);
        metric.other = rows[i].other;
        metric.base = rows[i].base;
        assert_columns(&metric, 1, NULL, "", rows[i].expected);
    }
}

static void columns_go_on_where_others_stopped(void **state)
{
    (void)state;
    static const struct asked asked[] = {{{"name", "Size"}, &two_gauges, NUMBER, 0, 0},
                                         {{"SIZ", "SIZE"}, &two_gauges, NUMBER, 0, 0}};
    struct model_metric metrics[] = {metric_of(&asked[0]), metric_of(&asked[1])};
    assert_columns(metrics, 2, NULL, "Name", "Name,Size,SIZ");
    assert_columns(metrics, 0, NULL, "Name", "Name");
    assert_columns(metrics, 0, NULL, "", "");
}

static void a_clock_that_a_class_does_not_have_is_not_asked_for(void **state)
{
    (void)state;
    static const struct asked asked[] = {{{"Nowhere", "busy"}, &two_gauges, NUMBER, 0, 0},
                                         {{"Uptime"}, &gauge, COOKED, ELAPSED, 0},
                                         {{"Events"}, &gauge, COOKED, AVERAGE, 0}};
    struct model_metric metrics[] = {metric_of(&asked[0]), metric_of(&asked[1]),
                                     metric_of(&asked[2])};
    assert_columns(metrics, 3, schema, "",
                   "Nowhere,busy,Uptime,Frequency_Object,Timestamp_Sys100NS,Events,Events_Base,"
                   "Timestamp_PerfTime,Frequency_PerfTime");
}

static void columns_that_are_too_many_are_told(void **state)
{
    (void)state;
    struct buf text;
    const struct asked asked = {{"Abcdefgh", "Ijkl"}, &two_gauges, NUMBER, 0, 0};
    struct model_metric metric = metric_of(&asked);
    buf_init(&text, 10);
    metric_completion_columns(&metric, 1, NULL, &text);
    assert_int_equal(buf_failed(&text, "columns", NULL), -1);
    buf_free(&text);
}

/* An instance that has the columns alone gives the number that the whole one gives. */
static void columns_are_enough_to_cook_with(void **state)
{
    (void)state;
    static const uint32_t codes[] = {COUNTER,   TIMER,     TIMER_INV,    AVERAGE,
                                     FRACTION,  ELAPSED,   OBJECT_TIMER, 805438464,
                                     575735040, 542573824, 5571840};
    for (size_t c = 0; c < sizeof codes / sizeof codes[0]; c++) {
        const struct asked asked = {{"P"}, &gauge, COOKED, codes[c], 64};
        struct model_metric metric = metric_of(&asked);
        struct metric_memory memory = {.has_last = false};
        struct metric_number number;
        struct metric_refusal refusal;
        enum metric_outcome outcome = METRIC_SAMPLE_OK;
        struct buf text;
        buf_init(&text, 4096);
        metric_completion_columns(&metric, 1, NULL, &text);
        for (uint64_t round = 1; round <= 2; round++) {
            MI_Instance *instance = cim_instance_new("C", 1);
            char *rest = NULL;
            char *list = strdup(buf_text(&text));
            for (char *name = strtok_r(list, ",", &rest); name != NULL;
                 name = strtok_r(NULL, ",", &rest)) {
                MI_Value value = {.uint64 = name[0] == 'T'   ? round * 1000000
                                            : name[0] == 'F' ? 1000000
                                                             : round * 1000};
                assert_int_equal(MI_Instance_AddElement(instance, name, &value, MI_UINT64, 0),
                                 MI_RESULT_OK);
            }
            outcome = metric_cook_take(instance, &metric, 0, &memory, &number, &refusal);
            free(list);
            MI_Instance_Delete(instance);
        }
        if (outcome != METRIC_SAMPLE_OK)
            fail_msg("%u: %s %s", codes[c], refusal.property, metric_sample_sentence(outcome));
        if (metric_memory_count(&metric) > 0)
            assert_true(memory.last.perf_time == 2000000 && memory.last.perf_frequency == 1000000 &&
                        memory.last.day_time == 2000000);
        buf_free(&text);
    }
}

/* ---- A width that lies ---- */

static enum metric_outcome take_at(const struct model_metric *metric, struct metric_memory *memory,
                                   uint64_t value, uint64_t second, double *number)
{
    static const char *const names[] = {"OldBytes", "Timestamp_PerfTime", "Frequency_PerfTime",
                                        "Timestamp_Sys100NS"};
    const uint64_t values[] = {value, second * 1000, 1000, second * 10000000};
    MI_Instance *instance = cim_instance_new("C", 1);
    struct metric_number read;
    struct metric_refusal refusal;
    for (size_t i = 0; i < 4; i++) {
        char text[24];
        snprintf(text, sizeof text, "%llu", (unsigned long long)values[i]);
        MI_Value element = {.string = text};
        MI_Instance_AddElement(instance, names[i], &element, MI_STRING, 0);
    }
    enum metric_outcome outcome = metric_cook_take(instance, metric, 0, memory, &read, &refusal);
    if (outcome == METRIC_SAMPLE_OK)
        *number = (double)metric_number_real(&read);
    MI_Instance_Delete(instance);
    return outcome;
}

static void a_value_above_the_declared_width_proves_the_larger(void **state)
{
    (void)state;
    const struct asked asked = {{"OldBytes"}, &gauge, NUMBER, UNKNOWN, 0};
    struct model_metric completed = complete(&asked, schema, NULL);
    struct metric_memory memory = {.has_last = false};
    double number = -1;
    assert_int_equal(completed.counter_bits, 32);
    assert_int_equal(take_at(&completed, &memory, 4294967000, 100, &number), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(&completed, &memory, 4294968000, 110, &number), METRIC_SAMPLE_OK);
    assert_true(number == 100);
    assert_int_equal(take_at(&completed, &memory, 9000, 120, &number), METRIC_SAMPLE_FELL);
    assert_int_equal(take_at(&completed, &memory, 19000, 130, &number), METRIC_SAMPLE_OK);
    assert_true(number == 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_completes_what_a_module_leaves_open),
        cmocka_unit_test(what_a_class_cannot_say_is_no_number),
        cmocka_unit_test(several_counter_types_leave_a_derive_as_it_was),
        cmocka_unit_test(of_two_widths_the_larger_is_taken),
        cmocka_unit_test(a_base_that_is_none_is_not_believed),
        cmocka_unit_test(a_module_s_own_base_goes_before_the_class_s),
        cmocka_unit_test(without_a_schema_a_module_is_taken_at_its_word),
        cmocka_unit_test(numbers_of_other_classes_stay_numbers),
        cmocka_unit_test(another_formula_than_the_module_s_is_a_doubt),
        cmocka_unit_test(a_rule_is_open_where_a_schema_could_say_more),
        cmocka_unit_test(columns_name_all_that_is_read),
        cmocka_unit_test(columns_go_on_where_others_stopped),
        cmocka_unit_test(a_clock_that_a_class_does_not_have_is_not_asked_for),
        cmocka_unit_test(columns_that_are_too_many_are_told),
        cmocka_unit_test(columns_are_enough_to_cook_with),
        cmocka_unit_test(a_value_above_the_declared_width_proves_the_larger),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
