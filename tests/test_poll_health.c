/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "poll/health.h"

static const struct poll_failure timeout = {.result = MI_RESULT_FAILED,
                                            .category = MI_ERRORCATEGORY_OPERATION_TIMEOUT};
static const struct poll_failure refused = {.result = MI_RESULT_ACCESS_DENIED,
                                            .category = MI_ERRORCATEGORY_AUTHENTICATION_ERROR};
static const struct poll_failure not_found = {.result = MI_RESULT_NOT_FOUND,
                                              .category = MI_ERRORCATEGORY_OBJECT_NOT_FOUND};
static const struct poll_failure invalid_class = {.result = MI_RESULT_INVALID_CLASS,
                                                  .category = MI_ERRORCATEGORY_METADATA_ERROR};

static void a_kind_of_failure_is_said_once(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    assert_true(poll_health_fail_host(&health, &timeout));
    assert_false(poll_health_fail_host(&health, &timeout));
    assert_true(poll_health_fail_host(&health, &refused));
    assert_false(poll_health_fail_host(&health, &timeout));
    poll_health_free(&health);
}

static void recovery_is_said_once_and_the_next_failure_again(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    assert_false(poll_health_answer(&health));
    poll_health_fail_host(&health, &timeout);
    poll_health_fail_host(&health, &refused);
    assert_true(poll_health_answer(&health));
    assert_false(poll_health_answer(&health));
    assert_true(poll_health_fail_host(&health, &timeout));
    poll_health_free(&health);
}

static void instances_of_one_kind_are_said_once_and_recover_with_the_last(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    poll_health_mark marks[3] = {0};
    assert_true(poll_health_fail_instance(&health, &marks[0], &not_found));
    assert_false(poll_health_fail_instance(&health, &marks[1], &not_found));
    assert_false(poll_health_fail_instance(&health, &marks[0], &not_found));
    assert_false(poll_health_recover_instance(&health, &marks[2]));
    assert_false(poll_health_recover_instance(&health, &marks[0]));
    assert_true(poll_health_recover_instance(&health, &marks[1]));
    assert_false(poll_health_recover_instance(&health, &marks[1]));
    assert_true(poll_health_fail_instance(&health, &marks[2], &not_found));
    poll_health_free(&health);
}

static void an_instance_that_alternates_between_kinds_is_no_news(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    poll_health_mark mark = 0;
    assert_true(poll_health_fail_instance(&health, &mark, &not_found));
    assert_true(poll_health_fail_instance(&health, &mark, &invalid_class));
    for (int i = 0; i < 10; i++) {
        assert_false(poll_health_fail_instance(&health, &mark, &not_found));
        assert_false(poll_health_fail_instance(&health, &mark, &invalid_class));
    }
    assert_true(poll_health_recover_instance(&health, &mark));
    assert_true(poll_health_fail_instance(&health, &mark, &not_found));
    poll_health_free(&health);
}

static void a_missing_instance_does_not_hide_that_the_host_is_down(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    poll_health_mark mark = 0;
    poll_health_fail_instance(&health, &mark, &not_found);
    for (int i = 0; i < 3; i++) {
        assert_true(poll_health_fail_host(&health, &timeout));
        assert_true(poll_health_answer(&health));
        assert_false(poll_health_fail_instance(&health, &mark, &not_found));
    }
    poll_health_free(&health);
}

static void more_kinds_than_fit_are_silent_and_recover(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    poll_health_mark marks[40] = {0};
    int said = 0;
    for (int i = 0; i < 40; i++) {
        struct poll_failure failure = {.result = (MI_Result)i,
                                       .category = MI_ERRORCATEGORY_NOT_SPECIFIED};
        said += poll_health_fail_instance(&health, &marks[i], &failure);
    }
    assert_int_equal(said, POLL_HEALTH_MAX_KINDS);
    for (int i = 0; i < 40; i++)
        poll_health_recover_instance(&health, &marks[i]);
    assert_int_equal(health.failing, 0);
    assert_true(poll_health_fail_instance(&health, &marks[39], &not_found));
    poll_health_free(&health);
}

static void a_refused_host_is_asked_again_after_five_minutes(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    assert_true(poll_health_may_ask(&health, 0, 1));
    poll_health_hold(&health, 1000, 1);
    assert_false(poll_health_may_ask(&health, 1000, 1));
    assert_false(poll_health_may_ask(&health, 300999, 1));
    assert_true(poll_health_may_ask(&health, 301000, 1));
    poll_health_hold(&health, 301000, 1);
    assert_false(poll_health_may_ask(&health, 600999, 1));
    poll_health_free(&health);
}

static void a_new_password_ends_the_hold_and_is_complained_about_anew(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    assert_true(poll_health_fail_host(&health, &refused));
    poll_health_hold(&health, 1000, 1);
    assert_true(poll_health_may_ask(&health, 2000, 2));
    assert_true(poll_health_fail_host(&health, &refused));
    /* Anew, but once. */
    assert_true(poll_health_may_ask(&health, 2000, 2));
    assert_false(poll_health_fail_host(&health, &refused));
    poll_health_hold(&health, 2000, 2);
    assert_false(poll_health_may_ask(&health, 3000, 2));
    assert_true(poll_health_may_ask(&health, 4000, 3));
    /* A recovery is said, although the complaint was forgotten. */
    assert_true(poll_health_answer(&health));
    poll_health_free(&health);
}

static void a_property_is_complained_about_once_per_class(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    assert_true(poll_health_first_property(&health, "Win32_LogicalDisk", "FreeSpace"));
    assert_false(poll_health_first_property(&health, "Win32_LogicalDisk", "FreeSpace"));
    assert_true(poll_health_first_property(&health, "Win32_LogicalDisk", "Size"));
    assert_true(poll_health_first_property(&health, "Win32_LogicalDiskF", "reeSpace"));
    poll_health_free(&health);
}

static void complaints_about_properties_end_at_a_maximum(void **state)
{
    (void)state;
    struct poll_health health = POLL_HEALTH_INIT;
    int said = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2 * POLL_HEALTH_MAX_PROPERTIES; i++) {
            char name[16];
            snprintf(name, sizeof name, "P%d", i);
            said += poll_health_first_property(&health, "Class", name);
        }
    }
    assert_int_equal(said, POLL_HEALTH_MAX_PROPERTIES);
    poll_health_free(&health);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_of_failure_is_said_once),
        cmocka_unit_test(recovery_is_said_once_and_the_next_failure_again),
        cmocka_unit_test(instances_of_one_kind_are_said_once_and_recover_with_the_last),
        cmocka_unit_test(an_instance_that_alternates_between_kinds_is_no_news),
        cmocka_unit_test(a_missing_instance_does_not_hide_that_the_host_is_down),
        cmocka_unit_test(more_kinds_than_fit_are_silent_and_recover),
        cmocka_unit_test(a_refused_host_is_asked_again_after_five_minutes),
        cmocka_unit_test(a_new_password_ends_the_hold_and_is_complained_about_anew),
        cmocka_unit_test(a_property_is_complained_about_once_per_class),
        cmocka_unit_test(complaints_about_properties_end_at_a_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
