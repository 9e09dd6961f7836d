/* SPDX-License-Identifier: MIT */
#include "sim/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define UNIX_EPOCH_100NS UINT64_C(116444736000000000) /* 1970-01-01 as a FILETIME */

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void sim_clock_init(struct sim_clock *clock, uint64_t epoch_100ns, uint64_t start_100ns,
                    double rate)
{
    if (epoch_100ns == 0)
        epoch_100ns = UNIX_EPOCH_100NS + (uint64_t)time(NULL) * SIM_TICKS_PER_SECOND - start_100ns;
    *clock = (struct sim_clock){
        .epoch_100ns = epoch_100ns,
        .offset_100ns = start_100ns,
        .rate = rate,
        .started_ns = monotonic_ns(),
    };
}

uint64_t sim_clock_now_100ns(const struct sim_clock *clock)
{
    uint64_t real_100ns = (monotonic_ns() - clock->started_ns) / 100;
    return clock->epoch_100ns + clock->offset_100ns + (uint64_t)((double)real_100ns * clock->rate);
}

void sim_clock_advance(struct sim_clock *clock, uint64_t ticks_100ns)
{
    clock->offset_100ns += ticks_100ns;
}

int sim_clock_parse(const char *text, uint64_t *time_100ns)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == NULL || *end != '\0')
        return -1;
    time_t seconds = timegm(&parts);
    if (seconds < 0)
        return -1;
    *time_100ns = UNIX_EPOCH_100NS + (uint64_t)seconds * SIM_TICKS_PER_SECOND;
    return 0;
}

void sim_clock_print(uint64_t time_100ns, char text[40])
{
    uint64_t since = time_100ns - UNIX_EPOCH_100NS;
    time_t seconds = (time_t)(since / SIM_TICKS_PER_SECOND);
    unsigned micro = (unsigned)(since % SIM_TICKS_PER_SECOND / 10);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t size = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    if (micro != 0) {
        size += (size_t)snprintf(text + size, 8, ".%06u", micro);
        while (text[size - 1] == '0')
            size--;
    }
    memcpy(text + size, "Z", 2);
}
