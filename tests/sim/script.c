/* SPDX-License-Identifier: MIT */
#include "sim/script.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX_BYTES (4u << 20)
#define AWAIT_MAX_S       10
#define MESSAGE_ID_MAX    256

enum verdict { GO_ON, WAIT_READ, WAIT_WRITE, END };

struct record {
    char *bytes;
    size_t size;
    size_t connection;
};

struct talker {
    int fd;
    size_t number;
    const struct script_talk *talk;
    size_t step;
    char *in; /* received and not yet taken by an EXPECT */
    size_t in_size;
    char *out; /* the filled-in bytes of the current step; NULL: step not begun */
    size_t out_size;
    size_t out_sent;
    char message_id[MESSAGE_ID_MAX];
    bool peer_ended;
    struct talker *next;
};

struct script {
    struct script_talk *talks;
    size_t talk_count;
    bool repeat_last;
    int listen_fd;
    int stop_fd;
    unsigned port;
    pthread_t thread;
    struct talker *talkers;
    size_t talker_count;

    pthread_mutex_t lock; /* what follows */
    pthread_cond_t changed;
    struct record *records;
    size_t record_count;
    size_t accepted;
    size_t ended;
};

static const char *find(const char *bytes, size_t size, const char *what)
{
    return size == 0 ? NULL : memmem(bytes, size, what, strlen(what));
}

/* Content-Length of the headers, 0 when there is none. */
static size_t content_length(const char *headers, size_t size)
{
    static const char name[] = "content-length:";
    for (const char *line = headers, *end = headers + size; line < end;) {
        const char *stop = find(line, (size_t)(end - line), "\r\n");
        if (stop == NULL)
            stop = end;
        if ((size_t)(stop - line) > sizeof(name) - 1 &&
            strncasecmp(line, name, sizeof(name) - 1) == 0)
            return strtoul(line + sizeof(name) - 1, NULL, 10);
        line = stop + 2;
    }
    return 0;
}

/* Size of the first whole request in the buffer, 0 when it is not whole yet. */
static size_t whole_request(const char *bytes, size_t size)
{
    const char *blank = find(bytes, size, "\r\n\r\n");
    if (blank == NULL)
        return 0;
    size_t head = (size_t)(blank - bytes) + 4;
    size_t body = content_length(bytes, head);
    return body <= size - head ? head + body : 0;
}

/* The text of the first element whose local name is MessageID: enough for a test server. */
static void message_id_find(const char *bytes, size_t size, char *id)
{
    id[0] = '\0';
    const char *end = bytes + size;
    const char *name = find(bytes, size, "MessageID");
    const char *open = name == NULL ? NULL : memchr(name, '>', (size_t)(end - name));
    const char *close = open == NULL ? NULL : memchr(open, '<', (size_t)(end - open));
    if (close != NULL && (size_t)(close - open) <= MESSAGE_ID_MAX) {
        memcpy(id, open + 1, (size_t)(close - open) - 1);
        id[close - open - 1] = '\0';
    }
}

/* Replaces each placeholder; new, or NULL without memory. */
static char *replace(const char *bytes, size_t *size, const char *placeholder, const char *value)
{
    size_t count = 0;
    size_t width = strlen(placeholder);
    for (const char *at = bytes; (at = find(at, (size_t)(bytes + *size - at), placeholder)) != NULL;
         at += width)
        count++;
    char *text = malloc(*size + count * strlen(value) + 1);
    if (text == NULL)
        return NULL;
    char *to = text;
    const char *from = bytes;
    for (const char *at; (at = find(from, (size_t)(bytes + *size - from), placeholder)) != NULL;
         from = at + width) {
        to = mempcpy(to, from, (size_t)(at - from));
        to = mempcpy(to, value, strlen(value));
    }
    to = mempcpy(to, from, (size_t)(bytes + *size - from));
    *to = '\0';
    *size = (size_t)(to - text);
    return text;
}

