/* SPDX-License-Identifier: MIT */
#include "wsman/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsman/names.h"
#include "wsman/state.h"
#include "wsman/text.h"

/* libxml2 looks for equal attributes by comparing each with each, and sees a tag only whole.
 * Feeding it in pieces, and giving up where it has waited this long for a tag's end, bounds that
 * work. */
#define PIECE_BYTES   8192
#define WAITING_BYTES 16384

/* Readers are kept for long; what one long value needed is not. */
#define KEPT_TEXT_BYTES 65536

#define NOT_BEGUN "no reply was begun"

static const char *const namespace_uris[WSMAN_NAMESPACES] = {
    [WSMAN_SOAP] = WSMAN_NS_SOAP,
    [WSMAN_SOAP11] = WSMAN_NS_SOAP11,
    [WSMAN_ADDRESSING] = WSMAN_NS_ADDRESSING,
    [WSMAN_ENUMERATION] = WSMAN_NS_ENUMERATION,
    [WSMAN_TRANSFER] = WSMAN_NS_TRANSFER,
    [WSMAN_WSMAN] = WSMAN_NS_WSMAN,
    [WSMAN_WSMAN_2005] = WSMAN_NS_WSMAN_2005,
    [WSMAN_IDENTITY] = WSMAN_NS_IDENTITY,
    [WSMAN_MICROSOFT] = WSMAN_NS_MICROSOFT,
    [WSMAN_FAULT] = WSMAN_NS_FAULT,
    [WSMAN_CIM] = WSMAN_NS_CIM,
    [WSMAN_XSI] = WSMAN_NS_XSI,
    [WSMAN_XS] = WSMAN_NS_XS,
};

/* ---- Failing ---- */

int wsman_reader_stop(struct wsman_reader *reader)
{
    xmlStopParser(reader->context);
    return -1;
}

int wsman_reader_fail(struct wsman_reader *reader, enum err_kind kind, const char *format, ...)
{
    char line[sizeof reader->err.text];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    err_set(&reader->err, kind, "%s", line);
    return wsman_reader_stop(reader);
}

static int hand_out_err(const struct wsman_reader *reader, struct err *err)
{
    if (err != NULL && err->kind == ERR_NONE)
        *err = reader->err;
    return -1;
}

/* ---- The stack ---- */

int wsman_reader_no_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    return wsman_reader_fail(reader, ERR_PROTOCOL, "an element %.60s inside %.60s", tag->name,
                             wsman_node_around(child)->tag_name);
}

const char *wsman_reader_attribute(const struct wsman_tag *tag, const char *name, size_t *count)
{
    for (size_t i = 0; i < tag->attribute_count; i++) {
        const struct wsman_attribute *attribute = &tag->attributes[i];
        if (attribute->uri != NULL || strcmp(attribute->name, name) != 0)
            continue;
        *count = attribute->value_bytes;
        return attribute->value;
    }
    return NULL;
}

const char *wsman_reader_keep(struct wsman_reader *reader, const char *text, size_t count)
{
    const xmlChar *kept = xmlDictLookup(reader->context->dict, (const xmlChar *)text, (int)count);
    if (kept == NULL)
        wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    return (const char *)kept;
}

/* ---- The context ---- */

static void drop_context(struct wsman_reader *reader)
{
    if (reader->context != NULL)
        xmlFreeParserCtxt(reader->context);
    reader->context = NULL;
}

/* The dictionary's own copy of a name; false without memory. */
static bool intern(struct wsman_reader *reader, const char *name, const char **kept)
{
    *kept = (const char *)xmlDictLookup(reader->context->dict, (const xmlChar *)name, -1);
    return *kept != NULL;
}

/* libxml2 makes a state for each thread at the thread's first call. Where there is no memory for
 * it, 2.9 calls itself for a place to complain in, without end: so we see first that there is some,
 * more than it takes. 2.12 has a function to ask, which may stand behind older headers too. */
#if LIBXML_VERSION < 21200
#define THREAD_STATE_BYTES 16384
int xmlCheckThreadLocalStorage(void) __attribute__((weak));

static bool make_thread_state(void)
{
    void *volatile room = malloc(THREAD_STATE_BYTES);
    free(room);
    return room != NULL && xmlGetGlobalState() != NULL;
}
#endif

static bool has_thread_state(void)
{
#if LIBXML_VERSION < 21200
    if (xmlCheckThreadLocalStorage == NULL)
        return make_thread_state();
#endif
    return xmlCheckThreadLocalStorage() == 0;
}

