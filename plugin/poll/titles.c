/* SPDX-License-Identifier: MIT */
#include "poll/titles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric/name.h"
#include "metric/template.h"

/* A template may have a key as often as it has room. */
#define TEXT_MAX_BYTES (4u * 1024u * 1024u)

struct poll_titles_draft {
    char plugin_instance[METRIC_NAME_SIZE];
    char type_instance[METRIC_NAME_SIZE];
    bool is_apart;    /* with a suffix */
    bool is_left_out; /* no key is in it, so that no suffix makes it another */
};

struct shown_name {
    char text[4 * METRIC_NAME_SIZE + 8];
};

static struct shown_name show(const struct model_metric *metric, const char *plugin_instance,
                              const char *type_instance)
{
    struct shown_name name;
    snprintf(name.text, sizeof name.text, "%s%s%s/%s%s%s", metric->plugin,
             *plugin_instance != '\0' ? "-" : "", plugin_instance, metric->type->name,
             *type_instance != '\0' ? "-" : "", type_instance);
    return name;
}

static uint64_t identify(const struct model_metric *metric, const struct poll_title *title)
{
    return poll_names_identity(metric->plugin, title->plugin_instance, metric->type->name,
                               title->type_instance);
}

void poll_titles_rest(struct poll_titles *titles)
{
    free(titles->drafts);
    titles->drafts = NULL;
    buf_free(&titles->text);
}

static int ready(struct poll_titles *titles)
{
    if (titles->drafts != NULL)
        return 0;
    buf_init(&titles->text, TEXT_MAX_BYTES);
    titles->drafts = calloc(titles->rule->metric_count + 1, sizeof titles->drafts[0]);
    return titles->drafts != NULL ? 0 : -1;
}

/* --- The words --- */

/* Leaves the template's text in titles->text: sanitised key by key, or as it is. */
static int fill(struct poll_titles *titles, const struct poll_titles_keys *keys,
                const char *template_text, bool sanitise)
{
    buf_reset(&titles->text);
    metric_template_fill(template_text, keys->keys, keys->key_count, sanitise, &titles->text);
    return buf_failed(&titles->text, "a name", NULL);
}

static int word_part(struct poll_titles *titles, const struct poll_titles_keys *keys,
                     const char *template_text, char name[METRIC_NAME_SIZE])
{
    if (fill(titles, keys, template_text, true) != 0)
        return -1;
    metric_name_sanitise(buf_text(&titles->text), name);
    return 0;
}

static int word(struct poll_titles *titles, const struct poll_titles_keys *keys, size_t i)
{
    const struct model_metric *metric = &titles->rule->metrics[i];
    struct poll_titles_draft *draft = &titles->drafts[i];
    draft->is_apart = false;
    draft->is_left_out = false;
    if (word_part(titles, keys, metric->plugin_instance, draft->plugin_instance) != 0)
        return -1;
    return word_part(titles, keys, metric->type_instance, draft->type_instance);
}

/* The suffix depends on the text that the name comes from. Where the name is that text, it gets one
 * only if asked_for, and if a key is in it. */
static int tell_part_apart(struct poll_titles *titles, const struct poll_titles_keys *keys,
                           const char *template_text, bool asked_for, char name[METRIC_NAME_SIZE],
                           bool *is_apart)
{
    if (fill(titles, keys, template_text, false) != 0)
        return -1;
    const char *text = buf_text(&titles->text);
    if (strcmp(text, name) == 0 && !(asked_for && strchr(template_text, '{') != NULL))
        return 0;
    metric_name_tell_apart(text, name);
    *is_apart = true;
    return 0;
}

static int tell_parts_apart(struct poll_titles *titles, const struct poll_titles_keys *keys,
                            size_t i, bool asked_for)
{
    const struct model_metric *metric = &titles->rule->metrics[i];
    struct poll_titles_draft *draft = &titles->drafts[i];
    if (tell_part_apart(titles, keys, metric->plugin_instance, asked_for, draft->plugin_instance,
                        &draft->is_apart) != 0)
        return -1;
    return tell_part_apart(titles, keys, metric->type_instance, asked_for, draft->type_instance,
                           &draft->is_apart);
}

