/* SPDX-License-Identifier: MIT */
/* payload: the one element in the Body that is an instance, and in it properties, arrays as
 * repeated siblings, nulls, datetimes, references and instances inside (shared/facts/wire.md 2).
 *
 * A property is text until its first child tells otherwise:
 *
 *   property -cim:Datetime etc.-> date_holder        holds one datetime, nothing else
 *            -a:Address etc.----> reference          ResourceURI is its class, Selectors its keys
 *            -anything else-----> embedded           an instance of its own
 *
 * A selector is a property that is a key. */
#include <string.h>

#include "cim/builder.h"
#include "cim/value.h"
#include "wsman/names.h"
#include "wsman/state.h"
#include "wsman/text.h"
#include "wsman/uri.h"

#define EXPECTED_PROPERTIES 48 /* most Windows classes have fewer */
#define TYPE_SUFFIX         "_Type"

static const struct wsman_state instance;
static const struct wsman_state property;
static const struct wsman_state reference;
static const struct wsman_state embedded;
static const struct wsman_state date_holder;
static const struct wsman_state date;
static const struct wsman_state endpoint;
static const struct wsman_state selector_set;
static const struct wsman_state resource_uri;

static bool is_name(const struct wsman_tag *tag, const char *name)
{
    return strcmp(tag->name, name) == 0;
}

/* ---- xsi:type ---- */

/* Types of DSP0230's common schema without their "cim", and of XML Schema. */
static const struct type_name {
    const char *cim;
    const char *xs;
    MI_Type type;
} type_names[] = {
    {"Boolean", "boolean", MI_BOOLEAN},
    {"UnsignedByte", "unsignedByte", MI_UINT8},
    {"Byte", "byte", MI_SINT8},
    {"UnsignedShort", "unsignedShort", MI_UINT16},
    {"Short", "short", MI_SINT16},
    {"UnsignedInt", "unsignedInt", MI_UINT32},
    {"Int", "int", MI_SINT32},
    {"UnsignedLong", "unsignedLong", MI_UINT64},
    {"Long", "long", MI_SINT64},
    {"Float", "float", MI_REAL32},
    {"Double", "double", MI_REAL64},
    {"Char16", NULL, MI_CHAR16},
    {"DateTime", "dateTime", MI_DATETIME},
    {NULL, "duration", MI_DATETIME},
    {"Reference", NULL, MI_REFERENCE},
};

static bool is_text(const char *text, size_t count, const char *name)
{
    return name != NULL && strlen(name) == count && memcmp(text, name, count) == 0;
}

static MI_Type find_type(const struct wsman_reader *reader, const char *uri, const char *name,
                         size_t count)
{
    bool cim = uri == reader->namespaces[WSMAN_CIM] && count > 3 && memcmp(name, "cim", 3) == 0;
    bool xs = uri == reader->namespaces[WSMAN_XS];
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if ((cim && is_text(name + 3, count - 3, type_names[i].cim)) ||
            (xs && is_text(name, count, type_names[i].xs)))
            return type_names[i].type;
    }
    return MI_STRING;
}

/* `p:Class_Type` names the class of an instance, `cim:cimUnsignedInt` the type of a value. */
static int take_type(struct wsman_reader *reader, struct wsman_node *node, const char *type,
                     size_t count)
{
    const size_t suffix = sizeof TYPE_SUFFIX - 1;
    const char *colon = memchr(type, ':', count);
    size_t prefix = colon != NULL ? (size_t)(colon - type) : 0;
    const char *name = colon != NULL ? colon + 1 : type;
    size_t name_bytes = count - (size_t)(name - type);
    const char *uri = wsman_scope_find(reader, type, prefix);
    if (uri == reader->namespaces[WSMAN_CIM] || uri == reader->namespaces[WSMAN_XS]) {
        node->type = find_type(reader, uri, name, name_bytes);
        return 0;
    }
    if (name_bytes <= suffix || memcmp(name + name_bytes - suffix, TYPE_SUFFIX, suffix) != 0)
        return 0;
    node->xsi_class_bytes = name_bytes - suffix;
    node->xsi_class = wsman_reader_keep(reader, name, node->xsi_class_bytes);
    return node->xsi_class != NULL ? 0 : -1;
}

/* xs:boolean. */
static bool is_true(const char *text, size_t count)
{
    if (count == 4 && memcmp(text, "true", 4) == 0)
        return true;
    MI_Value value;
    return cim_value_parse(MI_BOOLEAN, text, count, &value, NULL) == 0 && value.boolean;
}

