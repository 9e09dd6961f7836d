/* SPDX-License-Identifier: MIT */
/*
 * host: one Windows host: how to reach it, as whom, and what to fetch how often. Defaults, group
 * and host are merged already.
 *
 * Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/auth.h"
#include "model/discovery.h"
#include "model/instance.h"

enum model_transport { MODEL_TRANSPORT_HTTPS, MODEL_TRANSPORT_HTTP };
enum model_resource_uri { MODEL_RESOURCE_URI_WMI, MODEL_RESOURCE_URI_DMTF };

/* Instances of one host that share an interval; either list may be empty. */
struct model_round {
    uint64_t interval_ms;
    uint64_t timeout_ms; /* bounds one GetInstance; default: the smaller of 10 s and 0.8 of the
                            interval */
    const struct model_instance *const *instances;
    size_t instance_count;
    const struct model_discovery *const *discoveries;
    size_t discovery_count;
};

struct model_host {
    const char *name;    /* the host of its value lists */
    const char *address; /* where TCP connects: a name or an IP, no port, IPv6 without brackets */
    const char *server_name; /* what certificate and Host header must match */
    enum model_transport transport;
    uint16_t port;
    const char *path;
    const struct model_auth *auth;
    const char *ca_cert; /* a file, or NULL: the system's */
    bool verify_peer;
    bool verify_host;
    bool allow_unencrypted;
    enum model_resource_uri resource_uri;
    /* At least one; the first is the host's own: its interval is the host's where any instance
     * keeps that, else the shortest; `up` and response_time are told at its pace. */
    const struct model_round *rounds;
    size_t round_count;
    struct model_origin origin;
};

#endif
