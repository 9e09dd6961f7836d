/* SPDX-License-Identifier: MIT */
/*
 * class: an MI_Class: what a class declares: its properties with their true types, keys and
 * defaults, and the qualifiers of both (a performance counter's CounterType is one).
 *
 * Not an instance and not its methods, which this client never calls. Immutable once built; clones
 * share it and may be used and deleted by any threads. Names are compared without regard to (ASCII)
 * case.
 *
 * Functions named MI_* are Microsoft's (pages "MI_Class_..." and "MI_QualifierSet_..." of the MI
 * API; repository MicrosoftDocs/sdk-api, sdk-api-src/content/mi). What they hand out is borrowed
 * until MI_Class_Delete; outputs may be NULL.
 */
#ifndef CIM_CLASS_H
#define CIM_CLASS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cim/types.h"

#define CIM_CLASS_MAX_PROPERTIES 2048 /* as CIM_INSTANCE_MAX_ELEMENTS */
#define CIM_CLASS_MAX_QUALIFIERS 16384
#define CIM_CLASS_MAX_NAME       1024
#define CIM_CLASS_MAX_BYTES      (2 * 1024 * 1024) /* of memory, all in all */

typedef struct _MI_Class MI_Class;

/* The qualifiers of a class or of one property; borrowed from the class. Its fields are private. */
typedef struct _MI_QualifierSet {
    MI_Uint64 reserved1;
    ptrdiff_t reserved2;
    const void *ft;
} MI_QualifierSet;

MI_Result MI_Class_GetClassName(const MI_Class *self, const MI_Char **className);
/* The namespace that was asked; NULL where the server chose. */
MI_Result MI_Class_GetNameSpace(const MI_Class *self, const MI_Char **nameSpace);
/* Always NULL: a schema names no computer. */
MI_Result MI_Class_GetServerName(const MI_Class *self, const MI_Char **serverName);
/* NULL where there is no parent. */
MI_Result MI_Class_GetParentClassName(const MI_Class *self, const MI_Char **name);
MI_Result MI_Class_GetElementCount(const MI_Class *self, MI_Uint32 *count);
/* *value is the default where *valueExists. *referenceClass: the class that a reference or an
 * embedded instance must be of, else NULL. *flags: MI_FLAG_PROPERTY, and
 * MI_FLAG_KEY where the qualifier key says so. NO_SUCH_PROPERTY. */
MI_Result MI_Class_GetElement(const MI_Class *self, const MI_Char *name, MI_Value *value,
                              MI_Boolean *valueExists, MI_Type *type, MI_Char **referenceClass,
                              MI_QualifierSet *qualifierSet, MI_Uint32 *flags, MI_Uint32 *index);
MI_Result MI_Class_GetElementAt(const MI_Class *self, MI_Uint32 index, const MI_Char **name,
                                MI_Value *value, MI_Boolean *valueExists, MI_Type *type,
                                MI_Char **referenceClass, MI_QualifierSet *qualifierSet,
                                MI_Uint32 *flags);
MI_Result MI_Class_GetClassQualifierSet(const MI_Class *self, MI_QualifierSet *qualifierSet);
/* New: delete it too. The two share what they say. FAILED without memory. */
MI_Result MI_Class_Clone(const MI_Class *self, MI_Class **newClass);
/* INVALID_PARAMETER on NULL and on a class that an operation holds. */
MI_Result MI_Class_Delete(MI_Class *self);

MI_Result MI_QualifierSet_GetQualifierCount(const MI_QualifierSet *self, MI_Uint32 *count);
/* Flags: MI_FLAG_ENABLEOVERRIDE or DISABLEOVERRIDE, TOSUBCLASS or RESTRICTED, TRANSLATABLE, NULL
 * (DSP0201 QualifierFlavor). The pages name no result for an index or name that is not there:
 * NOT_FOUND. */
MI_Result MI_QualifierSet_GetQualifierAt(const MI_QualifierSet *self, MI_Uint32 index,
                                         const MI_Char **name, MI_Type *qualifierType,
                                         MI_Uint32 *qualifierFlags, MI_Value *qualifierValue);
MI_Result MI_QualifierSet_GetQualifier(const MI_QualifierSet *self, const MI_Char *name,
                                       MI_Type *qualifierType, MI_Uint32 *qualifierFlags,
                                       MI_Value *qualifierValue, MI_Uint32 *index);

/* --- What this client reads from a class; not part of the MI API. --- */

struct cim_qualifier {
    const char *name;
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value; /* zero where MI_FLAG_NULL */
};

/* One property, as the class declares it. */
struct cim_property {
    const char *name;
    MI_Uint32 name_bytes;
    MI_Type type;
    MI_Uint32 flags;
    bool is_counter;               /* counter_type is known, and type is a number */
    MI_Uint32 counter_type;        /* the qualifier CounterType (WmiSdk, countertype-qualifier) */
    const char *base;              /* the qualifier Base: the property it is divided by; NULL */
    const char *units;             /* the qualifier Units; NULL */
    const char *reference_class;   /* NULL: none */
    const MI_Value *default_value; /* NULL: none */
    MI_Uint32 first_qualifier, qualifier_count;
};

/* The property of that name, found by its hash; NULL where the class has none. Borrowed. */
const struct cim_property *cim_class_find(const MI_Class *self, const char *name,
                                          size_t name_bytes);
/* Borrowed; NULL past the last. */
const struct cim_property *cim_class_property(const MI_Class *self, MI_Uint32 index);
/* The qualifier Singleton: one instance, no keys (WmiSdk, class-qualifiers-for-performance-counter
 * -classes). */
bool cim_class_is_singleton(const MI_Class *self);
/* A sentence about the first thing in it that is not as it should be and was put right (a type
 * nobody knows, read as text); NULL where all is well. Borrowed. */
const char *cim_class_doubt(const MI_Class *self);
/* Bytes it takes, for measurements. */
size_t cim_class_bytes(const MI_Class *self);

/* As cim_instance_hold. */
void cim_class_hold(MI_Class *self, bool held);

#endif