static char *reply_fill(const char *bytes, size_t *size, const char *message_id)
{
    char *related = replace(bytes, size, SCRIPT_RELATES_TO, message_id);
    if (related == NULL)
        return NULL;
    const char *blank = find(related, *size, "\r\n\r\n");
    char length[32];
    snprintf(length, sizeof(length), "%zu",
             blank == NULL ? 0 : (size_t)(related + *size - blank) - 4);
    char *text = replace(related, size, SCRIPT_CONTENT_LENGTH, length);
    free(related);
    return text;
}

char *script_reply(const char *status_line, const char *headers, const char *body)
{
    char *text = NULL;
    if (asprintf(&text, "%s\r\n%sContent-Length: " SCRIPT_CONTENT_LENGTH "\r\n\r\n%s", status_line,
                 headers, body) < 0)
        return NULL;
    return text;
}

/* ---- one connection ---- */

static int request_record(struct script *script, const struct talker *talker, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy == NULL)
        return -1;
    memcpy(copy, talker->in, size);
    copy[size] = '\0';
    pthread_mutex_lock(&script->lock);
    struct record *records =
        realloc(script->records, (script->record_count + 1) * sizeof(*records));
    if (records != NULL) {
        script->records = records;
        records[script->record_count++] = (struct record){copy, size, talker->number};
        pthread_cond_broadcast(&script->changed);
    }
    pthread_mutex_unlock(&script->lock);
    if (records == NULL)
        free(copy);
    return records == NULL ? -1 : 0;
}

static enum verdict step_expect(struct script *script, struct talker *talker)
{
    size_t size = whole_request(talker->in, talker->in_size);
    if (size == 0)
        return talker->peer_ended || talker->in_size >= REQUEST_MAX_BYTES ? END : WAIT_READ;
    message_id_find(talker->in, size, talker->message_id);
    if (request_record(script, talker, size) != 0)
        return END;
    talker->in_size -= size;
    memmove(talker->in, talker->in + size, talker->in_size);
    talker->step++;
    return GO_ON;
}

static int send_begin(struct talker *talker, const struct script_step *step)
{
    size_t size = step->size != 0 ? step->size : strlen(step->bytes);
    if (step->op == SCRIPT_REPLY) {
        talker->out = reply_fill(step->bytes, &size, talker->message_id);
    } else {
        talker->out = malloc(size + 1);
        if (talker->out != NULL)
            memcpy(talker->out, step->bytes, size);
    }
    talker->out_size =
        step->limit_bytes != 0 && step->limit_bytes < size ? step->limit_bytes : size;
    talker->out_sent = 0;
    return talker->out == NULL ? -1 : 0;
}

static void send_end(struct talker *talker)
{
    free(talker->out);
    talker->out = NULL;
    talker->step++;
}

