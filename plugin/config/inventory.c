/* SPDX-License-Identifier: MIT */
#include "config/inventory.h"

#include <string.h>

#include "config/auth.h"
#include "config/scalar.h"
#include "config/word.h"
#include "metric/name.h"

void config_inventory_init(struct config_inventory *inventory)
{
    *inventory = (struct config_inventory){.host_index = {.ignores_case = true}};
    inventory->hosts_tail = &inventory->hosts;
    inventory->auths_tail = &inventory->auths;
    inventory->groups_tail = &inventory->groups;
}

/* Adds a thing, which begins with its origin, to its index; a name that is taken is told. */
static int claim(struct config_work *work, struct config_index *index, const char *what,
                 const struct config_node *key, void *thing)
{
    const struct model_origin *first = config_index_find(index, key->text);
    if (first == NULL)
        return config_index_add(index, work, work->scratch, key->text, thing);
    config_complaint_error(
        &work->complaints, &key->at, "%s '%s' is at %s:%u:%u already, which stays", what,
        config_complaint_shown(key->text).text, first->path, first->line, first->column);
    return -1;
}

static void read_auth(struct config_inventory *inventory, struct config_work *work,
                      const struct config_node *key)
{
    if (config_scalar_key(work, key, "name of an auth") != 0)
        return;
    struct config_auth *auth = config_work_alloc(work, work->scratch, 1, sizeof *auth);
    if (auth == NULL)
        return;
    auth->at = auth->model.origin = key->at;
    auth->model.name = config_work_keep(work, key->text);
    if (auth->model.name == NULL || claim(work, &inventory->auth_index, "the auth", key, auth) != 0)
        return;
    auth->broken = config_auth_parse(work, key, &auth->model) != 0;
    *inventory->auths_tail = auth;
    inventory->auths_tail = &auth->next;
    inventory->auth_count++;
}

/* The keys of defaults or of a group. */
static void read_settings(struct config_work *work, const struct config_node *node,
                          const char *of_what, struct config_group *group)
{
    if (node->refused) {
        group->broken = true;
        return;
    }
    if (config_scalar_is_null(node))
        return;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "%s should be a mapping: {auth: monitor, interval: 30}", of_what);
        group->broken = true;
        return;
    }
    for (const struct config_node *key = node->first; key != NULL; key = key->next) {
        if (config_settings_take(work, key, &group->settings))
            continue;
        if (strcmp(key->text, "group") == 0)
            config_complaint_error(&work->complaints, &key->at,
                                   "'group' belongs to a host: groups do not nest");
        else
            config_settings_warn_unknown(work, key, of_what);
    }
}

static void read_group(struct config_inventory *inventory, struct config_work *work,
                       const struct config_node *key)
{
    if (config_scalar_key(work, key, "name of a group") != 0)
        return;
    struct config_group *group = config_work_alloc(work, work->scratch, 1, sizeof *group);
    if (group == NULL)
        return;
    group->name = key->text;
    group->at = key->at;
    if (claim(work, &inventory->group_index, "the group", key, group) != 0)
        return;
    read_settings(work, key->value, "a group", group);
    *inventory->groups_tail = group;
    inventory->groups_tail = &group->next;
}

static int check_host_name(struct config_work *work, const struct config_node *key)
{
    if (config_scalar_key(work, key, "name of a host") != 0)
        return -1;
    if (config_scalar_is_road(key->text)) {
        config_complaint_error(&work->complaints, &key->at,
                               "a host cannot be named '%s': collectd's writers make a folder of "
                               "the name ('address' may say where the host is)",
                               key->text);
        return -1;
    }
    bool fine = strlen(key->text) <= METRIC_NAME_MAX_BYTES;
    for (const char *c = key->text; *c != '\0'; c++)
        fine = fine && (*c == ':' || metric_name_is_clean((const char[]){*c, '\0'}));
    if (fine)
        return 0;
    config_complaint_error(&work->complaints, &key->at,
                           "'%s' cannot be a host's name: letters, digits, '-', '.', '_' and ':', "
                           "at most %d of them ('address' may say where it is)",
                           config_complaint_shown(key->text).text, METRIC_NAME_MAX_BYTES);
    return -1;
}

