/* SPDX-License-Identifier: MIT */
#include "cim/class_builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cim/class_layout.h"
#include "cim/name.h"
#include "cim/value.h"

#define FIRST_PROPERTIES      64 /* most Windows classes have fewer */
#define FIRST_QUALIFIERS      128
#define FIRST_BYTES           8192
#define MAX_QUALIFIERS_OF_ONE 64 /* they are searched one by one */
#define DOUBT_BYTES           160

/* DSP0201 CIMType. */
static const struct type_name {
    const char *name;
    MI_Type type;
} type_names[] = {
    {"boolean", MI_BOOLEAN},   {"string", MI_STRING}, {"char16", MI_CHAR16}, {"uint8", MI_UINT8},
    {"sint8", MI_SINT8},       {"uint16", MI_UINT16}, {"sint16", MI_SINT16}, {"uint32", MI_UINT32},
    {"sint32", MI_SINT32},     {"uint64", MI_UINT64}, {"sint64", MI_SINT64}, {"real32", MI_REAL32},
    {"datetime", MI_DATETIME}, {"real64", MI_REAL64},
};

static bool is_word(const char *text, size_t count, const char *word)
{
    return cim_name_compare(text, count, word, strlen(word)) == 0;
}

static bool find_type(const char *name, size_t count, MI_Type *type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if (is_word(name, count, type_names[i].name)) {
            *type = type_names[i].type;
            return true;
        }
    }
    return false;
}

/* ---- Memory, doubts ---- */

static int check_room(const struct cim_class_content *content, size_t more, struct err *err)
{
    if (more > CIM_CLASS_MAX_BYTES || content->arena.used_bytes > CIM_CLASS_MAX_BYTES - more)
        return err_set(err, ERR_LIMIT, "class %s takes more than %d bytes", content->name,
                       CIM_CLASS_MAX_BYTES);
    return 0;
}

static char *copy(struct cim_class_content *content, const char *text, size_t count,
                  struct err *err)
{
    if (check_room(content, count + 1, err) != 0)
        return NULL;
    char *kept = arena_copy(&content->arena, text, count);
    if (kept == NULL)
        err_memory(err);
    return kept;
}

/* Only the first is kept; without memory it is none. */
__attribute__((format(printf, 2, 3))) static void doubt(struct cim_class_content *content,
                                                        const char *format, ...)
{
    char text[DOUBT_BYTES];
    va_list ap;
    if (content->doubt != NULL)
        return;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    utf8_clean_line(text);
    content->doubt = copy(content, text, strlen(text), NULL);
}

/* A larger array with the old items. NULL without memory. */
static void *grow(struct cim_class_content *content, const void *old, MI_Uint32 count,
                  MI_Uint32 capacity, size_t item_bytes, struct err *err)
{
    if (check_room(content, capacity * item_bytes, err) != 0)
        return NULL;
    void *items = arena_zalloc(&content->arena, capacity, item_bytes);
    if (items == NULL)
        err_memory(err);
    else if (count > 0)
        memcpy(items, old, count * item_bytes);
    return items;
}

/* ---- The class ---- */

static struct cim_class_content *new_content(const char *name, size_t count)
{
    struct arena arena;
    arena_init(&arena, FIRST_BYTES);
    struct cim_class_content *content = arena_zalloc(&arena, 1, sizeof *content);
    char *kept = content != NULL ? arena_copy(&arena, name, count) : NULL;
    if (kept == NULL) {
        arena_free(&arena);
        return NULL;
    }
    content->arena = arena; /* it lives in its own first block from here on */
    content->name = kept;
    atomic_init(&content->holders, 1);
    return content;
}

MI_Class *cim_class_builder_new(const char *name, size_t count)
{
    if (count > CIM_CLASS_MAX_NAME || !cim_name_is_legal(name, count))
        return NULL;
    MI_Class *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->content = new_content(name, count);
    if (self->content != NULL)
        return self;
    free(self);
    return NULL;
}

static int set_text(MI_Class *self, const char **to, const char *text, size_t count,
                    struct err *err)
{
    if (count > CIM_CLASS_MAX_NAME)
        return err_set(err, ERR_LIMIT, "class %s: a name of %zu bytes", self->content->name, count);
    const char *kept = copy(self->content, text, count, err);
    if (kept == NULL)
        return -1;
    *to = kept;
    return 0;
}

