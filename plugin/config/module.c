/* SPDX-License-Identifier: MIT */
#include "config/module.h"

#include <stdbool.h>
#include <string.h>

#include "config/entry.h"
#include "config/metric.h"
#include "config/names.h"
#include "config/scalar.h"
#include "config/states.h"
#include "config/windows.h"
#include "config/word.h"
#include "metric/name.h"

#define NAMESPACE_MAX_BYTES 256

static void warn_unknown(struct config_work *work, const struct config_node *key,
                         const char *of_what, const char *const *words, size_t word_count)
{
    if (!config_document_is_free_key(key))
        config_complaint_warning(&work->complaints, &key->at, "%s has no key '%s'%s, it is ignored",
                                 of_what, config_complaint_shown(key->text).text,
                                 config_word_hint(key->text, words, word_count).text);
}

/* root\cimv2 and root/cimv2 are one; \\host\root\cimv2 is refused, as MI refuses it
 * (shared/facts/mi-api.md, MI_Session_GetInstance). */
static int parse_namespace(struct config_work *work, const struct config_node *node,
                           const char **name)
{
    char slashes[NAMESPACE_MAX_BYTES + 1];
    const char *text;
    if (config_scalar_text(work, node, "namespace", &text) != 0)
        return -1;
    size_t count = strlen(text);
    bool fine = count <= NAMESPACE_MAX_BYTES;
    for (size_t i = 0; fine && i <= count; i++) {
        slashes[i] = text[i] == '\\' ? '/' : text[i];
        bool ends_part = slashes[i] == '/' || slashes[i] == '\0';
        fine = !(ends_part && (i == 0 || slashes[i - 1] == '/')) && text[i] != ' ';
    }
    if (!fine) {
        config_complaint_error(&work->complaints, &node->at,
                               "'namespace' is '%s' and should be as root/cimv2: parts between "
                               "slashes, no computer's name, no slash at either end",
                               config_complaint_shown(text).text);
        return -1;
    }
    *name = config_work_keep(work, slashes);
    return *name != NULL ? 0 : -1;
}

static int parse_class(struct config_work *work, const struct config_node *node, const char **name)
{
    const char *text;
    if (config_scalar_text(work, node, "class", &text) != 0)
        return -1;
    if (!config_keys_is_cim_name(text)) {
        config_complaint_error(
            &work->complaints, &node->at,
            "'class' is '%s', which is no class's name, as Win32_OperatingSystem: a "
            "letter or '_' first, then letters, digits, '_'",
            config_complaint_shown(text).text);
        return -1;
    }
    *name = config_work_keep(work, text);
    return *name != NULL ? 0 : -1;
}

static bool is_taken(struct config_work *work, const struct config_node *node,
                     const struct config_metric *metrics, size_t count,
                     const struct config_metric *metric)
{
    for (size_t i = 0; i < count; i++)
        if (config_names_are_same(&metrics[i], metric)) {
            config_complaint_error(
                &work->complaints, &node->at,
                "this metric has the plugin, plugin_instance, type and "
                "type_instance of the one in line %u, column %u, and is left out",
                metrics[i].model.origin.line, metrics[i].model.origin.column);
            return true;
        }
    return false;
}

/* An entry with states is there with all of them or not at all. */
static void add_metrics(struct config_work *work, const struct config_node *node,
                        const struct config_keys *keys, struct config_metric *metrics,
                        size_t *count)
{
    size_t made = config_states_count(node);
    if (config_metric_parse(work, node, keys, &metrics[*count]) != 0)
        return;
    for (size_t i = 0; i < made; i++)
        if (is_taken(work, node, metrics, *count, &metrics[*count + i]))
            return;
    *count += made;
}

/* Each is compared with those before it. Returns -1. */
static int tell_too_many(struct config_work *work, const struct config_node *node, const char *what,
                         unsigned max)
{
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' has %u entries, and %u are the maximum", what,
                           (unsigned)node->count, max);
    return -1;
}

static size_t count_metrics(const struct config_node *list)
{
    size_t count = 0;
    for (const struct config_node *item = list->first; item != NULL; item = item->next)
        count += config_states_count(item);
    return count;
}

