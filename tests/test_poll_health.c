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

/* --- One auth --- */

#define MINUTE_MS 60000u

static void three_refusals_in_a_row_hold_all(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 5};
    struct poll_health_trial trials[5] = {{0}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(poll_health_auth_ask(&auth, &trials[i], 0, 1), POLL_HEALTH_GO);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 0, 1), POLL_HEALTH_WAIT);
    assert_ptr_equal(poll_health_auth_take_waiting(&auth), &trials[3]);
    assert_int_equal(poll_health_auth_refuse(&auth, &trials[0], 0, 1), POLL_HEALTH_SAY_HOST);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 0, 1), POLL_HEALTH_WAIT);
    assert_ptr_equal(poll_health_auth_take_waiting(&auth), &trials[3]);
    assert_int_equal(poll_health_auth_refuse(&auth, &trials[1], 0, 1), POLL_HEALTH_SAY_HOST);
    assert_int_equal(poll_health_auth_refuse(&auth, &trials[2], 0, 1), POLL_HEALTH_SAY_AUTH);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 5 * MINUTE_MS - 1, 1),
                     POLL_HEALTH_HELD);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 5 * MINUTE_MS, 1), POLL_HEALTH_GO);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[4], 6 * MINUTE_MS, 1), POLL_HEALTH_HELD);
    assert_int_equal(poll_health_auth_refuse(&auth, &trials[3], 6 * MINUTE_MS, 1),
                     POLL_HEALTH_SAY_NOTHING);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[4], 11 * MINUTE_MS - 1, 1),
                     POLL_HEALTH_HELD);
}

static void those_that_wait_are_taken_out_in_their_order(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 7};
    struct poll_health_trial trials[7] = {{0}};
    for (int i = 0; i < 7; i++)
        assert_int_equal(poll_health_auth_ask(&auth, &trials[i], 0, 1),
                         i < 3 ? POLL_HEALTH_GO : POLL_HEALTH_WAIT);
    poll_health_auth_stop_waiting(&auth, &trials[3]);
    poll_health_auth_stop_waiting(&auth, &trials[6]);
    assert_true(poll_health_auth_end(&auth, &trials[0], 0));
    assert_false(poll_health_auth_end(&auth, &trials[0], 0));
    assert_ptr_equal(poll_health_auth_take_waiting(&auth), &trials[4]);
    assert_ptr_equal(trials[4].next, &trials[5]);
    assert_null(trials[5].next);
    assert_null(poll_health_auth_take_waiting(&auth));
    assert_int_equal(poll_health_auth_ask(&auth, &trials[4], 0, 1), POLL_HEALTH_GO);
    assert_int_equal(poll_health_auth_ask(&auth, &trials[5], 0, 1), POLL_HEALTH_WAIT);
    /* A new generation does not forget who waits. */
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 0, 2), POLL_HEALTH_GO);
    assert_ptr_equal(poll_health_auth_take_waiting(&auth), &trials[5]);
}

static void one_host_that_refuses_again_and_again_holds_nobody_else(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 5};
    struct poll_health_trial bad = {0}, good = {0};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(poll_health_auth_ask(&auth, &bad, 0, 1), POLL_HEALTH_GO);
        assert_int_equal(poll_health_auth_refuse(&auth, &bad, 0, 1), POLL_HEALTH_SAY_HOST);
    }
    assert_int_equal(poll_health_auth_ask(&auth, &good, 0, 1), POLL_HEALTH_GO);
}

static void a_success_in_between_begins_the_count_anew(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 9};
    struct poll_health_trial trials[9] = {{0}};
    for (int i = 0; i < 8; i += 2) {
        assert_int_equal(poll_health_auth_ask(&auth, &trials[i], 0, 1), POLL_HEALTH_GO);
        assert_int_equal(poll_health_auth_refuse(&auth, &trials[i], 0, 1), POLL_HEALTH_SAY_HOST);
        assert_int_equal(poll_health_auth_ask(&auth, &trials[i + 1], 0, 1), POLL_HEALTH_GO);
        assert_false(poll_health_auth_accept(&auth, &trials[i + 1], 1));
    }
    for (int i = 0; i < 9; i++)
        assert_int_equal(poll_health_auth_ask(&auth, &trials[i], 0, 1), POLL_HEALTH_GO);
}

