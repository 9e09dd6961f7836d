/* SPDX-License-Identifier: MIT */
/*
 * expansion: the instances of the model that one use of a module asks for, names filled in.
 *
 * Made once for all hosts that share the use, and once for all uses that override no key. The
 * instances are the model's; the expansion is the load's scratch arena's.
 */
#ifndef CONFIG_EXPANSION_H
#define CONFIG_EXPANSION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/module.h"
#include "config/shelf.h"
#include "config/uses.h"
#include "config/work.h"
#include "model/instance.h"

struct config_expansion {
    const struct model_instance **instances;
    const bool *overridden; /* of each: the use gave at least one of its keys */
    size_t count;
};

/* Sets module and expansion of the use, if not done yet, and tells once what is wrong: no such
 * module, a key it does not have, a key that was left to the use and is not given, too many
 * combinations. expansion stays NULL where nothing is left of the use. */
void config_expansion_resolve(struct config_work *work, const struct config_shelf *shelf,
                              struct config_use *use);

#endif
