/* SPDX-License-Identifier: MIT */
/*
 * MI_Session_EnumerateInstances and MI_Session_QueryInstances against a simulated host, fetched one
 * after another: pages, the end, failures, and what is refused.
 */
#include "enumerate_fixture.h"

/* ---- One after another ---- */

static void each_instance_comes_once_and_the_last_says_so(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    enumerate("Win32_Service", MI_FALSE, &operation);
    const MI_Char *name_space;
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_string_equal(text_of(last.instance, "Name"), "W32Time");
    MI_Instance_GetNameSpace(last.instance, &name_space);
    assert_string_equal(name_space, "root/cimv2");
    assert_int_equal(last.more, MI_TRUE);
    assert_int_equal(MI_Instance_Delete((MI_Instance *)(uintptr_t)last.instance),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(drain(&operation, &last), SERVICES - 1);
    assert_non_null(last.instance);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_null(last.message);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
}

static void a_class_with_one_instance_takes_one_request(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    uint64_t before = stat_of("requests");
    enumerate("Win32_OperatingSystem", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 1);
    assert_int_equal(stat_of("requests"), before + 1);
    MI_Operation_Close(&operation);
}

static void what_finds_nothing_succeeds_without_an_instance(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    query("SELECT * FROM Win32_Service WHERE Name = 'none'", &operation);
    assert_int_equal(drain(&operation, &last), 0);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_null(last.instance);
    MI_Operation_Close(&operation);
}

static void a_projection_has_its_columns_and_the_name_of_its_class(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    const MI_Char *text;
    MI_Uint32 count;
    query("SELECT State, Name FROM Win32_Service WHERE Name LIKE 'W%' AND State = 'Running'",
          &operation);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    MI_Instance_GetClassName(last.instance, &text);
    assert_string_equal(text, "Win32_Service");
    MI_Instance_GetNameSpace(last.instance, &text);
    assert_string_equal(text, "root/cimv2");
    MI_Instance_GetElementCount(last.instance, &count);
    assert_int_equal(count, 2);
    assert_string_equal(text_of(last.instance, "State"), "Running");
    drain(&operation, &last);
    MI_Operation_Close(&operation);
}

static void keys_alone_are_enough_to_get_each(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched found;
    size_t count = 0;
    enumerate("Win32_Service", MI_TRUE, &operation);
    do {
        struct watcher watcher;
        MI_Uint32 elements;
        assert_int_equal(fetch(&operation, &found), MI_RESULT_OK);
        MI_Instance_GetElementCount(found.instance, &elements);
        assert_int_equal(elements, 1);
        assert_int_equal(get_once(&bench.session, found.instance, &watcher), MI_RESULT_OK);
        count++;
    } while (found.more);
    assert_int_equal(count, SERVICES);
    MI_Operation_Close(&operation);
}

static void ten_thousand_instances(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("many=9991");
    uint64_t before = stat_of("requests");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_int_equal(drain(&operation, &last), 10000);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_true(stat_of("requests") - before < 20);
    MI_Operation_Close(&operation);
}

static void duplicates_are_handed_on(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("twice,page=4");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 2 * SERVICES);
    MI_Operation_Close(&operation);
}

static void the_next_page_is_asked_for_only_when_the_last_was_fetched(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("first=2,page=2");
    uint64_t before = stat_of("pulls");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(stat_of("pulls"), before);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(stat_of("pulls"), before + 1);
    assert_int_equal(drain(&operation, &last), SERVICES - 4);
    MI_Operation_Close(&operation);
}

