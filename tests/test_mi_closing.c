/* SPDX-License-Identifier: MIT */
/*
 * How long closing waits for a host that answers neither what was on its way nor the Release of an
 * enumeration: SHUTDOWN_MS for each (mi/enumerate.c), on a clock that only the test turns.
 */
#include "mi_fixture.h"

#include <time.h>

#include "mi/session.h"

#define SHUTDOWN_MS 500
#define PAGE                                                                                    \
    ENVELOPE("<n:EnumerateResponse xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration" \
             "\" xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\">"                   \
             "<n:EnumerationContext>uuid:1</n:EnumerationContext><w:Items><p:Win32_Service "    \
             "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service" \
             "\"><p:Name>WinRM</p:Name></p:Win32_Service></w:Items></n:EnumerateResponse>")

/* --- the host --- */

/* Answers the Enumerate with a page that is not the last, and nothing from then on. */
static void serve_one_page(void)
{
    bench.reply = script_reply("HTTP/1.1 200 ", XML, PAGE);
    static struct script_step first[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY}, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}};
    static const struct script_step others[] = {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}};
    const struct script_talk talks[] = {{first, 4}, {others, 2}};
    const struct script_options options = {.talks = talks, .talk_count = 2, .repeat_last = true};
    first[1].bytes = bench.reply;
    bench.script = script_start(&options);
    assert_non_null(bench.script);
}

static void assert_last_request_is(size_t count, const char *action)
{
    assert_int_equal(script_await_requests(bench.script, count), 0);
    char *request = script_request(bench.script, count - 1, NULL, NULL);
    assert_non_null(request);
    assert_non_null(strstr(request, action));
    free(request);
}

/* --- the network thread --- */

struct fence {
    struct http_task task;
    sem_t passed;
};

static void pass(struct http_task *task)
{
    sem_post(&((struct fence *)task)->passed);
}

/* Twice: then what was posted before has run, and the timers that were due after it. */
static void await_network_thread(void)
{
    for (int i = 0; i < 2; i++) {
        struct fence fence = {.task.run = pass};
        sem_init(&fence.passed, 0, 0);
        http_loop_post(mi_application_from(&bench.application)->loop, &fence.task);
        while (sem_wait(&fence.passed) != 0)
            ;
    }
}

static void turn_clock(uint64_t ms)
{
    fake_clock_advance_ms(&bench.clock, ms);
    mi_application_wake(&bench.application);
    await_network_thread();
}

/* --- closing --- */

static sem_t closed;

static void note_closed(void *context)
{
    (void)context;
    sem_post(&closed);
}

static void assert_is_closing_still(void)
{
    assert_int_equal(sem_trywait(&closed), -1);
}

/* Within a guard of ten seconds of real time; then the clock is turned so far that all ends. */
static void assert_closes(void)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    if (sem_timedwait(&closed, &end) == 0)
        return;
    fake_clock_advance_ms(&bench.clock, 100000);
    mi_application_wake(&bench.application);
    fail_msg("it does not close in time");
}

static void begin(MI_Operation *operation, MI_OperationCallbacks *callbacks)
{
    sem_init(&closed, 0, 0);
    open_session(MI_FALSE);
    MI_Session_EnumerateInstances(&bench.session, 0, NULL, "root/cimv2", "Win32_Service", MI_FALSE,
                                  callbacks, operation);
}

static MI_Result fetch(MI_Operation *operation)
{
    const MI_Instance *instance;
    MI_Result result = MI_RESULT_OK;
    assert_int_equal(MI_Operation_GetInstance(operation, &instance, NULL, &result, NULL, NULL),
                     MI_RESULT_OK);
    return result;
}

static void a_release_on_its_way_ends_with_the_session(void **state)
{
    (void)state;
    MI_Operation operation;
    serve_one_page();
    begin(&operation, NULL);
    assert_int_equal(fetch(&operation), MI_RESULT_OK);
    MI_Operation_Cancel(&operation, MI_REASON_NONE);
    assert_int_equal(fetch(&operation), MI_RESULT_FAILED);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    assert_last_request_is(2, "enumeration/Release");
    MI_Session_Close(&bench.session, NULL, note_closed);
    await_network_thread();
    turn_clock(SHUTDOWN_MS - 1);
    assert_is_closing_still();
    turn_clock(1);
    assert_closes();
}

