/* SPDX-License-Identifier: MIT */
#include "wsman/envelope.h"

#include <string.h>

#include "cim/value.h"
#include "wsman/names.h"
#include "wsman/text.h"

#define USUAL_BYTES   2000 /* a Get with a key or two and its URL */
#define KEY_MAX_BYTES 65536

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

int wsman_envelope_add_text(struct buf *out, const char *text, const char *what, const char *name,
                            struct err *err)
{
    const char *refusal = wsman_text_refusal(text);
    if (refusal != NULL)
        return err_set(err, ERR_CONFIG, "%s%.100s %s", what, name, refusal);
    wsman_text_write(out, text);
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

static int write_option(struct wsman_writer *writer, const struct wsman_option *option,
                        const MI_Value *item, struct err *err)
{
    struct buf *out = writer->out;
    MI_Type type = option->type & ~MI_ARRAY;
    buf_add_text(out, "<w:Option Name=\"");
    if (wsman_envelope_add_text(out, option->name, "the name of an option", "", err) != 0)
        return -1;
    buf_add_text(out, option->must_comply ? "\" MustComply=\"true\" Type=\"xs:" : "\" Type=\"xs:");
    buf_add_text(out, xs_type(type, item));
    buf_add_text(out, "\">");
    buf_reset(&writer->scratch);
    cim_value_print(&writer->scratch, type, item);
    if (buf_failed(&writer->scratch, "option", err) != 0 ||
        wsman_envelope_add_text(out, buf_text(&writer->scratch), "option ", option->name, err) != 0)
        return -1;
    buf_add_text(out, "</w:Option>");
    return 0;
}

static int write_items(struct wsman_writer *writer, const struct wsman_option *option,
                       struct err *err)
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

static int write_all(struct wsman_writer *writer, const struct wsman_option *options, size_t count,
                     struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (write_items(writer, &options[i], err) != 0)
            return -1;
    }
    return 0;
}

static int write_options(struct wsman_writer *writer, const struct wsman_envelope *envelope,
                         struct err *err)
{
    const struct wsman_request *request = writer->request;
    if (request->option_count + envelope->option_count == 0)
        return 0;
    if (request->option_count > WSMAN_ENVELOPE_MAX_OPTIONS)
        return err_set(err, ERR_LIMIT, "more than %d options", WSMAN_ENVELOPE_MAX_OPTIONS);
    buf_add_text(writer->out, "<w:OptionSet xmlns:xs=\"" WSMAN_NS_XS "\"");
    buf_add_text(writer->out,
                 request->options_must_understand ? " s:mustUnderstand=\"true\">" : ">");
    if (write_all(writer, envelope->options, envelope->option_count, err) != 0 ||
        write_all(writer, request->options, request->option_count, err) != 0)
        return -1;
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
    if (wsman_envelope_add_text(out, locale, "the locale", "", err) != 0)
        return -1;
    /* It must be false (shared/facts/wire.md 1). */
    buf_add_text(out, "\" s:mustUnderstand=\"false\"/>");
    return 0;
}

static int write_address(struct wsman_writer *writer, const struct wsman_envelope *envelope,
                         struct err *err)
{
    struct buf *out = writer->out;
    buf_add_text(out, "<s:Envelope xmlns:s=\"" WSMAN_NS_SOAP "\" xmlns:a=\"" WSMAN_NS_ADDRESSING
                      "\" xmlns:w=\"" WSMAN_NS_WSMAN "\" xmlns:p=\"" WSMAN_NS_MICROSOFT
                      "\"><s:Header><a:To>");
    if (wsman_envelope_add_text(out, writer->request->to_url, "the URL", "", err) != 0)
        return -1;
    buf_add_text(out, "</a:To><w:ResourceURI s:mustUnderstand=\"true\">");
    if (envelope->write_uri(writer, envelope->what, err) != 0)
        return -1;
    buf_add_text(out, "</w:ResourceURI><a:ReplyTo><a:Address s:mustUnderstand=\"true\">" //
                 WSMAN_ANONYMOUS "</a:Address></a:ReplyTo><a:Action s:mustUnderstand=\"true\">");
    buf_add_text(out, envelope->action);
    buf_add_text(out, "</a:Action>");
    return 0;
}

static void write_limits_and_identity(struct buf *out, const struct wsman_request *request,
                                      size_t *offset)
{
    uint32_t max = request->max_envelope_bytes;
    if (max == 0)
        max = WSMAN_ENVELOPE_DEFAULT_MAX_BYTES;
    if (max < WSMAN_ENVELOPE_MIN_MAX_BYTES)
        max = WSMAN_ENVELOPE_MIN_MAX_BYTES;
    buf_add_text(out, "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">");
    add_number(out, max, 1);
    buf_add_text(out, "</w:MaxEnvelopeSize><a:MessageID>uuid:");
    *offset = out->size_bytes;
    buf_add(out, request->message_id, WSMAN_UUID_CHARS);
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

static int write_envelope(struct wsman_writer *writer, const struct wsman_envelope *envelope,
                          size_t *offset, struct err *err)
{
    struct buf *out = writer->out;
    const struct wsman_request *request = writer->request;
    if (write_address(writer, envelope, err) != 0)
        return -1;
    write_limits_and_identity(out, request, offset);
    if (write_locale(out, "<w:Locale", request->locale, err) != 0 ||
        write_locale(out, "<p:DataLocale", request->data_locale, err) != 0 ||
        (envelope->write_selectors != NULL &&
         envelope->write_selectors(writer, envelope->what, err) != 0) ||
        write_options(writer, envelope, err) != 0)
        return -1;
    write_timeout(out, request->operation_timeout_ms);
    buf_add_text(out, "</s:Header><s:Body>");
    if (envelope->write_body != NULL && envelope->write_body(writer, envelope->what, err) != 0)
        return -1;
    buf_add_text(out, "</s:Body></s:Envelope>");
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

int wsman_envelope_write(struct buf *out, const struct wsman_request *request,
                         const struct wsman_envelope *envelope, size_t *message_id_offset,
                         struct err *err)
{
    struct wsman_writer writer = {.out = out, .request = request};
    size_t start = out->size_bytes;
    size_t offset = 0;
    if (buf_failed(out, "the request", err) != 0)
        return -1;
    if (strlen(request->message_id) != WSMAN_UUID_CHARS)
        return err_set(err, ERR_CONFIG, "the message id is not a UUID");
    buf_init(&writer.scratch, KEY_MAX_BYTES);
    buf_reserve(out, start + USUAL_BYTES);
    int result = write_envelope(&writer, envelope, &offset, err);
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
