/* SPDX-License-Identifier: MIT */
/*
 * handle: numbers that stand for sessions and operations, so that a handle closed by one thread and
 * used by another is refused instead of followed.
 *
 * A table of slots with generations belongs to an application and is guarded by its lock; every
 * function here wants that lock held. Not a reference count of its own: the objects count.
 */
#ifndef MI_HANDLE_H
#define MI_HANDLE_H

#include <stddef.h>
#include <stdint.h>

struct mi_handle_slot {
    void *object; /* NULL: free */
    uint32_t generation;
    uint32_t next_free; /* index + 1 */
};

struct mi_handles {
    struct mi_handle_slot *slots;
    uint32_t count;
    uint32_t first_free; /* index + 1; 0: none */
};

void mi_handles_free(struct mi_handles *handles);
/* A number for object, never 0; 0 where there is no memory. */
uint64_t mi_handles_add(struct mi_handles *handles, void *object);
/* The object, or NULL: never given or removed. */
void *mi_handles_find(const struct mi_handles *handles, uint64_t number);
/* Removes; the number is not given again for 2^32 uses of its slot. */
void mi_handles_remove(struct mi_handles *handles, uint64_t number);

#endif
