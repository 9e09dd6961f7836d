/* SPDX-License-Identifier: MIT */
#include "config/plans.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/expansion.h"
#include "config/sets.h"

#define KEY_MAX_BYTES      1048576
#define DEFAULT_TIMEOUT_MS 10000

/* A use that amounts to something. */
struct wanted {
    struct config_use *use;
    size_t list;                  /* which of the wish's uses it is in */
    const struct config_use *set; /* that it is a member of; NULL: none */
};

struct member {
    const struct config_worded *worded;
    const struct model_instance *instance;   /* what is left of it */
    const struct model_discovery *discovery; /* that it is the rule of, or NULL */
    uint64_t interval_ms;
    const struct wanted *wanted;
    bool is_overridden; /* the use said something of it */
};

/* Shared by the functions below while one plan is made. */
struct planner {
    struct config_work *work;
    const struct config_wish *wish;
    struct config_identities *identities;
    struct wanted *uses; /* in order */
    size_t use_count;
    struct member *members;
    size_t member_count;
    size_t discovery_count; /* of them */
};

static void gather_use(struct planner *planner, const struct config_shelf *shelf,
                       struct config_use *use, size_t list, const struct config_use *set)
{
    if (config_expansion_find(planner->work, shelf, use, planner->wish->style) != NULL)
        planner->uses[planner->use_count++] = (struct wanted){use, list, set};
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
                gather_use(planner, shelf, use, i, NULL);
            for (size_t m = 0; use->members != NULL && m < use->members->count; m++)
                gather_use(planner, shelf, &use->members->uses[m], i, use);
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
        buf_add_format(key, " %p %" PRIu64 " %zu",
                       (const void *)expansion_of(planner, planner->uses[i].use),
                       planner->uses[i].use->interval_ms, planner->uses[i].list);
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

/* Of those that one query brings. */
static void tell_named_twice(struct planner *planner, const struct member *member,
                             const struct model_instance *instance, size_t count,
                             const char *sentence)
{
    const struct model_key *key = &instance->keys[instance->key_count - 1];
    char more[48] = "";
    if (count > 1)
        snprintf(more, sizeof more, " and %zu more of these", count - 1);
    config_complaint_error(&planner->work->complaints, &member->wanted->use->at,
                           "host '%s' asks for %s %s '%s'%s already: %s", planner->wish->host,
                           instance->class_name, key->name, config_complaint_shown(key->value).text,
                           more, sentence);
}

static void tell_discovered_twice(struct planner *planner, const struct config_use *use,
                                  const struct model_instance *instance)
{
    config_complaint_error(&planner->work->complaints, &use->at,
                           "host '%s' asks for instances of %s that are found already, in the same "
                           "list: say here or there which ones",
                           planner->wish->host, instance->class_name);
}

/* A discovery of those that the host names. */
static bool is_found(const struct member *member)
{
    return member->discovery != NULL && member->worded->named_count == 0;
}

/* That the same entry of a module brought already; NULL: none. */
static struct member *find_discovery(const struct planner *planner,
                                     const struct config_instance *rule)
{
    for (size_t i = 0; i < planner->member_count && planner->discovery_count > 0; i++)
        if (is_found(&planner->members[i]) && planner->members[i].worded->rule == rule)
            return &planner->members[i];
    return NULL;
}

/* Two discoveries of one entry would find the same instances twice: what a later list says of it
 * takes the place of what was there, as one level's settings take that of another's. False: one is
 * there already, and stays. */
static bool add_discovery(struct planner *planner, const struct member *member)
{
    struct member *rival = find_discovery(planner, member->worded->rule);
    if (rival == NULL) {
        planner->members[planner->member_count++] = *member;
        planner->discovery_count++;
        return true;
    }
    if (!member->is_overridden ||
        (rival->is_overridden && rival->wanted->list == member->wanted->list))
        return false;
    *rival = *member;
    return true;
}

/* Puts those that are not there yet into news. Returns how many are, the first of them in *rival.
 */
static size_t sort_named(struct planner *planner, const struct config_worded *worded,
                         const struct model_instance **news, const struct model_instance **rival)
{
    size_t taken = 0;
    for (size_t i = 0; i < worded->named_count; i++) {
        const struct model_instance *instance = &worded->named[i];
        if (!config_identities_has_instance(planner->identities, instance))
            news[i - taken] = instance;
        else if (taken++ == 0)
            *rival = instance;
    }
    return taken;
}

/* Instances that are named and come by one query: it does not bring those that are there already.
 * False: none is left, or not without the others. What is to be told is. */
static bool add_named(struct planner *planner, const struct member *member)
{
    struct member kept = *member;
    const struct model_instance *rival = NULL;
    size_t count = member->worded->named_count;
    const struct model_instance **news =
        config_work_alloc(planner->work, &planner->identities->arena, count, sizeof news[0]);
    if (news == NULL)
        return false;
    size_t taken = sort_named(planner, member->worded, news, &rival);
    count -= taken;
    if (taken > 0 && count > 0 &&
        config_discovery_keep_only(planner->work, news, count, &kept.discovery) != 0) {
        tell_named_twice(
            planner, member, rival, taken,
            "one query by several keys cannot leave it out, so none is asked for here");
        return false;
    }
    if (taken > 0 && member->is_overridden)
        tell_named_twice(planner, member, rival, taken,
                         count > 0 ? "once is enough"
                                   : "what differs stands where the module comes first, in "
                                     "'modules' (before a set that has it)");
    for (size_t i = 0; i < count; i++)
        config_identities_add_instance(planner->identities, news[i]);
    if (count == 0)
        return false;
    planner->members[planner->member_count++] = kept;
    planner->discovery_count++;
    return true;
}

/* For one more, or for one that comes to the place of another. */
static bool has_room(const struct planner *planner, const struct member *member)
{
    if (planner->member_count < CONFIG_PLANS_MAX_INSTANCES)
        return true;
    return is_found(member) && find_discovery(planner, member->worded->rule) != NULL;
}

/* False: it is there already. */
static bool add_member(struct planner *planner, const struct member *member)
{
    if (is_found(member))
        return add_discovery(planner, member);
    if (member->discovery != NULL)
        return add_named(planner, member);
    if (!config_identities_add_instance(planner->identities, member->instance))
        return false;
    planner->members[planner->member_count++] = *member;
    return true;
}

static struct member make_member(const struct planner *planner, const struct wanted *wanted,
                                 size_t i)
{
    const struct config_expansion *expansion = expansion_of(planner, wanted->use);
    const struct config_worded *worded = &expansion->instances[i];
    struct member member = {
        .worded = worded,
        .instance = worded->instance,
        .discovery = worded->discovery,
        .interval_ms = interval_of(planner, wanted->use),
        .wanted = wanted,
        .is_overridden = expansion->overridden[i],
    };
    /* Of what is found an interval alone is something, too: the later list counts. */
    if (is_found(&member) && wanted->use->interval_ms != 0 && !wanted->use->is_member)
        member.is_overridden = true;
    return member;
}

/* That a use says something of it in vain. */
static void tell_there(struct planner *planner, const struct member *member)
{
    if (is_found(member))
        tell_discovered_twice(planner, member->wanted->use, member->instance);
    else if (member->discovery == NULL)
        tell_twice(planner, member->wanted->use, member->instance);
}

/* A second use of a module for its other keys leaves alone what it does not override. One that
 * brings nothing at all is a mistake: with an interval, a wish that does not come true. */
static void tell_useless(struct planner *planner, const struct config_use *use)
{
    if (use->interval_ms != 0)
        config_complaint_error(&planner->work->complaints, &use->at,
                               "host '%s' has the module '%s' already: give the interval where the "
                               "module comes first, in 'modules' (before a set that has it)",
                               planner->wish->host, use->module_name);
    else
        config_complaint_warning(&planner->work->complaints, &use->at,
                                 "host '%s' has the module '%s' already: once is enough",
                                 planner->wish->host, use->module_name);
}

static int add_use(struct planner *planner, const struct wanted *wanted)
{
    const struct config_use *use = wanted->use;
    const struct config_expansion *expansion = expansion_of(planner, use);
    size_t news = 0;
    size_t told = 0;
    for (size_t i = 0; i < expansion->count; i++) {
        const struct member member = make_member(planner, wanted, i);
        if (!has_room(planner, &member)) {
            config_complaint_error(&planner->work->complaints, &use->at,
                                   "host '%s' has %d instances, the maximum: what follows is left "
                                   "out",
                                   planner->wish->host, CONFIG_PLANS_MAX_INSTANCES);
            return -1;
        }
        if (add_member(planner, &member)) {
            news++;
        } else if (member.is_overridden) {
            tell_there(planner, &member);
            told++;
        }
    }
    if (news + told == 0 && !use->is_member) /* a set may hold what the host names as well */
        tell_useless(planner, use);
    return 0;
}

/* A set's members say nothing where they are there already; a set that brings nothing and has an
 * interval is such a wish, too. */
static void add_uses(struct planner *planner)
{
    size_t i = 0;
    while (i < planner->use_count) {
        const struct config_use *set = planner->uses[i].set;
        size_t before = planner->member_count;
        do {
            if (add_use(planner, &planner->uses[i++]) != 0)
                return;
        } while (set != NULL && i < planner->use_count && planner->uses[i].set == set);
        if (set != NULL && set->interval_ms != 0 && planner->member_count == before)
            tell_useless(planner, set);
    }
}

/* A discovery that lost a metric is one of its own. */
static int keep_discovery(struct config_work *work, struct member *member)
{
    if (member->discovery == NULL || member->instance == &member->discovery->rule)
        return 0;
    struct model_discovery *copy = config_work_alloc(work, work->kept, 1, sizeof *copy);
    if (copy == NULL)
        return -1;
    *copy = *member->discovery;
    copy->rule = *member->instance;
    member->discovery = copy;
    return 0;
}

static void tell_also_named(struct planner *planner, const struct member *member)
{
    config_complaint_warning(&planner->work->complaints, &member->wanted->use->at,
                             "host '%s' names instances of %s that it finds too: they are "
                             "collected twice, until 'exclude' leaves them out of what is found",
                             planner->wish->host, member->instance->class_name);
}

/* Puts those that the entry of a module is asked for by name into named, unless that is NULL.
 * Returns how many; *first: the first of them. */
static size_t list_named(const struct planner *planner, const struct config_instance *rule,
                         const struct model_instance **named, const struct member **first)
{
    size_t count = 0;
    for (size_t i = 0; i < planner->member_count; i++) {
        const struct member *member = &planner->members[i];
        if (member->worded->rule != rule || is_found(member))
            continue;
        if (count == 0)
            *first = member;
        size_t more = member->discovery != NULL ? member->worded->named_count : 1;
        for (size_t k = 0; named != NULL && k < more; k++)
            named[count + k] =
                member->discovery != NULL ? &member->worded->named[k] : member->instance;
        count += more;
    }
    return count;
}

/* What one entry of a module is asked for by name, perhaps at an interval of its own, is left out
 * of what it finds. */
static void leave_named_out(struct planner *planner, struct member *found)
{
    const struct member *first = NULL;
    size_t count = list_named(planner, found->worded->rule, NULL, &first);
    const struct model_instance **named =
        config_work_alloc(planner->work, &planner->identities->arena, count, sizeof named[0]);
    if (named == NULL)
        return;
    list_named(planner, found->worded->rule, named, &first);
    if (count > 0 &&
        config_discovery_leave_out(planner->work, named, count, &found->discovery) != 0)
        tell_also_named(planner, first);
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
        if (planner->members[i].discovery == NULL)
            config_identities_note(planner->identities, planner->members[i].worded);
    for (size_t i = 0; i < planner->member_count; i++) {
        struct member member = planner->members[i];
        member.instance = config_identities_add_metrics(planner->identities, member.worded);
        if (member.instance != NULL && keep_discovery(planner->work, &member) == 0)
            planner->members[count++] = member;
    }
    planner->member_count = count;
    for (size_t i = 0; i < count && planner->discovery_count > 0; i++)
        if (is_found(&planner->members[i]))
            leave_named_out(planner, &planner->members[i]);
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
    const struct model_discovery **discoveries = config_work_alloc(
        planner->work, planner->work->kept, planner->discovery_count, sizeof discoveries[0]);
    if (instances == NULL || discoveries == NULL)
        return -1;
    *round = (struct model_round){.interval_ms = interval_ms,
                                  .timeout_ms = timeout_of(planner, interval_ms),
                                  .instances = instances,
                                  .discoveries = discoveries};
    for (size_t i = 0; i < planner->member_count; i++) {
        const struct member *member = &planner->members[i];
        if (member->interval_ms != interval_ms)
            continue;
        if (member->discovery != NULL)
            discoveries[round->discovery_count++] = member->discovery;
        else
            instances[round->instance_count++] = member->instance;
    }
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
    for (size_t i = 0; i < planner->member_count; i++) {
        bool is_discovery = planner->members[i].discovery != NULL;
        plan->instance_count += !is_discovery;
        plan->discovery_count += is_discovery;
        plan->metric_count += planner->members[i].instance->metric_count;
    }
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
    add_uses(planner);
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
