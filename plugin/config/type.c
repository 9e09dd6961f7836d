/* SPDX-License-Identifier: MIT */
#include "config/type.h"

#include "config/index.h"

const struct model_type *config_type_find(struct config_work *work, const char *name)
{
    const struct model_type *known = config_index_find(work->type_index, name);
    if (known != NULL)
        return known;
    struct model_type found = {0};
    if (work->types == NULL || work->types->find(work->types->context, name, &found) != 0)
        return NULL;
    struct model_type *type = config_work_alloc(work, work->kept, 1, sizeof *type);
    if (type == NULL)
        return NULL;
    *type = found;
    type->name = config_work_keep(work, name);
    if (type->name == NULL ||
        config_index_add(work->type_index, work, work->scratch, type->name, type) != 0)
        return NULL;
    return type;
}
