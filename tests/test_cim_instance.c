/* SPDX-License-Identifier: MIT */
/* Instances: adding as the API does, adding as a decoder does, reading, cloning, deleting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cim/builder.h"
#include "cim/instance.h"
#include "cim/value.h"

static int open_instance(void **state)
{
    *state = cim_instance_new("Class", 5);
    return *state != NULL ? 0 : -1;
}

static int close_instance(void **state)
{
    return MI_Instance_Delete(*state) == MI_RESULT_OK ? 0 : -1;
}

static MI_Result add_string(MI_Instance *instance, const char *name, const char *text,
                            MI_Uint32 flags)
{
    MI_Value value = {.string = (MI_Char *)text};
    return MI_Instance_AddElement(instance, name, &value, MI_STRING, flags);
}

static void assert_prints(MI_Instance *instance, const char *text)
{
    struct buf out;
    MI_Value value = {.instance = instance};
    buf_init(&out, 1000000);
    cim_value_print(&out, MI_INSTANCE, &value);
    assert_string_equal(buf_text(&out), text);
    buf_free(&out);
}

/* A decoder's text: name and text by length; text NULL: a null. */
static int add_bytes(MI_Instance *instance, const char *name, size_t name_bytes, const char *text,
                     size_t text_bytes, struct err *err)
{
    const struct cim_element element = {
        .name = name,
        .name_bytes = name_bytes,
        .type = MI_STRING,
        .flags = text == NULL ? MI_FLAG_NULL : 0,
        .text = text,
        .text_bytes = text_bytes,
    };
    return cim_builder_add(instance, &element, err);
}

static int add(MI_Instance *instance, const char *name, const char *text)
{
    struct err err = ERR_INIT;
    return add_bytes(instance, name, strlen(name), text, text != NULL ? strlen(text) : 0, &err);
}

/* ---- As the API ---- */

