/* SPDX-License-Identifier: MIT */
/*
 * instance: one CIM instance to fetch (namespace, class, keys) and the metrics it yields.
 *
 * Hosts that override nothing share the same struct. Owned by the model; immutable.
 */
#ifndef MODEL_INSTANCE_H
#define MODEL_INSTANCE_H

#include <stddef.h>

#include "model/metric.h"

struct model_key {
    const char *name;
    const char *value; /* the source text of the scalar; "" is possible when quoted */
};

struct model_instance {
    const char *module;         /* name of the module that asks */
    const char *namespace_name; /* "root/cimv2", slashes */
    const char *class_name;
    const struct model_key *keys; /* none: a singleton */
    size_t key_count;
    const struct model_metric *metrics;
    size_t metric_count;
    /* The property that tells what bears the keys from what bore them before (IDProcess): where its
     * value changes, what was counted until then is another's. NULL: none. */
    const char *identity;
    struct model_origin origin;
};

#endif
