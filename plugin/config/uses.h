/* SPDX-License-Identifier: MIT */
/*
 * uses: one entry of `modules` or `extra_modules`: a module's name, perhaps with keys, patterns and
 * an interval of its own. Its instances are made once (expansion.h) however many hosts share it.
 *
 * Owned by the load's scratch arena.
 */
#ifndef CONFIG_USES_H
#define CONFIG_USES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/discovery.h"
#include "config/document.h"
#include "config/keys.h"
#include "config/naming.h"
#include "config/work.h"

#define CONFIG_USES_MAX 1000 /* entries of one list */

struct config_module;
struct config_expansion;

struct config_use {
    const char *module_name;
    struct model_origin at;
    struct config_keys keys;                  /* none: the module's */
    const struct config_discovery *discovery; /* NULL: the module's */
    uint64_t interval_ms;                     /* 0: the module's, else the host's */
    /* Set by config_expansion_find. */
    struct config_module *module;
    const struct config_expansion *expansions[CONFIG_NAMING_COUNT]; /* NULL: none so far */
    bool resolved;
    bool useless; /* nothing to ask (told) */
    /* Set by config_sets_open: the uses that this one of a set stands for. */
    struct config_uses *members;
    bool is_member; /* of such */
};

struct config_uses {
    struct config_use *uses;
    size_t count;
    size_t entry_count; /* those left out included */
};

/* Whether it says anything but the interval. */
bool config_uses_is_override(const struct config_use *use);

/* Reads a list of uses; an entry that is wrong is told and left out. -1: no list at all (told). */
int config_uses_parse(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_uses *uses);

#endif
