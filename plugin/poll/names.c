/* SPDX-License-Identifier: MIT */
#include "poll/names.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/table.h"

#define FIXED_OWNER 1 /* whatever the configuration names: it never leaves */
#define NOBODY      0 /* several came together for it */

struct name {
    struct table_link link; /* by its identity */
    uint64_t owner;
    uint32_t batch; /* in which its owner came for it */
    bool is_here;   /* the owner is */
    bool is_contested;
    bool is_said;
};

struct poll_names {
    struct table table;
    size_t absent_count; /* those that are not is_here: all of them are contested */
    size_t said_count;
    uint32_t batch;
};

uint64_t poll_names_identity(const char *plugin, const char *plugin_instance, const char *type,
                             const char *type_instance)
{
    uint64_t hash = hash_text(HASH_START, plugin);
    hash = hash_text(hash, plugin_instance);
    hash = hash_text(hash, type);
    return hash_text(hash, type_instance);
}

uint64_t poll_names_owner(const struct model_instance *rule, const struct model_key *keys,
                          size_t key_count)
{
    uint64_t hash = hash_bytes(HASH_START, &rule, sizeof rule);
    for (size_t i = 0; i < key_count; i++)
        hash = hash_folded(hash, keys[i].value);
    return hash / 2 + FIXED_OWNER + 1;
}

/* --- The table --- */

static struct name *find(const struct poll_names *names, uint64_t identity)
{
    return table_first(&names->table, identity);
}

static int add(struct poll_names *names, uint64_t identity, uint64_t owner)
{
    struct name *name = calloc(1, sizeof *name);
    if (name == NULL)
        return -1;
    name->owner = owner;
    name->batch = names->batch;
    name->is_here = true;
    table_put(&names->table, &name->link, identity);
    return 0;
}

static bool free_absent(void *thing)
{
    struct name *name = thing;
    bool is_absent = !name->is_here;
    if (is_absent)
        free(name);
    return is_absent;
}

/* --- Life --- */

static int claim(struct poll_names *names, const char *plugin, const char *plugin_instance,
                 const char *type, const char *type_instance)
{
    uint64_t identity = poll_names_identity(plugin, plugin_instance, type, type_instance);
    return find(names, identity) != NULL ? 0 : add(names, identity, FIXED_OWNER);
}

static int claim_instance(struct poll_names *names, const struct model_instance *instance)
{
    for (size_t i = 0; i < instance->metric_count; i++) {
        const struct model_metric *metric = &instance->metrics[i];
        if (claim(names, metric->plugin, metric->plugin_instance, metric->type->name,
                  metric->type_instance) != 0)
            return -1;
    }
    return 0;
}

static int claim_fixed(struct poll_names *names, const struct model_host *plan)
{
    /* As dispatch.c tells what the plugin itself knows of a host. */
    if (claim(names, "mi", "host", "gauge", "up") != 0 ||
        claim(names, "mi", "host", "response_time", "get") != 0)
        return -1;
    for (size_t r = 0; r < plan->round_count; r++)
        for (size_t i = 0; i < plan->rounds[r].instance_count; i++)
            if (claim_instance(names, plan->rounds[r].instances[i]) != 0)
                return -1;
    return 0;
}

struct poll_names *poll_names_new(const struct model_host *plan, struct err *err)
{
    struct poll_names *names = calloc(1, sizeof *names);
    if (names != NULL)
        table_init(&names->table);
    if (names == NULL || claim_fixed(names, plan) != 0) {
        poll_names_free(names);
        err_memory(err);
        return NULL;
    }
    return names;
}

void poll_names_free(struct poll_names *names)
{
    if (names == NULL)
        return;
    table_free(&names->table, free);
    free(names);
}

/* --- Bidding --- */

void poll_names_begin(struct poll_names *names)
{
    names->batch++;
    if (names->absent_count <= POLL_NAMES_MAX_REMEMBERED)
        return;
    table_sweep(&names->table, free_absent);
    names->absent_count = 0;
}

int poll_names_bid(struct poll_names *names, uint64_t identity, uint64_t owner)
{
    struct name *name = find(names, identity);
    if (name == NULL)
        return add(names, identity, owner);
    if (name->owner == owner) {
        names->absent_count -= !name->is_here;
        name->is_here = true;
        return 0;
    }
    name->is_contested = true;
    if (name->is_here && name->batch == names->batch) {
        name->owner = NOBODY;
        name->is_here = false;
        names->absent_count++;
    }
    return 0;
}

bool poll_names_has(const struct poll_names *names, uint64_t identity, uint64_t owner)
{
    const struct name *name = find(names, identity);
    return name != NULL && name->owner == owner && name->is_here;
}

void poll_names_release(struct poll_names *names, uint64_t identity, uint64_t owner)
{
    if (!poll_names_has(names, identity, owner))
        return;
    struct name *name = find(names, identity);
    if (!name->is_contested) {
        table_take_out(&names->table, &name->link);
        free(name);
        return;
    }
    name->is_here = false;
    names->absent_count++;
}

enum poll_names_say poll_names_collide(struct poll_names *names, uint64_t identity)
{
    struct name *name = find(names, identity);
    if (names->said_count == POLL_NAMES_MAX_SAID || (name != NULL && name->is_said))
        return POLL_NAMES_SILENT;
    if (name != NULL)
        name->is_said = true;
    names->said_count++;
    return names->said_count == POLL_NAMES_MAX_SAID ? POLL_NAMES_SAY_LAST : POLL_NAMES_SAY;
}

size_t poll_names_count(const struct poll_names *names)
{
    return names->table.count;
}
