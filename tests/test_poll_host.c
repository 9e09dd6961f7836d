/* SPDX-License-Identifier: MIT */
#include "poll_fixture.h"

/* --- One round --- */

static void instances_are_fetched_one_after_another_on_one_session(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    assert_int_equal(fake_mi_operation_count(), 0);
    for (int round = 0; round < 50; round++) {
        run_to_next_round(bench);
        fake_mi_answer(running_for("C:"), "Free", "1", NULL);
        fake_mi_answer(running_for("D:"), "Free", "2", NULL);
        fake_mi_answer(running_for(""), "Free", "3", NULL);
        assert_int_equal(fake_mi_running_count(), 0);
    }
    assert_int_equal(fake_mi_session_count(), 1);
    assert_int_equal(fake_mi_operation_count(), 150);
    assert_int_equal(bench->line_count, 0);
}

static void values_carry_the_interval_and_the_time_of_the_reply(void **state)
{
    struct bench *bench = *state;
    struct value value;
    struct model_host *host = add_host(bench, disks, 2);
    start(bench, true);
    run_to_next_round(bench);
    pass_ms(bench, 250);
    uint64_t time_ns = clock_now_ns(&bench->wall.clock);
    fake_mi_answer(running(), "Free", "12345", NULL);
    assert_int_equal(count_values(bench, "c", &value), 1);
    assert_ptr_equal(value.host, host);
    assert_true(value.number > 12344.5 && value.number < 12345.5);
    assert_int_equal(value.interval_ms, 10000);
    assert_true(value.time_ns == time_ns);
}

static void a_round_ends_with_up_and_its_slowest_reply(void **state)
{
    struct bench *bench = *state;
    struct value value;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    pass_ms(bench, 200);
    fake_mi_answer(running(), "Free", "1", NULL);
    pass_ms(bench, 1500);
    fake_mi_answer(running(), "Free", "1", NULL);
    assert_int_equal(count_values(bench, "up", NULL), 0);
    pass_ms(bench, 20);
    fake_mi_answer(running(), "Free", "1", NULL);
    assert_last(bench, "up", 1.0);
    assert_last(bench, "get", 1.5);
    count_values(bench, "get", &value);
    assert_int_equal(value.interval_ms, 10000);
    assert_true(value.time_ns == clock_now_ns(&bench->wall.clock));
}

static void the_slowest_reply_is_forgotten_with_its_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    pass_ms(bench, 1500);
    fake_mi_answer(running(), "Free", "1", NULL);
    run_to_next_round(bench);
    pass_ms(bench, 100);
    fake_mi_answer(running(), "Free", "1", NULL);
    assert_last(bench, "get", 0.1);
}

static void a_host_without_instances_tells_nothing(void **state)
{
    struct bench *bench = *state;
    add_host(bench, NULL, 0);
    start(bench, true);
    run_ms(bench, 60000);
    assert_int_equal(fake_mi_operation_count(), 0);
    assert_int_equal(bench->value_count, 0);
}

/* --- Failures --- */

static void a_missing_instance_costs_only_itself_and_is_said_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    for (int round = 0; round < 3; round++) {
        run_to_next_round(bench);
        fake_mi_answer(running_for("C:"), "Free", "1", NULL);
        fake_mi_fail(running_for("D:"), &fake_mi_not_found);
        fake_mi_answer(running_for(""), "Free", "1", NULL);
        assert_last(bench, "up", 1.0);
    }
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0],
                        "web0001.example.com: Disk.DeviceID=\"D:\": no such thing");
    assert_int_equal(bench->levels[0], LOG_LEVEL_WARNING);
    run_to_next_round(bench);
    answer_all("1");
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(bench->line_count, 2);
    assert_string_equal(bench->lines[1],
                        "web0001.example.com: Disk.DeviceID=\"D:\": answers again");
    assert_int_equal(bench->levels[1], LOG_LEVEL_INFO);
    assert_int_equal(fake_mi_session_count(), 1);
}

static void a_round_of_faults_alone_is_not_up_but_has_a_response_time(void **state)
{
    struct bench *bench = *state;
    add_host(bench, disks, 2);
    start(bench, true);
    run_to_next_round(bench);
    pass_ms(bench, 300);
    fake_mi_fail(running(), &fake_mi_access_denied);
    fake_mi_fail(running(), &fake_mi_access_denied);
    assert_last(bench, "up", 0.0);
    assert_last(bench, "get", 0.3);
    assert_int_equal(bench->line_count, 1);
}

