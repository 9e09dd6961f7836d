/* SPDX-License-Identifier: MIT */
/*
 * Live memory: how many blocks the process, libraries included, has allocated and not freed, and
 * how many bytes those have. Included by one file of a test program, whose malloc becomes the
 * counting one; under a sanitizer, which has its own, both are 0 for ever. Any thread.
 */
#ifndef LIVE_BLOCKS_H
#define LIVE_BLOCKS_H

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
static inline long live_blocks(void)
{
    return 0;
}
static inline long live_bytes(void)
{
    return 0;
}
#else
#define IS_SANITIZED 0
#define PRESENT      __attribute__((visibility("default")))
extern void *__libc_malloc(size_t size), *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size), *__libc_memalign(size_t, size_t);
extern void __libc_free(void *block);
static _Atomic long live, bytes_of_live;

static void *count(void *block)
{
    live += block != NULL;
    bytes_of_live += (long)malloc_usable_size(block);
    return block;
}
PRESENT void *malloc(size_t size)
{
    return count(__libc_malloc(size));
}
PRESENT void *calloc(size_t number, size_t size)
{
    return count(__libc_calloc(number, size));
}
PRESENT void *realloc(void *block, size_t size)
{
    if (block == NULL)
        return malloc(size);
    size_t before = malloc_usable_size(block);
    void *moved = __libc_realloc(block, size);
    live -= moved == NULL && size == 0;
    if (moved != NULL || size == 0)
        bytes_of_live += (long)malloc_usable_size(moved) - (long)before;
    return moved;
}
PRESENT void *aligned_alloc(size_t alignment, size_t size)
{
    return count(__libc_memalign(alignment, size));
}
PRESENT int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = aligned_alloc(alignment, size);
    return *block != NULL ? 0 : ENOMEM;
}
PRESENT void free(void *block)
{
    live -= block != NULL;
    bytes_of_live -= (long)malloc_usable_size(block);
    __libc_free(block);
}
static inline long live_blocks(void)
{
    return live;
}
static inline long live_bytes(void)
{
    return bytes_of_live;
}
#endif

#endif