static int make_context(struct wsman_reader *reader)
{
    xmlSAXHandler handler = wsman_sax_callbacks; /* libxml2 copies it */
    if (!has_thread_state())
        return -1;
    reader->context = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
    if (reader->context == NULL)
        return -1;
    /* What the first bytes tell is the encoding, UTF-8 or UTF-16, as DSP0226 wants it
     * (shared/facts/wire.md 2). A declaration of another is ignored: libxml2 would ask iconv for
     * it, whose encodings may mean one thing whole and another in pieces. */
    xmlCtxtUseOptions(reader->context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    bool kept = true;
    for (size_t i = 0; i < WSMAN_NAMESPACES; i++)
        kept = intern(reader, namespace_uris[i], &reader->namespaces[i]) && kept;
    return kept ? 0 : -1;
}

void wsman_reader_prepare(void)
{
    xmlInitParser();
}

struct wsman_reader *wsman_reader_new(const struct wsman_reader_limits *limits, struct err *err)
{
    static const struct wsman_reader_limits defaults = WSMAN_READER_LIMITS_DEFAULT;
    struct wsman_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        err_memory(err);
        return NULL;
    }
    reader->limits = limits != NULL ? *limits : defaults;
    if (reader->limits.depth > WSMAN_READER_MAX_DEPTH)
        reader->limits.depth = WSMAN_READER_MAX_DEPTH;
    if (reader->limits.attributes > WSMAN_READER_MAX_ATTRIBUTES)
        reader->limits.attributes = WSMAN_READER_MAX_ATTRIBUTES;
    buf_init(&reader->text, reader->limits.text_bytes);
    buf_init(&reader->page_context, WSMAN_PAGE_MAX_CONTEXT_BYTES);
    buf_init(&reader->values, reader->limits.text_bytes);
    if (make_context(reader) != 0) {
        wsman_reader_free(reader);
        err_memory(err);
        return NULL;
    }
    err_set(&reader->err, ERR_PROTOCOL, NOT_BEGUN);
    return reader;
}

static void drop_result(struct wsman_reader *reader)
{
    if (reader->instance != NULL)
        MI_Instance_Delete(reader->instance);
    reader->instance = NULL;
    if (reader->schema != NULL)
        MI_Class_Delete(reader->schema);
    reader->schema = NULL;
}

void wsman_reader_free(struct wsman_reader *reader)
{
    if (reader == NULL)
        return;
    drop_result(reader);
    drop_context(reader);
    buf_free(&reader->text);
    buf_free(&reader->page_context);
    buf_free(&reader->values);
    free(reader);
}

/* ---- One reply ---- */

static void forget_reply(struct wsman_reader *reader)
{
    static const struct wsman_fault no_fault = WSMAN_FAULT_INIT;
    drop_result(reader);
    buf_reset(&reader->text);
    if (reader->text.capacity_bytes > KEPT_TEXT_BYTES)
        buf_free(&reader->text);
    buf_free(&reader->values); /* one reply in thousands is a class */
    err_clear(&reader->err);
    if (reader->is_fault || reader->fault.not_understood[0] != '\0')
        reader->fault = no_fault;
    reader->is_fault = false;
    reader->sentence_rank = 0;
    reader->fault_nesting = 0;
    reader->top = reader->stack;
    reader->stack[0] = (struct wsman_node){.state = &wsman_document_state, .tag_name = "reply"};
    reader->scope_count = 0;
    reader->elements = 0;
    reader->reply_bytes = 0;
    reader->head_bytes = 0;
    reader->parsing = false;
    reader->complete = false;
    reader->answer = WSMAN_ANSWER_INSTANCE;
}

int wsman_reader_begin(struct wsman_reader *reader, const char *relates_to, struct err *err)
{
    forget_reply(reader);
    if (reader->context != NULL &&
        (size_t)xmlDictGetUsage(reader->context->dict) > reader->limits.dictionary_bytes)
        drop_context(reader);
    if (reader->context == NULL && make_context(reader) != 0) {
        drop_context(reader);
        err_set(&reader->err, ERR_MEMORY, "out of memory");
        return hand_out_err(reader, err);
    }
    size_t count = relates_to != NULL ? strnlen(relates_to, WSMAN_UUID_CHARS) : 0;
    if (count > 0)
        memcpy(reader->relates_to, relates_to, count);
    reader->relates_to[count] = '\0';
    return 0;
}

void wsman_reader_expect(struct wsman_reader *reader, enum wsman_answer answer)
{
    reader->answer = answer;
}

void wsman_reader_expect_page(struct wsman_reader *reader, const struct wsman_items *items)
{
    reader->answer = WSMAN_ANSWER_PAGE;
    reader->items = *items;
    reader->page = (struct wsman_page){.context = NULL};
    buf_reset(&reader->page_context);
}

static bool is_known(xmlCharEncoding encoding)
{
    return encoding == XML_CHAR_ENCODING_NONE || encoding == XML_CHAR_ENCODING_UTF8 ||
           encoding == XML_CHAR_ENCODING_UTF16LE || encoding == XML_CHAR_ENCODING_UTF16BE;
}

/* The first four bytes tell libxml2 the encoding; a reset without them loses the BOM and UTF-16
 * (shared/facts/wire.md 7). Returns how many of the bytes were taken. */
