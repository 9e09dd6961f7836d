/* SPDX-License-Identifier: MIT */
#include "config/identities.h"

#include <stdio.h>
#include <string.h>

/* What the plugin itself dispatches for every host: gauge-up and response_time-get. */
static const struct model_metric OWN[] = {
    {.plugin = "mi", .plugin_instance = "host", .type_instance = "up"},
    {.plugin = "mi", .plugin_instance = "host", .type_instance = "get"},
};
static const char *const OWN_TYPES[] = {"gauge", "response_time"};

/* Who had a name first, and whether another text has it too. */
struct bearer {
    const struct config_worded *worded;
    size_t i; /* of its metrics */
    bool is_contested;
};

struct shown_name {
    char text[512];
};

/* The separator is a control character, which no name holds (config_scalar_text). */
static void add_part(struct buf *text, const char *part)
{
    buf_add_char(text, '\x1f');
    buf_add_text(text, part);
}

static void name_metric(struct buf *text, char kind, const struct model_metric *metric,
                        const char *type)
{
    buf_add_char(text, kind);
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

/* What stands under identities->text; NULL where nothing did, and value stands there now. */
static void *claim(struct config_identities *identities, void *value)
{
    const char *text = buf_text(&identities->text);
    if (buf_failed(&identities->text, "a name", NULL) != 0) {
        config_work_memory(identities->work);
        return NULL;
    }
    void *owner = config_index_find(&identities->index, text);
    if (owner != NULL)
        return owner;
    const char *copy = arena_copy(&identities->arena, text, identities->text.size_bytes);
    if (copy == NULL)
        config_work_memory(identities->work);
    else
        config_index_add(&identities->index, identities->work, &identities->arena, copy, value);
    return NULL;
}

static const struct model_metric *claim_metric(struct config_identities *identities,
                                               const struct model_metric *metric, const char *type)
{
    buf_reset(&identities->text);
    name_metric(&identities->text, 'm', metric, type);
    return claim(identities, (void *)metric); /* nobody changes it through the index */
}

void config_identities_begin(struct config_identities *identities, struct config_work *work,
                             const char *host)
{
    if (identities->work == NULL) {
        arena_init(&identities->arena, 65536);
        buf_init(&identities->text, CONFIG_WORDING_MAX_BYTES);
        buf_init(&identities->other_text, CONFIG_WORDING_MAX_BYTES);
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
    buf_free(&identities->other_text);
}

bool config_identities_add_instance(struct config_identities *identities,
                                    const struct model_instance *instance)
{
    buf_reset(&identities->text);
    name_instance(&identities->text, instance);
    return claim(identities, (void *)instance) == NULL;
}

bool config_identities_has_instance(struct config_identities *identities,
                                    const struct model_instance *instance)
{
    buf_reset(&identities->text);
    name_instance(&identities->text, instance);
    return config_index_find(&identities->index, buf_text(&identities->text)) != NULL;
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
    return claim(identities, (void *)metric) != NULL;
}

static bool is_same_place(const struct model_origin *a, const struct model_origin *b)
{
    return strcmp(a->path, b->path) == 0 && a->line == b->line && a->column == b->column;
}

static struct shown_name show_name(const struct model_metric *metric, const char *plugin_instance,
                                   const char *type_instance)
{
    struct shown_name name;
    snprintf(name.text, sizeof name.text, "%s%s%s/%s%s%s", metric->plugin,
             *plugin_instance != '\0' ? "-" : "", plugin_instance, metric->type->name,
             *type_instance != '\0' ? "-" : "", type_instance);
    return name;
}

static void tell(struct config_identities *identities, const struct model_instance *instance,
                 const struct model_metric *metric, const struct model_metric *owner)
{
    struct config_complaints *complaints = &identities->work->complaints;
    const struct shown_name shown =
        show_name(metric, metric->plugin_instance, metric->type_instance);
    const char *name = shown.text;
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

/* ---- Two texts, one name ---- */

static const struct model_metric *metric_of(const struct bearer *bearer)
{
    return &bearer->worded->instance->metrics[bearer->i];
}

static bool have_one_text(struct config_identities *identities, const struct bearer *a,
                          const struct bearer *b)
{
    buf_reset(&identities->text);
    buf_reset(&identities->other_text);
    config_wording_write(a->worded, a->i, &identities->text);
    config_wording_write(b->worded, b->i, &identities->other_text);
    if (buf_failed(&identities->text, "a name", NULL) != 0 ||
        buf_failed(&identities->other_text, "a name", NULL) != 0) {
        config_work_memory(identities->work);
        return true;
    }
    return strcmp(buf_text(&identities->text), buf_text(&identities->other_text)) == 0;
}

/* "a/b errors": without the place of a text that is empty. */
static struct config_shown show_texts(const char *texts)
{
    struct config_shown shown = config_complaint_shown(texts + (*texts == CONFIG_WORDING_END));
    size_t count = strlen(shown.text);
    if (count > 0 && shown.text[count - 1] == ' ')
        shown.text[count - 1] = '\0';
    return shown;
}

/* The texts of both stand in the two buffers. */
static void tell_apart(struct config_identities *identities, const struct bearer *first,
                       const struct bearer *second)
{
    struct config_work *work = identities->work;
    const struct model_metric *metric = metric_of(second);
    struct config_apart a;
    struct config_apart b;
    const struct config_shown first_text = show_texts(buf_text(&identities->text));
    const struct config_shown second_text = show_texts(buf_text(&identities->other_text));
    if (is_told(identities, metric, metric_of(first)) ||
        config_wording_tell_apart(work, first->worded, first->i, &identities->text, &a) != 0 ||
        config_wording_tell_apart(work, second->worded, second->i, &identities->text, &b) != 0)
        return;
    config_complaint_warning(
        &work->complaints, &metric->origin,
        "of host '%s' '%s' and '%s' have the one name %s: they are dispatched as %s and %s",
        identities->host, first_text.text, second_text.text,
        show_name(metric, metric->plugin_instance, metric->type_instance).text,
        show_name(metric, a.plugin_instance, a.type_instance).text,
        show_name(metric, b.plugin_instance, b.type_instance).text);
}

void config_identities_note(struct config_identities *identities,
                            const struct config_worded *worded)
{
    for (size_t i = 0; i < worded->instance->metric_count; i++) {
        struct bearer *bearer =
            config_work_alloc(identities->work, &identities->arena, 1, sizeof *bearer);
        if (bearer == NULL)
            return;
        *bearer = (struct bearer){worded, i, false};
        const struct model_metric *metric = metric_of(bearer);
        buf_reset(&identities->text);
        name_metric(&identities->text, 'n', metric, metric->type->name);
        struct bearer *first = claim(identities, bearer);
        if (first == NULL || have_one_text(identities, first, bearer))
            continue;
        first->is_contested = true;
        tell_apart(identities, first, bearer);
    }
}

static bool is_contested(struct config_identities *identities, const struct model_metric *metric)
{
    buf_reset(&identities->text);
    name_metric(&identities->text, 'n', metric, metric->type->name);
    const struct bearer *first = config_index_find(&identities->index, buf_text(&identities->text));
    return first != NULL && first->is_contested;
}

static struct model_instance *copy_of(struct config_work *work,
                                      const struct model_instance *instance,
                                      struct model_metric **metrics)
{
    struct model_instance *copy = config_work_alloc(work, work->kept, 1, sizeof *copy);
    *metrics = config_work_alloc(work, work->kept, instance->metric_count, sizeof **metrics);
    if (copy == NULL || *metrics == NULL)
        return NULL;
    *copy = *instance;
    copy->metrics = *metrics;
    memcpy(*metrics, instance->metrics, instance->metric_count * sizeof **metrics);
    return copy;
}

/* The instance, or a copy of it where one of its metrics gets another name. NULL: no memory. */
static const struct model_instance *rename_contested(struct config_identities *identities,
                                                     const struct config_worded *worded)
{
    struct config_work *work = identities->work;
    const struct model_instance *instance = worded->instance;
    struct model_metric *metrics = NULL;
    struct config_apart apart;
    for (size_t i = 0; i < worded->instance->metric_count; i++) {
        if (!is_contested(identities, &worded->instance->metrics[i]))
            continue;
        if (config_wording_tell_apart(work, worded, i, &identities->text, &apart) != 0)
            return NULL;
        if (!apart.differs)
            continue;
        if (metrics == NULL && (instance = copy_of(work, instance, &metrics)) == NULL)
            return NULL;
        metrics[i].plugin_instance = config_work_keep(work, apart.plugin_instance);
        metrics[i].type_instance = config_work_keep(work, apart.type_instance);
        if (metrics[i].plugin_instance == NULL || metrics[i].type_instance == NULL)
            return NULL;
    }
    return instance;
}

/* ---- All of an instance ---- */

static const struct model_instance *
without(struct config_work *work, const struct model_instance *instance, const bool *taken)
{
    struct model_metric *metrics;
    struct model_instance *copy = copy_of(work, instance, &metrics);
    if (copy == NULL)
        return NULL;
    copy->metric_count = 0;
    for (size_t i = 0; i < instance->metric_count; i++)
        if (!taken[i])
            metrics[copy->metric_count++] = instance->metrics[i];
    return copy;
}

/* One metric of two discoveries with different instances: no name but a template has a brace. */
static bool is_shared_template(const struct model_instance *instance, const struct model_metric *a,
                               const struct model_metric *b)
{
    for (size_t i = 0; i < instance->metric_count; i++)
        if (&instance->metrics[i] == a)
            return false;
    return a->origin.path != NULL && b->origin.path != NULL &&
           is_same_place(&a->origin, &b->origin) &&
           (strchr(a->plugin_instance, '{') != NULL || strchr(a->type_instance, '{') != NULL);
}

const struct model_instance *config_identities_add_metrics(struct config_identities *identities,
                                                           const struct config_worded *worded)
{
    const struct model_instance *instance =
        worded->is_lossy ? rename_contested(identities, worded) : worded->instance;
    size_t left = worded->instance->metric_count;
    bool *taken = config_work_alloc(identities->work, &identities->arena, left, sizeof taken[0]);
    if (instance == NULL || taken == NULL)
        return NULL;
    for (size_t i = 0; i < instance->metric_count; i++) {
        const struct model_metric *metric = &instance->metrics[i];
        const struct model_metric *owner = claim_metric(identities, metric, metric->type->name);
        if (owner == NULL || is_shared_template(instance, owner, metric))
            continue;
        tell(identities, instance, metric, owner);
        taken[i] = true;
        left--;
    }
    if (left == instance->metric_count)
        return instance;
    return left > 0 ? without(identities->work, instance, taken) : NULL;
}