static void an_accepted_probe_ends_the_hold_and_is_said(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 4};
    struct poll_health_trial trials[4] = {{0}};
    for (int i = 0; i < 3; i++) {
        poll_health_auth_ask(&auth, &trials[i], 0, 1);
        poll_health_auth_refuse(&auth, &trials[i], 0, 1);
    }
    assert_int_equal(poll_health_auth_ask(&auth, &trials[3], 5 * MINUTE_MS, 1), POLL_HEALTH_GO);
    assert_true(poll_health_auth_accept(&auth, &trials[3], 1));
    assert_int_equal(poll_health_auth_ask(&auth, &trials[0], 5 * MINUTE_MS, 1), POLL_HEALTH_GO);
}

static void a_new_generation_ends_every_hold(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 3};
    struct poll_health_trial one = {0}, other = {0};
    poll_health_auth_ask(&auth, &one, 0, 1);
    poll_health_auth_ask(&auth, &other, 0, 1);
    assert_int_equal(poll_health_auth_refuse_account(&auth, &one, 0, 1), POLL_HEALTH_SAY_AUTH);
    assert_int_equal(poll_health_auth_refuse_account(&auth, &other, 0, 1), POLL_HEALTH_SAY_NOTHING);
    assert_int_equal(poll_health_auth_ask(&auth, &one, 30 * MINUTE_MS - 1, 1), POLL_HEALTH_HELD);
    assert_int_equal(poll_health_auth_ask(&auth, &one, 1, 2), POLL_HEALTH_GO);
    /* What is still heard of the old one holds nobody. */
    assert_int_equal(poll_health_auth_refuse_account(&auth, &other, 2, 1), POLL_HEALTH_SAY_HOST);
    assert_int_equal(poll_health_auth_ask(&auth, &other, 2, 2), POLL_HEALTH_GO);
    /* Nor does a host that read the generation before it changed bring the old one back. */
    assert_int_equal(poll_health_auth_ask(&auth, &other, 2, 1), POLL_HEALTH_GO);
    assert_int_equal(auth.generation, 2);
}

static void an_older_session_does_not_end_the_hold_of_an_account(void **state)
{
    (void)state;
    struct poll_health_auth auth = {.host_count = 3};
    struct poll_health_trial fresh = {0}, old = {0};
    poll_health_auth_ask(&auth, &old, 0, 1);
    poll_health_auth_accept(&auth, &old, 1);
    poll_health_auth_ask(&auth, &fresh, 0, 1);
    poll_health_auth_refuse_account(&auth, &fresh, 0, 1);
    assert_false(poll_health_auth_accept(&auth, &old, 1));
    assert_int_equal(poll_health_auth_ask(&auth, &old, 30 * MINUTE_MS - 1, 1), POLL_HEALTH_HELD);
    assert_int_equal(poll_health_auth_ask(&auth, &old, 30 * MINUTE_MS, 1), POLL_HEALTH_GO);
    assert_true(poll_health_auth_accept(&auth, &old, 1));
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
        cmocka_unit_test(three_refusals_in_a_row_hold_all),
        cmocka_unit_test(those_that_wait_are_taken_out_in_their_order),
        cmocka_unit_test(one_host_that_refuses_again_and_again_holds_nobody_else),
        cmocka_unit_test(a_success_in_between_begins_the_count_anew),
        cmocka_unit_test(an_accepted_probe_ends_the_hold_and_is_said),
        cmocka_unit_test(a_new_generation_ends_every_hold),
        cmocka_unit_test(an_older_session_does_not_end_the_hold_of_an_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
