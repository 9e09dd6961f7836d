/* SPDX-License-Identifier: MIT */
/*
 * Security contexts that must not be used any more, seen from mi.h: after an answer that is not
 * the host's own, and after an operation that ended in the middle of its handshake. A relay in
 * front of a simulated host answers in its place.
 */
#include "torture_fixture.h"

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/conn_state.h"
#include "mi/session.h"
#include "sim/client.h"
#include "sim/relay.h"

#define PRESENT __attribute__((visibility("default")))
SUPPRESS_NTLM_LEAKS

/* --- names: slow.example hangs until it is let go, web01 is this machine --- */

static sem_t resolving, resolve;

PRESENT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                        struct addrinfo **result)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    if (strcmp(node, "slow.example") != 0)
        return next(strcmp(node, "web01") == 0 ? "127.0.0.1" : node, service, hints, result);
    sem_post(&resolving);
    wait_on(&resolve);
    return EAI_NONAME;
}

/* --- the host --- */

static char folder[] = "/tmp/mi_contexts_XXXXXX";
static struct sim_process host;
static MI_Application application;
static MI_Instance *key;
static struct relay *relay;
static MI_Session session;

static int start_host(void **state)
{
    (void)state;
    return start_sealed_host(&host, folder);
}

static int stop_host(void **state)
{
    (void)state;
    return stop_sealed_host(&host, folder);
}

static int set_up(void **state)
{
    (void)state;
    sem_init(&resolving, 0, 0);
    sem_init(&resolve, 0, 0);
    relay = NULL;
    session = (MI_Session)MI_SESSION_NULL;
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &application), MI_RESULT_OK);
    assert_int_equal(MI_Application_NewInstance(&application, "Win32_OperatingSystem", NULL, &key),
                     MI_RESULT_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    MI_Instance_Delete(key);
    assert_int_equal(MI_Application_Close(&application), MI_RESULT_OK);
    relay_stop(relay);
    return 0;
}

static void open_sealed(const struct relay_rule *rule, const char *destination)
{
    relay = relay_start(host.port, rule, rule != NULL);
    assert_non_null(relay);
    session = open_session(&application, &(struct target){.destination = destination,
                                                          .server_name = "web01",
                                                          .port = relay_port(relay),
                                                          .auth = MI_AUTH_TYPE_NTLM,
                                                          .domain = "DOM"});
}

static uint64_t handshakes(void)
{
    struct sim_client client;
    assert_int_equal(sim_client_open(&client, host.port), 0);
    uint64_t count = sim_client_stat(&client, "web01", "handshakes");
    sim_client_close(&client);
    return count;
}

static void assert_success(void)
{
    struct watcher watcher;
    if (get_once(&session, key, &watcher) != MI_RESULT_OK)
        fail_msg("\"%s\"", watcher.message);
}

/* Requests 0 and 1 of a connection are NTLM's legs. */
#define THIRD_SEALED_REQUEST 4

/* --- answers of somebody in front of the host --- */

static void after_an_unsealed_503_the_next_request_begins_a_new_handshake(void **state)
{
    (void)state;
    struct watcher watcher;
    struct relay_rule rule = {
        .act = RELAY_ANSWER,
        .request = THIRD_SEALED_REQUEST,
        .bytes = "HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n"
                 "<html></html>",
    };
    open_sealed(&rule, NULL);
    assert_success();
    uint64_t before = handshakes();
    assert_success();
    assert_int_equal(get_once(&session, key, &watcher), MI_RESULT_SERVER_IS_SHUTTING_DOWN);
    assert_int_equal(handshakes(), before);
    for (int i = 0; i < 3; i++)
        assert_success();
    assert_int_equal(handshakes(), before + 1);
}

static void a_401_with_an_xml_body_to_a_sealed_request_begins_anew(void **state)
{
    (void)state;
    static const char *const types[] = {"application/soap+xml;charset=UTF-8", "text/xml",
                                        "text/html"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char answer[256];
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 401 \r\nWWW-Authenticate: Negotiate\r\nContent-Type: %s\r\n"
                 "Content-Length: 8\r\n\r\n<denied>",
                 types[i]);
        struct relay_rule rule = {
            .act = RELAY_ANSWER, .request = THIRD_SEALED_REQUEST, .bytes = answer};
        open_sealed(&rule, NULL);
        assert_success();
        uint64_t before = handshakes();
        for (int j = 0; j < 4; j++) /* the second of them is answered so */
            assert_success();
        assert_int_equal(handshakes(), before + 1);
        assert_int_equal(relay_connection_count(relay), 2);
        assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
        relay_stop(relay);
        relay = NULL;
    }
}

/* --- a handshake that was given up half way --- */

/* What a connection is at; asked on the network thread, whose it is. */
struct look {
    struct http_task task;
    const struct http_conn *conn;
    enum http_conn_state state;
    bool has_context;
    sem_t seen;
};

static void look(struct http_task *task)
{
    struct look *at = (struct look *)task;
    at->state = at->conn->state;
    at->has_context = at->conn->gss != NULL || at->conn->ready;
    sem_post(&at->seen);
}

static struct look look_at(MI_Session *of)
{
    struct mi_application *app = mi_application_from(&application);
    struct look at = {.task = {.run = look}};
    sem_init(&at.seen, 0, 0);
    pthread_mutex_lock(&app->lock);
    at.conn = mi_session_find(app, of)->conn;
    pthread_mutex_unlock(&app->lock);
    http_loop_post(app->loop, &at.task);
    wait_on(&at.seen);
    return at;
}

static void an_operation_that_ends_while_it_waits_for_a_look_up_leaves_no_context(void **state)
{
    (void)state;
    static MI_Session slow[HTTP_LOOP_MAX_LOOKUPS];
    static MI_Operation slow_operations[HTTP_LOOP_MAX_LOOKUPS];
    struct watcher watcher;
    MI_Operation operation;
    for (int i = 0; i < HTTP_LOOP_MAX_LOOKUPS; i++) {
        slow[i] =
            open_session(&application, &(struct target){.destination = "slow.example", .port = 1});
        start_get(&slow[i], key, NULL, &slow_operations[i]);
    }
    for (int i = 0; i < HTTP_LOOP_MAX_LOOKUPS; i++)
        wait_on(&resolving);
    open_sealed(NULL, "web01");
    watcher_init(&watcher);
    start_get(&session, key, &watcher, &operation);
    while (look_at(&session).state != HTTP_CONN_LOOKUP)
        sched_yield();
    assert_true(look_at(&session).has_context); /* half made: its first leg is to be sent */
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    wait_on(&watcher.called);
    assert_false(look_at(&session).has_context);
    for (int i = 0; i < HTTP_LOOP_MAX_LOOKUPS; i++)
        sem_post(&resolve);
    assert_success();
    for (int i = 0; i < HTTP_LOOP_MAX_LOOKUPS; i++) {
        assert_int_equal(MI_Operation_Close(&slow_operations[i]), MI_RESULT_OK);
        assert_int_equal(MI_Session_Close(&slow[i], NULL, NULL), MI_RESULT_OK);
    }
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(after_an_unsealed_503_the_next_request_begins_a_new_handshake),
        TEST(a_401_with_an_xml_body_to_a_sealed_request_begins_anew),
        TEST(an_operation_that_ends_while_it_waits_for_a_look_up_leaves_no_context),
    };
    return cmocka_run_group_tests(tests, start_host, stop_host);
}
