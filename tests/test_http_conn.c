/* SPDX-License-Identifier: MIT */
/* The transport against a scripted server: what must be exact byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "closed_port.h"
#include "fake_clock.h"
#include "http/conn.h"
#include "sim/script.h"

#define XML "Content-Type: application/soap+xml;charset=UTF-8\r\n"
#define OK  "HTTP/1.1 200 \r\nServer: Microsoft-HTTPAPI/2.0\r\n" XML

/* libcurl's look-ups land here: names are made up and some never resolve. */
static sem_t lookup_blocked;
__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **result)
{
    (void)hints;
    if (strcmp(node, "slow.example") == 0)
        sem_wait(&lookup_blocked);
    if (strcmp(node, "good.example") != 0)
        return EAI_NONAME;
    struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_in));
    struct sockaddr_in *address = (struct sockaddr_in *)(info + 1);
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_port = htons((uint16_t)strtoul(service, NULL, 10));
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    info->ai_family = AF_INET;
    info->ai_socktype = SOCK_STREAM;
    info->ai_protocol = IPPROTO_TCP;
    info->ai_addr = (struct sockaddr *)address;
    info->ai_addrlen = sizeof *address;
    *result = info;
    return 0;
}
__attribute__((visibility("default"))) void freeaddrinfo(struct addrinfo *result)
{
    free(result);
}

/* Whether the loop was told to end: http_loop_free wakes it after it said so. */
static _Thread_local bool ending;
static sem_t told_to_end;
__attribute__((visibility("default"))) ssize_t write(int fd, const void *bytes, size_t size)
{
    ssize_t (*next)(int, const void *, size_t);
    *(void **)&next = dlsym(RTLD_NEXT, "write");
    ssize_t written = next(fd, bytes, size);
    if (ending)
        sem_post(&told_to_end);
    return written;
}

/* One exchange, started on the network thread and awaited by the test. */
struct exchange {
    struct http_post post;
    struct http_task task;
    struct http_conn *conn;
    enum { SEND, CANCEL } verb;
    struct buf body;
    struct http_outcome outcome;
    unsigned done_count;
    sem_t done;
};

static struct fake_clock turned;
static struct http_loop *loop;

static int take(struct http_post *post, const char *bytes, size_t count, struct err *err)
{
    struct exchange *exchange = (struct exchange *)post;
    buf_add(&exchange->body, bytes, count);
    return buf_failed(&exchange->body, "the body", err);
}

static void done(struct http_post *post, const struct http_outcome *outcome)
{
    struct exchange *exchange = (struct exchange *)post;
    exchange->outcome = *outcome;
    exchange->done_count++;
    sem_post(&exchange->done);
}

static void run(struct http_task *task)
{
    struct exchange *exchange = (struct exchange *)((char *)task - offsetof(struct exchange, task));
    if (exchange->verb == SEND)
        http_conn_send(exchange->conn, &exchange->post, NULL);
    else
        http_conn_cancel(exchange->conn, &exchange->post);
}

static void begin(struct exchange *exchange, struct http_conn *conn, uint32_t timeout_ms)
{
    *exchange = (struct exchange){.conn = conn, .task = {.run = run}};
    exchange->post = (struct http_post){.body = "<question/>",
                                        .body_bytes = 11,
                                        .timeout_ms = timeout_ms,
                                        .deadline_ms = http_loop_now_ms(loop) + timeout_ms,
                                        .take = take,
                                        .done = done};
    buf_init(&exchange->body, 1 << 20);
    sem_init(&exchange->done, 0, 0);
    http_loop_post(loop, &exchange->task);
}

static void await(struct exchange *exchange)
{
    while (sem_wait(&exchange->done) != 0)
        ;
}

static void end(struct exchange *exchange)
{
    buf_free(&exchange->body);
    sem_destroy(&exchange->done);
}

