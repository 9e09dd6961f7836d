/* SPDX-License-Identifier: MIT */
#include "config/expansion.h"

#include <stdio.h>
#include <string.h>

#include "config/template.h"
#include "config/word.h"

/* Shared by the functions below while one expansion is made. */
struct maker {
    struct config_work *work;
    const struct config_module *module;
    const struct config_use *use;
    enum config_naming_style style;
    struct config_expansion *expansion;
    struct buf text;
};

/* The keys of an instance, those that the use gives replaced. */
static int merge_keys(struct config_work *work, const struct config_use *use,
                      const struct config_keys *own, struct config_keys *merged, bool *overridden)
{
    merged->count = own->count;
    merged->keys = config_work_alloc(work, work->scratch, own->count, sizeof merged->keys[0]);
    if (merged->keys == NULL)
        return -1;
    *overridden = false;
    for (size_t i = 0; i < own->count; i++) {
        const struct config_key *given = config_keys_find(&use->keys, own->keys[i].name);
        merged->keys[i] = own->keys[i];
        if (given == NULL)
            continue;
        merged->keys[i].values = given->values;
        merged->keys[i].value_count = given->value_count;
        merged->keys[i].is_any = given->is_any;
        *overridden = true;
    }
    return 0;
}

/* What the module says beside "*" is not said of those that a use names in its place. */
static const struct config_discovery *own_discovery(const struct config_instance *rule,
                                                    const struct config_keys *merged)
{
    bool is_replaced =
        config_keys_find_any(&rule->keys) != NULL && config_keys_find_any(merged) == NULL;
    return is_replaced ? NULL : rule->discovery;
}

/* ---- Instances that are named ---- */

/* choice: which combination, the last key turning fastest. */
static const struct model_key *choose_keys(struct maker *maker, struct arena *arena,
                                           const struct config_keys *keys, size_t choice)
{
    struct model_key *chosen = config_work_alloc(maker->work, arena, keys->count, sizeof chosen[0]);
    for (size_t i = keys->count; chosen != NULL && i > 0; i--) {
        const struct config_key *key = &keys->keys[i - 1];
        chosen[i - 1] = (struct model_key){key->name, key->values[choice % key->value_count]};
        choice /= key->value_count;
    }
    return chosen;
}

static int make_instance(struct maker *maker, const struct config_instance *rule,
                         const struct config_keys *keys, size_t choice,
                         struct config_worded *worded)
{
    struct config_work *work = maker->work;
    struct model_instance *instance = config_work_alloc(work, work->kept, 1, sizeof *instance);
    struct model_metric *metrics =
        config_work_alloc(work, work->kept, rule->metric_count, sizeof metrics[0]);
    const struct model_key *chosen = choose_keys(maker, work->kept, keys, choice);
    if (instance == NULL || metrics == NULL || chosen == NULL)
        return -1;
    *instance = (struct model_instance){
        .module = maker->module->name,
        .namespace_name = rule->namespace_name,
        .class_name = rule->class_name,
        .keys = chosen,
        .key_count = keys->count,
        .metrics = metrics,
        .metric_count = rule->metric_count,
        .identity = rule->identity,
        .origin = rule->at,
    };
    *worded = (struct config_worded){.instance = instance, .rule = rule, .style = maker->style};
    for (size_t i = 0; i < rule->metric_count; i++) {
        metrics[i] = rule->metrics[i].model;
        if (config_wording_fill(work, worded, i, &maker->text, &metrics[i]) != 0)
            return -1;
    }
    return 0;
}

/* ---- Those that a query brings ---- */

/* Each of the keys that differ must be in one of the names, or several instances have them. */
static bool tells_apart(const struct config_keys *keys, const struct model_metric *metric)
{
    for (size_t i = 0; i < keys->count; i++)
        if (config_keys_differ_in(keys, &keys->keys[i]) &&
            !config_template_has(metric->plugin_instance, keys->keys[i].name) &&
            !config_template_has(metric->type_instance, keys->keys[i].name))
            return false;
    return true;
}