static void a_request_that_is_awaited_for_its_context_ends_with_the_session(void **state)
{
    (void)state;
    MI_Operation operation;
    serve_mute();
    begin(&operation, NULL);
    assert_last_request_is(1, "enumeration/Enumerate");
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    await_network_thread();
    MI_Session_Close(&bench.session, NULL, note_closed);
    await_network_thread();
    turn_clock(SHUTDOWN_MS - 1);
    assert_is_closing_still();
    turn_clock(1);
    assert_closes();
}

static void what_has_less_time_left_gets_no_more(void **state)
{
    (void)state;
    MI_Operation operation;
    serve_mute();
    begin(&operation, NULL);
    assert_last_request_is(1, "enumeration/Enumerate");
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    await_network_thread();
    turn_clock(900); /* of a second */
    MI_Session_Close(&bench.session, NULL, note_closed);
    await_network_thread();
    assert_is_closing_still();
    turn_clock(100);
    assert_closes();
}

static void hear(MI_Operation *operation, void *context, const MI_Instance *instance,
                 MI_Boolean more, MI_Result result, const MI_Char *message,
                 const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    (void)operation, (void)instance, (void)message, (void)details, (void)acknowledge;
    assert_true(more || result == MI_RESULT_FAILED);
    if (!more)
        sem_post(context);
}

static void a_pull_and_the_release_after_it_have_their_time_each(void **state)
{
    (void)state;
    MI_Operation operation;
    sem_t ended;
    MI_OperationCallbacks callbacks = {.callbackContext = &ended, .instanceResult = hear};
    sem_init(&ended, 0, 0);
    serve_one_page();
    begin(&operation, &callbacks);
    assert_last_request_is(2, "enumeration/Pull");
    MI_Session_Close(&bench.session, NULL, note_closed);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    await_network_thread();
    assert_int_equal(sem_trywait(&ended), 0);
    turn_clock(SHUTDOWN_MS);
    assert_last_request_is(3, "enumeration/Release");
    assert_is_closing_still();
    turn_clock(SHUTDOWN_MS);
    assert_closes();
}

static void *close_application(void *context)
{
    (void)context;
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_OK);
    sem_post(&closed);
    return NULL;
}

/* Whoever waits in MI_Application_Close has posted what it had to. */
static void await_closing(void)
{
    struct mi_application *app = mi_application_from(&bench.application);
    bool is_closing = false;
    while (!is_closing) {
        pthread_mutex_lock(&app->lock);
        is_closing = app->sessions->closed;
        pthread_mutex_unlock(&app->lock);
    }
    await_network_thread();
}

static void an_application_closes_over_an_open_enumeration(void **state)
{
    (void)state;
    MI_Operation operation;
    pthread_t thread;
    serve_one_page();
    begin(&operation, NULL);
    assert_int_equal(fetch(&operation), MI_RESULT_OK);
    assert_int_equal(pthread_create(&thread, NULL, close_application, NULL), 0);
    await_closing();
    assert_last_request_is(2, "enumeration/Release");
    turn_clock(SHUTDOWN_MS - 1);
    assert_is_closing_still();
    struct mi_application *app = mi_application_from(&bench.application);
    pthread_mutex_lock(&app->lock); /* it may be gone once this is let go */
    fake_clock_advance_ms(&bench.clock, 1);
    http_loop_wake(app->loop);
    pthread_mutex_unlock(&app->lock);
    assert_closes();
    pthread_join(thread, NULL);
    assert_int_equal(mi_application_initialize(&bench.clock.clock, NULL, &bench.application),
                     MI_RESULT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MI_TEST(a_release_on_its_way_ends_with_the_session),
        MI_TEST(a_request_that_is_awaited_for_its_context_ends_with_the_session),
        MI_TEST(what_has_less_time_left_gets_no_more),
        MI_TEST(a_pull_and_the_release_after_it_have_their_time_each),
        MI_TEST(an_application_closes_over_an_open_enumeration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