static int parse_metrics(struct config_work *work, const struct config_node *node,
                         struct config_instance *parsed)
{
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_LIST || node->count == 0) {
        config_complaint_error(&work->complaints, &node->at,
                               "'metrics' should be a list: - {property: FreeSpace, type: bytes}");
        return -1;
    }
    if (node->count > CONFIG_MODULE_MAX_METRICS)
        return tell_too_many(work, node, "metrics", CONFIG_MODULE_MAX_METRICS);
    size_t count = count_metrics(node);
    if (count > CONFIG_MODULE_MAX_METRICS) {
        config_complaint_error(&work->complaints, &node->at,
                               "'metrics' amounts to %zu with all its states, and %d are the "
                               "maximum",
                               count, CONFIG_MODULE_MAX_METRICS);
        return -1;
    }
    struct config_metric *metrics = config_work_alloc(work, work->kept, count, sizeof metrics[0]);
    if (metrics == NULL)
        return -1;
    for (const struct config_node *item = node->first; item != NULL; item = item->next)
        add_metrics(work, item, &parsed->keys, metrics, &parsed->metric_count);
    parsed->metrics = metrics;
    return parsed->metric_count > 0 ? 0 : -1;
}

static int parse_identity(struct config_work *work, const struct config_node *node,
                          const char **identity)
{
    *identity = config_entry_property(work, node, "identity");
    return *identity != NULL ? 0 : -1;
}

/* One key of an instance but `metrics`. -1: told. */
static int parse_part(struct config_work *work, const struct config_node *key,
                      struct config_instance *parsed, struct config_discovery *discovery)
{
    static const char *const KEYS[] = {"namespace", "class",    "keys",
                                       "metrics",   "identity", CONFIG_DISCOVERY_WORDS};
    int result = 0;
    if (strcmp(key->text, "namespace") == 0)
        result = parse_namespace(work, key->value, &parsed->namespace_name);
    else if (strcmp(key->text, "class") == 0)
        result = parse_class(work, key->value, &parsed->class_name);
    else if (strcmp(key->text, "keys") == 0)
        result = config_keys_parse(work, key->value, true, &parsed->keys);
    else if (strcmp(key->text, "identity") == 0)
        result = parse_identity(work, key->value, &parsed->identity);
    else if (!config_discovery_take(work, key, discovery, &result))
        warn_unknown(work, key, "an instance", KEYS, sizeof KEYS / sizeof KEYS[0]);
    return key->doubled ? -1 : result;
}

static int complete_discovery(struct config_work *work, const struct config_discovery *discovery,
                              struct config_instance *parsed)
{
    const struct config_discovery_rule rule = {&parsed->keys, NULL};
    if (!config_discovery_is_set(discovery))
        return 0;
    if (config_discovery_check(work, discovery, &rule, 1, "this instance") != 0)
        return -1;
    struct config_discovery *kept = config_work_alloc(work, work->kept, 1, sizeof *kept);
    if (kept == NULL)
        return -1;
    *kept = *discovery;
    config_discovery_bind(kept, &parsed->keys);
    parsed->discovery = kept;
    return 0;
}

/* Metrics come last: their names may hold keys. */
static int parse_parts(struct config_work *work, const struct config_node *node,
                       struct config_instance *parsed)
{
    const struct config_node *metrics = NULL;
    struct config_discovery discovery = {0};
    parsed->namespace_name = "root/cimv2";
    for (const struct config_node *key = node->first; key != NULL; key = key->next) {
        bool is_metrics = strcmp(key->text, "metrics") == 0;
        if (is_metrics)
            metrics = key->value;
        if (is_metrics ? key->doubled : parse_part(work, key, parsed, &discovery) != 0)
            return -1;
    }
    if (complete_discovery(work, &discovery, parsed) != 0)
        return -1;
    if (parsed->class_name != NULL && metrics != NULL)
        return parse_metrics(work, metrics, parsed);
    config_complaint_error(&work->complaints, &node->at, "an instance needs '%s'",
                           parsed->class_name == NULL ? "class" : "metrics");
    return -1;
}

static int parse_instance(struct config_work *work, const struct config_node *node,
                          struct config_instance *instance)
{
    struct config_instance parsed = {.at = node->at};
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "an instance is a mapping with 'class', 'keys' and 'metrics'");
        return -1;
    }
    if (parse_parts(work, node, &parsed) != 0)
        return -1;
    *instance = parsed;
    return 0;
}

static int parse_instances(struct config_work *work, const struct config_node *node,
                           struct config_module *module)
{
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_LIST || node->count == 0) {
        config_complaint_error(
            &work->complaints, &node->at,
            "'instances' should be a list: - {class: ..., keys: ..., metrics: [...]}");
        return -1;
    }
    if (node->count > CONFIG_MODULE_MAX_INSTANCES)
        return tell_too_many(work, node, "instances", CONFIG_MODULE_MAX_INSTANCES);
    struct config_instance *instances =
        config_work_alloc(work, work->kept, node->count, sizeof instances[0]);
    if (instances == NULL)
        return -1;
    for (const struct config_node *item = node->first; item != NULL; item = item->next)
        if (parse_instance(work, item, &instances[module->instance_count]) == 0)
            module->instance_count++;
    module->instances = instances;
    config_windows_complete(work, module, instances);
    return 0;
}

