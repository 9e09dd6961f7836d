/* SPDX-License-Identifier: MIT */
/*
 * module: one module file: which instances, which of their properties, under which names.
 *
 * Not yet instances of a model: keys may still be overridden (expansion.h). All in the model's
 * arena, since instances point to it.
 */
#ifndef CONFIG_MODULE_H
#define CONFIG_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/discovery.h"
#include "config/document.h"
#include "config/keys.h"
#include "config/naming.h"
#include "config/work.h"
#include "model/metric.h"

#define CONFIG_MODULE_MAX_INSTANCES 1000 /* entries of `instances` */
#define CONFIG_MODULE_MAX_METRICS   1000 /* of one `metrics`, each state being one */
#define CONFIG_MODULE_MAX_MEMBERS   1000 /* entries of a set's `modules` */

struct config_expansion;

/* One entry of `metrics`, or one of its states. */
struct config_metric {
    struct model_metric model;         /* without plugin_instance and type_instance, which follow */
    const char *plugin_instance;       /* a template; NULL: module-key1-key2 */
    const char *type_instance;         /* a template */
    const char *windows_type_instance; /* a name, for hosts that want those of Windows */
    bool is_nameless; /* told that a discovery would give one name to all its instances */
};

/* One entry of `instances`: as many instances of a host as its keys have combinations, or one
 * discovery. */
struct config_instance {
    const char *namespace_name;
    const char *class_name;
    struct config_keys keys;
    const struct config_discovery *discovery; /* NULL: none of its keys is there */
    const char *identity;                     /* NULL: none */
    struct config_metric *metrics;
    size_t metric_count;
    const char *windows_class; /* for hosts that want the names of Windows; NULL: none in them */
    struct model_origin at;
};

struct config_module {
    const char *name;
    struct model_origin at;
    uint64_t interval_ms; /* 0: the host's */
    const struct config_instance *instances;
    size_t instance_count; /* 0: a set, or spoilt, and told */
    /* Of a set of other modules (sets.h): what they are called, and where. */
    const char **member_names;
    struct model_origin *member_at;
    size_t member_count;
    /* Made when first asked for, for all who override nothing and want these names. */
    const struct config_expansion *plain[CONFIG_NAMING_COUNT];
};

/* Reads a module. NULL: it has not even a name (told), or no memory. */
struct config_module *config_module_parse(struct config_work *work, const struct config_node *root,
                                          const char *path);

#endif
