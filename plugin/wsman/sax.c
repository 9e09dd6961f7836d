/* SPDX-License-Identifier: MIT */
/* sax: what libxml2 calls while it parses a reply, and where its complaints go. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "wsman/state.h"
#include "wsman/text.h"

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
    if (wsman_reader_has_failed(reader) || check_counts(reader, count_pairs(pairs)) != 0 ||
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
    if (wsman_reader_has_failed(reader))
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
    if (wsman_reader_has_failed(reader))
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
    else if (wsman_reader_has_failed(reader) || error->level < XML_ERR_ERROR)
        return;
    else if (is_memory(error))
        wsman_reader_fail(reader, ERR_MEMORY, "out of memory");
    else
        wsman_reader_fail(reader, ERR_PROTOCOL, "the reply is not XML: %d:%d: %.*s", error->line,
                          error->int2, (int)strcspn(error->message, "\n"), error->message);
}

struct wsman_sax_handler wsman_sax_take_handler(struct wsman_reader *reader)
{
    struct wsman_sax_handler old = {xmlStructuredError, xmlStructuredErrorContext};
    xmlSetStructuredErrorFunc(reader, note_error);
    return old;
}

void wsman_sax_give_handler_back(const struct wsman_sax_handler *old)
{
    xmlSetStructuredErrorFunc(old->context, old->function);
}

/* Not XML_SAX2_MAGIC: names come with their prefixes, which scope.c resolves. Errors go to the
 * thread's handler (wsman_sax_take_handler). */
const xmlSAXHandler wsman_sax_callbacks = {
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
