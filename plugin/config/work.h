/* SPDX-License-Identifier: MIT */
/*
 * work: what one config_load carries around: where to complain, where to put things, which types
 * there are.
 *
 * Functions of config/ return 0, or -1 for what the operator wrote wrong and was told; running out
 * of memory is remembered here (sticky) and looks to them like one more mistake, until config_load
 * asks at the end. One thread; dies with the config_load that made it.
 */
#ifndef CONFIG_WORK_H
#define CONFIG_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/complaint.h"
#include "model/type.h"

struct config_index;

struct config_work {
    struct config_complaints complaints;
    struct arena *kept;    /* the model's: what the model will point to */
    struct arena *scratch; /* dies with the load */
    const struct model_type_lookup *types;
    struct config_index *type_index; /* types asked for so far (type.h) */
    bool out_of_memory;
};

/* Zeroed, in the arena; NULL: none, and work remembers. count may be 0. */
void *config_work_alloc(struct config_work *work, struct arena *arena, size_t count, size_t bytes);
/* A copy in work->kept; NULL: none, and work remembers. */
const char *config_work_keep(struct config_work *work, const char *text);
/* Remembers. Returns -1. */
int config_work_memory(struct config_work *work);

#endif