static struct http_conn *connect_to(const char *address, unsigned port)
{
    struct http_target target = {.server_name = "host.example",
                                 .address = address,
                                 .port = (uint16_t)port,
                                 .path = "/wsman",
                                 .verify_peer = true,
                                 .verify_host = true};
    struct err err = ERR_INIT;
    struct http_conn *conn = http_conn_new(loop, &target, &err);
    assert_non_null(conn);
    return conn;
}

struct closing {
    struct http_task task;
    struct http_conn *conn;
    sem_t over;
};

static void close_conn(struct http_task *task)
{
    struct closing *closing = (struct closing *)task;
    http_conn_free(closing->conn);
    sem_post(&closing->over);
}

static void disconnect(struct http_conn *conn)
{
    struct closing closing = {.task = {.run = close_conn}, .conn = conn};
    sem_init(&closing.over, 0, 0);
    http_loop_post(loop, &closing.task);
    sem_wait(&closing.over);
    sem_destroy(&closing.over);
}

static struct script *serve(const struct script_step *steps, size_t count)
{
    struct script_talk talk = {steps, count};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    struct script *script = script_start(&options);
    assert_non_null(script);
    return script;
}
#define SERVE(...)                                   \
    serve((const struct script_step[]){__VA_ARGS__}, \
          sizeof((const struct script_step[]){__VA_ARGS__}) / sizeof(struct script_step))

static int start_loop(void **state)
{
    (void)state;
    fake_clock_init(&turned);
    sem_init(&lookup_blocked, 0, 0);
    loop = http_loop_new(&turned.clock, NULL);
    return loop != NULL ? 0 : -1;
}

static int stop_loop(void **state)
{
    (void)state;
    http_loop_free(loop);
    return 0;
}

static void a_reply_with_an_empty_reason_comes_whole(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 200 ", XML, "<answer/>");
    struct script *script = SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply});
    struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
    struct exchange exchange;
    begin(&exchange, conn, 1000);
    await(&exchange);
    assert_int_equal(exchange.outcome.err.kind, ERR_NONE);
    assert_int_equal(exchange.outcome.status, 200);
    assert_true(exchange.outcome.soap);
    assert_string_equal(buf_text(&exchange.body), "<answer/>");
    char *request = script_request(script, 0, NULL, NULL);
    assert_ptr_equal(strstr(request, "POST /wsman HTTP/1.1\r\nHost: host.example:"), request);
    assert_non_null(strstr(request, "\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"));
    assert_non_null(strstr(request, "\r\nAccept-Encoding: identity\r\n"));
    assert_null(strstr(request, "Expect:"));
    assert_null(strstr(request, "Authorization"));
    assert_string_equal(request + strlen(request) - 11, "<question/>");
    free(request);
    end(&exchange);
    disconnect(conn);
    script_stop(script);
    free(reply);
}

static void fifty_requests_share_one_connection_and_drips_do_not_matter(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 200 ", XML, "<answer/>");
    struct script *script =
        SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply, .drip_bytes = 7},
              {.op = SCRIPT_AGAIN});
    struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
    for (int i = 0; i < 50; i++) {
        struct exchange exchange;
        begin(&exchange, conn, 1000);
        await(&exchange);
        assert_int_equal(exchange.outcome.err.kind, ERR_NONE);
        assert_string_equal(buf_text(&exchange.body), "<answer/>");
        end(&exchange);
        fake_clock_advance_ms(&turned, 30000);
    }
    assert_int_equal(script_connection_count(script), 1);
    assert_int_equal(script_request_count(script), 50);
    disconnect(conn);
    script_stop(script);
    free(reply);
}

