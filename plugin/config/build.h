/* SPDX-License-Identifier: MIT */
/*
 * build: inventory and modules become the hosts of a model.
 *
 * Here levels are merged, defaults filled in, references resolved; what does not hold together
 * costs the host, is told once where it was written, and summed up where many hosts share it.
 */
#ifndef CONFIG_BUILD_H
#define CONFIG_BUILD_H

#include <stdint.h>

#include "config/config.h"
#include "config/inventory.h"
#include "config/shelf.h"
#include "config/work.h"
#include "model/model.h"

/* Fills hosts and auths of the model and the counts of hosts, instances and metrics. Memory that
 * runs out is remembered by work. */
void config_build(struct config_work *work, struct config_inventory *inventory,
                  const struct config_shelf *shelf, uint64_t default_interval_ms,
                  struct model *model, struct config_report *report);

#endif
