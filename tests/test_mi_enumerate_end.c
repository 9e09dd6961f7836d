/* SPDX-License-Identifier: MIT */
/*
 * Enumerations by callback, and how they end in each phase by Cancel, Close and the session's end:
 * with one final result, and no context left at the host.
 */
#include "enumerate_fixture.h"

/* ---- By callback ---- */

struct listener {
    sem_t ended;
    size_t count, finals, empty;
    MI_Result result;
    char message[512];
    size_t cancel_at, close_at; /* in which call; 0: never */
    MI_Boolean last_more;
    MI_Result (*acknowledge)(MI_Operation *);
    sem_t said; /* manual acknowledgement: once a call */
};

static void hear(MI_Operation *operation, void *context, const MI_Instance *instance,
                 MI_Boolean more, MI_Result result, const MI_Char *message,
                 const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    struct listener *listener = context;
    (void)details;
    listener->count += instance != NULL;
    listener->empty += instance == NULL;
    listener->last_more = more;
    listener->acknowledge = acknowledge;
    if (more && listener->cancel_at == listener->count)
        assert_int_equal(MI_Operation_Cancel(operation, MI_REASON_NONE), MI_RESULT_OK);
    if (more && listener->close_at == listener->count)
        assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
    sem_post(&listener->said);
    if (more)
        return;
    listener->finals++;
    listener->result = result;
    snprintf(listener->message, sizeof listener->message, "%s", message != NULL ? message : "");
    sem_post(&listener->ended);
}

static void start_listening(struct listener *listener, MI_Uint32 flags, MI_Operation *operation)
{
    MI_OperationCallbacks callbacks = {.callbackContext = listener, .instanceResult = hear};
    sem_init(&listener->ended, 0, 0);
    sem_init(&listener->said, 0, 0);
    MI_Session_EnumerateInstances(&bench.session, flags, NULL, "root/cimv2", "Win32_Service",
                                  MI_FALSE, &callbacks, operation);
}

static void by_callback_the_last_instance_is_the_final_result(void **state)
{
    (void)state;
    static const char *const modes[] = {"normal", "page=1", "first=9", "many=4000"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct listener listener = {.result = MI_RESULT_FAILED};
        MI_Operation operation;
        struct fetched none;
        set_mode(modes[i]);
        start_listening(&listener, 0, &operation);
        assert_int_equal(fetch(&operation, &none), MI_RESULT_FAILED);
        wait_on(&listener.ended);
        assert_int_equal(listener.count, SERVICES + (i == 3 ? 4000 : 0));
        assert_int_equal(listener.empty, 0);
        assert_int_equal(listener.result, MI_RESULT_OK);
        MI_Operation_Close(&operation);
        assert_int_equal(listener.finals, 1);
    }
}

static void what_is_canceled_or_closed_in_a_callback_ends_and_is_released(void **state)
{
    (void)state;
    static const size_t calls[] = {1, 2, SERVICES - 1};
    for (size_t i = 0; i < 2 * sizeof calls / sizeof calls[0]; i++) {
        struct listener listener = {.result = MI_RESULT_OK};
        MI_Operation operation;
        *(i % 2 == 0 ? &listener.cancel_at : &listener.close_at) = calls[i / 2];
        set_mode(i / 2 == 1 ? "first=2,page=3" : "normal");
        start_listening(&listener, 0, &operation);
        wait_on(&listener.ended);
        MI_Operation_Close(&operation);
        assert_int_equal(listener.result, MI_RESULT_FAILED);
        assert_int_equal(listener.count, calls[i / 2]);
        assert_int_equal(listener.finals, 1);
        assert_non_null(strstr(listener.message, "was canceled"));
        await_no_context();
    }
}

static void with_manual_acknowledgement_one_waits_for_the_other(void **state)
{
    (void)state;
    struct listener listener = {.result = MI_RESULT_FAILED};
    MI_Operation operation;
    start_listening(&listener, MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, &operation);
    for (size_t i = 1; i <= SERVICES; i++) {
        wait_on(&listener.said);
        assert_int_equal(listener.count, i);
        assert_non_null(listener.acknowledge);
        if (i == 1) /* nothing goes on without */
            assert_int_equal(stat_of("contexts"), 1);
        assert_int_equal(listener.acknowledge(&operation), MI_RESULT_OK);
    }
    wait_on(&listener.ended);
    assert_int_equal(listener.result, MI_RESULT_OK);
    MI_Operation_Close(&operation);
}

static void what_nobody_acknowledges_can_be_canceled(void **state)
{
    (void)state;
    struct listener listener = {.result = MI_RESULT_OK};
    MI_Operation operation;
    start_listening(&listener, MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, &operation);
    wait_on(&listener.said);
    MI_Operation_Cancel(&operation, MI_REASON_NONE);
    wait_on(&listener.ended);
    assert_int_equal(listener.result, MI_RESULT_FAILED);
    assert_int_equal(listener.count, 1);
    MI_Operation_Close(&operation);
    await_no_context();
}

/* ---- Ended in each phase ---- */

enum phase { UNSENT, ENUMERATING, BETWEEN, OVER, PHASES };
enum ending { CANCEL, CLOSE, CLOSE_SESSION, ENDINGS };

