/* SPDX-License-Identifier: MIT */
#include "wsman/envelope.h"

#include <string.h>

#include "cim/value.h"
#include "wsman/names.h"
#include "wsman/text.h"

#define USUAL_BYTES           2000 /* a Get with a key or two and its URL */
#define KEY_MAX_BYTES         65536
#define REFERENCE_MAX_NESTING 8 /* a key that is a reference whose key is a reference ... */

/* Where the selectors of one instance go, and what they share. */
struct writer {
    struct buf *out;
    const struct wsman_get *get;
    struct buf scratch; /* one value as text */
};

/* One element of an instance. */
struct key {
    const char *name;
    MI_Type type;
    MI_Uint32 flags;
    MI_Value value;
};

/* At least digits digits; buf_add_format would cost ten times this. */
static void add_number(struct buf *out, uint32_t number, unsigned digits)
{
    char text[10];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0 || sizeof text - at < digits);
    buf_add(out, text + at, sizeof text - at);
}

/* Text that came from a caller; what says in the sentence which one. */
static int add_text(struct buf *out, const char *text, const char *what, const char *name,
                    struct err *err)
{
    const char *refusal = wsman_text_refusal(text);
    if (refusal != NULL)
        return err_set(err, ERR_CONFIG, "%s%.100s %s", what, name, refusal);
    wsman_text_write(out, text);
    return 0;
}

/* ---- The resource URI ---- */

static int add_resource_uri(struct buf *out, const struct wsman_get *get, const char *class_name,
                            const char *namespace_name, struct err *err)
{
    if (get->resource_uri != NULL) {
        if (wsman_uri_check(get->resource_uri, "the resource URI", err) != 0)
            return -1;
        wsman_text_write(out, get->resource_uri);
        return 0;
    }
    enum wsman_uri_form form = namespace_name != NULL ? get->form : WSMAN_URI_DMTF;
    return wsman_uri_write(out, form, get->resource_uri_prefix, namespace_name, class_name, err);
}

/* Writes w:ResourceURI's content; *in_uri tells whether the namespace is part of it. */
static int write_resource_uri(struct buf *out, const struct wsman_get *get, const char *class_name,
                              const char *namespace_name, bool *in_uri, struct err *err)
{
    size_t start = out->size_bytes;
    if (namespace_name != NULL && wsman_uri_check_namespace(namespace_name, err) != 0)
        return -1;
    if (add_resource_uri(out, get, class_name, namespace_name, err) != 0)
        return -1;
    *in_uri = wsman_uri_is_wmi(buf_text(out) + start, out->size_bytes - start);
    return 0;
}

/* ---- Selectors ---- */

static int write_selector_set(struct writer *writer, const MI_Instance *key,
                              const char *namespace_selector, unsigned nesting, struct err *err);

/* A reference in a selector is an endpoint reference of its own (shared/facts/wire.md 1). */
static int write_reference(struct writer *writer, const MI_Instance *reference, unsigned nesting,
                           struct err *err)
{
    struct buf *out = writer->out;
    const char *class_name;
    const char *namespace_name = NULL;
    bool in_uri;
    if (nesting >= REFERENCE_MAX_NESTING)
        return err_set(err, ERR_CONFIG, "references as keys nest deeper than %d",
                       REFERENCE_MAX_NESTING);
    MI_Instance_GetClassName(reference, &class_name);
    MI_Instance_GetNameSpace(reference, &namespace_name);
    if (namespace_name == NULL)
        namespace_name = writer->get->namespace_name;
    struct wsman_get form = {.form = writer->get->form};
    buf_add_text(out, "<a:EndpointReference><a:Address>" WSMAN_ANONYMOUS
                      "</a:Address><a:ReferenceParameters><w:ResourceURI>");
    if (write_resource_uri(out, &form, class_name, namespace_name, &in_uri, err) != 0)
        return -1;
    buf_add_text(out, "</w:ResourceURI>");
    if (write_selector_set(writer, reference, in_uri ? NULL : namespace_name, nesting + 1, err) !=
        0)
        return -1;
    buf_add_text(out, "</a:ReferenceParameters></a:EndpointReference>");
    return 0;
}

