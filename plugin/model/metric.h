/* SPDX-License-Identifier: MIT */
/*
 * metric: which properties of an instance become which collectd value list.
 *
 * Names are complete here: defaults filled in, {Key} expanded, sanitised, within collectd's 127
 * characters. Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_METRIC_H
#define MODEL_METRIC_H

#include <stddef.h>

#include "model/origin.h"
#include "model/type.h"

struct model_metric {
    const char *const *properties; /* one a data source of the type, in its order */
    size_t property_count;         /* equals type->source_count */
    const struct model_type *type;
    const char *plugin;
    const char *plugin_instance; /* "" is empty */
    const char *type_instance;   /* "" is empty */
    /* value * scale + offset; scale 1 and offset 0 leave integers untouched. long double:
     * a uint64 times 1e-5 must round right. */
    long double scale;
    long double offset;
    struct model_origin origin;
};

#endif
