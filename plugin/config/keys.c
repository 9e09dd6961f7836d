/* SPDX-License-Identifier: MIT */
#include "config/keys.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/scalar.h"
#include "config/word.h"

bool config_keys_is_cim_name(const char *text)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if ((strspn(text, LETTERS) == 0 && !((unsigned char)*text & 0x80)) ||
        strlen(text) > CONFIG_KEYS_MAX_NAME_BYTES)
        return false;
    for (; *text != '\0'; text++)
        if (strchr(LETTERS, *text) == NULL && strchr("0123456789", *text) == NULL &&
            !((unsigned char)*text & 0x80))
            return false;
    return true;
}

static bool has_value(const char *const *values, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i], value) == 0)
            return true;
    return false;
}

/* {Name: 0,_Total} is two keys to YAML. */
static int check_comma(struct config_work *work, const struct config_node *node, const char *name)
{
    if (node->kind != CONFIG_SCALAR || !node->plain || *node->text != '\0' || node->refused)
        return 0;
    config_complaint_error(
        &work->complaints, &node->at,
        "'%s' is empty: give it a value, with quotes (single ones where a backslash "
        "is) around a text that is empty or has a comma: \"0,_Total\"",
        name);
    return -1;
}

static void add_value(struct config_work *work, const struct config_node *node, const char *name,
                      const char **values, size_t *count)
{
    const char *text;
    if (config_scalar_text_or_empty(work, node, name, &text) != 0)
        return;
    if (strlen(text) > CONFIG_KEYS_MAX_VALUE_BYTES) {
        config_complaint_error(
            &work->complaints, &node->at, "'%s' is '%s', %zu bytes long, and %d are the maximum",
            name, config_complaint_shown(text).text, strlen(text), CONFIG_KEYS_MAX_VALUE_BYTES);
        return;
    }
    if (has_value(values, *count, text)) {
        config_complaint_error(&work->complaints, &node->at, "'%s' is listed twice for '%s'",
                               config_complaint_shown(text).text, name);
        return;
    }
    values[*count] = config_work_keep(work, text);
    if (values[*count] != NULL)
        (*count)++;
}

static int parse_values(struct config_work *work, const struct config_node *node,
                        bool may_be_needed, struct config_key *key)
{
    bool is_list = node->kind == CONFIG_LIST && !node->refused;
    size_t max = is_list ? node->count : 1;
    if (max > CONFIG_KEYS_MAX_INSTANCES) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' has %zu values, and %d instances are the maximum", key->name,
                               max, CONFIG_KEYS_MAX_INSTANCES);
        return -1;
    }
    if (max == 0 && may_be_needed)
        return 0;
    if (max == 0)
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' has no value: name at least one, as [\"C:\"]", key->name);
    const char **values = config_work_alloc(work, work->kept, max, sizeof values[0]);
    if (values == NULL)
        return -1;
    if (!is_list && check_comma(work, node, key->name) == 0)
        add_value(work, node, key->name, values, &key->value_count);
    for (const struct config_node *item = is_list ? node->first : NULL; item; item = item->next)
        add_value(work, item, key->name, values, &key->value_count);
    key->values = values;
    return key->value_count > 0 ? 0 : -1;
}

static int parse_key(struct config_work *work, const struct config_node *node, bool may_be_needed,
                     struct config_keys *keys)
{
    struct config_key *key = &keys->keys[keys->count];
    if (node->doubled || config_scalar_key(work, node, "name of a key") != 0)
        return -1;
    if (!config_keys_is_cim_name(node->text)) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' is no name of a CIM key (a letter first, then letters, "
                               "digits, '_'); a value with a "
                               "comma in it needs quotes",
                               config_complaint_shown(node->text).text);
        return -1;
    }
    if (config_keys_find(keys, node->text) != NULL) {
        config_complaint_error(&work->complaints, &node->at,
                               "the key '%s' is there already in other letters", node->text);
        return -1;
    }
    key->name = config_work_keep(work, node->text);
    if (key->name == NULL || parse_values(work, node->value, may_be_needed, key) != 0)
        return -1;
    keys->count++;
    return 0;
}

int config_keys_parse(struct config_work *work, const struct config_node *node, bool may_be_needed,
                      struct config_keys *keys)
{
    struct config_keys parsed = {NULL, 0};
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "'keys' should be a mapping of key to values, as "
                               "{DeviceID: [\"C:\"]}; a singleton has none");
        return -1;
    }
    if (node->count > CONFIG_KEYS_MAX_COUNT) {
        config_complaint_error(&work->complaints, &node->at,
                               "'keys' has %u entries, and %d are the maximum",
                               (unsigned)node->count, CONFIG_KEYS_MAX_COUNT);
        return -1;
    }
    parsed.keys = config_work_alloc(work, work->kept, node->count, sizeof parsed.keys[0]);
    if (parsed.keys == NULL)
        return -1;
    for (const struct config_node *key = node->first; key != NULL; key = key->next)
        if (!config_document_is_free_key(key) && parse_key(work, key, may_be_needed, &parsed) != 0)
            return -1;
    *keys = parsed;
    return 0;
}

const struct config_key *config_keys_find(const struct config_keys *keys, const char *name)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcasecmp(keys->keys[i].name, name) == 0)
            return &keys->keys[i];
    return NULL;
}

size_t config_keys_combinations(const struct config_keys *keys)
{
    size_t combinations = 1;
    for (size_t i = 0; i < keys->count; i++) {
        if (combinations <= CONFIG_KEYS_MAX_INSTANCES || keys->keys[i].value_count == 0)
            combinations *= keys->keys[i].value_count;
    }
    return combinations;
}

void config_keys_list(const struct config_keys *keys, char *list, size_t list_bytes)
{
    const char *names[8];
    size_t count = keys->count < 8 ? keys->count : 8;
    for (size_t i = 0; i < count; i++)
        names[i] = keys->keys[i].name;
    config_word_list(names, count, list, list_bytes);
}