/* The names of a set's modules. What they are is looked up when the set is used: they may stand in
 * files that are not read yet. */
static int parse_members(struct config_work *work, const struct config_node *node,
                         struct config_module *module)
{
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_LIST || node->count == 0) {
        config_complaint_error(&work->complaints, &node->at,
                               "'modules' should be a list of other modules' names: [os, cpu]");
        return -1;
    }
    if (node->count > CONFIG_MODULE_MAX_MEMBERS)
        return tell_too_many(work, node, "modules", CONFIG_MODULE_MAX_MEMBERS);
    module->member_names =
        config_work_alloc(work, work->kept, node->count, sizeof module->member_names[0]);
    module->member_at =
        config_work_alloc(work, work->kept, node->count, sizeof module->member_at[0]);
    if (module->member_names == NULL || module->member_at == NULL)
        return -1;
    for (const struct config_node *item = node->first; item != NULL; item = item->next) {
        const char *text;
        if (config_scalar_text(work, item, "modules", &text) != 0)
            continue;
        text = config_work_keep(work, text);
        if (text == NULL)
            return -1;
        module->member_names[module->member_count] = text;
        module->member_at[module->member_count++] = item->at;
    }
    return 0;
}

static int parse_content(struct config_work *work, const struct config_node *instances,
                         const struct config_node *members, struct config_module *module)
{
    if (instances != NULL && members == NULL)
        return parse_instances(work, instances, module);
    if (members != NULL && instances == NULL)
        return parse_members(work, members, module);
    config_complaint_error(&work->complaints, &module->at,
                           instances == NULL
                               ? "the module '%s' has no 'instances', the list of what it asks for"
                               : "the module '%s' has 'instances' and 'modules': it either asks "
                                 "for something or is a set of other modules",
                           module->name);
    return -1;
}

static int parse_body(struct config_work *work, const struct config_node *root,
                      struct config_module *module)
{
    static const char *const KEYS[] = {"module", "instances", "modules", "interval"};
    const struct config_node *instances = NULL;
    const struct config_node *members = NULL;
    for (const struct config_node *key = root->first; key != NULL; key = key->next) {
        if (key->doubled)
            return -1;
        if (strcmp(key->text, "instances") == 0)
            instances = key->value;
        else if (strcmp(key->text, "modules") == 0)
            members = key->value;
        else if (strcmp(key->text, "interval") == 0) {
            if (config_scalar_seconds(work, key->value, "interval", &module->interval_ms) != 0)
                return -1;
        } else if (strcmp(key->text, "module") != 0) {
            warn_unknown(work, key, "a module", KEYS, 4);
        }
    }
    return parse_content(work, instances, members, module);
}

static struct config_module *parse_name(struct config_work *work, const struct config_node *key)
{
    const char *text;
    if (key->doubled || config_scalar_text(work, key->value, "module", &text) != 0)
        return NULL;
    if (!metric_name_is_clean(text)) {
        config_complaint_error(
            &work->complaints, &key->value->at,
            "'module' is '%s', and a module's name holds letters, digits, '_', '.' and '-' "
            "only, at most %d of them",
            config_complaint_shown(text).text, METRIC_NAME_MAX_BYTES);
        return NULL;
    }
    struct config_module *module = config_work_alloc(work, work->kept, 1, sizeof *module);
    if (module == NULL)
        return NULL;
    module->name = config_work_keep(work, text);
    module->at = key->value->at;
    return module->name != NULL ? module : NULL;
}

struct config_module *config_module_parse(struct config_work *work, const struct config_node *root,
                                          const char *path)
{
    const struct model_origin top = {path, 1, 1};
    const struct config_node *key = NULL;
    if (root != NULL && root->refused)
        return NULL;
    if (root != NULL && root->kind == CONFIG_MAPPING)
        key = config_document_key(root, "module");
    if (key == NULL) {
        config_complaint_error(
            &work->complaints, root != NULL ? &root->at : &top,
            "a module's file needs 'module', its name, and 'instances'; a file with "
            "'hosts' is named by 'Inventory'");
        return NULL;
    }
    struct config_module *module = parse_name(work, key);
    if (module != NULL && parse_body(work, root, module) != 0)
        module->instance_count = 0;
    return module;
}
