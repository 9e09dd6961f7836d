/* SPDX-License-Identifier: MIT */
#include "config/names.h"

#include <stdio.h>
#include <string.h>

#include "config/scalar.h"
#include "config/template.h"
#include "metric/name.h"

/* Stands for the state in the type_instance of a metric with states. */
#define STATE "state"

static int parse_plugin(struct config_work *work, const struct config_node *node,
                        struct config_metric *metric)
{
    const char *text;
    char name[METRIC_NAME_SIZE];
    metric->model.plugin = "mi";
    if (node == NULL)
        return 0;
    if (config_scalar_text(work, node, "plugin", &text) != 0)
        return -1;
    /* It becomes a folder of its own where the plugin_instance is empty. */
    if (config_scalar_is_road(text)) {
        config_complaint_error(&work->complaints, &node->at,
                               "'plugin' is '%s', which no folder of metrics can be named", text);
        return -1;
    }
    metric_name_sanitise_plugin(text, name);
    if (!metric_name_is_clean_plugin(text))
        config_complaint_warning(&work->complaints, &node->at,
                                 "the plugin '%s' is dispatched as '%s': collectd's writers know "
                                 "letters, digits, '_' and '.'",
                                 config_complaint_shown(text).text, name);
    metric->model.plugin = config_work_keep(work, name);
    return metric->model.plugin != NULL ? 0 : -1;
}

/* node NULL: *name stays. own: what may stand in braces besides keys, or NULL. */
static int parse_name(struct config_work *work, const struct config_node *node, const char *what,
                      const struct config_keys *keys, const char *own, const char **name)
{
    const char *text;
    if (node == NULL)
        return 0;
    if (config_scalar_text_or_empty(work, node, what, &text) != 0 ||
        config_template_check(work, node, what, keys, own) != 0)
        return -1;
    *name = config_work_keep(work, text);
    return *name != NULL ? 0 : -1;
}

static int parse_type_instance(struct config_work *work, const struct config_node *node,
                               const struct config_keys *keys, struct config_metric *metric)
{
    bool has_states = metric->model.reading == MODEL_READING_STATE;
    if (has_states)
        metric->type_instance = "{" STATE "}";
    else if (metric->model.property_count == 1)
        metric->type_instance = metric->windows_type_instance;
    else
        metric->type_instance = "";
    if (parse_name(work, node, "type_instance", keys, has_states ? STATE : NULL,
                   &metric->type_instance) != 0)
        return -1;
    if (!has_states || config_template_has(metric->type_instance, STATE))
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'type_instance' needs {" STATE "} in it: each of the states is a "
                           "series of its own");
    return -1;
}

int config_names_parse(struct config_work *work, const struct config_entry *entry,
                       const struct config_keys *keys, struct config_metric *metric)
{
    char snake[METRIC_NAME_SIZE] = "";
    if (metric->model.property_count > 0)
        metric_name_snake(metric->model.properties[0], snake);
    metric->windows_type_instance = config_work_keep(work, snake);
    if (metric->windows_type_instance == NULL ||
        parse_plugin(work, entry->of[CONFIG_ENTRY_PLUGIN], metric) != 0 ||
        parse_name(work, entry->of[CONFIG_ENTRY_PLUGIN_INSTANCE], "plugin_instance", keys, NULL,
                   &metric->plugin_instance) != 0)
        return -1;
    return parse_type_instance(work, entry->of[CONFIG_ENTRY_TYPE_INSTANCE], keys, metric);
}

int config_names_put_state(struct config_work *work, const char *state,
                           struct config_metric *metric)
{
    char snake[METRIC_NAME_SIZE];
    char joined[2 * METRIC_NAME_SIZE];
    char name[METRIC_NAME_SIZE];
    metric_name_snake(state, snake);
    snprintf(joined, sizeof joined, "%s_%s", metric->windows_type_instance, snake);
    metric_name_sanitise(joined, name);
    metric->windows_type_instance = config_work_keep(work, name);
    metric->type_instance = config_template_put(work, metric->type_instance, STATE, snake);
    return metric->windows_type_instance != NULL && metric->type_instance != NULL ? 0 : -1;
}

bool config_names_are_same(const struct config_metric *a, const struct config_metric *b)
{
    bool same_instance = a->plugin_instance == b->plugin_instance ||
                         (a->plugin_instance != NULL && b->plugin_instance != NULL &&
                          strcmp(a->plugin_instance, b->plugin_instance) == 0);
    return same_instance && strcmp(a->model.plugin, b->model.plugin) == 0 &&
           strcmp(a->model.type->name, b->model.type->name) == 0 &&
           strcmp(a->type_instance, b->type_instance) == 0;
}
