/* SPDX-License-Identifier: MIT */
/* Instances, object paths and samples without memory: every allocation failed in turn. A step that
 * fails leaves the instance as it was. */
#include "wsman_fixture.h"

#include "alloc_failure.h"
#include "cim/builder.h"
#include "cim/objectpath.h"

/* ---- Instances ---- */

static char *text_of(const MI_Instance *instance)
{
    struct buf out;
    buf_init(&out, FIXTURE_MAX_BYTES);
    fixture_add_instance(&out, instance);
    return out.data;
}

/* Each step changes the instance: FAILED where memory ran out, then nothing has changed. */
typedef MI_Result (*step)(MI_Instance *instance);

static MI_Result add_string(MI_Instance *instance)
{
    MI_Value value = {.string = (MI_Char *)"some text"};
    return MI_Instance_AddElement(instance, "Text", &value, MI_STRING, MI_FLAG_KEY);
}

static MI_Result add_null(MI_Instance *instance)
{
    return MI_Instance_AddElement(instance, "Nothing", NULL, MI_UINT64, MI_FLAG_NULL);
}

static MI_Result add_texts(MI_Instance *instance)
{
    MI_Char *texts[] = {(MI_Char *)"one", (MI_Char *)"two", (MI_Char *)"three"};
    MI_Value value = {.stringa = {texts, 3}};
    return MI_Instance_AddElement(instance, "Texts", &value, MI_STRINGA, 0);
}

static MI_Result add_numbers(MI_Instance *instance)
{
    MI_Uint64 numbers[700] = {7};
    MI_Value value = {.uint64a = {numbers, 700}};
    return MI_Instance_AddElement(instance, "Numbers", &value, MI_UINT64A, 0);
}

static MI_Result add_inside(MI_Instance *instance)
{
    MI_Instance *inside = cim_instance_new("Inside", 6);
    if (inside == NULL)
        return MI_RESULT_FAILED;
    MI_Value value = {.instance = inside};
    MI_Result result = add_texts(inside);
    if (result == MI_RESULT_OK)
        result = MI_Instance_AddElement(instance, "Inside", &value, MI_INSTANCE, 0);
    MI_Instance_Delete(inside);
    return result;
}

static MI_Result set_string(MI_Instance *instance)
{
    MI_Value value = {.string = (MI_Char *)"a longer text than it was before"};
    return MI_Instance_SetElement(instance, "Text", &value, MI_STRING, MI_FLAG_KEY);
}

static MI_Result set_texts(MI_Instance *instance)
{
    MI_Char *texts[] = {(MI_Char *)"four", (MI_Char *)"five"};
    MI_Value value = {.stringa = {texts, 2}};
    return MI_Instance_SetElement(instance, "Texts", &value, MI_STRINGA, 0);
}

static MI_Result set_namespace(MI_Instance *instance)
{
    return MI_Instance_SetNameSpace(instance, "root/cimv2");
}

static MI_Result set_server(MI_Instance *instance)
{
    return MI_Instance_SetServerName(instance, "server");
}

static MI_Result set_class(MI_Instance *instance)
{
    struct err err = ERR_INIT;
    if (cim_instance_set_class(instance, "Another", 7, &err) == 0)
        return MI_RESULT_OK;
    alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
    return MI_RESULT_FAILED;
}

static const step steps[] = {add_string, add_null,  add_texts,     add_numbers, add_inside,
                             set_string, set_texts, set_namespace, set_server,  set_class};
#define STEP_COUNT (sizeof steps / sizeof steps[0])

/* Expected after each step; [0] before the first. */
static char *expected[STEP_COUNT + 1];

static void judge(const MI_Instance *instance, size_t done)
{
    alloc_failure_spare(true);
    char *text = text_of(instance);
    if (expected[done] == NULL)
        expected[done] = strdup(text);
    alloc_failure_check_text(text, expected[done]);
    free(text);
    alloc_failure_spare(false);
}

static int clone(const MI_Instance *instance)
{
    MI_Instance *copy = (MI_Instance *)expected;
    MI_Result result = MI_Instance_Clone(instance, &copy);
    if (result != MI_RESULT_OK) {
        alloc_failure_check(result == MI_RESULT_FAILED, "not for memory");
        alloc_failure_check(copy == (MI_Instance *)expected, "the output was touched");
        return -1;
    }
    judge(copy, STEP_COUNT);
    MI_Instance_Delete(copy);
    return 0;
}

