/* SPDX-License-Identifier: MIT */
#include "poll/filters.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/match.h"
#include "cim/name.h"

struct poll_filter {
    const struct model_discovery *discovery;
    /* Of each key in turn: its include, then its exclude. NULL: it could not be compiled. */
    struct match **patterns;
    size_t pattern_count;
};

struct poll_filters {
    size_t count;
    struct poll_filter filters[]; /* sorted by the discovery's address */
};

/* --- Making --- */

static int compare(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct poll_filter *)a)->discovery;
    uintptr_t y = (uintptr_t)((const struct poll_filter *)b)->discovery;
    return (x > y) - (x < y);
}

static size_t count_discoveries(const struct model *model)
{
    size_t count = 0;
    for (size_t h = 0; h < model->host_count; h++)
        for (size_t r = 0; r < model->hosts[h].round_count; r++)
            count += model->hosts[h].rounds[r].discovery_count;
    return count;
}

/* Sorted, each once. */
static void collect_discoveries(const struct model *model, struct poll_filters *filters)
{
    struct poll_filter *all = filters->filters;
    size_t count = 0;
    for (size_t h = 0; h < model->host_count; h++)
        for (size_t r = 0; r < model->hosts[h].round_count; r++)
            for (size_t i = 0; i < model->hosts[h].rounds[r].discovery_count; i++)
                all[count++].discovery = model->hosts[h].rounds[r].discoveries[i];
    qsort(all, count, sizeof all[0], compare);
    filters->count = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i].discovery != all[filters->count - 1].discovery)
            all[filters->count++].discovery = all[i].discovery;
}

static int compile(struct poll_filter *filter, const char *const *patterns, size_t count,
                   const struct log *log, struct err *err)
{
    const struct model_origin *origin = &filter->discovery->rule.origin;
    for (size_t i = 0; i < count; i++) {
        struct err failure = ERR_INIT;
        struct match *match = match_new(patterns[i], &failure);
        if (match == NULL && failure.kind == ERR_MEMORY)
            return err_memory(err);
        if (match == NULL)
            log_write(log, LOG_LEVEL_ERROR, "%s:%u:%u: the pattern '%s' %s: it matches nothing",
                      origin->path, origin->line, origin->column, patterns[i], failure.text);
        filter->patterns[filter->pattern_count++] = match;
    }
    return 0;
}

static int compile_all(struct poll_filter *filter, const struct log *log, struct err *err)
{
    const struct model_discovery *discovery = filter->discovery;
    size_t count = 0;
    for (size_t i = 0; i < discovery->key_count; i++)
        count += discovery->keys[i].include_count + discovery->keys[i].exclude_count;
    filter->patterns = calloc(count + 1, sizeof(struct match *));
    if (filter->patterns == NULL)
        return err_memory(err);
    for (size_t i = 0; i < discovery->key_count; i++) {
        const struct model_discovery_key *key = &discovery->keys[i];
        if (compile(filter, key->include, key->include_count, log, err) != 0 ||
            compile(filter, key->exclude, key->exclude_count, log, err) != 0)
            return -1;
    }
    return 0;
}

struct poll_filters *poll_filters_new(const struct model *model, const struct log *log,
                                      struct err *err)
{
    struct poll_filters *filters =
        calloc(1, sizeof *filters + count_discoveries(model) * sizeof filters->filters[0]);
    if (filters == NULL) {
        err_memory(err);
        return NULL;
    }
    collect_discoveries(model, filters);
    for (size_t i = 0; i < filters->count; i++) {
        if (compile_all(&filters->filters[i], log, err) != 0) {
            poll_filters_free(filters);
            return NULL;
        }
    }
    return filters;
}

void poll_filters_free(struct poll_filters *filters)
{
    if (filters == NULL)
        return;
    for (size_t i = 0; i < filters->count; i++) {
        for (size_t p = 0; p < filters->filters[i].pattern_count; p++)
            match_free(filters->filters[i].patterns[p]);
        free(filters->filters[i].patterns);
    }
    free(filters);
}

const struct poll_filter *poll_filters_find(const struct poll_filters *filters,
                                            const struct model_discovery *discovery)
{
    const struct poll_filter wanted = {.discovery = discovery};
    return bsearch(&wanted, filters->filters, filters->count, sizeof filters->filters[0], compare);
}

/* --- Asking --- */

static bool is_total(const char *value)
{
    static const char total[] = ",_Total";
    const size_t bytes = sizeof total - 1;
    size_t count = strlen(value);
    return cim_name_is_same(value, total + 1) ||
           (count >= bytes && cim_name_compare(value + count - bytes, bytes, total, bytes) == 0);
}

static bool is_value(const struct model_discovery_key *key, const char *value)
{
    for (size_t i = 0; i < key->value_count; i++)
        if (cim_name_is_same(key->values[i], value))
            return true;
    return false;
}

static bool matches_one(struct match *const *patterns, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (patterns[i] != NULL && match_test(patterns[i], value))
            return true;
    return false;
}

static bool wants(const struct model_discovery_key *key, bool keeps_totals,
                  struct match *const *patterns, const char *value)
{
    if (key->value_count > 0 ? !is_value(key, value) : !keeps_totals && is_total(value))
        return false;
    if (key->include_count > 0 && !matches_one(patterns, key->include_count, value))
        return false;
    return !matches_one(patterns + key->include_count, key->exclude_count, value);
}

bool poll_filters_want(const struct poll_filter *filter, const char *const *values)
{
    const struct model_discovery *discovery = filter->discovery;
    struct match *const *patterns = filter->patterns;
    for (size_t i = 0; i < discovery->key_count; i++) {
        const struct model_discovery_key *key = &discovery->keys[i];
        if (!wants(key, discovery->keeps_totals, patterns, values[i]))
            return false;
        patterns += key->include_count + key->exclude_count;
    }
    return true;
}
