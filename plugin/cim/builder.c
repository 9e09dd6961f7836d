/* SPDX-License-Identifier: MIT */
#include "cim/builder.h"

#include <string.h>

#include "base/arena.h"
#include "cim/layout.h"
#include "cim/value.h"

#define FIRST_ARRAY_ITEMS 4

static int put_scalar(MI_Instance *self, const struct cim_element *from, MI_Value *to,
                      struct err *err)
{
    if (from->type != MI_STRING) {
        *to = *from->value;
        return 0;
    }
    to->string = arena_copy(self->arena, from->text, from->text_bytes);
    return to->string != NULL ? 0 : err_memory(err);
}

/* Name and text in one piece of memory: a property costs one arena_alloc. */
static int add_new(MI_Instance *self, const struct cim_element *from, bool keeps_order,
                   struct err *err)
{
    if (self->count >= CIM_INSTANCE_MAX_ELEMENTS)
        return err_set(err, ERR_LIMIT, "instance of %s has more than %d properties",
                       self->class_name, CIM_INSTANCE_MAX_ELEMENTS);
    bool null_value = (from->flags & MI_FLAG_NULL) != 0;
    bool text = from->type == MI_STRING && !null_value;
    size_t name_room = from->name_bytes + 1;
    char *memory = arena_alloc(self->arena, name_room + (text ? from->text_bytes + 1 : 0));
    if (memory == NULL || cim_instance_reserve(self) != 0)
        return err_memory(err);
    memcpy(memory, from->name, from->name_bytes);
    memory[from->name_bytes] = '\0';
    struct cim_slot *element = &self->elements[self->count++];
    *element = (struct cim_slot){
        .name = memory,
        .name_bytes = (MI_Uint32)from->name_bytes,
        .type = from->type,
        .flags = from->flags,
    };
    self->sorted = keeps_order;
    if (text) {
        element->value.string = memory + name_room;
        memcpy(memory + name_room, from->text, from->text_bytes);
        memory[name_room + from->text_bytes] = '\0';
    } else if (!null_value) {
        element->value = *from->value;
    }
    return 0;
}

/* Room for one more item behind the old ones. */
static int grow_array(MI_Instance *self, struct cim_slot *element, size_t item_bytes,
                      struct err *err)
{
    MI_Array *array = &element->value.array;
    if (array->size < element->array_capacity)
        return 0;
    MI_Uint32 capacity = array->size < FIRST_ARRAY_ITEMS ? FIRST_ARRAY_ITEMS : array->size * 2;
    void *data = arena_alloc(self->arena, capacity * item_bytes);
    if (data == NULL)
        return err_memory(err);
    if (array->size > 0)
        memcpy(data, array->data, array->size * item_bytes);
    array->data = data;
    element->array_capacity = capacity;
    return 0;
}

static int append_item(MI_Instance *self, struct cim_slot *element, const MI_Value *item,
                       struct err *err)
{
    size_t item_bytes = cim_value_item_bytes(element->type);
    if (grow_array(self, element, item_bytes, err) != 0)
        return -1;
    MI_Array *array = &element->value.array;
    memcpy((char *)array->data + array->size * item_bytes, item, item_bytes);
    array->size++;
    return 0;
}

/* A scalar or a null becomes an array of one item or none. */
static int make_array(MI_Instance *self, struct cim_slot *element, struct err *err)
{
    if (element->type & MI_ARRAY && !(element->flags & MI_FLAG_NULL))
        return 0;
    struct cim_slot array = *element;
    array.type |= MI_ARRAY;
    array.flags &= ~MI_FLAG_NULL;
    array.array_capacity = 0;
    memset(&array.value, 0, sizeof array.value);
    if (grow_array(self, &array, cim_value_item_bytes(array.type), err) != 0)
        return -1;
    if (!(element->flags & MI_FLAG_NULL) && append_item(self, &array, &element->value, err) != 0)
        return -1;
    *element = array;
    return 0;
}

static int add_again(MI_Instance *self, struct cim_slot *element, const struct cim_element *from,
                     struct err *err)
{
    bool old_null = (element->flags & MI_FLAG_NULL) != 0;
    bool new_null = (from->flags & MI_FLAG_NULL) != 0;
    if (old_null && new_null)
        return 0;
    if (!old_null && !new_null && (element->type & ~MI_ARRAY) != (from->type & ~MI_ARRAY))
        return err_set(err, ERR_PROTOCOL, "property %s holds items of different types",
                       element->name);
    if (old_null)
        element->type = from->type; /* the type of an untyped null was only a guess */
    if (make_array(self, element, err) != 0)
        return -1;
    MI_Value item;
    if (new_null)
        return 0;
    return put_scalar(self, from, &item, err) != 0 ? -1 : append_item(self, element, &item, err);
}

int cim_builder_add(MI_Instance *self, const struct cim_element *element, struct err *err)
{
    if (element->name_bytes == 0 || element->name_bytes > CIM_INSTANCE_MAX_NAME)
        return err_set(err, ERR_PROTOCOL, "a property name of %zu bytes", element->name_bytes);
    bool keeps_order;
    struct cim_slot *old =
        cim_instance_find_for_add(self, element->name, element->name_bytes, &keeps_order);
    if (old != NULL)
        return add_again(self, old, element, err);
    return add_new(self, element, keeps_order, err);
}
