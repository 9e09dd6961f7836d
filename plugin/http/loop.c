/* SPDX-License-Identifier: MIT */
#include "http/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"

#define EVENTS_A_TURN 64

struct http_loop {
    const struct clock *clock;
    CURLM *multi; /* NULL: thrown away (end_all), to be made again with the next transfer */
    int epoll_fd;
    int wake_fd;
    pthread_t thread;
    struct http_timers timers;
    /* When libcurl wants to be called, on the real clock; -1: not at all. */
    int64_t curl_due_ms;
    bool draining; /* to end, but tasks ran this turn: look for more before sleeping */
    struct http_transfer *transfers; /* in the multi handle */
    size_t lookups_held;
    struct http_lookup *lookups_first, *lookups_last;

    pthread_mutex_t lock; /* guards what follows */
    struct http_task *tasks_first, *tasks_last;
    bool stopping;
};

/* --- what libcurl asks for --- */

static struct http_transfer *transfer_of(CURL *easy)
{
    struct http_transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return transfer;
}

static void tell_unwatched(CURL *easy)
{
    struct http_transfer *transfer = transfer_of(easy);
    if (transfer != NULL) /* libcurl's own handle, which closes idle connections, has none */
        transfer->unwatched(transfer);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *watched)
{
    struct http_loop *loop = context;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL) /* else it is closed, and its number may be somebody else's by now */
            epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        curl_multi_assign(loop->multi, fd, NULL);
        tell_unwatched(easy);
        return 0;
    }
    struct epoll_event event = {.data.fd = fd};
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    int rc = epoll_ctl(loop->epoll_fd, watched != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    if (rc != 0 && watched != NULL && errno == ENOENT) /* another socket has the number now */
        rc = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
    if (rc == 0 && watched == NULL)
        curl_multi_assign(loop->multi, fd, loop);
    return rc;
}

static int set_curl_timer(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    struct http_loop *loop = context;
    loop->curl_due_ms = timeout_ms < 0 ? -1 : (int64_t)clock_now_ms(NULL) + timeout_ms;
    return 0;
}

static void put_in(struct http_loop *loop, struct http_transfer *transfer)
{
    transfer->prev = NULL;
    transfer->next = loop->transfers;
    if (transfer->next != NULL)
        transfer->next->prev = transfer;
    loop->transfers = transfer;
}

/* Leaves transfer->next as it is, for end_all. */
static void take_out(struct http_loop *loop, struct http_transfer *transfer)
{
    curl_multi_remove_handle(loop->multi, transfer->easy);
    if (transfer->prev != NULL)
        transfer->prev->next = transfer->next;
    else
        loop->transfers = transfer->next;
    if (transfer->next != NULL)
        transfer->next->prev = transfer->prev;
}

