/* SPDX-License-Identifier: MIT */
/*
 * The states that an operation can be in, each with what holds it there: a scripted server, a name
 * service (getaddrinfo is ours), a KDC, a full listen queue, a callback that waits. enter() returns
 * once the operation is there; it stays until leave(), or until somebody ends it. For one test
 * program; main thread.
 */
#ifndef TORTURE_STATES_H
#define TORTURE_STATES_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mi/operation.h"
#include "torture_fixture.h"

#define PRESENT __attribute__((visibility("default")))

/* --- what the network thread calls, seen on the way --- */

static sem_t resolving, resolve, connecting, received;

PRESENT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                        struct addrinfo **result)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    if (strcmp(node, "host.example") != 0)
        return next(node, service, hints, result);
    sem_post(&resolving);
    wait_on(&resolve);
    return EAI_NONAME;
}

static bool on_network_thread(void)
{
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    return strcmp(name, "mi network") == 0;
}

PRESENT int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    int (*next)(int, const struct sockaddr *, socklen_t);
    *(void **)&next = dlsym(RTLD_NEXT, "connect");
    int rc = next(fd, address, size);
    if (on_network_thread())
        sem_post(&connecting);
    return rc;
}

PRESENT ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    ssize_t (*next)(int, void *, size_t, int);
    *(void **)&next = dlsym(RTLD_NEXT, "recv");
    ssize_t got = next(fd, bytes, size, flags);
    if (got > 0 && on_network_thread())
        sem_post(&received);
    return got;
}

/* --- one case: an operation in a state, and what is done to it --- */

struct rig {
    MI_Application application;
    MI_Session session, other_session;
    MI_Operation operation, other;
    MI_Instance *key;
    struct watcher watcher, other_watcher;
    bool synchronous;
    pthread_t fetcher; /* synchronous: who waits in MI_Operation_GetInstance */
    struct script *script, *other_script;
    struct script_step steps[MAX_STEPS], other_steps[MAX_STEPS];
    char *reply, *large;
    int fds[4]; /* listeners and what is connected to them; -1: none */
    sem_t inside, go_on, session_closed;
    char krb5_conf[64];
};

/* Enters a state; on return the operation is there. Leaves it: what held it lets go. */
struct state {
    const char *name;
    void (*enter)(struct rig *rig);
    void (*leave)(struct rig *rig); /* NULL: nobody waits for it to be left */
    bool asynchronous_only;
    bool ended; /* its result is there already */
};

