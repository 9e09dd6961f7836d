/* SPDX-License-Identifier: MIT */
#include "mi/handle.h"

#include <stdlib.h>

void mi_handles_free(struct mi_handles *handles)
{
    free(handles->slots);
    *handles = (struct mi_handles){0};
}

/* Doubles the slots and links the new ones. */
static int grow(struct mi_handles *handles)
{
    uint32_t count = handles->count == 0 ? 16 : handles->count * 2;
    if (count < handles->count)
        return -1;
    struct mi_handle_slot *slots = realloc(handles->slots, count * sizeof *slots);
    if (slots == NULL)
        return -1;
    for (uint32_t i = handles->count; i < count; i++)
        slots[i] = (struct mi_handle_slot){NULL, 1, i + 1 < count ? i + 2 : 0};
    handles->first_free = handles->count + 1;
    handles->slots = slots;
    handles->count = count;
    return 0;
}

uint64_t mi_handles_add(struct mi_handles *handles, void *object)
{
    if (handles->first_free == 0 && grow(handles) != 0)
        return 0;
    uint32_t index = handles->first_free - 1;
    struct mi_handle_slot *slot = &handles->slots[index];
    handles->first_free = slot->next_free;
    slot->object = object;
    return (uint64_t)slot->generation << 32 | (index + 1);
}

static struct mi_handle_slot *find_slot(const struct mi_handles *handles, uint64_t number)
{
    uint32_t place = (uint32_t)number;
    if (place == 0 || place > handles->count)
        return NULL;
    struct mi_handle_slot *slot = &handles->slots[place - 1];
    return slot->object != NULL && slot->generation == number >> 32 ? slot : NULL;
}

void *mi_handles_find(const struct mi_handles *handles, uint64_t number)
{
    const struct mi_handle_slot *slot = find_slot(handles, number);
    return slot != NULL ? slot->object : NULL;
}

void mi_handles_remove(struct mi_handles *handles, uint64_t number)
{
    struct mi_handle_slot *slot = find_slot(handles, number);
    if (slot == NULL)
        return;
    slot->object = NULL;
    slot->generation++;
    slot->next_free = handles->first_free;
    handles->first_free = (uint32_t)number;
}
