/* SPDX-License-Identifier: MIT */
/*
 * What the tests of enumerations share: a simulated host and its control, an application with a
 * session to it, and one operation that is fetched from. After each test the host keeps no context.
 * The clock is real, and no test measures it. Main thread. Included by one file of a test program.
 */
#ifndef ENUMERATE_FIXTURE_H
#define ENUMERATE_FIXTURE_H

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

static inline void set_mode(const char *mode)
{
    assert_int_equal(sim_client_mode(&control, HOST, mode), 200);
}

static inline uint64_t stat_of(const char *name)
{
    return sim_client_stat(&control, HOST, name);
}

/* Waits, within a guard of a minute, until the host keeps no context. */
static inline void await_no_context(void)
{
    time_t end = time(NULL) + 60;
    while (stat_of("contexts") != 0 && time(NULL) < end)
        sched_yield();
    assert_int_equal(stat_of("contexts"), 0);
}

static inline void await_requests(uint64_t count)
{
    time_t end = time(NULL) + 60;
    while (stat_of("requests") < count && time(NULL) < end)
        sched_yield();
    assert_true(stat_of("requests") >= count);
}

static inline int open_all(void **state)
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

static inline int close_all(void **state)
{
    (void)state;
    sim_client_close(&control);
    return sim_process_stop(&simhost);
}

static struct bench bench;

static inline void open_bench(uint32_t timeout_ms)
{
    struct target target = {.port = simhost.port, .timeout_ms = timeout_ms};
    bench = (struct bench){.application = MI_APPLICATION_NULL};
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &bench.application), MI_RESULT_OK);
    bench.session = open_session(&bench.application, &target);
}

static inline int set_up(void **state)
{
    (void)state;
    set_mode("normal");
    open_bench(0);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_OK);
    await_no_context();
    return 0;
}

struct fetched {
    const MI_Instance *instance, *details;
    MI_Boolean more;
    MI_Result result;
    const MI_Char *message;
};

static inline MI_Result fetch(MI_Operation *operation, struct fetched *fetched)
{
    *fetched = (struct fetched){.more = MI_TRUE, .result = MI_RESULT_FAILED};
    return MI_Operation_GetInstance(operation, &fetched->instance, &fetched->more, &fetched->result,
                                    &fetched->message, &fetched->details);
}

static inline const char *text_of(const MI_Instance *instance, const char *name)
{
    MI_Value value;
    assert_non_null(instance);
    assert_int_equal(MI_Instance_GetElement(instance, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.string;
}

static inline void enumerate(const char *class_name, MI_Boolean keys_only, MI_Operation *operation)
{
    MI_Session_EnumerateInstances(&bench.session, 0, NULL, "root/cimv2", class_name, keys_only,
                                  NULL, operation);
}

static inline void query(const char *text, MI_Operation *operation)
{
    MI_Session_QueryInstances(&bench.session, 0, NULL, "root/cimv2", WQL, text, NULL, operation);
}

/* Fetches to the end and closes. How many instances came; the final result in *last. */
static inline size_t drain(MI_Operation *operation, struct fetched *last)
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

#define ENUMERATE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
