/* SPDX-License-Identifier: MIT */
#include "config/uses.h"

#include <string.h>

#include "config/scalar.h"
#include "config/word.h"

static int parse_key(struct config_work *work, const struct config_node *key,
                     struct config_use *use, struct config_discovery *discovery)
{
    static const char *const KEYS[] = {"keys", "interval", CONFIG_DISCOVERY_WORDS};
    int result = 0;
    if (strcmp(key->text, "keys") == 0)
        result = config_keys_parse(work, key->value, false, &use->keys);
    else if (strcmp(key->text, "interval") == 0)
        result = config_scalar_seconds(work, key->value, "interval", &use->interval_ms);
    else if (!config_discovery_take(work, key, discovery, &result) &&
             !config_document_is_free_key(key))
        config_complaint_warning(
            &work->complaints, &key->at, "a module's use has no key '%s'%s, it is ignored",
            config_complaint_shown(key->text).text,
            config_word_hint(key->text, KEYS, sizeof KEYS / sizeof KEYS[0]).text);
    return key->doubled ? -1 : result;
}

static int keep_discovery(struct config_work *work, const struct config_discovery *discovery,
                          struct config_use *use)
{
    if (!config_discovery_is_set(discovery))
        return 0;
    struct config_discovery *kept = config_work_alloc(work, work->kept, 1, sizeof *kept);
    if (kept == NULL)
        return -1;
    *kept = *discovery;
    use->discovery = kept;
    return 0;
}

/* What stands behind the module's name: {keys: ..., interval: ...}. */
static int parse_override(struct config_work *work, const struct config_node *node,
                          struct config_use *use)
{
    struct config_discovery discovery = {0};
    if (node->refused)
        return -1;
    if (config_scalar_is_null(node))
        return 0;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(
            &work->complaints, &node->at,
            "behind a module's name there is a mapping of what differs, as {interval: 60} or "
            "{include: [\"C:\"]}");
        return -1;
    }
    for (const struct config_node *key = node->first; key != NULL; key = key->next)
        if (parse_key(work, key, use, &discovery) != 0)
            return -1;
    return keep_discovery(work, &discovery, use);
}

static int parse_mapping(struct config_work *work, const struct config_node *node,
                         struct config_use *use)
{
    const struct config_node *name = node->first;
    if (node->count != 1) {
        config_complaint_error(
            &work->complaints, &node->at,
            "an entry is a module's name, or one name with what differs: "
            "{logical_disk: {keys: {DeviceID: [\"D:\"]}}}; 'keys' and 'interval' "
            "are indented deeper than the name");
        return -1;
    }
    if (name->doubled || config_scalar_key(work, name, "module") != 0)
        return -1;
    use->module_name = name->text;
    use->at = name->at;
    return parse_override(work, name->value, use);
}

static int parse_use(struct config_work *work, const struct config_node *node,
                     struct config_use *use)
{
    use->at = node->at;
    if (node->kind == CONFIG_MAPPING && !node->refused)
        return parse_mapping(work, node, use);
    return config_scalar_text(work, node, "module", &use->module_name);
}

int config_uses_parse(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_uses *uses)
{
    struct config_uses parsed = {NULL, 0, node->count};
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_LIST) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' should be a list of modules: [os, cpu]", what);
        return -1;
    }
    if (node->count > CONFIG_USES_MAX) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' has %u entries, and %d are the maximum", what,
                               (unsigned)node->count, CONFIG_USES_MAX);
        return -1;
    }
    parsed.uses = config_work_alloc(work, work->scratch, node->count, sizeof parsed.uses[0]);
    if (parsed.uses == NULL)
        return -1;
    for (const struct config_node *item = node->first; item != NULL; item = item->next) {
        struct config_use use = {0};
        if (parse_use(work, item, &use) == 0)
            parsed.uses[parsed.count++] = use;
    }
    *uses = parsed;
    return 0;
}

bool config_uses_is_override(const struct config_use *use)
{
    return use->keys.count > 0 || use->discovery != NULL;
}
