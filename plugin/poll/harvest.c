/* SPDX-License-Identifier: MIT */
#include "poll/harvest.h"

#include <stdlib.h>

#include "metric/cook.h"
#include "metric/sample.h"
#include "poll/host.h"

static size_t count_memories(const struct model_instance *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->metric_count; i++)
        count += metric_memory_count(&plan->metrics[i]);
    return count;
}

int poll_harvest_init(struct poll_harvest *harvest, const struct model_round *plan)
{
    harvest->memories = calloc(plan->instance_count + 1, sizeof(struct metric_memory *));
    if (harvest->memories == NULL)
        return -1;
    for (size_t i = 0; i < plan->instance_count; i++) {
        size_t count = count_memories(plan->instances[i]);
        if (count == 0)
            continue;
        harvest->memories[i] = calloc(count, sizeof(struct metric_memory));
        if (harvest->memories[i] == NULL) {
            poll_harvest_free(harvest, plan);
            return -1;
        }
    }
    return 0;
}

void poll_harvest_free(struct poll_harvest *harvest, const struct model_round *plan)
{
    for (size_t i = 0; harvest->memories != NULL && i < plan->instance_count; i++)
        free(harvest->memories[i]);
    free(harvest->memories);
    harvest->memories = NULL;
}

static void complain(struct poll_host *host, const struct metric_refusal *refusal)
{
    const char *class_name = host->key->instance->class_name;
    if (!poll_health_first_property(&host->health, class_name, refusal->property))
        return;
    bool has_text = refusal->text[0] != '\0';
    log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s: %s%s %s%s%s", host->plan->name,
              host->key->object, refusal->property, refusal->of_base ? "_Base" : "",
              metric_sample_sentence(refusal->outcome), has_text ? ": " : "", refusal->text);
}

static void tell_gap(struct poll_host *host, bool *told, const struct metric_refusal *refusal)
{
    if (*told)
        return;
    *told = true;
    log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: %s: %s %s: no value for this interval",
              host->plan->name, host->key->object, refusal->property,
              metric_sample_sentence(refusal->outcome));
}

static void note_refusal(struct poll_host *host, const struct metric_refusal *refusal)
{
    if (refusal->outcome == METRIC_SAMPLE_REBOOTED)
        tell_gap(host, &host->round->told_restart, refusal);
    else if (refusal->outcome == METRIC_SAMPLE_FELL)
        tell_gap(host, &host->told_fall, refusal);
    else if (metric_sample_is_fault(refusal->outcome))
        complain(host, refusal);
}

void poll_harvest_take(struct poll_host *host, const MI_Instance *instance)
{
    const struct poll_shared *shared = host->shared;
    const struct model_instance *plan = host->key->instance;
    const struct poll_stamp stamp = {.host = host->plan,
                                     .interval_ms = host->round->plan->interval_ms,
                                     .time_ns = clock_now_ns(shared->wall)};
    struct metric_memory *memory = host->round->harvest.memories[host->round->next - 1];
    for (size_t i = 0; i < plan->metric_count; i++) {
        const struct model_metric *metric = &plan->metrics[i];
        size_t memory_count = metric_memory_count(metric);
        struct metric_sample sample;
        struct metric_refusal refusal;
        if (metric_sample_take(instance, metric, stamp.time_ns, memory_count > 0 ? memory : NULL,
                               &sample, &refusal) == METRIC_SAMPLE_OK)
            shared->sink.sample(shared->sink.context, &stamp, &sample);
        else
            note_refusal(host, &refusal);
        if (memory_count > 0)
            memory += memory_count;
    }
}