static void an_unreachable_host_is_tried_once_a_round(void **state)
{
    struct bench *bench = *state;
    static const struct fake_mi_failure *const failures[] = {
        &fake_mi_refused_connection, &fake_mi_no_name, &fake_mi_no_certificate,
        &fake_mi_shutting_down};
    add_host(bench, three, 3);
    start(bench, true);
    for (size_t i = 0; i < 8; i++) {
        run_to_next_round(bench);
        fake_mi_fail(running_for("C:"), failures[i / 2]);
        assert_int_equal(fake_mi_running_count(), 0);
        assert_int_equal(count_values(bench, "up", NULL), i + 1);
        assert_last(bench, "up", 0.0);
    }
    assert_int_equal(count_values(bench, "get", NULL), 0);
    assert_int_equal(bench->line_count, 4);
    assert_string_equal(bench->lines[0], "web0001.example.com: connection refused");
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(bench->line_count, 5);
    assert_string_equal(bench->lines[4], "web0001.example.com: answers again");
    assert_int_equal(fake_mi_session_count(), 1);
}

static void a_host_that_dies_is_down_in_its_next_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    answer_all("1");
    assert_last(bench, "up", 1.0);
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_timeout);
    assert_last(bench, "up", 0.0);
    assert_int_equal(count_values(bench, "get", NULL), 1);
}

static void a_connection_that_breaks_on_one_instance_does_not_cost_the_others(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_answer(running(), "Free", "1", NULL);
    fake_mi_fail(running_for("D:"), &fake_mi_refused_connection);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    assert_last(bench, "up", 1.0);
    run_to_next_round(bench);
    fake_mi_fail(running_for("C:"), &fake_mi_cut);
    fake_mi_answer(running_for("D:"), "Free", "1", NULL);
}

static void a_mute_host_costs_one_timeout_and_its_session_a_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    for (size_t round = 1; round <= 3; round++) {
        run_to_next_round(bench);
        run_ms(bench, 8000);
        fake_mi_fail(running_for("C:"), &fake_mi_timeout);
        assert_int_equal(fake_mi_running_count(), 0);
        assert_int_equal(fake_mi_open_session_count(), 0);
        assert_int_equal(fake_mi_session_count(), round);
        assert_last(bench, "up", 0.0);
    }
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(count_values(bench, "get", NULL), 0);
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(count_lines(bench, "answers again"), 1);
    assert_int_equal(bench->line_count, 2);
}

static void a_timeout_in_mid_round_drops_the_rest_of_it(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_answer(running(), "Free", "1", NULL);
    fake_mi_fail(running_for("D:"), &fake_mi_timeout);
    assert_int_equal(fake_mi_running_count(), 0);
    assert_int_equal(fake_mi_open_session_count(), 0);
    assert_last(bench, "up", 1.0);
}

static void a_host_that_gets_stuck_in_every_round_is_said_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    for (int i = 0; i < 5; i++) {
        run_to_next_round(bench);
        fake_mi_answer(running_for("C:"), "Free", "1", NULL);
        fake_mi_fail(running_for("D:"), &fake_mi_timeout);
    }
    assert_int_equal(bench->line_count, 1);
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(bench->line_count, 2);
    assert_string_equal(bench->lines[1], "web0001.example.com: answers again");
}

static void a_round_that_always_fails_is_said_once_beside_one_that_does_not(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, only_os, 1);
    add_round(bench, host, 20000, disks, 2);
    start(bench, true);
    for (int i = 0; i < 80; i++) {
        run_ms(bench, 1000);
        while (fake_mi_running(0) != SIZE_MAX) {
            if (fake_mi_operation(running()).key_count > 0)
                fake_mi_fail(running(), &fake_mi_timeout);
            else
                fake_mi_answer(running(), "Free", "1", NULL);
        }
    }
    assert_int_equal(bench->line_count, 1);
    for (int i = 0; i < 20; i++) {
        run_ms(bench, 1000);
        answer_all("1");
    }
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(count_lines(bench, "answers again"), 1);
}

