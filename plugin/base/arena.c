/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t size_bytes;
    size_t used_bytes;
    max_align_t data[];
};

void arena_init(struct arena *arena, size_t first_block_bytes)
{
    *arena = (struct arena){.first_block_bytes = first_block_bytes};
}

void arena_free(struct arena *arena)
{
    struct arena_block *next;
    for (struct arena_block *block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    arena->blocks = NULL;
    arena->used_bytes = 0;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->blocks;
    if (keep != NULL) {
        arena->blocks = keep->next;
        arena_free(arena);
        keep->next = NULL;
        keep->used_bytes = 0;
        arena->blocks = keep;
    }
    arena->used_bytes = 0;
}

static struct arena_block *add_block(struct arena *arena, size_t bytes)
{
    size_t size = arena->blocks != NULL ? arena->blocks->size_bytes * 2 : arena->first_block_bytes;
    if (size < bytes)
        size = bytes;
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->next = arena->blocks;
    block->size_bytes = size;
    block->used_bytes = 0;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX / 4)
        return NULL;
    bytes = (bytes + align - 1) & ~(align - 1);
    struct arena_block *block = arena->blocks;
    if (block == NULL || bytes > block->size_bytes - block->used_bytes) {
        block = add_block(arena, bytes);
        if (block == NULL)
            return NULL;
    }
    void *memory = (char *)block->data + block->used_bytes;
    block->used_bytes += bytes;
    arena->used_bytes += bytes;
    return memory;
}

void *arena_zalloc(struct arena *arena, size_t count, size_t bytes)
{
    if (bytes != 0 && count > SIZE_MAX / bytes)
        return NULL;
    void *memory = arena_alloc(arena, count * bytes);
    if (memory != NULL)
        memset(memory, 0, count * bytes);
    return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t count)
{
    char *copy = count < SIZE_MAX ? arena_alloc(arena, count + 1) : NULL;
    if (copy == NULL)
        return NULL;
    if (count > 0)
        memcpy(copy, text, count);
    copy[count] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}
