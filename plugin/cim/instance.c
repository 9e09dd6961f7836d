/* SPDX-License-Identifier: MIT */
#include "cim/instance.h"

#include <string.h>

#include "base/arena.h"
#include "cim/layout.h"
#include "cim/name.h"
#include "cim/value.h"

#define SMALL_INSTANCE_ELEMENTS 4
/* Name and value of a Windows property with their NULs, rounded up: a guess that saves blocks. */
#define ELEMENT_TEXT_BYTES 40

#define KEPT_FLAGS (~(MI_FLAG_BORROW | MI_FLAG_ADOPT))

/* ---- Names ---- */

static bool is_name(const char *name)
{
    size_t count = strnlen(name, CIM_INSTANCE_MAX_NAME + 1);
    return count <= CIM_INSTANCE_MAX_NAME && cim_name_is_legal(name, count);
}

static struct cim_slot *find(const MI_Instance *self, const char *name, size_t name_bytes)
{
    for (MI_Uint32 i = 0; i < self->count; i++) {
        struct cim_slot *element = &self->elements[i];
        if (element->name_bytes == name_bytes &&
            cim_name_compare(element->name, name_bytes, name, name_bytes) == 0)
            return element;
    }
    return NULL;
}

/* Hashes for the elements that have none yet; -1 without memory. */
static int hash_elements(MI_Instance *self)
{
    if (self->hash_capacity < self->count) {
        MI_Uint32 *hashes = arena_alloc(self->arena, self->capacity * sizeof *hashes);
        if (hashes == NULL)
            return -1;
        if (self->hashed > 0)
            memcpy(hashes, self->hashes, self->hashed * sizeof *hashes);
        self->hashes = hashes;
        self->hash_capacity = self->capacity;
    }
    for (; self->hashed < self->count; self->hashed++) {
        const struct cim_slot *element = &self->elements[self->hashed];
        self->hashes[self->hashed] = cim_name_hash(self, element->name, element->name_bytes);
    }
    return 0;
}

/* find, for a host that sends thousands of long names in disorder: each costs a compare of numbers
 * with those before it, not of names. */
static struct cim_slot *find_hashed(MI_Instance *self, const char *name, size_t name_bytes)
{
    if (hash_elements(self) != 0)
        return find(self, name, name_bytes);
    MI_Uint32 hash = cim_name_hash(self, name, name_bytes);
    for (MI_Uint32 i = 0; i < self->count; i++) {
        struct cim_slot *element = &self->elements[i];
        if (self->hashes[i] == hash &&
            cim_name_compare(element->name, element->name_bytes, name, name_bytes) == 0)
            return element;
    }
    return NULL;
}

struct cim_slot *cim_instance_find_for_add(MI_Instance *self, const char *name, size_t name_bytes,
                                           bool *keeps_order)
{
    *keeps_order = self->count == 0;
    if (self->count == 0)
        return NULL;
    struct cim_slot *last = &self->elements[self->count - 1];
    int order = cim_name_compare(name, name_bytes, last->name, last->name_bytes);
    if (order == 0)
        return last;
    *keeps_order = self->sorted && order > 0;
    return *keeps_order ? NULL : find_hashed(self, name, name_bytes);
}

/* ---- Birth and death ---- */

static int set_up(MI_Instance *self, const char *class_name, size_t count, MI_Uint32 elements)
{
    self->class_name = arena_copy(self->arena, class_name, count);
    self->elements = arena_alloc(self->arena, elements * sizeof *self->elements);
    self->capacity = elements;
    self->sorted = true;
    return self->class_name != NULL && self->elements != NULL ? 0 : -1;
}