/* Brings an operation that is fetched from into a phase. */
static void reach(enum phase phase, MI_Operation *operation)
{
    struct fetched found;
    set_mode(phase == ENUMERATING ? "mute" : "first=2,page=3");
    uint64_t before = stat_of("requests");
    enumerate("Win32_Service", MI_FALSE, operation);
    if (phase == UNSENT)
        return;
    if (phase == ENUMERATING) {
        await_requests(before + 1);
        return;
    }
    assert_int_equal(fetch(operation, &found), MI_RESULT_OK);
    if (phase == OVER)
        drain(operation, &found);
}

struct puller {
    MI_Operation *operation;
    struct fetched found;
    MI_Result called;
};

static void *fetch_on_a_thread(void *context)
{
    struct puller *puller = context;
    puller->called = fetch(puller->operation, &puller->found);
    return NULL;
}

static void end(enum ending ending, MI_Operation *operation)
{
    struct fetched last;
    if (ending == CANCEL) {
        assert_int_equal(MI_Operation_Cancel(operation, MI_REASON_NONE), MI_RESULT_OK);
        while (fetch(operation, &last) == MI_RESULT_OK && last.more)
            ;
    }
    if (ending == CLOSE_SESSION) {
        assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
        assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
        struct target target = {.port = simhost.port};
        bench.session = open_session(&bench.application, &target);
        return;
    }
    assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
}

static void an_enumeration_ends_in_every_phase_and_nothing_is_left(void **state)
{
    (void)state;
    for (int i = 0; i < PHASES * ENDINGS; i++) {
        enum phase phase = i / ENDINGS;
        MI_Operation operation;
        struct watcher watcher;
        reach(phase, &operation);
        end(i % ENDINGS, &operation);
        set_mode("normal");
        MI_Instance *key = NULL;
        MI_Value value = {.string = (MI_Char *)(uintptr_t) "WinRM"};
        MI_Application_NewInstance(&bench.application, "Win32_Service", NULL, &key);
        MI_Instance_AddElement(key, "Name", &value, MI_STRING, MI_FLAG_KEY);
        assert_int_equal(get_once(&bench.session, key, &watcher), MI_RESULT_OK);
        MI_Instance_Delete(key);
        await_no_context();
    }
}

static void say_nothing(void *context)
{
    (void)context;
}

static void a_thread_that_waits_for_the_next_page_is_woken(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) { /* by Cancel, by the session's end */
        MI_Operation operation;
        struct fetched found;
        pthread_t thread;
        struct puller puller = {.operation = &operation};
        set_mode("normal");
        uint64_t before = stat_of("requests");
        enumerate("Win32_Service", MI_FALSE, &operation);
        assert_int_equal(fetch(&operation, &found), MI_RESULT_OK);
        set_mode("mute");
        pthread_create(&thread, NULL, fetch_on_a_thread, &puller);
        await_requests(before + 2);
        set_mode("normal");
        if (i == 0)
            MI_Operation_Cancel(&operation, MI_REASON_NONE);
        else
            MI_Session_Close(&bench.session, NULL, say_nothing);
        pthread_join(thread, NULL);
        assert_int_equal(puller.called, MI_RESULT_OK);
        assert_int_equal(puller.found.more, MI_FALSE);
        assert_int_equal(puller.found.result, MI_RESULT_FAILED);
        MI_Operation_Close(&operation);
        await_no_context();
    }
}

#define FETCHERS 3
#define ROUNDS   10

static void *fetch_to_the_end(void *context)
{
    struct fetched found;
    while (fetch(context, &found) == MI_RESULT_OK && found.more)
        ;
    return NULL;
}

/* Pages of one instance, so that pages come, are emptied and freed all the time; what is wrong in
 * it is for `make check-tsan` to see: this program cannot. */
static void threads_fetch_from_one_operation_until_it_is_canceled(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        MI_Operation operation;
        pthread_t threads[FETCHERS];
        set_mode("endless,first=1,page=1");
        uint64_t before = stat_of("pulls");
        enumerate("Win32_Service", MI_TRUE, &operation);
        for (size_t k = 0; k < FETCHERS; k++)
            assert_int_equal(pthread_create(&threads[k], NULL, fetch_to_the_end, &operation), 0);
        while (stat_of("pulls") < before + 50)
            sched_yield();
        assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_OK);
        for (size_t k = 0; k < FETCHERS; k++)
            pthread_join(threads[k], NULL);
        struct fetched beyond;
        assert_int_equal(fetch(&operation, &beyond), MI_RESULT_FAILED);
        assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
        set_mode("normal");
        await_no_context();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENUMERATE_TEST(by_callback_the_last_instance_is_the_final_result),
        ENUMERATE_TEST(what_is_canceled_or_closed_in_a_callback_ends_and_is_released),
        ENUMERATE_TEST(with_manual_acknowledgement_one_waits_for_the_other),
        ENUMERATE_TEST(what_nobody_acknowledges_can_be_canceled),
        ENUMERATE_TEST(an_enumeration_ends_in_every_phase_and_nothing_is_left),
        ENUMERATE_TEST(a_thread_that_waits_for_the_next_page_is_woken),
        ENUMERATE_TEST(threads_fetch_from_one_operation_until_it_is_canceled),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
