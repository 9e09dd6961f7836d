/* SPDX-License-Identifier: MIT */
/* class: a class declaration in CIM-XML (DSP0201 5.2.3.1 CLASS), the Body of the reply to a Get of
 * a schema (shared/replies/ps_03_Res_schema). Its elements are in no XML namespace.
 *
 *   class -QUALIFIER-> qualifier                         -VALUE, VALUE.ARRAY-> its value
 *         -PROPERTY, .ARRAY, .REFERENCE-> property       -QUALIFIER-> qualifier
 *                                                        -VALUE, VALUE.ARRAY-> its default
 *         -METHOD and what else there may be-> passed over
 *
 * Only names, types and numbers are relied on: whatever language a host describes things in is text
 * that is kept and not looked at. */
#include <string.h>

#include "cim/class_builder.h"
#include "cim/name.h"
#include "wsman/state.h"

/* What has been seen of an element's children, in node->seen. */
enum { SEEN_VALUE = 1, SEEN_PROPERTY = 2 };

static bool is_cim_xml(const struct wsman_tag *tag, const char *name)
{
    return tag->uri == NULL && strcmp(tag->name, name) == 0;
}

static bool is_word(const char *text, size_t count, const char *word)
{
    return text != NULL && strlen(word) == count && memcmp(text, word, count) == 0;
}

/* ---- VALUE and VALUE.ARRAY ---- */

static int value_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    buf_add(&reader->values, buf_text(&reader->text), reader->text.size_bytes);
    buf_add_char(&reader->values, '\0');
    if (buf_failed(&reader->values, "a value of the class", &reader->err) != 0)
        return wsman_reader_stop(reader);
    reader->value_count++;
    return 0;
}

static const struct wsman_state value = {WSMAN_TEXT_VALUE, wsman_reader_no_child, value_end};

static int values_child(struct wsman_reader *reader, struct wsman_node *child,
                        const struct wsman_tag *tag)
{
    if (!is_cim_xml(tag, "VALUE")) /* VALUE.NULL: an array here has no place for it */
        return wsman_node_become(child, &wsman_document_ignored);
    (void)reader;
    return wsman_node_become(child, &value);
}

static const struct wsman_state values = {WSMAN_TEXT_REFUSED, values_child, NULL};

/* Whether tag is the value of a qualifier or a property; *child gets its state. */
static bool take_value(struct wsman_reader *reader, struct wsman_node *child,
                       const struct wsman_tag *tag, int *result)
{
    bool array = is_cim_xml(tag, "VALUE.ARRAY");
    struct wsman_node *node = wsman_node_around(child);
    if (!array && !is_cim_xml(tag, "VALUE"))
        return false;
    *result = wsman_node_become(child, array ? &values : &value);
    if (node->seen & SEEN_VALUE)
        *result = wsman_reader_fail(reader, ERR_PROTOCOL, "a second value of %.60s", node->name);
    node->seen |= SEEN_VALUE;
    node->type = (node->type & ~MI_ARRAY) | (array ? MI_ARRAY : 0);
    buf_reset(&reader->values);
    reader->value_count = 0;
    return true;
}

static struct cim_texts texts(const struct wsman_reader *reader)
{
    return (struct cim_texts){
        .bytes = buf_text(&reader->values),
        .size_bytes = reader->values.size_bytes,
        .count = reader->value_count,
    };
}

/* DSP0201's order; what a qualifier belongs to depends on it. */
static int fail_order(struct wsman_reader *reader, const struct wsman_node *node)
{
    return wsman_reader_fail(reader, ERR_PROTOCOL, "a QUALIFIER of %.60s after what it describes",
                             node->name);
}

/* ---- QUALIFIER ---- */

/* DSP0201 5.1.9 QualifierFlavor, with its defaults. */
static MI_Uint32 read_flavor(const struct wsman_tag *tag)
{
    size_t count;
    MI_Uint32 flags = 0;
    const char *text = wsman_reader_attribute(tag, "OVERRIDABLE", &count);
    flags |= is_word(text, count, "false") ? MI_FLAG_DISABLEOVERRIDE : MI_FLAG_ENABLEOVERRIDE;
    text = wsman_reader_attribute(tag, "TOSUBCLASS", &count);
    flags |= is_word(text, count, "false") ? MI_FLAG_RESTRICTED : MI_FLAG_TOSUBCLASS;
    text = wsman_reader_attribute(tag, "TRANSLATABLE", &count);
    return flags | (is_word(text, count, "true") ? MI_FLAG_TRANSLATABLE : 0);
}

static int qualifier_child(struct wsman_reader *reader, struct wsman_node *child,
                           const struct wsman_tag *tag)
{
    int result;
    if (take_value(reader, child, tag, &result))
        return result;
    return wsman_node_become(child, &wsman_document_ignored);
}

