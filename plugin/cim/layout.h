/* SPDX-License-Identifier: MIT */
/*
 * layout: how an instance lies in memory. Private to cim/instance.c and cim/builder.c; everybody
 * else asks through cim/instance.h.
 */
#ifndef CIM_LAYOUT_H
#define CIM_LAYOUT_H

#include "base/arena.h"
#include "cim/instance.h"

struct cim_slot {
    const char *name;
    MI_Uint32 name_bytes;
    MI_Uint32 array_capacity; /* items that fit before the array moves; 0 for scalars */
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value; /* zero where MI_FLAG_NULL */
};

struct _MI_Instance {
    struct arena *arena; /* own, or that of the instance this one lies in */
    struct arena own;
    const char *class_name;
    const char *name_space;
    const char *server_name;
    struct cim_slot *elements;
    MI_Uint32 count;
    MI_Uint32 capacity;
    bool sorted;       /* by name so far, as Windows sends them: then a greater name is a new one */
    MI_Uint32 *hashes; /* of the first hashed names; made once the order is broken */
    MI_Uint32 hashed;
    MI_Uint32 hash_capacity;
    bool held;
};

/* The element of that name, or NULL; *keeps_order tells whether a new one at the end leaves the
 * elements sorted. */
struct cim_slot *cim_instance_find_for_add(MI_Instance *self, const char *name, size_t name_bytes,
                                           bool *keeps_order);

/* Room for one more element; -1 without memory. */
int cim_instance_reserve(MI_Instance *self);

#endif
