/* SPDX-License-Identifier: MIT */
#include "sim/crowd.h"

#include "sim/clock.h"

#include <inttypes.h>
#include <stdio.h>

#define LEAD_SECONDS_MAX 2592000u

static uint64_t splitmix64(uint64_t number)
{
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

static const char *const words[] = {"steady", "blink", "reborn", "return", "once", "rare"};

bool sim_crowd_at(uint64_t seed, size_t i, uint64_t turn, struct sim_crowd_member *member)
{
    uint64_t p = turn + i / 6, life = 0;
    bool is_there = true;
    if (i == 0) {
        *member = (struct sim_crowd_member){.name = "Idle", .amount = 100};
        return true;
    }
    switch (i % 6) {
    case 1:
        is_there = p % 2 == 1;
        break;
    case 2:
        life = p / 3;
        break;
    case 3:
        life = p / 4;
        is_there = p % 4 < 2;
        break;
    case 4:
        life = turn;
        break;
    case 5:
        life = p / 6;
        is_there = p % 6 == 0;
        break;
    default:
        break;
    }
    uint64_t hash = splitmix64(seed + ((uint64_t)i << 32) + life);
    member->bearer = 4 * (i + 10000 * (life % 10000));
    member->amount = 1 + (unsigned)(hash % 100);
    member->lead_100ns = (hash >> 8) % LEAD_SECONDS_MAX * SIM_TICKS_PER_SECOND;
    int size = snprintf(member->name, sizeof(member->name), "%s-%05zu", words[i % 6], i % 100000);
    if (i % 6 == 4)
        snprintf(member->name + size, sizeof(member->name) - (size_t)size, "-%" PRIu64, turn);
    return is_there;
}