/* An instant reply can end inside any curl_multi_socket_action (shared/facts/auth.md). */
static void deliver_ended(struct http_loop *loop)
{
    int left;
    CURLMsg *message;
    while (loop->multi != NULL && (message = curl_multi_info_read(loop->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        struct http_transfer *transfer = transfer_of(message->easy_handle);
        take_out(loop, transfer);
        transfer->done(transfer, code);
    }
}

/* Without memory to note a socket, libcurl does not say whose it is, does not watch it, and (7.88:
 * its hash of the socket's transfers is destroyed, and the socket stays known) divides by zero when
 * a socket of that number comes again. So nothing of what runs goes on, and the multi handle is
 * thrown away; idle connections lie in caches of their own. */
static void end_all(struct http_loop *loop)
{
    struct http_transfer *ended = loop->transfers;
    while (loop->transfers != NULL)
        take_out(loop, loop->transfers);
    curl_multi_cleanup(loop->multi);
    loop->multi = NULL;
    loop->curl_due_ms = -1;
    while (ended != NULL) {
        struct http_transfer *next = ended->next;
        ended->done(ended, CURLE_OUT_OF_MEMORY);
        ended = next;
    }
}

static void drive(struct http_loop *loop, curl_socket_t fd, int mask)
{
    int running;
    if (loop->multi == NULL) /* an event of before it was thrown away */
        return;
    CURLMcode code = curl_multi_socket_action(loop->multi, fd, mask, &running);
    deliver_ended(loop);
    if (code == CURLM_OUT_OF_MEMORY)
        end_all(loop);
}

static void drive_curl_timer(struct http_loop *loop)
{
    if (loop->curl_due_ms < 0 || (int64_t)clock_now_ms(NULL) < loop->curl_due_ms)
        return;
    loop->curl_due_ms = -1;
    drive(loop, CURL_SOCKET_TIMEOUT, 0);
}

/* --- places for look-ups --- */

static void leave_queue(struct http_loop *loop, struct http_lookup *lookup)
{
    struct http_lookup *before = NULL;
    struct http_lookup *at = loop->lookups_first;
    while (at != lookup) {
        before = at;
        at = at->next;
    }
    if (before == NULL)
        loop->lookups_first = lookup->next;
    else
        before->next = lookup->next;
    if (loop->lookups_last == lookup)
        loop->lookups_last = before;
    lookup->waiting = false;
}

/* Not from http_loop_end_lookup: that may be inside a callback of libcurl, where no transfer can
 * be added. */
static void grant_lookups(struct http_loop *loop)
{
    while (loop->lookups_first != NULL && loop->lookups_held < HTTP_LOOP_MAX_LOOKUPS) {
        struct http_lookup *lookup = loop->lookups_first;
        leave_queue(loop, lookup);
        loop->lookups_held++;
        lookup->held = true;
        lookup->granted(lookup);
    }
}

/* --- the thread --- */

static struct http_task *take_tasks(struct http_loop *loop, bool *stopping)
{
    pthread_mutex_lock(&loop->lock);
    struct http_task *tasks = loop->tasks_first;
    loop->tasks_first = loop->tasks_last = NULL;
    *stopping = loop->stopping;
    pthread_mutex_unlock(&loop->lock);
    return tasks;
}

/* Returns whether the loop is to end: asked to, and nothing was left to run. */
static bool run_tasks(struct http_loop *loop)
{
    bool stopping;
    struct http_task *task = take_tasks(loop, &stopping);
    bool idle = task == NULL;
    while (task != NULL) {
        struct http_task *next = task->next;
        task->run(task);
        task = next;
    }
    loop->draining = stopping && !idle;
    return stopping && idle;
}

static int64_t earlier(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static int wait_ms(struct http_loop *loop)
{
    if (loop->draining)
        return 0;
    int64_t curl_ms = -1;
    if (loop->curl_due_ms >= 0) {
        curl_ms = loop->curl_due_ms - (int64_t)clock_now_ms(NULL);
        if (curl_ms < 0)
            curl_ms = 0;
    }
    int64_t timer_ms = http_timers_wait_ms(&loop->timers, http_loop_now_ms(loop));
    int64_t wait = earlier(curl_ms, timer_ms);
    return wait > 60000 ? 60000 : (int)wait;
}

static void take_event(struct http_loop *loop, const struct epoll_event *event)
{
    if (event->data.fd == loop->wake_fd) {
        uint64_t count;
        (void)!read(loop->wake_fd, &count, sizeof count);
        return;
    }
    int mask = 0;
    if (event->events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
        mask |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (event->events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    drive(loop, event->data.fd, mask);
}

static void *run_loop(void *argument)
{
    struct http_loop *loop = argument;
    struct epoll_event events[EVENTS_A_TURN];
    for (;;) {
        if (run_tasks(loop))
            return NULL;
        deliver_ended(loop);
        http_timers_fire(&loop->timers, http_loop_now_ms(loop));
        drive_curl_timer(loop);
        grant_lookups(loop);
        int count = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, wait_ms(loop));
        for (int i = 0; i < count; i++)
            take_event(loop, &events[i]);
    }
}

/* --- life --- */

static int open_multi(struct http_loop *loop, struct err *err)
{
    loop->multi = curl_multi_init();
    if (loop->multi == NULL)
        return err_memory(err);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    /* Each session keeps its own connection; libcurl's default would evict idle hosts (auth.md). */
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, 100000L);
    return 0;
}

static int open_epoll(struct http_loop *loop, struct err *err)
{
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = loop->wake_fd};
    if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) != 0)
        return err_set_code(err, ERR_MEMORY, (uint32_t)errno, "no file descriptor for epoll: %s",
                            strerror(errno));
    return 0;
}

