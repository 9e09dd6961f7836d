/* SPDX-License-Identifier: MIT */
#include "cim/class.h"

#include <stdlib.h>
#include <string.h>

#include "cim/class_layout.h"
#include "cim/name.h"

/* ---- Finding ---- */

MI_Uint16 *cim_class_slot(const struct cim_class_content *content, const char *name,
                          size_t name_bytes)
{
    MI_Uint32 mask = content->slot_count - 1;
    MI_Uint32 at = cim_name_hash(content, name, name_bytes) & mask;
    for (; content->slots[at] != 0; at = (at + 1) & mask) {
        const struct cim_property *property = &content->properties[content->slots[at] - 1];
        if (cim_name_compare(property->name, property->name_bytes, name, name_bytes) == 0)
            break;
    }
    return &content->slots[at];
}

const struct cim_property *cim_class_find(const MI_Class *self, const char *name, size_t name_bytes)
{
    const struct cim_class_content *content = self->content;
    if (content->count == 0)
        return NULL;
    MI_Uint16 slot = *cim_class_slot(content, name, name_bytes);
    return slot != 0 ? &content->properties[slot - 1] : NULL;
}

const struct cim_property *cim_class_property(const MI_Class *self, MI_Uint32 index)
{
    return index < self->content->count ? &self->content->properties[index] : NULL;
}

bool cim_class_is_singleton(const MI_Class *self)
{
    return self->content->is_singleton;
}

const char *cim_class_doubt(const MI_Class *self)
{
    return self->content->doubt;
}

size_t cim_class_bytes(const MI_Class *self)
{
    return sizeof *self + self->content->arena.used_bytes;
}

/* ---- Life ---- */

void cim_class_let_go(struct cim_class_content *content)
{
    if (atomic_fetch_sub(&content->holders, 1) > 1)
        return;
    struct arena arena = content->arena; /* a copy: the original lies in what is being freed */
    arena_free(&arena);
}

