/* SPDX-License-Identifier: MIT */
/*
 * type: collectd's types by name, each looked up once a load. Owned by the model's arena.
 */
#ifndef CONFIG_TYPE_H
#define CONFIG_TYPE_H

#include "config/work.h"
#include "model/type.h"

/* NULL: no such type (not told), or no memory (work remembers). */
const struct model_type *config_type_find(struct config_work *work, const char *name);

#endif
