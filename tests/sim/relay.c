/* SPDX-License-Identifier: MIT */
#include "sim/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define AWAIT_MAX_S 10
#define HEAD_MAX    16384

struct pair {
    int fds[2]; /* by enum relay_side */
    struct relay_rule rule;
    size_t passed[2];
    bool held, over;
    /* The request that the client is sending. */
    size_t request;
    char head[HEAD_MAX];
    size_t head_size;
    size_t body_left; /* once the head is whole */
    bool in_body;
    struct pair *next;
};

struct relay {
    unsigned server_port, port;
    struct relay_rule *rules;
    size_t rule_count;
    int listen_fd, wake_fd;
    pthread_t thread;
    struct pair *pairs;
    size_t pair_count;

    pthread_mutex_t lock; /* what follows */
    pthread_cond_t changed;
    size_t accepted, held, passed[2];
    bool stopping, cutting;
};

static void count_up(struct relay *relay, size_t *counter, size_t by)
{
    pthread_mutex_lock(&relay->lock);
    *counter += by;
    pthread_cond_broadcast(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
}

/* --- one connection --- */

static void end_pair(struct pair *pair, bool reset)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    for (int side = 0; side < 2; side++) {
        if (reset)
            setsockopt(pair->fds[side], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        close(pair->fds[side]);
        pair->fds[side] = -1;
    }
    pair->over = true;
}

static void send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return; /* the next read of that side says so */
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        }
    }
}

static size_t content_length(const char *head)
{
    static const char name[] = "\r\ncontent-length:";
    const char *line = strcasestr(head, name);
    return line != NULL ? strtoul(line + sizeof(name) - 1, NULL, 10) : 0;
}

/* Follows the client's request. Returns whether these bytes were its end. Requests do not come on
 * the heels of each other: nobody pipelines here. */
static bool follow_request(struct pair *pair, const char *bytes, size_t size)
{
    if (!pair->in_body) {
        size_t room = HEAD_MAX - 1 - pair->head_size;
        size_t part = size < room ? size : room;
        memcpy(pair->head + pair->head_size, bytes, part);
        pair->head_size += part;
        pair->head[pair->head_size] = '\0';
        const char *blank = strstr(pair->head, "\r\n\r\n");
        if (blank == NULL)
            return false;
        pair->in_body = true;
        size_t body_part = pair->head_size - (size_t)(blank + 4 - pair->head) + (size - part);
        size_t length = content_length(pair->head);
        pair->body_left = length > body_part ? length - body_part : 0;
    } else {
        pair->body_left -= size < pair->body_left ? size : pair->body_left;
    }
    if (pair->body_left > 0)
        return false;
    pair->in_body = false;
    pair->head_size = 0;
    return true;
}

static bool is_cut(const struct pair *pair, enum relay_side side)
{
    return pair->rule.side == side && pair->passed[side] == pair->rule.after_bytes &&
           (pair->rule.act == RELAY_CLOSE || pair->rule.act == RELAY_RESET ||
            pair->rule.act == RELAY_HOLD);
}

static void obey(struct relay *relay, struct pair *pair)
{
    if (pair->rule.act == RELAY_HOLD) {
        pair->held = true;
        count_up(relay, &relay->held, 1);
    } else {
        end_pair(pair, pair->rule.act == RELAY_RESET);
    }
}

/* Those of the bytes that may be passed on before the rule strikes. */
static size_t allowance(const struct pair *pair, enum relay_side side, size_t size)
{
    if (pair->rule.side != side || pair->rule.act == RELAY_PASS || pair->rule.act == RELAY_ANSWER)
        return size;
    size_t left = pair->rule.after_bytes - pair->passed[side];
    return left < size ? left : size;
}

static void pass_on(struct relay *relay, struct pair *pair, enum relay_side side)
{
    char bytes[16384];
    ssize_t got = recv(pair->fds[side], bytes, sizeof(bytes), 0);
    if (got <= 0) {
        end_pair(pair, got < 0);
        return;
    }
    size_t size = allowance(pair, side, (size_t)got);
    bool swallow = false;
    pair->passed[side] += size;
    count_up(relay, &relay->passed[side], size); /* before anybody can have received them */
    if (side == RELAY_CLIENT && pair->rule.act == RELAY_ANSWER) {
        swallow = pair->request == pair->rule.request;
        if (follow_request(pair, bytes, size)) {
            pair->request++;
            if (swallow)
                send_all(pair->fds[RELAY_CLIENT], pair->rule.bytes, strlen(pair->rule.bytes));
        }
    }
    if (!swallow)
        send_all(pair->fds[1 - side], bytes, size);
    if (is_cut(pair, side))
        obey(relay, pair);
}

/* --- the thread --- */