/* The value as plain text: no quotes, nothing doubled (shared/facts/wire.md 1). */
static int write_plain(struct writer *writer, const struct key *key, struct err *err)
{
    if (key->type == MI_STRING)
        return add_text(writer->out, key->value.string, "key ", key->name, err);
    buf_reset(&writer->scratch);
    cim_value_print(&writer->scratch, key->type, &key->value);
    if (buf_failed(&writer->scratch, "key", err) != 0)
        return -1;
    wsman_text_write(writer->out, buf_text(&writer->scratch));
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
    if (add_text(writer->out, key->name, "the name of a key", "", err) != 0)
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
    if (namespace_selector != NULL) {
        buf_add_text(out, "<w:Selector Name=\"" WSMAN_SELECTOR_NAMESPACE "\">");
        for (const char *c = namespace_selector; *c != '\0'; c++)
            buf_add_char(out, *c == '\\' ? '/' : *c);
        buf_add_text(out, "</w:Selector>");
    }
    if (write_selectors(writer, key, nesting, err) != 0)
        return -1;
    if (out->size_bytes > empty)
        buf_add_text(out, "</w:SelectorSet>");
    else
        out->size_bytes = start;
    return 0;
}

/* ---- Options ---- */

static const char *xs_type(MI_Type type, const MI_Value *value)
{
    switch (type & ~MI_ARRAY) {
    case MI_BOOLEAN:
        return "boolean";
    case MI_UINT8:
        return "unsignedByte";
    case MI_SINT8:
        return "byte";
    case MI_UINT16:
    case MI_CHAR16:
        return "unsignedShort";
    case MI_SINT16:
        return "short";
    case MI_UINT32:
        return "unsignedInt";
    case MI_SINT32:
        return "int";
    case MI_UINT64:
        return "unsignedLong";
    case MI_SINT64:
        return "long";
    case MI_REAL32:
        return "float";
    case MI_REAL64:
        return "double";
    case MI_DATETIME:
        return value->datetime.isTimestamp ? "dateTime" : "duration";
    default:
        return "string";
    }
}

static int write_option(struct writer *writer, const struct wsman_option *option,
                        const MI_Value *item, struct err *err)
{
    struct buf *out = writer->out;
    MI_Type type = option->type & ~MI_ARRAY;
    buf_add_text(out, "<w:Option Name=\"");
    if (add_text(out, option->name, "the name of an option", "", err) != 0)
        return -1;
    buf_add_text(out, option->must_comply ? "\" MustComply=\"true\" Type=\"xs:" : "\" Type=\"xs:");
    buf_add_text(out, xs_type(type, item));
    buf_add_text(out, "\">");
    buf_reset(&writer->scratch);
    cim_value_print(&writer->scratch, type, item);
    if (buf_failed(&writer->scratch, "option", err) != 0 ||
        add_text(out, buf_text(&writer->scratch), "option ", option->name, err) != 0)
        return -1;
    buf_add_text(out, "</w:Option>");
    return 0;
}

static int write_items(struct writer *writer, const struct wsman_option *option, struct err *err)
{
    MI_Type type = option->type & ~MI_ARRAY;
    if (type == MI_INSTANCE || type == MI_REFERENCE || cim_value_item_bytes(type) == 0 ||
        option->value == NULL)
        return err_set(err, ERR_CONFIG, "option %.100s has no value that can be sent",
                       option->name);
    MI_Uint32 count = cim_value_count(option->type, option->value);
    for (MI_Uint32 i = 0; i < count; i++) {
        MI_Value item;
        cim_value_item(option->type, option->value, i, &item);
        if (write_option(writer, option, &item, err) != 0)
            return -1;
    }
    return 0;
}

static int write_options(struct writer *writer, struct err *err)
{
    const struct wsman_get *get = writer->get;
    if (get->option_count == 0)
        return 0;
    if (get->option_count > WSMAN_ENVELOPE_MAX_OPTIONS)
        return err_set(err, ERR_LIMIT, "more than %d options", WSMAN_ENVELOPE_MAX_OPTIONS);
    buf_add_text(writer->out, "<w:OptionSet xmlns:xs=\"" WSMAN_NS_XS "\"");
    buf_add_text(writer->out, get->options_must_understand ? " s:mustUnderstand=\"true\">" : ">");
    for (size_t i = 0; i < get->option_count; i++) {
        if (write_items(writer, &get->options[i], err) != 0)
            return -1;
    }
    buf_add_text(writer->out, "</w:OptionSet>");
    return 0;
}

/* ---- The envelope ---- */

static int write_locale(struct buf *out, const char *element, const char *locale, struct err *err)
{
    if (locale == NULL)
        return 0;
    buf_add_text(out, element);
    buf_add_text(out, " xml:lang=\"");
    if (add_text(out, locale, "the locale", "", err) != 0)
        return -1;
    /* It must be false (shared/facts/wire.md 1). */
    buf_add_text(out, "\" s:mustUnderstand=\"false\"/>");
    return 0;
}