static void every_form_of_the_resource_and_recorded_hosts(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    struct fetched last;
    MI_Application_NewOperationOptions(&bench.application, MI_FALSE, &options);
    MI_OperationOptions_SetResourceUriPrefix(&options, COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    MI_Session_QueryInstances(&bench.session, 0, &options, "root/cimv2", NULL,
                              "SELECT Name FROM Win32_Service", NULL, &operation);
    assert_int_equal(drain(&operation, &last), SERVICES);
    MI_Operation_Close(&operation);
    MI_Session_EnumerateInstances(&bench.session, 0, &options, "root/cimv2", "Win32_Service",
                                  MI_FALSE, NULL, &operation);
    MI_OperationOptions_Delete(&options); /* Pulls need them no longer */
    assert_int_equal(drain(&operation, &last), SERVICES);
    MI_Operation_Close(&operation);
    if (getenv("MI_REPLIES") == NULL || access(getenv("MI_REPLIES"), R_OK) != 0)
        return;
    set_mode("replay=tx_2008R2");
    enumerate("Win32_NetworkAdapterConfiguration", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 13);
    MI_Operation_Close(&operation);
}

/* ---- Failures ---- */

static MI_Uint32 detail(const struct fetched *last, const char *name)
{
    MI_Value value;
    assert_non_null(last->details);
    assert_int_equal(MI_Instance_GetElement(last->details, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.uint32;
}

static void a_context_that_expired_is_a_clear_failure(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("page=1,expire=3");
    uint64_t releases = stat_of("releases");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 4);
    assert_int_equal(last.result, MI_RESULT_INVALID_ENUMERATION_CONTEXT);
    assert_non_null(strstr(last.message, "the host has given the enumeration up"));
    assert_int_equal(detail(&last, "error_Code"), 0x8033801B);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(stat_of("releases"), releases);
}

static void an_enumeration_of_nothing_without_end_ends(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("empty");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 0);
    assert_int_equal(last.result, MI_RESULT_FAILED);
    assert_non_null(strstr(last.message, "no end: 32 replies without an instance"));
    assert_int_equal(detail(&last, "error_Category"), MI_ERRORCATEGORY_LIMITS_EXCEEDED);
    MI_Operation_Close(&operation);
    await_no_context();
}

static void the_timeout_is_for_all_of_it(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    MI_Application_Close(&bench.application);
    open_bench(300);
    set_mode("endless,page=2");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_true(drain(&operation, &last) > 1);
    assert_int_equal(detail(&last, "error_Category"), MI_ERRORCATEGORY_OPERATION_TIMEOUT);
    assert_non_null(strstr(last.message, "the enumeration was not at its end after 300 ms and "));
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    set_mode("normal");
}

static void a_failure_in_the_middle_is_the_last_result(void **state)
{
    (void)state;
    static const char *const modes[] = {"garbage", "status=503", "fault=80070005", "cut=900",
                                        "close"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        MI_Operation operation;
        struct fetched last;
        set_mode("normal");
        enumerate("Win32_Service", MI_FALSE, &operation);
        assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
        set_mode(modes[i]);
        assert_int_equal(drain(&operation, &last), 0);
        assert_int_not_equal(last.result, MI_RESULT_OK);
        assert_non_null(last.message);
        MI_Operation_Close(&operation);
    }
    set_mode("normal");
    MI_Session_Close(&bench.session, NULL, NULL);
    /* Where the way was broken no Release is sent; the host forgets such contexts by itself, and
     * this one has none to forget them after: a new one begins at zero. */
    sim_client_close(&control);
    assert_int_equal(sim_process_stop(&simhost), 0);
    assert_int_equal(open_all(NULL), 0);
}

static void assert_refused(MI_Operation *operation, MI_Result result, const char *sentence)
{
    struct fetched last;
    assert_int_equal(drain(operation, &last), 0);
    assert_int_equal(last.result, result);
    if (strstr(last.message, sentence) == NULL)
        assert_string_equal(last.message, sentence);
    MI_Operation_Close(operation);
}

static void what_is_asked_wrongly_is_refused(void **state)
{
    (void)state;
    MI_Operation operation;
    uint64_t before = stat_of("requests");
    enumerate(NULL, MI_FALSE, &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "no class was named");
    enumerate("a b", MI_FALSE, &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "class a b");
    query("", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "no query was given");
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", "SQL", "SELECT 1", NULL,
                              &operation);
    assert_refused(&operation, MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED, "the dialect of a query");
    assert_int_equal(stat_of("requests"), before);
    query("SELECT * FRM x", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_QUERY, "check the query");
    query("SELECT * FROM Win32_None", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_CLASS, "The class does not exist.");
    query("SELECT Nme FROM Win32_Service", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_QUERY, "check the query");
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", "CQL", "SELECT 1", NULL,
                              &operation);
    struct fetched last;
    drain(&operation, &last);
    assert_int_not_equal(last.result, MI_RESULT_OK);
    MI_Operation_Close(&operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENUMERATE_TEST(each_instance_comes_once_and_the_last_says_so),
        ENUMERATE_TEST(a_class_with_one_instance_takes_one_request),
        ENUMERATE_TEST(what_finds_nothing_succeeds_without_an_instance),
        ENUMERATE_TEST(a_projection_has_its_columns_and_the_name_of_its_class),
        ENUMERATE_TEST(keys_alone_are_enough_to_get_each),
        ENUMERATE_TEST(ten_thousand_instances),
        ENUMERATE_TEST(duplicates_are_handed_on),
        ENUMERATE_TEST(the_next_page_is_asked_for_only_when_the_last_was_fetched),
        ENUMERATE_TEST(every_form_of_the_resource_and_recorded_hosts),
        ENUMERATE_TEST(a_context_that_expired_is_a_clear_failure),
        ENUMERATE_TEST(an_enumeration_of_nothing_without_end_ends),
        ENUMERATE_TEST(the_timeout_is_for_all_of_it),
        ENUMERATE_TEST(a_failure_in_the_middle_is_the_last_result),
        ENUMERATE_TEST(what_is_asked_wrongly_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
