/* SPDX-License-Identifier: MIT */
/*
 * Where requests wait: for their delay, or for ever (a mute host). A waiting request is a suspended
 * libmicrohttpd connection, so that thousands of them cost no thread. libmicrohttpd does not see
 * the peer of a suspended connection go away and must not be stopped while there is one; this
 * module sees to both. It is not the virtual clock: delays are real time.
 *
 * Threads: sim_park_add by the HTTP thread, everything else by the main thread, which sits in
 * sim_park_run. Ownership: a struct sim_parked belongs to its request and stays valid until the
 * connection is resumed.
 */
#ifndef SIM_PARK_H
#define SIM_PARK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_PARK_FOREVER UINT64_MAX

struct MHD_Connection;

struct sim_parked {
    struct MHD_Connection *connection;
    int fd;
    uint64_t until_ns; /* CLOCK_MONOTONIC, or SIM_PARK_FOREVER */
    bool ended;        /* when resumed: the peer is gone or the simulator stops; do not answer */
    struct sim_parked *previous;
    struct sim_parked *next;
};

struct sim_park {
    int epoll_fd;
    int wake_fd;
    pthread_mutex_t lock;     /* what follows */
    struct sim_parked *first; /* in order of until_ns */
    struct sim_parked *last;
    bool stopping;
};

/* 0 or -1. */
int sim_park_init(struct sim_park *park);

/* Suspends the connection until delay_ms have passed or its peer is gone. Call it from the access
 * handler only, then return MHD_YES. -1: the simulator is stopping, nothing was suspended. */
int sim_park_add(struct sim_park *park, struct sim_parked *parked,
                 struct MHD_Connection *connection, uint64_t delay_ms);

/* Resumes what is due until signal_fd becomes readable. */
void sim_park_run(struct sim_park *park, int signal_fd);

/* Resumes everything as ended and refuses further requests: call it before the HTTP server is
 * stopped. */
void sim_park_stop(struct sim_park *park);

void sim_park_close(struct sim_park *park);

#endif
