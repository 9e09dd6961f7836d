/* SPDX-License-Identifier: MIT */
/*
 * Writes the declaration of a synthetic class as a host does: CIM-XML in no namespace, types,
 * qualifiers (shared/replies/ps_03_Res_schema; CounterType and its like as WmiSdk's page
 * property-qualifiers-for-performance-counter-classes has them). Descriptions are in no language a
 * client could rely on. One thread at a time; nothing is owned.
 */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#include "sim/bytes.h"
#include "sim/classes.h"
#include "sim/hosts.h"

#include <stdbool.h>

/* Adds <CLASS ...>...</CLASS>; in mode lyingschema what it says is not true. */
void sim_schema_write(struct sim_bytes *out, const struct sim_host *host,
                      const struct sim_class *class, bool with_qualifiers);

/* CIMType of a property, "[]" not included; static. For tests: what a client must find. */
const char *sim_schema_type(const struct sim_property *property);

#endif