/* What sanitising changed is told apart; where it changed nothing, whatever the keys made. */
static int tell_apart(struct poll_titles *titles, const struct poll_titles_keys *keys, size_t i)
{
    struct poll_titles_draft *draft = &titles->drafts[i];
    if (tell_parts_apart(titles, keys, i, false) != 0 ||
        (!draft->is_apart && tell_parts_apart(titles, keys, i, true) != 0))
        return -1;
    draft->is_left_out = !draft->is_apart;
    return 0;
}

/* --- What is kept of them --- */

/* A text that is there already: the template's own, or that of the metric before; or NULL. */
static const char *find_kept(const char *text, const char *template_text, const char *before)
{
    if (strcmp(text, template_text) == 0)
        return template_text;
    return before != NULL && strcmp(text, before) == 0 ? before : NULL;
}

static size_t count_bytes(const struct poll_titles *titles)
{
    size_t bytes = 0;
    const struct poll_titles_draft *drafts = titles->drafts;
    for (size_t i = 0; i < titles->rule->metric_count; i++) {
        const struct model_metric *metric = &titles->rule->metrics[i];
        if (find_kept(drafts[i].plugin_instance, metric->plugin_instance,
                      i > 0 ? drafts[i - 1].plugin_instance : NULL) == NULL)
            bytes += strlen(drafts[i].plugin_instance) + 1;
        if (find_kept(drafts[i].type_instance, metric->type_instance,
                      i > 0 ? drafts[i - 1].type_instance : NULL) == NULL)
            bytes += strlen(drafts[i].type_instance) + 1;
    }
    return bytes;
}

static const char *keep(const char *text, const char *template_text, const char *before, char **at)
{
    const char *kept = find_kept(text, template_text, before);
    if (kept != NULL)
        return kept;
    size_t bytes = strlen(text) + 1;
    kept = memcpy(*at, text, bytes);
    *at += bytes;
    return kept;
}

/* The drafts as titles, in one block. NULL: no memory. */
static struct poll_title *keep_all(const struct poll_titles *titles)
{
    const struct model_instance *rule = titles->rule;
    struct poll_title *kept =
        calloc(1, (rule->metric_count + 1) * sizeof kept[0] + count_bytes(titles));
    if (kept == NULL)
        return NULL;
    char *at = (char *)(kept + rule->metric_count + 1);
    for (size_t i = 0; i < rule->metric_count; i++) {
        const struct poll_titles_draft *draft = &titles->drafts[i];
        kept[i].plugin_instance = keep(draft->plugin_instance, rule->metrics[i].plugin_instance,
                                       i > 0 ? kept[i - 1].plugin_instance : NULL, &at);
        kept[i].type_instance = keep(draft->type_instance, rule->metrics[i].type_instance,
                                     i > 0 ? kept[i - 1].type_instance : NULL, &at);
    }
    return kept;
}

static void leave_out(struct poll_title *title)
{
    *title = (struct poll_title){NULL, NULL};
}

/* --- Plain names --- */

int poll_titles_bid(struct poll_titles *titles, const struct poll_titles_keys *keys,
                    struct poll_bearer *bearer)
{
    const struct model_instance *rule = titles->rule;
    if (ready(titles) != 0)
        return -1;
    for (size_t i = 0; i < rule->metric_count; i++)
        if (word(titles, keys, i) != 0)
            return -1;
    bearer->titles = keep_all(titles);
    if (bearer->titles == NULL)
        return -1;
    for (size_t i = 0; i < rule->metric_count; i++)
        if (poll_names_bid(titles->names, identify(&rule->metrics[i], &bearer->titles[i]),
                           bearer->owner + i) != 0)
            return -1;
    return 0;
}

/* --- Names with a suffix --- */

