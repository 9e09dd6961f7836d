/* SPDX-License-Identifier: MIT */
/*
 * class_layout: how a class lies in memory. Private to cim/class.c and cim/class_builder.c.
 */
#ifndef CIM_CLASS_LAYOUT_H
#define CIM_CLASS_LAYOUT_H

#include <stdatomic.h>

#include "base/arena.h"
#include "cim/class.h"

/* What clones share; it lies in its own arena. */
struct cim_class_content {
    struct arena arena;
    atomic_uint holders;
    const char *name;
    const char *parent;
    const char *name_space;
    struct cim_property *properties;
    MI_Uint32 count, capacity;
    struct cim_qualifier *qualifiers; /* the class's own first, then those of each property */
    MI_Uint32 qualifier_count, qualifier_capacity;
    MI_Uint32 own_qualifier_count; /* the class's */
    MI_Uint16 *slots;     /* an open hash table of property indexes + 1, twice as many as fit */
    MI_Uint32 slot_count; /* a power of two */
    bool is_singleton;
    const char *doubt;
};

struct _MI_Class {
    struct cim_class_content *content;
    bool held;
};

/* Where the name is, or would be, in slots, of which there are some. */
MI_Uint16 *cim_class_slot(const struct cim_class_content *content, const char *name,
                          size_t name_bytes);
/* The last holder frees. */
void cim_class_let_go(struct cim_class_content *content);

#endif
