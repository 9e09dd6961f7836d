/* SPDX-License-Identifier: MIT */
/*
 * counter: `counter`, `raw`, `width` and `base` of a metric: performance counters.
 */
#ifndef CONFIG_COUNTER_H
#define CONFIG_COUNTER_H

#include "config/entry.h"
#include "config/work.h"
#include "model/metric.h"

/* Sets reading, counter_type, counter_bits and base of a metric whose entry has `counter` or
 * `raw`, and whose properties and type are known. -1: told. */
int config_counter_parse(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric);

#endif
