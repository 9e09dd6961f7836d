/* SPDX-License-Identifier: MIT */
#include "model/model.h"

#include <stdlib.h>

struct model *model_new(struct err *err)
{
    struct model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        err_memory(err);
        return NULL;
    }
    arena_init(&model->arena, 16384);
    return model;
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    arena_free(&model->arena);
    free(model);
}