static void say(const struct poll_titles *titles, const struct poll_titles_keys *keys, size_t i,
                const struct poll_title *plain)
{
    const struct model_metric *metric = &titles->rule->metrics[i];
    const struct poll_titles_draft *draft = &titles->drafts[i];
    enum poll_names_say verdict = poll_names_collide(titles->names, identify(metric, plain));
    const char *last = verdict == POLL_NAMES_SAY_LAST
                           ? "; of this host no more names are told that others have too"
                           : "";
    if (verdict == POLL_NAMES_SILENT)
        return;
    const struct shown_name name = show(metric, plain->plugin_instance, plain->type_instance);
    if (draft->is_left_out)
        log_write(titles->log, LOG_LEVEL_WARNING,
                  "%s: %s: another has the name %s: this metric is left out%s", titles->host_name,
                  keys->object, name.text, last);
    else
        log_write(titles->log, LOG_LEVEL_WARNING,
                  "%s: %s: another has the name %s: this one is dispatched as %s%s",
                  titles->host_name, keys->object, name.text,
                  show(metric, draft->plugin_instance, draft->type_instance).text, last);
}

/* The draft of each metric is its plain name, or where it is another's, one that is told apart. */
static int draft_apart(struct poll_titles *titles, const struct poll_titles_keys *keys,
                       struct poll_bearer *bearer)
{
    const struct model_instance *rule = titles->rule;
    for (size_t i = 0; i < rule->metric_count; i++) {
        const struct poll_title *plain = &bearer->titles[i];
        if (word(titles, keys, i) != 0)
            return -1;
        if (poll_names_has(titles->names, identify(&rule->metrics[i], plain), bearer->owner + i))
            continue;
        bearer->is_contested = true;
        if (tell_apart(titles, keys, i) != 0)
            return -1;
        say(titles, keys, i, plain);
    }
    return 0;
}

static bool has_all(const struct poll_titles *titles, const struct poll_bearer *bearer)
{
    for (size_t i = 0; i < titles->rule->metric_count; i++)
        if (!poll_names_has(titles->names, identify(&titles->rule->metrics[i], &bearer->titles[i]),
                            bearer->owner + i))
            return false;
    return true;
}

int poll_titles_settle(struct poll_titles *titles, const struct poll_titles_keys *keys,
                       struct poll_bearer *bearer)
{
    const struct model_instance *rule = titles->rule;
    if (has_all(titles, bearer))
        return 0;
    if (ready(titles) != 0 || draft_apart(titles, keys, bearer) != 0)
        return -1;
    struct poll_title *kept = keep_all(titles);
    if (kept == NULL)
        return -1;
    free(bearer->titles);
    bearer->titles = kept;
    for (size_t i = 0; i < rule->metric_count; i++) {
        if (titles->drafts[i].is_left_out)
            leave_out(&kept[i]);
        else if (titles->drafts[i].is_apart &&
                 poll_names_bid(titles->names, identify(&rule->metrics[i], &kept[i]),
                                bearer->owner + i) != 0)
            return -1;
    }
    return 0;
}

int poll_titles_confirm(struct poll_titles *titles, const struct poll_titles_keys *keys,
                        struct poll_bearer *bearer)
{
    if (!bearer->is_contested)
        return 0;
    for (size_t i = 0; i < titles->rule->metric_count; i++) {
        const struct model_metric *metric = &titles->rule->metrics[i];
        struct poll_title *title = &bearer->titles[i];
        if (title->plugin_instance == NULL ||
            poll_names_has(titles->names, identify(metric, title), bearer->owner + i))
            continue;
        if (poll_names_collide(titles->names, identify(metric, title)) != POLL_NAMES_SILENT)
            log_write(titles->log, LOG_LEVEL_WARNING,
                      "%s: %s: another has the name %s too: this metric is left out",
                      titles->host_name, keys->object,
                      show(metric, title->plugin_instance, title->type_instance).text);
        leave_out(title);
    }
    return 0;
}

void poll_titles_release(struct poll_titles *titles, struct poll_bearer *bearer)
{
    for (size_t i = 0; bearer->titles != NULL && i < titles->rule->metric_count; i++)
        if (bearer->titles[i].plugin_instance != NULL)
            poll_names_release(titles->names,
                               identify(&titles->rule->metrics[i], &bearer->titles[i]),
                               bearer->owner + i);
    free(bearer->titles);
    bearer->titles = NULL;
}
