/* SPDX-License-Identifier: MIT */
#include "poll/step.h"

#include <stdlib.h>

#include "cim/name.h"
#include "metric/counter.h"
#include "poll/host.h"

/* --- What next --- */

static bool find_instance(struct poll_host *host, struct poll_round *round, struct poll_step *step)
{
    for (; round->next < round->plan->instance_count; round->next++) {
        const struct model_instance *rule = round->plan->instances[round->next];
        const struct poll_key *key = poll_keys_find(host->shared->keys, rule);
        if (key == NULL || key->key == NULL)
            continue;
        *step = (struct poll_step){.errand = POLL_ERRAND_INSTANCE,
                                   .rule = rule,
                                   .key = key->key,
                                   .object = key->object,
                                   .place = &round->places[round->next],
                                   .mark = &round->marks[round->next]};
        return true;
    }
    return false;
}

static bool must_list(const struct poll_host *host, const struct poll_round *round,
                      const struct poll_search *search)
{
    return !round->was_listed &&
           (!search->is_listed || clock_now_ms(host->shared->clock) >= search->list_at_ms);
}

/* The next one that was not asked for in this pass: a list in the middle of it moves members. */
static struct poll_member *find_member(struct poll_round *round, const struct poll_search *search)
{
    struct poll_member *member;
    while ((member = poll_discovery_member(search->found, round->next_member)) != NULL &&
           member->asked_in == round->pass)
        round->next_member++;
    return member;
}

static bool find_in_search(struct poll_host *host, struct poll_round *round,
                           struct poll_search *search, struct poll_step *step)
{
    *step = (struct poll_step){.errand = POLL_ERRAND_QUERY,
                               .rule = &search->plan->rule,
                               .search = search,
                               .mark = &search->mark,
                               .object = search->plan->rule.class_name};
    if (search->plan->fetch == MODEL_FETCH_QUERY)
        return true;
    step->errand = POLL_ERRAND_LIST;
    if (must_list(host, round, search))
        return true;
    struct poll_member *member = find_member(round, search);
    if (member == NULL)
        return false;
    step->errand = POLL_ERRAND_MEMBER;
    step->key = member->key;
    step->object = member->object;
    step->place = &member->place;
    step->mark = &member->mark;
    return true;
}

static void pass_search(struct poll_round *round)
{
    round->next_search++;
    round->next_member = 0;
    round->was_listed = false;
}

static bool find_target(struct poll_host *host, struct poll_round *round, struct poll_step *step)
{
    if (find_instance(host, round, step))
        return true;
    for (; round->next_search < round->plan->discovery_count; pass_search(round))
        if (find_in_search(host, round, &round->searches[round->next_search], step))
            return true;
    return false;
}

bool poll_step_find(struct poll_host *host, struct poll_round *round, struct poll_step *step)
{
    bool found = find_target(host, round, step);
    if (found)
        step->target = step->errand;
    return found;
}

void poll_step_pass(struct poll_round *round, const struct poll_step *step)
{
    switch (step->target) {
    case POLL_ERRAND_INSTANCE:
        round->next++;
        break;
    case POLL_ERRAND_MEMBER:
        poll_discovery_member(step->search->found, round->next_member++)->asked_in = round->pass;
        break;
    case POLL_ERRAND_LIST:
        round->was_listed = true;
        round->next_member = 0;
        break;
    case POLL_ERRAND_QUERY:
        pass_search(round);
        break;
    case POLL_ERRAND_BUILD:
    case POLL_ERRAND_SCHEMA:
        break;
    }
}

/* --- What must be known before --- */

static const char *name_of(uint32_t code)
{
    const char *name = metric_counter_name(code);
    return name != NULL ? name : "no counter type";
}

