/* SPDX-License-Identifier: MIT */
/* A clock that a test turns by hand; read by any thread. */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"

struct fake_clock {
    struct clock clock;
    _Atomic uint64_t now_ns;
};

static inline uint64_t fake_clock_read(void *context)
{
    return atomic_load(&((struct fake_clock *)context)->now_ns);
}

/* Starts far from 0, so that a deadline compared with 0 shows. */
static inline void fake_clock_init(struct fake_clock *fake)
{
    fake->clock = (struct clock){fake_clock_read, fake};
    atomic_store(&fake->now_ns, 1000000000000u);
}

static inline void fake_clock_advance_ms(struct fake_clock *fake, uint64_t ms)
{
    atomic_fetch_add(&fake->now_ns, ms * 1000000u);
}

#endif
