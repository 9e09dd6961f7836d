/* SPDX-License-Identifier: MIT */
/*
 * timer: deadlines in order, a binary heap of timers that live inside their owners' structs.
 *
 * Pure: the time is a parameter. Not a thread and not a clock; one thread at a time. A timer is
 * owned by whoever embeds it and must be cleared before it goes.
 */
#ifndef HTTP_TIMER_H
#define HTTP_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http_timer {
    uint64_t due_ms;
    size_t place; /* 1-based place in the heap; 0: not set */
    void (*fire)(struct http_timer *timer);
};

struct http_timers {
    struct http_timer **heap; /* heap[0] is due first */
    size_t count;
    size_t capacity;
};

void http_timers_init(struct http_timers *timers);
void http_timers_free(struct http_timers *timers);

/* Sets a timer, or moves one that is set. -1 with ERR_MEMORY. */
int http_timers_set(struct http_timers *timers, struct http_timer *timer, uint64_t due_ms,
                    struct err *err);
/* Clears; one that is not set is fine. */
void http_timers_clear(struct http_timers *timers, struct http_timer *timer);

/* Milliseconds until the first is due, 0 where it is already, -1 where none is set. */
int64_t http_timers_wait_ms(const struct http_timers *timers, uint64_t now_ms);
/* Clears and fires each that is due; a timer that fires may set and clear any. */
void http_timers_fire(struct http_timers *timers, uint64_t now_ms);

#endif