int cim_class_builder_set_parent(MI_Class *self, const char *name, size_t count, struct err *err)
{
    return set_text(self, &self->content->parent, name, count, err);
}

int cim_class_builder_set_namespace(MI_Class *self, const char *name, size_t count, struct err *err)
{
    return set_text(self, &self->content->name_space, name, count, err);
}

/* ---- Values ---- */

/* One item of that type at *to; 1: the text is none of the type. */
static int put_item(struct cim_class_content *content, MI_Type type, const char *text, void *to,
                    struct err *err)
{
    MI_Value value;
    if (type == MI_STRING) {
        char *kept = copy(content, text, strlen(text), err);
        memcpy(to, &kept, sizeof kept);
        return kept != NULL ? 0 : -1;
    }
    if (cim_value_parse(type, text, strlen(text), &value, NULL) != 0)
        return 1;
    memcpy(to, &value, cim_value_item_bytes(type));
    return 0;
}

static int put_array(struct cim_class_content *content, MI_Type type, const struct cim_texts *texts,
                     MI_Array *to, struct err *err)
{
    size_t item_bytes = cim_value_item_bytes(type);
    char *items = grow(content, NULL, 0, texts->count > 0 ? texts->count : 1, item_bytes, err);
    const char *text = texts->bytes;
    if (items == NULL)
        return -1;
    for (MI_Uint32 i = 0; i < texts->count; i++) {
        int rc = put_item(content, type & ~MI_ARRAY, text, items + i * item_bytes, err);
        if (rc != 0)
            return rc;
        text += strlen(text) + 1;
    }
    to->data = items;
    to->size = texts->count;
    return 0;
}

/* The texts as a value of that type; 1: they are none. */
static int put_value(struct cim_class_content *content, MI_Type type, const struct cim_texts *texts,
                     MI_Value *value, struct err *err)
{
    memset(value, 0, sizeof *value);
    if ((type & ~MI_ARRAY) == MI_REFERENCE || (type & ~MI_ARRAY) == MI_INSTANCE)
        return 1;
    if (type & MI_ARRAY)
        return put_array(content, type, texts, &value->array, err);
    if (texts->count != 1)
        return 1;
    return put_item(content, type, texts->bytes, value, err);
}

/* ---- Properties ---- */

/* Twice as many slots as properties fit, so that a search ends soon. */
static int make_slots(struct cim_class_content *content, struct err *err)
{
    MI_Uint32 slot_count = content->capacity * 2;
    MI_Uint16 *slots = grow(content, NULL, 0, slot_count, sizeof *slots, err);
    if (slots == NULL)
        return -1;
    content->slots = slots;
    content->slot_count = slot_count;
    for (MI_Uint32 i = 0; i < content->count; i++) {
        const struct cim_property *property = &content->properties[i];
        *cim_class_slot(content, property->name, property->name_bytes) = (MI_Uint16)(i + 1);
    }
    return 0;
}

static int reserve_property(struct cim_class_content *content, struct err *err)
{
    if (content->count < content->capacity)
        return 0;
    if (content->count >= CIM_CLASS_MAX_PROPERTIES)
        return err_set(err, ERR_LIMIT, "class %s has more than %d properties", content->name,
                       CIM_CLASS_MAX_PROPERTIES);
    MI_Uint32 capacity = content->capacity == 0 ? FIRST_PROPERTIES : content->capacity * 2;
    struct cim_property *properties =
        grow(content, content->properties, content->count, capacity, sizeof *properties, err);
    if (properties == NULL)
        return -1;
    content->properties = properties;
    content->capacity = capacity;
    return make_slots(content, err);
}

static int check_name(const char *kind, const struct cim_declaration *what, struct err *err)
{
    if (what->name_bytes > CIM_CLASS_MAX_NAME)
        return err_set(err, ERR_LIMIT, "a %s with a name of %zu bytes", kind, what->name_bytes);
    if (!cim_name_is_legal(what->name, what->name_bytes))
        return err_set(err, ERR_PROTOCOL, "a %s with the name \"%.*s\", which is none", kind,
                       (int)(what->name_bytes < 60 ? what->name_bytes : 60), what->name);
    return 0;
}

