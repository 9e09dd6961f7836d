/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cim/instance.h"
#include "poll/failure.h"

static MI_Instance *details_of(MI_ErrorCategory category, uint32_t code, const char *type)
{
    MI_Instance *details = cim_instance_new("OMI_Error", 9);
    MI_Value value = {.uint32 = category};
    MI_Instance_AddElement(details, "error_Category", &value, MI_UINT32, 0);
    value.uint32 = code;
    MI_Instance_AddElement(details, "error_Code", &value, MI_UINT32, 0);
    value.string = (MI_Char *)type;
    MI_Instance_AddElement(details, "error_Type", &value, MI_STRING, 0);
    return details;
}

static void each_failure_has_its_reach(void **state)
{
    (void)state;
    static const struct {
        MI_Result result;
        MI_ErrorCategory category;
        uint32_t code;
        const char *type;
        enum poll_failure_reach reach;
        bool answered;
    } cases[] = {
        {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR, 401, "HTTP",
         POLL_FAILURE_REFUSED, true},
        {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED, 403, "HTTP",
         POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED, 5, "HRESULT",
         POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_SECURITY_ERROR, 2, "MI", POLL_FAILURE_OF_HOST,
         false},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT, 28, "CURL", POLL_FAILURE_TIMEOUT,
         false},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT, 2150858793u, "HRESULT",
         POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_CONNECTION_ERROR, 7, "CURL", POLL_FAILURE_BROKEN,
         false},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 6, "CURL", POLL_FAILURE_BROKEN,
         false},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 404, "HTTP",
         POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_SECURITY_ERROR, 60, "CURL", POLL_FAILURE_OF_HOST,
         false},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_READ_ERROR, 18, "CURL", POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_FAILED, MI_ERRORCATEGORY_PARSER_ERROR, 1, "MI", POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT, 4, "MI",
         POLL_FAILURE_OF_INSTANCE, false},
        {MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND, 0x80338000, "HRESULT",
         POLL_FAILURE_OF_INSTANCE, true},
        {MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 503, "HTTP",
         POLL_FAILURE_OF_HOST, true},
        {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED, 0x803381A6, "HRESULT",
         POLL_FAILURE_OF_HOST, true},
        {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED, 413, "HTTP",
         POLL_FAILURE_OF_INSTANCE, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MI_Instance *details = details_of(cases[i].category, cases[i].code, cases[i].type);
        struct poll_failure failure;
        poll_failure_read(cases[i].result, details, &failure);
        assert_int_equal(failure.result, cases[i].result);
        assert_int_equal(failure.category, cases[i].category);
        assert_int_equal(failure.reach, cases[i].reach);
        assert_int_equal(failure.answered, cases[i].answered);
        MI_Instance_Delete(details);
    }
}

static void a_failure_without_details_costs_one_instance(void **state)
{
    (void)state;
    struct poll_failure failure;
    poll_failure_read(MI_RESULT_FAILED, NULL, &failure);
    assert_int_equal(failure.reach, POLL_FAILURE_OF_INSTANCE);
    assert_int_equal(failure.category, MI_ERRORCATEGORY_NOT_SPECIFIED);
    assert_false(failure.answered);
}

static void details_of_strange_types_are_no_details(void **state)
{
    (void)state;
    struct poll_failure failure;
    MI_Instance *details = cim_instance_new("OMI_Error", 9);
    MI_Value value = {.string = (MI_Char *)"28"};
    MI_Instance_AddElement(details, "error_Category", &value, MI_STRING, 0);
    MI_Instance_AddElement(details, "error_Type", NULL, MI_STRING, MI_FLAG_NULL);
    poll_failure_read(MI_RESULT_FAILED, details, &failure);
    assert_int_equal(failure.category, MI_ERRORCATEGORY_NOT_SPECIFIED);
    MI_Instance_Delete(details);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_has_its_reach),
        cmocka_unit_test(a_failure_without_details_costs_one_instance),
        cmocka_unit_test(details_of_strange_types_are_no_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
