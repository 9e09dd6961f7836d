/* SPDX-License-Identifier: MIT */
/*
 * filters: which instances of a class a discovery wants. Its patterns are compiled once and shared
 * by all hosts that have it.
 *
 * Owned by the poller; immutable once made; any thread reads.
 */
#ifndef POLL_FILTERS_H
#define POLL_FILTERS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "model/model.h"

struct poll_filters;
struct poll_filter;

/* New: for every discovery of every host of the model, each once; free with poll_filters_free. A
 * pattern that cannot be compiled (config/ has checked it) is an ERROR in log and matches nothing.
 * NULL: ERR_MEMORY. */
struct poll_filters *poll_filters_new(const struct model *model, const struct log *log,
                                      struct err *err);
/* NULL is fine. */
void poll_filters_free(struct poll_filters *filters);

/* Borrowed from filters. discovery is one of the model's. */
const struct poll_filter *poll_filters_find(const struct poll_filters *filters,
                                            const struct model_discovery *discovery);

/* Whether an instance whose key properties have these values, in the order of the discovery's keys,
 * is wanted: values, keeps_totals, include, exclude of model/discovery.h. */
bool poll_filters_want(const struct poll_filter *filter, const char *const *values);

#endif
