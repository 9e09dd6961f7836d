/* SPDX-License-Identifier: MIT */
#include "poll_fixture.h"

/* --- When rounds begin --- */

static void nothing_is_sent_before_the_splay(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, three, 3);
    start(bench, true);
    uint64_t splay_ms = poll_schedule_splay_ms(host->name, 10000);
    run_ms(bench, splay_ms - 1);
    assert_int_equal(fake_mi_operation_count(), 0);
    run_ms(bench, 1);
    assert_int_equal(fake_mi_operation_count(), 1);
}

static void after_a_sleep_of_the_machine_nothing_bunches_up(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    answer_all("1");
    pass_ms(bench, 3600000);
    bench->next_ms = poll_poller_step(bench->poller, clock_now_ms(&bench->clock.clock));
    answer_all("1");
    assert_true(fake_mi_operation_count() <= 2);
    run_ms(bench, 20000);
    answer_all("1");
    assert_int_equal(count_lines(bench, "takes longer"), 1); /* not answered within run_ms */
}

/* --- Many hosts --- */

static void five_thousand_hosts_are_spread_over_the_interval(void **state)
{
    struct bench *bench = *state;
    size_t most = 0;
    for (int i = 0; i < MAX_HOSTS; i++)
        add_host(bench, only_os, 1);
    start(bench, true);
    for (int i = 0; i < 100; i++) {
        size_t before = fake_mi_operation_count();
        run_ms(bench, 100);
        size_t begun = fake_mi_operation_count() - before;
        most = begun > most ? begun : most;
        for (size_t n = before; n < before + begun; n++)
            fake_mi_answer(n, "Free", "1", NULL);
    }
    assert_int_equal(fake_mi_operation_count(), MAX_HOSTS);
    assert_int_equal(fake_mi_session_count(), MAX_HOSTS);
    assert_int_equal(count_values(bench, "up", NULL), MAX_HOSTS);
    assert_true(most < 100); /* 50 are the mean */
}

static void a_wrong_password_on_many_hosts_is_tried_once_a_host(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 20; i++)
        add_host(bench, three, 3);
    start(bench, true);
    for (int i = 0; i < 290; i++) {
        run_ms(bench, 1000);
        while (fake_mi_running(0) != SIZE_MAX)
            fake_mi_fail(fake_mi_running(0), &fake_mi_http_401);
    }
    assert_int_equal(fake_mi_operation_count(), 20);
    assert_int_equal(bench->line_count, 20);
}

static void mute_hosts_cost_the_others_nothing(void **state)
{
    struct bench *bench = *state;
    struct value value;
    for (int i = 0; i < 10; i++)
        add_host(bench, only_os, 1);
    start(bench, true);
    for (int second = 0; second < 30; second++) {
        run_ms(bench, 1000);
        for (size_t n = 0; n < fake_mi_operation_count(); n++)
            if (fake_mi_operation(n).session == 0 && !fake_mi_operation(n).answered)
                fake_mi_answer(n, "Free", "1", NULL);
    }
    /* One host answers, the nine others keep quiet; MI has not given up yet. */
    assert_int_equal(count_values(bench, "os", &value), 3);
    assert_int_equal(fake_mi_running_count(), 9);
}

/* --- The end --- */

static void stopping_in_mid_round_closes_everything_and_tells_nothing(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 100; i++)
        add_host(bench, three, 3);
    start(bench, true);
    run_ms(bench, 10000);
    for (size_t n = 50; n < 100; n++) /* those of the last seconds: time is left for more */
        fake_mi_answer(n, "Free", "1", NULL);
    assert_int_equal(fake_mi_running_count(), 100);
    assert_int_equal(fake_mi_open_session_count(), 100);
    bench->ended = true;
    poll_poller_stop(bench->poller);
    bench->poller = NULL;
    assert_int_equal(fake_mi_open_session_count(), 0);
    assert_int_equal(fake_mi_leaks(), 0);
    assert_int_equal(bench->line_count, 0);
}

static void a_poller_without_hosts_starts_and_stops(void **state)
{
    struct bench *bench = *state;
    start(bench, true);
    assert_true(bench->next_ms == POLL_SCHEDULE_NEVER);
}

static void stopping_nothing_is_fine(void **state)
{
    (void)state;
    poll_poller_stop(NULL);
}

/* --- With threads: what ThreadSanitizer shall look at --- */

static void note_get(void *context)
{
    struct bench *bench = context;
    pthread_mutex_lock(&bench->lock);
    bench->gets++;
    pthread_cond_broadcast(&bench->changed);
    pthread_mutex_unlock(&bench->lock);
}

/* The network's thread: every third GetInstance fails, each in another way. */
static void *answer_until_ended(void *argument)
{
    static const struct fake_mi_failure *const failures[] = {&fake_mi_timeout, &fake_mi_not_found,
                                                             &fake_mi_refused_connection};
    struct bench *bench = argument;
    for (size_t n = 0;; n++) {
        pthread_mutex_lock(&bench->lock);
        while (bench->gets <= n && !bench->ended)
            pthread_cond_wait(&bench->changed, &bench->lock);
        bool ended = bench->ended;
        pthread_mutex_unlock(&bench->lock);
        if (ended)
            return NULL;
        if (n % 3 == 2)
            fake_mi_fail(n, failures[n / 3 % 3]);
        else
            fake_mi_answer(n, "Free", "1", NULL);
    }
}

static void with_threads_values_flow_until_it_stops(void **state)
{
    struct bench *bench = *state;
    pthread_t network;
    for (int i = 0; i < 20; i++) {
        struct model_host *host = add_host(bench, three, 3);
        bench->rounds[i][0].interval_ms = 20;
        add_round(bench, host, 30, disks, 2);
    }
    bench->log.write = NULL; /* how often something is said depends on time here */
    fake_mi_on_get(note_get, bench);
    start(bench, false);
    assert_int_equal(pthread_create(&network, NULL, answer_until_ended, bench), 0);
    pthread_mutex_lock(&bench->lock);
    while (bench->value_count < 500)
        pthread_cond_wait(&bench->changed, &bench->lock);
    pthread_mutex_unlock(&bench->lock);
    poll_secrets_refresh(bench->secrets);
    poll_poller_stop(bench->poller);
    bench->poller = NULL;
    pthread_mutex_lock(&bench->lock);
    bench->ended = true;
    pthread_cond_broadcast(&bench->changed);
    pthread_mutex_unlock(&bench->lock);
    pthread_join(network, NULL);
    assert_true(count_values(bench, "up", NULL) > 0);
}

static void a_thread_that_waits_for_a_far_round_ends_at_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    bench->rounds[0][0].interval_ms = UINT64_MAX / 4;
    start(bench, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_sent_before_the_splay),
        TEST(after_a_sleep_of_the_machine_nothing_bunches_up),
        TEST(five_thousand_hosts_are_spread_over_the_interval),
        TEST(a_wrong_password_on_many_hosts_is_tried_once_a_host),
        TEST(mute_hosts_cost_the_others_nothing),
        TEST(stopping_in_mid_round_closes_everything_and_tells_nothing),
        TEST(a_poller_without_hosts_starts_and_stops),
        TEST(stopping_nothing_is_fine),
        TEST(with_threads_values_flow_until_it_stops),
        TEST(a_thread_that_waits_for_a_far_round_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
