/* SPDX-License-Identifier: MIT */
/*
 * metric: one entry of a module's `metrics`, read and completed with its defaults.
 *
 * Its keys are found by entry.h, its names read by names.h, how a value comes about by reading.h
 * and counter.h, its states made by states.h.
 */
#ifndef CONFIG_METRIC_H
#define CONFIG_METRIC_H

#include "config/module.h"

/* Reads an entry for instances with these keys into metrics, which has room for
 * config_states_count(node) and is full then. -1: told. */
int config_metric_parse(struct config_work *work, const struct config_node *node,
                        const struct config_keys *keys, struct config_metric *metrics);

#endif
