/* SPDX-License-Identifier: MIT */
#include "config/wording.h"

#include <stdio.h>
#include <string.h>

#include "metric/template.h"

static const char *plugin_instance_of(const struct config_worded *worded,
                                      const struct config_metric *rule)
{
    return worded->style == CONFIG_NAMING_NATIVE ? rule->plugin_instance : NULL;
}

/* The module, with the class behind it where windows.h says so. */
static void write_stem(const struct config_worded *worded, struct buf *text)
{
    buf_add_text(text, worded->instance->module);
    if (worded->style == CONFIG_NAMING_WINDOWS && worded->rule->windows_class != NULL)
        buf_add_format(text, "-%s", worded->rule->windows_class);
}

/* stem-key1-key2 */
static void write_default(const struct config_worded *worded, bool sanitise, struct buf *text)
{
    const struct model_instance *instance = worded->instance;
    char value[METRIC_NAME_SIZE];
    write_stem(worded, text);
    for (size_t i = 0; i < instance->key_count; i++) {
        if (sanitise)
            metric_name_sanitise(instance->keys[i].value, value);
        buf_add_char(text, !sanitise && i > 0 ? CONFIG_WORDING_END : '-');
        buf_add_text(text, sanitise ? value : instance->keys[i].value);
    }
}

/* Sanitised, key by key, or as it is. */
static void write_plugin_instance(const struct config_worded *worded, size_t i, bool sanitise,
                                  struct buf *text)
{
    const struct model_instance *instance = worded->instance;
    const char *template_text = plugin_instance_of(worded, &worded->rule->metrics[i]);
    if (template_text == NULL)
        write_default(worded, sanitise, text);
    else
        metric_template_fill(template_text, instance->keys, instance->key_count, sanitise, text);
}

static void write_type_instance(const struct config_worded *worded, size_t i, bool sanitise,
                                struct buf *text)
{
    const struct model_instance *instance = worded->instance;
    const struct config_metric *rule = &worded->rule->metrics[i];
    if (worded->style == CONFIG_NAMING_WINDOWS)
        buf_add_text(text, rule->windows_type_instance);
    else
        metric_template_fill(rule->type_instance, instance->keys, instance->key_count, sanitise,
                             text);
}

typedef void write_part(const struct config_worded *worded, size_t i, bool sanitise,
                        struct buf *text);

/* Leaves the part's text in text. */
static int read_text(struct config_work *work, const struct config_worded *worded, size_t i,
                     write_part *write, struct buf *text)
{
    buf_reset(text);
    write(worded, i, false, text);
    return buf_failed(text, "a name", NULL) == 0 ? 0 : config_work_memory(work);
}

static int fill_part(struct config_work *work, struct config_worded *worded, size_t i,
                     write_part *write, struct buf *text, const char **kept)
{
    char name[METRIC_NAME_SIZE];
    buf_reset(text);
    write(worded, i, true, text);
    if (buf_failed(text, "a name", NULL) != 0)
        return config_work_memory(work);
    metric_name_sanitise(buf_text(text), name);
    if (read_text(work, worded, i, write, text) != 0)
        return -1;
    worded->is_lossy = worded->is_lossy || strcmp(buf_text(text), name) != 0;
    *kept = config_work_keep(work, name);
    return *kept != NULL ? 0 : -1;
}

int config_wording_fill(struct config_work *work, struct config_worded *worded, size_t i,
                        struct buf *text, struct model_metric *metric)
{
    if (worded->style == CONFIG_NAMING_WINDOWS)
        metric->plugin = "mi";
    if (fill_part(work, worded, i, write_plugin_instance, text, &metric->plugin_instance) != 0)
        return -1;
    return fill_part(work, worded, i, write_type_instance, text, &metric->type_instance);
}

/* What write_default makes of any instance, as a template. */
static void write_default_template(const struct config_worded *worded, struct buf *text)
{
    const struct model_discovery *discovery = worded->discovery;
    write_stem(worded, text);
    for (size_t i = 0; i < discovery->key_count; i++)
        buf_add_format(text, "-{%s}", discovery->keys[i].name);
}

int config_wording_put_templates(struct config_work *work, const struct config_worded *worded,
                                 size_t i, struct buf *text, struct model_metric *metric)
{
    const struct config_metric *rule = &worded->rule->metrics[i];
    const char *plugin_instance = plugin_instance_of(worded, rule);
    bool is_windows = worded->style == CONFIG_NAMING_WINDOWS;
    if (is_windows)
        metric->plugin = "mi";
    metric->type_instance = is_windows ? rule->windows_type_instance : rule->type_instance;
    metric->plugin_instance = plugin_instance;
    if (plugin_instance != NULL)
        return 0;
    buf_reset(text);
    write_default_template(worded, text);
    if (buf_failed(text, "a name", NULL) != 0)
        return config_work_memory(work);
    metric->plugin_instance = config_work_keep(work, buf_text(text));
    return metric->plugin_instance != NULL ? 0 : -1;
}

void config_wording_write(const struct config_worded *worded, size_t i, struct buf *text)
{
    write_plugin_instance(worded, i, false, text);
    buf_add_char(text, CONFIG_WORDING_END);
    write_type_instance(worded, i, false, text);
}

/* True: name is another than old. */
static bool tell_part_apart(const struct buf *text, const char *old, char name[METRIC_NAME_SIZE])
{
    bool differs = strcmp(buf_text(text), old) != 0;
    if (differs)
        metric_name_tell_apart(buf_text(text), name);
    else
        snprintf(name, METRIC_NAME_SIZE, "%s", old);
    return differs;
}

int config_wording_tell_apart(struct config_work *work, const struct config_worded *worded,
                              size_t i, struct buf *text, struct config_apart *apart)
{
    const struct model_metric *metric = &worded->instance->metrics[i];
    if (read_text(work, worded, i, write_plugin_instance, text) != 0)
        return -1;
    bool differs = tell_part_apart(text, metric->plugin_instance, apart->plugin_instance);
    if (read_text(work, worded, i, write_type_instance, text) != 0)
        return -1;
    apart->differs = tell_part_apart(text, metric->type_instance, apart->type_instance) || differs;
    return 0;
}
