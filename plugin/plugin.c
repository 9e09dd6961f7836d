/* SPDX-License-Identifier: MIT */
/*
 * The plugin as collectd sees it. config records what the <Plugin mi> block says (types are not
 * known yet in it), init builds the model and starts the poller, the one read callback looks at
 * the password files, shutdown stops everything. Nothing here fails the daemon: a mistake is a line
 * in the log (shared/facts/collectd.md).
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "dispatch.h"
#include "poll/poller.h"
#include "poll/secrets.h"

#define NAME         "mi"
#define LOOK_SECONDS 10 /* between two looks at the password files, at most */

struct words {
    char **list;
    size_t count;
};

struct plugin {
    struct words module_dirs;
    struct words inventories;
    struct model *model;
    struct poll_secrets *secrets;
    struct poller *poller;
};

/* The one mutable global: collectd's callbacks carry no context. */
static struct plugin *plugin;

/* --- the log --- */

static void log_line(void *context, enum log_level level, const char *line)
{
    static const int levels[] = {
        [LOG_LEVEL_ERROR] = LOG_ERR,
        [LOG_LEVEL_WARNING] = LOG_WARNING,
        [LOG_LEVEL_INFO] = LOG_INFO,
        [LOG_LEVEL_DEBUG] = LOG_DEBUG,
    };
    (void)context;
    plugin_log(levels[level], NAME " plugin: %s", line);
}

static const struct log collectd_log = {.write = log_line};

/* --- config --- */

static void add_word(struct words *words, const oconfig_item_t *item)
{
    if (item->values_num != 1 || item->values[0].type != OCONFIG_TYPE_STRING ||
        *item->values[0].value.string == '\0') {
        log_write(&collectd_log, LOG_LEVEL_ERROR,
                  "<Plugin " NAME ">: %s wants one path in quotes, as %s \"/etc/collectd/mi/...\"; "
                  "one that has something else is ignored",
                  item->key, item->key);
        return;
    }
    char *word = strdup(item->values[0].value.string);
    char **list = realloc(words->list, (words->count + 1) * sizeof *list);
    if (list != NULL)
        words->list = list;
    if (list == NULL || word == NULL) {
        free(word);
        log_write(&collectd_log, LOG_LEVEL_ERROR, "out of memory");
        return;
    }
    words->list[words->count++] = word;
}

static void free_words(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
}

static int mi_config(oconfig_item_t *block)
{
    for (int i = 0; i < block->children_num; i++) {
        const oconfig_item_t *item = &block->children[i];
        if (strcasecmp(item->key, "ModuleDir") == 0)
            add_word(&plugin->module_dirs, item);
        else if (strcasecmp(item->key, "Inventory") == 0)
            add_word(&plugin->inventories, item);
        else
            log_write(&collectd_log, LOG_LEVEL_WARNING,
                      "<Plugin " NAME ">: unknown option \"%s\"; it knows ModuleDir and Inventory",
                      item->key);
    }
    return 0;
}

/* --- init --- */

static int find_type(void *context, const char *name, struct model_type *type)
{
    static const enum model_source sources[] = {
        [DS_TYPE_COUNTER] = MODEL_COUNTER,
        [DS_TYPE_GAUGE] = MODEL_GAUGE,
        [DS_TYPE_DERIVE] = MODEL_DERIVE,
        [DS_TYPE_ABSOLUTE] = MODEL_ABSOLUTE,
    };
    (void)context;
    const data_set_t *set = plugin_get_ds(name);
    if (set == NULL || set->ds_num == 0 || set->ds_num > MODEL_TYPE_MAX_SOURCES)
        return -1;
    type->source_count = set->ds_num;
    for (size_t i = 0; i < set->ds_num; i++)
        type->sources[i] = sources[set->ds[i].type];
    return 0;
}

