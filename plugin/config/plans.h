/* SPDX-License-Identifier: MIT */
/*
 * plans: the rounds of a host: the instances and discoveries of all its uses, sorted by interval,
 * no two metrics of one identity. Hosts that use the same modules in the same way, under names of
 * the same naming, share a plan, so that what is wrong is found and told once.
 *
 * Plans are the load's scratch arena's, their rounds the model's.
 */
#ifndef CONFIG_PLANS_H
#define CONFIG_PLANS_H

#include <stddef.h>
#include <stdint.h>

#include "config/identities.h"
#include "config/index.h"
#include "config/settings.h"
#include "config/shelf.h"
#include "config/uses.h"
#include "config/work.h"
#include "model/host.h"

#define CONFIG_PLANS_MAX_INSTANCES 1000 /* of one host; a discovery is one */

struct config_plan {
    const struct model_round *rounds;
    size_t round_count; /* 0: nothing to collect */
    size_t instance_count;
    size_t discovery_count;
    size_t metric_count;
    struct config_loss loss;     /* hosts that are left out because there is nothing to collect */
    struct model_origin loss_at; /* the first of them */
    struct config_plan *next;
};

/* All plans so far. Zeroed is empty; config_plans_free when done. */
struct config_plans {
    struct config_index index;
    struct config_plan *first;           /* the newest */
    struct config_identities identities; /* of the plan that is being made */
};

/* What a host wants. */
struct config_wish {
    const char *host;                      /* to be named in complaints */
    const struct config_uses *const *uses; /* of `modules`, then `extra_modules` of each level */
    size_t uses_count;
    uint64_t interval_ms;
    uint64_t timeout_ms; /* 0: by the rule */
    enum config_naming_style style;
};

/* NULL: no memory (work remembers). */
struct config_plan *config_plans_find(struct config_plans *plans, struct config_work *work,
                                      const struct config_shelf *shelf,
                                      const struct config_wish *wish);
void config_plans_free(struct config_plans *plans);

#endif
