/* SPDX-License-Identifier: MIT */
#include "config/metric.h"

#include <string.h>

#include "config/scalar.h"
#include "config/template.h"
#include "config/type.h"
#include "config/word.h"
#include "metric/name.h"

/* The keys of an entry as they stand, NULL where they do not. */
struct entry {
    const struct config_node *property;
    const struct config_node *properties;
    const struct config_node *plugin;
    const struct config_node *plugin_instance;
    const struct config_node *type;
    const struct config_node *type_instance;
    const struct config_node *scale;
    const struct config_node *offset;
};

static const char *const KEYS[] = {"property", "properties",    "plugin", "plugin_instance",
                                   "type",     "type_instance", "scale",  "offset"};
#define KEY_COUNT (sizeof KEYS / sizeof KEYS[0])

static int find_keys(struct config_work *work, const struct config_node *node, struct entry *entry)
{
    const struct config_node **places[KEY_COUNT] = {
        &entry->property, &entry->properties,    &entry->plugin, &entry->plugin_instance,
        &entry->type,     &entry->type_instance, &entry->scale,  &entry->offset};
    for (const struct config_node *key = node->first; key != NULL; key = key->next) {
        size_t i = 0;
        while (i < KEY_COUNT && strcmp(key->text, KEYS[i]) != 0)
            i++;
        if (i < KEY_COUNT) {
            *places[i] = key->value;
            if (key->doubled)
                return -1;
        } else if (!config_document_is_free_key(key)) {
            config_complaint_warning(&work->complaints, &key->at,
                                     "a metric has no key '%s'%s, it is ignored",
                                     config_complaint_shown(key->text).text,
                                     config_word_hint(key->text, KEYS, KEY_COUNT).text);
        }
    }
    return 0;
}

static const char *keep_property(struct config_work *work, const struct config_node *node,
                                 const char *what)
{
    const char *text;
    if (config_scalar_text(work, node, what, &text) != 0)
        return NULL;
    if (config_keys_is_cim_name(text))
        return config_work_keep(work, text);
    config_complaint_error(
        &work->complaints, &node->at,
        "'%s' is '%s', which is no property's name, as FreeSpace: a letter or '_' "
        "first, then letters, digits, '_'",
        what, config_complaint_shown(text).text);
    return NULL;
}

static int parse_properties(struct config_work *work, const struct config_node *node,
                            const struct entry *entry, struct config_metric *metric)
{
    const struct config_node *list = entry->properties;
    if ((entry->property != NULL) == (list != NULL)) {
        config_complaint_error(&work->complaints, &node->at,
                               "a metric has either 'property' or, for a type with several data "
                               "sources, 'properties'");
        return -1;
    }
    if (list != NULL && list->refused)
        return -1;
    if (list != NULL && list->kind != CONFIG_LIST) {
        config_complaint_error(
            &work->complaints, &list->at,
            "'properties' should be a list; a single one is named by 'property'");
        return -1;
    }
    size_t count = list != NULL ? list->count : 1;
    const char **names = config_work_alloc(work, work->kept, count, sizeof names[0]);
    const struct config_node *item = list != NULL ? list->first : entry->property;
    for (size_t i = 0; names != NULL && i < count; i++, item = item->next) {
        names[i] = keep_property(work, item, list != NULL ? "properties" : "property");
        if (names[i] == NULL)
            return -1;
    }
    metric->properties = names;
    metric->property_count = count;
    return names != NULL ? 0 : -1;
}

static int parse_type(struct config_work *work, const struct config_node *node,
                      const struct entry *entry, struct config_metric *metric)
{
    const char *text;
    if (entry->type == NULL) {
        config_complaint_error(&work->complaints, &node->at,
                               "a metric needs a 'type', one of collectd's types.db");
        return -1;
    }
    if (config_scalar_text(work, entry->type, "type", &text) != 0)
        return -1;
    metric->type = config_type_find(work, text);
    if (metric->type == NULL) {
        config_complaint_error(&work->complaints, &entry->type->at,
                               "the type '%s' is not known: no types.db that collectd reads has it",
                               config_complaint_shown(text).text);
        return -1;
    }
    if (metric->type->source_count == metric->property_count)
        return 0;
    config_complaint_error(&work->complaints, &entry->type->at,
                           "the type '%s' has %zu data source%s, and %zu %s named",
                           metric->type->name, metric->type->source_count,
                           metric->type->source_count == 1 ? "" : "s", metric->property_count,
                           metric->property_count == 1 ? "property is" : "properties are");
    return -1;
}

