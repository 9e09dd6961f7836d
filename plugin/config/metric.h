/* SPDX-License-Identifier: MIT */
/*
 * metric: one entry of a module's `metrics`, read and completed with its defaults.
 */
#ifndef CONFIG_METRIC_H
#define CONFIG_METRIC_H

#include "config/module.h"

/* Reads an entry for instances with these keys. -1: told. */
int config_metric_parse(struct config_work *work, const struct config_node *node,
                        const struct config_keys *keys, struct config_metric *metric);

/* True where the two would always have one identity. */
bool config_metric_is_same(const struct config_metric *a, const struct config_metric *b);

#endif