static void what_mi_itself_refuses_is_no_answer_of_the_host(void **state)
{
    struct bench *bench = *state;
    static const struct fake_mi_failure refused = {MI_RESULT_INVALID_PARAMETER,
                                                   MI_ERRORCATEGORY_INVALID_ARGUMENT, 4, "MI",
                                                   "a namespace cannot hold a computer name"};
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_timeout);
    run_to_next_round(bench);
    fake_mi_fail(running(), &refused);
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(count_lines(bench, "answers again"), 0);
    assert_int_equal(count_values(bench, "up", NULL), 2);
    assert_int_equal(count_values(bench, "get", NULL), 0);
}

static void a_provider_that_stalls_keeps_the_session_and_the_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running_for("C:"), &fake_mi_operation_timed_out);
    fake_mi_answer(running_for("D:"), "Free", "1", NULL);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    assert_int_equal(fake_mi_open_session_count(), 1);
    assert_int_equal(fake_mi_session_count(), 1);
}

static void a_property_that_is_no_number_is_said_once_a_host(void **state)
{
    struct bench *bench = *state;
    add_host(bench, disks, 2);
    add_host(bench, only_os, 1);
    start(bench, true);
    for (int i = 0; i < 3; i++) {
        run_ms(bench, 10000);
        answer_all("plenty");
    }
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(
        count_lines(bench,
                    "web0001.example.com: Disk.DeviceID=\"C:\": Free is not a number: \"plenty\""),
        1);
    assert_int_equal(count_lines(bench, "web0002.example.com: System=@: Free is not a number"), 1);
    assert_int_equal(count_values(bench, "c", NULL), 0);
    assert_last(bench, "up", 1.0);
}

/* --- Passwords --- */

static void a_refused_host_is_held_for_five_minutes(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running_for("C:"), &fake_mi_http_401);
    run_ms(bench, 299000);
    assert_int_equal(fake_mi_operation_count(), 1);
    assert_int_equal(count_values(bench, "up", NULL), 30);
    assert_last(bench, "up", 0.0);
    assert_int_equal(count_values(bench, "get", NULL), 0);
    run_ms(bench, 1000);
    assert_int_equal(fake_mi_operation_count(), 2);
    fake_mi_fail(running_for("C:"), &fake_mi_http_401);
    run_ms(bench, 299000);
    assert_int_equal(fake_mi_operation_count(), 2);
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(count_lines(bench, bench->password_file), 1);
    assert_int_equal(count_lines(bench, "asked again in 5 minutes"), 1);
    run_ms(bench, 1000);
    answer_all("1");
    assert_last(bench, "up", 1.0);
    assert_int_equal(count_lines(bench, "answers again"), 1);
}

static void a_changed_password_ends_the_hold_at_the_next_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_http_401);
    run_ms(bench, 25000);
    assert_int_equal(fake_mi_operation_count(), 1);
    write_password(bench, "better secret");
    run_to_next_round(bench);
    assert_int_equal(fake_mi_operation_count(), 2);
    assert_string_equal(fake_mi_session(0).password, "secret");
    assert_true(fake_mi_session(0).closed);
    assert_string_equal(fake_mi_session(1).password, "better secret");
    answer_all("1");
    assert_int_equal(count_lines(bench, "answers again"), 1);
}

static void a_new_password_that_is_refused_too_is_said_again(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_http_401);
    write_password(bench, "worse secret");
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_http_401);
    run_ms(bench, 100000);
    assert_int_equal(fake_mi_operation_count(), 2);
    assert_int_equal(count_lines(bench, "401"), 2);
}

static void a_password_that_changes_while_all_is_well_makes_a_new_session(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_answer(running(), "Free", "1", NULL);
    write_password(bench, "new secret");
    assert_int_equal(fake_mi_session_count(), 1);
    answer_all("1");
    assert_int_equal(fake_mi_open_session_count(), 1);
    assert_string_equal(fake_mi_session(1).password, "new secret");
    assert_int_equal(bench->line_count, 0);
}

