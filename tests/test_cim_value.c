/* SPDX-License-Identifier: MIT */
/* Text to value and back, for every type, at the edges of its range, in any locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cim/instance.h"
#include "cim/value.h"

static void assert_prints(MI_Type type, const MI_Value *value, const char *text)
{
    struct buf out;
    buf_init(&out, 100000);
    cim_value_print(&out, type, value);
    assert_string_equal(buf_text(&out), text);
    buf_free(&out);
}

static const struct {
    MI_Type type;
    const char *text;
    const char *canonical; /* NULL: refused */
} rows[] = {
    {MI_BOOLEAN, "true", "true"},
    {MI_BOOLEAN, "TRUE", "true"},
    {MI_BOOLEAN, "1", "true"},
    {MI_BOOLEAN, "False", "false"},
    {MI_BOOLEAN, " 0\n", "false"},
    {MI_BOOLEAN, "yes", NULL},
    {MI_BOOLEAN, "", NULL},
    {MI_BOOLEAN, "truee", NULL},
    {MI_BOOLEAN, "2", NULL},
    {MI_UINT8, "0", "0"},
    {MI_UINT8, "255", "255"},
    {MI_UINT8, "+255", "255"},
    {MI_UINT8, "007", "7"},
    {MI_UINT8, "-0", "0"},
    {MI_UINT8, "256", NULL},
    {MI_UINT8, "-1", NULL},
    {MI_UINT8, "1000000000000000000000", NULL},
    {MI_SINT8, "127", "127"},
    {MI_SINT8, "-128", "-128"},
    {MI_SINT8, "128", NULL},
    {MI_SINT8, "-129", NULL},
    {MI_UINT16, "65535", "65535"},
    {MI_UINT16, "65536", NULL},
    {MI_SINT16, "32767", "32767"},
    {MI_SINT16, "-32768", "-32768"},
    {MI_SINT16, "32768", NULL},
    {MI_SINT16, "-32769", NULL},
    {MI_UINT32, "4294967295", "4294967295"},
    {MI_UINT32, "4294967296", NULL},
    {MI_SINT32, "2147483647", "2147483647"},
    {MI_SINT32, "-2147483648", "-2147483648"},
    {MI_SINT32, "2147483648", NULL},
    {MI_SINT32, "-2147483649", NULL},
    {MI_UINT64, "18446744073709551615", "18446744073709551615"},
    {MI_UINT64, "18446744073709551616", NULL},
    {MI_UINT64, "99999999999999999999", NULL},
    {MI_UINT64, "", NULL},
    {MI_UINT64, "+", NULL},
    {MI_UINT64, "--1", NULL},
    {MI_UINT64, "1.0", NULL},
    {MI_UINT64, "1e3", NULL},
    {MI_UINT64, "0x10", NULL},
    {MI_UINT64, "1 2", NULL},
    {MI_UINT64, "1,000", NULL},
    {MI_SINT64, "9223372036854775807", "9223372036854775807"},
    {MI_SINT64, "-9223372036854775808", "-9223372036854775808"},
    {MI_SINT64, "9223372036854775808", NULL},
    {MI_SINT64, "-9223372036854775809", NULL},
    {MI_CHAR16, "65", "65"},
    {MI_CHAR16, "65536", NULL},
    {MI_CHAR16, "A", NULL},
    {MI_REAL32, "0.1", "0.1"},
    {MI_REAL32, "16777216", "16777216"},
    {MI_REAL32, "3.4028235e38", "3.4028235e+38"},
    {MI_REAL32, "1e39", NULL},
    {MI_REAL32, "-inf", "-inf"},
    {MI_REAL64, "0.1", "0.1"},
    {MI_REAL64, "0.30000000000000004", "0.30000000000000004"},
    {MI_REAL64, "1e+300", "1e+300"},
    {MI_REAL64, "1E300", "1e+300"},
    {MI_REAL64, "-0", "-0"},
    {MI_REAL64, "123456789", "123456789"},
    {MI_REAL64, ".5", "0.5"},
    {MI_REAL64, "5.", "5"},
    {MI_REAL64, "INF", "inf"},
    {MI_REAL64, "inf", "inf"},
    {MI_REAL64, "-INF", "-inf"},
    {MI_REAL64, "NaN", "nan"},
    {MI_REAL64, "nan", "nan"},
    {MI_REAL64, "4.9406564584124654e-324", "5e-324"},
    {MI_REAL64, "1e-400", "0"},
    {MI_REAL64, "1e400", NULL},
    {MI_REAL64, "", NULL},
    {MI_REAL64, ".", NULL},
    {MI_REAL64, "e5", NULL},
    {MI_REAL64, "1e", NULL},
    {MI_REAL64, "1e+", NULL},
    {MI_REAL64, "1,5", NULL},
    {MI_REAL64, "0x1p3", NULL},
    {MI_REAL64, "infinity", NULL},
    {MI_REAL64, "-nan", NULL},
    {MI_REAL64, "1 ", "1"},
    {MI_DATETIME, " 2013-04-15T16:28:39.50Z\n", "2013-04-15T16:28:39.5Z"},
    {MI_DATETIME, "PT100S", "P0DT0H1M40S"},
    {MI_DATETIME, "now", NULL},
};