static MI_Type choose_type(struct cim_class_content *content, const char *kind,
                           const struct cim_declaration *what)
{
    MI_Type type = what->type;
    if (what->type_name != NULL && !find_type(what->type_name, what->type_bytes, &type)) {
        doubt(content, "%s %.*s has the type \"%.*s\", which is none: it is read as text", kind,
              (int)(what->name_bytes < 60 ? what->name_bytes : 60), what->name,
              (int)(what->type_bytes < 30 ? what->type_bytes : 30), what->type_name);
        type = MI_STRING;
    }
    return what->is_array ? type | MI_ARRAY : type;
}

int cim_class_builder_add_property(MI_Class *self, const struct cim_declaration *what,
                                   struct err *err)
{
    struct cim_class_content *content = self->content;
    if (check_name("property", what, err) != 0 || reserve_property(content, err) != 0)
        return -1;
    MI_Uint16 *slot = cim_class_slot(content, what->name, what->name_bytes);
    if (*slot != 0)
        return err_set(err, ERR_PROTOCOL, "class %.60s declares property %.60s twice",
                       content->name, content->properties[*slot - 1].name);
    const char *name = copy(content, what->name, what->name_bytes, err);
    if (name == NULL)
        return -1;
    content->properties[content->count++] = (struct cim_property){
        .name = name,
        .name_bytes = (MI_Uint32)what->name_bytes,
        .type = choose_type(content, "property", what),
        .flags = MI_FLAG_PROPERTY,
        .first_qualifier = content->qualifier_count,
    };
    *slot = (MI_Uint16)content->count;
    return 0;
}

static struct cim_property *last_property(struct cim_class_content *content)
{
    return content->count > 0 ? &content->properties[content->count - 1] : NULL;
}

int cim_class_builder_set_reference_class(MI_Class *self, const char *name, size_t count,
                                          struct err *err)
{
    return set_text(self, &last_property(self->content)->reference_class, name, count, err);
}

int cim_class_builder_set_default(MI_Class *self, const struct cim_texts *texts, struct err *err)
{
    struct cim_class_content *content = self->content;
    struct cim_property *property = last_property(content);
    MI_Value value;
    int rc = put_value(content, property->type, texts, &value, err);
    if (rc > 0)
        doubt(content, "the default of property %.60s is no %s", property->name,
              cim_value_type_name(property->type));
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    MI_Value *kept = grow(content, NULL, 0, 1, sizeof *kept, err);
    if (kept == NULL)
        return -1;
    *kept = value;
    property->default_value = kept;
    return 0;
}

/* ---- Qualifiers ---- */

static bool is_number(MI_Type type)
{
    return type >= MI_UINT8 && type <= MI_SINT64;
}

static bool is_true(const struct cim_qualifier *qualifier)
{
    return qualifier->type == MI_BOOLEAN && !(qualifier->flags & MI_FLAG_NULL) &&
           qualifier->value.boolean;
}

/* sint32 on Windows (WmiSdk, property-qualifiers-for-performance-counter-classes); any integer
 * that fits is taken. */
static void take_counter_type(struct cim_class_content *content, struct cim_property *property,
                              const struct cim_qualifier *qualifier, const struct cim_texts *texts)
{
    MI_Value value;
    if (is_number(property->type) && !(qualifier->type & MI_ARRAY) && texts->count == 1 &&
        cim_value_parse(MI_UINT32, texts->bytes, strlen(texts->bytes), &value, NULL) == 0) {
        property->is_counter = true;
        property->counter_type = value.uint32;
        return;
    }
    doubt(content, "the CounterType of property %.60s is of no use: \"%.40s\" on a %s%s",
          property->name, texts->count > 0 ? texts->bytes : "", cim_value_type_name(property->type),
          property->type & MI_ARRAY ? " array" : "");
}

static const char *text_of(const struct cim_qualifier *qualifier)
{
    return qualifier->type == MI_STRING && !(qualifier->flags & MI_FLAG_NULL)
               ? qualifier->value.string
               : NULL;
}

/* What this client reads. The names are not localised, only the texts of some qualifiers are
 * (Description, Units, Values), of which nothing is computed. CIM_Key is no key: of the four of
 * Win32_DiskDrive only one is a key there (shared/replies/ps_03_Res_schema). */
static void note_property(struct cim_class_content *content, struct cim_property *property,
                          const struct cim_qualifier *qualifier, const struct cim_texts *texts)
{
    size_t count = strlen(qualifier->name);
    if (is_word(qualifier->name, count, "key") && is_true(qualifier))
        property->flags |= MI_FLAG_KEY;
    else if (is_word(qualifier->name, count, "CounterType") && texts != NULL)
        take_counter_type(content, property, qualifier, texts);
    else if (is_word(qualifier->name, count, "Base"))
        property->base = text_of(qualifier);
    else if (is_word(qualifier->name, count, "Units"))
        property->units = text_of(qualifier);
}

