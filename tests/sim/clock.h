/* SPDX-License-Identifier: MIT */
/*
 * The virtual clock of all simulated hosts: what their timestamps say and what their counters
 * follow.
 *
 *   now = epoch + start + rate * (real time since the simulator started) + everything it was
 * advanced by
 *
 * in 100 ns ticks since 1601 (FILETIME). rate 0 is the manual clock: it stands still but for
 * advances. Every host booted at the epoch, so elapsed = now - epoch is its up time. It is not used
 * for delays: those are real time (park.h).
 *
 * Threads: the HTTP thread alone, after sim_clock_init.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdint.h>

#define SIM_TICKS_PER_SECOND 10000000u

struct sim_clock {
    uint64_t epoch_100ns;
    uint64_t offset_100ns; /* start + advances */
    double rate;
    uint64_t started_ns; /* CLOCK_MONOTONIC */
};

/* epoch_100ns 0: chosen so that now is the real time of the start. */
void sim_clock_init(struct sim_clock *clock, uint64_t epoch_100ns, uint64_t start_100ns,
                    double rate);

uint64_t sim_clock_now_100ns(const struct sim_clock *clock);

void sim_clock_advance(struct sim_clock *clock, uint64_t ticks_100ns);

/* "2024-01-01T00:00:00Z" to FILETIME. 0, or -1: not such a time. */
int sim_clock_parse(const char *text, uint64_t *time_100ns);

/* FILETIME to the text of a cim:Datetime: 0 to 6 digits of fraction, trailing zeros cut, Z
 * (shared/facts/wire.md 2). */
void sim_clock_print(uint64_t time_100ns, char text[40]);

#endif
