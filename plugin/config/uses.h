/* SPDX-License-Identifier: MIT */
/*
 * uses: one entry of `modules` or `extra_modules`: a module's name, perhaps with keys and an
 * interval of its own. Its instances are made once (expansion.h) however many hosts share it.
 *
 * Owned by the load's scratch arena.
 */
#ifndef CONFIG_USES_H
#define CONFIG_USES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/document.h"
#include "config/keys.h"
#include "config/work.h"

#define CONFIG_USES_MAX 1000 /* entries of one list */

struct config_module;
struct config_expansion;

struct config_use {
    const char *module_name;
    struct model_origin at;
    struct config_keys keys; /* none: the module's */
    uint64_t interval_ms;    /* 0: the module's, else the host's */
    /* Set once by config_expansion_of. */
    const struct config_module *module;
    const struct config_expansion *expansion; /* NULL, although resolved: nothing to ask (told) */
    bool resolved;
};

struct config_uses {
    struct config_use *uses;
    size_t count;
    size_t entry_count; /* those left out included */
};

/* Reads a list of uses; an entry that is wrong is told and left out. -1: no list at all (told). */
int config_uses_parse(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_uses *uses);

#endif