static int qualifier_end(struct wsman_reader *reader, struct wsman_node *node)
{
    const char *type = node->type_name;
    struct cim_texts value_texts = texts(reader);
    struct cim_declaration what = {
        .name = node->name,
        .name_bytes = strlen(node->name),
        .type_name = type,
        .type_bytes = strlen(type),
        .is_array = (node->type & MI_ARRAY) != 0,
        .flags = node->flags,
    };
    if (cim_class_builder_add_qualifier(reader->schema, &what,
                                        node->seen & SEEN_VALUE ? &value_texts : NULL,
                                        &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

static const struct wsman_state qualifier = {WSMAN_TEXT_REFUSED, qualifier_child, qualifier_end};

/* Name and type are needed where it ends. */
static int open_qualifier(struct wsman_reader *reader, struct wsman_node *node,
                          const struct wsman_tag *tag)
{
    size_t count = 0;
    const char *name = wsman_reader_attribute(tag, "NAME", &count);
    node->state = &qualifier;
    node->name = wsman_reader_keep(reader, name != NULL ? name : "", count);
    count = 0;
    const char *type = wsman_reader_attribute(tag, "TYPE", &count);
    node->type_name = wsman_reader_keep(reader, type != NULL ? type : "", count);
    node->flags = read_flavor(tag);
    return node->name != NULL && node->type_name != NULL ? 0 : -1;
}

/* ---- PROPERTY, PROPERTY.ARRAY, PROPERTY.REFERENCE ---- */

static int property_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    int result;
    if (is_cim_xml(tag, "QUALIFIER")) {
        if (node->seen & SEEN_VALUE)
            return fail_order(reader, node);
        return open_qualifier(reader, child, tag);
    }
    if (take_value(reader, child, tag, &result))
        return result;
    return wsman_node_become(child, &wsman_document_ignored);
}

static int property_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (!(node->seen & SEEN_VALUE))
        return 0;
    struct cim_texts default_texts = texts(reader);
    if (cim_class_builder_set_default(reader->schema, &default_texts, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

static const struct wsman_state property = {WSMAN_TEXT_REFUSED, property_child, property_end};

/* A type nobody knows is text, with a doubt; so is a missing one. */
static MI_Type read_type(const struct wsman_tag *tag, struct cim_declaration *what)
{
    size_t count = 0;
    if (is_cim_xml(tag, "PROPERTY.REFERENCE"))
        return MI_REFERENCE;
    const char *embedded = wsman_reader_attribute(tag, "EmbeddedObject", &count);
    if (is_word(embedded, count, "instance") || is_word(embedded, count, "object"))
        return MI_INSTANCE;
    count = 0;
    const char *type = wsman_reader_attribute(tag, "TYPE", &count);
    what->type_name = type != NULL ? type : "";
    what->type_bytes = count;
    return MI_STRING;
}

static int open_property(struct wsman_reader *reader, struct wsman_node *node,
                         const struct wsman_tag *tag)
{
    struct cim_declaration what = {.is_array = is_cim_xml(tag, "PROPERTY.ARRAY")};
    size_t count = 0;
    const char *name = wsman_reader_attribute(tag, "NAME", &count);
    what.name = name != NULL ? name : "";
    what.name_bytes = count;
    what.type = read_type(tag, &what);
    node->state = &property;
    node->name = "a property"; /* for sentences: the attribute does not outlive this call */
    if (cim_class_builder_add_property(reader->schema, &what, &reader->err) != 0)
        return wsman_reader_stop(reader);
    const char *referred = wsman_reader_attribute(tag, "REFERENCECLASS", &count);
    if (referred != NULL &&
        cim_class_builder_set_reference_class(reader->schema, referred, count, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

/* ---- CLASS ---- */

static int class_child(struct wsman_reader *reader, struct wsman_node *child,
                       const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    if (is_cim_xml(tag, "QUALIFIER")) {
        if (node->seen & SEEN_PROPERTY)
            return fail_order(reader, node);
        return open_qualifier(reader, child, tag);
    }
    if (!is_cim_xml(tag, "PROPERTY") && !is_cim_xml(tag, "PROPERTY.ARRAY") &&
        !is_cim_xml(tag, "PROPERTY.REFERENCE"))
        return wsman_node_become(child, &wsman_document_ignored);
    node->seen |= SEEN_PROPERTY;
    return open_property(reader, child, tag);
}

static const struct wsman_state class_declaration = {WSMAN_TEXT_REFUSED, class_child, NULL};

int wsman_class_open(struct wsman_reader *reader, struct wsman_node *node,
                     const struct wsman_tag *tag)
{
    size_t count = 0;
    if (!is_cim_xml(tag, "CLASS"))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "the Body holds %.60s, not a class",
                                 tag->name);
    const char *name = wsman_reader_attribute(tag, "NAME", &count);
    if (name == NULL || count > CIM_CLASS_MAX_NAME || !cim_name_is_legal(name, count))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a CLASS without a legal NAME");
    reader->schema = cim_class_builder_new(name, count);
    if (reader->schema == NULL)
        return wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    node->state = &class_declaration;
    node->name = "the class";
    const char *parent = wsman_reader_attribute(tag, "SUPERCLASS", &count);
    if (parent != NULL && count > 0 &&
        cim_class_builder_set_parent(reader->schema, parent, count, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}
