/* SPDX-License-Identifier: MIT */
#include "config/plans.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/expansion.h"
#include "config/sets.h"

#define KEY_MAX_BYTES      1048576
#define DEFAULT_TIMEOUT_MS 10000

struct member {
    const struct config_worded *worded;
    const struct model_instance *instance; /* what is left of it */
    uint64_t interval_ms;
};

/* Shared by the functions below while one plan is made. */
struct planner {
    struct config_work *work;
    const struct config_wish *wish;
    struct config_identities *identities;
    struct config_use **uses; /* those that amount to something, in order */
    size_t use_count;
    struct member *members;
    size_t member_count;
};

static void gather_use(struct planner *planner, const struct config_shelf *shelf,
                       struct config_use *use)
{
    if (config_expansion_find(planner->work, shelf, use, planner->wish->style) != NULL)
        planner->uses[planner->use_count++] = use;
}

/* How many uses a list amounts to, those of sets included. */
static size_t count_uses(struct planner *planner, const struct config_shelf *shelf,
                         const struct config_uses *list)
{
    size_t count = 0;
    for (size_t k = 0; k < list->count; k++) {
        const struct config_uses *set = config_sets_open(planner->work, shelf, &list->uses[k]);
        count += set != NULL ? set->count : 1;
    }
    return count;
}

/* Resolves the uses and puts those that are left into one row. */
static int gather_uses(struct planner *planner, const struct config_shelf *shelf)
{
    size_t total = 0;
    for (size_t i = 0; i < planner->wish->uses_count; i++)
        total += count_uses(planner, shelf, planner->wish->uses[i]);
    planner->uses = config_work_alloc(planner->work, &planner->identities->arena, total,
                                      sizeof planner->uses[0]);
    if (planner->uses == NULL)
        return -1;
    for (size_t i = 0; i < planner->wish->uses_count; i++)
        for (size_t k = 0; k < planner->wish->uses[i]->count; k++) {
            struct config_use *use = &planner->wish->uses[i]->uses[k];
            if (use->members == NULL)
                gather_use(planner, shelf, use);
            for (size_t m = 0; use->members != NULL && m < use->members->count; m++)
                gather_use(planner, shelf, &use->members->uses[m]);
        }
    return 0;
}

static const struct config_expansion *expansion_of(const struct planner *planner,
                                                   const struct config_use *use)
{
    return use->expansions[planner->wish->style];
}

static uint64_t interval_of(const struct planner *planner, const struct config_use *use)
{
    if (use->interval_ms != 0)
        return use->interval_ms;
    return use->module->interval_ms != 0 ? use->module->interval_ms : planner->wish->interval_ms;
}

/* Whatever makes two plans differ. */
static void write_key(const struct planner *planner, struct buf *key)
{
    size_t entry_count = 0; /* none at all, and none that is left, are two different mistakes */
    for (size_t i = 0; i < planner->wish->uses_count; i++)
        entry_count += planner->wish->uses[i]->entry_count;
    if (planner->use_count == 0)
        buf_add_text(key, entry_count == 0 ? "none " : "nothing left ");
    buf_add_format(key, "%" PRIu64 " %" PRIu64, planner->wish->interval_ms,
                   planner->wish->timeout_ms);
    for (size_t i = 0; i < planner->use_count; i++)
        buf_add_format(key, " %p %" PRIu64, (const void *)expansion_of(planner, planner->uses[i]),
                       planner->uses[i]->interval_ms);
}

static void tell_twice(struct planner *planner, const struct config_use *use,
                       const struct model_instance *instance)
{
    const struct model_key *key = &instance->keys[instance->key_count - 1];
    config_complaint_error(&planner->work->complaints, &use->at,
                           "host '%s' asks for %s %s '%s' already: once is enough",
                           planner->wish->host, instance->class_name, key->name,
                           config_complaint_shown(key->value).text);
}

/* A second use of a module for its other keys leaves alone what it does not override. One that
 * brings nothing at all is a mistake: with an interval, a wish that does not come true. */
static void tell_useless(struct planner *planner, const struct config_use *use)
{
    if (use->interval_ms != 0)
        config_complaint_error(&planner->work->complaints, &use->at,
                               "host '%s' has the module '%s' already: give the interval where the "
                               "module is named first, in 'modules'",
                               planner->wish->host, use->module_name);
    else
        config_complaint_warning(&planner->work->complaints, &use->at,
                                 "host '%s' has the module '%s' already: once is enough",
                                 planner->wish->host, use->module_name);
}

static int add_use(struct planner *planner, const struct config_use *use)
{
    const struct config_expansion *expansion = expansion_of(planner, use);
    size_t news = 0;
    size_t told = 0;
    for (size_t i = 0; i < expansion->count; i++) {
        if (planner->member_count == CONFIG_PLANS_MAX_INSTANCES) {
            config_complaint_error(&planner->work->complaints, &use->at,
                                   "host '%s' has %d instances, the maximum: what follows is left "
                                   "out",
                                   planner->wish->host, CONFIG_PLANS_MAX_INSTANCES);
            return -1;
        }
        const struct config_worded *worded = &expansion->instances[i];
        if (config_identities_add_instance(planner->identities, worded->instance)) {
            planner->members[planner->member_count++] =
                (struct member){worded, worded->instance, interval_of(planner, use)};
            news++;
        } else if (expansion->overridden[i]) {
            tell_twice(planner, use, worded->instance);
            told++;
        }
    }
    if (news + told == 0 && !use->is_member) /* a set may hold what the host names as well */
        tell_useless(planner, use);
    return 0;
}

