/* SPDX-License-Identifier: MIT */
/*
 * poller: asks every host of a model for its instances, each in its own interval, for ever.
 *
 * It owns the MI_Application (whose network thread does all network work and runs the hosts,
 * poll/host.h) and one thread, "mi poller", that sleeps until the next round of some host is due
 * and begins it. It knows neither HTTP nor collectd: values leave through poll/sink.h.
 *
 *   collectd's thread      poll_poller_start, poll_poller_stop
 *   "mi poller"            poll_poller_step: the schedule; begins rounds of idle hosts
 *   MI's network thread    everything after the first GetInstance of a host
 *
 * Whoever starts it owns it; model, secrets and clocks are borrowed until poll_poller_stop
 * returned.
 */
#ifndef POLL_POLLER_H
#define POLL_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "model/model.h"
#include "poll/secrets.h"
#include "poll/sink.h"

struct poller;

struct poll_poller_options {
    const struct model *model;
    struct poll_secrets *secrets;
    struct poll_sink sink;
    struct log log;
    const struct clock *clock; /* NULL: the monotonic one */
    const struct clock *wall;  /* since the epoch; NULL: CLOCK_REALTIME */
    bool threadless; /* tests: no thread is started, the caller is it and calls poll_poller_step */
};

/* New: stop with poll_poller_stop. A host's first round is due at its splay from now. NULL with
 * ERR_MEMORY (of threads too). */
struct poller *poll_poller_start(const struct poll_poller_options *options, struct err *err);

/* Begins every round that is due at now_ms. Returns when to call again, POLL_SCHEDULE_NEVER where
 * there are no rounds. The poller's thread alone. */
uint64_t poll_poller_step(struct poller *poller, uint64_t now_ms);

/* Ends and frees, at once, whatever the hosts do: what is under way is canceled. No callback of the
 * sink or the log comes after it returned. Not from the sink. NULL is fine. */
void poll_poller_stop(struct poller *poller);

#endif
