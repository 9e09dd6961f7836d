/* SPDX-License-Identifier: MIT */
/* Counters that are not cooked but unwrapped, and both over the restarts of simulated hosts. */
#include "cook_fixture.h"

static void assert_sum(struct world *world, uint64_t sum)
{
    assert_false(world->number.is_real || world->number.negative);
    assert_true(world->number.magnitude == sum);
}

static void a_raw_counter_is_unwrapped(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_RAW, COUNTER);
    assert_int_equal(take_at(world, 4294967290, 100), METRIC_SAMPLE_OK);
    assert_sum(world, 4294967290);
    assert_int_equal(take_at(world, 4, 110), METRIC_SAMPLE_OK);
    assert_sum(world, 4294967300);
    assert_int_equal(take_at(world, 4, 120), METRIC_SAMPLE_OK);
    assert_sum(world, 4294967300);
    assert_int_equal(take_at(world, 4000000004, 130), METRIC_SAMPLE_OK);
    assert_sum(world, 8294967300);
    begin(world, MODEL_READING_RAW, BULK);
    assert_int_equal(take_at(world, UINT64_MAX - 1, 100), METRIC_SAMPLE_OK);
    assert_int_equal(take_at(world, 2, 110), METRIC_SAMPLE_OK);
    assert_sum(world, 2); /* modulo 2^64, as collectd's own differences are */
}

static void a_raw_counter_needs_neither_base_nor_clock(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_RAW, AVG_TIMER);
    forget(world);
    add(world, "P", "5");
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    forget(world);
    add(world, "P", "7");
    assert_int_equal(take(world), METRIC_SAMPLE_OK);
    assert_sum(world, 7);
}

static void a_raw_counter_of_no_known_type_has_the_width_that_is_said(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_RAW, MODEL_COUNTER_UNKNOWN);
    world->metric.counter_bits = 32;
    assert_int_equal(take_at(world, 4294967290, 100), METRIC_SAMPLE_OK);
    assert_int_equal(take_at(world, 4, 110), METRIC_SAMPLE_OK);
    assert_sum(world, 4294967300);
    begin(world, MODEL_READING_RAW, MODEL_COUNTER_UNKNOWN);
    world->metric.counter_bits = 0;
    assert_int_equal(take_at(world, 4294967290, 100), METRIC_SAMPLE_OK);
    assert_int_equal(take_at(world, 4, 110), METRIC_SAMPLE_FELL);
}

static void a_raw_counter_never_falls(void **state)
{
    struct world *world = *state;
    begin(world, MODEL_READING_RAW, BULK);
    assert_int_equal(take_at(world, 1000, 1000), METRIC_SAMPLE_OK);
    assert_int_equal(take_at(world, 1500, 1010), METRIC_SAMPLE_OK);
    assert_sum(world, 1500);
    assert_int_equal(take_at(world, 30, 20), METRIC_SAMPLE_REBOOTED);
    assert_int_equal(take_at(world, 40, 30), METRIC_SAMPLE_OK);
    assert_sum(world, 1510);
    assert_int_equal(take_at(world, 5, 40), METRIC_SAMPLE_FELL);
    assert_int_equal(take_at(world, 6, 50), METRIC_SAMPLE_OK);
    assert_sum(world, 1511);
    put(world, NULL, 60, 1);
    assert_int_equal(take(world), METRIC_SAMPLE_NULL);
    assert_int_equal(take_at(world, 3, 70), METRIC_SAMPLE_NOT_YET);
    assert_int_equal(take_at(world, 4, 80), METRIC_SAMPLE_OK);
    assert_sum(world, 1512);
}

/* --- Hosts that restart now and then --- */

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static void whatever_happens_no_wrong_rate_is_told(void **state)
{
    struct world *world = *state;
    uint64_t random = 88172645463325252u;
    size_t told = 0, silent = 0;
    for (int host = 0; host < 60; host++) {
        uint32_t code = host % 2 ? COUNTER : BULK;
        uint64_t mask = host % 2 ? UINT32_MAX : UINT64_MAX;
        uint64_t rate = next_random(&random) % 30000000; /* 32 bits wrap in minutes */
        uint64_t counted = next_random(&random) & mask, uptime_s = 1000;
        uint64_t sum = 0;
        struct metric_memory raw = {.has_last = false};
        begin(world, MODEL_READING_COOKED, code);
        for (int i = 0; i < 100; i++) {
            uint64_t interval_s = 1 + next_random(&random) % 60;
            bool restarts = next_random(&random) % 10 == 0 && uptime_s > 200;
            uptime_s = restarts ? 1 + next_random(&random) % 100 : uptime_s + interval_s;
            counted = (restarts ? rate * uptime_s : counted + rate * interval_s) & mask;
            enum metric_outcome outcome = take_at(world, counted, uptime_s);
            if (outcome == METRIC_SAMPLE_OK)
                assert_cooked(world, (double)rate);
            told += outcome == METRIC_SAMPLE_OK;
            silent += outcome != METRIC_SAMPLE_OK;
            world->metric.reading = MODEL_READING_RAW;
            if (metric_cook_take(world->instance, &world->metric, 0, &raw, &world->number,
                                 &world->refusal) == METRIC_SAMPLE_OK) {
                uint64_t grown = world->number.magnitude - sum;
                if (i > 0)
                    assert_true(grown == rate * interval_s);
                sum = world->number.magnitude;
            }
            world->metric.reading = MODEL_READING_COOKED;
        }
    }
    print_message("# %zu rates, %zu gaps\n", told, silent);
    assert_true(told > 4000 && silent > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_raw_counter_is_unwrapped),
        WORLD_TEST(a_raw_counter_needs_neither_base_nor_clock),
        WORLD_TEST(a_raw_counter_of_no_known_type_has_the_width_that_is_said),
        WORLD_TEST(a_raw_counter_never_falls),
        WORLD_TEST(whatever_happens_no_wrong_rate_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
