/* SPDX-License-Identifier: MIT */
/*
 * names: plugin, plugin_instance and type_instance of a metric as its module writes them, and the
 * name that stands in their place where a host wants those of Windows.
 *
 * Templates still: keys are filled in by wording.h.
 */
#ifndef CONFIG_NAMES_H
#define CONFIG_NAMES_H

#include <stdbool.h>

#include "config/entry.h"
#include "config/module.h"

/* Sets the names of a metric whose properties and reading are known. -1: told. */
int config_names_parse(struct config_work *work, const struct config_entry *entry,
                       const struct config_keys *keys, struct config_metric *metric);

/* Puts the state into the names of a metric with states. -1: no memory (work remembers). */
int config_names_put_state(struct config_work *work, const char *state,
                           struct config_metric *metric);

/* True where the two would always have one identity. */
bool config_names_are_same(const struct config_metric *a, const struct config_metric *b);

#endif
