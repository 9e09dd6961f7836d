/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "http/timer.h"

#define COUNT 500

struct probe {
    struct http_timer timer;
    uint64_t fired_at;
};

static uint64_t now_ms;
static size_t fired;
static uint64_t last_due;

static void fire(struct http_timer *timer)
{
    struct probe *probe = (struct probe *)timer;
    assert_int_equal(probe->fired_at, 0);
    assert_true(timer->due_ms <= now_ms);
    assert_true(timer->due_ms >= last_due);
    last_due = timer->due_ms;
    probe->fired_at = now_ms;
    fired++;
}

static void start(struct http_timers *timers, struct probe *probes)
{
    http_timers_init(timers);
    now_ms = fired = last_due = 0;
    srandom(7);
    for (size_t i = 0; i < COUNT; i++) {
        probes[i] = (struct probe){.timer = {.fire = fire}};
        uint64_t due = 1 + (uint64_t)random() % 10000;
        assert_int_equal(http_timers_set(timers, &probes[i].timer, due, NULL), 0);
    }
}

static void timers_fire_in_order_and_never_early(void **state)
{
    (void)state;
    static struct probe probes[COUNT];
    struct http_timers timers;
    start(&timers, probes);
    while (http_timers_wait_ms(&timers, now_ms) > 0) {
        now_ms += (uint64_t)http_timers_wait_ms(&timers, now_ms);
        size_t before = fired;
        http_timers_fire(&timers, now_ms);
        assert_true(fired > before);
    }
    assert_int_equal(fired, COUNT);
    assert_int_equal(http_timers_wait_ms(&timers, now_ms), -1);
    http_timers_free(&timers);
}

static void a_cleared_timer_never_fires_and_the_others_do(void **state)
{
    (void)state;
    static struct probe probes[COUNT];
    struct http_timers timers;
    start(&timers, probes);
    for (size_t i = 0; i < COUNT; i += 3)
        http_timers_clear(&timers, &probes[i].timer);
    http_timers_clear(&timers, &probes[0].timer);
    now_ms = 20000;
    http_timers_fire(&timers, now_ms);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(probes[i].fired_at, i % 3 == 0 ? 0 : now_ms);
    http_timers_free(&timers);
}

static void a_timer_set_again_is_due_at_its_new_time_only(void **state)
{
    (void)state;
    struct http_timers timers;
    struct probe probe = {.timer = {.fire = fire}};
    http_timers_init(&timers);
    now_ms = fired = last_due = 0;
    assert_int_equal(http_timers_set(&timers, &probe.timer, 10, NULL), 0);
    assert_int_equal(http_timers_set(&timers, &probe.timer, 50, NULL), 0);
    now_ms = 49;
    http_timers_fire(&timers, now_ms);
    assert_int_equal(fired, 0);
    now_ms = 50;
    http_timers_fire(&timers, now_ms);
    assert_int_equal(fired, 1);
    http_timers_free(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_in_order_and_never_early),
        cmocka_unit_test(a_cleared_timer_never_fires_and_the_others_do),
        cmocka_unit_test(a_timer_set_again_is_due_at_its_new_time_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