static int reserve_qualifier(struct cim_class_content *content, struct err *err)
{
    if (content->qualifier_count < content->qualifier_capacity)
        return 0;
    if (content->qualifier_count >= CIM_CLASS_MAX_QUALIFIERS)
        return err_set(err, ERR_LIMIT, "class %s has more than %d qualifiers", content->name,
                       CIM_CLASS_MAX_QUALIFIERS);
    MI_Uint32 capacity =
        content->qualifier_capacity == 0 ? FIRST_QUALIFIERS : content->qualifier_capacity * 2;
    struct cim_qualifier *qualifiers = grow(content, content->qualifiers, content->qualifier_count,
                                            capacity, sizeof *qualifiers, err);
    if (qualifiers == NULL)
        return -1;
    content->qualifiers = qualifiers;
    content->qualifier_capacity = capacity;
    return 0;
}

/* What the qualifier belongs to must not have one of that name. */
static int check_new(const struct cim_class_content *content, MI_Uint32 first,
                     const struct cim_declaration *what, struct err *err)
{
    if (content->qualifier_count - first >= MAX_QUALIFIERS_OF_ONE)
        return err_set(err, ERR_LIMIT, "more than %d qualifiers of one element of class %.60s",
                       MAX_QUALIFIERS_OF_ONE, content->name);
    for (MI_Uint32 i = first; i < content->qualifier_count; i++) {
        const char *name = content->qualifiers[i].name;
        if (cim_name_compare(name, strlen(name), what->name, what->name_bytes) == 0)
            return err_set(err, ERR_PROTOCOL,
                           "a second qualifier %.60s of one element of class "
                           "%.60s",
                           name, content->name);
    }
    return 0;
}

/* Most properties repeat the qualifiers of the one before. */
static const char *keep_name(struct cim_class_content *content, const struct cim_declaration *what,
                             struct err *err)
{
    MI_Uint32 first = content->qualifier_count > 16 ? content->qualifier_count - 16 : 0;
    for (MI_Uint32 i = content->qualifier_count; i > first; i--) {
        const char *name = content->qualifiers[i - 1].name;
        if (strlen(name) == what->name_bytes && memcmp(name, what->name, what->name_bytes) == 0)
            return name;
    }
    return copy(content, what->name, what->name_bytes, err);
}

static int fill_qualifier(struct cim_class_content *content, struct cim_qualifier *qualifier,
                          const struct cim_texts *texts, struct err *err)
{
    if (texts == NULL) {
        qualifier->flags |= MI_FLAG_NULL;
        return 0;
    }
    int rc = put_value(content, qualifier->type, texts, &qualifier->value, err);
    if (rc <= 0)
        return rc;
    doubt(content, "qualifier %.60s is no %s", qualifier->name,
          cim_value_type_name(qualifier->type));
    qualifier->type = texts->count == 1 ? MI_STRING : MI_STRINGA;
    return put_value(content, qualifier->type, texts, &qualifier->value, err);
}

int cim_class_builder_add_qualifier(MI_Class *self, const struct cim_declaration *what,
                                    const struct cim_texts *texts, struct err *err)
{
    struct cim_class_content *content = self->content;
    struct cim_property *property = last_property(content);
    MI_Uint32 first = property != NULL ? property->first_qualifier : 0;
    if (check_name("qualifier", what, err) != 0 || check_new(content, first, what, err) != 0 ||
        reserve_qualifier(content, err) != 0)
        return -1;
    struct cim_qualifier *qualifier = &content->qualifiers[content->qualifier_count];
    *qualifier = (struct cim_qualifier){
        .name = keep_name(content, what, err),
        .type = choose_type(content, "qualifier", what),
        .flags = what->flags,
    };
    if (qualifier->name == NULL || fill_qualifier(content, qualifier, texts, err) != 0)
        return -1;
    content->qualifier_count++;
    if (property != NULL) {
        property->qualifier_count++;
        note_property(content, property, qualifier, texts);
    } else {
        content->own_qualifier_count++;
        content->is_singleton =
            content->is_singleton ||
            (is_word(qualifier->name, strlen(qualifier->name), "Singleton") && is_true(qualifier));
    }
    return 0;
}
