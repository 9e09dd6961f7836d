/* SPDX-License-Identifier: MIT */
/* The reader of class declarations: the input is a reply. Whole or cut into pieces, by a reader
 * that is new or one that has read another, it must come out the same; nothing in it is beyond its
 * cap; what is found by name is what is found by place; and an instance that is typed by it loses
 * no element and no digit. */
#include "cim/builder.h"
#include "cim/class.h"
#include "cim/typing.h"
#include "cim/value.h"
#include "fuzz.h"
#include "wsman/reader.h"

#define DUMP_MAX_BYTES (16 * 1024 * 1024)

static struct wsman_reader *used; /* for one input after another */

static int read_class(struct wsman_reader *reader, const uint8_t *bytes, size_t count, size_t most,
                      MI_Class **schema, struct err *err)
{
    struct wsman_reply reply;
    int fed = 0;
    require(wsman_reader_begin(reader, NULL, NULL) == 0);
    wsman_reader_expect(reader, WSMAN_ANSWER_CLASS);
    for (size_t piece; count > 0 && fed == 0; bytes += piece, count -= piece) {
        piece = count < most ? count : most;
        uint8_t *copy = malloc(piece);
        require(copy != NULL);
        memcpy(copy, bytes, piece);
        fed = wsman_reader_feed(reader, copy, piece, err);
        free(copy);
    }
    if (fed != 0 || wsman_reader_finish(reader, &reply, err) != 0) {
        fuzz_require_failure(err);
        return -1;
    }
    require(reply.kind == WSMAN_REPLY_CLASS || reply.kind == WSMAN_REPLY_FAULT);
    require((reply.kind == WSMAN_REPLY_CLASS) == (reply.schema != NULL));
    require(reply.instance == NULL);
    *schema = reply.schema;
    return 0;
}

/* ---- What it says, as text ---- */

static void add_value(struct buf *out, MI_Type type, const MI_Value *value)
{
    if ((type & ~MI_ARRAY) == MI_STRING)
        for (MI_Uint32 i = 0; i < cim_value_count(type, value); i++) {
            MI_Value item;
            cim_value_item(type, value, i, &item);
            require(fuzz_is_xml_text(item.string));
        }
    buf_add_char(out, '=');
    cim_value_print(out, type, value);
    buf_add_char(out, '\n');
}

static void add_qualifiers(struct buf *out, const MI_QualifierSet *set)
{
    MI_Uint32 count, index;
    MI_QualifierSet_GetQualifierCount(set, &count);
    require(count <= CIM_CLASS_MAX_QUALIFIERS);
    for (MI_Uint32 i = 0; i < count; i++) {
        const MI_Char *name;
        MI_Type type;
        MI_Uint32 flags;
        MI_Value value;
        require(MI_QualifierSet_GetQualifierAt(set, i, &name, &type, &flags, &value) ==
                MI_RESULT_OK);
        require(name[0] != '\0' && strlen(name) <= CIM_CLASS_MAX_NAME);
        require(MI_QualifierSet_GetQualifier(set, name, NULL, NULL, NULL, &index) == MI_RESULT_OK);
        require(index == i);
        buf_add_format(out, " %s %d %u", name, (int)type, flags);
        if (flags & MI_FLAG_NULL)
            buf_add_char(out, '\n');
        else
            add_value(out, type, &value);
    }
}

static void add_class(struct buf *out, const MI_Class *schema)
{
    const MI_Char *name, *parent;
    MI_QualifierSet set;
    MI_Uint32 count, index, flags;
    MI_Boolean exists;
    MI_Value value;
    MI_Type type;
    MI_Class_GetClassName(schema, &name);
    MI_Class_GetParentClassName(schema, &parent);
    MI_Class_GetClassQualifierSet(schema, &set);
    MI_Class_GetElementCount(schema, &count);
    require(name[0] != '\0' && strlen(name) <= CIM_CLASS_MAX_NAME);
    require(count <= CIM_CLASS_MAX_PROPERTIES);
    require(cim_class_bytes(schema) <= CIM_CLASS_MAX_BYTES + 65536);
    require(cim_class_doubt(schema) == NULL || fuzz_is_line(cim_class_doubt(schema)));
    buf_add_format(out, "%s %s %d %s\n", name, parent != NULL ? parent : "",
                   cim_class_is_singleton(schema),
                   cim_class_doubt(schema) != NULL ? cim_class_doubt(schema) : "");
    add_qualifiers(out, &set);
    for (MI_Uint32 i = 0; i < count; i++) {
        require(MI_Class_GetElementAt(schema, i, &name, &value, &exists, &type, NULL, &set,
                                      &flags) == MI_RESULT_OK);
        require(MI_Class_GetElement(schema, name, NULL, NULL, NULL, NULL, NULL, NULL, &index) ==
                MI_RESULT_OK);
        require(index == i && (unsigned)type <= MI_INSTANCEA);
        require((flags & ~MI_FLAG_KEY) == MI_FLAG_PROPERTY);
        buf_add_format(out, "%s %d %u\n", name, (int)type, flags);
        if (exists)
            add_value(out, type, &value);
        add_qualifiers(out, &set);
    }
    require(MI_Class_GetElementAt(schema, count, NULL, NULL, NULL, NULL, NULL, NULL, NULL) ==
            MI_RESULT_NO_SUCH_PROPERTY);
}

