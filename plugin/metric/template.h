/* SPDX-License-Identifier: MIT */
/*
 * template: a name with {Key} in it, which stands for the value of that key property.
 *
 * Checked by config/template.h when it is read; filled there for instances that are named in the
 * configuration, and at run time for those that the host names. Pure; any thread.
 */
#ifndef METRIC_TEMPLATE_H
#define METRIC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/instance.h"

/* Appends to text the template with its keys' values filled in: sanitised, each by itself
 * (metric/name.h), or as they are. Key names have no case; a brace that names no key becomes
 * nothing. buf_failed is for the caller to ask. */
void metric_template_fill(const char *template_text, const struct model_key *keys, size_t key_count,
                          bool sanitise, struct buf *text);

#endif
