/* SPDX-License-Identifier: MIT */
/*
 * config: YAML files become one struct model, and every mistake in them becomes one line that says
 * file:line:column and what to do.
 *
 * Not a reader of collectd.conf (plugin.c reads the <Plugin mi> block and hands it down as
 * struct config_sources) and not a judge of hosts: nothing here touches the network. No mistake of
 * the operator's makes it fail: it skips the smallest thing the mistake spoils (metric, instance,
 * module use, host) and goes on; a model without hosts is a model. Called by one thread at a
 * time; keeps nothing between two calls.
 *
 * What the files may say is in conf/README.md. Where the rules leave a choice, it is this:
 *   - a file that is not YAML is lost whole; in one that is, a mistake costs the thing it is in;
 *   - of two things of one name (auth, group, host, key of `defaults`, module of one directory)
 *     the first stays; a key that stands twice in one host, metric or auth spoils that;
 *   - a value that cannot be read costs every host that would take it, and is told once;
 *   - a password or CA file that cannot be read is a warning: the host stays, `up` tells 0;
 *   - `extra_modules` of defaults, group and host all count, whichever level has `modules`;
 *   - intervals: of the use of a module, else of the module, else of the host;
 *   - what a later list of uses says of a discovery takes the place of the same entry's before;
 *   - what an entry is asked for by name is left out of what it finds.
 *
 * config/ includes base/ and model/, and of metric/ only name.h, since names are complete in a
 * model, template.h, which fills them in, and counter.h, for the names of counter types.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "model/model.h"
#include "model/type.h"

/* What collectd.conf says, or a tool's command line. All borrowed for the call. */
struct config_sources {
    const char *shipped_module_dir; /* read first; NULL: none */
    const char *const *module_dirs; /* a later module of the same name replaces an earlier one */
    size_t module_dir_count;
    const char *const *inventories; /* files or globs (sorted); all form one model */
    size_t inventory_count;
    uint64_t default_interval_ms; /* the plugin's own; 0: 10 s */
};

/* What was found; for a check command and for one line in the log. */
struct config_report {
    size_t error_count;   /* complaints that cost a metric, an instance, a module or a host */
    size_t warning_count; /* complaints that cost nothing yet */
    size_t host_count;    /* hosts in the model */
    size_t skipped_host_count;
    size_t instance_count;  /* GetInstance calls in one go at all hosts of the model */
    size_t discovery_count; /* of all hosts: each finds instances at run time */
    size_t metric_count;    /* of all instances; of a discovery, those that each of its has */
};

/* Reads everything and sets *model: new, free with model_free. Complaints go to log as
 * LOG_LEVEL_ERROR or LOG_LEVEL_WARNING, one line each, `file:line:column: sentence`. *report is
 * always set where 0 is returned. -1 only with ERR_MEMORY; *model is untouched then. */
int config_load(const struct config_sources *sources, const struct model_type_lookup *types,
                const struct log *log, struct config_report *report, struct model **model,
                struct err *err);

#endif
