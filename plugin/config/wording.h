/* SPDX-License-Identifier: MIT */
/*
 * wording: the names of a metric of one instance, keys filled in, in the host's naming; and the
 * texts they were made of, since sanitising makes one name of "a/b" and "a_b".
 *
 * Texts are made anew whenever asked for: few ever are.
 */
#ifndef CONFIG_WORDING_H
#define CONFIG_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/module.h"
#include "config/naming.h"
#include "config/work.h"
#include "metric/name.h"
#include "model/discovery.h"
#include "model/instance.h"

/* Between two texts, and between the values of a default plugin_instance of several keys, which may
 * have the '-' that joins them. No text holds it (config_scalar_text). */
#define CONFIG_WORDING_END       '\x1f'
#define CONFIG_WORDING_MAX_BYTES 4194304 /* for the buffers that hold texts */

/* An instance or a discovery of the model, and what its names come from: its metrics are those of
 * the rule, in its order. */
struct config_worded {
    const struct model_instance *instance;   /* of a discovery: its rule, names are templates */
    const struct model_discovery *discovery; /* NULL: a single instance */
    /* Of a discovery whose keys all have values: whom it brings, without metrics. */
    const struct model_instance *named;
    size_t named_count; /* 0: the host names them */
    const struct config_instance *rule;
    enum config_naming_style style;
    bool is_lossy; /* of at least one metric a name is not the text it comes from */
};

/* Completes the instance's metric i, which is the rule's already, by its names; sets
 * worded->is_lossy where they are not their texts. text is any buffer. -1: no memory (work
 * remembers). */
int config_wording_fill(struct config_work *work, struct config_worded *worded, size_t i,
                        struct buf *text, struct model_metric *metric);

/* The same for a metric of a discovery, which is number i of the rule: its names are templates, to
 * be filled in (metric/template.h) for each instance. */
int config_wording_put_templates(struct config_work *work, const struct config_worded *worded,
                                 size_t i, struct buf *text, struct model_metric *metric);

/* Appends both texts of metric i, plugin_instance first, with CONFIG_WORDING_END between them.
 * buf_failed is for the caller to ask. */
void config_wording_write(const struct config_worded *worded, size_t i, struct buf *text);

/* The names of metric i, each that is not its text with a suffix that depends on the whole text,
 * and is the same for ever. text is any buffer. -1: no memory (work remembers). */
struct config_apart {
    char plugin_instance[METRIC_NAME_SIZE];
    char type_instance[METRIC_NAME_SIZE];
    bool differs; /* one of the two at least has a suffix */
};
int config_wording_tell_apart(struct config_work *work, const struct config_worded *worded,
                              size_t i, struct buf *text, struct config_apart *apart);

#endif
