/* SPDX-License-Identifier: MIT */
#include "cim/typing.h"

#include <string.h>

#include "base/arena.h"
#include "cim/layout.h"
#include "cim/value.h"

static bool is_read_from_text(MI_Type type)
{
    MI_Type item = type & ~MI_ARRAY;
    return item != MI_STRING && item != MI_REFERENCE && item != MI_INSTANCE;
}

static int parse(MI_Type type, const char *text, MI_Value *value)
{
    return cim_value_parse(type & ~MI_ARRAY, text, strlen(text), value, NULL);
}

/* Text -> one value. */
static void type_scalar(struct cim_slot *element, MI_Type type)
{
    MI_Value value;
    if (parse(type, element->value.string, &value) != 0)
        return;
    element->type = type;
    element->value = value;
}

/* Texts -> an array of values, all or none. */
static int type_array(struct arena *arena, struct cim_slot *element, MI_Type type, struct err *err)
{
    const MI_StringA *texts = &element->value.stringa;
    size_t item_bytes = cim_value_item_bytes(type);
    char *items = arena_alloc(arena, (texts->size > 0 ? texts->size : 1) * item_bytes);
    if (items == NULL)
        return err_memory(err);
    for (MI_Uint32 i = 0; i < texts->size; i++) {
        MI_Value value;
        if (parse(type, texts->data[i], &value) != 0)
            return 0;
        memcpy(items + i * item_bytes, &value, item_bytes);
    }
    element->type = type;
    element->array_capacity = texts->size;
    element->value.array.data = items;
    return 0;
}

/* One element of an array looks like a scalar on the wire. */
static int wrap(struct arena *arena, struct cim_slot *element, struct err *err)
{
    size_t item_bytes = cim_value_item_bytes(element->type);
    void *item = arena_alloc(arena, item_bytes);
    if (item == NULL)
        return err_memory(err);
    memcpy(item, &element->value, item_bytes);
    element->type |= MI_ARRAY;
    element->array_capacity = 1;
    memset(&element->value, 0, sizeof element->value);
    element->value.array = (MI_Array){.data = item, .size = 1};
    return 0;
}

static int type_element(struct arena *arena, struct cim_slot *element,
                        const struct cim_property *property, struct err *err)
{
    MI_Type type = property->type;
    element->flags |= property->flags & MI_FLAG_KEY;
    if (element->flags & MI_FLAG_NULL) {
        element->type = type;
        return 0;
    }
    if (element->type == MI_STRING && is_read_from_text(type))
        type_scalar(element, type & ~MI_ARRAY);
    else if (element->type == MI_STRINGA && is_read_from_text(type) && (type & MI_ARRAY) &&
             type_array(arena, element, type, err) != 0)
        return -1;
    if (element->type == (type & ~MI_ARRAY) && (type & MI_ARRAY))
        return wrap(arena, element, err);
    return 0;
}

int cim_typing_apply(const MI_Class *schema, MI_Instance *instance, MI_Uint32 *unlike,
                     struct err *err)
{
    MI_Uint32 count = 0;
    MI_Uint32 next = 0; /* both come sorted as a rule: the next element is the next property */
    for (MI_Uint32 i = 0; i < instance->count; i++) {
        struct cim_slot *element = &instance->elements[i];
        const struct cim_property *property = cim_class_property(schema, next);
        if (property == NULL || property->name_bytes != element->name_bytes ||
            memcmp(property->name, element->name, element->name_bytes) != 0)
            property = cim_class_find(schema, element->name, element->name_bytes);
        if (property == NULL)
            continue;
        next = (MI_Uint32)(property - cim_class_property(schema, 0)) + 1;
        if (type_element(instance->arena, element, property, err) != 0)
            return -1;
        count += element->type != property->type;
    }
    if (unlike != NULL)
        *unlike = count;
    return 0;
}
