/* SPDX-License-Identifier: MIT */
#include "poll/harvest.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cim/instance.h"
#include "cim/value.h"
#include "metric/cook.h"
#include "metric/sample.h"
#include "poll/host.h"

#define IDENTITY_MAX_BYTES 65536

void poll_harvest_forget(struct poll_place *place)
{
    free(place->memories);
    place->memories = NULL;
    place->reading = NULL;
    place->identity = 0;
}

/* --- What is said --- */

static void complain(struct poll_host *host, const struct poll_harvest *harvest,
                     const struct metric_refusal *refusal)
{
    const char *class_name = harvest->rule->class_name;
    if (!poll_health_first_property(&host->health, class_name, refusal->property))
        return;
    bool has_text = refusal->text[0] != '\0';
    log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s: %s%s %s%s%s", host->plan->name,
              harvest->object, refusal->property, refusal->of_base ? "_Base" : "",
              metric_sample_sentence(refusal->outcome), has_text ? ": " : "", refusal->text);
}

static void tell_gap(struct poll_host *host, const struct poll_harvest *harvest,
                     const struct metric_refusal *refusal)
{
    log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: %s: %s %s: no value for this interval",
              host->plan->name, harvest->object, refusal->property,
              metric_sample_sentence(refusal->outcome));
}

/* A name that two machines answer in turn shows a restart in every pass. */
static void note_restart(struct poll_host *host, const struct poll_harvest *harvest,
                         const struct metric_refusal *refusal)
{
    struct poll_round *round = host->round;
    bool is_news = !round->restarted && !round->told_restart;
    round->restarted = true;
    if (!is_news)
        return;
    host->build_state = POLL_BUILD_UNKNOWN; /* an upgrade restarts, too */
    tell_gap(host, harvest, refusal);
}

static void note_fall(struct poll_host *host, const struct poll_harvest *harvest,
                      const struct metric_refusal *refusal)
{
    if (host->told_fall)
        return;
    host->told_fall = true;
    tell_gap(host, harvest, refusal);
}

static void note_refusal(struct poll_host *host, const struct poll_harvest *harvest,
                         const struct metric_refusal *refusal)
{
    if (refusal->outcome == METRIC_SAMPLE_REBOOTED)
        note_restart(host, harvest, refusal);
    else if (refusal->outcome == METRIC_SAMPLE_FELL)
        note_fall(host, harvest, refusal);
    else if (metric_sample_is_fault(refusal->outcome))
        complain(host, harvest, refusal);
}

/* --- What is remembered --- */

/* Whoever bears the keys; 0: it does not say, which *refusal holds. */
static uint64_t identify(const struct model_instance *rule, const MI_Instance *instance,
                         struct metric_refusal *refusal)
{
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    struct buf text;
    bool is_missing = MI_Instance_GetElement(instance, rule->identity, &value, &type, &flags,
                                             NULL) != MI_RESULT_OK;
    if (is_missing || (flags & MI_FLAG_NULL) != 0) {
        *refusal = (struct metric_refusal){.property = rule->identity,
                                           .outcome = is_missing ? METRIC_SAMPLE_MISSING
                                                                 : METRIC_SAMPLE_NULL};
        return 0;
    }
    buf_init(&text, IDENTITY_MAX_BYTES);
    cim_value_print(&text, type, &value);
    uint64_t hash = hash_text(HASH_START, buf_text(&text));
    buf_free(&text);
    return hash != 0 ? hash : 1;
}

/* No difference is taken to what another counted. The sums that were told go on, for they must not
 * fall. */
static void forget_points(const struct poll_place *place)
{
    for (size_t i = 0; i < place->reading->memory_count; i++)
        place->memories[i].has_last = false;
}

/* What was told of a counter goes on in the memories of another reading: it must not fall. */
static void carry_sums(const struct poll_place *place, const struct poll_reading *reading,
                       struct metric_memory *memories)
{
    const struct metric_memory *from = place->memories;
    bool has_both = from != NULL && memories != NULL;
    for (size_t i = 0; has_both && i < reading->metric_count; i++) {
        size_t from_count = metric_memory_count(&place->reading->metrics[i]);
        size_t count = metric_memory_count(&reading->metrics[i]);
        for (size_t k = 0; k < count && k < from_count; k++) {
            memories[k].has_sum = from[k].has_sum;
            memories[k].sum = from[k].sum;
        }
        from += from_count;
        memories += count;
    }
}

static bool change_reading(struct poll_place *place, const struct poll_reading *reading)
{
    struct metric_memory *memories = NULL;
    size_t count = reading->memory_count;
    if (count > 0 && (memories = calloc(count, sizeof memories[0])) == NULL)
        return false;
    carry_sums(place, reading, memories);
    free(place->memories);
    place->memories = memories;
    place->reading = reading;
    return true;
}

/* False: no memory. */
static bool ready_place(struct poll_host *host, const struct poll_harvest *harvest,
                        const MI_Instance *instance)
{
    struct poll_place *place = harvest->place;
    size_t count = harvest->reading->memory_count;
    if (place->reading != harvest->reading && !change_reading(place, harvest->reading))
        return false;
    if (harvest->rule->identity == NULL || count == 0)
        return true;
    struct metric_refusal refusal;
    uint64_t identity = identify(harvest->rule, instance, &refusal);
    if (identity == 0)
        complain(host, harvest, &refusal);
    if (identity == 0 || identity != place->identity)
        forget_points(place);
    place->identity = identity;
    return true;
}

/* --- What is told --- */

/* False: another has the name. */
static bool give_title(const struct poll_place *place, size_t i, struct metric_sample *sample)
{
    if (place->titles == NULL)
        return true;
    sample->plugin_instance = place->titles[i].plugin_instance;
    sample->type_instance = place->titles[i].type_instance;
    return sample->plugin_instance != NULL;
}

void poll_harvest_take(struct poll_host *host, const struct poll_harvest *harvest,
                       const MI_Instance *instance)
{
    const struct poll_shared *shared = host->shared;
    const struct poll_reading *reading = harvest->reading;
    const struct poll_stamp stamp = {.host = host->plan,
                                     .interval_ms = harvest->interval_ms,
                                     .time_ns = clock_now_ns(shared->wall)};
    if (!ready_place(host, harvest, instance))
        return;
    struct metric_memory *memory = harvest->place->memories;
    for (size_t i = 0; i < reading->metric_count; i++) {
        const struct model_metric *metric = &reading->metrics[i];
        size_t memory_count = metric_memory_count(metric);
        struct metric_sample sample;
        struct metric_refusal refusal;
        if (metric_sample_take(instance, metric, stamp.time_ns, memory_count > 0 ? memory : NULL,
                               &sample, &refusal) != METRIC_SAMPLE_OK)
            note_refusal(host, harvest, &refusal);
        else if (give_title(harvest->place, i, &sample))
            shared->sink.sample(shared->sink.context, &stamp, &sample);
        memory += memory_count;
    }
}