/* All must be known before one of them gets its names: which are told apart must not depend on who
 * comes first. */
static void add_metrics(struct planner *planner)
{
    bool is_lossy = false;
    size_t count = 0;
    for (size_t i = 0; i < planner->member_count; i++)
        is_lossy = is_lossy || planner->members[i].worded->is_lossy;
    for (size_t i = 0; is_lossy && i < planner->member_count; i++)
        config_identities_note(planner->identities, planner->members[i].worded);
    for (size_t i = 0; i < planner->member_count; i++) {
        struct member member = planner->members[i];
        member.instance = config_identities_add_metrics(planner->identities, member.worded);
        if (member.instance != NULL)
            planner->members[count++] = member;
    }
    planner->member_count = count;
}

static uint64_t timeout_of(const struct planner *planner, uint64_t interval_ms)
{
    uint64_t most_ms = planner->wish->timeout_ms;
    if (most_ms != 0)
        return most_ms < interval_ms ? most_ms : interval_ms;
    uint64_t share_ms = interval_ms * 8 / 10;
    return share_ms < DEFAULT_TIMEOUT_MS ? share_ms : DEFAULT_TIMEOUT_MS;
}

/* The next interval of a round: the host's own first, then the shorter before the longer. 0: none
 * is left. */
static uint64_t next_interval(const struct planner *planner, const struct model_round *rounds,
                              size_t count)
{
    uint64_t best_ms = 0;
    for (size_t i = 0; i < planner->member_count; i++) {
        uint64_t interval_ms = planner->members[i].interval_ms;
        bool has_round = false;
        for (size_t k = 0; k < count; k++)
            has_round = has_round || rounds[k].interval_ms == interval_ms;
        if (has_round)
            continue;
        if (interval_ms == planner->wish->interval_ms)
            return interval_ms;
        if (best_ms == 0 || interval_ms < best_ms)
            best_ms = interval_ms;
    }
    return best_ms;
}

static int fill_round(struct planner *planner, uint64_t interval_ms, struct model_round *round)
{
    const struct model_instance **instances = config_work_alloc(
        planner->work, planner->work->kept, planner->member_count, sizeof instances[0]);
    if (instances == NULL)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < planner->member_count; i++)
        if (planner->members[i].interval_ms == interval_ms)
            instances[count++] = planner->members[i].instance;
    *round = (struct model_round){.interval_ms = interval_ms,
                                  .timeout_ms = timeout_of(planner, interval_ms),
                                  .instances = instances,
                                  .instance_count = count};
    return 0;
}

static int fill_rounds(struct planner *planner, struct config_plan *plan)
{
    /* As many rounds as uses have intervals, at most. */
    struct model_round *rounds =
        config_work_alloc(planner->work, planner->work->kept, planner->use_count, sizeof rounds[0]);
    if (rounds == NULL)
        return -1;
    uint64_t interval_ms;
    while ((interval_ms = next_interval(planner, rounds, plan->round_count)) != 0) {
        if (fill_round(planner, interval_ms, &rounds[plan->round_count]) != 0)
            return -1;
        plan->round_count++;
    }
    plan->rounds = rounds;
    plan->instance_count = planner->member_count;
    for (size_t i = 0; i < planner->member_count; i++)
        plan->metric_count += planner->members[i].instance->metric_count;
    return 0;
}

static struct config_plan *make_plan(struct planner *planner)
{
    struct config_work *work = planner->work;
    struct config_plan *plan = config_work_alloc(work, work->scratch, 1, sizeof *plan);
    planner->members = config_work_alloc(work, &planner->identities->arena,
                                         CONFIG_PLANS_MAX_INSTANCES, sizeof planner->members[0]);
    if (plan == NULL || planner->members == NULL)
        return NULL;
    for (size_t i = 0; i < planner->use_count; i++)
        if (add_use(planner, planner->uses[i]) != 0)
            break;
    add_metrics(planner);
    return fill_rounds(planner, plan) == 0 ? plan : NULL;
}

/* The plan under the key, made where there is none. */
static struct config_plan *find_or_make(struct config_plans *plans, struct planner *planner,
                                        struct buf *key)
{
    struct config_work *work = planner->work;
    if (buf_failed(key, "a plan's key", NULL) != 0) {
        config_work_memory(work);
        return NULL;
    }
    struct config_plan *plan = config_index_find(&plans->index, buf_text(key));
    if (plan != NULL)
        return plan;
    plan = make_plan(planner);
    const char *copy = arena_strdup(work->scratch, buf_text(key));
    if (copy == NULL)
        config_work_memory(work);
    if (plan == NULL || copy == NULL ||
        config_index_add(&plans->index, work, work->scratch, copy, plan) != 0)
        return NULL;
    plan->next = plans->first;
    plans->first = plan;
    return plan;
}

struct config_plan *config_plans_find(struct config_plans *plans, struct config_work *work,
                                      const struct config_shelf *shelf,
                                      const struct config_wish *wish)
{
    struct planner planner = {.work = work, .wish = wish, .identities = &plans->identities};
    struct config_plan *plan = NULL;
    struct buf key;
    buf_init(&key, KEY_MAX_BYTES);
    config_identities_begin(&plans->identities, work, wish->host);
    if (gather_uses(&planner, shelf) == 0) {
        write_key(&planner, &key);
        plan = find_or_make(plans, &planner, &key);
    }
    buf_free(&key);
    return plan;
}

void config_plans_free(struct config_plans *plans)
{
    config_identities_free(&plans->identities);
}
