/* SPDX-License-Identifier: MIT */
/*
 * typesdb: collectd's types.db, read from its file, for tools and tests that run without
 * collectd. Inside of the daemon collectd itself is asked.
 *
 * Format: types.db(5): a name, then data sources `name:TYPE:min:max`, separated by commas or
 * spaces; `#` begins a comment. Lines that are none are skipped, as collectd does. The owner frees
 * with config_typesdb_free; read by any thread.
 */
#ifndef CONFIG_TYPESDB_H
#define CONFIG_TYPESDB_H

#include "base/err.h"
#include "model/type.h"

struct config_typesdb;

/* New. NULL: ERR_CONFIG (unreadable), ERR_LIMIT (over 16 MB) or ERR_MEMORY. */
struct config_typesdb *config_typesdb_new(const char *path, struct err *err);
/* NULL is fine. */
void config_typesdb_free(struct config_typesdb *db);

/* A lookup that borrows the db. A type with more sources than MODEL_TYPE_MAX_SOURCES is not found.
 * Of two lines with one name the later counts, as in collectd. */
struct model_type_lookup config_typesdb_lookup(const struct config_typesdb *db);

#endif