static void a_mute_host_ends_at_its_deadline_and_not_before(void **state)
{
    (void)state;
    struct script *script = SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
    struct exchange exchange;
    begin(&exchange, conn, 2000);
    assert_int_equal(script_await_requests(script, 1), 0);
    fake_clock_advance_ms(&turned, 1999);
    http_loop_wake(loop);
    struct exchange other; /* a turn of the loop that certainly saw the clock */
    struct http_conn *second = connect_to("127.0.0.1", 1);
    begin(&other, second, 1000);
    await(&other);
    assert_int_equal(exchange.done_count, 0);
    fake_clock_advance_ms(&turned, 1);
    http_loop_wake(loop);
    await(&exchange);
    assert_int_equal(exchange.outcome.err.kind, ERR_TIMEOUT);
    assert_int_equal(exchange.outcome.stage, HTTP_STAGE_WAIT);
    assert_non_null(strstr(exchange.outcome.err.text, "connected, but no reply within 2.000 s"));
    assert_int_equal(script_await_ends(script, 1), 0); /* the connection was dropped */
    end(&exchange);
    end(&other);
    disconnect(conn);
    disconnect(second);
    script_stop(script);
}

/* Reply bytes, how they are cut, and what is said. */
static void each_broken_reply_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum err_kind kind;
        enum http_stage stage;
        const char *sentence;
    } cases[] = {
        {"", ERR_UNREACHABLE, HTTP_STAGE_WAIT, "closed the connection without a reply"},
        {OK "Content-Length: 100\r\n\r\n<answ", ERR_PROTOCOL, HTTP_STAGE_REPLY,
         "in the middle of the reply"},
        {"HTTP/1.1 20", ERR_UNREACHABLE, HTTP_STAGE_WAIT, "without a reply"},
        {"SSH-2.0-OpenSSH_9.2\r\n", ERR_PROTOCOL, HTTP_STAGE_WAIT, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script *script =
            cases[i].bytes[0] != '\0'
                ? SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_SEND, .bytes = cases[i].bytes},
                        {.op = SCRIPT_CLOSE})
                : SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_CLOSE});
        struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
        struct exchange exchange;
        begin(&exchange, conn, 1000);
        await(&exchange);
        assert_int_equal(exchange.outcome.err.kind, cases[i].kind);
        assert_int_equal(exchange.outcome.stage, cases[i].stage);
        assert_non_null(strstr(exchange.outcome.err.text, cases[i].sentence));
        assert_non_null(strstr(exchange.outcome.err.text, "127.0.0.1:"));
        end(&exchange);
        disconnect(conn);
        script_stop(script);
    }
}

static void a_refused_port_and_an_unknown_name_say_so(void **state)
{
    (void)state;
    unsigned port = 0;
    int held = closed_port_hold(&port);
    assert_true(held >= 0);
    struct http_conn *refused = connect_to("127.0.0.1", port);
    struct http_conn *unknown = connect_to("nowhere.example", 5985);
    struct exchange a, b;
    begin(&a, refused, 1000);
    begin(&b, unknown, 1000);
    await(&a);
    await(&b);
    assert_int_equal(a.outcome.err.kind, ERR_UNREACHABLE);
    assert_non_null(strstr(a.outcome.err.text, "connection refused"));
    assert_int_equal(b.outcome.err.kind, ERR_UNREACHABLE);
    assert_int_equal(b.outcome.err.code, CURLE_COULDNT_RESOLVE_HOST);
    assert_non_null(strstr(b.outcome.err.text, "nowhere.example:5985: this name is not found"));
    end(&a);
    end(&b);
    disconnect(refused);
    disconnect(unknown);
    close(held);
}

/* More hanging look-ups than there are places for them, and still a host given by name that
 * resolves, or by IP address, loses nothing. */
