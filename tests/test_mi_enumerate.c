/* SPDX-License-Identifier: MIT */
/*
 * MI_Session_EnumerateInstances and MI_Session_QueryInstances against a simulated host, fetched one
 * after another and by callback: pages, the end, Cancel and Close in each phase, and what the host
 * still keeps for us afterwards: no context. The clock is real, and no test measures it.
 */
#include "torture_fixture.h"

#include "sim/client.h"

#define HOST     "127.0.0.1"
#define SERVICES 9 /* of the simulated Win32_Service */
#define WQL      MI_T("WQL")

static struct sim_process simhost;
static struct sim_client control;

struct bench {
    MI_Application application;
    MI_Session session;
};

static void set_mode(const char *mode)
{
    assert_int_equal(sim_client_mode(&control, HOST, mode), 200);
}

static uint64_t stat_of(const char *name)
{
    return sim_client_stat(&control, HOST, name);
}

/* Waits, within a guard of a minute, until the host keeps no context. */
static void await_no_context(void)
{
    time_t end = time(NULL) + 60;
    while (stat_of("contexts") != 0 && time(NULL) < end)
        sched_yield();
    assert_int_equal(stat_of("contexts"), 0);
}

static void await_requests(uint64_t count)
{
    time_t end = time(NULL) + 60;
    while (stat_of("requests") < count && time(NULL) < end)
        sched_yield();
    assert_true(stat_of("requests") >= count);
}

static int open_all(void **state)
{
    (void)state;
    const char *replies = getenv("MI_REPLIES");
    const char *const plain[] = {"--host", HOST, "--clock", "manual", NULL};
    const char *const recorded[] = {"--host",    HOST,    "--clock", "manual",
                                    "--replies", replies, NULL};
    bool has_replies = replies != NULL && access(replies, R_OK) == 0;
    return sim_process_start(&simhost, has_replies ? recorded : plain, NULL) != 0 ||
           sim_client_open(&control, simhost.port) != 0;
}

static int close_all(void **state)
{
    (void)state;
    sim_client_close(&control);
    return sim_process_stop(&simhost);
}

static struct bench bench;

static void open_bench(uint32_t timeout_ms)
{
    struct target target = {.port = simhost.port, .timeout_ms = timeout_ms};
    bench = (struct bench){.application = MI_APPLICATION_NULL};
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &bench.application), MI_RESULT_OK);
    bench.session = open_session(&bench.application, &target);
}

static int set_up(void **state)
{
    (void)state;
    set_mode("normal");
    open_bench(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_OK);
    await_no_context();
    return 0;
}

/* ---- One after another ---- */

struct fetched {
    const MI_Instance *instance, *details;
    MI_Boolean more;
    MI_Result result;
    const MI_Char *message;
};

static MI_Result fetch(MI_Operation *operation, struct fetched *fetched)
{
    *fetched = (struct fetched){.more = MI_TRUE, .result = MI_RESULT_FAILED};
    return MI_Operation_GetInstance(operation, &fetched->instance, &fetched->more, &fetched->result,
                                    &fetched->message, &fetched->details);
}