/* ---- Typing ---- */

static void add_element(MI_Instance *instance, const struct cim_property *property,
                        const char *text)
{
    struct cim_element element = {.name = property->name,
                                  .name_bytes = property->name_bytes,
                                  .type = MI_STRING,
                                  .flags = text[0] == '-' ? MI_FLAG_NULL : 0,
                                  .text = text,
                                  .text_bytes = strlen(text)};
    require(cim_builder_add(instance, &element, NULL) == 0);
}

/* One element for each property, of texts that some types take and others do not. */
static void check_typing(const MI_Class *schema)
{
    static const char *const texts[] = {"1", "300", "-", "TRUE", "4294967296", "x", "1.5"};
    const struct cim_property *property;
    MI_Instance *instance = cim_instance_new("X", 1);
    MI_Uint32 unlike, counted = 0;
    require(instance != NULL);
    for (MI_Uint32 i = 0; (property = cim_class_property(schema, i)) != NULL; i++)
        add_element(instance, property, texts[i % 7]);
    require(cim_typing_apply(schema, instance, &unlike, NULL) == 0);
    for (MI_Uint32 i = 0; (property = cim_class_property(schema, i)) != NULL; i++) {
        MI_Value value, item;
        MI_Type type;
        MI_Uint32 flags;
        require(MI_Instance_GetElementAt(instance, i, NULL, &value, &type, &flags) == MI_RESULT_OK);
        counted += type != property->type;
        require((flags & MI_FLAG_NULL) == 0 || type == property->type);
        if (flags & MI_FLAG_NULL)
            continue;
        require(cim_value_count(type, &value) == 1);
        cim_value_item(type, &value, 0, &item);
        struct buf text;
        buf_init(&text, 100);
        cim_value_print(&text, type & ~MI_ARRAY, &item);
        MI_Type scalar = type & ~MI_ARRAY;
        bool rewritten = scalar == MI_BOOLEAN || scalar == MI_REAL32 || scalar == MI_REAL64;
        require(rewritten || strcmp(buf_text(&text), texts[i % 7]) == 0);
        buf_free(&text);
    }
    require(counted == unlike);
    require(MI_Instance_Delete(instance) == MI_RESULT_OK);
}

/* ---- One input ---- */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const size_t pieces[] = {1 << 20, 1, 7, 256};
    char *first = NULL;
    struct err said = ERR_INIT;
    if (used == NULL)
        used = wsman_reader_new(NULL, NULL);
    require(used != NULL);
    for (size_t i = 0; i < 4; i++) {
        struct wsman_reader *fresh = i < 2 ? wsman_reader_new(NULL, NULL) : NULL;
        struct err err = ERR_INIT;
        struct buf out;
        MI_Class *schema = NULL;
        buf_init(&out, DUMP_MAX_BYTES);
        buf_add_text(&out, "");
        if (read_class(fresh != NULL ? fresh : used, bytes, count, pieces[i], &schema, &err) == 0 &&
            schema != NULL) {
            add_class(&out, schema);
            if (i == 0 && !cim_class_find(schema, "", 0))
                check_typing(schema);
            require(MI_Class_Delete(schema) == MI_RESULT_OK);
        }
        if (i == 0) {
            first = strdup(buf_text(&out));
            said = err;
        }
        require(first != NULL && strcmp(first, buf_text(&out)) == 0);
        require(said.kind == err.kind);
        buf_free(&out);
        wsman_reader_free(fresh);
    }
    free(first);
    return 0;
}
