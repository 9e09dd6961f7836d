/* SPDX-License-Identifier: MIT */
/*
 * model: everything the operator asked for, checked and complete. Made by config/, read by poll/
 * and metric/, changed by nobody.
 *
 * One arena owns it all: free with model_free when no thread reads it any more.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/arena.h"
#include "base/err.h"
#include "model/host.h"

struct model {
    struct arena arena;
    const struct model_host *hosts; /* sorted by name; names differ, without regard to case */
    size_t host_count;
    const struct model_auth *auths; /* sorted by name */
    size_t auth_count;
};

/* New and empty, for config/ to fill; free with model_free. NULL: ERR_MEMORY. */
struct model *model_new(struct err *err);
/* NULL is fine. */
void model_free(struct model *model);

#endif