static const char *text_of(const MI_Instance *instance, const char *name)
{
    MI_Value value;
    assert_non_null(instance);
    assert_int_equal(MI_Instance_GetElement(instance, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.string;
}

static void enumerate(const char *class_name, MI_Boolean keys_only, MI_Operation *operation)
{
    MI_Session_EnumerateInstances(&bench.session, 0, NULL, "root/cimv2", class_name, keys_only,
                                  NULL, operation);
}

static void query(const char *text, MI_Operation *operation)
{
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", WQL, text, NULL, operation);
}

/* Fetches to the end and closes. How many instances came; the final result in *last. */
static size_t drain(MI_Operation *operation, struct fetched *last)
{
    size_t count = 0;
    do {
        assert_int_equal(fetch(operation, last), MI_RESULT_OK);
        if (last->instance != NULL) {
            assert_int_equal(last->result, MI_RESULT_OK);
            count++;
        }
        if (last->more)
            assert_non_null(last->instance);
    } while (last->more);
    struct fetched beyond;
    assert_int_equal(fetch(operation, &beyond), MI_RESULT_FAILED);
    return count;
}

static void each_instance_comes_once_and_the_last_says_so(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    enumerate("Win32_Service", MI_FALSE, &operation);
    const MI_Char *name_space;
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_string_equal(text_of(last.instance, "Name"), "W32Time");
    MI_Instance_GetNameSpace(last.instance, &name_space);
    assert_string_equal(name_space, "root/cimv2");
    assert_int_equal(last.more, MI_TRUE);
    assert_int_equal(MI_Instance_Delete((MI_Instance *)(uintptr_t)last.instance),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(drain(&operation, &last), SERVICES - 1);
    assert_non_null(last.instance);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_null(last.message);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
}

static void a_class_with_one_instance_takes_one_request(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    uint64_t before = stat_of("requests");
    enumerate("Win32_OperatingSystem", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 1);
    assert_int_equal(stat_of("requests"), before + 1);
    MI_Operation_Close(&operation);
}

static void what_finds_nothing_succeeds_without_an_instance(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    query("SELECT * FROM Win32_Service WHERE Name = 'none'", &operation);
    assert_int_equal(drain(&operation, &last), 0);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_null(last.instance);
    MI_Operation_Close(&operation);
}

static void a_projection_has_its_columns_and_the_name_of_its_class(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    const MI_Char *text;
    MI_Uint32 count;
    query("SELECT State, Name FROM Win32_Service WHERE Name LIKE 'W%' AND State = 'Running'",
          &operation);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    MI_Instance_GetClassName(last.instance, &text);
    assert_string_equal(text, "Win32_Service");
    MI_Instance_GetNameSpace(last.instance, &text);
    assert_string_equal(text, "root/cimv2");
    MI_Instance_GetElementCount(last.instance, &count);
    assert_int_equal(count, 2);
    assert_string_equal(text_of(last.instance, "State"), "Running");
    drain(&operation, &last);
    MI_Operation_Close(&operation);
}

static void keys_alone_are_enough_to_get_each(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched found;
    size_t count = 0;
    enumerate("Win32_Service", MI_TRUE, &operation);
    do {
        struct watcher watcher;
        MI_Uint32 elements;
        assert_int_equal(fetch(&operation, &found), MI_RESULT_OK);
        MI_Instance_GetElementCount(found.instance, &elements);
        assert_int_equal(elements, 1);
        assert_int_equal(get_once(&bench.session, found.instance, &watcher), MI_RESULT_OK);
        count++;
    } while (found.more);
    assert_int_equal(count, SERVICES);
    MI_Operation_Close(&operation);
}

static void ten_thousand_instances(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("many=9991");
    uint64_t before = stat_of("requests");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_int_equal(drain(&operation, &last), 10000);
    assert_int_equal(last.result, MI_RESULT_OK);
    assert_true(stat_of("requests") - before < 20);
    MI_Operation_Close(&operation);
}

static void duplicates_are_handed_on(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("twice,page=4");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 2 * SERVICES);
    MI_Operation_Close(&operation);
}

static void the_next_page_is_asked_for_only_when_the_last_was_fetched(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("first=2,page=2");
    uint64_t before = stat_of("pulls");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(stat_of("pulls"), before);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
    assert_int_equal(stat_of("pulls"), before + 1);
    assert_int_equal(drain(&operation, &last), SERVICES - 4);
    MI_Operation_Close(&operation);
}

static void every_form_of_the_resource_and_recorded_hosts(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    struct fetched last;
    MI_Application_NewOperationOptions(&bench.application, MI_FALSE, &options);
    MI_OperationOptions_SetResourceUriPrefix(&options, COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    MI_Session_QueryInstances(&bench.session, 0, &options, "root/cimv2", NULL,
                              "SELECT Name FROM Win32_Service", NULL, &operation);
    assert_int_equal(drain(&operation, &last), SERVICES);
    MI_Operation_Close(&operation);
    MI_Session_EnumerateInstances(&bench.session, 0, &options, "root/cimv2", "Win32_Service",
                                  MI_FALSE, NULL, &operation);
    MI_OperationOptions_Delete(&options); /* Pulls need them no longer */
    assert_int_equal(drain(&operation, &last), SERVICES);
    MI_Operation_Close(&operation);
    if (getenv("MI_REPLIES") == NULL || access(getenv("MI_REPLIES"), R_OK) != 0)
        return;
    set_mode("replay=tx_2008R2");
    enumerate("Win32_NetworkAdapterConfiguration", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 13);
    MI_Operation_Close(&operation);
}

/* ---- Failures ---- */

static MI_Uint32 detail(const struct fetched *last, const char *name)
{
    MI_Value value;
    assert_non_null(last->details);
    assert_int_equal(MI_Instance_GetElement(last->details, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.uint32;
}

static void a_context_that_expired_is_a_clear_failure(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("page=1,expire=3");
    uint64_t releases = stat_of("releases");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 4);
    assert_int_equal(last.result, MI_RESULT_INVALID_ENUMERATION_CONTEXT);
    assert_non_null(strstr(last.message, "the host has given the enumeration up"));
    assert_int_equal(detail(&last, "error_Code"), 0x8033801B);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(stat_of("releases"), releases);
}

static void an_enumeration_of_nothing_without_end_ends(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    set_mode("empty");
    enumerate("Win32_Service", MI_FALSE, &operation);
    assert_int_equal(drain(&operation, &last), 0);
    assert_int_equal(last.result, MI_RESULT_FAILED);
    assert_non_null(strstr(last.message, "no end: 32 replies without an instance"));
    assert_int_equal(detail(&last, "error_Category"), MI_ERRORCATEGORY_LIMITS_EXCEEDED);
    MI_Operation_Close(&operation);
    await_no_context();
}

static void the_timeout_is_for_all_of_it(void **state)
{
    (void)state;
    MI_Operation operation;
    struct fetched last;
    MI_Application_Close(&bench.application);
    open_bench(300);
    set_mode("endless,page=2");
    enumerate("Win32_Service", MI_TRUE, &operation);
    assert_true(drain(&operation, &last) > 1);
    assert_int_equal(detail(&last, "error_Category"), MI_ERRORCATEGORY_OPERATION_TIMEOUT);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    set_mode("normal");
}

static void a_failure_in_the_middle_is_the_last_result(void **state)
{
    (void)state;
    static const char *const modes[] = {"garbage", "status=503", "fault=80070005", "cut=900",
                                        "close"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        MI_Operation operation;
        struct fetched last;
        set_mode("normal");
        enumerate("Win32_Service", MI_FALSE, &operation);
        assert_int_equal(fetch(&operation, &last), MI_RESULT_OK);
        set_mode(modes[i]);
        assert_int_equal(drain(&operation, &last), 0);
        assert_int_not_equal(last.result, MI_RESULT_OK);
        assert_non_null(last.message);
        MI_Operation_Close(&operation);
    }
    set_mode("normal");
    MI_Session_Close(&bench.session, NULL, NULL);
    /* Where the way was broken no Release is sent; the host forgets such contexts by itself, and
     * this one has none to forget them after: a new one begins at zero. */
    sim_client_close(&control);
    assert_int_equal(sim_process_stop(&simhost), 0);
    assert_int_equal(open_all(NULL), 0);
}

static void assert_refused(MI_Operation *operation, MI_Result result, const char *sentence)
{
    struct fetched last;
    assert_int_equal(drain(operation, &last), 0);
    assert_int_equal(last.result, result);
    if (strstr(last.message, sentence) == NULL)
        assert_string_equal(last.message, sentence);
    MI_Operation_Close(operation);
}

static void what_is_asked_wrongly_is_refused(void **state)
{
    (void)state;
    MI_Operation operation;
    uint64_t before = stat_of("requests");
    enumerate(NULL, MI_FALSE, &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "no class was named");
    enumerate("a b", MI_FALSE, &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "class a b");
    query("", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_PARAMETER, "no query was given");
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", "SQL", "SELECT 1", NULL,
                              &operation);
    assert_refused(&operation, MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED, "the dialect of a query");
    assert_int_equal(stat_of("requests"), before);
    query("SELECT * FRM x", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_QUERY, "check the query");
    query("SELECT * FROM Win32_None", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_CLASS, "The class does not exist.");
    query("SELECT Nme FROM Win32_Service", &operation);
    assert_refused(&operation, MI_RESULT_INVALID_QUERY, "check the query");
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", "CQL", "SELECT 1", NULL,
                              &operation);
    struct fetched last;
    drain(&operation, &last);
    assert_int_not_equal(last.result, MI_RESULT_OK);
    MI_Operation_Close(&operation);
}

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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_instance_comes_once_and_the_last_says_so),
        TEST(a_class_with_one_instance_takes_one_request),
        TEST(what_finds_nothing_succeeds_without_an_instance),
        TEST(a_projection_has_its_columns_and_the_name_of_its_class),
        TEST(keys_alone_are_enough_to_get_each),
        TEST(ten_thousand_instances),
        TEST(duplicates_are_handed_on),
        TEST(the_next_page_is_asked_for_only_when_the_last_was_fetched),
        TEST(every_form_of_the_resource_and_recorded_hosts),
        TEST(a_context_that_expired_is_a_clear_failure),
        TEST(an_enumeration_of_nothing_without_end_ends),
        TEST(the_timeout_is_for_all_of_it),
        TEST(a_failure_in_the_middle_is_the_last_result),
        TEST(what_is_asked_wrongly_is_refused),
        TEST(by_callback_the_last_instance_is_the_final_result),
        TEST(what_is_canceled_or_closed_in_a_callback_ends_and_is_released),
        TEST(with_manual_acknowledgement_one_waits_for_the_other),
        TEST(what_nobody_acknowledges_can_be_canceled),
        TEST(an_enumeration_ends_in_every_phase_and_nothing_is_left),
        TEST(a_thread_that_waits_for_the_next_page_is_woken),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
