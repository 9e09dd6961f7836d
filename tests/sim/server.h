/* SPDX-License-Identifier: MIT */
/*
 * The HTTP half of the simulated hosts: one libmicrohttpd listener, one thread, all hosts, told
 * apart by the Host header. What libmicrohttpd cannot do is left to script.h: an empty reason
 * phrase, bytes that are not HTTP.
 *
 * The life of a request (server.c): read its body, find the host, wait (slow, mute), authenticate,
 * wait again (stalled), answer. A handshake's leg ends when it is judged; a sealed request is
 * opened before it is read, and its reply sealed.
 *
 * Ownership: the server borrows world, auth and park, all of which outlive it.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/answer.h"
#include "sim/auth.h"
#include "sim/control.h"
#include "sim/park.h"

struct MHD_Daemon;

struct sim_server {
    struct sim_world *world;
    const struct sim_auth *auth;
    struct sim_park *park;
    struct sim_traffic traffic; /* HTTP thread */
    struct MHD_Daemon *daemon;
};

struct sim_server_options {
    int listen_fd; /* taken, once started */
    unsigned connection_limit;
    unsigned idle_timeout_s; /* 0: none */
    const char
        *tls_certificate; /* PEM text; NULL: plain HTTP. Borrowed until the server is stopped */
    const char *tls_key;
    const char *client_ca;      /* PEM text; NULL: no client certificates are asked for. Borrowed */
    unsigned connection_memory; /* bytes for the headers of a connection; 0: the library's own */
};

/* Starts the HTTP thread; the fields above daemon must be set. 0 or -1. */
int sim_server_start(struct sim_server *server, const struct sim_server_options *options);

/* Stops it; sim_park_stop comes first. */
void sim_server_stop(struct sim_server *server);

#endif
