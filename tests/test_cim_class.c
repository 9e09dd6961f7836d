/* SPDX-License-Identifier: MIT */
#include "class_fixture.h"

#include <pthread.h>

#include "cim/builder.h"
#include "cim/typing.h"

#define PROCESSOR                                                                                \
    "<CLASS NAME=\"Raw_Processor\" SUPERCLASS=\"Win32_PerfRawData\">"                            \
    "<QUALIFIER NAME=\"HiPerf\" TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER>"                \
    "<QUALIFIER NAME=\"nothing\" TYPE=\"string\"/>" CLASS_COUNTER("InterruptsPersec", "uint32",  \
                                                                  "272696320") CLASS_KEY("Name") \
        CLASS_COUNTER("PercentProcessorTime", "uint64",                                          \
                      "558957824") "<PROPERTY.ARRAY NAME=\"Steps\" TYPE=\"uint16\"/>"            \
                                   "<PROPERTY.ARRAY NAME=\"Texts\" TYPE=\"string\"/>"            \
                                   "<PROPERTY NAME=\"When\" TYPE=\"datetime\"/></CLASS>"

/* ---- MI_Class ---- */

static void a_class_says_what_it_declares(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    const MI_Char *text;
    MI_Uint32 count, flags, index;
    MI_Type type;
    MI_Boolean exists;
    assert_int_equal(MI_Class_GetClassName(schema, &text), MI_RESULT_OK);
    assert_string_equal(text, "Raw_Processor");
    MI_Class_GetParentClassName(schema, &text);
    assert_string_equal(text, "Win32_PerfRawData");
    MI_Class_GetNameSpace(schema, &text);
    assert_null(text);
    MI_Class_GetServerName(schema, &text);
    assert_null(text);
    MI_Class_GetElementCount(schema, &count);
    assert_int_equal(count, 6);
    assert_int_equal(
        MI_Class_GetElement(schema, "NAME", NULL, &exists, &type, NULL, NULL, &flags, &index),
        MI_RESULT_OK);
    assert_int_equal(type, MI_STRING);
    assert_int_equal(flags, MI_FLAG_PROPERTY | MI_FLAG_KEY);
    assert_int_equal(index, 1);
    assert_int_equal(exists, MI_FALSE);
    assert_int_equal(MI_Class_GetElementAt(schema, 2, &text, NULL, NULL, &type, NULL, NULL, &flags),
                     MI_RESULT_OK);
    assert_string_equal(text, "PercentProcessorTime");
    assert_int_equal(type, MI_UINT64);
    assert_int_equal(flags, MI_FLAG_PROPERTY);
    assert_false(cim_class_is_singleton(schema));
    MI_Class_Delete(schema);
}