static void tell_doubt(void *context, const struct model_instance *rule,
                       const struct metric_doubt *doubt, const char *sentence)
{
    const struct poll_host *host = context;
    const struct log *log = &host->shared->log;
    if (doubt == NULL)
        log_write(log, LOG_LEVEL_INFO, "%s: the schema of %s: %s", host->plan->name,
                  rule->class_name, sentence);
    else
        log_write(log, LOG_LEVEL_WARNING,
                  "%s: %s: the module %s takes %s for %s, the host declares %s: the module is "
                  "believed",
                  host->plan->name, rule->class_name, rule->module, doubt->property,
                  name_of(doubt->said), name_of(doubt->declared));
}

static bool set_reading(struct poll_host *host, struct poll_step *step, struct poll_schema *schema)
{
    const struct poll_schemas_teller teller = {tell_doubt, host};
    step->reading = poll_schemas_reading(host->shared->schemas, step->rule, schema, &teller);
    return step->reading != NULL;
}

static struct poll_absence *find_absence(struct poll_host *host, const struct model_instance *rule)
{
    for (size_t i = 0; i < host->absence_count; i++) {
        const struct model_instance *other = host->absences[i].rule;
        if (cim_name_is_same(other->class_name, rule->class_name) &&
            cim_name_is_same(other->namespace_name, rule->namespace_name))
            return &host->absences[i];
    }
    return NULL;
}

static bool lacks_class(struct poll_host *host, const struct model_instance *rule)
{
    const struct poll_absence *absence = find_absence(host, rule);
    return absence != NULL && clock_now_ms(host->shared->clock) < absence->until_ms;
}

/* New and empty where there was none. NULL: no memory. */
static struct poll_absence *ensure_absence(struct poll_host *host,
                                           const struct model_instance *rule)
{
    struct poll_absence *absence = find_absence(host, rule);
    if (absence != NULL)
        return absence;
    struct poll_absence *absences =
        realloc(host->absences, (host->absence_count + 1) * sizeof absences[0]);
    if (absences == NULL)
        return NULL;
    host->absences = absences;
    absence = &absences[host->absence_count++];
    *absence = (struct poll_absence){.rule = rule};
    return absence;
}

bool poll_step_note_absence(struct poll_host *host, const struct poll_step *step)
{
    struct poll_absence *absence = ensure_absence(host, step->rule);
    if (absence == NULL)
        return false;
    absence->until_ms = clock_now_ms(host->shared->clock) + POLL_SCHEMAS_RETRY_MS;
    absence->was_missed = false;
    return true;
}

bool poll_step_note_miss(struct poll_host *host, const struct poll_step *step)
{
    struct poll_absence *absence = ensure_absence(host, step->rule);
    if (absence != NULL && absence->was_missed)
        return poll_step_note_absence(host, step);
    if (absence != NULL)
        absence->was_missed = true;
    return false;
}

bool poll_step_prepare(struct poll_host *host, struct poll_step *step)
{
    struct poll_shared *shared = host->shared;
    struct poll_schema *schema;
    if (step->errand == POLL_ERRAND_LIST)
        return true;
    if (host->build_state == POLL_BUILD_HIDDEN && clock_now_ms(shared->clock) >= host->build_at_ms)
        host->build_state = POLL_BUILD_UNKNOWN;
    if (!metric_completion_is_open(step->rule) || host->build_state == POLL_BUILD_HIDDEN ||
        lacks_class(host, step->rule))
        return set_reading(host, step, NULL);
    if (host->build_state == POLL_BUILD_UNKNOWN) {
        step->errand = POLL_ERRAND_BUILD;
        return true;
    }
    switch (poll_schemas_find(shared->schemas, host->build, step->rule->namespace_name,
                              step->rule->class_name, host->secret_slot,
                              clock_now_ms(shared->clock), &schema)) {
    case POLL_SCHEMAS_HERE:
        return set_reading(host, step, schema);
    case POLL_SCHEMAS_NONE:
        return set_reading(host, step, NULL);
    case POLL_SCHEMAS_WAIT:
        host->round->waited = true;
        return false;
    case POLL_SCHEMAS_ASK:
        break;
    }
    step->errand = POLL_ERRAND_SCHEMA;
    step->schema = schema;
    return true;
}