static int print(const MI_Instance *instance)
{
    MI_Value value = {.instance = (MI_Instance *)instance};
    struct buf out;
    struct err err = ERR_INIT;
    buf_init(&out, FIXTURE_MAX_BYTES);
    cim_value_print(&out, MI_INSTANCE, &value);
    int rc = buf_failed(&out, "text", &err);
    alloc_failure_check(rc == 0 || err.kind == ERR_MEMORY, "not for memory");
    alloc_failure_check(rc != 0 || strstr(out.data, "Inside = instance of Inside") != NULL,
                        "an element is missing");
    buf_free(&out);
    return rc;
}

static int build(void *context)
{
    (void)context;
    MI_Instance *instance = cim_instance_new("Class", 5);
    if (instance == NULL)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < STEP_COUNT && failed == 0; i++) {
        MI_Result result = steps[i](instance);
        failed = result == MI_RESULT_OK ? 0 : -1;
        alloc_failure_check(result == MI_RESULT_OK || result == MI_RESULT_FAILED, "not for memory");
        judge(instance, failed == 0 ? i + 1 : i);
    }
    if (failed == 0)
        failed = clone(instance);
    if (failed == 0)
        failed = print(instance);
    MI_Instance_Delete(instance);
    return failed;
}

static void an_instance_stays_as_it_was_where_a_step_fails(void **state)
{
    (void)state;
    alloc_failure_replay("an instance, step by step", 8, build, NULL);
    for (size_t i = 0; i <= STEP_COUNT; i++)
        free(expected[i]);
}

/* ---- As a decoder builds it ---- */

static int add_one(MI_Instance *instance, const char *name, const char *text, struct err *err)
{
    struct cim_element element = {.name = name,
                                  .name_bytes = strlen(name),
                                  .type = MI_STRING,
                                  .text = text,
                                  .text_bytes = strlen(text)};
    return cim_builder_add(instance, &element, err);
}

/* 400 names out of order, so that the index of names is made and grows; and one array. */
static int decode_into(MI_Instance *instance)
{
    struct err err = ERR_INIT;
    for (unsigned i = 0; i < 400; i++) {
        char name[16];
        char text[16];
        snprintf(name, sizeof name, "Name%u", i * 7 % 400);
        snprintf(text, sizeof text, "%u", i);
        if (add_one(instance, name, text, &err) == 0 && add_one(instance, "A", text, &err) == 0)
            continue;
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
        return -1;
    }
    return 0;
}

static int decode(void *context)
{
    char **text = context;
    MI_Instance *instance = cim_instance_new_for("Class", 5, 4);
    if (instance == NULL)
        return -1;
    int rc = decode_into(instance);
    if (rc == 0) {
        alloc_failure_spare(true);
        char *got = text_of(instance);
        if (*text == NULL)
            *text = strdup(got);
        alloc_failure_check_text(got, *text);
        free(got);
        alloc_failure_spare(false);
    }
    MI_Instance_Delete(instance);
    return rc;
}

static void a_decoder_never_loses_an_element(void **state)
{
    (void)state;
    char *text = NULL;
    alloc_failure_replay("400 names and an array", 8, decode, &text);
    free(text);
}

/* ---- Object paths ---- */

static int print_path(const MI_Instance *key, const char *path)
{
    struct buf out;
    struct err err = ERR_INIT;
    buf_init(&out, FIXTURE_MAX_BYTES);
    cim_objectpath_print(&out, key);
    int rc = buf_failed(&out, "path", &err);
    if (rc == 0)
        alloc_failure_check_text(buf_text(&out), path);
    else
        alloc_failure_check(err.kind == ERR_MEMORY, "not for memory");
    buf_free(&out);
    return rc;
}

static int read_path(void *context)
{
    const char *path = context;
    MI_Instance *key = (MI_Instance *)context;
    struct err err = ERR_INIT;
    if (cim_objectpath_parse(path, &key, &err) != 0) {
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
        alloc_failure_check(key == (MI_Instance *)context, "the output was touched");
        return -1;
    }
    int rc = print_path(key, path);
    MI_Instance_Delete(key);
    return rc;
}

static void an_object_path_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static char path[2000] =
        "root/cimv2:Class.Name=\"a \\\"quoted\\\" \\\\text\",Number=\"7\",Long=\"";
    memset(path + strlen(path), 'x', sizeof path - strlen(path) - 2);
    path[sizeof path - 2] = '"';
    alloc_failure_replay("an object path", 3, read_path, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_stays_as_it_was_where_a_step_fails),
        cmocka_unit_test(a_decoder_never_loses_an_element),
        cmocka_unit_test(an_object_path_is_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