MI_Result MI_Class_Clone(const MI_Class *self, MI_Class **newClass)
{
    if (self == NULL || newClass == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    MI_Class *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return MI_RESULT_FAILED;
    copy->content = self->content;
    atomic_fetch_add(&copy->content->holders, 1);
    *newClass = copy;
    return MI_RESULT_OK;
}

MI_Result MI_Class_Delete(MI_Class *self)
{
    if (self == NULL || self->held)
        return MI_RESULT_INVALID_PARAMETER;
    cim_class_let_go(self->content);
    free(self);
    return MI_RESULT_OK;
}

void cim_class_hold(MI_Class *self, bool held)
{
    self->held = held;
}

/* ---- What it says ---- */

static MI_Result give_text(const MI_Class *self, const char *text, const MI_Char **out)
{
    if (self == NULL || out == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *out = text;
    return MI_RESULT_OK;
}

MI_Result MI_Class_GetClassName(const MI_Class *self, const MI_Char **className)
{
    return give_text(self, self != NULL ? self->content->name : NULL, className);
}

MI_Result MI_Class_GetNameSpace(const MI_Class *self, const MI_Char **nameSpace)
{
    return give_text(self, self != NULL ? self->content->name_space : NULL, nameSpace);
}

MI_Result MI_Class_GetServerName(const MI_Class *self, const MI_Char **serverName)
{
    return give_text(self, NULL, serverName);
}

MI_Result MI_Class_GetParentClassName(const MI_Class *self, const MI_Char **name)
{
    return give_text(self, self != NULL ? self->content->parent : NULL, name);
}

MI_Result MI_Class_GetElementCount(const MI_Class *self, MI_Uint32 *count)
{
    if (self == NULL || count == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *count = self->content->count;
    return MI_RESULT_OK;
}

static MI_QualifierSet make_set(const struct cim_class_content *content, MI_Uint32 first,
                                MI_Uint32 count)
{
    return (MI_QualifierSet){
        .reserved1 = count > 0 ? (MI_Uint64)(uintptr_t)&content->qualifiers[first] : 0,
        .reserved2 = (ptrdiff_t)count,
    };
}

MI_Result MI_Class_GetElementAt(const MI_Class *self, MI_Uint32 index, const MI_Char **name,
                                MI_Value *value, MI_Boolean *valueExists, MI_Type *type,
                                MI_Char **referenceClass, MI_QualifierSet *qualifierSet,
                                MI_Uint32 *flags)
{
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    const struct cim_property *property = cim_class_property(self, index);
    if (property == NULL)
        return MI_RESULT_NO_SUCH_PROPERTY;
    if (name != NULL)
        *name = property->name;
    if (value != NULL)
        *value = property->default_value != NULL ? *property->default_value : (MI_Value){0};
    if (valueExists != NULL)
        *valueExists = property->default_value != NULL ? MI_TRUE : MI_FALSE;
    if (type != NULL)
        *type = property->type;
    if (referenceClass != NULL)
        *referenceClass = (MI_Char *)property->reference_class; /* not const in the header */
    if (qualifierSet != NULL)
        *qualifierSet =
            make_set(self->content, property->first_qualifier, property->qualifier_count);
    if (flags != NULL)
        *flags = property->flags;
    return MI_RESULT_OK;
}

MI_Result MI_Class_GetElement(const MI_Class *self, const MI_Char *name, MI_Value *value,
                              MI_Boolean *valueExists, MI_Type *type, MI_Char **referenceClass,
                              MI_QualifierSet *qualifierSet, MI_Uint32 *flags, MI_Uint32 *index)
{
    if (self == NULL || name == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    const struct cim_property *property = cim_class_find(self, name, strlen(name));
    if (property == NULL)
        return MI_RESULT_NO_SUCH_PROPERTY;
    MI_Uint32 at = (MI_Uint32)(property - self->content->properties);
    if (index != NULL)
        *index = at;
    return MI_Class_GetElementAt(self, at, NULL, value, valueExists, type, referenceClass,
                                 qualifierSet, flags);
}

/* ---- Qualifiers ---- */

MI_Result MI_Class_GetClassQualifierSet(const MI_Class *self, MI_QualifierSet *qualifierSet)
{
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (qualifierSet != NULL)
        *qualifierSet = make_set(self->content, 0, self->content->own_qualifier_count);
    return MI_RESULT_OK;
}

static const struct cim_qualifier *first_of(const MI_QualifierSet *set)
{
    return (const struct cim_qualifier *)(uintptr_t)set->reserved1;
}

MI_Result MI_QualifierSet_GetQualifierCount(const MI_QualifierSet *self, MI_Uint32 *count)
{
    if (self == NULL || count == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *count = (MI_Uint32)self->reserved2;
    return MI_RESULT_OK;
}

MI_Result MI_QualifierSet_GetQualifierAt(const MI_QualifierSet *self, MI_Uint32 index,
                                         const MI_Char **name, MI_Type *qualifierType,
                                         MI_Uint32 *qualifierFlags, MI_Value *qualifierValue)
{
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (index >= (MI_Uint32)self->reserved2)
        return MI_RESULT_NOT_FOUND;
    const struct cim_qualifier *qualifier = first_of(self) + index;
    if (name != NULL)
        *name = qualifier->name;
    if (qualifierType != NULL)
        *qualifierType = qualifier->type;
    if (qualifierFlags != NULL)
        *qualifierFlags = qualifier->flags;
    if (qualifierValue != NULL)
        *qualifierValue = qualifier->value;
    return MI_RESULT_OK;
}

MI_Result MI_QualifierSet_GetQualifier(const MI_QualifierSet *self, const MI_Char *name,
                                       MI_Type *qualifierType, MI_Uint32 *qualifierFlags,
                                       MI_Value *qualifierValue, MI_Uint32 *index)
{
    if (self == NULL || name == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    size_t name_bytes = strlen(name);
    for (MI_Uint32 i = 0; i < (MI_Uint32)self->reserved2; i++) {
        const char *found = first_of(self)[i].name;
        if (cim_name_compare(found, strlen(found), name, name_bytes) != 0)
            continue;
        if (index != NULL)
            *index = i;
        return MI_QualifierSet_GetQualifierAt(self, i, NULL, qualifierType, qualifierFlags,
                                              qualifierValue);
    }
    return MI_RESULT_NOT_FOUND;
}
