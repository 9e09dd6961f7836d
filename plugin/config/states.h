/* SPDX-License-Identifier: MIT */
/*
 * states: `states: [Running, Stopped]`: one entry becomes one metric a state.
 */
#ifndef CONFIG_STATES_H
#define CONFIG_STATES_H

#include <stddef.h>

#include "config/document.h"
#include "config/module.h"

/* How many metrics an entry of `metrics` may become: 1, or as many as it lists states, if it does
 * not list too many. */
size_t config_states_count(const struct config_node *node);

/* Makes of a metric whose reading is STATE one for each item of the list, into metrics, which has
 * room for config_states_count. -1: told. */
int config_states_expand(struct config_work *work, const struct config_node *list,
                         const struct config_metric *metric, struct config_metric *metrics);

#endif