/* Once a metric, whoever uses it. */
static void tell_nameless(struct maker *maker, const struct config_keys *keys,
                          const struct config_instance *rule, struct config_metric *metric)
{
    const struct config_use *use = maker->use;
    char list[128];
    char whose[512] = "";
    bool is_found = config_keys_find_any(keys) != NULL;
    if (metric->is_nameless)
        return;
    metric->is_nameless = true;
    config_keys_list_differing(keys, list, sizeof list);
    if (use->keys.count > 0)
        snprintf(whose, sizeof whose, ", with the keys of %s:%u:%u", use->at.path, use->at.line,
                 use->at.column);
    config_complaint_error(&maker->work->complaints, &metric->model.origin,
                           "all instances of %s that are %s would give this metric one name: it "
                           "is left out, until its plugin_instance or type_instance has each key "
                           "that %s in braces (%s)%s",
                           rule->class_name, is_found ? "found" : "named",
                           is_found ? "is \"*\"" : "has several values", list, whose);
}

static int put_metrics(struct maker *maker, const struct config_keys *keys,
                       const struct config_worded *worded, struct model_instance *instance)
{
    struct config_work *work = maker->work;
    const struct config_instance *rule = worded->rule;
    struct model_metric *metrics =
        config_work_alloc(work, work->kept, rule->metric_count, sizeof metrics[0]);
    if (metrics == NULL)
        return -1;
    for (size_t i = 0; i < rule->metric_count; i++) {
        struct model_metric *metric = &metrics[instance->metric_count];
        *metric = rule->metrics[i].model;
        if (config_wording_put_templates(work, worded, i, &maker->text, metric) != 0)
            return -1;
        if (tells_apart(keys, metric))
            instance->metric_count++;
        else
            tell_nameless(maker, keys, rule, &rule->metrics[i]);
    }
    instance->metrics = metrics;
    return 0;
}

/* Whom a discovery brings whose keys all have values. */
static int name_instances(struct maker *maker, const struct config_instance *rule,
                          const struct config_keys *keys, struct config_worded *worded)
{
    struct arena *scratch = maker->work->scratch;
    size_t count = config_keys_combinations(keys);
    struct model_instance *named = config_work_alloc(maker->work, scratch, count, sizeof named[0]);
    for (size_t i = 0; named != NULL && i < count; i++) {
        named[i] = (struct model_instance){
            .class_name = rule->class_name,
            .keys = choose_keys(maker, scratch, keys, i),
            .key_count = keys->count,
            .origin = rule->at,
        };
        if (named[i].keys == NULL)
            return -1;
    }
    worded->named = named;
    worded->named_count = count;
    return named != NULL ? 0 : -1;
}

/* The discovery may turn out to have no metrics. */
static int make_discovery(struct maker *maker, const struct config_instance *rule,
                          const struct config_keys *keys, struct config_worded *worded)
{
    struct config_work *work = maker->work;
    const struct config_discovery_rule from = {keys, own_discovery(rule, keys)};
    struct model_discovery *discovery = config_work_alloc(work, work->kept, 1, sizeof *discovery);
    if (discovery == NULL ||
        config_discovery_fill(work, &from, maker->use->discovery, discovery) != 0)
        return -1;
    discovery->rule = (struct model_instance){
        .module = maker->module->name,
        .namespace_name = rule->namespace_name,
        .class_name = rule->class_name,
        .identity = rule->identity,
        .origin = rule->at,
    };
    *worded = (struct config_worded){
        .instance = &discovery->rule, .discovery = discovery, .rule = rule, .style = maker->style};
    if (config_keys_find_any(keys) == NULL && name_instances(maker, rule, keys, worded) != 0)
        return -1;
    return put_metrics(maker, keys, worded, &discovery->rule);
}

/* ---- All of a use ---- */

/* Whether what the use says beside keys is said of the discovery. */
static bool is_meant(const struct config_use *use, const struct config_worded *worded)
{
    if (use->discovery == NULL || worded->named_count == 0)
        return use->discovery != NULL;
    return use->discovery->at[CONFIG_DISCOVERY_FETCH].path != NULL ||
           use->discovery->at[CONFIG_DISCOVERY_WHERE].path != NULL;
}