static int connect_on(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void take_connection(struct relay *relay)
{
    int on = 1;
    int client = accept4(relay->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
        return;
    struct pair *pair = calloc(1, sizeof(*pair));
    int server = pair != NULL ? connect_on(relay->server_port) : -1;
    if (server < 0) {
        close(client);
        free(pair);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    pair->fds[RELAY_CLIENT] = client;
    pair->fds[RELAY_SERVER] = server;
    if (relay->accepted < relay->rule_count)
        pair->rule = relay->rules[relay->accepted];
    pair->next = relay->pairs;
    relay->pairs = pair;
    relay->pair_count++;
    count_up(relay, &relay->accepted, 1);
    if (is_cut(pair, pair->rule.side))
        obey(relay, pair);
}

static void sweep(struct relay *relay)
{
    struct pair **link = &relay->pairs;
    while (*link != NULL) {
        struct pair *pair = *link;
        if (!pair->over) {
            link = &pair->next;
            continue;
        }
        *link = pair->next;
        relay->pair_count--;
        free(pair);
    }
}

/* Returns whether the relay is to end. */
static bool take_orders(struct relay *relay)
{
    uint64_t count;
    (void)!read(relay->wake_fd, &count, sizeof(count));
    pthread_mutex_lock(&relay->lock);
    bool stopping = relay->stopping;
    bool cutting = relay->cutting;
    pthread_mutex_unlock(&relay->lock);
    for (struct pair *pair = relay->pairs; cutting && pair != NULL; pair = pair->next)
        end_pair(pair, false);
    sweep(relay);
    pthread_mutex_lock(&relay->lock);
    relay->cutting = false;
    pthread_cond_broadcast(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
    return stopping;
}

/* A pair has two places; one that is held watches nobody. */
static size_t fill_polls(struct relay *relay, struct pollfd *polls)
{
    size_t count = 0;
    polls[count++] = (struct pollfd){.fd = relay->wake_fd, .events = POLLIN};
    polls[count++] = (struct pollfd){.fd = relay->listen_fd, .events = POLLIN};
    for (struct pair *pair = relay->pairs; pair != NULL; pair = pair->next)
        for (int side = 0; side < 2; side++)
            polls[count++] =
                (struct pollfd){.fd = pair->held ? -1 : pair->fds[side], .events = POLLIN};
    return count;
}

static void *run(void *argument)
{
    struct relay *relay = argument;
    struct pollfd *polls = NULL;
    for (;;) {
        struct pollfd *grown = realloc(polls, (2 + 2 * relay->pair_count) * sizeof(*polls));
        if (grown == NULL)
            break;
        polls = grown;
        size_t count = fill_polls(relay, polls);
        if (poll(polls, count, -1) < 0 && errno != EINTR)
            break;
        size_t at = 2;
        for (struct pair *pair = relay->pairs; pair != NULL; pair = pair->next, at += 2)
            for (int side = 0; side < 2; side++)
                if (polls[at + (size_t)side].revents != 0 && !pair->over && !pair->held)
                    pass_on(relay, pair, (enum relay_side)side);
        sweep(relay);
        if (polls[1].revents != 0)
            take_connection(relay);
        if (polls[0].revents != 0 && take_orders(relay))
            break;
        sweep(relay);
    }
    free(polls);
    return NULL;
}

/* --- life and questions --- */

static void free_relay(struct relay *relay)
{
    for (struct pair *pair = relay->pairs; pair != NULL; pair = pair->next)
        if (!pair->over)
            end_pair(pair, false);
    sweep(relay);
    if (relay->listen_fd >= 0)
        close(relay->listen_fd);
    if (relay->wake_fd >= 0)
        close(relay->wake_fd);
    pthread_cond_destroy(&relay->changed);
    pthread_mutex_destroy(&relay->lock);
    free(relay->rules);
    free(relay);
}

static int open_listener(struct relay *relay)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    relay->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (relay->listen_fd < 0 ||
        bind(relay->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(relay->listen_fd, 1024) != 0 ||
        getsockname(relay->listen_fd, (struct sockaddr *)&address, &size) != 0)
        return -1;
    relay->port = ntohs(address.sin_port);
    return 0;
}

static int start_thread(struct relay *relay)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&relay->thread, NULL, run, relay);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ? 0 : -1;
}

struct relay *relay_start(unsigned server_port, const struct relay_rule *rules, size_t count)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    if (relay == NULL)
        return NULL;
    pthread_mutex_init(&relay->lock, NULL);
    pthread_cond_init(&relay->changed, NULL);
    relay->server_port = server_port;
    relay->listen_fd = -1;
    relay->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    relay->rule_count = count;
    relay->rules = calloc(count + 1, sizeof(*rules));
    if (relay->rules != NULL && count > 0)
        memcpy(relay->rules, rules, count * sizeof(*rules));
    if (relay->rules == NULL || relay->wake_fd < 0 || open_listener(relay) != 0 ||
        start_thread(relay) != 0) {
        free_relay(relay);
        return NULL;
    }
    return relay;
}

unsigned relay_port(const struct relay *relay)
{
    return relay->port;
}

static size_t read_counter(struct relay *relay, const size_t *counter)
{
    pthread_mutex_lock(&relay->lock);
    size_t count = *counter;
    pthread_mutex_unlock(&relay->lock);
    return count;
}

size_t relay_connection_count(struct relay *relay)
{
    return read_counter(relay, &relay->accepted);
}

size_t relay_passed_bytes(struct relay *relay, enum relay_side side)
{
    return read_counter(relay, &relay->passed[side]);
}

int relay_await_held(struct relay *relay, size_t count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += AWAIT_MAX_S;
    int waited = 0;
    pthread_mutex_lock(&relay->lock);
    while (relay->held < count && waited == 0)
        waited = pthread_cond_timedwait(&relay->changed, &relay->lock, &until);
    int result = relay->held < count ? -1 : 0;
    pthread_mutex_unlock(&relay->lock);
    return result;
}

static void wake(struct relay *relay)
{
    uint64_t one = 1;
    while (write(relay->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
}

void relay_cut(struct relay *relay)
{
    pthread_mutex_lock(&relay->lock);
    relay->cutting = true;
    wake(relay);
    while (relay->cutting)
        pthread_cond_wait(&relay->changed, &relay->lock);
    pthread_mutex_unlock(&relay->lock);
}

void relay_stop(struct relay *relay)
{
    if (relay == NULL)
        return;
    pthread_mutex_lock(&relay->lock);
    relay->stopping = true;
    pthread_mutex_unlock(&relay->lock);
    wake(relay);
    pthread_join(relay->thread, NULL);
    free_relay(relay);
}
