/* SPDX-License-Identifier: MIT */
/*
 * keys: which instances of a class: CIM key names, each with the values to ask for.
 *
 * In a module and, to override it, in a use of the module. Every combination of values is one
 * instance; where a key is "*", all of them are one discovery; and so they are where they are named
 * and one query is to bring them (discovery.h). Owned by the model's arena.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/document.h"
#include "config/work.h"

#define CONFIG_KEYS_MAX_INSTANCES   1000
#define CONFIG_KEYS_MAX_COUNT       64   /* of one instance */
#define CONFIG_KEYS_MAX_VALUE_BYTES 4096 /* of one value */
#define CONFIG_KEYS_MAX_NAME_BYTES  256  /* of a class, key or property */

struct config_key {
    const char *name;
    const char *const *values;
    size_t value_count; /* 0: to be given by whoever uses the module, unless is_any */
    bool is_any;        /* "*": whichever the host has */
};

struct config_keys {
    struct config_key *keys;
    size_t count; /* 0: a singleton */
};

/* Reads a mapping of key name to value or list of values. An empty list is fine where
 * may_be_needed says so, in a module. -1: told. */
int config_keys_parse(struct config_work *work, const struct config_node *node, bool may_be_needed,
                      struct config_keys *keys);

/* A letter or '_' first, then letters, digits, '_'; bytes from 0x80 on are letters. At most
 * CONFIG_KEYS_MAX_NAME_BYTES. */
bool config_keys_is_cim_name(const char *text);

/* Key names have no case (shared/facts/wire.md 1, selectors). NULL: no such key. */
const struct config_key *config_keys_find(const struct config_keys *keys, const char *name);

/* How many instances, 1 for a discovery; 0 where a key still needs values; a number above
 * CONFIG_KEYS_MAX_INSTANCES stands for any. */
size_t config_keys_combinations(const struct config_keys *keys);

/* How many of them are "*". */
size_t config_keys_count_any(const struct config_keys *keys);
/* The first of them; NULL: none. */
const struct config_key *config_keys_find_any(const struct config_keys *keys);

/* "DeviceID, Name" */
void config_keys_list(const struct config_keys *keys, char *list, size_t list_bytes);
/* Whether instances of one discovery differ in the key: it is "*"; where none is, it has several
 * values. */
bool config_keys_differ_in(const struct config_keys *keys, const struct config_key *key);
/* As config_keys_list, of those. */
void config_keys_list_differing(const struct config_keys *keys, char *list, size_t list_bytes);

#endif