static void take_sample(void *context, const struct poll_stamp *stamp,
                        const struct metric_sample *sample)
{
    (void)context;
    struct dispatch_stamp whose = {stamp->host->name, stamp->interval_ms, stamp->time_ns};
    dispatch_sample(&whose, sample);
}

static void take_own(void *context, const struct poll_stamp *stamp, const struct poll_own *own,
                     double value)
{
    (void)context;
    struct dispatch_stamp whose = {stamp->host->name, stamp->interval_ms, stamp->time_ns};
    dispatch_own(&whose, own->type, own->type_instance, value);
}

static int load_model(struct err *err)
{
    const struct config_sources sources = {
        .shipped_module_dir = MI_MODULE_DIR,
        .module_dirs = (const char *const *)plugin->module_dirs.list,
        .module_dir_count = plugin->module_dirs.count,
        .inventories = (const char *const *)plugin->inventories.list,
        .inventory_count = plugin->inventories.count,
        .default_interval_ms = CDTIME_T_TO_MS(plugin_get_interval()),
    };
    const struct model_type_lookup types = {.find = find_type};
    struct config_report report;
    if (config_load(&sources, &types, &collectd_log, &report, &plugin->model, err) != 0)
        return -1;
    log_write(
        &collectd_log, LOG_LEVEL_INFO,
        "%zu hosts, %zu instances, %zu discoveries, %zu metrics; %zu hosts skipped, %zu errors, "
        "%zu warnings",
        report.host_count, report.instance_count, report.discovery_count, report.metric_count,
        report.skipped_host_count, report.error_count, report.warning_count);
    return 0;
}

static int start_polling(struct err *err)
{
    plugin->secrets =
        poll_secrets_new(plugin->model->auths, plugin->model->auth_count, &collectd_log, err);
    if (plugin->secrets == NULL)
        return -1;
    poll_secrets_refresh(plugin->secrets);
    const struct poll_poller_options options = {
        .model = plugin->model,
        .secrets = plugin->secrets,
        .sink = {.sample = take_sample, .own = take_own},
        .log = collectd_log,
    };
    plugin->poller = poll_poller_start(&options, err);
    return plugin->poller != NULL ? 0 : -1;
}

/* The poller keeps its own time; files may block, and are for a thread that may wait. */
static int mi_read(user_data_t *data)
{
    (void)data;
    if (plugin->secrets != NULL)
        poll_secrets_refresh(plugin->secrets);
    return 0;
}

/* A changed password is noticed soon, however long the hosts' intervals are. */
static void register_read(void)
{
    cdtime_t interval = plugin_get_interval();
    if (interval > TIME_T_TO_CDTIME_T(LOOK_SECONDS))
        interval = TIME_T_TO_CDTIME_T(LOOK_SECONDS);
    plugin_register_complex_read(NULL, NAME, mi_read, interval, NULL);
}

static int mi_init(void)
{
    struct err err = ERR_INIT;
    if (plugin->model != NULL)
        return 0;
    if (load_model(&err) != 0 || start_polling(&err) != 0)
        log_write(&collectd_log, LOG_LEVEL_ERROR, "not started: %s", err.text);
    register_read();
    return 0;
}

/* --- shutdown --- */

static int mi_shutdown(void)
{
    if (plugin == NULL)
        return 0;
    poll_poller_stop(plugin->poller);
    poll_secrets_free(plugin->secrets);
    model_free(plugin->model);
    free_words(&plugin->module_dirs);
    free_words(&plugin->inventories);
    free(plugin);
    plugin = NULL;
    return 0;
}

void module_register(void)
{
    if (plugin == NULL)
        plugin = calloc(1, sizeof *plugin);
    if (plugin == NULL) {
        log_write(&collectd_log, LOG_LEVEL_ERROR, "out of memory");
        return;
    }
    plugin_register_complex_config(NAME, mi_config);
    plugin_register_init(NAME, mi_init);
    plugin_register_shutdown(NAME, mi_shutdown);
}
