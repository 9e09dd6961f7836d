/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static uint64_t monotonic_ns(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const struct clock *clock_monotonic(void)
{
    static const struct clock monotonic = {.now_ns = monotonic_ns};
    return &monotonic;
}

uint64_t clock_now_ns(const struct clock *clock)
{
    if (clock == NULL)
        clock = clock_monotonic();
    return clock->now_ns(clock->context);
}

uint64_t clock_now_ms(const struct clock *clock)
{
    return clock_now_ns(clock) / 1000000u;
}
