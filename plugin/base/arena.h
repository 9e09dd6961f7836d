/* SPDX-License-Identifier: MIT */
/*
 * arena: many small objects that die together.
 *
 * Blocks grow; nothing is freed singly. Whoever holds the arena owns all that came from it;
 * one thread at a time. arena_reset keeps the first block, so that a reused arena allocates
 * nothing in the steady state.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t first_block_bytes;
    size_t used_bytes; /* handed out since init or reset, for caps */
};

/* Nothing is allocated until the first arena_alloc. */
void arena_init(struct arena *arena, size_t first_block_bytes);
/* Frees everything; the arena is then as after arena_init. */
void arena_free(struct arena *arena);
/* Forgets everything, keeps one block. */
void arena_reset(struct arena *arena);

/* Memory aligned for any object, not zeroed; NULL where there is none. Borrowed until free or
 * reset. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* The same, zeroed; count * bytes is checked against overflow. */
void *arena_zalloc(struct arena *arena, size_t count, size_t bytes);
/* A copy with a NUL behind it; NULL where there is no memory. */
char *arena_copy(struct arena *arena, const char *text, size_t count);
char *arena_strdup(struct arena *arena, const char *text);

#endif