static int read_host_key(struct config_work *work, const struct config_node *key,
                         struct config_host *host)
{
    if (strcmp(key->text, "group") == 0) {
        const char *text;
        host->group = key->value;
        return key->doubled ? -1 : config_scalar_text(work, key->value, "group", &text);
    }
    if (host->settings == NULL)
        host->settings = config_work_alloc(work, work->scratch, 1, sizeof *host->settings);
    if (host->settings == NULL)
        return -1;
    if (!config_settings_take(work, key, host->settings))
        config_settings_warn_unknown(work, key, "a host");
    return 0;
}

static int read_host_keys(struct config_work *work, const struct config_node *node,
                          struct config_host *host)
{
    if (node->refused)
        return -1;
    if (config_scalar_is_null(node))
        return 0;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "behind a host's name there is nothing or a mapping: {group: web}");
        return -1;
    }
    for (const struct config_node *key = node->first; key != NULL; key = key->next)
        if (read_host_key(work, key, host) != 0)
            return -1;
    return 0;
}

static void read_host(struct config_inventory *inventory, struct config_work *work,
                      const struct config_node *key)
{
    struct config_host *host = config_work_alloc(work, work->scratch, 1, sizeof *host);
    if (host == NULL)
        return;
    host->at = key->at;
    host->broken = check_host_name(work, key) != 0;
    if (!host->broken) {
        host->name = config_work_keep(work, key->text);
        if (host->name == NULL || claim(work, &inventory->host_index, "the host", key, host))
            return;
        host->broken = read_host_keys(work, key->value, host) != 0;
    }
    *inventory->hosts_tail = host;
    inventory->hosts_tail = &host->next;
    inventory->host_count++;
}

/* A mapping of names, each read by itself. */
static void read_names(struct config_inventory *inventory, struct config_work *work,
                       const struct config_node *key,
                       void (*read)(struct config_inventory *inventory, struct config_work *work,
                                    const struct config_node *key))
{
    const struct config_node *node = key->value;
    if (node->refused || config_scalar_is_null(node))
        return;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' should be a mapping: each name, then ': ', then its keys",
                               key->text);
        return;
    }
    for (const struct config_node *name = node->first; name != NULL; name = name->next)
        read(inventory, work, name);
}

static void read_section(struct config_inventory *inventory, struct config_work *work,
                         const struct config_node *key)
{
    static const char *const KEYS[] = {"auths", "defaults", "groups", "hosts"};
    if (strcmp(key->text, "auths") == 0)
        read_names(inventory, work, key, read_auth);
    else if (strcmp(key->text, "groups") == 0)
        read_names(inventory, work, key, read_group);
    else if (strcmp(key->text, "hosts") == 0)
        read_names(inventory, work, key, read_host);
    else if (strcmp(key->text, "defaults") == 0) {
        inventory->defaults.at = key->value->at;
        read_settings(work, key->value, "'defaults'", &inventory->defaults);
    } else if (strcmp(key->text, "module") == 0 || strcmp(key->text, "instances") == 0) {
        config_complaint_warning(
            &work->complaints, &key->at,
            "an inventory has no key '%s', it is ignored: a module's file goes "
            "into a folder that 'ModuleDir' names",
            key->text);
    } else if (!config_document_is_free_key(key)) {
        config_complaint_warning(
            &work->complaints, &key->at, "an inventory has no key '%s'%s, it is ignored",
            config_complaint_shown(key->text).text, config_word_hint(key->text, KEYS, 4).text);
    }
}

void config_inventory_read(struct config_inventory *inventory, struct config_work *work,
                           const struct config_node *root, const char *path)
{
    if (root == NULL || config_scalar_is_null(root)) {
        config_complaint_warning(&work->complaints, &(struct model_origin){path, 0, 0},
                                 "nothing is in this file");
        return;
    }
    if (root->refused)
        return;
    if (root->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &root->at,
                               "an inventory is a mapping with 'auths', 'defaults', 'groups' and "
                               "'hosts', each on a line of its own with a ':' behind it");
        return;
    }
    for (const struct config_node *key = root->first; key != NULL; key = key->next)
        read_section(inventory, work, key);
}
