/* SPDX-License-Identifier: MIT */
/*
 * type: what collectd's types.db says of one type: how many numbers a value list of it holds,
 * and of which kind each is.
 *
 * Not read from types.db here: whoever loads the model hands a lookup down (plugin.c asks
 * collectd, tools read a types.db). Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_TYPE_H
#define MODEL_TYPE_H

#include <stddef.h>

#define MODEL_TYPE_MAX_SOURCES 16

/* collectd's data source types, types.db(5). */
enum model_source { MODEL_GAUGE, MODEL_DERIVE, MODEL_COUNTER, MODEL_ABSOLUTE };

struct model_type {
    const char *name;
    size_t source_count;
    enum model_source sources[MODEL_TYPE_MAX_SOURCES];
};

struct model_type_lookup {
    /* Fills *type but for its name. 0, or -1: no such type, or one with too many sources. */
    int (*find)(void *context, const char *name, struct model_type *type);
    void *context;
};

#endif
