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
        for (size_t n = before; n < fake_mi_operation_count(); n++)
            fake_mi_answer(n, "Free", "1", NULL);
        size_t begun = fake_mi_operation_count() - before;
        most = begun > most ? begun : most;
    }
    assert_int_equal(fake_mi_operation_count(), MAX_HOSTS);
    assert_int_equal(fake_mi_session_count(), MAX_HOSTS);
    assert_int_equal(count_values(bench, "up", NULL), MAX_HOSTS);
    assert_true(most < 100); /* 50 are the mean */
}

/* --- One auth of many hosts --- */

static void add_hosts_of_a_minute(struct bench *bench, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_host(bench, only_os, 1);
        bench->rounds[i][0].interval_ms = 60000;
    }
}

/* Everything that is sent fails so, at once. */
static void run_refused(struct bench *bench, uint64_t seconds,
                        const struct fake_mi_failure *failure)
{
    for (uint64_t i = 0; i < seconds * 20; i++) {
        run_ms(bench, 50);
        while (fake_mi_running(0) != SIZE_MAX)
            fake_mi_fail(fake_mi_running(0), failure);
    }
}

static void a_wrong_password_is_tried_three_times_and_then_once_in_five_minutes(void **state)
{
    struct bench *bench = *state;
    add_hosts_of_a_minute(bench, 800);
    start(bench, true);
    run_refused(bench, 299, &fake_mi_http_401);
    assert_int_equal(fake_mi_operation_count(), 3);
    run_refused(bench, 900, &fake_mi_http_401);
    assert_int_equal(fake_mi_operation_count(), 6);
    assert_in_range(count_values(bench, "up", NULL), 800 * 19, 800 * 20);
    assert_last(bench, "up", 0.0);
    assert_int_equal(bench->line_count, 3);
    assert_int_equal(count_lines(bench, "hosts.yaml:2:3: auth monitor: HTTP 401"), 1);
    assert_int_equal(count_lines(bench, "of all one is asked every 5 minutes"), 1);
    assert_int_equal(count_lines(bench, bench->password_file), 3);
    /* No host was asked twice: each probe is another one's. */
    for (size_t i = 0; i < fake_mi_session_count(); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(fake_mi_session(i).address, fake_mi_session(j).address);
    /* The account is mended: the next probe frees all. */
    run_ms(bench, 10000);
    answer_all("1");
    assert_int_equal(count_lines(bench, "auth monitor: accepted by "), 1);
    size_t before = fake_mi_operation_count();
    run_ms(bench, 50000);
    answer_all("1");
    assert_in_range(fake_mi_operation_count() - before, 600, 800);
}

static void a_wrong_password_on_slow_hosts_is_tried_three_times_too(void **state)
{
    struct bench *bench = *state;
    add_hosts_of_a_minute(bench, 800);
    start(bench, true);
    run_ms(bench, 55000);
    assert_int_equal(fake_mi_operation_count(), 3);
    run_refused(bench, 200, &fake_mi_http_401);
    assert_int_equal(fake_mi_operation_count(), 3);
    assert_last(bench, "up", 0.0);
}

static void another_password_is_tried_at_once_on_all_hosts(void **state)
{
    struct bench *bench = *state;
    add_hosts_of_a_minute(bench, 50);
    start(bench, true);
    run_refused(bench, 100, &fake_mi_http_401);
    assert_int_equal(fake_mi_operation_count(), 3);
    write_password(bench, "better secret");
    for (int i = 0; i < 60; i++) {
        run_ms(bench, 1000);
        answer_all("1");
    }
    assert_int_equal(fake_mi_operation_count(), 53);
    assert_last(bench, "up", 1.0);
    /* And when that one ends, it is three again. */
    run_refused(bench, 100, &fake_mi_http_401);
    assert_int_equal(fake_mi_operation_count(), 56);
    assert_int_equal(count_lines(bench, "of all one is asked every 5 minutes"), 2);
}

static void an_account_that_the_kdc_refuses_is_left_alone_for_half_an_hour(void **state)
{
    struct bench *bench = *state;
    add_hosts_of_a_minute(bench, 100);
    start(bench, true);
    run_refused(bench, 1799, &fake_mi_kdc_refused);
    assert_int_equal(fake_mi_operation_count(), 1);
    assert_in_range(count_values(bench, "up", NULL), 2900, 3000);
    assert_int_equal(bench->line_count, 1);
    assert_non_null(strstr(bench->lines[0], "hosts.yaml:2:3: auth monitor: the KDC refuses"));
    assert_non_null(strstr(bench->lines[0], "30 minutes"));
    run_refused(bench, 1800, &fake_mi_kdc_refused);
    assert_int_equal(fake_mi_operation_count(), 2);
    assert_int_equal(bench->line_count, 1);
    write_password(bench, "better secret");
    run_ms(bench, 10000);
    answer_all("1");
    assert_in_range(fake_mi_operation_count(), 10, 40);
}

static void hosts_that_wait_for_mute_ones_are_told_down_and_then_asked(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 10; i++)
        add_host(bench, only_os, 1);
    start(bench, true);
    run_ms(bench, 29999);
    assert_int_equal(fake_mi_running_count(), 3);
    assert_int_equal(count_values(bench, "up", NULL), 14); /* seven in the second and third turn */
    assert_last(bench, "up", 0.0);
    fake_mi_fail(running(), &fake_mi_timeout);
    assert_int_equal(fake_mi_operation_count(), 4);
    fake_mi_answer(fake_mi_operation_count() - 1, "Free", "1", NULL);
    answer_all("1");
    assert_last(bench, "up", 1.0);
    assert_in_range(fake_mi_operation_count(), 9, 11);
    assert_int_equal(count_lines(bench, "auth monitor"), 0);
}