static void *fetch(void *argument)
{
    struct rig *rig = argument;
    MI_Operation operation = rig->operation;
    MI_Boolean more = MI_TRUE;
    MI_Result result = MI_RESULT_OK;
    MI_Result rc = MI_Operation_GetInstance(&operation, NULL, &more, &result, NULL, NULL);
    assert_true(rc == MI_RESULT_OK || rc == MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(more, MI_FALSE);
    rig->watcher.calls++;
    sem_post(&rig->watcher.called);
    return NULL;
}

/* Until that thread is inside: after the application's end it must not come any more. */
static void await_fetcher(const struct rig *rig)
{
    struct mi_application *app = mi_application_from(&rig->application);
    for (bool inside = false; !inside; sched_yield()) {
        pthread_mutex_lock(&app->lock);
        const struct mi_operation *op = mi_handles_find(&app->handles, rig->operation.reserved1);
        inside = op->fetched;
        pthread_mutex_unlock(&app->lock);
    }
}

static void start_operation(struct rig *rig)
{
    start_get(&rig->session, rig->key, rig->synchronous ? NULL : &rig->watcher, &rig->operation);
    if (!rig->synchronous)
        return;
    assert_int_equal(pthread_create(&rig->fetcher, NULL, fetch, rig), 0);
    await_fetcher(rig);
}

static void begin(struct rig *rig, const struct target *target)
{
    rig->session = open_session(&rig->application, target);
    start_operation(rig);
}

static void enter_queued(struct rig *rig)
{
    rig->script = SERVE(rig->steps, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    struct target target = {.port = script_port(rig->script)};
    rig->session = open_session(&rig->application, &target);
    start_get(&rig->session, rig->key, &rig->other_watcher, &rig->other);
    assert_int_equal(script_await_requests(rig->script, 1), 0);
    start_operation(rig);
}

static void enter_resolving(struct rig *rig)
{
    begin(rig, &(struct target){.destination = "host.example", .port = 1});
    wait_on(&resolving);
}

static void leave_resolving(struct rig *rig)
{
    (void)rig;
    sem_post(&resolve);
}

static int listen_on_loopback(unsigned *port, int backlog, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* A listener whose queue is full: what more knocks gets no answer at all. */
static void enter_connecting(struct rig *rig)
{
    unsigned port;
    rig->fds[0] = listen_on_loopback(&port, 0, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    rig->fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(rig->fds[1], (struct sockaddr *)&address, sizeof address), 0);
    rig->fds[2] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    connect(rig->fds[2], (struct sockaddr *)&address, sizeof address);
    begin(rig, &(struct target){.port = port});
    wait_on(&connecting);
}

/* It reads our hello, if that: no more is heard of it. */
static void enter_tls(struct rig *rig)
{
    rig->script = SERVE(rig->steps, {.op = SCRIPT_HANG});
    begin(rig, &(struct target){.port = script_port(rig->script), .tls = true});
    assert_int_equal(script_await_connections(rig->script, 1), 0);
}

/* A KDC of our own that takes the question and says nothing. */
static void enter_ticket(struct rig *rig)
{
    unsigned port;
    rig->fds[0] = listen_on_loopback(&port, 16, 0);
    FILE *conf = fopen(rig->krb5_conf, "w");
    assert_non_null(conf);
    fprintf(conf,
            "[libdefaults]\n default_realm = MUTE.TEST\n dns_lookup_realm = false\n"
            " dns_lookup_kdc = false\n udp_preference_limit = 1\n[realms]\n MUTE.TEST = {\n"
            "  kdc = 127.0.0.1:%u\n }\n",
            port);
    fclose(conf);
    begin(rig, &(struct target){.port = 1,
                                .auth = MI_AUTH_TYPE_KERBEROS,
                                .domain = "MUTE.TEST",
                                .server_name = "host.mute.test"});
    rig->fds[1] = accept4(rig->fds[0], NULL, NULL, SOCK_CLOEXEC);
    assert_true(rig->fds[1] >= 0);
}

/* The KDC goes away altogether: libkrb5 gives up at once. */
static void leave_ticket(struct rig *rig)
{
    for (int i = 0; i < 2; i++) {
        close(rig->fds[i]);
        rig->fds[i] = -1;
    }
}

static void enter_leg(struct rig *rig)
{
    rig->script = SERVE(rig->steps, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    begin(rig, &(struct target){.port = script_port(rig->script),
                                .auth = MI_AUTH_TYPE_NTLM,
                                .domain = "DOM",
                                .server_name = "host.test"});
    assert_int_equal(script_await_requests(rig->script, 1), 0);
}

/* A request that is larger than what the kernel takes, to a server that does not read. */
static void enter_sending(struct rig *rig)
{
    unsigned port;
    enum { LARGE = 480 * 1024 };
    rig->fds[0] = listen_on_loopback(&port, 1, 4096);
    rig->large = malloc(LARGE + 1);
    assert_non_null(rig->large);
    memset(rig->large, 'x', LARGE);
    rig->large[LARGE] = '\0';
    MI_Instance_Delete(rig->key);
    rig->key = new_key(&rig->application, rig->large);
    begin(rig, &(struct target){.port = port});
    rig->fds[1] = accept4(rig->fds[0], NULL, NULL, SOCK_CLOEXEC);
    struct pollfd first_bytes = {.fd = rig->fds[1], .events = POLLIN};
    assert_int_equal(poll(&first_bytes, 1, 60000), 1);
}

static void enter_waiting(struct rig *rig)
{
    rig->script = SERVE(rig->steps, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    begin(rig, &(struct target){.port = script_port(rig->script)});
    assert_int_equal(script_await_requests(rig->script, 1), 0);
}

static void enter_reply(struct rig *rig)
{
    rig->script =
        SERVE(rig->steps, {.op = SCRIPT_EXPECT},
              {.op = SCRIPT_REPLY, .bytes = rig->reply, .limit_bytes = 400}, {.op = SCRIPT_HANG});
    begin(rig, &(struct target){.port = script_port(rig->script)});
    wait_on(&received);
}

static struct script *serve_reply(const struct rig *rig, struct script_step *kept)
{
    return SERVE(kept, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = rig->reply},
                 {.op = SCRIPT_AGAIN});
}

/* The network thread is kept inside another operation's callback while the whole reply waits for
 * it in the kernel: what happens to the operation meanwhile comes first. */
static void enter_replied(struct rig *rig)
{
    rig->script = SERVE(rig->steps, {.op = SCRIPT_EXPECT},
                        {.op = SCRIPT_REPLY, .bytes = rig->reply}, {.op = SCRIPT_CLOSE});
    rig->other_script = serve_reply(rig, rig->other_steps);
    rig->other_watcher.inside = &rig->inside;
    rig->other_watcher.go_on = &rig->go_on;
    struct target target = {.port = script_port(rig->other_script)};
    begin(rig, &(struct target){.port = script_port(rig->script)});
    rig->other_session = open_session(&rig->application, &target);
    start_get(&rig->other_session, rig->key, &rig->other_watcher, &rig->other);
    wait_on(&rig->inside);
    assert_int_equal(script_await_ends(rig->script, 1), 0);
}

static void leave_callback(struct rig *rig)
{
    sem_post(&rig->go_on);
}

static void enter_callback(struct rig *rig)
{
    rig->script = serve_reply(rig, rig->steps);
    rig->watcher.inside = &rig->inside;
    rig->watcher.go_on = &rig->go_on;
    begin(rig, &(struct target){.port = script_port(rig->script)});
    wait_on(&rig->inside);
}

static void enter_done(struct rig *rig)
{
    rig->script = serve_reply(rig, rig->steps);
    begin(rig, &(struct target){.port = script_port(rig->script)});
    wait_on(&rig->watcher.called);
    sem_post(&rig->watcher.called); /* for whoever waits for it at the end */
}

/* A request that is refused before anything is sent has its result as early as there is one. */
static void enter_refused(struct rig *rig)
{
    MI_Instance_Delete(rig->key);
    rig->key = NULL;
    begin(rig, &(struct target){.port = 1});
}

static const struct state states[] = {
    {"queued behind another", enter_queued, NULL, false, false},
    {"resolving its name", enter_resolving, leave_resolving, false, false},
    {"connecting", enter_connecting, NULL, false, false},
    {"in the TLS handshake", enter_tls, NULL, false, false},
    {"waiting for a ticket", enter_ticket, leave_ticket, false, false},
    {"between the legs of a handshake", enter_leg, NULL, false, false},
    {"being sent", enter_sending, NULL, false, false},
    {"waiting for its reply", enter_waiting, NULL, false, false},
    {"in the middle of its reply", enter_reply, NULL, false, false},
    {"replied to, its callback to come", enter_replied, leave_callback, false, false},
    {"inside its callback", enter_callback, leave_callback, true, true},
    {"done", enter_done, NULL, false, true},
    {"refused before anything is sent", enter_refused, NULL, false, true},
};

/* --- before and after --- */

static void set_up(struct rig *rig, bool synchronous)
{
    *rig = (struct rig){.synchronous = synchronous, .fds = {-1, -1, -1, -1}};
    watcher_init(&rig->watcher);
    watcher_init(&rig->other_watcher);
    sem_init(&rig->inside, 0, 0);
    sem_init(&rig->go_on, 0, 0);
    sem_init(&rig->session_closed, 0, 0);
    sem_init(&resolving, 0, 0);
    sem_init(&resolve, 0, 0);
    sem_init(&connecting, 0, 0);
    sem_init(&received, 0, 0);
    snprintf(rig->krb5_conf, sizeof rig->krb5_conf, "%s", getenv("KRB5_CONFIG"));
    rig->reply = script_reply("HTTP/1.1 200 ", XML, DISK);
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &rig->application), MI_RESULT_OK);
    rig->key = new_key(&rig->application, "C:");
}

static void tear_down(struct rig *rig)
{
    if (rig->synchronous)
        pthread_join(rig->fetcher, NULL);
    if (rig->key != NULL)
        MI_Instance_Delete(rig->key);
    if (rig->application.reserved2 != 0)
        assert_int_equal(MI_Application_Close(&rig->application), MI_RESULT_OK);
    script_stop(rig->script);
    script_stop(rig->other_script);
    for (int i = 0; i < 4; i++)
        if (rig->fds[i] >= 0)
            close(rig->fds[i]);
    free(rig->reply);
    free(rig->large);
}

#endif