static int add_discovery(struct maker *maker, const struct config_instance *rule,
                         const struct config_keys *keys, bool *overridden, bool is_overridden)
{
    struct config_expansion *expansion = maker->expansion;
    struct config_worded *worded = &expansion->instances[expansion->count];
    if (make_discovery(maker, rule, keys, worded) != 0)
        return -1;
    if (worded->instance->metric_count > 0)
        overridden[expansion->count++] = is_overridden || is_meant(maker->use, worded);
    return 0;
}

/* Adds every combination. -1: no memory (work remembers). */
static int add_instances(struct maker *maker, const struct config_instance *rule,
                         const struct config_keys *keys, bool *overridden, bool is_overridden)
{
    struct config_expansion *expansion = maker->expansion;
    const struct config_discovery_rule made = {keys, own_discovery(rule, keys)};
    size_t combinations = config_keys_combinations(keys);
    if (combinations > 0 && config_discovery_is_made(&made, maker->use->discovery))
        return add_discovery(maker, rule, keys, overridden, is_overridden);
    for (size_t i = 0; i < combinations; i++) {
        if (make_instance(maker, rule, keys, i, &expansion->instances[expansion->count]) != 0)
            return -1;
        overridden[expansion->count++] = is_overridden;
    }
    return 0;
}

/* How many instances the use amounts to, each rule's keys merged. */
static size_t count_instances(struct maker *maker, struct config_keys *merged, bool *overridden)
{
    size_t total = 0;
    for (size_t i = 0; i < maker->module->instance_count; i++) {
        if (merge_keys(maker->work, maker->use, &maker->module->instances[i].keys, &merged[i],
                       &overridden[i]) != 0)
            return 0;
        size_t combinations = config_keys_combinations(&merged[i]);
        if (total <= CONFIG_KEYS_MAX_INSTANCES)
            total += combinations;
    }
    if (total <= CONFIG_KEYS_MAX_INSTANCES)
        return total;
    config_complaint_error(
        &maker->work->complaints, &maker->use->at,
        "these keys make more than %d instances, which is the maximum: name fewer "
        "values",
        CONFIG_KEYS_MAX_INSTANCES);
    return 0;
}

static struct config_expansion *make_expansion(struct maker *maker)
{
    struct config_work *work = maker->work;
    size_t rule_count = maker->module->instance_count;
    struct config_keys *merged =
        config_work_alloc(work, work->scratch, rule_count, sizeof merged[0]);
    bool *touched = config_work_alloc(work, work->scratch, rule_count, sizeof touched[0]);
    struct config_expansion *made = config_work_alloc(work, work->scratch, 1, sizeof *made);
    if (merged == NULL || touched == NULL || made == NULL)
        return NULL;
    size_t total = count_instances(maker, merged, touched);
    bool *overridden = config_work_alloc(work, work->scratch, total, sizeof overridden[0]);
    made->instances = config_work_alloc(work, work->scratch, total, sizeof made->instances[0]);
    if (total == 0 || overridden == NULL || made->instances == NULL)
        return NULL;
    made->overridden = overridden;
    maker->expansion = made;
    for (size_t i = 0; i < rule_count; i++)
        if (add_instances(maker, &maker->module->instances[i], &merged[i], overridden,
                          touched[i]) != 0)
            return NULL;
    return made->count > 0 ? made : NULL;
}

static const struct config_expansion *make(struct config_work *work, const struct config_use *use,
                                           enum config_naming_style style)
{
    struct maker maker = {.work = work, .module = use->module, .use = use, .style = style};
    buf_init(&maker.text, CONFIG_WORDING_MAX_BYTES);
    const struct config_expansion *expansion = make_expansion(&maker);
    buf_free(&maker.text);
    return expansion;
}

/* A key whose values the module leaves to its users, and this one does not give them. */
static const struct config_key *find_needed(const struct config_instance *rule,
                                            const struct config_use *use)
{
    for (size_t i = 0; i < rule->keys.count; i++)
        if (rule->keys.keys[i].value_count == 0 && !rule->keys.keys[i].is_any &&
            config_keys_find(&use->keys, rule->keys.keys[i].name) == NULL)
            return &rule->keys.keys[i];
    return NULL;
}

