/* SPDX-License-Identifier: MIT */
/*
 * Writes a synthetic instance as a host does: the class's own name and namespace, prefix p,
 * properties in the table's order, untyped, the nil and datetime forms of shared/facts/wire.md 2.
 * One thread at a time; nothing is owned.
 */
#ifndef SIM_INSTANCE_H
#define SIM_INSTANCE_H

#include "sim/bytes.h"
#include "sim/classes.h"
#include "sim/hosts.h"
#include "sim/request.h"

struct sim_instance_source {
    const struct sim_host *host; /* its name, and null and derived of its mode */
    const struct sim_class *class;
    const struct sim_instance *instance;
    const char *key_value; /* as the client wrote it; NULL: a singleton */
    struct sim_moment moment;
    size_t number; /* of the instance, for what has a part for each */
    bool bare;     /* properties in no namespace: a projection */
    bool keyless;  /* without its keys */
    /* What sim_instances_at makes where the tables have no such instance. */
    struct sim_instance extra;
    char extra_key[32];
};

/* Adds the element <p:Class ...>...</p:Class>. request names the form of the namespace. */
void sim_instance_write(struct sim_bytes *out, const struct sim_instance_source *source,
                        const struct sim_request *request);

/* One property of it. */
void sim_instance_property_write(struct sim_bytes *out, const struct sim_instance_source *source,
                                 const struct sim_property *property);

/* Adds the value as text, for a query's condition. 0, or -1: null, an array or a datetime. */
int sim_instance_value(struct sim_bytes *out, const struct sim_instance_source *source,
                       const struct sim_property *property);

#endif