static void hanging_names_hold_up_nobody_with_an_address(void **state)
{
    (void)state;
    /* TIMEOUT_MS: libcurl's own clock is the real one, which must not get there. */
    enum { SLOW = HTTP_LOOP_MAX_LOOKUPS + 8, TIMEOUT_MS = 60000 };
    static struct exchange slow[SLOW];
    static struct http_conn *conns[SLOW];
    char *reply = script_reply("HTTP/1.1 200 ", XML, "<answer/>");
    struct script *script = SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply});
    for (int i = 0; i < SLOW; i++) {
        conns[i] = connect_to("slow.example", 5985);
        begin(&slow[i], conns[i], TIMEOUT_MS);
    }
    struct http_conn *good = connect_to("127.0.0.1", script_port(script));
    struct exchange exchange;
    begin(&exchange, good, TIMEOUT_MS);
    await(&exchange);
    assert_int_equal(exchange.outcome.err.kind, ERR_NONE);
    fake_clock_advance_ms(&turned, TIMEOUT_MS);
    http_loop_wake(loop);
    size_t resolving = 0;
    for (int i = 0; i < SLOW; i++) {
        await(&slow[i]);
        assert_int_equal(slow[i].outcome.err.kind, ERR_TIMEOUT);
        resolving += slow[i].outcome.stage == HTTP_STAGE_RESOLVE;
        end(&slow[i]);
        disconnect(conns[i]);
    }
    assert_int_equal(resolving, HTTP_LOOP_MAX_LOOKUPS);
    for (int i = 0; i < SLOW; i++)
        sem_post(&lookup_blocked);
    struct http_conn *named = connect_to("good.example", script_port(script));
    struct exchange last;
    begin(&last, named, TIMEOUT_MS);
    await(&last);
    assert_int_equal(last.outcome.err.kind, ERR_NONE);
    end(&exchange);
    end(&last);
    disconnect(good);
    disconnect(named);
    script_stop(script);
    free(reply);
}

static void posts_of_one_connection_queue_and_each_ends_once(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 200 ", XML, "<answer/>");
    struct script *script = SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
    struct exchange first, second, third;
    begin(&first, conn, 5000);
    begin(&second, conn, 1000);
    begin(&third, conn, 9000);
    assert_int_equal(script_await_requests(script, 1), 0);
    fake_clock_advance_ms(&turned, 1000);
    http_loop_wake(loop);
    await(&second);
    assert_int_equal(second.outcome.stage, HTTP_STAGE_QUEUED);
    assert_int_equal(second.outcome.err.kind, ERR_TIMEOUT);
    third.verb = CANCEL;
    http_loop_post(loop, &third.task);
    await(&third);
    assert_int_equal(third.outcome.err.kind, ERR_CANCELED);
    first.verb = CANCEL;
    http_loop_post(loop, &first.task);
    await(&first);
    assert_int_equal(first.outcome.err.kind, ERR_CANCELED);
    assert_int_equal(script_request_count(script), 1);
    disconnect(conn);
    assert_int_equal(first.done_count + second.done_count + third.done_count, 3);
    end(&first);
    end(&second);
    end(&third);
    script_stop(script);
    free(reply);
}

static void an_error_page_is_left_unread_and_its_status_told(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 401 ",
                               "WWW-Authenticate: Negotiate\r\nConnection: close\r\n"
                               "Content-Type: text/html\r\n",
                               "<html>go away</html>");
    struct script *script =
        SERVE({.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_CLOSE});
    struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
    for (size_t i = 1; i <= 2; i++) {
        struct exchange exchange;
        begin(&exchange, conn, 1000);
        await(&exchange);
        assert_int_equal(exchange.outcome.err.kind, ERR_NONE);
        assert_int_equal(exchange.outcome.status, 401);
        assert_false(exchange.outcome.soap);
        assert_int_equal(exchange.body.size_bytes, 0);
        assert_int_equal(script_connection_count(script), i);
        end(&exchange);
    }
    disconnect(conn);
    script_stop(script);
    free(reply);
}

