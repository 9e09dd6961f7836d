/* SPDX-License-Identifier: MIT */
/*
 * fetch: one request of a host: a step of its round is asked for, and its callbacks take what
 * comes.
 *
 * Part of a host (poll/host.h). Whoever runs the host calls poll_fetch_begin; the callbacks run on
 * MI's network thread and then go on with the host (poll_host_go_on).
 */
#ifndef POLL_FETCH_H
#define POLL_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "poll/step.h"

#define POLL_FETCH_MAX_QUERY_BYTES 65536

struct poll_host;
struct poll_round;

/* Asks for the step, or for what it needs before. True: the callback goes on, and nothing of the
 * host may be touched any more. False: nothing was sent, and the step is left out, or the poller
 * stops. */
bool poll_fetch_begin(struct poll_host *host, struct poll_round *round,
                      const struct poll_step *step, uint64_t timeout_ms);

#endif
