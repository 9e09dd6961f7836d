/* SPDX-License-Identifier: MIT */
/*
 * dispatch: numbers of ours become value lists of collectd.
 *
 * Thin on purpose: collectd 6 has other words for the same. plugin_dispatch_values only queues a
 * copy, so this may run on the network thread. Nothing is kept; any thread.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stdint.h>

#include "metric/sample.h"

/* Whose, when and how often. Borrowed for the call. */
struct dispatch_stamp {
    const char *host;
    uint64_t interval_ms;
    uint64_t time_ns; /* since the epoch */
};

void dispatch_sample(const struct dispatch_stamp *stamp, const struct metric_sample *sample);

/* What the plugin says of a host itself: plugin mi, plugin_instance host, one gauge. */
void dispatch_own(const struct dispatch_stamp *stamp, const char *type, const char *type_instance,
                  double value);

#endif