static enum verdict step_send(struct talker *talker, const struct script_step *step)
{
    if (talker->out == NULL && send_begin(talker, step) != 0)
        return END;
    size_t piece = talker->out_size - talker->out_sent;
    if (step->drip_bytes != 0 && step->drip_bytes < piece)
        piece = step->drip_bytes;
    ssize_t sent = send(talker->fd, talker->out + talker->out_sent, piece, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN ? WAIT_WRITE : END;
    talker->out_sent += (size_t)sent;
    if (talker->out_sent == talker->out_size) {
        send_end(talker);
        return GO_ON;
    }
    if (step->drip_bytes != 0)
        sched_yield(); /* lets the reader see the pieces apart, without a clock */
    return WAIT_WRITE;
}

static enum verdict step_reset(struct talker *talker)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(talker->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    return END;
}

static enum verdict talker_step(struct script *script, struct talker *talker)
{
    if (talker->talk == NULL)
        return END;
    static const struct script_step mute = {.op = SCRIPT_HANG};
    bool over = talker->step >= talker->talk->step_count;
    const struct script_step *step = over ? &mute : &talker->talk->steps[talker->step];
    switch (step->op) {
    case SCRIPT_EXPECT:
        return step_expect(script, talker);
    case SCRIPT_SEND:
    case SCRIPT_REPLY:
        return step_send(talker, step);
    case SCRIPT_RESET:
        return step_reset(talker);
    case SCRIPT_AGAIN:
        talker->step = 0;
        return talker->peer_ended && talker->in_size == 0 ? END : GO_ON;
    case SCRIPT_HANG:
        talker->in_size = 0;
        return talker->peer_ended ? END : WAIT_READ;
    case SCRIPT_CLOSE:
        break;
    }
    return END;
}

/* Takes what has arrived. -1: the connection is dead. */
static int talker_read(struct talker *talker)
{
    char piece[16384];
    ssize_t got = recv(talker->fd, piece, sizeof(piece), 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (got == 0) {
        talker->peer_ended = true;
        return 0;
    }
    char *in = realloc(talker->in, talker->in_size + (size_t)got);
    if (in == NULL)
        return -1;
    memcpy(in + talker->in_size, piece, (size_t)got);
    talker->in = in;
    talker->in_size += (size_t)got;
    return 0;
}

static void talker_free(struct talker *talker)
{
    close(talker->fd);
    free(talker->in);
    free(talker->out);
    free(talker);
}

/* ---- the thread ---- */

static void count_up(struct script *script, size_t *counter)
{
    pthread_mutex_lock(&script->lock);
    (*counter)++;
    pthread_cond_broadcast(&script->changed);
    pthread_mutex_unlock(&script->lock);
}

static void talker_accept(struct script *script)
{
    int fd = accept4(script->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct talker *talker = calloc(1, sizeof(*talker));
    if (talker == NULL) {
        close(fd);
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    talker->fd = fd;
    talker->number = script->accepted;
    if (talker->number < script->talk_count)
        talker->talk = &script->talks[talker->number];
    else if (script->repeat_last && script->talk_count > 0)
        talker->talk = &script->talks[script->talk_count - 1];
    talker->next = script->talkers;
    script->talkers = talker;
    script->talker_count++;
    count_up(script, &script->accepted);
}

/* Runs the steps that can run now and says what to wait for; 0: the connection has ended. */
static short talker_run(struct script *script, struct talker *talker)
{
    enum verdict verdict = GO_ON;
    while (verdict == GO_ON)
        verdict = talker_step(script, talker);
    if (verdict == END)
        return 0;
    return verdict == WAIT_WRITE ? POLLOUT : (POLLIN | POLLRDHUP);
}

/* Runs every connection and fills the poll table with those that go on. */
static size_t talkers_run(struct script *script, struct pollfd *polls)
{
    size_t count = 0;
    struct talker **link = &script->talkers;
    while (*link != NULL) {
        struct talker *talker = *link;
        short events = talker_run(script, talker);
        if (events != 0) {
            polls[count++] = (struct pollfd){.fd = talker->fd, .events = events};
            link = &talker->next;
            continue;
        }
        *link = talker->next;
        talker_free(talker);
        script->talker_count--;
        count_up(script, &script->ended);
    }
    return count;
}

static void talkers_read(struct script *script, const struct pollfd *polls, size_t count)
{
    struct talker *talker = script->talkers;
    for (size_t i = 0; i < count; i++, talker = talker->next) {
        short got = polls[i].revents;
        if ((got & (POLLIN | POLLRDHUP | POLLHUP | POLLERR)) != 0 && talker_read(talker) != 0)
            talker->talk = NULL; /* ends at its next step */
    }
}

static void *script_thread(void *argument)
{
    struct script *script = argument;
    struct pollfd *polls = NULL;
    for (;;) {
        struct pollfd *grown = realloc(polls, (script->talker_count + 2) * sizeof(*polls));
        if (grown == NULL)
            break;
        polls = grown;
        polls[0] = (struct pollfd){.fd = script->stop_fd, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = script->listen_fd, .events = POLLIN};
        size_t count = talkers_run(script, polls + 2);
        if (poll(polls, count + 2, -1) < 0 && errno != EINTR)
            break;
        if (polls[0].revents != 0)
            break;
        talkers_read(script, polls + 2, count);
        if (polls[1].revents != 0)
            talker_accept(script);
    }
    free(polls);
    return NULL;
}

/* ---- life and questions ---- */

static int listen_open(struct script *script, bool ipv6)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    const struct sockaddr *address =
        ipv6 ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4;
    socklen_t size = ipv6 ? sizeof(v6) : sizeof(v4);
    script->listen_fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (script->listen_fd < 0 || bind(script->listen_fd, address, size) != 0 ||
        listen(script->listen_fd, 1024) != 0)
        return -1;
    struct sockaddr_storage bound;
    size = sizeof(bound);
    if (getsockname(script->listen_fd, (struct sockaddr *)&bound, &size) != 0)
        return -1;
    script->port = ntohs(ipv6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                              : ((struct sockaddr_in *)&bound)->sin_port);
    return 0;
}

static int thread_start(struct script *script)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&script->thread, NULL, script_thread, script);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ? 0 : -1;
}

static void script_free(struct script *script)
{
    while (script->talkers != NULL) {
        struct talker *next = script->talkers->next;
        talker_free(script->talkers);
        script->talkers = next;
    }
    for (size_t i = 0; i < script->record_count; i++)
        free(script->records[i].bytes);
    free(script->records);
    free(script->talks);
    if (script->listen_fd >= 0)
        close(script->listen_fd);
    if (script->stop_fd >= 0)
        close(script->stop_fd);
    pthread_cond_destroy(&script->changed);
    pthread_mutex_destroy(&script->lock);
    free(script);
}

struct script *script_start(const struct script_options *options)
{
    struct script *script = calloc(1, sizeof(*script));
    if (script == NULL)
        return NULL;
    pthread_mutex_init(&script->lock, NULL);
    pthread_cond_init(&script->changed, NULL);
    script->listen_fd = -1;
    script->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    script->talk_count = options->talk_count;
    script->repeat_last = options->repeat_last;
    script->talks = calloc(options->talk_count + 1, sizeof(*script->talks));
    if (script->talks != NULL && options->talk_count > 0)
        memcpy(script->talks, options->talks, options->talk_count * sizeof(*script->talks));
    if (script->talks == NULL || script->stop_fd < 0 || listen_open(script, options->ipv6) != 0 ||
        thread_start(script) != 0) {
        script_free(script);
        return NULL;
    }
    return script;
}

unsigned script_port(const struct script *script)
{
    return script->port;
}

static size_t read_counter(struct script *script, const size_t *counter)
{
    pthread_mutex_lock(&script->lock);
    size_t count = *counter;
    pthread_mutex_unlock(&script->lock);
    return count;
}

size_t script_connection_count(struct script *script)
{
    return read_counter(script, &script->accepted);
}

size_t script_request_count(struct script *script)
{
    return read_counter(script, &script->record_count);
}

char *script_request(struct script *script, size_t i, size_t *size, size_t *connection)
{
    char *copy = NULL;
    pthread_mutex_lock(&script->lock);
    if (i < script->record_count) {
        const struct record *record = &script->records[i];
        copy = malloc(record->size + 1);
        if (copy != NULL)
            memcpy(copy, record->bytes, record->size + 1);
        if (size != NULL)
            *size = record->size;
        if (connection != NULL)
            *connection = record->connection;
    }
    pthread_mutex_unlock(&script->lock);
    return copy;
}

static int await(struct script *script, const size_t *counter, size_t count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += AWAIT_MAX_S;
    int waited = 0;
    pthread_mutex_lock(&script->lock);
    while (*counter < count && waited == 0)
        waited = pthread_cond_timedwait(&script->changed, &script->lock, &until);
    int result = *counter < count ? -1 : 0;
    pthread_mutex_unlock(&script->lock);
    return result;
}

int script_await_requests(struct script *script, size_t count)
{
    return await(script, &script->record_count, count);
}

int script_await_connections(struct script *script, size_t count)
{
    return await(script, &script->accepted, count);
}

int script_await_ends(struct script *script, size_t count)
{
    return await(script, &script->ended, count);
}

void script_stop(struct script *script)
{
    if (script == NULL)
        return;
    uint64_t one = 1;
    while (write(script->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
    pthread_join(script->thread, NULL);
    script_free(script);
}
