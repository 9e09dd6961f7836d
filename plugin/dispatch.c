/* SPDX-License-Identifier: MIT */
#include "daemon.h"

#include "dispatch.h"

static value_list_t start_list(const struct dispatch_stamp *stamp, value_t *values, size_t count)
{
    value_list_t list = VALUE_LIST_INIT;
    list.values = values;
    list.values_len = count;
    list.time = NS_TO_CDTIME_T(stamp->time_ns);
    list.interval = MS_TO_CDTIME_T(stamp->interval_ms);
    sstrncpy(list.host, stamp->host, sizeof list.host);
    return list;
}

/* The network thread has no context of collectd's, and what the writers do with the list is done in
 * a copy of it: their c_complain takes its interval from there. */
static void enqueue(const value_list_t *list)
{
    plugin_ctx_t before = plugin_get_ctx(), ours = before;
    ours.interval = list->interval;
    plugin_set_ctx(ours);
    plugin_dispatch_values(list);
    plugin_set_ctx(before);
}

static value_t value_of(enum model_source source, const union metric_value *value)
{
    switch (source) {
    case MODEL_GAUGE:
        break;
    case MODEL_DERIVE:
        return (value_t){.derive = value->derive};
    case MODEL_COUNTER:
        return (value_t){.counter = value->counter};
    case MODEL_ABSOLUTE:
        return (value_t){.absolute = value->absolute};
    }
    return (value_t){.gauge = value->gauge};
}

void dispatch_sample(const struct dispatch_stamp *stamp, const struct metric_sample *sample)
{
    const struct model_metric *metric = sample->metric;
    value_t values[MODEL_TYPE_MAX_SOURCES];
    for (size_t i = 0; i < sample->value_count; i++)
        values[i] = value_of(metric->type->sources[i], &sample->values[i]);
    value_list_t list = start_list(stamp, values, sample->value_count);
    sstrncpy(list.plugin, metric->plugin, sizeof list.plugin);
    sstrncpy(list.plugin_instance, sample->plugin_instance, sizeof list.plugin_instance);
    sstrncpy(list.type, metric->type->name, sizeof list.type);
    sstrncpy(list.type_instance, sample->type_instance, sizeof list.type_instance);
    enqueue(&list);
}

void dispatch_own(const struct dispatch_stamp *stamp, const char *type, const char *type_instance,
                  double value)
{
    value_t values[1] = {{.gauge = value}};
    value_list_t list = start_list(stamp, values, 1);
    sstrncpy(list.plugin, "mi", sizeof list.plugin);
    sstrncpy(list.plugin_instance, "host", sizeof list.plugin_instance);
    sstrncpy(list.type, type, sizeof list.type);
    sstrncpy(list.type_instance, type_instance, sizeof list.type_instance);
    enqueue(&list);
}
