/* SPDX-License-Identifier: MIT */
/*
 * harvest: an instance arrived: its samples go to the sink, its complaints to the log; and what is
 * remembered of its counters from one reply to the next.
 *
 * Not when or how instances are fetched (poll/host.h), no formulas (metric/). A place is owned by
 * whoever knows the instance: the round of a host (poll/host.h), a discovery (poll/discovery.h). A
 * host's runner calls, one thread at a time.
 */
#ifndef POLL_HARVEST_H
#define POLL_HARVEST_H

#include <stdbool.h>
#include <stdint.h>

#include "cim/types.h"
#include "model/instance.h"

struct metric_memory;
struct poll_host;
struct poll_reading;

/* What one metric of an instance that the host named is called. */
struct poll_title {
    const char *plugin_instance; /* NULL: another has that name, it is left out (said) */
    const char *type_instance;
};

/* What is kept of one instance. All zero at first. An instance that fails keeps it. */
struct poll_place {
    const struct poll_reading *reading; /* that memories is for; NULL: none yet */
    struct metric_memory *memories;     /* reading->memory_count of them; NULL: none */
    uint64_t identity;                  /* hash of what bore the keys last; 0: nothing did */
    const struct poll_title *titles; /* one a metric, the owner's; NULL: the metrics' own names */
};

/* Frees what harvest put there. The titles are their owner's. */
void poll_harvest_forget(struct poll_place *place);

/* An instance that arrived, and whose it is. Borrowed for the call. */
struct poll_harvest {
    const struct model_instance *rule;
    const struct poll_reading *reading; /* of the rule (poll/schemas.h) */
    const char *object;                 /* for a person */
    struct poll_place *place;
    uint64_t interval_ms; /* of the round */
};

/* Where the reading is another than last time, what was remembered is forgotten first. Where
 * rule->identity shows that the keys are borne by something else now, or does not show it (a
 * fault), no difference is taken to the reply before; sums of RAW go on, for they must not fall. A
 * fault is said once a class and property, a restart of the host once a pass of the round, a
 * restart of what counts once a host. Without memory there are no samples. */
void poll_harvest_take(struct poll_host *host, const struct poll_harvest *harvest,
                       const MI_Instance *instance);

#endif
