/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "poll/schedule.h"

#define START 1000000u

static struct poll_schedule *schedule_of(size_t capacity)
{
    struct poll_schedule *schedule = poll_schedule_new(capacity, NULL);
    assert_non_null(schedule);
    return schedule;
}

static void add(struct poll_schedule *schedule, uint32_t host, uint64_t due_ms,
                uint64_t interval_ms)
{
    struct poll_slot slot = {host, 0};
    assert_true(poll_schedule_add(schedule, slot, due_ms, interval_ms));
}

static void an_empty_schedule_never_has_anything(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(0);
    struct poll_due due;
    assert_true(poll_schedule_next_ms(schedule) == POLL_SCHEDULE_NEVER);
    assert_false(poll_schedule_take(schedule, START, &due));
    assert_false(poll_schedule_add(schedule, (struct poll_slot){0, 0}, START, 1000));
    poll_schedule_free(schedule);
}

static void nothing_is_taken_before_its_time(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(1);
    struct poll_due due;
    add(schedule, 7, START + 10, 1000);
    assert_false(poll_schedule_take(schedule, START + 9, &due));
    assert_true(poll_schedule_take(schedule, START + 10, &due));
    assert_int_equal(due.slot.host, 7);
    assert_int_equal(due.due_ms, START + 10);
    assert_int_equal(due.next_ms, START + 1010);
    assert_false(poll_schedule_take(schedule, START + 10, &due));
    assert_int_equal(poll_schedule_next_ms(schedule), START + 1010);
    poll_schedule_free(schedule);
}

static void a_late_round_keeps_its_phase_and_is_taken_once(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(1);
    struct poll_due due;
    add(schedule, 0, START, 1000);
    /* Three turns and four tenths late: one round, for the turn of four tenths ago. */
    assert_true(poll_schedule_take(schedule, START + 3400, &due));
    assert_int_equal(due.due_ms, START + 3000);
    assert_int_equal(due.next_ms, START + 4000);
    assert_false(poll_schedule_take(schedule, START + 3400, &due));
    assert_true(poll_schedule_take(schedule, START + 4000, &due));
    poll_schedule_free(schedule);
}

static void a_turn_missed_by_half_its_interval_is_left_out(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(1);
    struct poll_due due;
    add(schedule, 0, START, 1000);
    assert_false(poll_schedule_take(schedule, START + 500, &due));
    assert_int_equal(poll_schedule_next_ms(schedule), START + 1000);
    assert_true(poll_schedule_take(schedule, START + 1499, &due));
    poll_schedule_free(schedule);
}

static void slots_come_in_the_order_of_their_times(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct poll_schedule *schedule = schedule_of(COUNT);
    struct poll_due due;
    uint64_t last = 0;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        add(schedule, i, START + i * 7919u % 10000, 10000);
    for (uint64_t now = START; now < START + 30000; now++) {
        while (poll_schedule_take(schedule, now, &due)) {
            assert_true(due.due_ms >= last);
            assert_int_equal(due.due_ms, now);
            last = due.due_ms;
            taken++;
        }
    }
    assert_int_equal(taken, 3 * COUNT);
    poll_schedule_free(schedule);
}

static void rounds_of_different_intervals_keep_their_own(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(3);
    struct poll_due due;
    unsigned taken[3] = {0, 0, 0};
    add(schedule, 0, START, 10);
    add(schedule, 1, START + 5, 30);
    add(schedule, 2, START + 9, 100);
    for (uint64_t now = START; now < START + 300; now++)
        while (poll_schedule_take(schedule, now, &due))
            taken[due.slot.host]++;
    assert_int_equal(taken[0], 30);
    assert_int_equal(taken[1], 10);
    assert_int_equal(taken[2], 3);
    poll_schedule_free(schedule);
}

static void an_interval_of_nothing_does_not_hang(void **state)
{
    (void)state;
    struct poll_schedule *schedule = schedule_of(1);
    struct poll_due due;
    add(schedule, 0, START, 0);
    assert_true(poll_schedule_take(schedule, START + 5, &due));
    assert_false(poll_schedule_take(schedule, START + 5, &due));
    poll_schedule_free(schedule);
}

static void the_splay_is_stable_and_below_the_interval(void **state)
{
    (void)state;
    uint64_t splay = poll_schedule_splay_ms("web01.example.com", 30000);
    assert_int_equal(splay, 1296);
    assert_true(splay < 30000);
    assert_int_equal(poll_schedule_splay_ms("web01.example.com", 0), 0);
    assert_int_equal(poll_schedule_splay_ms("", 1), 0);
}

static void five_thousand_names_spread_evenly(void **state)
{
    (void)state;
    unsigned tenth[10] = {0};
    for (int i = 0; i < 5000; i++) {
        char name[40];
        snprintf(name, sizeof name, "web%04d.example.com", i);
        tenth[poll_schedule_splay_ms(name, 10000) / 1000]++;
    }
    for (int i = 0; i < 10; i++) {
        assert_true(tenth[i] > 400);
        assert_true(tenth[i] < 600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_schedule_never_has_anything),
        cmocka_unit_test(nothing_is_taken_before_its_time),
        cmocka_unit_test(a_late_round_keeps_its_phase_and_is_taken_once),
        cmocka_unit_test(a_turn_missed_by_half_its_interval_is_left_out),
        cmocka_unit_test(slots_come_in_the_order_of_their_times),
        cmocka_unit_test(rounds_of_different_intervals_keep_their_own),
        cmocka_unit_test(an_interval_of_nothing_does_not_hang),
        cmocka_unit_test(the_splay_is_stable_and_below_the_interval),
        cmocka_unit_test(five_thousand_names_spread_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