static size_t take_head(struct wsman_reader *reader, const unsigned char *bytes, size_t count)
{
    size_t taken = 0;
    while (reader->head_bytes < sizeof reader->head && taken < count)
        reader->head[reader->head_bytes++] = bytes[taken++];
    if (reader->head_bytes < sizeof reader->head)
        return taken;
    if (!is_known(xmlDetectCharEncoding(reader->head, (int)reader->head_bytes)))
        err_set(&reader->err, ERR_PROTOCOL, "the reply is written in neither UTF-8 nor UTF-16");
    else if (xmlCtxtResetPush(reader->context, (const char *)reader->head, (int)reader->head_bytes,
                              NULL, NULL) != 0)
        err_set(&reader->err, ERR_MEMORY, "out of memory");
    reader->parsing = true;
    return taken;
}

/* How many bytes libxml2 holds and has not parsed, because a tag or a comment goes on. */
static size_t waiting_bytes(const struct wsman_reader *reader)
{
    const xmlParserInput *input = reader->context->input;
    return input != NULL && input->end > input->cur ? (size_t)(input->end - input->cur) : 0;
}

static int parse_piece(struct wsman_reader *reader, const unsigned char *bytes, size_t count)
{
    int code = xmlParseChunk(reader->context, (const char *)bytes, (int)count, 0);
    if (wsman_reader_has_failed(reader))
        return -1;
    if (code == XML_ERR_NO_MEMORY || code < 0) /* below 0: it had no place for the bytes */
        return wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    if (waiting_bytes(reader) > WAITING_BYTES)
        return wsman_reader_fail(reader, ERR_LIMIT, "a tag or a comment of more than %d bytes",
                                 WAITING_BYTES);
    return 0;
}

int wsman_reader_feed(struct wsman_reader *reader, const void *bytes, size_t count, struct err *err)
{
    const unsigned char *at = bytes;
    if (wsman_reader_has_failed(reader))
        return hand_out_err(reader, err);
    if (count > reader->limits.reply_bytes - reader->reply_bytes) {
        err_set(&reader->err, ERR_LIMIT, "the reply is larger than %zu bytes",
                reader->limits.reply_bytes);
        return hand_out_err(reader, err);
    }
    reader->reply_bytes += count;
    struct wsman_sax_handler handler = wsman_sax_take_handler(reader);
    if (!reader->parsing) {
        size_t taken = take_head(reader, at, count);
        at += taken;
        count -= taken;
    }
    while (count > 0 && !wsman_reader_has_failed(reader)) {
        size_t piece = count < PIECE_BYTES ? count : PIECE_BYTES;
        parse_piece(reader, at, piece);
        at += piece;
        count -= piece;
    }
    wsman_sax_give_handler_back(&handler);
    return wsman_reader_has_failed(reader) ? hand_out_err(reader, err) : 0;
}

/* Everything that must hold once no more bytes come. */
static int check_end(struct wsman_reader *reader)
{
    if (reader->reply_bytes == 0)
        return err_set(&reader->err, ERR_PROTOCOL, "the reply is empty");
    if (!reader->parsing)
        return err_set(&reader->err, ERR_PROTOCOL, "the reply has only %zu bytes",
                       reader->reply_bytes);
    int code = xmlParseChunk(reader->context, NULL, 0, 1);
    if (wsman_reader_has_failed(reader))
        return -1;
    if (code == XML_ERR_NO_MEMORY)
        return err_memory(&reader->err);
    if (!reader->complete || !reader->context->wellFormed)
        return err_set(&reader->err, ERR_PROTOCOL, "the reply ends before its envelope does");
    return 0;
}

static enum wsman_reply_kind kind_of(const struct wsman_reader *reader)
{
    static const enum wsman_reply_kind kinds[] = {
        [WSMAN_ANSWER_INSTANCE] = WSMAN_REPLY_INSTANCE,
        [WSMAN_ANSWER_PAGE] = WSMAN_REPLY_PAGE,
        [WSMAN_ANSWER_CLASS] = WSMAN_REPLY_CLASS,
    };
    return reader->is_fault ? WSMAN_REPLY_FAULT : kinds[reader->answer];
}

int wsman_reader_finish(struct wsman_reader *reader, struct wsman_reply *reply, struct err *err)
{
    if (!wsman_reader_has_failed(reader)) {
        struct wsman_sax_handler handler = wsman_sax_take_handler(reader);
        check_end(reader);
        wsman_sax_give_handler_back(&handler);
    }
    if (wsman_reader_has_failed(reader))
        return hand_out_err(reader, err);
    reply->kind = kind_of(reader);
    reply->instance = reader->instance;
    reply->schema = reader->schema;
    if (reader->is_fault)
        reply->fault = reader->fault;
    if (reply->kind == WSMAN_REPLY_PAGE)
        reply->page = reader->page;
    reader->instance = NULL;
    reader->schema = NULL;
    /* A second finish has nothing to give. */
    err_set(&reader->err, ERR_PROTOCOL, NOT_BEGUN);
    return 0;
}

void wsman_reply_drop(struct wsman_reply *reply)
{
    if (reply->instance != NULL)
        MI_Instance_Delete(reply->instance);
    reply->instance = NULL;
    if (reply->schema != NULL)
        MI_Class_Delete(reply->schema);
    reply->schema = NULL;
}