static int take_attributes(struct wsman_reader *reader, struct wsman_node *node,
                           const struct wsman_tag *tag)
{
    bool null_array = false;
    for (size_t i = 0; i < tag->attribute_count; i++) {
        const struct wsman_attribute *attribute = &tag->attributes[i];
        bool xsi = attribute->uri == reader->namespaces[WSMAN_XSI];
        bool microsoft = attribute->uri == reader->namespaces[WSMAN_MICROSOFT];
        const char *text = attribute->value;
        size_t count = attribute->value_bytes;
        if (xsi && strcmp(attribute->name, "nil") == 0 && is_true(text, count))
            node->flags |= MI_FLAG_NULL;
        else if (microsoft && strcmp(attribute->name, "IsNullArray") == 0)
            null_array = is_true(text, count);
        else if (xsi && strcmp(attribute->name, "type") == 0 &&
                 take_type(reader, node, text, count) != 0)
            return -1;
    }
    if (null_array && (node->flags & MI_FLAG_NULL))
        node->type |= MI_ARRAY;
    return 0;
}

/* ---- Values ---- */

/* Adds what node stands for to its holder. */
static int add(struct wsman_reader *reader, const struct wsman_node *node, MI_Type type,
               const MI_Value *value)
{
    struct cim_element element = {
        .name = node->name,
        .name_bytes = strlen(node->name),
        .type = type,
        .flags = node->flags,
        .text = buf_text(&reader->text),
        .text_bytes = reader->text.size_bytes,
        .value = value,
    };
    if (cim_builder_add(node->holder, &element, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

/* The text as the type that xsi:type promised. Where it is none, the text itself is worth more than
 * a refused reply: it stays a string. */
static int add_text(struct wsman_reader *reader, const struct wsman_node *node, MI_Type type)
{
    MI_Value value;
    if (type != MI_STRING &&
        cim_value_parse(type, buf_text(&reader->text), reader->text.size_bytes, &value, NULL) == 0)
        return add(reader, node, type, &value);
    return add(reader, node, MI_STRING, NULL);
}

/* An instance for this node's children, inside the holder. */
static int open_inside(struct wsman_reader *reader, struct wsman_node *node, const char *class_name,
                       size_t count)
{
    if (count > CIM_INSTANCE_MAX_NAME)
        return wsman_reader_fail(reader, ERR_LIMIT, "a class name of %zu bytes", count);
    node->instance = cim_instance_new_inside(node->holder, class_name, count);
    if (node->instance == NULL)
        return wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    return 0;
}

/* ---- Properties ---- */

/* An XmlFragment drops cim's namespace with all others
 * (shared/replies/tx_2008R2_Win32_OperatingSystem_named_000). */
static bool is_date(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    bool cim = wsman_reader_is(reader, tag, WSMAN_CIM);
    if (is_name(tag, "Datetime") || is_name(tag, "Interval"))
        return cim || tag->uri == NULL;
    return cim && (is_name(tag, "CIM_DateTime") || is_name(tag, "Date") || is_name(tag, "Time"));
}

static bool is_reference(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    return wsman_reader_is(reader, tag, WSMAN_ADDRESSING) &&
           (is_name(tag, "EndpointReference") || is_name(tag, "Address") ||
            is_name(tag, "ReferenceParameters"));
}

/* The first child decides what the property is. */
static int property_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    if (node->flags & MI_FLAG_NULL)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "property %.60s is nil and has content",
                                 node->name);
    if (is_date(reader, tag)) {
        node->state = &date_holder;
        return wsman_node_become(child, &date);
    }
    if (is_reference(reader, tag)) {
        node->state = &reference;
        if (open_inside(reader, node, "EndpointReference", 17) != 0)
            return -1;
    } else {
        const char *name = node->xsi_class != NULL ? node->xsi_class : node->name;
        size_t count = node->xsi_class != NULL ? node->xsi_class_bytes : strlen(name);
        node->state = &embedded;
        if (open_inside(reader, node, name, count) != 0)
            return -1;
    }
    child->holder = node->instance; /* it came before node had an instance to inherit */
    child->instance = node->instance;
    return node->state->child(reader, child, tag);
}

static int end_null(struct wsman_reader *reader, const struct wsman_node *node)
{
    if (!wsman_text_is_blank(buf_text(&reader->text), reader->text.size_bytes))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "property %.60s is nil and has content",
                                 node->name);
    return add(reader, node, node->type, NULL);
}