static int write_address(struct writer *writer, const char *class_name, bool *in_uri,
                         struct err *err)
{
    struct buf *out = writer->out;
    const struct wsman_get *get = writer->get;
    buf_add_text(out, "<s:Envelope xmlns:s=\"" WSMAN_NS_SOAP "\" xmlns:a=\"" WSMAN_NS_ADDRESSING
                      "\" xmlns:w=\"" WSMAN_NS_WSMAN "\" xmlns:p=\"" WSMAN_NS_MICROSOFT
                      "\"><s:Header><a:To>");
    if (add_text(out, get->to_url, "the URL", "", err) != 0)
        return -1;
    buf_add_text(out, "</a:To><w:ResourceURI s:mustUnderstand=\"true\">");
    if (write_resource_uri(out, get, class_name, get->namespace_name, in_uri, err) != 0)
        return -1;
    buf_add_text(out, "</w:ResourceURI><a:ReplyTo><a:Address s:mustUnderstand=\"true\">"        //
                 WSMAN_ANONYMOUS "</a:Address></a:ReplyTo><a:Action s:mustUnderstand=\"true\">" //
                 WSMAN_ACTION_GET "</a:Action>");
    return 0;
}

static void write_limits_and_identity(struct buf *out, const struct wsman_get *get, size_t *offset)
{
    uint32_t max = get->max_envelope_bytes;
    if (max == 0)
        max = WSMAN_ENVELOPE_DEFAULT_MAX_BYTES;
    if (max < WSMAN_ENVELOPE_MIN_MAX_BYTES)
        max = WSMAN_ENVELOPE_MIN_MAX_BYTES;
    buf_add_text(out, "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">");
    add_number(out, max, 1);
    buf_add_text(out, "</w:MaxEnvelopeSize><a:MessageID>uuid:");
    *offset = out->size_bytes;
    buf_add(out, get->message_id, WSMAN_UUID_CHARS);
    buf_add_text(out, "</a:MessageID>");
}

static void write_timeout(struct buf *out, uint32_t timeout_ms)
{
    if (timeout_ms == 0)
        return;
    buf_add_text(out, "<w:OperationTimeout>PT");
    add_number(out, timeout_ms / 1000, 1);
    buf_add_char(out, '.');
    add_number(out, timeout_ms % 1000, 3);
    buf_add_text(out, "S</w:OperationTimeout>");
}

static int write_envelope(struct writer *writer, size_t *offset, struct err *err)
{
    struct buf *out = writer->out;
    const struct wsman_get *get = writer->get;
    const char *class_name;
    bool in_uri;
    MI_Instance_GetClassName(get->key, &class_name);
    if (write_address(writer, class_name, &in_uri, err) != 0)
        return -1;
    write_limits_and_identity(out, get, offset);
    if (write_locale(out, "<w:Locale", get->locale, err) != 0 ||
        write_locale(out, "<p:DataLocale", get->data_locale, err) != 0 ||
        write_selector_set(writer, get->key, in_uri ? NULL : get->namespace_name, 0, err) != 0 ||
        write_options(writer, err) != 0)
        return -1;
    write_timeout(out, get->operation_timeout_ms);
    buf_add_text(out, "</s:Header><s:Body></s:Body></s:Envelope>");
    return buf_failed(out, "the request", err);
}

/* Gives out back as it was. */
static void take_back(struct buf *out, size_t size_bytes)
{
    out->size_bytes = size_bytes;
    out->out_of_memory = false;
    out->too_large = false;
    if (out->data != NULL)
        out->data[size_bytes] = '\0';
}

int wsman_envelope_write_get(struct buf *out, const struct wsman_get *get,
                             size_t *message_id_offset, struct err *err)
{
    struct writer writer = {.out = out, .get = get};
    size_t start = out->size_bytes;
    size_t offset = 0;
    if (buf_failed(out, "the request", err) != 0)
        return -1;
    if (strlen(get->message_id) != WSMAN_UUID_CHARS)
        return err_set(err, ERR_CONFIG, "the message id is not a UUID");
    buf_init(&writer.scratch, KEY_MAX_BYTES);
    buf_reserve(out, start + USUAL_BYTES);
    int result = write_envelope(&writer, &offset, err);
    buf_free(&writer.scratch);
    if (result != 0)
        take_back(out, start);
    else if (message_id_offset != NULL)
        *message_id_offset = offset;
    return result;
}

void wsman_envelope_replace_message_id(struct buf *out, size_t message_id_offset,
                                       const char message_id[WSMAN_UUID_CHARS + 1])
{
    memcpy(out->data + message_id_offset, message_id, WSMAN_UUID_CHARS);
}
