/* SPDX-License-Identifier: MIT */
#include "config/sets.h"

#include <stdbool.h>

#include "config/module.h"

/* Whether a module has what the use says something of. */
static bool is_meant(const struct config_module *module, const struct config_use *use)
{
    for (size_t i = 0; i < module->instance_count; i++) {
        const struct config_keys *keys = &module->instances[i].keys;
        if (use->keys.count > 0 ? config_keys_find(keys, use->keys.keys[0].name) != NULL
                                : config_keys_find_any(keys) != NULL)
            return true;
    }
    return false;
}

/* A member for an example: one that the use may mean. */
static const char *suggest(const struct config_shelf *shelf, const struct config_module *set,
                           const struct config_use *use)
{
    for (size_t i = 0; i < set->member_count; i++) {
        const struct config_module *module = config_shelf_find(shelf, set->member_names[i]);
        if (module != NULL && is_meant(module, use))
            return set->member_names[i];
    }
    return set->member_names[0];
}

static void tell_keys(struct config_work *work, const struct config_shelf *shelf,
                      const struct config_module *set, const struct config_use *use)
{
    const char *name = suggest(shelf, set, use);
    if (use->keys.count > 0)
        config_complaint_error(&work->complaints, &use->at,
                               "the module '%s' is a set of others and has no keys: name the "
                               "module that has them too: extra_modules: [{%s: {keys: ...}}]",
                               set->name, name);
    else
        config_complaint_error(&work->complaints, &use->at,
                               "the module '%s' is a set of others and finds no instances itself: "
                               "name the module that does too: extra_modules: [{%s: {include: "
                               "...}}]",
                               set->name, name);
}

/* Whether it may be in the set: what is no module at all is told when it is expanded. */
static bool may_be_member(struct config_work *work, const struct config_shelf *shelf,
                          const struct config_module *set, size_t i)
{
    const struct config_module *module = config_shelf_find(shelf, set->member_names[i]);
    if (module == NULL || module->member_count == 0)
        return true;
    config_complaint_error(&work->complaints, &set->member_at[i],
                           "the module '%s' is a set itself: a set names modules that ask for "
                           "something",
                           module->name);
    return false;
}

struct config_uses *config_sets_open(struct config_work *work, const struct config_shelf *shelf,
                                     struct config_use *use)
{
    const struct config_module *set = config_shelf_find(shelf, use->module_name);
    if (use->members != NULL || set == NULL || set->member_count == 0)
        return use->members;
    struct config_uses *made = config_work_alloc(work, work->scratch, 1, sizeof *made);
    struct config_use *uses =
        config_work_alloc(work, work->scratch, set->member_count, sizeof uses[0]);
    if (made == NULL || uses == NULL)
        return NULL;
    if (config_uses_is_override(use))
        tell_keys(work, shelf, set, use);
    *made = (struct config_uses){.uses = uses};
    for (size_t i = 0; i < set->member_count; i++)
        if (may_be_member(work, shelf, set, i))
            uses[made->count++] = (struct config_use){
                .module_name = set->member_names[i],
                .at = set->member_at[i],
                .interval_ms = use->interval_ms != 0 ? use->interval_ms : set->interval_ms,
                .is_member = true,
            };
    use->members = made;
    return made;
}