/* 401 and then silence: no verdict, but others may try before five minutes are over. */
static void a_host_that_never_comes_leaves_its_turn_to_the_next(void **state)
{
    struct bench *bench = *state;
    add_hosts_of_a_minute(bench, 20);
    start(bench, true);
    run_refused(bench, 100, &fake_mi_http_401);
    run_refused(bench, 220, &fake_mi_timeout);
    assert_int_equal(fake_mi_operation_count(), 4);
    run_refused(bench, 190, &fake_mi_timeout);
    assert_in_range(fake_mi_operation_count(), 6, 7);
}

static void two_auths_have_nothing_to_do_with_each_other(void **state)
{
    struct bench *bench = *state;
    struct model_auth two[2] = {bench->auth, bench->auth};
    two[1].name = "other";
    add_hosts_of_a_minute(bench, 10);
    start(bench, true);
    poll_poller_stop(bench->poller);
    poll_secrets_free(bench->secrets);
    for (size_t i = 0; i < 10; i++)
        bench->hosts[i].auth = &two[i % 2];
    bench->model.auths = two;
    bench->model.auth_count = 2;
    restart(bench, true);
    for (int i = 0; i < 1200; i++) {
        run_ms(bench, 100);
        for (size_t n; (n = fake_mi_running(0)) != SIZE_MAX;) {
            struct fake_mi_session session = fake_mi_session(fake_mi_operation(n).session);
            if (atoi(session.address + 3) % 2 == 0)
                fake_mi_fail(n, &fake_mi_http_401);
            else
                fake_mi_answer(n, "Free", "1", NULL);
        }
    }
    assert_int_equal(fake_mi_operation_count(), 2 * 5 + 3);
    assert_int_equal(count_lines(bench, "auth other"), 1);
    assert_int_equal(count_lines(bench, "auth monitor"), 0);
    poll_poller_stop(bench->poller);
    poll_secrets_free(bench->secrets);
    bench->poller = NULL;
    bench->secrets = NULL;
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
    uint64_t first_ms = bench->next_ms - clock_now_ms(&bench->clock.clock);
    run_ms(bench, first_ms);
    fake_mi_answer(running(), "Free", "1", NULL); /* the auth is accepted: nobody waits */
    run_ms(bench, 10000 - first_ms);
    for (size_t n = 51; n < 101; n++) /* those of the last seconds: time is left for more */
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
        TEST(a_wrong_password_is_tried_three_times_and_then_once_in_five_minutes),
        TEST(a_wrong_password_on_slow_hosts_is_tried_three_times_too),
        TEST(another_password_is_tried_at_once_on_all_hosts),
        TEST(an_account_that_the_kdc_refuses_is_left_alone_for_half_an_hour),
        TEST(hosts_that_wait_for_mute_ones_are_told_down_and_then_asked),
        TEST(a_host_that_never_comes_leaves_its_turn_to_the_next),
        TEST(two_auths_have_nothing_to_do_with_each_other),
        TEST(mute_hosts_cost_the_others_nothing),
        TEST(stopping_in_mid_round_closes_everything_and_tells_nothing),
        TEST(a_poller_without_hosts_starts_and_stops),
        TEST(stopping_nothing_is_fine),
        TEST(with_threads_values_flow_until_it_stops),
        TEST(a_thread_that_waits_for_a_far_round_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
