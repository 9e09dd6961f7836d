/* SPDX-License-Identifier: MIT */
/* WMI object paths: to a key and back, and the sentences for what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cim/objectpath.h"

static void every_path_has_its_canonical_form(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *printed;
    } rows[] = {
        {"Win32_LogicalDisk.DeviceID=\"C:\"", "Win32_LogicalDisk.DeviceID=\"C:\""},
        {"Win32_OperatingSystem=@", "Win32_OperatingSystem=@"},
        {"Class.A=\"x\",B=7", "Class.A=\"x\",B=\"7\""},
        {"root\\cimv2:Class.A=1", "root/cimv2:Class.A=\"1\""},
        {"root/cimv2:Class=@", "root/cimv2:Class=@"},
        {"ROOT\\Microsoft\\Windows:Class=@", "ROOT/Microsoft/Windows:Class=@"},
        {"__Class.__Key=\"a\"", "__Class.__Key=\"a\""},
        {"C.K=\"\"", "C.K=\"\""},
        {"C.K=\"\\\\\\\\.\\\\PHYSICALDRIVE0\"", "C.K=\"\\\\\\\\.\\\\PHYSICALDRIVE0\""},
        {"C.K=\"say \\\"hi\\\", A=1\"", "C.K=\"say \\\"hi\\\", A=1\""},
        {"C.K=\"a:b.c=d,e\",L=\"f\"", "C.K=\"a:b.c=d,e\",L=\"f\""},
        {"C.K=-7.5e+3", "C.K=\"-7.5e+3\""},
        {"C.K=TRUE", "C.K=\"TRUE\""},
        {"C.K=007", "C.K=\"007\""},
        {"C.K=\"\xc3\xa4\"", "C.K=\"\xc3\xa4\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Instance *key = NULL;
        struct err err = ERR_INIT;
        struct buf out;
        if (cim_objectpath_parse(rows[i].path, &key, &err) != 0)
            fail_msg("%s: %s", rows[i].path, err.text);
        buf_init(&out, 1000);
        cim_objectpath_print(&out, key);
        assert_string_equal(buf_text(&out), rows[i].printed);
        MI_Instance_Delete(key);
        assert_int_equal(cim_objectpath_parse(buf_text(&out), &key, &err), 0);
        buf_free(&out);
        MI_Instance_Delete(key);
    }
}

static void keys_are_strings_flagged_as_keys(void **state)
{
    (void)state;
    MI_Instance *key = NULL;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    const char *name;
    assert_int_equal(
        cim_objectpath_parse("root\\x:C.Path=\"\\\\\\\\.\\\\D \\\"q\\\"\",Index=7", &key, NULL), 0);
    MI_Instance_GetClassName(key, &name);
    assert_string_equal(name, "C");
    MI_Instance_GetNameSpace(key, &name);
    assert_string_equal(name, "root/x");
    assert_int_equal(MI_Instance_GetElementAt(key, 0, &name, &value, &type, &flags), MI_RESULT_OK);
    assert_string_equal(name, "Path");
    assert_string_equal(value.string, "\\\\.\\D \"q\"");
    assert_int_equal(type, MI_STRING);
    assert_int_equal(flags, MI_FLAG_KEY);
    assert_int_equal(MI_Instance_GetElementAt(key, 1, NULL, &value, &type, &flags), MI_RESULT_OK);
    assert_string_equal(value.string, "7");
    assert_int_equal(type, MI_STRING);
    assert_int_equal(flags, MI_FLAG_KEY);
    MI_Instance_Delete(key);
}

static void what_is_no_instance_path_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *sentence;
    } rows[] = {
        {"\\\\server\\root\\cimv2:C=@", "the object path begins with a computer name: leave it "
                                        "out, the URL names the host"},
        {"//server/root/cimv2:C=@", "the object path begins with a computer name: leave it out, "
                                    "the URL names the host"},
        {"/\\server/root/cimv2:C=@",
         "the object path begins with a computer name: leave it out, the "
         "URL names the host"},
        {"C=\"x\"", "name the key: C.KEY=\"x\", not C=\"x\""},
        {"C=7", "name the key: C.KEY=7, not C=7"},
        {"C", "C is a class: for an instance write C.KEY=\"value\", or C=@ where there is only "
              "one"},
        {"", "no class name at \"\""},
        {":C=@", "the object path begins with ':': a namespace is missing"},
        {"7C=@", "no class name at \"7C=@\""},
        {"root\\cimv2", "the object path goes wrong at \"\\cimv2\""},
        {"C=@x", "name the key: C.KEY=@x, not C=@x"},
        {"C.=1", "the object path goes wrong at \"=1\": Key=value is due"},
        {"C.K", "the object path goes wrong at \"K\": Key=value is due"},
        {"C.K=", "key K: a value is missing (text goes in double quotes)"},
        {"C.K='x'", "key K: a value is missing (text goes in double quotes)"},
        {"C.K=\"x", "key K: the closing quote is missing"},
        {"C.K=\"x\\", "key K: write a backslash inside quotes twice (\\\\)"},
        {"C.K=\"\\x\"", "key K: write a backslash inside quotes twice (\\\\)"},
        {"C.K=\"x\"y", "the object path goes wrong at \"y\""},
        {"C.K=\"x\",", "the object path goes wrong at \"\": Key=value is due"},
        {"C.K=\"x\" , L=1", "the object path goes wrong at \" , L=1\""},
        {"C.K=1,k=2", "key k stands twice in the object path"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Instance *key = NULL;
        struct err err = ERR_INIT;
        assert_int_equal(cim_objectpath_parse(rows[i].path, &key, &err), -1);
        assert_string_equal(err.text, rows[i].sentence);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_null(key);
    }
}

static void a_path_has_a_greatest_length(void **state)
{
    (void)state;
    MI_Instance *key = NULL;
    struct err err = ERR_INIT;
    char *path = malloc(CIM_OBJECTPATH_MAX_BYTES + 2);
    memset(path, 'x', CIM_OBJECTPATH_MAX_BYTES + 1);
    path[CIM_OBJECTPATH_MAX_BYTES + 1] = '\0';
    memcpy(path, "C.K=", 4);
    assert_int_equal(cim_objectpath_parse(path, &key, &err), -1);
    assert_string_equal(err.text, "an object path of more than 16384 bytes");
    path[CIM_OBJECTPATH_MAX_BYTES] = '\0';
    assert_int_equal(cim_objectpath_parse(path, &key, NULL), 0);
    MI_Instance_Delete(key);
    free(path);
}

static void a_path_prints_keys_alone_where_an_instance_is_full(void **state)
{
    (void)state;
    MI_Instance *instance = cim_instance_new("C", 1);
    MI_Instance *inner = cim_instance_new("I", 1);
    MI_Value value = {.string = (MI_Char *)"q\"\\"};
    struct buf out;
    MI_Instance_AddElement(inner, "K", &value, MI_STRING, 0);
    value.uint8 = 3;
    MI_Instance_AddElement(instance, "N", &value, MI_UINT8, MI_FLAG_KEY);
    MI_Instance_AddElement(instance, "X", &value, MI_UINT8, 0);
    value.reference = inner;
    MI_Instance_AddElement(instance, "R", &value, MI_REFERENCE, MI_FLAG_KEY);
    buf_init(&out, 1000);
    cim_objectpath_print(&out, instance);
    assert_string_equal(buf_text(&out), "C.N=3,R=\"I.K=\\\"q\\\\\\\"\\\\\\\\\\\"\"");
    buf_free(&out);
    MI_Instance_Delete(inner);
    MI_Instance_Delete(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_has_its_canonical_form),
        cmocka_unit_test(keys_are_strings_flagged_as_keys),
        cmocka_unit_test(what_is_no_instance_path_is_refused_with_a_sentence),
        cmocka_unit_test(a_path_has_a_greatest_length),
        cmocka_unit_test(a_path_prints_keys_alone_where_an_instance_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
