/* SPDX-License-Identifier: MIT */
#include "poll/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct entry {
    uint64_t due_ms;
    uint64_t interval_ms;
    struct poll_slot slot;
};

/* A binary heap: the parent of entry i is (i - 1) / 2 and never due later. */
struct poll_schedule {
    size_t capacity;
    size_t count;
    struct entry entries[];
};

struct poll_schedule *poll_schedule_new(size_t capacity, struct err *err)
{
    struct poll_schedule *schedule = NULL;
    if (capacity <= (SIZE_MAX - sizeof *schedule) / sizeof schedule->entries[0])
        schedule = malloc(sizeof *schedule + capacity * sizeof schedule->entries[0]);
    if (schedule == NULL) {
        err_memory(err);
        return NULL;
    }
    schedule->capacity = capacity;
    schedule->count = 0;
    return schedule;
}

void poll_schedule_free(struct poll_schedule *schedule)
{
    free(schedule);
}

uint64_t poll_schedule_splay_ms(const char *name, uint64_t interval_ms)
{
    uint64_t hash = hash_bytes(HASH_START, name, strlen(name));
    /* A mixer: names that differ in their last digit alone must not lie together. */
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    hash ^= hash >> 33;
    return interval_ms > 0 ? hash % interval_ms : 0;
}

/* The slot decides between two that are due at once, so that an order never depends on history. */
static bool is_before(const struct entry *a, const struct entry *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    if (a->slot.host != b->slot.host)
        return a->slot.host < b->slot.host;
    return a->slot.round < b->slot.round;
}

static void swap(struct entry *a, struct entry *b)
{
    struct entry kept = *a;
    *a = *b;
    *b = kept;
}

bool poll_schedule_add(struct poll_schedule *schedule, struct poll_slot slot, uint64_t first_due_ms,
                       uint64_t interval_ms)
{
    if (schedule->count == schedule->capacity)
        return false;
    struct entry *entries = schedule->entries;
    size_t i = schedule->count++;
    entries[i] = (struct entry){first_due_ms, interval_ms > 0 ? interval_ms : 1, slot};
    for (; i > 0 && is_before(&entries[i], &entries[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&entries[i], &entries[(i - 1) / 2]);
    return true;
}

uint64_t poll_schedule_next_ms(const struct poll_schedule *schedule)
{
    return schedule->count > 0 ? schedule->entries[0].due_ms : POLL_SCHEDULE_NEVER;
}

/* The first entry has become due later: down to where it belongs. */
static void sink_first(struct poll_schedule *schedule)
{
    struct entry *entries = schedule->entries;
    size_t i = 0;
    for (;;) {
        size_t first = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < schedule->count; child++)
            if (is_before(&entries[child], &entries[first]))
                first = child;
        if (first == i)
            return;
        swap(&entries[i], &entries[first]);
        i = first;
    }
}

bool poll_schedule_take(struct poll_schedule *schedule, uint64_t now_ms, struct poll_due *due)
{
    while (schedule->count > 0 && schedule->entries[0].due_ms <= now_ms) {
        struct entry *first = &schedule->entries[0];
        uint64_t late_ms = (now_ms - first->due_ms) % first->interval_ms;
        struct poll_due taken = {.slot = first->slot,
                                 .due_ms = now_ms - late_ms,
                                 .next_ms = now_ms - late_ms + first->interval_ms};
        bool in_time = late_ms < first->interval_ms - late_ms;
        first->due_ms = taken.next_ms;
        sink_first(schedule);
        if (in_time) {
            *due = taken;
            return true;
        }
    }
    return false;
}
