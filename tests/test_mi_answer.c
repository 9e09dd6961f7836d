/* SPDX-License-Identifier: MIT */
/* Which instances are answers to what was asked, and which are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "mi/answer.h"

static MI_Instance *make(const char *space, const char *name, const char *text, MI_Uint32 flags)
{
    MI_Instance *instance = cim_instance_new("Class", 5);
    MI_Value value = {.string = (MI_Char *)text};
    assert_non_null(instance);
    if (space != NULL)
        assert_int_equal(MI_Instance_SetNameSpace(instance, space), MI_RESULT_OK);
    if (name != NULL)
        assert_int_equal(MI_Instance_AddElement(instance, name, &value, MI_STRING, flags),
                         MI_RESULT_OK);
    return instance;
}

static void keys_and_namespace_decide(void **state)
{
    (void)state;
    static const struct {
        const char *asked_space, *asked, *came_space, *name, *came;
        const char *refusal; /* NULL: an answer */
    } cases[] = {
        {"root/cimv2", "C:", "root/cimv2", "Key", "C:", NULL},
        {"root/cimv2", "c:", "ROOT\\CIMV2", "KEY", "C:", NULL},
        {NULL, "C:", "root/other", "Key", "C:", NULL},
        {"root/cimv2", "C:", NULL, "Key", "C:", NULL},
        {NULL, "007", NULL, "Key", "7", NULL},
        {NULL, "0", NULL, "Key", "00", NULL},
        {NULL, "+7", NULL, "Key", "7", NULL},
        {NULL, "1", NULL, "Key", "TRUE", NULL},
        {NULL, "false", NULL, "Key", "0", NULL},
        {NULL, "1", NULL, "Key", "false", "its Key is \"false\", not \"1\""},
        {NULL, "0", NULL, "Key", "", "its Key is \"\", not \"0\""},
        {NULL, "\\\\\\\\.\\\\A b", NULL, "Key", "\\\\.\\a  B", NULL},
        {NULL, "\xc3\x84", NULL, "Key", "\xc3\xa4", NULL},
        {NULL, "C:", NULL, "Key", NULL, NULL}, /* a null says nothing */
        {NULL, "C:", NULL, "Key", "D:", "its Key is \"D:\", not \"C:\""},
        {NULL, "C:", NULL, "Key", "", "its Key is \"\", not \"C:\""},
        {NULL, "1", NULL, "Key", "10", "its Key is \"10\", not \"1\""},
        {NULL, "C:", NULL, "Other", "C:", "it is a Class and has no Key"},
        {NULL, "C:", NULL, NULL, NULL, "it is a Class and has no Key"},
        {"root/cimv2", "C:", "root/cimv", "Key", "C:",
         "it is of namespace root/cimv, not "
         "root/cimv2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MI_Instance *asked = make(cases[i].asked_space, "Key", cases[i].asked, MI_FLAG_KEY);
        MI_Instance *came = make(cases[i].came_space, cases[i].name, cases[i].came, 0);
        struct err err = ERR_INIT;
        int rc = mi_answer_check(asked, came, &err);
        if ((rc == 0) != (cases[i].refusal == NULL) ||
            (rc != 0 && strcmp(err.text, cases[i].refusal) != 0))
            fail_msg("case %zu: %d: %s", i, rc, err.text);
        MI_Instance_Delete(asked);
        MI_Instance_Delete(came);
    }
}

static void a_typed_key_is_compared_by_its_value(void **state)
{
    (void)state;
    MI_Value seven = {.uint32 = 7};
    MI_Instance *asked = cim_instance_new("Class", 5);
    MI_Instance *right = make(NULL, "Key", "7", 0), *wrong = make(NULL, "Key", "8", 0);
    assert_non_null(asked);
    MI_Instance_AddElement(asked, "Key", &seven, MI_UINT32, MI_FLAG_KEY);
    assert_int_equal(mi_answer_check(asked, right, NULL), 0);
    assert_int_equal(mi_answer_check(asked, wrong, NULL), -1);
    MI_Instance_Delete(asked);
    MI_Instance_Delete(right);
    MI_Instance_Delete(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_namespace_decide),
        cmocka_unit_test(a_typed_key_is_compared_by_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
