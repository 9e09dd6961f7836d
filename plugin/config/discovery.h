/* SPDX-License-Identifier: MIT */
/*
 * discovery: the keys of an instance that say which of those that only the host can name are
 * wanted, and how they are brought: in a module, and to override it in a use of the module.
 * `fetch: query` goes with instances that the configuration names, too, and `where` with that.
 *
 * Owned by the model's arena.
 */
#ifndef CONFIG_DISCOVERY_H
#define CONFIG_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/document.h"
#include "config/keys.h"
#include "config/work.h"
#include "model/discovery.h"

#define CONFIG_DISCOVERY_MAX_PATTERNS    256 /* of one key, in include or exclude */
#define CONFIG_DISCOVERY_MAX_WHERE_BYTES 4096

enum config_discovery_key {
    CONFIG_DISCOVERY_INCLUDE,
    CONFIG_DISCOVERY_EXCLUDE,
    CONFIG_DISCOVERY_WHERE,
    CONFIG_DISCOVERY_TOTALS,
    CONFIG_DISCOVERY_FETCH,
    CONFIG_DISCOVERY_REFRESH,
    CONFIG_DISCOVERY_MAX_INSTANCES,
    CONFIG_DISCOVERY_KEY_COUNT
};

/* What they are called, for lists of keys. */
#define CONFIG_DISCOVERY_WORDS \
    "include", "exclude", "where", "totals", "fetch", "refresh", "max_instances"

/* The patterns of one key. */
struct config_filter {
    const char *key; /* NULL: of the only key that is "*" */
    struct model_origin at;
    const char **patterns; /* base/match.h takes each of them */
    size_t count;          /* 0: all pass include, none is caught by exclude */
};

struct config_filters {
    struct config_filter *filters;
    size_t count;
};

struct config_discovery {
    struct model_origin at[CONFIG_DISCOVERY_KEY_COUNT]; /* of the values; path NULL: not said */
    struct config_filters filters[2];                   /* include and exclude */
    const char *where;                                  /* NULL: none */
    bool keeps_totals;
    enum model_fetch fetch;
    uint64_t refresh_ms;
    uint64_t max_instances;
};

/* Reads one key into discovery. True: it was one of these; -1 is in *result then where it was told,
 * else 0. */
bool config_discovery_take(struct config_work *work, const struct config_node *key,
                           struct config_discovery *discovery, int *result);

/* Whether any of the keys is there. */
bool config_discovery_is_set(const struct config_discovery *discovery);

/* An entry of a module's `instances` with the keys that count, and what the module says of it, or
 * NULL. */
struct config_discovery_rule {
    const struct config_keys *keys;
    const struct config_discovery *own;
};

/* Whether the instances of the rule are one discovery: one of its keys is "*", or what counts says
 * `fetch: query`. given may be NULL. */
bool config_discovery_is_made(const struct config_discovery_rule *rule,
                              const struct config_discovery *given);

/* Whether what is given goes with one at least of the rules. -1: told, in words that name them as
 * whose ("this instance"). */
int config_discovery_check(struct config_work *work, const struct config_discovery *given,
                           const struct config_discovery_rule *rules, size_t rule_count,
                           const char *whose);

/* Patterns without a key become those of the key that is "*", the only one: checked. */
void config_discovery_bind(struct config_discovery *discovery, const struct config_keys *keys);

/* All but the rule of a discovery: what is given before what the rule says itself; either may be
 * NULL. Each of its keys is "*" or has values. -1: no memory (work remembers). */
int config_discovery_fill(struct config_work *work, const struct config_discovery_rule *rule,
                          const struct config_discovery *given, struct model_discovery *discovery);

/* Makes *discovery, whose keys all have values, one that wants only these of its instances. -1:
 * values cannot say that, since several of its keys have several; *discovery is as it was. A lack
 * of memory is remembered by work. */
int config_discovery_keep_only(struct config_work *work, const struct model_instance *const *named,
                               size_t named_count, const struct model_discovery **discovery);

/* Makes *discovery one that does not want these instances of its class, which are named by
 * themselves, with the same keys in the same order. -1: patterns cannot say that, since several of
 * its keys may have several values, or a value is empty or longer than a pattern; *discovery is as
 * it was. A lack of memory is remembered by work. */
int config_discovery_leave_out(struct config_work *work, const struct model_instance *const *named,
                               size_t named_count, const struct model_discovery **discovery);

#endif
