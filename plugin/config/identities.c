/* SPDX-License-Identifier: MIT */
#include "config/identities.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES 1048576

/* What the plugin itself dispatches for every host: gauge-up and response_time-get. */
static const struct model_metric OWN[] = {
    {.plugin = "mi", .plugin_instance = "host", .type_instance = "up"},
    {.plugin = "mi", .plugin_instance = "host", .type_instance = "get"},
};
static const char *const OWN_TYPES[] = {"gauge", "response_time"};

/* The separator is a control character, which no name holds (config_scalar_text). */
static void add_part(struct buf *text, const char *part)
{
    buf_add_char(text, '\x1f');
    buf_add_text(text, part);
}

static void name_metric(struct buf *text, const struct model_metric *metric, const char *type)
{
    buf_add_char(text, 'm');
    add_part(text, metric->plugin);
    add_part(text, metric->plugin_instance);
    add_part(text, type);
    add_part(text, metric->type_instance);
}

static void name_origin(struct buf *text, const struct model_origin *origin)
{
    buf_add_format(text, "%s:%u:%u", origin->path, origin->line, origin->column);
}

static void name_instance(struct buf *text, const struct model_instance *instance)
{
    buf_add_char(text, 'i');
    name_origin(text, &instance->origin);
    for (size_t i = 0; i < instance->key_count; i++)
        add_part(text, instance->keys[i].value);
}

/* What stands under identities->text; NULL where nothing did, and value stands there now. Nobody
 * changes it through the index. */
static const void *claim(struct config_identities *identities, const void *value)
{
    const char *text = buf_text(&identities->text);
    if (buf_failed(&identities->text, "a name", NULL) != 0) {
        config_work_memory(identities->work);
        return NULL;
    }
    const void *owner = config_index_find(&identities->index, text);
    if (owner != NULL)
        return owner;
    const char *copy = arena_copy(&identities->arena, text, identities->text.size_bytes);
    if (copy == NULL)
        config_work_memory(identities->work);
    else
        config_index_add(&identities->index, identities->work, &identities->arena, copy,
                         (void *)value);
    return NULL;
}

static const struct model_metric *claim_metric(struct config_identities *identities,
                                               const struct model_metric *metric, const char *type)
{
    buf_reset(&identities->text);
    name_metric(&identities->text, metric, type);
    return claim(identities, metric);
}

void config_identities_begin(struct config_identities *identities, struct config_work *work,
                             const char *host)
{
    if (identities->work == NULL) {
        arena_init(&identities->arena, 65536);
        buf_init(&identities->text, TEXT_MAX_BYTES);
    }
    arena_reset(&identities->arena);
    identities->index = (struct config_index){0};
    identities->work = work;
    identities->host = host;
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++)
        claim_metric(identities, &OWN[i], OWN_TYPES[i]);
}

void config_identities_free(struct config_identities *identities)
{
    if (identities->work == NULL)
        return;
    arena_free(&identities->arena);
    buf_free(&identities->text);
}

bool config_identities_add_instance(struct config_identities *identities,
                                    const struct model_instance *instance)
{
    buf_reset(&identities->text);
    name_instance(&identities->text, instance);
    return claim(identities, instance) == NULL;
}

static bool is_told(struct config_identities *identities, const struct model_metric *metric,
                    const struct model_metric *owner)
{
    struct buf *text = &identities->text;
    buf_reset(text);
    buf_add_char(text, 't');
    name_origin(text, &metric->origin);
    buf_add_char(text, '\x1f');
    if (owner->origin.path != NULL)
        name_origin(text, &owner->origin);
    return claim(identities, metric) != NULL;
}

static bool is_same_place(const struct model_origin *a, const struct model_origin *b)
{
    return strcmp(a->path, b->path) == 0 && a->line == b->line && a->column == b->column;
}

static void tell(struct config_identities *identities, const struct model_instance *instance,
                 const struct model_metric *metric, const struct model_metric *owner)
{
    struct config_complaints *complaints = &identities->work->complaints;
    char name[512];
    snprintf(name, sizeof name, "%s%s%s/%s%s%s", metric->plugin,
             *metric->plugin_instance != '\0' ? "-" : "", metric->plugin_instance,
             metric->type->name, *metric->type_instance != '\0' ? "-" : "", metric->type_instance);
    if (is_told(identities, metric, owner))
        return;
    if (owner->origin.path == NULL)
        config_complaint_error(
            complaints, &metric->origin,
            "%s is told by the plugin itself for every host: this metric is left "
            "out",
            name);
    else if (is_same_place(&metric->origin, &owner->origin))
        config_complaint_error(
            complaints, &metric->origin,
            "of host '%s' several instances of %s have the one name %s: only the "
            "first is dispatched, until plugin_instance has the key that differs "
            "in braces",
            identities->host, instance->class_name, name);
    else
        config_complaint_error(complaints, &metric->origin,
                               "of host '%s' this metric and the one at %s:%u:%u have the one name "
                               "%s: this one is left out",
                               identities->host, owner->origin.path, owner->origin.line,
                               owner->origin.column, name);
}

static const struct model_instance *without(struct config_work *work,
                                            const struct model_instance *instance,
                                            const bool *taken, size_t left)
{
    struct model_instance *copy = config_work_alloc(work, work->kept, 1, sizeof *copy);
    struct model_metric *metrics = config_work_alloc(work, work->kept, left, sizeof metrics[0]);
    if (copy == NULL || metrics == NULL)
        return NULL;
    *copy = *instance;
    copy->metrics = metrics;
    copy->metric_count = 0;
    for (size_t i = 0; i < instance->metric_count; i++)
        if (!taken[i])
            metrics[copy->metric_count++] = instance->metrics[i];
    return copy;
}

const struct model_instance *config_identities_add_metrics(struct config_identities *identities,
                                                           const struct model_instance *instance)
{
    size_t left = instance->metric_count;
    bool *taken = config_work_alloc(identities->work, &identities->arena, left, sizeof taken[0]);
    if (taken == NULL)
        return NULL;
    for (size_t i = 0; i < instance->metric_count; i++) {
        const struct model_metric *metric = &instance->metrics[i];
        const struct model_metric *owner = claim_metric(identities, metric, metric->type->name);
        if (owner == NULL)
            continue;
        tell(identities, instance, metric, owner);
        taken[i] = true;
        left--;
    }
    if (left == instance->metric_count)
        return instance;
    return left > 0 ? without(identities->work, instance, taken, left) : NULL;
}
