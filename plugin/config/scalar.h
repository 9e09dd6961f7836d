/* SPDX-License-Identifier: MIT */
/*
 * scalar: one node as the text, number or word that is expected in its place.
 *
 * All return 0, or -1 after telling what is wrong (a refused node was told before); outputs are
 * untouched then. what is the key's name, for the sentence. Texts are borrowed from the document.
 */
#ifndef CONFIG_SCALAR_H
#define CONFIG_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/document.h"
#include "config/work.h"

/* The scalar's source text (`0`, `007`, `true` as written). A mapping, a list, nothing, `~`, null,
 * "" and control characters are told. */
int config_scalar_text(struct config_work *work, const struct config_node *node, const char *what,
                       const char **text);
/* The same, and a quoted "" is fine. */
int config_scalar_text_or_empty(struct config_work *work, const struct config_node *node,
                                const char *what, const char **text);
/* A key of a mapping as a name: host, group, auth, CIM key. */
int config_scalar_key(struct config_work *work, const struct config_node *key, const char *what);

/* true or false. */
int config_scalar_boolean(struct config_work *work, const struct config_node *node,
                          const char *what, bool *value);
/* A whole number in the range. */
int config_scalar_integer(struct config_work *work, const struct config_node *node,
                          const char *what, uint64_t min, uint64_t max, uint64_t *value);
/* Seconds, decimals allowed, from 0.1 to 86400, as milliseconds. */
int config_scalar_seconds(struct config_work *work, const struct config_node *node,
                          const char *what, uint64_t *value_ms);
/* A finite decimal number, exponent allowed. */
int config_scalar_real(struct config_work *work, const struct config_node *node, const char *what,
                       long double *value);
/* One of the words, as its index. */
int config_scalar_word(struct config_work *work, const struct config_node *node, const char *what,
                       const char *const *words, size_t word_count, size_t *index);

/* True for "." and "..": collectd's writers make folders of names, and these would lead elsewhere
 * (shared/facts/collectd.md, writers). */
bool config_scalar_is_road(const char *text);

/* True for a plain scalar that YAML reads as nothing: empty, `~`, null. */
bool config_scalar_is_null(const struct config_node *node);

#endif
