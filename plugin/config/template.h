/* SPDX-License-Identifier: MIT */
/*
 * template: a name with {Key} in it, which stands for the key's value.
 */
#ifndef CONFIG_TEMPLATE_H
#define CONFIG_TEMPLATE_H

#include <stddef.h>

#include "base/buf.h"
#include "config/document.h"
#include "config/keys.h"
#include "config/work.h"
#include "metric/name.h"
#include "model/instance.h"

#define CONFIG_TEMPLATE_MAX_BYTES 1024

/* Each brace has its like and holds one of the keys. -1: told. */
int config_template_check(struct config_work *work, const struct config_node *node,
                          const char *what, const struct config_keys *keys);

/* Fills in the values, each sanitised, and sanitises the whole. scratch is any buffer. -1: no
 * memory (work remembers). */
int config_template_fill(struct config_work *work, const char *template_text,
                         const struct model_key *keys, size_t key_count, struct buf *scratch,
                         char name[METRIC_NAME_SIZE]);

#endif