static void headers_and_unread_bodies_have_a_maximum(void **state)
{
    (void)state;
    struct buf flood;
    for (int in_body = 0; in_body < 2; in_body++) {
        buf_init(&flood, 4 << 20);
        buf_add_text(&flood, "HTTP/1.1 200 \r\n");
        if (in_body)
            buf_add_text(&flood, "Content-Type: text/html\r\nContent-Length: 1000000\r\n\r\n");
        for (int i = 0; i < 20000; i++)
            buf_add_format(&flood, "X-Flood-%05d: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", i);
        struct script *script =
            SERVE({.op = SCRIPT_EXPECT},
                  {.op = SCRIPT_SEND, .bytes = flood.data, .size = flood.size_bytes},
                  {.op = SCRIPT_HANG});
        struct http_conn *conn = connect_to("127.0.0.1", script_port(script));
        struct exchange exchange;
        begin(&exchange, conn, 1000);
        await(&exchange);
        assert_true(exchange.outcome.err.kind != ERR_NONE);
        assert_true(exchange.outcome.err.kind != ERR_TIMEOUT);
        end(&exchange);
        disconnect(conn);
        script_stop(script);
        buf_free(&flood);
    }
}

struct held_task {
    struct http_task task;
    sem_t running, go_on;
};

static void hold(struct http_task *task)
{
    struct held_task *held = (struct held_task *)task;
    sem_post(&held->running);
    sem_wait(&held->go_on);
}

static void *free_loop(void *argument)
{
    ending = true;
    http_loop_free(argument);
    return NULL;
}

/* The thread is busy with one task while another is posted and the loop is freed: once it is
 * through, the one wake-up for both is used up, and it must still not sleep. */
static void a_task_posted_before_the_end_runs_and_the_thread_ends(void **state)
{
    (void)state;
    struct held_task first = {.task = {.run = hold}}, second = {.task = {.run = hold}};
    struct http_loop *own = http_loop_new(NULL, NULL);
    pthread_t freeing;
    struct timespec guard;
    assert_non_null(own);
    sem_init(&told_to_end, 0, 0);
    sem_init(&first.running, 0, 0);
    sem_init(&first.go_on, 0, 0);
    sem_init(&second.running, 0, 0);
    sem_init(&second.go_on, 0, 1);
    http_loop_post(own, &first.task);
    sem_wait(&first.running);
    http_loop_post(own, &second.task);
    pthread_create(&freeing, NULL, free_loop, own);
    sem_wait(&told_to_end);
    sem_post(&first.go_on);
    clock_gettime(CLOCK_REALTIME, &guard);
    guard.tv_sec += 30;
    assert_int_equal(pthread_timedjoin_np(freeing, NULL, &guard), 0);
    assert_int_equal(sem_trywait(&second.running), 0);
}

static void a_target_that_makes_no_url_is_refused(void **state)
{
    (void)state;
    struct http_target target = {
        .server_name = "two words", .address = "127.0.0.1", .port = 1, .path = "/wsman"};
    struct err err = ERR_INIT;
    assert_null(http_conn_new(loop, &target, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
}

int main(void)
{
#define IN_A_LOOP(test) cmocka_unit_test_setup_teardown(test, start_loop, stop_loop)
    const struct CMUnitTest tests[] = {
        IN_A_LOOP(a_reply_with_an_empty_reason_comes_whole),
        IN_A_LOOP(fifty_requests_share_one_connection_and_drips_do_not_matter),
        IN_A_LOOP(a_mute_host_ends_at_its_deadline_and_not_before),
        IN_A_LOOP(each_broken_reply_has_its_sentence),
        IN_A_LOOP(a_refused_port_and_an_unknown_name_say_so),
        IN_A_LOOP(hanging_names_hold_up_nobody_with_an_address),
        IN_A_LOOP(posts_of_one_connection_queue_and_each_ends_once),
        IN_A_LOOP(an_error_page_is_left_unread_and_its_status_told),
        IN_A_LOOP(headers_and_unread_bodies_have_a_maximum),
        cmocka_unit_test(a_task_posted_before_the_end_runs_and_the_thread_ends),
        IN_A_LOOP(a_target_that_makes_no_url_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
