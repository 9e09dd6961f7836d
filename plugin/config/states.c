/* SPDX-License-Identifier: MIT */
#include "config/states.h"

#include <string.h>
#include <strings.h>

#include "config/names.h"
#include "config/reading.h"
#include "config/scalar.h"
#include "metric/name.h"

size_t config_states_count(const struct config_node *node)
{
    const struct config_node *list =
        node->kind == CONFIG_MAPPING && !node->refused ? config_document_key(node, "states") : NULL;
    if (list == NULL || list->value->kind != CONFIG_LIST || list->value->count == 0 ||
        list->value->count > CONFIG_READING_MAX_STATES)
        return 1;
    return list->value->count;
}

static int check_list(struct config_work *work, const struct config_node *list)
{
    if (list->refused)
        return -1;
    if (list->kind != CONFIG_LIST || list->count == 0)
        config_complaint_error(&work->complaints, &list->at,
                               "'states' should be a list of the texts that may stand there: "
                               "[Running, Stopped]");
    else if (list->count > CONFIG_READING_MAX_STATES)
        config_complaint_error(&work->complaints, &list->at,
                               "'states' has %u entries, and %d are the maximum",
                               (unsigned)list->count, CONFIG_READING_MAX_STATES);
    else
        return 0;
    return -1;
}

/* Case does not count (model/metric.h), nor do two series of one name. */
static int check_doubled(struct config_work *work, const struct config_node *item,
                         const struct config_metric *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *state = metrics[i].model.state;
        char name[METRIC_NAME_SIZE];
        char other[METRIC_NAME_SIZE];
        metric_name_snake(item->text, name);
        metric_name_snake(state, other);
        if (strcasecmp(item->text, state) != 0 && strcmp(name, other) != 0)
            continue;
        config_complaint_error(&work->complaints, &item->at,
                               "'states' has '%s' and, before it, '%s': both are the series '%s'",
                               config_complaint_shown(item->text).text,
                               config_complaint_shown(state).text, other);
        return -1;
    }
    return 0;
}

static const char *parse_state(struct config_work *work, const struct config_node *item)
{
    const char *text;
    if (config_scalar_text(work, item, "states", &text) != 0)
        return NULL;
    if (strlen(text) <= CONFIG_READING_MAX_TEXT_BYTES)
        return config_work_keep(work, text);
    config_complaint_error(
        &work->complaints, &item->at, "'states' has '%s', %zu bytes long, and %d are the maximum",
        config_complaint_shown(text).text, strlen(text), CONFIG_READING_MAX_TEXT_BYTES);
    return NULL;
}

int config_states_expand(struct config_work *work, const struct config_node *list,
                         const struct config_metric *metric, struct config_metric *metrics)
{
    size_t count = 0;
    if (check_list(work, list) != 0)
        return -1;
    for (const struct config_node *item = list->first; item != NULL; item = item->next) {
        struct config_metric *made = &metrics[count];
        *made = *metric;
        made->model.state = parse_state(work, item);
        if (made->model.state == NULL || check_doubled(work, item, metrics, count) != 0 ||
            config_names_put_state(work, made->model.state, made) != 0)
            return -1;
        count++;
    }
    return 0;
}
