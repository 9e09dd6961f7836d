/* SPDX-License-Identifier: MIT */
/*
 * loop: the one network thread: curl multi driven by its socket interface over epoll, timers, and
 * tasks posted by other threads.
 *
 * Measured with 2,000 stalled transfers: 137 us CPU a request against 307 us with
 * curl_multi_poll (shared/design.md). Knows no request: conn.c puts transfers in and gets their
 * end back. Never touches what another plugin shares: curl_global_init is counted by libcurl,
 * curl_global_cleanup is never called.
 *
 * Whoever made it owns it and frees it from another thread. Functions marked "network thread"
 * may be called there only; the others from anywhere.
 */
#ifndef HTTP_LOOP_H
#define HTTP_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "http/timer.h"

struct http_loop;

/* Work for the network thread, embedded in its owner's struct and not posted twice at once. */
struct http_task {
    void (*run)(struct http_task *task);
    struct http_task *next;
};

/* A transfer in the multi handle; the easy handle's CURLOPT_PRIVATE points here. */
struct http_transfer {
    void (*done)(struct http_transfer *transfer, CURLcode code); /* network thread */
    /* libcurl no longer waits for a socket of it. May set timers; must not call libcurl. */
    void (*unwatched)(struct http_transfer *transfer);
    struct http_transfer *next, *prev; /* the loop's: among those in the multi handle */
    CURL *easy;                        /* the loop's */
};

/* New and running. clock (NULL: the monotonic one) times deadlines and is borrowed. */
struct http_loop *http_loop_new(const struct clock *clock, struct err *err);
/* Runs the tasks posted so far, ends the thread, frees. Every transfer and timer must be gone. */
void http_loop_free(struct http_loop *loop);

/* Runs task->run on the network thread, in the order of posting. */
void http_loop_post(struct http_loop *loop, struct http_task *task);
/* Looks at the clock again: after a test turned it. */
void http_loop_wake(struct http_loop *loop);
bool http_loop_is_current(const struct http_loop *loop);
uint64_t http_loop_now_ms(const struct http_loop *loop);

/* Network thread. */
int http_loop_set_timer(struct http_loop *loop, struct http_timer *timer, uint64_t due_ms,
                        struct err *err);
void http_loop_clear_timer(struct http_loop *loop, struct http_timer *timer);
/* Starts a transfer; done comes later, never from inside. -1 with ERR_MEMORY. */
int http_loop_add(struct http_loop *loop, CURL *easy, struct err *err);
/* Takes a transfer out, whatever its state; done is not called any more. */
void http_loop_remove(struct http_loop *loop, CURL *easy);
/* To be called before a socket of a transfer is closed: libcurl 7.88 closes some, those of a shared
 * cache of connections, before it says that they need not be watched any more, and the number may
 * be another thread's then. */
void http_loop_forget_socket(struct http_loop *loop, int fd);

/* Places for name look-ups: libcurl starts a thread for each, so they are limited
 * (HTTP_LOOP_MAX_LOOKUPS); hosts given by IP address need none and never wait here. */
#define HTTP_LOOP_MAX_LOOKUPS 64
struct http_lookup {
    struct http_lookup *next;
    bool waiting, held;
    void (*granted)(struct http_lookup *lookup); /* network thread */
};
/* Network thread. true: a place is held from now on; false: granted will be called. */
bool http_loop_take_lookup(struct http_loop *loop, struct http_lookup *lookup);
/* Network thread. Gives the place back or leaves the queue; neither held nor waiting is fine. */
void http_loop_end_lookup(struct http_loop *loop, struct http_lookup *lookup);

#endif
