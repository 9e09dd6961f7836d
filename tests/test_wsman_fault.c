/* SPDX-License-Identifier: MIT */
/* The one table from faults to MI_Result, row by row of shared/facts/wire.md 3, and its order of
 * trust. What is read from a fault is tested in tests/data/wsman/reader. */
#include "wsman_fixture.h"

static struct wsman_fault with_code(uint32_t code)
{
    struct wsman_fault fault = WSMAN_FAULT_INIT;
    fault.outer_code = code;
    return fault;
}

static void every_code_of_the_table_has_its_result(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        MI_Result result;
        MI_ErrorCategory category;
    } rows[] = {
        {0x80338000, MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND},
        {0x80338002, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033800F, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x80338011, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033801A, MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_SYNTAX_ERROR},
        {0x8033801B, MI_RESULT_INVALID_ENUMERATION_CONTEXT, MI_ERRORCATEGORY_INVALID_OPERATION},
        {0x80338026, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x80338029, MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT},
        {0x80338035, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x8033803B, MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR},
        {0x8033803D, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033803F, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x80338041, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_DATA},
        {0x80338043, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_DATA},
        {0x80338047, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x80338048, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x80338049, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x8033805A, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033805B, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033805C, MI_RESULT_TYPE_MISMATCH, MI_ERRORCATEGORY_INVALID_TYPE},
        {0x8033805D, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033805E, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x8033805F, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x80338077, MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED},
        {0x803380FA, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x80338102, MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED},
        {0x80338104, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80338105, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80338106, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80338111, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {0x80338139, MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR},
        {0x8033813A, MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR},
        {0x8033813B, MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
        {0x803381A5, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x803381A8, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x803381A9, MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
        {0x803381AB, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x803381E4, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x803381EA, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED},
        {0x803381EB, MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
        {0x803381DD, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_NOT_ENABLED},
        {5, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80070005, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80041003, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {0x80041002, MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND},
        {0x80041010, MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR},
        {0x8004100E, MI_RESULT_INVALID_NAMESPACE, MI_ERRORCATEGORY_METADATA_ERROR},
        {0x80041017, MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_SYNTAX_ERROR},
        {0x80041033, MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE},
        {0, MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wsman_fault fault = with_code(rows[i].code);
        if (wsman_fault_result(&fault, 500) != rows[i].result ||
            wsman_fault_category(&fault, 500) != rows[i].category)
            fail_msg("0x%08x: result %d, category %d", rows[i].code,
                     wsman_fault_result(&fault, 500), wsman_fault_category(&fault, 500));
        assert_int_equal(wsman_fault_code(&fault), rows[i].code);
        assert_int_equal(wsman_fault_is_timeout(&fault), rows[i].code == 0x80338029);
    }
}

static void a_status_without_a_fault_has_its_result(void **state)
{
    (void)state;
    static const struct {
        unsigned status;
        MI_Result result;
        MI_ErrorCategory category;
    } rows[] = {
        {401, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR},
        {403, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED},
        {404, MI_RESULT_FAILED, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE},
        {413, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
        {500, MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
        {503, MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE},
        {0, MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
    };
    const struct wsman_fault none = WSMAN_FAULT_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wsman_fault_result(&none, rows[i].status), rows[i].result);
        assert_int_equal(wsman_fault_category(&none, rows[i].status), rows[i].category);
    }
}

/* Everything says something else: what is taken away hands over to the next. */
static void each_source_is_trusted_before_the_next(void **state)
{
    (void)state;
    struct wsman_fault fault = WSMAN_FAULT_INIT;
    fault.has_cim_status = true;
    fault.cim_status = MI_RESULT_METHOD_NOT_FOUND;
    snprintf(fault.message_id, sizeof fault.message_id, "OMI:MI_Result:12");
    fault.inner_code = 0x80338000;
    fault.outer_code = 0x8033803B;
    fault.error_code = 0x80041017;
    snprintf(fault.subcode, sizeof fault.subcode, "UnsupportedFeature");
    snprintf(fault.sentence, sizeof fault.sentence, "HRESULT 0x8004100e");
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_METHOD_NOT_FOUND);
    fault.has_cim_status = false;
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_NO_SUCH_PROPERTY);
    fault.message_id[0] = '\0';
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_NOT_FOUND);
    fault.inner_code = 999;
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_INVALID_CLASS);
    fault.outer_code = 0;
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_INVALID_QUERY);
    fault.error_code = 1;
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_NOT_SUPPORTED);
    snprintf(fault.subcode, sizeof fault.subcode, "Novelty");
    assert_int_equal(wsman_fault_result(&fault, 413), MI_RESULT_SERVER_LIMITS_EXCEEDED);
    assert_int_equal(wsman_fault_result(&fault, 500), MI_RESULT_INVALID_NAMESPACE);
    fault.sentence[0] = '\0';
    assert_int_equal(wsman_fault_result(&fault, 500), MI_RESULT_FAILED);
}

static void no_fault_is_ok_and_unknown_numbers_are_not_believed(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 18, 19, 29, 4294967295};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct wsman_fault fault = with_code(0x80338000);
        fault.has_cim_status = true;
        fault.cim_status = numbers[i];
        assert_int_equal(wsman_fault_result(&fault, 500), MI_RESULT_NOT_FOUND);
        snprintf(fault.message_id, sizeof fault.message_id, "OMI:MI_Result:%u", numbers[i]);
        assert_int_equal(wsman_fault_result(&fault, 500), MI_RESULT_NOT_FOUND);
    }
    struct wsman_fault fault = with_code(0x80338000);
    fault.has_error_category = true;
    fault.error_category = 32;
    assert_int_equal(wsman_fault_category(&fault, 500), MI_ERRORCATEGORY_OBJECT_NOT_FOUND);
    fault.error_category = 31;
    assert_int_equal(wsman_fault_category(&fault, 500), MI_ERRORCATEGORY_NOT_ENABLED);
}

static void a_filter_that_fails_for_a_missing_class_is_an_invalid_class(void **state)
{
    (void)state;
    struct wsman_fault fault = with_code(0x8033801A);
    snprintf(fault.sentence, sizeof fault.sentence,
             "The specified class does not exist in the given namespace.");
    assert_int_equal(wsman_fault_result(&fault, 500), MI_RESULT_INVALID_CLASS);
    assert_int_equal(wsman_fault_category(&fault, 500), MI_ERRORCATEGORY_METADATA_ERROR);
}

static void a_timeout_is_known_by_code_or_subcode(void **state)
{
    (void)state;
    struct wsman_fault fault = WSMAN_FAULT_INIT;
    assert_false(wsman_fault_is_timeout(&fault));
    snprintf(fault.subcode, sizeof fault.subcode, "TimedOut");
    assert_true(wsman_fault_is_timeout(&fault));
    fault = with_code(1);
    fault.inner_code = 0x80338029;
    assert_true(wsman_fault_is_timeout(&fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_the_table_has_its_result),
        cmocka_unit_test(a_status_without_a_fault_has_its_result),
        cmocka_unit_test(each_source_is_trusted_before_the_next),
        cmocka_unit_test(no_fault_is_ok_and_unknown_numbers_are_not_believed),
        cmocka_unit_test(a_filter_that_fails_for_a_missing_class_is_an_invalid_class),
        cmocka_unit_test(a_timeout_is_known_by_code_or_subcode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
