/* SPDX-License-Identifier: MIT */
/* The life of an operation: callbacks, time, cancel, close, against a scripted server. */
#include "mi_fixture.h"

/* --- time, cancel, close --- */

struct watcher {
    sem_t called;
    unsigned calls;
    MI_Result result;
    MI_Uint32 category;
    bool close;
};

static void watch(MI_Operation *operation, void *context, const MI_Instance *instance,
                  MI_Boolean more, MI_Result result, const MI_Char *message,
                  const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    struct watcher *watcher = context;
    MI_Value value = {.uint32 = 0};
    (void)acknowledge;
    assert_int_equal(more, MI_FALSE);
    assert_true((result == MI_RESULT_OK) == (instance != NULL));
    assert_true((result == MI_RESULT_OK) == (message == NULL));
    if (details != NULL)
        MI_Instance_GetElement(details, "error_Category", &value, NULL, NULL, NULL);
    watcher->calls++;
    watcher->result = result;
    watcher->category = value.uint32;
    if (result == MI_RESULT_INVALID_PARAMETER) { /* refused at once, on the caller's thread */
        sem_post(&watcher->called);
        return;
    }
    /* Waiting for this very thread is refused. */
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_FAILED);
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_FAILED);
    assert_int_not_equal(MI_Operation_GetInstance(operation, NULL, NULL, NULL, NULL, NULL),
                         MI_RESULT_OK);
    if (watcher->close)
        assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
    sem_post(&watcher->called);
}

static void start(struct watcher *watcher, bool close, MI_Operation *operation)
{
    *watcher = (struct watcher){.close = close};
    sem_init(&watcher->called, 0, 0);
    MI_OperationCallbacks callbacks = {.callbackContext = watcher, .instanceResult = watch};
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, &callbacks, operation);
}

static void a_callback_comes_once_and_may_close_its_operation(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    start(&watcher, true, &operation);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.result, MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_INVALID_PARAMETER);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void a_mute_host_times_out_at_the_time_asked_for(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    fake_clock_advance_ms(&bench.clock, 2000);
    mi_application_wake(&bench.application);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.result, MI_RESULT_FAILED);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_TIMEOUT);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void cancel_ends_it_with_one_result_however_often(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_OK);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void closing_unfinished_operations_never_hangs(void **state)
{
    (void)state;
    MI_Operation synchronous, asynchronous, queued;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &synchronous);
    start(&watcher, false, &asynchronous);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &queued);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    assert_int_equal(MI_Operation_Close(&asynchronous), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(MI_Operation_Close(&synchronous), MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&queued), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_INVALID_PARAMETER);
}

static void *cancel_later(void *operation)
{
    script_await_requests(bench.script, 1);
    MI_Operation_Cancel(operation, MI_REASON_SHUTDOWN);
    return NULL;
}

static void a_waiting_caller_gets_the_result_of_a_cancel_from_another_thread(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_Result result = MI_RESULT_OK;
    MI_Boolean more = MI_TRUE;
    pthread_t thread;
    serve_mute();
    open_session(MI_FALSE);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &operation);
    pthread_create(&thread, NULL, cancel_later, &operation);
    assert_int_equal(MI_Operation_GetInstance(&operation, NULL, &more, &result, NULL, NULL),
                     MI_RESULT_OK);
    assert_int_equal(result, MI_RESULT_FAILED);
    assert_int_equal(more, MI_FALSE);
    assert_int_equal(MI_Operation_GetInstance(&operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_FAILED);
    pthread_join(thread, NULL);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

static void note(void *context)
{
    sem_post(context);
}

static void session_close_cancels_and_calls_back_when_the_handles_are_closed(void **state)
{
    (void)state;
    MI_Operation operation, refused;
    struct watcher watcher;
    sem_t closed;
    MI_Session session;
    serve_mute();
    open_session(MI_FALSE);
    sem_init(&closed, 0, 0);
    start(&watcher, false, &operation);
    session = bench.session;
    assert_int_equal(MI_Session_Close(&session, &closed, note), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(sem_trywait(&closed), -1);
    struct watcher late;
    start(&late, false, &refused); /* a closed session: the callback says so at once */
    assert_int_equal(late.calls, 1);
    assert_int_equal(late.result, MI_RESULT_INVALID_PARAMETER);
    MI_Operation_Close(&operation);
    sem_wait(&closed);
}

static void an_application_closes_what_was_left_open(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    MI_Application application = bench.application;
    assert_int_equal(MI_Application_Close(&application), MI_RESULT_OK);
    assert_int_equal(watcher.calls, 1);
    assert_int_equal(mi_application_initialize(&bench.clock.clock, NULL, &bench.application),
                     MI_RESULT_OK);
}

static void acknowledged_later(MI_Operation *operation, void *context, const MI_Instance *instance,
                               MI_Boolean more, MI_Result result, const MI_Char *message,
                               const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    const MI_Instance **kept = context;
    (void)operation, (void)more, (void)result, (void)message, (void)details;
    assert_non_null(acknowledge);
    *kept = instance;
    mi_application_wake(&bench.application);
}

static void a_result_to_be_acknowledged_lives_until_then(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher second;
    MI_Operation after;
    const MI_Instance *kept = NULL;
    MI_Value value;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    MI_OperationCallbacks callbacks = {.callbackContext = &kept,
                                       .instanceResult = acknowledged_later};
    MI_Session_GetInstance(&bench.session, MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, NULL, "root/cimv2",
                           bench.key, &callbacks, &operation);
    start(&second, true, &after); /* ends after the first */
    sem_wait(&second.called);
    assert_int_equal(MI_Instance_GetElement(kept, "DeviceID", &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    assert_string_equal(value.string, "C:");
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

#define THREADS 8

static void *pester(void *argument)
{
    MI_Operation *operations = argument;
    for (int i = 0; i < 200; i++) {
        MI_Operation *operation = &operations[i % 4];
        if (i % 3 == 0)
            MI_Operation_Cancel(operation, MI_REASON_NONE);
        else if (i % 50 == 1)
            MI_Operation_Close(operation);
    }
    return NULL;
}

/* Under ThreadSanitizer this is the test of every lock. */
static void cancel_and_close_from_many_threads_at_any_moment(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    for (int round = 0; round < 20; round++) {
        MI_Operation operations[4];
        struct watcher watchers[4];
        for (int i = 0; i < 4; i++)
            start(&watchers[i], false, &operations[i]);
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, pester, operations);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < 4; i++) {
            sem_wait(&watchers[i].called);
            MI_Operation_Close(&operations[i]);
        }
        for (int i = 0; i < 4; i++)
            assert_int_equal(watchers[i].calls, 1);
    }
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MI_TEST(a_callback_comes_once_and_may_close_its_operation),
        MI_TEST(a_mute_host_times_out_at_the_time_asked_for),
        MI_TEST(cancel_ends_it_with_one_result_however_often),
        MI_TEST(closing_unfinished_operations_never_hangs),
        MI_TEST(a_waiting_caller_gets_the_result_of_a_cancel_from_another_thread),
        MI_TEST(session_close_cancels_and_calls_back_when_the_handles_are_closed),
        MI_TEST(an_application_closes_what_was_left_open),
        MI_TEST(a_result_to_be_acknowledged_lives_until_then),
        MI_TEST(cancel_and_close_from_many_threads_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
