/* SPDX-License-Identifier: MIT */
/*
 * The command line of simhost. README.md lists it.
 * Ownership: strings are borrowed from argv, lists are freed by sim_options_free.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim/auth.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct sim_options {
    struct sockaddr_storage listen;
    socklen_t listen_size;
    const char *port_file;
    const char **hosts; /* each NAME[=MODE] */
    size_t host_count;
    const char **fleets; /* each PREFIX:N[=MODE] */
    size_t fleet_count;
    bool any_host;
    const char *user;
    const char *password_file;
    const char *offers[SIM_OFFERS_MAX];
    size_t offer_count;
    const char *replies;
    const char *tls_cert;
    const char *tls_key;
    const char *client_ca;
    enum sim_cbt cbt;
    bool unencrypted_said; /* --unencrypted was given */
    bool unencrypted;
    unsigned connection_memory; /* 0: libmicrohttpd's own */
    unsigned connection_limit;
    unsigned idle_timeout_s;
    uint64_t epoch_100ns; /* 0: so that the virtual time begins at the real time */
    uint64_t clock_start_100ns;
    double clock_rate; /* 0: the manual clock */
    bool help;
};

/* Reads argv. 0, or -1 after a sentence on stderr. sim_options_free in both cases. */
int sim_options_parse(int argc, char **argv, struct sim_options *options);

/* Prints what --help prints. */
void sim_options_help(void);

void sim_options_free(struct sim_options *options);

#endif