/* Only instances whose keys are all known are asked for. */
static void tell_needed(struct config_work *work, const struct config_module *module,
                        const struct config_use *use)
{
    const char *told = "";
    for (size_t i = 0; i < module->instance_count; i++) {
        const struct config_instance *rule = &module->instances[i];
        const struct config_key *key = find_needed(rule, use);
        if (key == NULL || strcmp(key->name, told) == 0)
            continue;
        told = key->name;
        config_complaint_error(&work->complaints, &use->at,
                               "the module '%s' must be told which %s: {%s: {keys: {%s: [...]}}}, "
                               "the values of that key of %s",
                               module->name, told, module->name, told, rule->class_name);
    }
}

static int check_override(struct config_work *work, const struct config_module *module,
                          const struct config_use *use)
{
    for (size_t i = 0; i < use->keys.count; i++) {
        const char *name = use->keys.keys[i].name;
        const char *names[64];
        size_t count = 0;
        bool known = false;
        for (size_t k = 0; k < module->instance_count; k++) {
            const struct config_keys *keys = &module->instances[k].keys;
            known = known || config_keys_find(keys, name) != NULL;
            for (size_t j = 0; j < keys->count && count < 64; j++)
                names[count++] = keys->keys[j].name;
        }
        if (known)
            continue;
        config_complaint_error(&work->complaints, &use->at,
                               "the module '%s' has no instance with a key '%s'%s", module->name,
                               name, config_word_hint(name, names, count).text);
        return -1;
    }
    return 0;
}

/* What the use says of discoveries must go with one at least of the module's, as its keys leave
 * them. */
static int check_discovery(struct config_work *work, const struct config_module *module,
                           const struct config_use *use)
{
    char whose[METRIC_NAME_SIZE + 32];
    size_t count = module->instance_count;
    if (use->discovery == NULL)
        return 0;
    struct config_discovery_rule *rules =
        config_work_alloc(work, work->scratch, count, sizeof rules[0]);
    struct config_keys *merged = config_work_alloc(work, work->scratch, count, sizeof merged[0]);
    if (rules == NULL || merged == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        bool overridden;
        if (merge_keys(work, use, &module->instances[i].keys, &merged[i], &overridden) != 0)
            return -1;
        rules[i] = (struct config_discovery_rule){&merged[i],
                                                  own_discovery(&module->instances[i], &merged[i])};
    }
    snprintf(whose, sizeof whose, "the module '%s'", module->name);
    return config_discovery_check(work, use->discovery, rules, count, whose);
}

static void tell_unknown(struct config_work *work, const struct config_shelf *shelf,
                         const struct config_use *use)
{
    char list[256];
    config_word_list(shelf->names, shelf->count, list, sizeof list);
    config_complaint_error(&work->complaints, &use->at, "no module is named '%s'%s; there are: %s",
                           config_complaint_shown(use->module_name).text,
                           config_word_hint(use->module_name, shelf->names, shelf->count).text,
                           shelf->count > 0 ? list : "none at all");
}

/* Finds the module. -1: nothing is left of the use. */
static int resolve(struct config_work *work, const struct config_shelf *shelf,
                   struct config_use *use)
{
    const struct config_module *module = use->module = config_shelf_find(shelf, use->module_name);
    if (module == NULL) {
        tell_unknown(work, shelf, use);
        return -1;
    }
    if (module->instance_count == 0 || check_override(work, module, use) != 0 ||
        check_discovery(work, module, use) != 0)
        return -1;
    tell_needed(work, module, use);
    return 0;
}

const struct config_expansion *config_expansion_find(struct config_work *work,
                                                     const struct config_shelf *shelf,
                                                     struct config_use *use,
                                                     enum config_naming_style style)
{
    if (!use->resolved)
        use->useless = resolve(work, shelf, use) != 0;
    use->resolved = true;
    if (use->useless)
        return NULL;
    if (use->expansions[style] != NULL)
        return use->expansions[style];
    bool is_plain = !config_uses_is_override(use);
    const struct config_expansion *expansion = is_plain ? use->module->plain[style] : NULL;
    if (expansion == NULL)
        expansion = make(work, use, style);
    if (is_plain)
        use->module->plain[style] = expansion;
    use->expansions[style] = expansion;
    use->useless = expansion == NULL;
    return expansion;
}