static void qualifiers_are_found_by_name_and_place(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    MI_QualifierSet set;
    MI_Type type;
    MI_Uint32 flags, index, count;
    MI_Value value;
    const MI_Char *name;
    MI_Class_GetElement(schema, "PercentProcessorTime", NULL, NULL, NULL, NULL, &set, NULL, NULL);
    assert_int_equal(
        MI_QualifierSet_GetQualifier(&set, "COUNTERTYPE", &type, &flags, &value, &index),
        MI_RESULT_OK);
    assert_int_equal(type, MI_SINT32);
    assert_int_equal(value.sint32, 558957824);
    assert_int_equal(index, 0);
    assert_int_equal(MI_QualifierSet_GetQualifier(&set, "key", NULL, NULL, NULL, NULL),
                     MI_RESULT_NOT_FOUND);
    MI_Class_GetClassQualifierSet(schema, &set);
    MI_QualifierSet_GetQualifierCount(&set, &count);
    assert_int_equal(count, 2);
    assert_int_equal(MI_QualifierSet_GetQualifierAt(&set, 1, &name, &type, &flags, NULL),
                     MI_RESULT_OK);
    assert_string_equal(name, "nothing");
    assert_int_not_equal(flags & MI_FLAG_NULL, 0);
    assert_int_equal(MI_QualifierSet_GetQualifierAt(&set, 2, NULL, NULL, NULL, NULL),
                     MI_RESULT_NOT_FOUND);
    MI_Class_Delete(schema);
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    MI_Class *schema = class_read("<CLASS NAME=\"Empty\"/>");
    MI_QualifierSet set;
    MI_Uint32 count = 7;
    MI_Class *copy;
    const MI_Char *text;
    assert_int_equal(MI_Class_GetElement(schema, "X", NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_NO_SUCH_PROPERTY);
    assert_int_equal(MI_Class_GetElementAt(schema, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_NO_SUCH_PROPERTY);
    MI_Class_GetParentClassName(schema, &text);
    assert_null(text);
    MI_Class_GetClassQualifierSet(schema, &set);
    MI_QualifierSet_GetQualifierCount(&set, &count);
    assert_int_equal(count, 0);
    assert_int_equal(MI_Class_GetElementCount(NULL, &count), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Class_GetClassName(NULL, &text), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Class_Clone(NULL, &copy), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Class_Delete(NULL), MI_RESULT_INVALID_PARAMETER);
    cim_class_hold(schema, true);
    assert_int_equal(MI_Class_Delete(schema), MI_RESULT_INVALID_PARAMETER);
    cim_class_hold(schema, false);
    assert_int_equal(MI_Class_Delete(schema), MI_RESULT_OK);
}

static void *copy_and_delete(void *context)
{
    for (int i = 0; i < 1000; i++) {
        MI_Class *copy = NULL;
        const MI_Char *name = NULL;
        MI_Class_Clone(context, &copy);
        MI_Class_GetClassName(copy, &name);
        if (strcmp(name, "Raw_Processor") != 0 || MI_Class_Delete(copy) != MI_RESULT_OK)
            return context;
    }
    return NULL;
}

static void a_clone_outlives_its_original_in_any_thread(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    MI_Class *copy;
    pthread_t threads[2];
    void *failed[2];
    assert_int_equal(MI_Class_Clone(schema, &copy), MI_RESULT_OK);
    cim_class_hold(schema, true);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, copy_and_delete, copy), 0);
    cim_class_hold(schema, false);
    MI_Class_Delete(schema);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &failed[i]);
        assert_null(failed[i]);
    }
    assert_string_equal(class_find(copy, "interruptspersec")->name, "InterruptsPersec");
    MI_Class_Delete(copy);
}

/* ---- Typing ---- */

static void add(MI_Instance *instance, const char *name, const char *text)
{
    struct cim_element element = {.name = name,
                                  .name_bytes = strlen(name),
                                  .type = MI_STRING,
                                  .flags = text == NULL ? MI_FLAG_NULL : 0,
                                  .text = text,
                                  .text_bytes = text != NULL ? strlen(text) : 0};
    assert_int_equal(cim_builder_add(instance, &element, NULL), 0);
}

struct element {
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value;
};

static struct element get(const MI_Instance *instance, const char *name)
{
    struct element element;
    assert_int_equal(
        MI_Instance_GetElement(instance, name, &element.value, &element.type, &element.flags, NULL),
        MI_RESULT_OK);
    return element;
}

static MI_Instance *new_instance(void)
{
    return cim_instance_new("Raw_Processor", strlen("Raw_Processor"));
}

