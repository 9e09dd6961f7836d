/* SPDX-License-Identifier: MIT */
#include "wsman/reader.h"

#include <libxml/SAX2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
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

static bool has_failed(const struct wsman_reader *reader)
{
    return reader->err.kind != ERR_NONE;
}

static int hand_out_err(const struct wsman_reader *reader, struct err *err)
{
    if (err != NULL && err->kind == ERR_NONE)
        *err = reader->err;
    return -1;
}

/* ---- The stack ---- */

/* A node above node, which inherits where values go. */
static struct wsman_node *push(struct wsman_reader *reader, const struct wsman_node *node)
{
    struct wsman_node *child = ++reader->top;
    *child = (struct wsman_node){
        .holder = node->instance,
        .instance = node->instance,
        .type = MI_STRING,
        .scope_count = reader->scope_count,
    };
    return child;
}

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

/* ---- What libxml2 calls ---- */

/* The text gathered so far, where the tag that comes now shows what it was. */
static int settle_text(struct wsman_reader *reader)
{
    const struct wsman_node *node = reader->top;
    if (reader->text.size_bytes == 0)
        return 0;
    if (node->state->text == WSMAN_TEXT_VALUE &&
        !wsman_text_is_blank(reader->text.data, reader->text.size_bytes))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "%.60s mixes text and elements",
                                 node->tag_name);
    buf_reset(&reader->text);
    return 0;
}

static int check_counts(struct wsman_reader *reader, size_t attributes)
{
    if (++reader->elements > reader->limits.elements)
        return wsman_reader_fail(reader, ERR_LIMIT, "the reply has more than %zu elements",
                                 reader->limits.elements);
    if (reader->top == reader->stack + reader->limits.depth)
        return wsman_reader_fail(reader, ERR_LIMIT, "the reply nests deeper than %zu elements",
                                 reader->limits.depth);
    if (attributes > reader->limits.attributes)
        return wsman_reader_fail(reader, ERR_LIMIT, "an element has more than %zu attributes",
                                 reader->limits.attributes);
    return 0;
}

static size_t count_pairs(const xmlChar **pairs)
{
    size_t count = 0;
    while (pairs != NULL && pairs[2 * count] != NULL)
        count++;
    return count;
}

static void start_element(void *context, const xmlChar *name, const xmlChar **pairs)
{
    struct wsman_reader *reader = context;
    struct wsman_tag tag;
    if (has_failed(reader) || check_counts(reader, count_pairs(pairs)) != 0 ||
        settle_text(reader) != 0)
        return;
    struct wsman_node *node = reader->top;
    struct wsman_node *child = push(reader, node);
    if (wsman_scope_open(reader, (const char *)name, pairs, &tag) != 0)
        return;
    child->tag_name = tag.name;
    node->state->child(reader, child, &tag);
}

static void end_element(void *context, const xmlChar *name)
{
    struct wsman_reader *reader = context;
    (void)name;
    if (has_failed(reader))
        return;
    struct wsman_node *node = reader->top;
    if (node->state->end != NULL && node->state->end(reader, node) != 0)
        return;
    reader->scope_count = node->scope_count;
    reader->top--;
    if (reader->text.size_bytes > 0)
        buf_reset(&reader->text);
}

static void add_characters(struct wsman_reader *reader, const char *text, size_t count)
{
    buf_add(&reader->text, text, count);
    if (reader->text.out_of_memory)
        wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    else if (reader->text.too_large)
        wsman_reader_fail(reader, ERR_LIMIT, "%.60s holds more than %zu bytes",
                          reader->top->tag_name, reader->limits.text_bytes);
}

static void characters(void *context, const xmlChar *text, int count)
{
    struct wsman_reader *reader = context;
    if (has_failed(reader))
        return;
    const struct wsman_node *node = reader->top;
    switch (node->state->text) {
    case WSMAN_TEXT_VALUE:
    case WSMAN_TEXT_LEAF:
        add_characters(reader, (const char *)text, (size_t)count);
        break;
    case WSMAN_TEXT_REFUSED:
        if (!wsman_text_is_blank((const char *)text, (size_t)count))
            wsman_reader_fail(reader, ERR_PROTOCOL, "text between the elements of %.60s",
                              node->tag_name);
        break;
    case WSMAN_TEXT_IGNORED:
        break;
    }
}

/* libxml2 2.9 lets overlong characters pass here when it is fed in pieces, and nowhere else. */
static void cdata_block(void *context, const xmlChar *text, int count)
{
    size_t left = (size_t)count;
    const xmlChar *at = text;
    while (left > 0) {
        uint32_t code;
        size_t bytes = utf8_character(at, &code);
        if (bytes == 0 || bytes > left) {
            wsman_reader_fail(context, ERR_PROTOCOL,
                              "the reply is not XML: a CDATA section is not UTF-8");
            return;
        }
        at += bytes;
        left -= bytes;
    }
    characters(context, text, count);
}

