/* SPDX-License-Identifier: MIT */
/* document: the frame of a reply: one Envelope, in it at most one Header, then one Body with one
 * element (SOAP 1.2 part 1, section 5). */
#include <string.h>

#include "wsman/state.h"
#include "wsman/text.h"

/* What has been seen of the Envelope's children, in node->seen. */
enum { SEEN_HEADER = 1, SEEN_BODY = 2 };

static bool is_soap(const struct wsman_reader *reader, const struct wsman_tag *tag,
                    const char *name)
{
    return wsman_reader_is(reader, tag, WSMAN_SOAP) && strcmp(tag->name, name) == 0;
}

/* ---- What nobody asked for ---- */

static int ignored_child(struct wsman_reader *reader, struct wsman_node *child,
                         const struct wsman_tag *tag)
{
    (void)reader;
    (void)tag;
    return wsman_node_become(child, &wsman_document_ignored);
}

const struct wsman_state wsman_document_ignored = {WSMAN_TEXT_IGNORED, ignored_child, NULL};

/* ---- Header ---- */

static int relates_to_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    if (reader->relates_to[0] == '\0' ||
        wsman_uuid_equal(reader->relates_to, buf_text(&reader->text), reader->text.size_bytes))
        return 0;
    char shown[61];
    wsman_text_fold(shown, sizeof shown, buf_text(&reader->text), reader->text.size_bytes);
    return wsman_reader_fail(
        reader, ERR_PROTOCOL,
        "the reply belongs to another request: it relates to %s, not to uuid:%s", shown,
        reader->relates_to);
}

static const struct wsman_state relates_to = {WSMAN_TEXT_VALUE, wsman_reader_no_child,
                                              relates_to_end};

static int header_child(struct wsman_reader *reader, struct wsman_node *child,
                        const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    if (wsman_reader_is(reader, tag, WSMAN_ADDRESSING) && strcmp(tag->name, "RelatesTo") == 0) {
        if (node->seen++ > 0)
            return wsman_reader_fail(reader, ERR_PROTOCOL, "a second RelatesTo");
        return wsman_node_become(child, &relates_to);
    }
    if (is_soap(reader, tag, "NotUnderstood"))
        wsman_complaint_note_header(reader, tag);
    return wsman_node_become(child, &wsman_document_ignored);
}

static const struct wsman_state header = {WSMAN_TEXT_REFUSED, header_child, NULL};

/* ---- Body ---- */

static int open_answer(struct wsman_reader *reader, struct wsman_node *child,
                       const struct wsman_tag *tag)
{
    switch (reader->answer) {
    case WSMAN_ANSWER_PAGE:
        return wsman_page_open(reader, child, tag);
    case WSMAN_ANSWER_CLASS:
        return wsman_class_open(reader, child, tag);
    default:
        return wsman_payload_open(reader, child, tag);
    }
}

static int body_child(struct wsman_reader *reader, struct wsman_node *child,
                      const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    if (node->seen++ > 0)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a second element in the Body: %.60s",
                                 tag->name);
    if (!is_soap(reader, tag, "Fault"))
        return open_answer(reader, child, tag);
    wsman_complaint_open(reader, child);
    return 0;
}

static int body_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (node->seen == 0)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "the Body is empty");
    return 0;
}

static const struct wsman_state body = {WSMAN_TEXT_REFUSED, body_child, body_end};

/* ---- Envelope ---- */

static int envelope_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    struct wsman_node *node = wsman_node_around(child);
    if (node->seen == 0 && is_soap(reader, tag, "Header")) {
        node->seen = SEEN_HEADER;
        return wsman_node_become(child, &header);
    }
    if (node->seen != SEEN_BODY && is_soap(reader, tag, "Body")) {
        node->seen = SEEN_BODY;
        return wsman_node_become(child, &body);
    }
    if (is_soap(reader, tag, "Header") || is_soap(reader, tag, "Body"))
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a second %s, or one in the wrong place",
                                 tag->name);
    return wsman_reader_fail(reader, ERR_PROTOCOL,
                             "an element %.60s between Envelope, Header and Body", tag->name);
}

static int envelope_end(struct wsman_reader *reader, struct wsman_node *node)
{
    if (node->seen != SEEN_BODY)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "the Envelope has no Body");
    reader->complete = true;
    return 0;
}

static const struct wsman_state envelope = {WSMAN_TEXT_REFUSED, envelope_child, envelope_end};

static int document_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag)
{
    if (is_soap(reader, tag, "Envelope"))
        return wsman_node_become(child, &envelope);
    if (wsman_reader_is(reader, tag, WSMAN_SOAP11))
        return wsman_reader_fail(reader, ERR_PROTOCOL,
                                 "the reply is SOAP 1.1; WS-Management is SOAP 1.2");
    return wsman_reader_fail(reader, ERR_PROTOCOL,
                             "the reply is no SOAP envelope: it begins with an element %.60s",
                             tag->name);
}

const struct wsman_state wsman_document_state = {WSMAN_TEXT_REFUSED, document_child, NULL};
