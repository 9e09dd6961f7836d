/* SPDX-License-Identifier: MIT */
/*
 * print: an instance as text for a person or a script, and as JSON.
 *
 * Pure but for the buffer. wanted/wanted_count: only these properties (compared without regard to
 * case), in the instance's order; none: all. Returned is how many of the wanted names are missing.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stddef.h>

#include "base/buf.h"
#include "cim/instance.h"

/* One line a property, "Name<TAB>value"; an array as repeated lines, a null as "(null)", control
 * characters and backslash escaped as C does. */
size_t cli_print_lines(struct buf *out, const MI_Instance *instance, char *const *wanted,
                       size_t wanted_count);

/* One object and a newline: name to string, array of strings, or null; a number or boolean only
 * where the type is known. */
size_t cli_print_json(struct buf *out, const MI_Instance *instance, char *const *wanted,
                      size_t wanted_count);

/* The object alone, as a value of another. */
void cli_print_json_object(struct buf *out, const MI_Instance *instance, char *const *wanted,
                           size_t wanted_count);

/* Text as in those lines, and as a JSON string with its quotes. */
void cli_print_escaped(struct buf *out, const char *text);
void cli_print_json_string(struct buf *out, const char *text);

/* The wanted names that the instance lacks, with ", " between them. */
void cli_print_missing(struct buf *out, const MI_Instance *instance, char *const *wanted,
                       size_t wanted_count);

#endif