static int property_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (node->flags & MI_FLAG_NULL)
        return end_null(reader, node);
    if (node->xsi_class == NULL || reader->text.size_bytes > 0)
        return add_text(reader, node, node->type);
    /* `<p:X xsi:type="p:Class_Type"/>`: an instance whose properties are all absent. */
    if (open_inside(reader, node, node->xsi_class, node->xsi_class_bytes) != 0)
        return -1;
    return add(reader, node, MI_INSTANCE, &(MI_Value){.instance = node->instance});
}

static const struct wsman_state property = {WSMAN_TEXT_VALUE, property_child, property_end};

/* Makes node a property: of an instance, or, with MI_FLAG_KEY, a selector. */
static int open_property(struct wsman_reader *reader, struct wsman_node *node,
                         const struct wsman_tag *tag, const char *name, MI_Uint32 flags)
{
    node->state = &property;
    node->name = name;
    node->flags = flags;
    return tag->attribute_count > 0 ? take_attributes(reader, node, tag) : 0;
}

/* Whatever its namespace: Windows uses the class's, MS-WSMV's example cim's for a reference
 * (shared/replies/mswsmv_4_1_1_02_GetResponse), an XmlFragment none. */
static int instance_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    return open_property(reader, child, tag, tag->name, 0);
}

/* ---- Datetimes ---- */

static int date_end(struct wsman_reader *reader, struct wsman_node *node)
{
    return add_text(reader, wsman_node_around(node), MI_DATETIME); /* the property around it */
}

static const struct wsman_state date = {WSMAN_TEXT_VALUE, wsman_reader_no_child, date_end};
static const struct wsman_state date_holder = {WSMAN_TEXT_REFUSED, wsman_reader_no_child, NULL};

/* ---- Instances inside ---- */

static int embedded_end(struct wsman_reader *reader, struct wsman_node *node)
{
    return add(reader, node, MI_INSTANCE, &(MI_Value){.instance = node->instance});
}

static const struct wsman_state embedded = {WSMAN_TEXT_REFUSED, instance_child, embedded_end};

/* ---- References ---- */

static bool is_wsman(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    return wsman_reader_is(reader, tag, WSMAN_WSMAN) ||
           wsman_reader_is(reader, tag, WSMAN_WSMAN_2005);
}

/* Inside a:EndpointReference, a:ReferenceParameters and the property itself; what is unknown there
 * (a:Address, a vendor's parameters) is no part of the key. */
static int endpoint_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    if (is_reference(reader, tag) && !is_name(tag, "Address"))
        return wsman_node_become(child, &endpoint);
    if (is_wsman(reader, tag) && is_name(tag, "ResourceURI"))
        return wsman_node_become(child, &resource_uri);
    if (is_wsman(reader, tag) && is_name(tag, "SelectorSet"))
        return wsman_node_become(child, &selector_set);
    return wsman_node_become(child, &wsman_document_ignored);
}

static int reference_end(struct wsman_reader *reader, struct wsman_node *node)
{
    return add(reader, node, MI_REFERENCE, &(MI_Value){.reference = node->instance});
}

static const struct wsman_state reference = {WSMAN_TEXT_REFUSED, endpoint_child, reference_end};
static const struct wsman_state endpoint = {WSMAN_TEXT_REFUSED, endpoint_child, NULL};

/* Class and, in the WMI form, namespace of what is referred to. */
static int resource_uri_end(struct wsman_reader *reader, struct wsman_node *node)
{
    char uri[2048];
    const char *space;
    const char *name;
    size_t space_bytes = 0;
    size_t name_bytes;
    MI_Instance *referred = node->holder;
    wsman_text_fold(uri, sizeof uri, buf_text(&reader->text), reader->text.size_bytes);
    if (!wsman_uri_split(uri, strlen(uri), &space, &space_bytes, &name, &name_bytes)) {
        const char *slash = strrchr(uri, '/');
        name = slash != NULL ? slash + 1 : uri;
        name_bytes = strlen(name);
    }
    if (name_bytes == 0 || name_bytes > CIM_INSTANCE_MAX_NAME)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a reference to no class: \"%.100s\"", uri);
    if (cim_instance_set_class(referred, name, name_bytes, &reader->err) != 0 ||
        (space_bytes > 0 &&
         cim_instance_set_namespace(referred, space, space_bytes, &reader->err) != 0))
        return wsman_reader_stop(reader);
    return 0;
}

