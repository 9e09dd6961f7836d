/* SPDX-License-Identifier: MIT */
/*
 * What a host answers to a Get: the SOAP half of the simulated host, without HTTP, delays or
 * authentication. Ownership: the world borrows hosts and replies from main; a reply owns its body.
 * Threads: the HTTP thread alone.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "sim/bytes.h"
#include "sim/clock.h"
#include "sim/hosts.h"
#include "sim/replay.h"
#include "sim/request.h"

#include <stdbool.h>
#include <stdint.h>

/* What all hosts of one simulator share. */
struct sim_world {
    struct sim_hosts *hosts;
    struct sim_clock clock;
    struct sim_replies *replies;          /* NULL: none were loaded */
    bool any_host;                        /* an unknown Host header makes a new, normal host */
    struct sim_enumeration *enumerations; /* that go on (enumeration.h) */
    uint64_t serial;                      /* of replies: makes their MessageIDs */
};

struct sim_class;

struct sim_reply {
    unsigned status; /* 200, or 500 for a fault */
    bool fault;
    struct sim_bytes body; /* free with sim_bytes_free */
};

/* The answer to a read request. machine is the host as the Host header names it. body.failed: no
 * memory. */
void sim_answer(struct sim_world *world, struct sim_host *host, const char *machine,
                const struct sim_request *request, struct sim_reply *reply);

/* Whether the class is one of the namespace that the request names, or it names none. */
bool sim_answer_is_in(const struct sim_request *request, const struct sim_class *class);

/* A fault of that code, whatever the request says. */
void sim_answer_fault(struct sim_world *world, const struct sim_host *host, const char *machine,
                      uint32_t code, const struct sim_request *request, struct sim_reply *reply);

#endif
