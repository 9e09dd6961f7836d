/* SPDX-License-Identifier: MIT */
/*
 * shelf: all modules there are, by name. Owned by the load's scratch arena; the modules by the
 * model's.
 */
#ifndef CONFIG_SHELF_H
#define CONFIG_SHELF_H

#include <stdbool.h>
#include <stddef.h>

#include "config/module.h"
#include "config/work.h"

#define CONFIG_SHELF_MAX_MODULES 1024

/* Zeroed is empty. */
struct config_shelf {
    struct config_module *modules[CONFIG_SHELF_MAX_MODULES];
    const char *names[CONFIG_SHELF_MAX_MODULES];
    size_t dirs[CONFIG_SHELF_MAX_MODULES]; /* which directory each came from */
    size_t count;
    size_t dir_count;
};

/* Reads *.yaml and *.yml of a directory, sorted. A module replaces one of its name from an earlier
 * directory; within one directory the first stays and the second is told. A directory that
 * cannot be read is a warning. is_shipped: it is not named in collectd.conf. */
void config_shelf_read(struct config_shelf *shelf, struct config_work *work, const char *dir,
                       bool is_shipped);

/* NULL: no such module. */
struct config_module *config_shelf_find(const struct config_shelf *shelf, const char *name);

#endif
