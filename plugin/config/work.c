/* SPDX-License-Identifier: MIT */
#include "config/work.h"

int config_work_memory(struct config_work *work)
{
    work->out_of_memory = true;
    work->complaints.log = NULL; /* what is missed from now on is no mistake of the operator's */
    return -1;
}

void *config_work_alloc(struct config_work *work, struct arena *arena, size_t count, size_t bytes)
{
    void *memory = arena_zalloc(arena, count > 0 ? count : 1, bytes);
    if (memory == NULL)
        config_work_memory(work);
    return memory;
}

const char *config_work_keep(struct config_work *work, const char *text)
{
    const char *copy = arena_strdup(work->kept, text);
    if (copy == NULL)
        config_work_memory(work);
    return copy;
}