static void free_loop(struct http_loop *loop)
{
    if (loop->multi != NULL)
        curl_multi_cleanup(loop->multi);
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    http_timers_free(&loop->timers);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}

struct http_loop *http_loop_new(const struct clock *clock, struct err *err)
{
    struct http_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        err_memory(err);
        return NULL;
    }
    loop->clock = clock;
    loop->curl_due_ms = -1;
    loop->epoll_fd = loop->wake_fd = -1;
    http_timers_init(&loop->timers);
    pthread_mutex_init(&loop->lock, NULL);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_memory(err);
        free_loop(loop);
        return NULL;
    }
    if (open_multi(loop, err) != 0 || open_epoll(loop, err) != 0 ||
        thread_start(&loop->thread, "mi network", run_loop, loop, err) != 0) {
        free_loop(loop);
        return NULL;
    }
    return loop;
}

void http_loop_free(struct http_loop *loop)
{
    if (loop == NULL)
        return;
    pthread_mutex_lock(&loop->lock);
    loop->stopping = true;
    pthread_mutex_unlock(&loop->lock);
    http_loop_wake(loop);
    pthread_join(loop->thread, NULL);
    free_loop(loop);
}

void http_loop_post(struct http_loop *loop, struct http_task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&loop->lock);
    bool first = loop->tasks_first == NULL;
    if (first)
        loop->tasks_first = task;
    else
        loop->tasks_last->next = task;
    loop->tasks_last = task;
    pthread_mutex_unlock(&loop->lock);
    if (first)
        http_loop_wake(loop);
}

void http_loop_wake(struct http_loop *loop)
{
    const uint64_t one = 1;
    (void)!write(loop->wake_fd, &one, sizeof one);
}

bool http_loop_is_current(const struct http_loop *loop)
{
    return pthread_equal(pthread_self(), loop->thread) != 0;
}

uint64_t http_loop_now_ms(const struct http_loop *loop)
{
    return clock_now_ms(loop->clock);
}

int http_loop_set_timer(struct http_loop *loop, struct http_timer *timer, uint64_t due_ms,
                        struct err *err)
{
    return http_timers_set(&loop->timers, timer, due_ms, err);
}

void http_loop_clear_timer(struct http_loop *loop, struct http_timer *timer)
{
    http_timers_clear(&loop->timers, timer);
}

int http_loop_add(struct http_loop *loop, CURL *easy, struct err *err)
{
    if (loop->multi == NULL && open_multi(loop, err) != 0)
        return -1;
    CURLMcode code = curl_multi_add_handle(loop->multi, easy);
    if (code == CURLM_OK) {
        struct http_transfer *transfer = transfer_of(easy);
        transfer->easy = easy;
        put_in(loop, transfer);
        return 0;
    }
    return err_set(err, ERR_MEMORY, "libcurl takes no more transfers: %s",
                   curl_multi_strerror(code));
}

void http_loop_remove(struct http_loop *loop, CURL *easy)
{
    take_out(loop, transfer_of(easy));
}

void http_loop_forget_socket(struct http_loop *loop, int fd)
{
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    if (loop->multi != NULL)
        curl_multi_assign(loop->multi, fd, NULL);
}

bool http_loop_take_lookup(struct http_loop *loop, struct http_lookup *lookup)
{
    if (loop->lookups_held < HTTP_LOOP_MAX_LOOKUPS) {
        loop->lookups_held++;
        lookup->held = true;
        return true;
    }
    lookup->waiting = true;
    lookup->next = NULL;
    if (loop->lookups_first == NULL)
        loop->lookups_first = lookup;
    else
        loop->lookups_last->next = lookup;
    loop->lookups_last = lookup;
    return false;
}

void http_loop_end_lookup(struct http_loop *loop, struct http_lookup *lookup)
{
    if (lookup->waiting) {
        leave_queue(loop, lookup);
        return;
    }
    if (!lookup->held)
        return;
    lookup->held = false;
    loop->lookups_held--;
}
