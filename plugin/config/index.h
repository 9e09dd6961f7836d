/* SPDX-License-Identifier: MIT */
/*
 * index: names to things, for loading 5,000 hosts without 5,000 times 5,000 comparisons.
 *
 * A hash table in an arena; texts are borrowed, values too. One thread.
 */
#ifndef CONFIG_INDEX_H
#define CONFIG_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/work.h"

struct config_index_slot {
    uint64_t hash;
    const char *text; /* NULL: free */
    void *value;
};

struct config_index {
    struct config_index_slot *slots;
    size_t slot_count; /* a power of 2 */
    size_t count;
    bool ignores_case; /* of ASCII letters */
};

/* Zeroed is empty. The value of a text, or NULL. */
void *config_index_find(const struct config_index *index, const char *text);
/* Adds a text that is not in it yet. -1: no memory (work remembers). */
int config_index_add(struct config_index *index, struct config_work *work, struct arena *arena,
                     const char *text, void *value);

#endif
