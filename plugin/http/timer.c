/* SPDX-License-Identifier: MIT */
#include "http/timer.h"

#include <stdlib.h>

void http_timers_init(struct http_timers *timers)
{
    *timers = (struct http_timers){0};
}

void http_timers_free(struct http_timers *timers)
{
    free(timers->heap);
    http_timers_init(timers);
}

static void put(struct http_timers *timers, size_t index, struct http_timer *timer)
{
    timers->heap[index] = timer;
    timer->place = index + 1;
}

static void sift_up(struct http_timers *timers, size_t index)
{
    struct http_timer *timer = timers->heap[index];
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (timers->heap[parent]->due_ms <= timer->due_ms)
            break;
        put(timers, index, timers->heap[parent]);
        index = parent;
    }
    put(timers, index, timer);
}

static void sift_down(struct http_timers *timers, size_t index)
{
    struct http_timer *timer = timers->heap[index];
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= timers->count)
            break;
        if (child + 1 < timers->count &&
            timers->heap[child + 1]->due_ms < timers->heap[child]->due_ms)
            child++;
        if (timers->heap[child]->due_ms >= timer->due_ms)
            break;
        put(timers, index, timers->heap[child]);
        index = child;
    }
    put(timers, index, timer);
}

int http_timers_set(struct http_timers *timers, struct http_timer *timer, uint64_t due_ms,
                    struct err *err)
{
    http_timers_clear(timers, timer);
    if (timers->count == timers->capacity) {
        size_t capacity = timers->capacity < 8 ? 16 : timers->capacity * 2;
        struct http_timer **heap = realloc(timers->heap, capacity * sizeof(*heap));
        if (heap == NULL)
            return err_memory(err);
        timers->heap = heap;
        timers->capacity = capacity;
    }
    timer->due_ms = due_ms;
    put(timers, timers->count++, timer);
    sift_up(timers, timers->count - 1);
    return 0;
}

void http_timers_clear(struct http_timers *timers, struct http_timer *timer)
{
    if (timer->place == 0)
        return;
    size_t index = timer->place - 1;
    timer->place = 0;
    struct http_timer *last = timers->heap[--timers->count];
    if (last == timer)
        return;
    put(timers, index, last);
    sift_up(timers, index);
    sift_down(timers, last->place - 1);
}

int64_t http_timers_wait_ms(const struct http_timers *timers, uint64_t now_ms)
{
    if (timers->count == 0)
        return -1;
    uint64_t due_ms = timers->heap[0]->due_ms;
    return due_ms <= now_ms ? 0 : (int64_t)(due_ms - now_ms);
}

void http_timers_fire(struct http_timers *timers, uint64_t now_ms)
{
    while (timers->count > 0 && timers->heap[0]->due_ms <= now_ms) {
        struct http_timer *timer = timers->heap[0];
        http_timers_clear(timers, timer);
        timer->fire(timer);
    }
}
