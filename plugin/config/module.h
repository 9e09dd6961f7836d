/* SPDX-License-Identifier: MIT */
/*
 * module: one module file: which instances, which of their properties, under which names.
 *
 * Not yet instances of a model: keys may still be overridden (expansion.h). All in the model's
 * arena, since instances point to it.
 */
#ifndef CONFIG_MODULE_H
#define CONFIG_MODULE_H

#include <stddef.h>
#include <stdint.h>

#include "config/document.h"
#include "config/keys.h"
#include "config/work.h"
#include "model/metric.h"

#define CONFIG_MODULE_MAX_INSTANCES 1000 /* entries of `instances` */
#define CONFIG_MODULE_MAX_METRICS   1000 /* entries of one `metrics` */

struct config_expansion;

/* One entry of `metrics`. */
struct config_metric {
    const char *const *properties;
    size_t property_count;
    const struct model_type *type;
    const char *plugin;
    const char *plugin_instance; /* a template; NULL: module-key1-key2 */
    const char *type_instance;   /* a template */
    long double scale;
    long double offset;
    struct model_origin at;
};

/* One entry of `instances`: as many instances of a host as its keys have combinations. */
struct config_instance {
    const char *namespace_name;
    const char *class_name;
    struct config_keys keys;
    const struct config_metric *metrics;
    size_t metric_count;
    struct model_origin at;
};

struct config_module {
    const char *name;
    struct model_origin at;
    uint64_t interval_ms; /* 0: the host's */
    const struct config_instance *instances;
    size_t instance_count; /* 0: spoilt, and told */
    /* Made when first asked for, for all who override nothing. */
    const struct config_expansion *plain;
};

/* Reads a module. NULL: it has not even a name (told), or no memory. */
struct config_module *config_module_parse(struct config_work *work, const struct config_node *root,
                                          const char *path);

#endif
