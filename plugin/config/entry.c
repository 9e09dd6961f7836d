/* SPDX-License-Identifier: MIT */
#include "config/entry.h"

#include <string.h>

#include "config/keys.h"
#include "config/scalar.h"
#include "config/word.h"

static const char *const NAMES[CONFIG_ENTRY_KEY_COUNT] = {
    [CONFIG_ENTRY_PROPERTY] = "property",
    [CONFIG_ENTRY_PROPERTIES] = "properties",
    [CONFIG_ENTRY_RATIO] = "ratio",
    [CONFIG_ENTRY_DIFFERENCE] = "difference",
    [CONFIG_ENTRY_PLUGIN] = "plugin",
    [CONFIG_ENTRY_PLUGIN_INSTANCE] = "plugin_instance",
    [CONFIG_ENTRY_TYPE] = "type",
    [CONFIG_ENTRY_TYPE_INSTANCE] = "type_instance",
    [CONFIG_ENTRY_SCALE] = "scale",
    [CONFIG_ENTRY_OFFSET] = "offset",
    [CONFIG_ENTRY_UNIT] = "unit",
    [CONFIG_ENTRY_COUNTER] = "counter",
    [CONFIG_ENTRY_RAW] = "raw",
    [CONFIG_ENTRY_WIDTH] = "width",
    [CONFIG_ENTRY_BASE] = "base",
    [CONFIG_ENTRY_MAP] = "map",
    [CONFIG_ENTRY_MAP_DEFAULT] = "map_default",
    [CONFIG_ENTRY_STATES] = "states",
    [CONFIG_ENTRY_DATETIME] = "datetime",
    [CONFIG_ENTRY_AGAINST] = "against",
    [CONFIG_ENTRY_DURATION] = "duration",
    [CONFIG_ENTRY_ARRAY] = "array",
    [CONFIG_ENTRY_ON_NULL] = "on_null",
};

const char *config_entry_name(enum config_entry_key key)
{
    return NAMES[key];
}

int config_entry_read(struct config_work *work, const struct config_node *node,
                      struct config_entry *entry)
{
    struct config_entry found = {.node = node};
    for (const struct config_node *key = node->first; key != NULL; key = key->next) {
        size_t i = 0;
        while (i < CONFIG_ENTRY_KEY_COUNT && strcmp(key->text, NAMES[i]) != 0)
            i++;
        if (i < CONFIG_ENTRY_KEY_COUNT) {
            found.of[i] = key->value;
            if (key->doubled)
                return -1;
        } else if (!config_document_is_free_key(key)) {
            config_complaint_warning(
                &work->complaints, &key->at, "a metric has no key '%s'%s, it is ignored",
                config_complaint_shown(key->text).text,
                config_word_hint(key->text, NAMES, CONFIG_ENTRY_KEY_COUNT).text);
        }
    }
    *entry = found;
    return 0;
}

const char *config_entry_property(struct config_work *work, const struct config_node *node,
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