static MI_Instance *new_in_block(const char *class_name, size_t count, MI_Uint32 elements,
                                 size_t block_bytes)
{
    if (count == 0 || count > CIM_INSTANCE_MAX_NAME)
        return NULL;
    struct arena arena;
    arena_init(&arena, block_bytes);
    MI_Instance *self = arena_zalloc(&arena, 1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->own = arena; /* the arena lives in its own first block from here on */
    self->arena = &self->own;
    if (set_up(self, class_name, count, elements) == 0)
        return self;
    arena = self->own;
    arena_free(&arena);
    return NULL;
}

MI_Instance *cim_instance_new_for(const char *class_name, size_t count, MI_Uint32 elements)
{
    if (elements < SMALL_INSTANCE_ELEMENTS)
        elements = SMALL_INSTANCE_ELEMENTS;
    if (elements > CIM_INSTANCE_MAX_ELEMENTS)
        elements = CIM_INSTANCE_MAX_ELEMENTS;
    size_t bytes = sizeof(struct _MI_Instance) + 64 + count +
                   elements * (sizeof(struct cim_slot) + ELEMENT_TEXT_BYTES);
    return new_in_block(class_name, count, elements, bytes);
}

MI_Instance *cim_instance_new(const char *class_name, size_t count)
{
    return cim_instance_new_for(class_name, count, 0);
}

static MI_Instance *new_in_arena(struct arena *arena, const char *class_name, size_t count,
                                 MI_Uint32 elements)
{
    if (count == 0 || count > CIM_INSTANCE_MAX_NAME)
        return NULL;
    MI_Instance *self = arena_zalloc(arena, 1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->arena = arena;
    return set_up(self, class_name, count, elements) == 0 ? self : NULL;
}

MI_Instance *cim_instance_new_inside(MI_Instance *holder, const char *class_name, size_t count)
{
    return new_in_arena(holder->arena, class_name, count, SMALL_INSTANCE_ELEMENTS);
}

MI_Result MI_Instance_Delete(MI_Instance *self)
{
    if (self == NULL || self->held || self->arena != &self->own)
        return MI_RESULT_INVALID_PARAMETER;
    struct arena arena = self->own; /* a copy: the original lies in what is being freed */
    arena_free(&arena);
    return MI_RESULT_OK;
}

void cim_instance_hold(MI_Instance *self, bool held)
{
    self->held = held;
}

size_t cim_instance_bytes(const MI_Instance *self)
{
    return self->arena->used_bytes;
}

/* ---- Deep copies ---- */

static MI_Instance *copy_instance(struct arena *arena, const MI_Instance *from);

/* One item of a scalar type; 0, or -1 without memory. */
static int copy_item(struct arena *arena, MI_Type type, const void *from, void *to)
{
    if (type == MI_STRING) {
        char *text = arena_strdup(arena, *(char *const *)from);
        memcpy(to, &text, sizeof text);
        return text != NULL ? 0 : -1;
    }
    if (type == MI_INSTANCE || type == MI_REFERENCE) {
        MI_Instance *instance = copy_instance(arena, *(MI_Instance *const *)from);
        memcpy(to, &instance, sizeof instance);
        return instance != NULL ? 0 : -1;
    }
    memcpy(to, from, cim_value_item_bytes(type));
    return 0;
}

static int copy_array(struct arena *arena, MI_Type type, const MI_Array *from, MI_Array *to)
{
    size_t item_bytes = cim_value_item_bytes(type);
    char *items = arena_zalloc(arena, from->size > 0 ? from->size : 1, item_bytes);
    if (items == NULL)
        return -1;
    for (MI_Uint32 i = 0; i < from->size; i++) {
        const char *item = (const char *)from->data + i * item_bytes;
        if (copy_item(arena, type & ~MI_ARRAY, item, items + i * item_bytes) != 0)
            return -1;
    }
    to->data = items;
    to->size = from->size;
    return 0;
}

static int copy_value(struct arena *arena, MI_Type type, const MI_Value *from, MI_Value *to)
{
    memset(to, 0, sizeof *to);
    if (type & MI_ARRAY)
        return copy_array(arena, type, &from->array, &to->array);
    return copy_item(arena, type, from, to);
}

static int copy_element(struct arena *arena, const struct cim_slot *from, struct cim_slot *to)
{
    *to = *from;
    to->name = arena_copy(arena, from->name, from->name_bytes);
    if (to->name == NULL)
        return -1;
    if (from->flags & MI_FLAG_NULL)
        return 0;
    to->array_capacity = from->type & MI_ARRAY ? from->value.array.size : 0;
    return copy_value(arena, from->type, &from->value, &to->value);
}

static int copy_text(struct arena *arena, const char *from, const char **to)
{
    if (from == NULL)
        return 0;
    *to = arena_strdup(arena, from);
    return *to != NULL ? 0 : -1;
}

static int copy_content(MI_Instance *self, const MI_Instance *from)
{
    if (copy_text(self->arena, from->name_space, &self->name_space) != 0 ||
        copy_text(self->arena, from->server_name, &self->server_name) != 0)
        return -1;
    for (MI_Uint32 i = 0; i < from->count; i++) {
        if (copy_element(self->arena, &from->elements[i], &self->elements[i]) != 0)
            return -1;
        self->count++;
    }
    self->sorted = from->sorted;
    return 0;
}

static MI_Instance *copy_instance(struct arena *arena, const MI_Instance *from)
{
    MI_Instance *self =
        new_in_arena(arena, from->class_name, strlen(from->class_name), from->count);
    return self != NULL && copy_content(self, from) == 0 ? self : NULL;
}

MI_Result MI_Instance_Clone(const MI_Instance *self, MI_Instance **newInstance)
{
    if (self == NULL || newInstance == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    /* What the original used is what the copy needs: one block, as a rule. */
    MI_Instance *copy = new_in_block(self->class_name, strlen(self->class_name), self->count,
                                     self->arena->used_bytes + sizeof *self);
    if (copy == NULL)
        return MI_RESULT_FAILED;
    if (copy_content(copy, self) != 0) {
        MI_Instance_Delete(copy);
        return MI_RESULT_FAILED;
    }
    *newInstance = copy;
    return MI_RESULT_OK;
}

/* ---- Adding: what both ways share ---- */

int cim_instance_reserve(MI_Instance *self)
{
    if (self->count < self->capacity)
        return 0;
    MI_Uint32 capacity =
        self->capacity < SMALL_INSTANCE_ELEMENTS ? SMALL_INSTANCE_ELEMENTS : self->capacity * 2;
    struct cim_slot *elements = arena_alloc(self->arena, capacity * sizeof *elements);
    if (elements == NULL)
        return -1;
    if (self->count > 0)
        memcpy(elements, self->elements, self->count * sizeof *elements);
    self->elements = elements;
    self->capacity = capacity;
    return 0;
}

/* ---- Adding as the API does ---- */

static bool holds_null_item(MI_Type type, const MI_Value *value)
{
    MI_Type item_type = type & ~MI_ARRAY;
    if (item_type != MI_STRING && item_type != MI_INSTANCE && item_type != MI_REFERENCE)
        return false;
    for (MI_Uint32 i = 0; i < value->array.size; i++) {
        if (((void *const *)value->array.data)[i] == NULL)
            return true;
    }
    return false;
}

static bool is_null(const MI_Value *value, MI_Type type, MI_Uint32 flags)
{
    if (value == NULL || (flags & MI_FLAG_NULL) != 0)
        return true;
    return (type == MI_STRING && value->string == NULL) ||
           (type == MI_INSTANCE && value->instance == NULL) ||
           (type == MI_REFERENCE && value->reference == NULL);
}

/* Type, flags and a copy of the value into *element; its name is left alone. */
static MI_Result take_value(MI_Instance *self, struct cim_slot *element, const MI_Value *value,
                            MI_Type type, MI_Uint32 flags)
{
    struct cim_slot made = *element;
    if (cim_value_item_bytes(type) == 0)
        return MI_RESULT_INVALID_PARAMETER;
    made.type = type;
    made.flags = flags & KEPT_FLAGS;
    made.array_capacity = 0;
    memset(&made.value, 0, sizeof made.value);
    if (is_null(value, type, flags)) {
        made.flags |= MI_FLAG_NULL;
    } else {
        if ((type & MI_ARRAY) && value->array.size > 0 &&
            (value->array.data == NULL || holds_null_item(type, value)))
            return MI_RESULT_INVALID_PARAMETER;
        if (copy_value(self->arena, type, value, &made.value) != 0)
            return MI_RESULT_FAILED;
        made.array_capacity = type & MI_ARRAY ? value->array.size : 0;
    }
    *element = made;
    return MI_RESULT_OK;
}

MI_Result MI_Instance_AddElement(MI_Instance *self, const MI_Char *name, const MI_Value *value,
                                 MI_Type type, MI_Uint32 flags)
{
    if (self == NULL || name == NULL || !is_name(name))
        return MI_RESULT_INVALID_PARAMETER;
    size_t name_bytes = strlen(name);
    bool keeps_order;
    if (cim_instance_find_for_add(self, name, name_bytes, &keeps_order) != NULL)
        return MI_RESULT_ALREADY_EXISTS;
    if (self->count >= CIM_INSTANCE_MAX_ELEMENTS)
        return MI_RESULT_SERVER_LIMITS_EXCEEDED;
    struct cim_slot element = {.name_bytes = (MI_Uint32)name_bytes};
    MI_Result result = take_value(self, &element, value, type, flags);
    if (result != MI_RESULT_OK)
        return result;
    element.name = arena_copy(self->arena, name, name_bytes);
    if (element.name == NULL || cim_instance_reserve(self) != 0)
        return MI_RESULT_FAILED;
    self->elements[self->count++] = element;
    self->sorted = keeps_order;
    return MI_RESULT_OK;
}

/* ---- Reading and replacing ---- */

static void read_element(const struct cim_slot *element, MI_Value *value, MI_Type *type,
                         MI_Uint32 *flags)
{
    if (value != NULL)
        *value = element->value;
    if (type != NULL)
        *type = element->type;
    if (flags != NULL)
        *flags = element->flags;
}

MI_Result MI_Instance_GetElement(const MI_Instance *self, const MI_Char *name, MI_Value *value,
                                 MI_Type *type, MI_Uint32 *flags, MI_Uint32 *index)
{
    if (self == NULL || name == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    const struct cim_slot *element = find(self, name, strlen(name));
    if (element == NULL)
        return MI_RESULT_NO_SUCH_PROPERTY;
    read_element(element, value, type, flags);
    if (index != NULL)
        *index = (MI_Uint32)(element - self->elements);
    return MI_RESULT_OK;
}

MI_Result MI_Instance_GetElementAt(const MI_Instance *self, MI_Uint32 index, const MI_Char **name,
                                   MI_Value *value, MI_Type *type, MI_Uint32 *flags)
{
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (index >= self->count)
        return MI_RESULT_NO_SUCH_PROPERTY;
    if (name != NULL)
        *name = self->elements[index].name;
    read_element(&self->elements[index], value, type, flags);
    return MI_RESULT_OK;
}

MI_Result MI_Instance_GetElementCount(const MI_Instance *self, MI_Uint32 *count)
{
    if (self == NULL || count == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *count = self->count;
    return MI_RESULT_OK;
}

MI_Result MI_Instance_SetElementAt(MI_Instance *self, MI_Uint32 index, const MI_Value *value,
                                   MI_Type type, MI_Uint32 flags)
{
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (index >= self->count)
        return MI_RESULT_NO_SUCH_PROPERTY;
    struct cim_slot *element = &self->elements[index];
    if (element->type != type)
        return MI_RESULT_TYPE_MISMATCH;
    /* What an element is (a key, an out parameter) stays; the caller only says how it is held. */
    MI_Uint32 kept = element->flags & ~MI_FLAG_NULL;
    return take_value(self, element, value, type, flags | kept);
}

MI_Result MI_Instance_SetElement(MI_Instance *self, const MI_Char *name, const MI_Value *value,
                                 MI_Type type, MI_Uint32 flags)
{
    MI_Uint32 index;
    MI_Result result = MI_Instance_GetElement(self, name, NULL, NULL, NULL, &index);
    return result != MI_RESULT_OK ? result
                                  : MI_Instance_SetElementAt(self, index, value, type, flags);
}

MI_Result MI_Instance_ClearElementAt(MI_Instance *self, MI_Uint32 index)
{
    MI_Type type;
    MI_Result result = MI_Instance_GetElementAt(self, index, NULL, NULL, &type, NULL);
    return result != MI_RESULT_OK ? result
                                  : MI_Instance_SetElementAt(self, index, NULL, type, MI_FLAG_NULL);
}

MI_Result MI_Instance_ClearElement(MI_Instance *self, const MI_Char *name)
{
    MI_Uint32 index;
    MI_Result result = MI_Instance_GetElement(self, name, NULL, NULL, NULL, &index);
    return result != MI_RESULT_OK ? result : MI_Instance_ClearElementAt(self, index);
}

/* ---- Names of the whole ---- */

MI_Result MI_Instance_GetClassName(const MI_Instance *self, const MI_Char **className)
{
    if (self == NULL || className == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *className = self->class_name;
    return MI_RESULT_OK;
}

MI_Result MI_Instance_GetNameSpace(const MI_Instance *self, const MI_Char **nameSpace)
{
    if (self == NULL || nameSpace == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *nameSpace = self->name_space;
    return MI_RESULT_OK;
}

MI_Result MI_Instance_GetServerName(const MI_Instance *self, const MI_Char **serverName)
{
    if (self == NULL || serverName == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *serverName = self->server_name;
    return MI_RESULT_OK;
}

static MI_Result set_text(MI_Instance *self, const char **place, const char *text)
{
    const char *copy = NULL;
    if (copy_text(self->arena, text, &copy) != 0)
        return MI_RESULT_FAILED;
    *place = copy;
    return MI_RESULT_OK;
}

MI_Result MI_Instance_SetNameSpace(MI_Instance *self, const MI_Char *nameSpace)
{
    return self != NULL ? set_text(self, &self->name_space, nameSpace)
                        : MI_RESULT_INVALID_PARAMETER;
}

MI_Result MI_Instance_SetServerName(MI_Instance *self, const MI_Char *serverName)
{
    return self != NULL ? set_text(self, &self->server_name, serverName)
                        : MI_RESULT_INVALID_PARAMETER;
}

int cim_instance_set_namespace(MI_Instance *self, const char *name, size_t count, struct err *err)
{
    const char *copy = arena_copy(self->arena, name, count);
    if (copy == NULL)
        return err_memory(err);
    self->name_space = copy;
    return 0;
}

int cim_instance_set_class(MI_Instance *self, const char *name, size_t count, struct err *err)
{
    if (count == 0 || count > CIM_INSTANCE_MAX_NAME)
        return err_set(err, ERR_PROTOCOL, "a class name of %zu bytes", count);
    const char *copy = arena_copy(self->arena, name, count);
    if (copy == NULL)
        return err_memory(err);
    self->class_name = copy;
    return 0;
}

bool cim_instance_has_keys(const MI_Instance *self)
{
    MI_Uint32 flags;
    for (MI_Uint32 i = 0;
         MI_Instance_GetElementAt(self, i, NULL, NULL, NULL, &flags) == MI_RESULT_OK; i++)
        if (flags & MI_FLAG_KEY)
            return true;
    return false;
}
