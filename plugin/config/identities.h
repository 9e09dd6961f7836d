/* SPDX-License-Identifier: MIT */
/*
 * identities: who has which name within one host: instances asked for, and plugin, plugin_instance,
 * type and type_instance of metrics. Finds what would collide. Names of a discovery are templates,
 * and only known to collide where they have one text, but for one metric of two discoveries, whose
 * instances are not the same; else it shows at run time (poll/names.h).
 *
 * Names that collide although their texts differ (a/b and a_b) are told apart: those that are not
 * their text get a suffix. Which ones depends on all that collide, not on their order.
 */
#ifndef CONFIG_IDENTITIES_H
#define CONFIG_IDENTITIES_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/index.h"
#include "config/wording.h"
#include "config/work.h"

/* Zeroed before the first config_identities_begin, which forgets everything but the memory. */
struct config_identities {
    struct config_index index;
    struct arena arena;
    struct buf text;
    struct buf other_text;
    struct config_work *work; /* NULL: never begun */
    const char *host;         /* to be named in complaints */
};

void config_identities_begin(struct config_identities *identities, struct config_work *work,
                             const char *host);
void config_identities_free(struct config_identities *identities);

/* True where the instance of that rule with those keys was not there yet; now it is. */
bool config_identities_add_instance(struct config_identities *identities,
                                    const struct model_instance *instance);

/* Whether it is there, added or not. */
bool config_identities_has_instance(struct config_identities *identities,
                                    const struct model_instance *instance);

/* Remembers the names of all metrics and what texts they come from, before any is added. Two texts
 * of one name are told, once a pair of rules. */
void config_identities_note(struct config_identities *identities,
                            const struct config_worded *worded);

/* The instance as it is; a copy with names that are told apart and without the metrics whose
 * identity belongs to another already (told, once a pair of rules); NULL where none is left. */
const struct model_instance *config_identities_add_metrics(struct config_identities *identities,
                                                           const struct config_worded *worded);

#endif
