/* SPDX-License-Identifier: MIT */
/*
 * expansion: the instances of the model that one use of a module asks for, names filled in, and its
 * discoveries.
 *
 * Made once for all hosts that share the use and the naming, and once for all uses that override
 * no key. The instances are the model's; the expansion is the load's scratch arena's.
 */
#ifndef CONFIG_EXPANSION_H
#define CONFIG_EXPANSION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/module.h"
#include "config/naming.h"
#include "config/shelf.h"
#include "config/uses.h"
#include "config/wording.h"
#include "config/work.h"

struct config_expansion {
    struct config_worded *instances;
    const bool *overridden; /* of each: the use said something of it */
    size_t count;
};

/* The expansion of the use for hosts that want these names. NULL: nothing is left of the use, or
 * no memory (work remembers). What is wrong is told once: no such module, a key it does not have, a
 * key that was left to the use and is not given, too many combinations, patterns without a
 * discovery. Sets the use's module. */
const struct config_expansion *config_expansion_find(struct config_work *work,
                                                     const struct config_shelf *shelf,
                                                     struct config_use *use,
                                                     enum config_naming_style style);

#endif
