/* SPDX-License-Identifier: MIT */
/*
 * A crowd: names of a class that are borne by what comes and goes, as those of processes are (mode
 * crowd=N). Who is there in a turn is a pure function of the host's seed, the name's number and the
 * turn, so that a test can say it too. Turns are whole turn_s seconds of the virtual clock since
 * the epoch.
 *
 * Number 0 is "Idle", with bearer 0 and the amount and mean of 100 percent. For number i from 1 to
 * N, with p = (turn + i / 6) and what i mod 6 says:
 *
 *   0  steady-00006   always there, always the same
 *   1  blink-00001    there in every second turn (p odd), always the same
 *   2  reborn-00002   always there; another bears it in every third turn: life p / 3
 *   3  return-00003   there for two turns of four (p mod 4 < 2), then gone, then another: life p /
 * 4 4  once-00004-T   a name of its own in every turn T: life T 5  rare-00005     there in one turn
 * of six (p mod 6 = 0), another each time: life p / 6
 *
 *   hash   = splitmix64(seed + i * 2^32 + life), life 0 where there is but one
 *   bearer = 4 * (i + 10000 * (life mod 10000))      differs from one life to the next
 *   amount = mean = 1 + hash mod 100                 percent
 *   lead   = (hash / 2^8) mod 2592000 s              the counters of a life stand as though they
 * had counted for so much longer than since the epoch
 *
 * so that what comes after may count from higher or from lower. Any thread.
 */
#ifndef SIM_CROWD_H
#define SIM_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_crowd_member {
    char name[32];
    uint64_t bearer;
    unsigned amount;
    uint64_t lead_100ns;
};

/* The member number i in that turn. False: it is not there. */
bool sim_crowd_at(uint64_t seed, size_t i, uint64_t turn, struct sim_crowd_member *member);

#endif