static int parse_plugin(struct config_work *work, const struct entry *entry,
                        struct config_metric *metric)
{
    const char *text;
    char name[METRIC_NAME_SIZE];
    metric->plugin = "mi";
    if (entry->plugin == NULL)
        return 0;
    if (config_scalar_text(work, entry->plugin, "plugin", &text) != 0)
        return -1;
    /* It becomes a folder of its own where the plugin_instance is empty. */
    if (config_scalar_is_road(text)) {
        config_complaint_error(&work->complaints, &entry->plugin->at,
                               "'plugin' is '%s', which no folder of metrics can be named", text);
        return -1;
    }
    metric_name_sanitise_plugin(text, name);
    if (!metric_name_is_clean_plugin(text))
        config_complaint_warning(&work->complaints, &entry->plugin->at,
                                 "the plugin '%s' is dispatched as '%s': collectd's writers know "
                                 "letters, digits, '_' and '.'",
                                 config_complaint_shown(text).text, name);
    metric->plugin = config_work_keep(work, name);
    return metric->plugin != NULL ? 0 : -1;
}

/* node NULL: *name stays. */
static int parse_name(struct config_work *work, const struct config_node *node, const char *what,
                      const struct config_keys *keys, const char **name)
{
    const char *text;
    if (node == NULL)
        return 0;
    if (config_scalar_text_or_empty(work, node, what, &text) != 0 ||
        config_template_check(work, node, what, keys) != 0)
        return -1;
    *name = config_work_keep(work, text);
    return *name != NULL ? 0 : -1;
}

static int parse_names(struct config_work *work, const struct entry *entry,
                       const struct config_keys *keys, struct config_metric *metric)
{
    char snake[METRIC_NAME_SIZE] = "";
    if (metric->property_count == 1)
        metric_name_snake(metric->properties[0], snake);
    metric->type_instance = config_work_keep(work, snake);
    if (metric->type_instance == NULL || parse_plugin(work, entry, metric) != 0 ||
        parse_name(work, entry->plugin_instance, "plugin_instance", keys,
                   &metric->plugin_instance) != 0)
        return -1;
    return parse_name(work, entry->type_instance, "type_instance", keys, &metric->type_instance);
}

static int parse_scaling(struct config_work *work, const struct entry *entry,
                         struct config_metric *metric)
{
    metric->scale = 1;
    metric->offset = 0;
    if (entry->offset != NULL &&
        config_scalar_real(work, entry->offset, "offset", &metric->offset) != 0)
        return -1;
    if (entry->scale != NULL &&
        config_scalar_real(work, entry->scale, "scale", &metric->scale) != 0)
        return -1;
    if (metric->scale != 0)
        return 0;
    config_complaint_error(
        &work->complaints, &entry->scale->at,
        "a 'scale' of 0 makes 0 of every value: leave it out, or give the factor");
    return -1;
}

int config_metric_parse(struct config_work *work, const struct config_node *node,
                        const struct config_keys *keys, struct config_metric *metric)
{
    struct entry entry = {0};
    struct config_metric parsed = {.at = node->at};
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "a metric is a mapping: {property: FreeSpace, type: bytes}");
        return -1;
    }
    if (find_keys(work, node, &entry) != 0 || parse_properties(work, node, &entry, &parsed) != 0 ||
        parse_type(work, node, &entry, &parsed) != 0 ||
        parse_names(work, &entry, keys, &parsed) != 0 || parse_scaling(work, &entry, &parsed) != 0)
        return -1;
    *metric = parsed;
    return 0;
}

bool config_metric_is_same(const struct config_metric *a, const struct config_metric *b)
{
    bool same_instance = a->plugin_instance == b->plugin_instance ||
                         (a->plugin_instance != NULL && b->plugin_instance != NULL &&
                          strcmp(a->plugin_instance, b->plugin_instance) == 0);
    return same_instance && strcmp(a->plugin, b->plugin) == 0 &&
           strcmp(a->type->name, b->type->name) == 0 &&
           strcmp(a->type_instance, b->type_instance) == 0;
}
