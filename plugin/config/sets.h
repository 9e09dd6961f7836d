/* SPDX-License-Identifier: MIT */
/*
 * sets: a module that is a list of other modules. A use of it stands for a use of each of them.
 *
 * The uses made are the load's scratch arena's.
 */
#ifndef CONFIG_SETS_H
#define CONFIG_SETS_H

#include "config/shelf.h"
#include "config/uses.h"
#include "config/work.h"

/* The uses that a use of a set stands for, made once: they have its interval, else the set's. NULL:
 * its module is no set, or there is no such module, or no memory (work remembers). Told once: keys
 * behind a set's name, and a set that names a set. */
struct config_uses *config_sets_open(struct config_work *work, const struct config_shelf *shelf,
                                     struct config_use *use);

#endif