static void an_element_is_copied_and_found_in_any_letters(void **state)
{
    char text[] = "C:";
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags, index, count;
    const MI_Char *name;
    assert_int_equal(add_string(*state, "Other", "x", 0), MI_RESULT_OK);
    assert_int_equal(add_string(*state, "DeviceID", text, MI_FLAG_KEY | MI_FLAG_BORROW),
                     MI_RESULT_OK);
    text[0] = 'X';
    assert_int_equal(MI_Instance_GetElement(*state, "deviceid", &value, &type, &flags, &index),
                     MI_RESULT_OK);
    assert_string_equal(value.string, "C:");
    assert_int_equal(type, MI_STRING);
    assert_int_equal(flags, MI_FLAG_KEY);
    assert_int_equal(index, 1);
    assert_int_equal(MI_Instance_GetElementAt(*state, 1, &name, NULL, NULL, NULL), MI_RESULT_OK);
    assert_string_equal(name, "DeviceID");
    assert_int_equal(MI_Instance_GetElementCount(*state, &count), MI_RESULT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(MI_Instance_GetElement(*state, "Device", NULL, NULL, NULL, NULL),
                     MI_RESULT_NO_SUCH_PROPERTY);
    assert_int_equal(MI_Instance_GetElementAt(*state, 2, NULL, NULL, NULL, NULL),
                     MI_RESULT_NO_SUCH_PROPERTY);
}

static void a_name_is_taken_once_in_any_order_and_letters(void **state)
{
    assert_int_equal(add_string(*state, "B", "1", 0), MI_RESULT_OK);
    assert_int_equal(add_string(*state, "b", "2", 0), MI_RESULT_ALREADY_EXISTS);
    assert_int_equal(add_string(*state, "A", "3", 0), MI_RESULT_OK);
    assert_int_equal(add_string(*state, "C", "4", 0), MI_RESULT_OK);
    assert_int_equal(add_string(*state, "B", "5", 0), MI_RESULT_ALREADY_EXISTS);
    assert_int_equal(add_string(*state, "a", "6", 0), MI_RESULT_ALREADY_EXISTS);
    assert_prints(*state, "instance of Class {B = \"1\"; A = \"3\"; C = \"4\";}");
}

static void illegal_names_are_refused(void **state)
{
    static const char *const bad[] = {"", "1a", "a b", "a-b", "a.b", " a", "a\n", "a=b"};
    static const char *const good[] = {"a", "_", "__CLASS", "a1", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(add_string(*state, bad[i], "x", 0), MI_RESULT_INVALID_PARAMETER);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(add_string(*state, good[i], "x", 0), MI_RESULT_OK);
    char long_name[1026];
    memset(long_name, 'a', sizeof long_name);
    long_name[1025] = '\0';
    assert_int_equal(add_string(*state, long_name, "x", 0), MI_RESULT_INVALID_PARAMETER);
    long_name[1024] = '\0';
    assert_int_equal(add_string(*state, long_name, "x", 0), MI_RESULT_OK);
}

static void nulls_stay_visible_and_differ_from_empty_strings(void **state)
{
    MI_Value value = {.uint32 = 7};
    MI_Uint32 flags;
    MI_Type type;
    MI_Instance_AddElement(*state, "A", NULL, MI_UINT32, 0);
    MI_Instance_AddElement(*state, "B", &value, MI_UINT32, MI_FLAG_NULL);
    add_string(*state, "C", NULL, 0);
    add_string(*state, "D", "", 0);
    for (MI_Uint32 i = 0; i < 4; i++) {
        memset(&value, 0x55, sizeof value);
        MI_Instance_GetElementAt(*state, i, NULL, &value, &type, &flags);
        assert_int_equal(flags, i < 3 ? MI_FLAG_NULL : 0);
        assert_int_equal(type, i < 2 ? MI_UINT32 : MI_STRING);
        if (i < 3)
            assert_int_equal(value.uint64, 0);
    }
    assert_string_equal(value.string, "");
}

static void arrays_and_instances_are_copied_deep(void **state)
{
    MI_Instance *inner = cim_instance_new("Inner", 5);
    char text[] = "one";
    MI_Char *texts[] = {text, (MI_Char *)"two"};
    MI_Instance *instances[] = {inner, inner};
    MI_Datetime datetimes[2] = {{.isTimestamp = 0}, {.isTimestamp = 0}};
    datetimes[1].u.interval.seconds = 5;
    add_string(inner, "X", "deep", 0);
    MI_Value value = {.stringa = {texts, 2}};
    assert_int_equal(MI_Instance_AddElement(*state, "S", &value, MI_STRINGA, 0), MI_RESULT_OK);
    value = (MI_Value){.instancea = {instances, 2}};
    assert_int_equal(MI_Instance_AddElement(*state, "I", &value, MI_INSTANCEA, 0), MI_RESULT_OK);
    value = (MI_Value){.datetimea = {datetimes, 2}};
    assert_int_equal(MI_Instance_AddElement(*state, "D", &value, MI_DATETIMEA, 0), MI_RESULT_OK);
    value = (MI_Value){.uint8a = {NULL, 0}};
    assert_int_equal(MI_Instance_AddElement(*state, "E", &value, MI_UINT8A, 0), MI_RESULT_OK);
    memset(text, 'x', 3);
    assert_int_equal(MI_Instance_Delete(inner), MI_RESULT_OK);
    assert_prints(*state, "instance of Class {S = {\"one\", \"two\"}; I = {instance of Inner {X = "
                          "\"deep\";}, instance of Inner {X = \"deep\";}}; D = {P0DT0H0M0S, "
                          "P0DT0H0M5S}; E = {};}");
}

static void arrays_with_holes_and_unknown_types_are_refused(void **state)
{
    MI_Char *texts[] = {(MI_Char *)"one", NULL};
    MI_Value value = {.stringa = {texts, 2}};
    assert_int_equal(MI_Instance_AddElement(*state, "A", &value, MI_STRINGA, 0),
                     MI_RESULT_INVALID_PARAMETER);
    value = (MI_Value){.uint32a = {NULL, 2}};
    assert_int_equal(MI_Instance_AddElement(*state, "A", &value, MI_UINT32A, 0),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Instance_AddElement(*state, "A", &value, (MI_Type)32, 0),
                     MI_RESULT_INVALID_PARAMETER);
    assert_prints(*state, "instance of Class {}");
}

static void an_element_is_replaced_by_its_own_type_only(void **state)
{
    MI_Value value = {.uint32 = 7};
    MI_Uint32 flags;
    MI_Instance_AddElement(*state, "A", &value, MI_UINT32, MI_FLAG_KEY);
    value.uint32 = 8;
    assert_int_equal(MI_Instance_SetElement(*state, "a", &value, MI_UINT32, 0), MI_RESULT_OK);
    assert_int_equal(MI_Instance_SetElement(*state, "A", &value, MI_UINT64, 0),
                     MI_RESULT_TYPE_MISMATCH);
    assert_int_equal(MI_Instance_SetElement(*state, "B", &value, MI_UINT32, 0),
                     MI_RESULT_NO_SUCH_PROPERTY);
    assert_int_equal(MI_Instance_SetElementAt(*state, 1, &value, MI_UINT32, 0),
                     MI_RESULT_NO_SUCH_PROPERTY);
    MI_Instance_GetElement(*state, "A", &value, NULL, &flags, NULL);
    assert_int_equal(value.uint32, 8);
    assert_int_equal(flags, MI_FLAG_KEY);
    assert_int_equal(MI_Instance_ClearElement(*state, "A"), MI_RESULT_OK);
    MI_Instance_GetElement(*state, "A", &value, NULL, &flags, NULL);
    assert_int_equal(flags, MI_FLAG_KEY | MI_FLAG_NULL);
    value.uint32 = 9;
    assert_int_equal(MI_Instance_SetElementAt(*state, 0, &value, MI_UINT32, 0), MI_RESULT_OK);
    MI_Instance_GetElement(*state, "A", &value, NULL, &flags, NULL);
    assert_int_equal(flags, MI_FLAG_KEY);
    assert_int_equal(MI_Instance_ClearElementAt(*state, 1), MI_RESULT_NO_SUCH_PROPERTY);
    assert_int_equal(MI_Instance_ClearElement(*state, "B"), MI_RESULT_NO_SUCH_PROPERTY);
}

static void names_of_the_whole_are_copied(void **state)
{
    const MI_Char *text = "";
    char name[] = "root/cimv2";
    MI_Instance_GetClassName(*state, &text);
    assert_string_equal(text, "Class");
    MI_Instance_GetNameSpace(*state, &text);
    assert_null(text);
    assert_int_equal(MI_Instance_SetNameSpace(*state, name), MI_RESULT_OK);
    assert_int_equal(MI_Instance_SetServerName(*state, "host"), MI_RESULT_OK);
    name[0] = 'X';
    MI_Instance_GetNameSpace(*state, &text);
    assert_string_equal(text, "root/cimv2");
    MI_Instance_GetServerName(*state, &text);
    assert_string_equal(text, "host");
    assert_int_equal(MI_Instance_SetNameSpace(*state, NULL), MI_RESULT_OK);
    MI_Instance_GetNameSpace(*state, &text);
    assert_null(text);
}

static void nothing_given_is_an_invalid_parameter(void **state)
{
    MI_Instance *copy;
    MI_Value value;
    assert_int_equal(MI_Instance_AddElement(NULL, "A", NULL, MI_UINT8, 0), 4);
    assert_int_equal(MI_Instance_AddElement(*state, NULL, NULL, MI_UINT8, 0), 4);
    assert_int_equal(MI_Instance_SetElement(NULL, "A", NULL, MI_UINT8, 0), 4);
    assert_int_equal(MI_Instance_SetElementAt(NULL, 0, NULL, MI_UINT8, 0), 4);
    assert_int_equal(MI_Instance_GetElement(NULL, "A", &value, NULL, NULL, NULL), 4);
    assert_int_equal(MI_Instance_GetElement(*state, NULL, &value, NULL, NULL, NULL), 4);
    assert_int_equal(MI_Instance_GetElementAt(NULL, 0, NULL, &value, NULL, NULL), 4);
    assert_int_equal(MI_Instance_GetElementCount(*state, NULL), 4);
    assert_int_equal(MI_Instance_GetClassName(*state, NULL), 4);
    assert_int_equal(MI_Instance_GetNameSpace(NULL, NULL), 4);
    assert_int_equal(MI_Instance_SetNameSpace(NULL, "x"), 4);
    assert_int_equal(MI_Instance_Clone(NULL, &copy), 4);
    assert_int_equal(MI_Instance_Clone(*state, NULL), 4);
    assert_int_equal(MI_Instance_ClearElement(NULL, "A"), 4);
    assert_int_equal(MI_Instance_Delete(NULL), 4);
    assert_null(cim_instance_new("", 0));
}

static void two_thousand_elements_fit_and_no_more(void **state)
{
    char name[16];
    for (int i = 0; i < CIM_INSTANCE_MAX_ELEMENTS; i++) {
        snprintf(name, sizeof name, "p%d", i * 7919 % CIM_INSTANCE_MAX_ELEMENTS);
        assert_int_equal(add_string(*state, name, "x", 0), MI_RESULT_OK);
    }
    assert_int_equal(add_string(*state, "one_more", "x", 0), MI_RESULT_SERVER_LIMITS_EXCEEDED);
    assert_int_equal(add_string(*state, "P100", "x", 0), MI_RESULT_ALREADY_EXISTS);
    struct err err = ERR_INIT;
    assert_int_equal(add_bytes(*state, "one_more", 8, "x", 1, &err), -1);
    assert_int_equal(err.kind, ERR_LIMIT);
}

/* ---- Clones and owners ---- */

static void a_clone_is_equal_and_lives_alone(void **state)
{
    MI_Instance *copy = NULL;
    MI_Instance *twice = NULL;
    const MI_Char *text;
    MI_Uint32 flags;
    MI_Instance *original = cim_instance_new("Class", 5);
    MI_Instance *inner = cim_instance_new("Inner", 5);
    (void)state;
    add_string(inner, "X", "deep", MI_FLAG_KEY);
    add_string(original, "Z", "last first", MI_FLAG_KEY);
    MI_Instance_AddElement(original, "Null", NULL, MI_UINT64, 0);
    MI_Instance_AddElement(original, "I", &(MI_Value){.instance = inner}, MI_INSTANCE, 0);
    MI_Instance_AddElement(original, "R", &(MI_Value){.reference = inner}, MI_REFERENCE, 0);
    add_bytes(original, "Array", 5, "a", 1, NULL);
    add_bytes(original, "Array", 5, "b", 1, NULL);
    MI_Instance_SetNameSpace(original, "root/cimv2");
    MI_Instance_SetServerName(original, "host");
    cim_instance_hold(original, true);
    assert_int_equal(MI_Instance_Clone(original, &copy), MI_RESULT_OK);
    cim_instance_hold(original, false);
    MI_Instance_Delete(inner);
    MI_Instance_Delete(original);
    static const char text_of_both[] = "instance of Class {Z = \"last first\"; Null = null; I = "
                                       "instance of Inner {X = \"deep\";}; "
                                       "R = Inner.X=\"deep\"; Array = {\"a\", \"b\"};}";
    assert_prints(copy, text_of_both);
    MI_Instance_GetNameSpace(copy, &text);
    assert_string_equal(text, "root/cimv2");
    MI_Instance_GetServerName(copy, &text);
    assert_string_equal(text, "host");
    MI_Instance_GetElement(copy, "Z", NULL, NULL, &flags, NULL);
    assert_int_equal(flags, MI_FLAG_KEY);
    /* It goes on as an instance of its own. */
    assert_int_equal(add_bytes(copy, "Array", 5, "c", 1, NULL), 0);
    assert_int_equal(add_string(copy, "New", "x", 0), MI_RESULT_OK);
    assert_int_equal(add_string(copy, "z", "x", 0), MI_RESULT_ALREADY_EXISTS);
    assert_int_equal(MI_Instance_Clone(copy, &twice), MI_RESULT_OK);
    assert_int_equal(MI_Instance_Delete(copy), MI_RESULT_OK);
    assert_int_equal(MI_Instance_Delete(twice), MI_RESULT_OK);
}

static void an_instance_inside_another_can_be_cloned_but_not_deleted(void **state)
{
    MI_Instance *inner = cim_instance_new("Inner", 5);
    MI_Instance *copy = NULL;
    MI_Value value = {.instance = inner};
    add_string(inner, "X", "deep", 0);
    MI_Instance_AddElement(*state, "I", &value, MI_INSTANCE, 0);
    MI_Instance_Delete(inner);
    MI_Instance_GetElement(*state, "I", &value, NULL, NULL, NULL);
    assert_int_equal(MI_Instance_Delete(value.instance), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Instance_Clone(value.instance, &copy), MI_RESULT_OK);
    assert_prints(copy, "instance of Inner {X = \"deep\";}");
    assert_int_equal(MI_Instance_Delete(copy), MI_RESULT_OK);
}

static void a_held_instance_is_not_deleted(void **state)
{
    cim_instance_hold(*state, true);
    assert_int_equal(MI_Instance_Delete(*state), MI_RESULT_INVALID_PARAMETER);
    cim_instance_hold(*state, false);
}

/* ---- As a decoder ---- */

static void repeated_siblings_become_an_array_whatever_the_order(void **state)
{
    static const char *const names[] = {"B", "B", "C", "A", "b", "A", "D", "D", "D", "B", "a"};
    char text[2] = "0";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++, text[0]++)
        assert_int_equal(add(*state, names[i], text), 0);
    assert_prints(*state, "instance of Class {B = {\"0\", \"1\", \"4\", \"9\"}; C = \"2\"; A = "
                          "{\"3\", \"5\", \":\"}; D = {\"6\", \"7\", \"8\"};}");
}

static void a_null_among_siblings_leaves_the_array_without_it(void **state)
{
    add(*state, "A", NULL);
    add(*state, "A", "1");
    add(*state, "B", "1");
    add(*state, "B", NULL);
    add(*state, "C", NULL);
    add(*state, "C", NULL);
    assert_prints(*state, "instance of Class {A = {\"1\"}; B = {\"1\"}; C = null;}");
}

static void items_of_one_name_have_one_type(void **state)
{
    struct err err = ERR_INIT;
    MI_Value value = {.uint32 = 7};
    struct cim_element element = {
        .name = "Ax", .name_bytes = 1, .type = MI_UINT32, .value = &value};
    assert_int_equal(cim_builder_add(*state, &element, &err), 0);
    value.uint32 = 8;
    assert_int_equal(cim_builder_add(*state, &element, &err), 0);
    assert_int_equal(add_bytes(*state, "A", 1, "9", 1, &err), -1);
    assert_string_equal(err.text, "property A holds items of different types");
    assert_int_equal(err.kind, ERR_PROTOCOL);
    assert_prints(*state, "instance of Class {A = {7, 8};}");
}

static void an_array_grows_far_and_keeps_its_items(void **state)
{
    char text[16];
    MI_Value value;
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(add(*state, "A", text), 0);
    }
    MI_Instance_GetElement(*state, "A", &value, NULL, NULL, NULL);
    assert_int_equal(value.stringa.size, 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(atoi(value.stringa.data[i]), i);
}

static void texts_without_a_nul_are_copied_to_their_length(void **state)
{
    assert_int_equal(add_bytes(*state, "NameXX", 4, "valueXX", 5, NULL), 0);
    assert_prints(*state, "instance of Class {Name = \"value\";}");
    struct err err = ERR_INIT;
    assert_int_equal(add_bytes(*state, "", 0, "x", 1, &err), -1);
    assert_int_equal(err.kind, ERR_PROTOCOL);
}

static void an_instance_inside_is_built_in_its_holder(void **state)
{
    MI_Instance *inner = cim_instance_new_inside(*state, "InnerXX", 5);
    MI_Value value = {.instance = inner};
    const struct cim_element element = {
        .name = "I", .name_bytes = 1, .type = MI_INSTANCE, .value = &value};
    assert_non_null(inner);
    for (char name[2] = "a"; name[0] <= 'z'; name[0]++)
        assert_int_equal(add(inner, name, "x"), 0);
    assert_int_equal(cim_builder_add(*state, &element, NULL), 0);
    MI_Instance_GetElement(*state, "I", &value, NULL, NULL, NULL);
    assert_ptr_equal(value.instance, inner);
    struct err err = ERR_INIT;
    assert_int_equal(cim_instance_set_class(inner, "Other", 5, &err), 0);
    assert_int_equal(cim_instance_set_class(inner, "", 0, &err), -1);
    assert_int_equal(cim_instance_set_namespace(inner, "root/xYY", 6, NULL), 0);
    const MI_Char *text;
    MI_Instance_GetClassName(inner, &text);
    assert_string_equal(text, "Other");
    MI_Instance_GetNameSpace(inner, &text);
    assert_string_equal(text, "root/x");
}

int main(void)
{
#define INSTANCE_TEST(name) cmocka_unit_test_setup_teardown(name, open_instance, close_instance)
    const struct CMUnitTest tests[] = {
        INSTANCE_TEST(an_element_is_copied_and_found_in_any_letters),
        INSTANCE_TEST(a_name_is_taken_once_in_any_order_and_letters),
        INSTANCE_TEST(illegal_names_are_refused),
        INSTANCE_TEST(nulls_stay_visible_and_differ_from_empty_strings),
        INSTANCE_TEST(arrays_and_instances_are_copied_deep),
        INSTANCE_TEST(arrays_with_holes_and_unknown_types_are_refused),
        INSTANCE_TEST(an_element_is_replaced_by_its_own_type_only),
        INSTANCE_TEST(names_of_the_whole_are_copied),
        INSTANCE_TEST(nothing_given_is_an_invalid_parameter),
        INSTANCE_TEST(two_thousand_elements_fit_and_no_more),
        cmocka_unit_test(a_clone_is_equal_and_lives_alone),
        INSTANCE_TEST(an_instance_inside_another_can_be_cloned_but_not_deleted),
        INSTANCE_TEST(a_held_instance_is_not_deleted),
        INSTANCE_TEST(repeated_siblings_become_an_array_whatever_the_order),
        INSTANCE_TEST(a_null_among_siblings_leaves_the_array_without_it),
        INSTANCE_TEST(items_of_one_name_have_one_type),
        INSTANCE_TEST(an_array_grows_far_and_keeps_its_items),
        INSTANCE_TEST(texts_without_a_nul_are_copied_to_their_length),
        INSTANCE_TEST(an_instance_inside_is_built_in_its_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
