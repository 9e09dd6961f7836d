/* SPDX-License-Identifier: MIT */
/*
 * entry: one entry of a module's `metrics` as it stands: which keys it has, and where.
 *
 * Nodes are borrowed from the document. Not a judge of values: metric.c, counter.c, reading.c and
 * names.c are.
 */
#ifndef CONFIG_ENTRY_H
#define CONFIG_ENTRY_H

#include "config/document.h"
#include "config/work.h"

enum config_entry_key {
    CONFIG_ENTRY_PROPERTY,
    CONFIG_ENTRY_PROPERTIES,
    CONFIG_ENTRY_RATIO,
    CONFIG_ENTRY_DIFFERENCE,
    CONFIG_ENTRY_PLUGIN,
    CONFIG_ENTRY_PLUGIN_INSTANCE,
    CONFIG_ENTRY_TYPE,
    CONFIG_ENTRY_TYPE_INSTANCE,
    CONFIG_ENTRY_SCALE,
    CONFIG_ENTRY_OFFSET,
    CONFIG_ENTRY_UNIT,
    CONFIG_ENTRY_COUNTER,
    CONFIG_ENTRY_RAW,
    CONFIG_ENTRY_WIDTH,
    CONFIG_ENTRY_BASE,
    CONFIG_ENTRY_MAP,
    CONFIG_ENTRY_MAP_DEFAULT,
    CONFIG_ENTRY_STATES,
    CONFIG_ENTRY_DATETIME,
    CONFIG_ENTRY_AGAINST,
    CONFIG_ENTRY_DURATION,
    CONFIG_ENTRY_ARRAY,
    CONFIG_ENTRY_ON_NULL,
    CONFIG_ENTRY_KEY_COUNT
};

struct config_entry {
    const struct config_node *node;
    const struct config_node *of[CONFIG_ENTRY_KEY_COUNT]; /* the values; NULL: no such key */
};

/* Finds the keys of a mapping; one that is not known is a warning. -1: one stands twice (told). */
int config_entry_read(struct config_work *work, const struct config_node *node,
                      struct config_entry *entry);

/* "map_default" */
const char *config_entry_name(enum config_entry_key key);

/* The name of a property. NULL: told, or no memory; else the model's arena's. */
const char *config_entry_property(struct config_work *work, const struct config_node *node,
                                  const char *what);

#endif
