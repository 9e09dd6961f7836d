/* SPDX-License-Identifier: MIT */
/*
 * clock: the monotonic time, as a parameter, so that tests turn it by hand and never sleep.
 *
 * A struct clock is borrowed by whoever takes it and must outlive it. now_ns may be called
 * from any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    uint64_t (*now_ns)(void *context);
    void *context;
};

/* CLOCK_MONOTONIC. Static. */
const struct clock *clock_monotonic(void);

/* The time of a clock; NULL means clock_monotonic(). */
uint64_t clock_now_ns(const struct clock *clock);
uint64_t clock_now_ms(const struct clock *clock);

#endif
