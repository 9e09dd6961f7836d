/* SPDX-License-Identifier: MIT */
/*
 * class_builder: fills a class the way a decoder of CIM-XML meets it (DSP0201): the class, its
 * qualifiers, then one property after another, each with its qualifiers and its default.
 *
 * The class belongs to whoever made it; one thread, and nobody else holds it yet. Nothing needs a
 * NUL; everything is copied. Failures: ERR_MEMORY; ERR_LIMIT past the maxima of cim/class.h;
 * ERR_PROTOCOL for a second property or qualifier of one name, and for a name that is none.
 */
#ifndef CIM_CLASS_BUILDER_H
#define CIM_CLASS_BUILDER_H

#include "cim/class.h"

/* A value as texts, each with a NUL behind it: one, or the items of an array. */
struct cim_texts {
    const char *bytes;
    size_t size_bytes;
    MI_Uint32 count;
};

struct cim_declaration {
    const char *name;
    size_t name_bytes;
    const char *type_name; /* DSP0201 CIMType; unknown or NULL: text, and a doubt */
    size_t type_bytes;
    MI_Type type; /* used where type_name is NULL: MI_REFERENCE, MI_INSTANCE */
    bool is_array;
    MI_Uint32 flags; /* of a qualifier: its flavor */
};

/* New and empty: free with MI_Class_Delete. NULL: no memory, or no legal name. */
MI_Class *cim_class_builder_new(const char *name, size_t count);
int cim_class_builder_set_parent(MI_Class *self, const char *name, size_t count, struct err *err);
int cim_class_builder_set_namespace(MI_Class *self, const char *name, size_t count,
                                    struct err *err);
int cim_class_builder_add_property(MI_Class *self, const struct cim_declaration *what,
                                   struct err *err);
/* Of the property added last. */
int cim_class_builder_set_reference_class(MI_Class *self, const char *name, size_t count,
                                          struct err *err);
/* Of the property added last. A default that is none of its type is left out, with a doubt. */
int cim_class_builder_set_default(MI_Class *self, const struct cim_texts *texts, struct err *err);
/* Of the property added last, or, before there is one, of the class. texts NULL: null. A value that
 * is none of its type becomes text. */
int cim_class_builder_add_qualifier(MI_Class *self, const struct cim_declaration *what,
                                    const struct cim_texts *texts, struct err *err);

#endif
