/* SPDX-License-Identifier: MIT */
/*
 * Cancel, Close, Session_Close and Application_Close at every state of an operation. A server, a
 * name service, a KDC or a callback holds the operation in its state until the test lets it go;
 * nothing is left to chance and nobody sleeps. Under ThreadSanitizer this is the test of every
 * lock; with AddressSanitizer of every lifetime.
 */
#include "torture_states.h"

#include <unistd.h>

SUPPRESS_NTLM_LEAKS

/* --- what is done to it --- */

static void let_go(const struct state *state, struct rig *rig)
{
    if (state->leave != NULL)
        state->leave(rig);
}

static void close_other(struct rig *rig)
{
    if (rig->other.reserved1 != 0)
        assert_int_equal(MI_Operation_Close(&rig->other), MI_RESULT_OK);
}

static void close_sessions(struct rig *rig)
{
    assert_int_equal(MI_Session_Close(&rig->session, NULL, NULL), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&rig->session, NULL, NULL), MI_RESULT_INVALID_PARAMETER);
    if (rig->other_session.reserved1 != 0)
        assert_int_equal(MI_Session_Close(&rig->other_session, NULL, NULL), MI_RESULT_OK);
}

static void assert_closed(struct rig *rig)
{
    assert_int_equal(MI_Operation_Close(&rig->operation), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Operation_Cancel(&rig->operation, MI_REASON_NONE),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Operation_GetInstance(&rig->operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_INVALID_PARAMETER);
}

static void cancel_then_close(const struct state *state, struct rig *rig)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(MI_Operation_Cancel(&rig->operation, MI_REASON_SHUTDOWN), MI_RESULT_OK);
    if (state->leave == leave_callback)
        let_go(state, rig); /* else the result comes without anybody's help */
    wait_on(&rig->watcher.called);
    assert_int_equal(MI_Operation_Cancel(&rig->operation, MI_REASON_NONE), MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&rig->operation), MI_RESULT_OK);
    assert_closed(rig);
    close_other(rig);
    close_sessions(rig);
    if (state->leave != leave_callback)
        let_go(state, rig);
}

static void close_at_once(const struct state *state, struct rig *rig)
{
    assert_int_equal(MI_Operation_Close(&rig->operation), MI_RESULT_OK);
    assert_closed(rig);
    if (state->leave == leave_callback)
        let_go(state, rig);
    wait_on(&rig->watcher.called);
    close_other(rig);
    close_sessions(rig);
    if (state->leave != leave_callback)
        let_go(state, rig);
}

static void note(void *context)
{
    sem_post(context);
}

static void close_the_session_first(const struct state *state, struct rig *rig)
{
    assert_int_equal(MI_Session_Close(&rig->session, &rig->session_closed, note), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&rig->session, NULL, NULL), MI_RESULT_INVALID_PARAMETER);
    if (state->leave == leave_callback)
        let_go(state, rig);
    wait_on(&rig->watcher.called);
    assert_int_equal(sem_trywait(&rig->session_closed), -1); /* a handle is open still */
    assert_int_equal(MI_Operation_Close(&rig->operation), MI_RESULT_OK);
    close_other(rig);
    wait_on(&rig->session_closed);
    if (rig->other_session.reserved1 != 0)
        assert_int_equal(MI_Session_Close(&rig->other_session, NULL, NULL), MI_RESULT_OK);
    if (state->leave != leave_callback)
        let_go(state, rig);
}

static void *close_session(void *argument)
{
    struct rig *rig = argument;
    MI_Session session = rig->session;
    assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
    return NULL;
}

/* Until a handle is refused: the one way to see that another thread is inside a Close. */
static void await_closed_session(const struct rig *rig)
{
    MI_Session session = rig->session;
    for (;;) {
        struct watcher refused;
        MI_Operation late;
        watcher_init(&refused);
        start_get(&session, rig->key, &refused, &late);
        if (late.reserved1 == 0) {
            assert_int_equal(refused.calls, 1);
            assert_int_equal(refused.result, MI_RESULT_INVALID_PARAMETER);
            return;
        }
        assert_int_equal(MI_Operation_Close(&late), MI_RESULT_OK);
        wait_on(&refused.called);
    }
}

static void close_while_another_closes_the_session(const struct state *state, struct rig *rig)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_session, rig), 0);
    if (state->leave != leave_callback) /* else a late operation would wait for the callback */
        await_closed_session(rig);
    assert_int_equal(MI_Operation_Close(&rig->operation), MI_RESULT_OK);
    close_other(rig);
    if (state->leave == leave_callback)
        let_go(state, rig);
    wait_on(&rig->watcher.called);
    if (state->leave != leave_callback)
        let_go(state, rig);
    pthread_join(thread, NULL);
    if (rig->other_session.reserved1 != 0)
        assert_int_equal(MI_Session_Close(&rig->other_session, NULL, NULL), MI_RESULT_OK);
}

static void *close_application(void *argument)
{
    struct rig *rig = argument;
    assert_int_equal(MI_Application_Close(&rig->application), MI_RESULT_OK);
    return NULL;
}

static void close_the_application_and_nothing_else(const struct state *state, struct rig *rig)
{
    pthread_t thread;
    MI_Operation operation = rig->operation;
    if (state->leave != leave_callback) {
        close_application(rig);
    } else {
        assert_int_equal(pthread_create(&thread, NULL, close_application, rig), 0);
        /* It cannot be gone while a callback is held. */
        while (MI_Operation_Cancel(&operation, MI_REASON_NONE) == MI_RESULT_OK)
            sched_yield();
        let_go(state, rig);
        pthread_join(thread, NULL);
    }
    wait_on(&rig->watcher.called);
    if (state->leave != leave_callback)
        let_go(state, rig);
}

