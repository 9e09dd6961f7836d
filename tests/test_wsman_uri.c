/* SPDX-License-Identifier: MIT */
/* Resource URIs: what namespaces and classes may be, and taking a URI apart again. */
#include "wsman_fixture.h"

#include "wsman/uri.h"

static void namespaces_are_names_between_single_slashes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *sentence; /* NULL: fine */
    } rows[] = {
        {"root", NULL},
        {"root/cimv2", NULL},
        {"root\\cimv2", NULL},
        {"ROOT/Microsoft/Windows/Storage", NULL},
        {"root/directory/LDAP", NULL},
        {"root/a-b.c_1", NULL},
        {"//server/root", "namespace //server/root holds a computer name: the session names the "
                          "computer"},
        {"\\\\server\\root", "namespace \\\\server\\root holds a computer name: the session names "
                             "the computer"},
        {"\\/server/root", "namespace \\/server/root holds a computer name: the session names the "
                           "computer"},
        {"", "namespace : write names with one slash between them, as root/cimv2"},
        {"/root", "namespace /root: write names with one slash between them, as root/cimv2"},
        {"root/", "namespace root/: write names with one slash between them, as root/cimv2"},
        {"root//cimv2",
         "namespace root//cimv2: write names with one slash between them, as root/cimv2"},
        {"root/../cimv2",
         "namespace root/../cimv2: write names with one slash between them, as root/cimv2"},
        {"root/ cimv2", "namespace root/ cimv2: only letters, digits, '_', '-' and '.' may stand "
                        "between its slashes"},
        {"root/cimv2?x", "namespace root/cimv2?x: only letters, digits, '_', '-' and '.' may stand "
                         "between its slashes"},
        {"root/%2e", "namespace root/%2e: only letters, digits, '_', '-' and '.' may stand between "
                     "its slashes"},
        {"root:cimv2", "namespace root:cimv2: only letters, digits, '_', '-' and '.' may stand "
                       "between its slashes"},
        {"root/\xc3\xa4", "namespace root/\xc3\xa4: only letters, digits, '_', '-' and '.' may "
                          "stand between its slashes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = ERR_INIT;
        int result = wsman_uri_check_namespace(rows[i].name, &err);
        assert_int_equal(result, rows[i].sentence != NULL ? -1 : 0);
        assert_string_equal(err.text, rows[i].sentence != NULL ? rows[i].sentence : "");
        assert_int_equal(err.kind, rows[i].sentence != NULL ? ERR_CONFIG : ERR_NONE);
    }
}

static void too_long_a_namespace_is_refused(void **state)
{
    (void)state;
    char name[1026];
    struct err err = ERR_INIT;
    memset(name, 'a', sizeof name);
    name[1024] = '\0';
    assert_int_equal(wsman_uri_check_namespace(name, &err), 0);
    name[1024] = 'a';
    name[1025] = '\0';
    assert_int_equal(wsman_uri_check_namespace(name, &err), -1);
    assert_string_equal(err.text, "a namespace of more than 1024 bytes");
}

static void class_names_are_letters_digits_and_underscores(void **state)
{
    (void)state;
    static const char *const good[] = {"Win32_LogicalDisk", "__ExtendedStatus", "a", "_1"};
    static const char *const bad[] = {"", "1a", "a b", "a/b", "a.b", "a-b", "\xc3\xa4", "*"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(wsman_uri_check_class(good[i], NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(wsman_uri_check_class(bad[i], NULL), -1);
}

static void a_refused_uri_leaves_the_buffer_alone(void **state)
{
    (void)state;
    struct buf out;
    struct err err = ERR_INIT;
    buf_init(&out, FIXTURE_MAX_BYTES);
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, NULL, NULL, "C", &err), -1);
    assert_string_equal(err.text, "the WMI resource URI needs a namespace");
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, NULL, "root/ x", "C", NULL), -1);
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, NULL, "root", "C D", NULL), -1);
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, "http://a b", "root", "C", NULL), -1);
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, "", "root", "C", NULL), -1);
    assert_int_equal(out.size_bytes, 0);
    assert_int_equal(wsman_uri_write(&out, WSMAN_URI_WMI, NULL, "root", "C", NULL), 0);
    assert_string_equal(buf_text(&out), "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/C");
    buf_free(&out);
}

static void a_wmi_uri_comes_apart_and_no_other_does(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        const char *parts; /* NULL: not of the form */
    } rows[] = {
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_LogicalDisk",
         "root/cimv2|Win32_LogicalDisk"},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/C", "root|C"},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi/C", NULL},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/", NULL},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi//C", NULL},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi/", NULL},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmi", NULL},
        {"http://schemas.microsoft.com/wbem/wsman/1/wmix/root/C", NULL},
        {"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_LogicalDisk", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *space, *name;
        size_t space_bytes, name_bytes;
        bool split = wsman_uri_split(rows[i].uri, strlen(rows[i].uri), &space, &space_bytes, &name,
                                     &name_bytes);
        assert_int_equal(split, rows[i].parts != NULL);
        if (!split)
            continue;
        char parts[256];
        snprintf(parts, sizeof parts, "%.*s|%.*s", (int)space_bytes, space, (int)name_bytes, name);
        assert_string_equal(parts, rows[i].parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_are_names_between_single_slashes),
        cmocka_unit_test(too_long_a_namespace_is_refused),
        cmocka_unit_test(class_names_are_letters_digits_and_underscores),
        cmocka_unit_test(a_refused_uri_leaves_the_buffer_alone),
        cmocka_unit_test(a_wmi_uri_comes_apart_and_no_other_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
