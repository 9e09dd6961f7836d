/* SPDX-License-Identifier: MIT */
#include "wsman/get.h"

#include "cim/value.h"
#include "wsman/names.h"
#include "wsman/text.h"

#define REFERENCE_MAX_NESTING 8 /* a key that is a reference whose key is a reference ... */

/* Where the selectors of one instance go, and what they share. */
struct writer {
    struct wsman_writer *envelope;
    struct buf *out; /* the envelope's */
    const struct wsman_resource *resource;
};

/* One element of an instance. */
struct key {
    const char *name;
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value;
};

static int write_selector_set(struct writer *writer, const MI_Instance *key,
                              const char *namespace_selector, unsigned nesting, struct err *err);

/* A reference in a selector is an endpoint reference of its own (shared/facts/wire.md 1). */
static int write_reference(struct writer *writer, const MI_Instance *reference, unsigned nesting,
                           struct err *err)
{
    struct buf *out = writer->out;
    const char *class_name;
    bool in_uri;
    struct wsman_resource resource = {.form = writer->resource->form};
    if (nesting >= REFERENCE_MAX_NESTING)
        return err_set(err, ERR_CONFIG, "references as keys nest deeper than %d",
                       REFERENCE_MAX_NESTING);
    MI_Instance_GetClassName(reference, &class_name);
    MI_Instance_GetNameSpace(reference, &resource.namespace_name);
    if (resource.namespace_name == NULL)
        resource.namespace_name = writer->resource->namespace_name;
    buf_add_text(out, "<a:EndpointReference><a:Address>" WSMAN_ANONYMOUS
                      "</a:Address><a:ReferenceParameters><w:ResourceURI>");
    if (wsman_resource_write(out, &resource, class_name, &in_uri, err) != 0)
        return -1;
    buf_add_text(out, "</w:ResourceURI>");
    if (write_selector_set(writer, reference, in_uri ? NULL : resource.namespace_name, nesting + 1,
                           err) != 0)
        return -1;
    buf_add_text(out, "</a:ReferenceParameters></a:EndpointReference>");
    return 0;
}

/* The value as plain text: no quotes, nothing doubled (shared/facts/wire.md 1). */
static int write_plain(struct writer *writer, const struct key *key, struct err *err)
{
    if (key->type == MI_STRING)
        return wsman_envelope_add_text(writer->out, key->value.string, "key ", key->name, err);
    buf_reset(&writer->envelope->scratch);
    cim_value_print(&writer->envelope->scratch, key->type, &key->value);
    if (buf_failed(&writer->envelope->scratch, "key", err) != 0)
        return -1;
    wsman_text_write(writer->out, buf_text(&writer->envelope->scratch));
    return 0;
}

static int check_key(const struct key *key, struct err *err)
{
    if (key->flags & MI_FLAG_NULL)
        return err_set(err, ERR_CONFIG, "key %.100s is null", key->name);
    if (key->type & MI_ARRAY)
        return err_set(err, ERR_CONFIG, "key %.100s is an array, which no key can be", key->name);
    if (key->type == MI_INSTANCE)
        return err_set(err, ERR_CONFIG, "key %.100s is an instance, which no key can be",
                       key->name);
    return 0;
}

static int write_selector(struct writer *writer, const struct key *key, unsigned nesting,
                          struct err *err)
{
    if (check_key(key, err) != 0)
        return -1;
    buf_add_text(writer->out, "<w:Selector Name=\"");
    if (wsman_envelope_add_text(writer->out, key->name, "the name of a key", "", err) != 0)
        return -1;
    buf_add_text(writer->out, "\">");
    int result = key->type == MI_REFERENCE
                     ? write_reference(writer, key->value.reference, nesting, err)
                     : write_plain(writer, key, err);
    buf_add_text(writer->out, "</w:Selector>");
    return result;
}

static int write_selectors(struct writer *writer, const MI_Instance *instance, unsigned nesting,
                           struct err *err)
{
    MI_Uint32 count = 0;
    MI_Instance_GetElementCount(instance, &count);
    bool flagged = cim_instance_has_keys(instance);
    for (MI_Uint32 i = 0; i < count; i++) {
        struct key key;
        MI_Instance_GetElementAt(instance, i, &key.name, &key.value, &key.type, &key.flags);
        if (flagged && !(key.flags & MI_FLAG_KEY))
            continue;
        if (write_selector(writer, &key, nesting, err) != 0)
            return -1;
    }
    return 0;
}

/* A singleton without a namespace selector has no SelectorSet at all (shared/facts/wire.md 1). */
static int write_selector_set(struct writer *writer, const MI_Instance *key,
                              const char *namespace_selector, unsigned nesting, struct err *err)
{
    struct buf *out = writer->out;
    size_t start = out->size_bytes;
    buf_add_text(out, "<w:SelectorSet>");
    size_t empty = out->size_bytes;
    if (namespace_selector != NULL)
        wsman_resource_write_namespace(out, namespace_selector);
    if (write_selectors(writer, key, nesting, err) != 0)
        return -1;
    if (out->size_bytes > empty)
        buf_add_text(out, "</w:SelectorSet>");
    else
        out->size_bytes = start;
    return 0;
}

/* ---- The envelope's parts ---- */

static int write_uri(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct wsman_get *get = what;
    const char *class_name;
    MI_Instance_GetClassName(get->key, &class_name);
    return wsman_resource_write(writer->out, &get->resource, class_name, &writer->namespace_in_uri,
                                err);
}

static int write_keys(struct wsman_writer *envelope, const void *what, struct err *err)
{
    const struct wsman_get *get = what;
    struct writer writer = {envelope, envelope->out, &get->resource};
    return write_selector_set(&writer, get->key,
                              envelope->namespace_in_uri ? NULL : get->resource.namespace_name, 0,
                              err);
}

int wsman_get_write(struct buf *out, const struct wsman_get *get, size_t *message_id_offset,
                    struct err *err)
{
    const struct wsman_envelope envelope = {
        .action = WSMAN_ACTION_GET,
        .what = get,
        .write_uri = write_uri,
        .write_selectors = write_keys,
    };
    return wsman_envelope_write(out, &get->request, &envelope, message_id_offset, err);
}