static void check_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Value value;
        MI_Value before;
        struct err err = ERR_INIT;
        memset(&value, 0x55, sizeof value);
        before = value;
        int result =
            cim_value_parse(rows[i].type, rows[i].text, strlen(rows[i].text), &value, &err);
        if ((result == 0) != (rows[i].canonical != NULL))
            fail_msg("%s \"%s\": %d", cim_value_type_name(rows[i].type), rows[i].text, result);
        if (result == 0) {
            assert_prints(rows[i].type, &value, rows[i].canonical);
        } else {
            assert_int_equal(err.kind, ERR_PROTOCOL);
            assert_memory_equal(&value, &before, sizeof value);
        }
    }
}

static void every_type_reads_its_exact_range(void **state)
{
    (void)state;
    check_rows();
}

/* Sets a locale with a decimal comma, made for this test; false where the machine cannot make one.
 */
static bool set_german(char *folder)
{
    char command[200];
    if (mkdtemp(folder) == NULL)
        return false;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
             folder);
    if (system(command) != 0)
        return false;
    setenv("LOCPATH", folder, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void the_locale_of_the_daemon_changes_nothing(void **state)
{
    (void)state;
    char folder[] = "/tmp/mi_locale_XXXXXX";
    char command[100];
    char text[16];
    bool set = set_german(folder);
    if (set) {
        check_rows();
        snprintf(text, sizeof text, "%.1f", 0.5); /* it was in force, and still is */
        setlocale(LC_ALL, "C");
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    if (!set) {
        print_message("skipped: localedef cannot make a locale with a decimal comma here\n");
        skip();
    }
    assert_string_equal(text, "0,5");
}

static void a_sentence_names_text_and_type(void **state)
{
    (void)state;
    MI_Value value;
    struct err err = ERR_INIT;
    cim_value_parse(MI_UINT8, "256", 3, &value, &err);
    assert_string_equal(err.text, "\"256\" is not a uint8");
    err_clear(&err);
    char huge[1000];
    memset(huge, '7', sizeof huge);
    cim_value_parse(MI_UINT64, huge, sizeof huge, &value, &err);
    assert_string_equal(err.text, "\"7777777777777777777777777777777777777777\" is not a uint64");
    err_clear(&err);
    cim_value_parse(MI_REAL64, "1e999", 5, &value, &err);
    assert_string_equal(err.text, "\"1e999\" is not a real64: it is too large");
}

static void types_that_need_an_owner_are_refused(void **state)
{
    (void)state;
    static const MI_Type types[] = {MI_STRING,  MI_REFERENCE, MI_INSTANCE, MI_UINT32A,
                                    MI_STRINGA, MI_INSTANCEA, (MI_Type)32, (MI_Type)-1};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        MI_Value value;
        struct err err = ERR_INIT;
        assert_int_equal(cim_value_parse(types[i], "1", 1, &value, &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
    }
}

static void reals_print_the_fewest_digits_that_read_back_equal(void **state)
{
    (void)state;
    uint64_t bits = 0x3ff0000000000001; /* steps through doubles of all sizes */
    for (int i = 0; i < 2000; i++) {
        MI_Value value;
        MI_Value back;
        struct buf out;
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value.real64, &bits, sizeof bits);
        if (!isfinite(value.real64))
            continue;
        buf_init(&out, 100);
        cim_value_print(&out, MI_REAL64, &value);
        assert_int_equal(cim_value_parse(MI_REAL64, out.data, out.size_bytes, &back, NULL), 0);
        assert_memory_equal(&back.real64, &value.real64, sizeof bits);
        buf_free(&out);
    }
}

static void arrays_are_counted_and_taken_apart(void **state)
{
    (void)state;
    MI_Uint16 numbers[] = {1, 2, 65535};
    MI_Char *texts[] = {(MI_Char *)"a", (MI_Char *)"b \"c\" \\"};
    MI_Value array = {.uint16a = {numbers, 3}};
    MI_Value item;
    assert_int_equal(cim_value_count(MI_UINT16A, &array), 3);
    cim_value_item(MI_UINT16A, &array, 2, &item);
    assert_int_equal(item.uint16, 65535);
    assert_prints(MI_UINT16A, &array, "{1, 2, 65535}");
    array = (MI_Value){.stringa = {texts, 2}};
    cim_value_item(MI_STRINGA, &array, 1, &item);
    assert_ptr_equal(item.string, texts[1]);
    assert_prints(MI_STRINGA, &array, "{\"a\", \"b \\\"c\\\" \\\\\"}");
    array = (MI_Value){.stringa = {NULL, 0}};
    assert_prints(MI_STRINGA, &array, "{}");
    MI_Value scalar = {.uint8 = 7};
    assert_int_equal(cim_value_count(MI_UINT8, &scalar), 1);
    cim_value_item(MI_UINT8, &scalar, 0, &item);
    assert_int_equal(item.uint8, 7);
}

static void instances_and_references_print_as_one_line(void **state)
{
    (void)state;
    MI_Instance *inner = cim_instance_new("Inner", 5);
    MI_Value value = {.uint32 = 7};
    MI_Instance_AddElement(inner, "Number", &value, MI_UINT32, MI_FLAG_KEY);
    value.string = (MI_Char *)"x \"y\"";
    MI_Instance_AddElement(inner, "Text", &value, MI_STRING, 0);
    MI_Instance_AddElement(inner, "Nothing", NULL, MI_DATETIME, 0);
    MI_Instance_SetNameSpace(inner, "root/x");
    value.instance = inner;
    assert_prints(MI_INSTANCE, &value,
                  "instance of Inner {Number = 7; Text = \"x \\\"y\\\"\"; Nothing = null;}");
    value.reference = inner;
    assert_prints(MI_REFERENCE, &value, "root/x:Inner.Number=7");
    MI_Instance_Delete(inner);
}

static void sizes_and_names_cover_every_type(void **state)
{
    (void)state;
    for (int type = MI_BOOLEAN; type <= MI_INSTANCEA; type++) {
        assert_true(cim_value_item_bytes((MI_Type)type) > 0);
        assert_ptr_equal(cim_value_type_name((MI_Type)type),
                         cim_value_type_name((MI_Type)(type & ~MI_ARRAY)));
    }
    assert_int_equal(cim_value_item_bytes((MI_Type)32), 0);
    assert_string_equal(cim_value_type_name(MI_UINT64A), "uint64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_reads_its_exact_range),
        cmocka_unit_test(the_locale_of_the_daemon_changes_nothing),
        cmocka_unit_test(a_sentence_names_text_and_type),
        cmocka_unit_test(types_that_need_an_owner_are_refused),
        cmocka_unit_test(reals_print_the_fewest_digits_that_read_back_equal),
        cmocka_unit_test(arrays_are_counted_and_taken_apart),
        cmocka_unit_test(instances_and_references_print_as_one_line),
        cmocka_unit_test(sizes_and_names_cover_every_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
