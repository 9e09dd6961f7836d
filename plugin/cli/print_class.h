/* SPDX-License-Identifier: MIT */
/*
 * print_class: a class declaration as text for a person or a script, and as JSON. Pure but for the
 * buffer.
 */
#ifndef CLI_PRINT_CLASS_H
#define CLI_PRINT_CLASS_H

#include <stddef.h>

#include "base/buf.h"
#include "cim/class.h"

/* One line a property, "Name<TAB>type<TAB>words": key, counter=NUMBER (the qualifier CounterType),
 * base=PROPERTY, units=TEXT. wanted: only these (compared without regard to case); none: all.
 * Returned is how many of the wanted names are missing. */
size_t cli_print_class_lines(struct buf *out, const MI_Class *schema, char *const *wanted,
                             size_t wanted_count);

/* {"class": ..., "parent": ..., "singleton": ..., "properties": {"Name": {"type": ..., "key": true,
 * "counter": NUMBER, "base": ..., "units": ...}}} and a newline; members that say nothing are left
 * out. */
size_t cli_print_class_json(struct buf *out, const MI_Class *schema, char *const *wanted,
                            size_t wanted_count);

#endif
