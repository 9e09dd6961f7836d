/* SPDX-License-Identifier: MIT */
/*
 * schedule: when each round of each host is due.
 *
 * Pure: time is a parameter, monotonic milliseconds. A round keeps its phase for ever: it is due at
 * first + n * interval, so that late or long rounds never bunch up. Knows no host, only the two
 * numbers of a slot. Owned by the poller; its thread alone.
 */
#ifndef POLL_SCHEDULE_H
#define POLL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define POLL_SCHEDULE_NEVER UINT64_MAX

struct poll_slot {
    uint32_t host;
    uint32_t round;
};

struct poll_due {
    struct poll_slot slot;
    uint64_t due_ms;  /* now or a little ago */
    uint64_t next_ms; /* after now */
};

struct poll_schedule;

/* New: room for so many slots; free with poll_schedule_free. NULL: ERR_MEMORY. */
struct poll_schedule *poll_schedule_new(size_t capacity, struct err *err);
/* NULL is fine. */
void poll_schedule_free(struct poll_schedule *schedule);

/* Where in its interval a host of this name has its turn: 0 to interval_ms - 1, the same at every
 * start, spread evenly over names. */
uint64_t poll_schedule_splay_ms(const char *name, uint64_t interval_ms);

/* Adds a slot; an interval of 0 counts as 1 ms. False: the schedule is full. */
bool poll_schedule_add(struct poll_schedule *schedule, struct poll_slot slot, uint64_t first_due_ms,
                       uint64_t interval_ms);

/* When poll_schedule_take will next have something; POLL_SCHEDULE_NEVER where nothing was added. */
uint64_t poll_schedule_next_ms(const struct poll_schedule *schedule);

/* Takes one slot that is due, the longest due first, and sets it to its next turn after now. A turn
 * missed by half an interval or more (the machine slept) is left out instead of started late: after
 * a sleep not all hosts are asked at once. False: nothing is due. */
bool poll_schedule_take(struct poll_schedule *schedule, uint64_t now_ms, struct poll_due *due);

#endif
