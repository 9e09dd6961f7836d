/* SPDX-License-Identifier: MIT */
/*
 * harvest: an instance arrived: its samples go to the sink, its complaints to the log; and what a
 * round remembers of its counters from one reply to the next.
 *
 * Not when or how instances are fetched (poll/host.h), no formulas (metric/). Owned by the round of
 * a host; its runner calls (poll/host.h), one thread at a time.
 */
#ifndef POLL_HARVEST_H
#define POLL_HARVEST_H

#include "model/host.h"

#include "cim/types.h"

struct metric_memory;
struct poll_host;

/* For each instance of a round the memories of its metrics, in their order (metric/cook.h): one for
 * each property of those metrics that need it; NULL for an instance without any. An instance that
 * fails keeps them. */
struct poll_harvest {
    struct metric_memory **memories;
};

/* -1: no memory, and nothing is left to free. */
int poll_harvest_init(struct poll_harvest *harvest, const struct model_round *plan);
void poll_harvest_free(struct poll_harvest *harvest, const struct model_round *plan);

/* The instance that the host's round asked for last. A fault is said once a class and property, a
 * restart of the host once a pass of the round, a restart of what counts once a host. */
void poll_harvest_take(struct poll_host *host, const MI_Instance *instance);

#endif