static void elements_get_the_types_that_their_class_declares(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    MI_Instance *instance = new_instance();
    MI_Uint32 unlike = 9;
    add(instance, "when", "2024-01-01T00:00:00Z"); /* neither order nor case is the class's */
    add(instance, "InterruptsPersec", "4294967295");
    add(instance, "Name", "0409");
    add(instance, "PercentProcessorTime", NULL);
    add(instance, "Steps", "1");
    add(instance, "Steps", "65535");
    add(instance, "Texts", "one");
    add(instance, "Unheard", "12");
    assert_int_equal(cim_typing_apply(schema, instance, &unlike, NULL), 0);
    assert_int_equal(unlike, 0);
    assert_int_equal(get(instance, "InterruptsPersec").type, MI_UINT32);
    assert_int_equal(get(instance, "InterruptsPersec").value.uint32, UINT32_MAX);
    assert_int_equal(get(instance, "Name").type, MI_STRING);
    assert_int_equal(get(instance, "Name").flags, MI_FLAG_KEY);
    assert_string_equal(get(instance, "Name").value.string, "0409");
    assert_int_equal(get(instance, "PercentProcessorTime").type, MI_UINT64);
    assert_int_equal(get(instance, "PercentProcessorTime").flags, MI_FLAG_NULL);
    assert_int_equal(get(instance, "Steps").type, MI_UINT16A);
    assert_int_equal(get(instance, "Steps").value.uint16a.size, 2);
    assert_int_equal(get(instance, "Steps").value.uint16a.data[1], 65535);
    assert_int_equal(get(instance, "Texts").type, MI_STRINGA);
    assert_int_equal(get(instance, "Texts").value.stringa.size, 1);
    assert_string_equal(get(instance, "Texts").value.stringa.data[0], "one");
    assert_int_equal(get(instance, "When").type, MI_DATETIME);
    assert_int_equal(get(instance, "When").value.datetime.u.timestamp.year, 2024);
    assert_int_equal(get(instance, "Unheard").type, MI_STRING);
    assert_int_equal(cim_typing_apply(schema, instance, &unlike, NULL), 0); /* again: no change */
    assert_int_equal(unlike, 0);
    assert_int_equal(get(instance, "Steps").value.uint16a.size, 2);
    MI_Instance_Delete(instance);
    MI_Class_Delete(schema);
}

static void one_element_of_an_array_of_numbers_is_an_array_of_one(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    MI_Instance *instance = new_instance();
    add(instance, "Steps", "7");
    assert_int_equal(cim_typing_apply(schema, instance, NULL, NULL), 0);
    assert_int_equal(get(instance, "Steps").type, MI_UINT16A);
    assert_int_equal(get(instance, "Steps").value.uint16a.size, 1);
    assert_int_equal(get(instance, "Steps").value.uint16a.data[0], 7);
    MI_Instance_Delete(instance);
    MI_Class_Delete(schema);
}

/* No wrong number: what does not fit its type stays what the host wrote. */
static void a_text_that_is_none_of_its_type_stays_text(void **state)
{
    (void)state;
    MI_Class *schema = class_read(PROCESSOR);
    MI_Instance *instance = new_instance();
    MI_Uint32 unlike = 0;
    add(instance, "InterruptsPersec", "4294967296");
    add(instance, "PercentProcessorTime", "1");
    add(instance, "PercentProcessorTime", "2"); /* an array where one value is declared */
    add(instance, "Steps", "1");
    add(instance, "Steps", "many");
    add(instance, "When", "yesterday");
    assert_int_equal(cim_typing_apply(schema, instance, &unlike, NULL), 0);
    assert_int_equal(unlike, 4);
    assert_int_equal(get(instance, "InterruptsPersec").type, MI_STRING);
    assert_string_equal(get(instance, "InterruptsPersec").value.string, "4294967296");
    assert_int_equal(get(instance, "PercentProcessorTime").type, MI_STRINGA);
    assert_int_equal(get(instance, "Steps").type, MI_STRINGA);
    assert_string_equal(get(instance, "Steps").value.stringa.data[1], "many");
    assert_string_equal(get(instance, "When").value.string, "yesterday");
    MI_Instance_Delete(instance);
    MI_Class_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_says_what_it_declares),
        cmocka_unit_test(qualifiers_are_found_by_name_and_place),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(a_clone_outlives_its_original_in_any_thread),
        cmocka_unit_test(elements_get_the_types_that_their_class_declares),
        cmocka_unit_test(one_element_of_an_array_of_numbers_is_an_array_of_one),
        cmocka_unit_test(a_text_that_is_none_of_its_type_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
