/* SPDX-License-Identifier: MIT */
/*
 * A private MIT KDC for C tests: runs tests/e2e/kdc.py (which says what the commands are) with a
 * folder of its own. It needs $MI_SOURCE, or to be started in the source tree's tests.
 * Ownership: a KDC belongs to its starter; its folder goes with it. One thread at a time.
 */
#ifndef SIM_KDC_H
#define SIM_KDC_H

#include <stdio.h>
#include <sys/types.h>

#define SIM_KDC_VARIABLES 8

struct sim_kdc {
    pid_t pid;
    FILE *commands;
    FILE *answers;
    char folder[64];
    char *variables[SIM_KDC_VARIABLES]; /* NAME=VALUE, owned; NULL behind the last */
};

/* Starts a KDC a realm (a NULL-terminated list, at most 8). 0; 77: the packages are not installed,
 * skip the test; -1 after a sentence on stderr. */
int sim_kdc_start(struct sim_kdc *kdc, const char *const *realms);

/* Gives one command and waits until it is done. 0, or -1 after a sentence on stderr. */
int sim_kdc_say(struct sim_kdc *kdc, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts KRB5_CONFIG, KRB5_KTNAME, KRB5RCACHENAME and NTLM_USER_FILE into this process' environment,
 * so that its libkrb5 and the simhosts it starts know the realms. 0 or -1. */
int sim_kdc_enter(const struct sim_kdc *kdc);

/* Ends the KDCs, takes the variables back out of the environment and removes the folder. */
void sim_kdc_stop(struct sim_kdc *kdc);

#endif