static void a_host_without_a_password_is_not_asked_until_there_is_one(void **state)
{
    struct bench *bench = *state;
    unlink(bench->password_file);
    add_host(bench, only_os, 1);
    start(bench, true);
    run_ms(bench, 30000);
    assert_int_equal(fake_mi_session_count(), 0);
    assert_int_equal(count_values(bench, "up", NULL), 3);
    assert_last(bench, "up", 0.0);
    assert_int_equal(bench->line_count, 1); /* of poll/secrets.c */
    write_password(bench, "secret");
    run_to_next_round(bench);
    answer_all("1");
    assert_last(bench, "up", 1.0);
}

/* --- Several rounds, long rounds --- */

static void rounds_of_a_host_share_its_session_and_never_run_at_once(void **state)
{
    struct bench *bench = *state;
    struct value value;
    struct model_host *host = add_host(bench, only_os, 1);
    add_round(bench, host, 30000, disks, 2);
    start(bench, true);
    for (int i = 0; i < 60; i++) {
        run_ms(bench, 1000);
        assert_true(fake_mi_running_count() <= 1);
        answer_all("1");
    }
    assert_int_equal(fake_mi_session_count(), 1);
    assert_int_equal(count_values(bench, "os", &value), 6);
    assert_int_equal(value.interval_ms, 10000);
    assert_int_equal(count_values(bench, "c", &value), 2);
    assert_int_equal(value.interval_ms, 30000);
    assert_int_equal(count_values(bench, "d", NULL), 2);
    /* up goes with the first round alone. */
    assert_int_equal(count_values(bench, "up", NULL), 6);
    assert_int_equal(count_values(bench, "get", NULL), 6);
}

/* The splay of a host is the same in both rounds, so they come due together now and then. */
static void a_short_round_goes_before_what_is_left_of_a_long_one(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, only_os, 1);
    add_round(bench, host, 60000, disks, 2);
    start(bench, true);
    do {
        run_to_next_round(bench);
        fake_mi_answer(running_for(""), "Free", "1", NULL);
    } while (fake_mi_running_count() == 0);
    running_for("C:");
    run_to_next_round(bench);
    assert_int_equal(fake_mi_running_count(), 1);
    fake_mi_answer(running_for("C:"), "Free", "1", NULL);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    fake_mi_answer(running_for("D:"), "Free", "1", NULL);
    assert_int_equal(fake_mi_running_count(), 0);
}

static void a_host_failure_ends_all_rounds_that_wait(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, only_os, 1);
    add_round(bench, host, 10000, disks, 2); /* the same splay: due together */
    start(bench, true);
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_refused_connection);
    assert_int_equal(fake_mi_running_count(), 0);
    assert_int_equal(fake_mi_operation_count(), 1);
    assert_int_equal(count_values(bench, "up", NULL), 1);
}

static void the_interval_bounds_the_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    run_to_next_round(bench);
    assert_int_equal(fake_mi_operation(0).timeout_ms, 8000);
    run_ms(bench, 7000);
    fake_mi_fail(running_for("C:"), &fake_mi_operation_timed_out);
    /* 10 s less a sixteenth, less the 7 s that are gone. */
    assert_int_equal(fake_mi_operation(1).timeout_ms, 2375);
    run_ms(bench, 2000);
    fake_mi_answer(running_for("D:"), "Free", "1", NULL);
    /* 375 ms are too little to begin another. */
    assert_int_equal(fake_mi_running_count(), 0);
    assert_last(bench, "up", 1.0);
    assert_int_equal(count_lines(bench, "web0001.example.com: a round of 3 instances takes longer "
                                        "than its interval of 10.000 s"),
                     1);
}

static void a_round_that_is_too_long_is_said_once_and_its_recovery_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, three, 3);
    start(bench, true);
    for (int i = 0; i < 6; i++) {
        bool slow = i < 3;
        run_to_next_round(bench);
        run_ms(bench, slow ? 7000 : 0);
        fake_mi_answer(running(), "Free", "1", NULL);
        run_ms(bench, slow ? 2000 : 0);
        answer_all("1");
    }
    assert_int_equal(count_lines(bench, "takes longer"), 1);
    assert_int_equal(count_lines(bench, "within its interval again"), 1);
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(count_values(bench, "up", NULL), 6);
}