/* --- all at once --- */

#define ROUGHS 6
struct rough {
    struct rig *rig;
    pthread_barrier_t *start;
    int number;
    MI_Result close_result, session_result;
};

static void *be_rough(void *argument)
{
    struct rough *rough = argument;
    struct rig *rig = rough->rig;
    MI_Operation operation = rig->operation;
    MI_Session session = rig->session;
    pthread_barrier_wait(rough->start);
    if (rough->number % 2 == 0)
        MI_Operation_Cancel(&operation, MI_REASON_TIMEOUT);
    if (rough->number == 1)
        rough->session_result = MI_Session_Close(&session, NULL, NULL);
    if (rough->number == 4)
        rough->session_result = MI_Session_Close(&session, &rig->session_closed, note);
    if (rough->number == 2 || rough->number == 3)
        rough->close_result = MI_Operation_Close(&operation);
    MI_Operation_Cancel(&operation, MI_REASON_NONE);
    return NULL;
}

static void everybody_at_once(const struct state *state, struct rig *rig)
{
    pthread_barrier_t start;
    pthread_t threads[ROUGHS];
    struct rough roughs[ROUGHS];
    int closed = 0, sessions_closed = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, ROUGHS + 1), 0);
    for (int i = 0; i < ROUGHS; i++) {
        roughs[i] = (struct rough){rig, &start, i, MI_RESULT_FAILED, MI_RESULT_FAILED};
        assert_int_equal(pthread_create(&threads[i], NULL, be_rough, &roughs[i]), 0);
    }
    pthread_barrier_wait(&start);
    if (state->leave == leave_callback)
        let_go(state, rig);
    close_other(rig);
    wait_on(&rig->watcher.called);
    if (state->leave != leave_callback)
        let_go(state, rig);
    for (int i = 0; i < ROUGHS; i++) {
        pthread_join(threads[i], NULL);
        closed += roughs[i].close_result == MI_RESULT_OK;
        sessions_closed += roughs[i].session_result == MI_RESULT_OK;
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(closed, 1);
    assert_int_equal(sessions_closed, 1);
}

/* --- every state, every order --- */

typedef void order(const struct state *state, struct rig *rig);

static void try(const struct state *state, bool synchronous, order *act)
{
    struct rig rig;
    set_up(&rig, synchronous);
    state->enter(&rig);
    act(state, &rig);
    tear_down(&rig);
    if (rig.watcher.calls != 1)
        fail_msg("%s: %u results", state->name, rig.watcher.calls);
    if (!synchronous && !state->ended && state->enter != enter_replied &&
        strstr(rig.watcher.message, "canceled") == NULL)
        fail_msg("%s: ended with \"%s\"", state->name, rig.watcher.message);
}

static void in_every_state(order *act)
{
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        for (int synchronous = 0; synchronous < 2; synchronous++) {
            const struct state *state = &states[i];
            if (synchronous && state->asynchronous_only)
                continue;
            struct holdings before = look_at_holdings();
            try(state, synchronous, act);
            assert_nothing_more_is_held(before);
        }
}

static void it_is_canceled_and_closed_in_every_state(void **state)
{
    (void)state;
    in_every_state(cancel_then_close);
}

static void it_is_closed_at_once_in_every_state(void **state)
{
    (void)state;
    in_every_state(close_at_once);
}

static void its_session_is_closed_before_it_in_every_state(void **state)
{
    (void)state;
    in_every_state(close_the_session_first);
}

static void it_is_closed_while_another_thread_waits_in_session_close_in_every_state(void **state)
{
    (void)state;
    in_every_state(close_while_another_closes_the_session);
}

static void its_application_is_closed_over_it_in_every_state(void **state)
{
    (void)state;
    in_every_state(close_the_application_and_nothing_else);
}

static void six_threads_cancel_and_close_at_once_in_every_state(void **state)
{
    (void)state;
    const char *rounds = getenv("MI_TORTURE_ROUNDS");
    for (unsigned long left = rounds != NULL ? strtoul(rounds, NULL, 10) : 3; left > 0; left--)
        in_every_state(everybody_at_once);
}

static char conf[] = "/tmp/mi_torture_XXXXXX";

static int prepare(void **state)
{
    (void)state;
    int fd = mkstemp(conf);
    if (fd < 0)
        return -1;
    close(fd);
    setenv("KRB5_CONFIG", conf, 1);
    /* The libraries keep what they open first: GSS its mechanisms, OpenSSL its random numbers. */
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        try(&states[i], false, close_at_once);
    return 0;
}

static int clear_away(void **state)
{
    (void)state;
    return unlink(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_canceled_and_closed_in_every_state),
        cmocka_unit_test(it_is_closed_at_once_in_every_state),
        cmocka_unit_test(its_session_is_closed_before_it_in_every_state),
        cmocka_unit_test(it_is_closed_while_another_thread_waits_in_session_close_in_every_state),
        cmocka_unit_test(its_application_is_closed_over_it_in_every_state),
        cmocka_unit_test(six_threads_cancel_and_close_at_once_in_every_state),
    };
    return cmocka_run_group_tests(tests, prepare, clear_away);
}
