/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metric/number.h"

#define MAX64 "18446744073709551615"

static struct metric_number of_text(const char *text)
{
    MI_Value value = {.string = (char *)text};
    struct metric_number number;
    assert_int_equal(metric_number_take(MI_STRING, &value, &number), 0);
    return number;
}

/* Integers plain, reals with an 'r' before them. */
static void print_number(const struct metric_number *number, char text[64])
{
    if (number->is_real)
        snprintf(text, 64, "r%.17g", number->real);
    else
        snprintf(text, 64, "%s%" PRIu64, number->negative ? "-" : "", number->magnitude);
}

static void text_is_an_integer_where_it_reads_as_one(void **state)
{
    static const struct {
        const char *text;
        const char *number; /* NULL: none */
    } rows[] = {
        {"0", "0"},
        {"-0", "0"},
        {"+7", "7"},
        {"0409", "409"},
        {MAX64, MAX64},
        {"-9223372036854775808", "-9223372036854775808"},
        {"18446744073709551616", "r1.8446744073709552e+19"},
        {"-9223372036854775809", "r-9.2233720368547758e+18"},
        {"0.5", "r0.5"},
        {"1e3", "r1000"},
        {"true", "1"},
        {"FALSE", "0"},
        {"", NULL},
        {" 1", NULL},
        {"1\n", NULL},
        {"0x10", NULL},
        {"1,5", NULL},
        {"nan", NULL},
        {"INF", NULL},
        {"1e999", NULL},
        {"Running", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Value value = {.string = (char *)rows[i].text};
        struct metric_number number = {.magnitude = 4711};
        char text[64];
        int result = metric_number_take(MI_STRING, &value, &number);
        print_message("# %s\n", rows[i].text);
        assert_int_equal(result, rows[i].number != NULL ? 0 : -1);
        print_number(&number, text);
        assert_string_equal(text, rows[i].number != NULL ? rows[i].number : "4711");
    }
}

static void every_numeric_type_is_a_number(void **state)
{
    static const struct {
        MI_Type type;
        MI_Value value;
        const char *number;
    } rows[] = {
        {MI_BOOLEAN, {.boolean = 7}, "1"},
        {MI_BOOLEAN, {.boolean = MI_FALSE}, "0"},
        {MI_UINT8, {.uint8 = UINT8_MAX}, "255"},
        {MI_SINT8, {.sint8 = INT8_MIN}, "-128"},
        {MI_UINT16, {.uint16 = UINT16_MAX}, "65535"},
        {MI_SINT16, {.sint16 = INT16_MIN}, "-32768"},
        {MI_CHAR16, {.char16 = 65}, "65"},
        {MI_UINT32, {.uint32 = UINT32_MAX}, "4294967295"},
        {MI_SINT32, {.sint32 = INT32_MIN}, "-2147483648"},
        {MI_UINT64, {.uint64 = UINT64_MAX}, MAX64},
        {MI_SINT64, {.sint64 = INT64_MIN}, "-9223372036854775808"},
        {MI_REAL32, {.real32 = 0.5f}, "r0.5"},
        {MI_REAL64, {.real64 = 0.1}, "r0.10000000000000001"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_number number;
        char text[64];
        assert_int_equal(metric_number_take(rows[i].type, &rows[i].value, &number), 0);
        print_number(&number, text);
        assert_string_equal(text, rows[i].number);
    }
}

static void what_is_no_number_is_refused_and_leaves_the_output_alone(void **state)
{
    MI_Uint8 bytes[] = {1};
    const struct {
        MI_Type type;
        MI_Value value;
    } rows[] = {
        {MI_REAL64, {.real64 = NAN}},        {MI_REAL64, {.real64 = -INFINITY}},
        {MI_REAL32, {.real32 = INFINITY}},   {MI_DATETIME, {.datetime = {.isTimestamp = 1}}},
        {MI_UINT8A, {.uint8a = {bytes, 1}}}, {MI_INSTANCE, {.instance = NULL}},
        {MI_REFERENCE, {.instance = NULL}},  {(MI_Type)99, {.uint8 = 1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_number number = {.magnitude = 4711};
        assert_int_equal(metric_number_take(rows[i].type, &rows[i].value, &number), -1);
        assert_int_equal(number.magnitude, 4711);
    }
}

static void a_long_double_holds_every_integer(void **state)
{
    (void)state;
    struct metric_number most = of_text(MAX64);
    struct metric_number least = of_text("-9223372036854775807");
    struct metric_number half = of_text("-0.5");
    assert_true(metric_number_real(&most) == 18446744073709551615.0L);
    assert_true(metric_number_real(&least) == -9223372036854775807.0L);
    assert_true(metric_number_real(&half) == -0.5L);
}

static void sums_and_differences_of_integers_are_exact(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        const char *sum;
        const char *difference;
    } rows[] = {
        {"1", "2", "3", "-1"},
        {"2", "2", "4", "0"},
        {"-2", "2", "0", "-4"},
        {"-2", "-3", "-5", "1"},
        {MAX64, "18446744073709551614", "r3.6893488147419103e+19", "1"},
        {"18446744073709551614", MAX64, "r3.6893488147419103e+19", "-1"},
        {MAX64, "0", MAX64, MAX64},
        {"0", MAX64, MAX64, "-" MAX64},
        {MAX64, "1", "r1.8446744073709552e+19", "18446744073709551614"},
        {"9007199254740993", "1", "9007199254740994", "9007199254740992"},
        {"1.5", "1", "r2.5", "r0.5"},
        {"1", "1.5", "r2.5", "r-0.5"},
        {"1e308", "1e308", "rinf", "r0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct metric_number a = of_text(rows[i].a);
        struct metric_number b = of_text(rows[i].b);
        struct metric_number sum = metric_number_add(&a, &b);
        struct metric_number difference = metric_number_subtract(&a, &b);
        char text[64];
        print_message("# %s and %s\n", rows[i].a, rows[i].b);
        print_number(&sum, text);
        assert_string_equal(text, rows[i].sum);
        print_number(&difference, text);
        assert_string_equal(text, rows[i].difference);
    }
}

static void what_stood_there_is_shown(void **state)
{
    MI_Uint8 bytes[] = {1};
    const struct {
        MI_Type type;
        MI_Value value;
        const char *shown;
    } rows[] = {
        {MI_STRING, {.string = (char *)"Running"}, "\"Running\""},
        {MI_STRING, {.string = (char *)"a\tb\xc3\xbc%s"}, "\"a?b??%s\""},
        {MI_STRING,
         {.string = (char *)"123456789012345678901234567890"},
         "\"12345678901234567890123456...\""},
        {MI_SINT8, {.sint8 = -5}, "-5"},
        {MI_UINT64, {.uint64 = UINT64_MAX}, MAX64},
        {MI_BOOLEAN, {.boolean = MI_TRUE}, "1"},
        {MI_REAL64, {.real64 = 0.5}, "0.5"},
        {MI_REAL32, {.real32 = INFINITY}, "inf"},
        {MI_UINT8A, {.uint8a = {bytes, 1}}, "an array"},
        {MI_DATETIME, {.uint8 = 0}, "a datetime or interval"},
        {MI_INSTANCE, {.instance = NULL}, "an instance"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char shown[32];
        memset(shown, 'x', sizeof shown);
        metric_number_show(rows[i].type, &rows[i].value, shown, sizeof shown);
        assert_string_equal(shown, rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_an_integer_where_it_reads_as_one),
        cmocka_unit_test(every_numeric_type_is_a_number),
        cmocka_unit_test(what_is_no_number_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(a_long_double_holds_every_integer),
        cmocka_unit_test(sums_and_differences_of_integers_are_exact),
        cmocka_unit_test(what_stood_there_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
