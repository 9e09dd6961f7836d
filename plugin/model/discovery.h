/* SPDX-License-Identifier: MIT */
/*
 * discovery: instances of a class that only the host can name: `keys: {Name: "*"}`; or some that
 * the configuration names and one query brings: `fetch: query`. Which of them, how they are
 * brought, and the metrics that each of them yields.
 *
 * Hosts that override nothing share the same struct. Owned by the model; immutable.
 */
#ifndef MODEL_DISCOVERY_H
#define MODEL_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/instance.h"

#define MODEL_DISCOVERY_MAX_INSTANCES 10000 /* the largest max_instances */

/* One key property. An instance is wanted where each of its keys has one of values (none: any),
 * matches one of include (none: all do) and none of exclude. Patterns as base/match.h has them. */
struct model_discovery_key {
    const char *name;
    const char *const *values; /* compared without regard to ASCII case */
    size_t value_count;        /* 0: "*" */
    const char *const *include;
    size_t include_count;
    const char *const *exclude;
    size_t exclude_count;
};

/* Measured against the simulated host, tests/bench/fetch_cost.py: a projected query needs fewer
 * bytes than a Get of each from one instance on, and fewer requests from three on. */
enum model_fetch {
    MODEL_FETCH_QUERY, /* the default: one query a round brings them all, with the properties asked
                          for alone */
    MODEL_FETCH_GET, /* a query of the keys every refresh_ms, and GetInstance of each in between */
};

struct model_discovery {
    /* Its keys are none. plugin_instance and type_instance of its metrics are templates
     * (metric/template.h): {Name} stands for that key's value. */
    struct model_instance rule;
    /* At least one has no values; or all have, and it is every combination of them that is wanted,
     * max_instances of them, by a query. */
    const struct model_discovery_key *keys;
    size_t key_count;
    const char *where; /* WQL behind WHERE; NULL: none */
    bool keeps_totals; /* instances that are the sum of the others too: a key that is _Total, or
                          ends in ",_Total" (shared/facts/windows.md), where values does not name
                          it */
    enum model_fetch fetch;
    uint64_t refresh_ms;  /* MODEL_FETCH_GET */
    size_t max_instances; /* what is beyond it is left out, with a complaint */
};

#endif
