/* SPDX-License-Identifier: MIT */
/*
 * Starts and stops a simhost for a test. The binary is $SIMHOST, or "simhost" beside the test
 * program, in its folder sim/ or one folder up (libtool's .libs). Ownership: a process belongs to
 * its starter. Any one thread.
 */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

struct sim_process {
    pid_t pid;
    unsigned port;
};

/* Runs simhost with these arguments (a NULL-terminated list without its name, at most 60) and waits
 * until it listens. 0, or -1 with its exit status in *status (NULL allowed) when it ended before,
 * or -1 there when it could not be run. */
int sim_process_start(struct sim_process *process, const char *const *arguments, int *status);

/* Sends SIGTERM and waits for the end. The exit status, or -1: it died otherwise, or was never
 * started (a struct of zeros). */
int sim_process_stop(struct sim_process *process);

#endif