/* SOAP 1.2 part 1, section 5: a message has no document type declaration. */
static void document_type(void *context, const xmlChar *name, const xmlChar *external_id,
                          const xmlChar *system_id)
{
    (void)name;
    (void)external_id;
    (void)system_id;
    wsman_reader_fail(context, ERR_PROTOCOL, "the reply has a DOCTYPE, which SOAP forbids");
}

/* The same section: nor has it processing instructions. */
static void processing_instruction(void *context, const xmlChar *target, const xmlChar *data)
{
    (void)data;
    wsman_reader_fail(context, ERR_PROTOCOL,
                      "the reply has a processing instruction (%.60s), which SOAP forbids",
                      (const char *)target);
}

static bool is_memory(const xmlError *error)
{
    return error->code == XML_ERR_NO_MEMORY || error->message == NULL; /* not even for the words */
}

/* libxml2's encoders know no context. Only recorded: to stop the parser now would free the memory
 * that they fill. */
static void note_encoder_error(struct wsman_reader *reader, const xmlError *error)
{
    if (is_memory(error))
        err_memory(&reader->err);
    else if (error->level >= XML_ERR_ERROR)
        err_set(&reader->err, ERR_PROTOCOL, "the reply breaks its own encoding: %.*s",
                (int)strcspn(error->message, "\n"), error->message);
}

/* libxml2's complaint in one line. Warnings are not ours to judge; an error of level ERROR stops as
 * a FATAL one does. */
static void note_error(void *context, xmlErrorPtr error)
{
    struct wsman_reader *reader = context;
    if (error->ctxt == NULL)
        note_encoder_error(reader, error);
    else if (has_failed(reader) || error->level < XML_ERR_ERROR)
        return;
    else if (is_memory(error))
        wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    else
        wsman_reader_fail(reader, ERR_PROTOCOL, "the reply is not XML: %d:%d: %.*s", error->line,
                          error->int2, (int)strcspn(error->message, "\n"), error->message);
}

/* This thread's handler, where such complaints go; libxml2's own writes to stderr, the daemon's. */
struct handler {
    xmlStructuredErrorFunc function;
    void *context;
};

static struct handler take_handler(struct wsman_reader *reader)
{
    struct handler old = {xmlStructuredError, xmlStructuredErrorContext};
    xmlSetStructuredErrorFunc(reader, note_error);
    return old;
}

static void give_handler_back(const struct handler *old)
{
    xmlSetStructuredErrorFunc(old->context, old->function);
}

#ifndef LIBXML_SAX1_ENABLED
#error "this libxml2 was built without its SAX1 callbacks"
#endif

/* Not XML_SAX2_MAGIC: names come with their prefixes, which scope.c resolves. Errors go to the
 * thread's handler (take_handler). */
static const xmlSAXHandler callbacks = {
    .initialized = 1,
    .startElement = start_element,
    .endElement = end_element,
    .characters = characters,
    .cdataBlock = cdata_block,
    /* The same function: libxml2 then does not try to tell white space apart itself. */
    .ignorableWhitespace = characters,
    .internalSubset = document_type,
    .processingInstruction = processing_instruction,
};

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
    xmlSAXHandler handler = callbacks; /* libxml2 copies it */
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
    if (has_failed(reader))
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
    if (has_failed(reader))
        return hand_out_err(reader, err);
    if (count > reader->limits.reply_bytes - reader->reply_bytes) {
        err_set(&reader->err, ERR_LIMIT, "the reply is larger than %zu bytes",
                reader->limits.reply_bytes);
        return hand_out_err(reader, err);
    }
    reader->reply_bytes += count;
    struct handler handler = take_handler(reader);
    if (!reader->parsing) {
        size_t taken = take_head(reader, at, count);
        at += taken;
        count -= taken;
    }
    while (count > 0 && !has_failed(reader)) {
        size_t piece = count < PIECE_BYTES ? count : PIECE_BYTES;
        parse_piece(reader, at, piece);
        at += piece;
        count -= piece;
    }
    give_handler_back(&handler);
    return has_failed(reader) ? hand_out_err(reader, err) : 0;
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
    if (has_failed(reader))
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
    if (!has_failed(reader)) {
        struct handler handler = take_handler(reader);
        check_end(reader);
        give_handler_back(&handler);
    }
    if (has_failed(reader))
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