static const struct wsman_state resource_uri = {WSMAN_TEXT_VALUE, wsman_reader_no_child,
                                                resource_uri_end};

static int namespace_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (cim_instance_set_namespace(node->holder, buf_text(&reader->text), reader->text.size_bytes,
                                   &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

static const struct wsman_state namespace_selector = {WSMAN_TEXT_VALUE, wsman_reader_no_child,
                                                      namespace_end};

static int selector_set_child(struct wsman_reader *reader, struct wsman_node *child,
                              const struct wsman_tag *tag)
{
    size_t count;
    if (!is_wsman(reader, tag) || !is_name(tag, "Selector"))
        return wsman_reader_no_child(reader, child, tag);
    const char *name = wsman_reader_attribute(tag, "Name", &count);
    if (name == NULL || count == 0)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a Selector without a Name");
    if (is_text(name, count, WSMAN_SELECTOR_NAMESPACE))
        return wsman_node_become(child, &namespace_selector);
    name = wsman_reader_keep(reader, name, count);
    return name != NULL ? open_property(reader, child, tag, name, MI_FLAG_KEY) : -1;
}

static const struct wsman_state selector_set = {WSMAN_TEXT_REFUSED, selector_set_child, NULL};

/* ---- The payload ---- */

/* The whole is handed over by finish, an item of an enumeration here. */
static int instance_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    return reader->answer == WSMAN_ANSWER_PAGE ? wsman_page_hand_over(reader) : 0;
}

static const struct wsman_state instance = {WSMAN_TEXT_REFUSED, instance_child, instance_end};

#define NO_CLASS_YET "EndpointReference"

static int reference_item_end(struct wsman_reader *reader, struct wsman_node *node)
{
    const MI_Char *name;
    (void)node;
    MI_Instance_GetClassName(reader->instance, &name);
    if (strcmp(name, NO_CLASS_YET) == 0)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "an item refers to no class");
    return wsman_page_hand_over(reader);
}

static const struct wsman_state reference_item = {WSMAN_TEXT_REFUSED, endpoint_child,
                                                  reference_item_end};

int wsman_payload_open_reference(struct wsman_reader *reader, struct wsman_node *node)
{
    reader->instance = cim_instance_new(NO_CLASS_YET, sizeof NO_CLASS_YET - 1);
    if (reader->instance == NULL)
        return wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    node->state = &reference_item;
    node->holder = node->instance = reader->instance;
    return 0;
}

/* Elements that are answers, but to other questions: a schema, an enumeration, an Identify. */
static bool is_other_answer(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    static const enum wsman_namespace others[] = {
        WSMAN_SOAP,  WSMAN_ADDRESSING, WSMAN_ENUMERATION, WSMAN_TRANSFER,
        WSMAN_WSMAN, WSMAN_IDENTITY,   WSMAN_MICROSOFT,   WSMAN_FAULT,
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (wsman_reader_is(reader, tag, others[i]))
            return true;
    }
    return tag->uri == NULL;
}

/* The namespace root/cimv2 is part of the element's own XML namespace, in the WMI form. */
static int take_namespace(struct wsman_reader *reader, const char *uri)
{
    const char *space;
    const char *name;
    size_t space_bytes;
    size_t name_bytes;
    if (uri == NULL || !wsman_uri_split(uri, strlen(uri), &space, &space_bytes, &name, &name_bytes))
        return 0;
    if (cim_instance_set_namespace(reader->instance, space, space_bytes, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

int wsman_payload_open(struct wsman_reader *reader, struct wsman_node *node,
                       const struct wsman_tag *tag)
{
    bool fragment = wsman_reader_is(reader, tag, WSMAN_WSMAN) && is_name(tag, "XmlFragment");
    if (!fragment && is_other_answer(reader, tag))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "the %.60s holds %.60s, not an instance",
                                 wsman_node_around(node)->tag_name, tag->name);
    size_t count = strlen(tag->name);
    if (count > CIM_INSTANCE_MAX_NAME)
        return wsman_reader_fail(reader, ERR_LIMIT, "a class name of %zu bytes", count);
    reader->instance = cim_instance_new_for(tag->name, count, EXPECTED_PROPERTIES);
    if (reader->instance == NULL)
        return wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    node->state = &instance;
    node->instance = reader->instance;
    return take_namespace(reader, tag->uri);
}
