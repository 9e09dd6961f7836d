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

/* "*" stands for every value, and for itself nowhere. */
static int check_star(struct config_work *work, const struct config_node *node,
                      const struct config_key *key, size_t other_count)
{
    if (other_count == 0)
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' has \"*\", which is every instance there is, among other values: "
                           "either it stands alone or they do",
                           key->name);
    return -1;
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

/* Intel* is a name here; names with a '*' in their midst there are (Local Area Connection* 11). */
static void warn_pattern(struct config_work *work, const struct config_node *node, const char *name,
                         const char *text)
{
    size_t bytes = strlen(text);
    if (bytes > 1 && (text[0] == '*' || text[bytes - 1] == '*'))
        config_complaint_warning(&work->complaints, &node->at,
                                 "'%s' is '%s', which is the name of one instance and no pattern: "
                                 "patterns stand in 'include', beside keys: {%s: \"*\"}",
                                 name, config_complaint_shown(text).text, name);
}

static void add_value(struct config_work *work, const struct config_node *node,
                      struct config_key *key, const char **values)
{
    const char *text;
    const char *name = key->name;
    size_t *count = &key->value_count;
    if (config_scalar_text_or_empty(work, node, name, &text) != 0)
        return;
    if (strcmp(text, "*") == 0 && !key->is_any) {
        key->is_any = true;
        return;
    }
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
    warn_pattern(work, node, name, text);
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
        add_value(work, node, key, values);
    for (const struct config_node *item = is_list ? node->first : NULL; item; item = item->next)
        add_value(work, item, key, values);
    key->values = values;
    if (key->is_any)
        return check_star(work, node, key, max - 1);
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
    bool is_discovery = config_keys_count_any(keys) > 0;
    for (size_t i = 0; i < keys->count; i++) {
        size_t count = keys->keys[i].is_any ? 1 : keys->keys[i].value_count;
        if (count == 0 || (!is_discovery && combinations <= CONFIG_KEYS_MAX_INSTANCES))
            combinations *= count;
    }
    return combinations;
}

size_t config_keys_count_any(const struct config_keys *keys)
{
    size_t count = 0;
    for (size_t i = 0; i < keys->count; i++)
        count += keys->keys[i].is_any;
    return count;
}

const struct config_key *config_keys_find_any(const struct config_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->keys[i].is_any)
            return &keys->keys[i];
    return NULL;
}

bool config_keys_differ_in(const struct config_keys *keys, const struct config_key *key)
{
    return config_keys_find_any(keys) != NULL ? key->is_any : key->value_count > 1;
}

static void list_names(const struct config_keys *keys, bool differing_only, char *list,
                       size_t list_bytes)
{
    const char *names[8];
    size_t count = 0;
    for (size_t i = 0; i < keys->count && count < 8; i++)
        if (!differing_only || config_keys_differ_in(keys, &keys->keys[i]))
            names[count++] = keys->keys[i].name;
    config_word_list(names, count, list, list_bytes);
}

void config_keys_list(const struct config_keys *keys, char *list, size_t list_bytes)
{
    list_names(keys, false, list, list_bytes);
}

void config_keys_list_differing(const struct config_keys *keys, char *list, size_t list_bytes)
{
    list_names(keys, true, list, list_bytes);
}
