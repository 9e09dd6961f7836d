/* SPDX-License-Identifier: MIT */
/*
 * sink: where values go: a callback handed down by plugin.c (collectd) or a tool.
 *
 * Called on the network thread, or on the poller's for a host that is not asked; for one host never
 * on two threads at once. It must not block and must not call poll/ or the MI API. No lock of
 * poll/ is held meanwhile.
 */
#ifndef POLL_SINK_H
#define POLL_SINK_H

#include <stdint.h>

#include "metric/sample.h"
#include "model/host.h"

/* Whose value, when, how often. Borrowed for the call; host as long as the model. */
struct poll_stamp {
    const struct model_host *host;
    uint64_t interval_ms; /* of the round that fetched */
    uint64_t time_ns;     /* of the reply, since the epoch */
};

/* What poll/ knows itself about a host. Static. */
struct poll_own {
    const char *type;          /* of types.db, one gauge */
    const char *type_instance; /* "up", "get" */
};

struct poll_sink {
    void (*sample)(void *context, const struct poll_stamp *stamp,
                   const struct metric_sample *sample);
    void (*own)(void *context, const struct poll_stamp *stamp, const struct poll_own *own,
                double value);
    void *context;
};

#endif
