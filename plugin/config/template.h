/* SPDX-License-Identifier: MIT */
/*
 * template: a name with {Key} in it, which stands for the key's value. Filled in by
 * metric/template.h.
 */
#ifndef CONFIG_TEMPLATE_H
#define CONFIG_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/document.h"
#include "config/keys.h"
#include "config/work.h"

#define CONFIG_TEMPLATE_MAX_BYTES 1024

/* Each brace has its like and holds one of the keys, or own, if that is not NULL. -1: told. */
int config_template_check(struct config_work *work, const struct config_node *node,
                          const char *what, const struct config_keys *keys, const char *own);

/* True where {own} stands in it; without regard to case, as keys. */
bool config_template_has(const char *template_text, const char *own);
/* A template with text, which has no braces, in the place of {own}. The model's arena's; NULL: no
 * memory (work remembers). */
const char *config_template_put(struct config_work *work, const char *template_text,
                                const char *own, const char *text);

#endif