static void a_timeout_for_the_sake_of_the_interval_is_not_the_hosts(void **state)
{
    struct bench *bench = *state;
    add_host(bench, disks, 2); /* what is cut short is the last: it must not be lost in silence */
    start(bench, true);
    for (int i = 0; i < 3; i++) {
        run_to_next_round(bench);
        run_ms(bench, 6000);
        fake_mi_answer(running_for("C:"), "Free", "1", NULL);
        assert_int_equal(fake_mi_operation(running()).timeout_ms, 3375);
        run_ms(bench, 3375);
        fake_mi_fail(running_for("D:"), &fake_mi_timeout);
        assert_int_equal(fake_mi_running_count(), 0);
        assert_int_equal(fake_mi_open_session_count(), 0);
        assert_last(bench, "up", 1.0);
    }
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(count_lines(bench, "takes longer"), 1);
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(count_lines(bench, "within its interval again"), 1);
}

static void a_mute_host_is_mute_also_when_its_round_began_late(void **state)
{
    struct bench *bench = *state;
    add_host(bench, disks, 2);
    start(bench, true);
    pass_ms(bench, bench->next_ms - clock_now_ms(&bench->clock.clock) + 4000);
    bench->next_ms = poll_poller_step(bench->poller, clock_now_ms(&bench->clock.clock));
    assert_int_equal(fake_mi_operation(running()).timeout_ms, 5375);
    fake_mi_fail(running_for("C:"), &fake_mi_timeout);
    assert_int_equal(count_lines(bench, "web0001.example.com: no reply within"), 1);
    assert_int_equal(bench->line_count, 1);
    assert_last(bench, "up", 0.0);
}

static void a_turn_that_comes_while_the_round_runs_is_missed_and_said(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    /* MI gives up too late, say, for the machine is busy. */
    run_ms(bench, 25000);
    assert_int_equal(fake_mi_operation_count(), 1);
    fake_mi_answer(running(), "Free", "1", NULL);
    assert_int_equal(fake_mi_operation_count(), 1);
    assert_int_equal(count_lines(bench, "takes longer"), 1);
    assert_last(bench, "up", 1.0);
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(fake_mi_operation_count(), 2);
    assert_int_equal(count_lines(bench, "within its interval again"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(instances_are_fetched_one_after_another_on_one_session),
        TEST(values_carry_the_interval_and_the_time_of_the_reply),
        TEST(a_round_ends_with_up_and_its_slowest_reply),
        TEST(the_slowest_reply_is_forgotten_with_its_round),
        TEST(a_host_without_instances_tells_nothing),
        TEST(a_missing_instance_costs_only_itself_and_is_said_once),
        TEST(a_round_of_faults_alone_is_not_up_but_has_a_response_time),
        TEST(an_unreachable_host_is_tried_once_a_round),
        TEST(a_host_that_dies_is_down_in_its_next_round),
        TEST(a_connection_that_breaks_on_one_instance_does_not_cost_the_others),
        TEST(a_mute_host_costs_one_timeout_and_its_session_a_round),
        TEST(a_timeout_in_mid_round_drops_the_rest_of_it),
        TEST(a_host_that_gets_stuck_in_every_round_is_said_once),
        TEST(a_round_that_always_fails_is_said_once_beside_one_that_does_not),
        TEST(what_mi_itself_refuses_is_no_answer_of_the_host),
        TEST(a_provider_that_stalls_keeps_the_session_and_the_round),
        TEST(a_property_that_is_no_number_is_said_once_a_host),
        TEST(a_refused_host_is_held_for_five_minutes),
        TEST(a_changed_password_ends_the_hold_at_the_next_round),
        TEST(a_new_password_that_is_refused_too_is_said_again),
        TEST(a_password_that_changes_while_all_is_well_makes_a_new_session),
        TEST(a_host_without_a_password_is_not_asked_until_there_is_one),
        TEST(rounds_of_a_host_share_its_session_and_never_run_at_once),
        TEST(a_short_round_goes_before_what_is_left_of_a_long_one),
        TEST(a_host_failure_ends_all_rounds_that_wait),
        TEST(the_interval_bounds_the_round),
        TEST(a_round_that_is_too_long_is_said_once_and_its_recovery_once),
        TEST(a_timeout_for_the_sake_of_the_interval_is_not_the_hosts),
        TEST(a_mute_host_is_mute_also_when_its_round_began_late),
        TEST(a_turn_that_comes_while_the_round_runs_is_missed_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
