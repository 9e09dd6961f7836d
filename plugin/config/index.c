/* SPDX-License-Identifier: MIT */
#include "config/index.h"

#include <string.h>

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_text(const struct config_index *index, const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)(index->ignores_case ? fold(*text) : *text)) * 1099511628211u;
    return hash;
}

static bool equal(const struct config_index *index, const char *a, const char *b)
{
    if (!index->ignores_case)
        return strcmp(a, b) == 0;
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return fold(*a) == fold(*b);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct config_index_slot *find_slot(const struct config_index *index, const char *text,
                                           uint64_t hash)
{
    size_t i = hash & (index->slot_count - 1);
    for (;; i = (i + 1) & (index->slot_count - 1)) {
        struct config_index_slot *slot = &index->slots[i];
        if (slot->text == NULL || (slot->hash == hash && equal(index, slot->text, text)))
            return slot;
    }
}

void *config_index_find(const struct config_index *index, const char *text)
{
    if (index->slot_count == 0)
        return NULL;
    return find_slot(index, text, hash_text(index, text))->value;
}

static int grow(struct config_index *index, struct config_work *work, struct arena *arena)
{
    struct config_index larger = *index;
    larger.slot_count = index->slot_count > 0 ? index->slot_count * 2 : 16;
    larger.slots = config_work_alloc(work, arena, larger.slot_count, sizeof larger.slots[0]);
    if (larger.slots == NULL)
        return -1;
    for (size_t i = 0; i < index->slot_count; i++)
        if (index->slots[i].text != NULL)
            *find_slot(&larger, index->slots[i].text, index->slots[i].hash) = index->slots[i];
    *index = larger;
    return 0;
}

int config_index_add(struct config_index *index, struct config_work *work, struct arena *arena,
                     const char *text, void *value)
{
    if (index->count * 2 >= index->slot_count && grow(index, work, arena) != 0)
        return -1;
    uint64_t hash = hash_text(index, text);
    *find_slot(index, text, hash) = (struct config_index_slot){hash, text, value};
    index->count++;
    return 0;
}
