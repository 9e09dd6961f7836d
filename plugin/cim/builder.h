/* SPDX-License-Identifier: MIT */
/*
 * builder: fills an instance the way a decoder meets elements: one after another, names and texts
 * without a NUL, arrays as repeated siblings.
 *
 * Not the API (MI_Instance_AddElement refuses a second element of a name and copies whole arrays).
 * The instance belongs to whoever made it; one thread at a time.
 */
#ifndef CIM_BUILDER_H
#define CIM_BUILDER_H

#include <stddef.h>

#include "base/err.h"
#include "cim/instance.h"

/* An element as a decoder meets it. Nothing needs a NUL; name and text are copied. */
struct cim_element {
    const char *name; /* only its length is checked: what XML calls a name is one */
    size_t name_bytes;
    MI_Type type;     /* a scalar type; an array type only with null */
    MI_Uint32 flags;  /* MI_FLAG_KEY, MI_FLAG_NULL or 0 */
    const char *text; /* MI_STRING: the text */
    size_t text_bytes;
    const MI_Value
        *value; /* other types; an instance or reference is from cim_instance_new_inside */
};

/* Adds an element, or, where one of that name exists already, appends to its array, as repeated
 * siblings mean (shared/facts/wire.md 2): the second one turns the scalar into an array. A null
 * among the items is left out (MI_StringA has no place for it). -1 with ERR_MEMORY; ERR_LIMIT;
 * ERR_PROTOCOL: an illegal name, or items of different types under one name. */
int cim_builder_add(MI_Instance *self, const struct cim_element *element, struct err *err);

#endif
