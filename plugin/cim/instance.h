/* SPDX-License-Identifier: MIT */
/*
 * instance: an MI_Instance: a class name, a namespace, and named, typed elements in order.
 *
 * It lives in one arena and is freed whole with MI_Instance_Delete by whoever owns it; an
 * instance inside a value belongs to the instance that holds it. Not a class: no schema is
 * consulted, a name is just a name. One thread at a time while it changes; read by any thread
 * while nobody changes it. Element names are compared without regard to (ASCII) case, as CIM
 * names are.
 *
 * Functions named MI_* are Microsoft's (pages "MI_Instance_..." of the MI API), return MI_Result
 * and copy what they are given: strings, arrays and embedded instances.
 */
#ifndef CIM_INSTANCE_H
#define CIM_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cim/types.h"

#define CIM_INSTANCE_MAX_ELEMENTS 2048 /* unsorted names are searched one by one */
#define CIM_INSTANCE_MAX_NAME     1024

/* value NULL, a NULL string or instance, or MI_FLAG_NULL: a null of that type. MI_FLAG_BORROW and
 * MI_FLAG_ADOPT are accepted and copied all the same. ALREADY_EXISTS on a second element of a name,
 * INVALID_PARAMETER on an illegal name (not a letter or '_' first, then letters, digits, '_', or
 * bytes >= 0x80; the two leading underscores of system properties are fine), SERVER_LIMITS_EXCEEDED
 * past the maxima, FAILED where memory ran out. */
MI_Result MI_Instance_AddElement(MI_Instance *self, const MI_Char *name, const MI_Value *value,
                                 MI_Type type, MI_Uint32 flags);
/* Replaces value and flags of an element that exists: NO_SUCH_PROPERTY, TYPE_MISMATCH. */
MI_Result MI_Instance_SetElement(MI_Instance *self, const MI_Char *name, const MI_Value *value,
                                 MI_Type type, MI_Uint32 flags);
MI_Result MI_Instance_SetElementAt(MI_Instance *self, MI_Uint32 index, const MI_Value *value,
                                   MI_Type type, MI_Uint32 flags);
/* Outputs may be NULL; pointers in *value are borrowed from the instance. NO_SUCH_PROPERTY. */
MI_Result MI_Instance_GetElement(const MI_Instance *self, const MI_Char *name, MI_Value *value,
                                 MI_Type *type, MI_Uint32 *flags, MI_Uint32 *index);
MI_Result MI_Instance_GetElementAt(const MI_Instance *self, MI_Uint32 index, const MI_Char **name,
                                   MI_Value *value, MI_Type *type, MI_Uint32 *flags);
MI_Result MI_Instance_GetElementCount(const MI_Instance *self, MI_Uint32 *count);
/* Makes the element null. */
MI_Result MI_Instance_ClearElement(MI_Instance *self, const MI_Char *name);
MI_Result MI_Instance_ClearElementAt(MI_Instance *self, MI_Uint32 index);
/* Borrowed until MI_Instance_Delete. *nameSpace and *serverName may be NULL where none was set. */
MI_Result MI_Instance_GetClassName(const MI_Instance *self, const MI_Char **className);
MI_Result MI_Instance_GetNameSpace(const MI_Instance *self, const MI_Char **nameSpace);
MI_Result MI_Instance_SetNameSpace(MI_Instance *self, const MI_Char *nameSpace);
MI_Result MI_Instance_GetServerName(const MI_Instance *self, const MI_Char **serverName);
MI_Result MI_Instance_SetServerName(MI_Instance *self, const MI_Char *serverName);
/* New: free with MI_Instance_Delete. */
MI_Result MI_Instance_Clone(const MI_Instance *self, MI_Instance **newInstance);
/* Frees. INVALID_PARAMETER on NULL and on an instance that another one or an operation holds. */
MI_Result MI_Instance_Delete(MI_Instance *self);

/* --- What the codec and the client use to build one; not part of the MI API. --- */

/* New and empty: free with MI_Instance_Delete. NULL: no memory, or a class name that is empty or
 * longer than CIM_INSTANCE_MAX_NAME. count: bytes of class_name. */
MI_Instance *cim_instance_new(const char *class_name, size_t count);
/* The same, with room for so many elements in one allocation. */
MI_Instance *cim_instance_new_for(const char *class_name, size_t count, MI_Uint32 elements);

/* New and empty, in the arena of holder, to become a value of it with cim_builder_add
 * (cim/builder.h): lives and dies with holder. NULL as above. */
MI_Instance *cim_instance_new_inside(MI_Instance *holder, const char *class_name, size_t count);

/* Replace the class name, or the namespace, by count bytes that need no NUL. -1 with ERR_MEMORY;
 * ERR_PROTOCOL on a class name that cim_instance_new would refuse. */
int cim_instance_set_class(MI_Instance *self, const char *name, size_t count, struct err *err);
int cim_instance_set_namespace(MI_Instance *self, const char *name, size_t count, struct err *err);

/* Whether any element has MI_FLAG_KEY; where none has, all elements are keys, as in a reference. */
bool cim_instance_has_keys(const MI_Instance *self);

/* Marks an instance as held by someone else (an operation's result), so that a stray
 * MI_Instance_Delete by a caller is refused; and undoes that. */
void cim_instance_hold(MI_Instance *self, bool held);

/* The memory that it and all inside it take, for caps. */
size_t cim_instance_bytes(const MI_Instance *self);

#endif
