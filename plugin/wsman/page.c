/* SPDX-License-Identifier: MIT */
/* page: one reply of an enumeration: n:EnumerateResponse or n:PullResponse, with the items, the
 * context of the next Pull, and whether there is one (shared/facts/wire.md 2). Windows puts
 * Items and EndOfSequence into WS-Management's namespace where the reply is an EnumerateResponse
 * (DSP0226 8.2.3), else into WS-Enumeration's; either is taken in either. An item is an instance, a
 * w:XmlFragment, a w:Item around an object and its reference (ObjectAndEPR), or a reference. */
#include <string.h>

#include "wsman/state.h"
#include "wsman/text.h"

/* What has been seen, in node->seen of the page; the item count is the reader's. */
enum { SEEN_ITEMS = 1, SEEN_CONTEXT = 2, SEEN_END = 4 };

static bool is_enumeration(const struct wsman_reader *reader, const struct wsman_tag *tag,
                           const char *name)
{
    return wsman_reader_is(reader, tag, WSMAN_ENUMERATION) && strcmp(tag->name, name) == 0;
}

static bool is_wsman(const struct wsman_reader *reader, const struct wsman_tag *tag,
                     const char *name)
{
    return wsman_reader_is(reader, tag, WSMAN_WSMAN) && strcmp(tag->name, name) == 0;
}

/* ---- Items ---- */

int wsman_page_hand_over(struct wsman_reader *reader)
{
    MI_Instance *item = reader->instance;
    reader->instance = NULL;
    reader->page.item_count++;
    reader->elements = 0; /* the cap on elements is for what is kept: one item */
    if (reader->items.take(reader->items.context, item, &reader->err) != 0)
        return wsman_reader_stop(reader);
    return 0;
}

static int check_item_count(struct wsman_reader *reader)
{
    if (reader->page.item_count < reader->items.max_count)
        return 0;
    return wsman_reader_fail(reader, ERR_LIMIT, "the reply has more than the %zu items asked for",
                             reader->items.max_count);
}

static bool is_reference(const struct wsman_reader *reader, const struct wsman_tag *tag)
{
    return wsman_reader_is(reader, tag, WSMAN_ADDRESSING) &&
           strcmp(tag->name, "EndpointReference") == 0;
}

static int open_item(struct wsman_reader *reader, struct wsman_node *node,
                     const struct wsman_tag *tag)
{
    if (check_item_count(reader) != 0)
        return -1;
    if (!reader->items.keys_only)
        return wsman_payload_open(reader, node, tag);
    if (is_reference(reader, tag))
        return wsman_payload_open_reference(reader, node);
    return wsman_reader_fail(reader, ERR_PROTOCOL,
                             "references were asked for, and an item is a %.60s", tag->name);
}

/* w:Item holds an object and its reference, of which one was asked for. */
static int pair_child(struct wsman_reader *reader, struct wsman_node *child,
                      const struct wsman_tag *tag)
{
    if (is_reference(reader, tag) != reader->items.keys_only)
        return wsman_node_become(child, &wsman_document_ignored);
    if (wsman_node_around(child)->seen++ > 0)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a second object in an Item");
    return open_item(reader, child, tag);
}

static int pair_end(struct wsman_reader *reader, struct wsman_node *node)
{
    return node->seen > 0 ? 0
                          : wsman_reader_fail(reader, ERR_PROTOCOL, "an Item without an object");
}

static const struct wsman_state pair = {WSMAN_TEXT_REFUSED, pair_child, pair_end};

static int items_child(struct wsman_reader *reader, struct wsman_node *child,
                       const struct wsman_tag *tag)
{
    if (is_wsman(reader, tag, "Item"))
        return wsman_node_become(child, &pair);
    return open_item(reader, child, tag);
}

static const struct wsman_state items = {WSMAN_TEXT_REFUSED, items_child, NULL};

/* ---- The context ---- */

/* WS-Enumeration lets it be any XML; every server we know writes text. */
static int context_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    const struct buf *text = &reader->text;
    if (wsman_text_is_blank(buf_text(text), text->size_bytes))
        return 0;
    buf_add(&reader->page_context, buf_text(text), text->size_bytes);
    if (buf_failed(&reader->page_context, "the enumeration's context", &reader->err) != 0)
        return wsman_reader_stop(reader);
    reader->page.context = buf_text(&reader->page_context);
    return 0;
}

static const struct wsman_state context = {WSMAN_TEXT_VALUE, wsman_reader_no_child, context_end};

/* ---- The page ---- */

static int see(struct wsman_reader *reader, struct wsman_node *page, size_t what,
               const struct wsman_tag *tag)
{
    if (page->seen & what)
        return wsman_reader_fail(reader, ERR_PROTOCOL, "a second %.60s", tag->name);
    page->seen |= what;
    return 0;
}

/* What is unknown (n:Expires, a vendor's) is passed over. */
static int page_child(struct wsman_reader *reader, struct wsman_node *child,
                      const struct wsman_tag *tag)
{
    struct wsman_node *page = wsman_node_around(child);
    child->state = &wsman_document_ignored;
    if (is_enumeration(reader, tag, "EnumerationContext")) {
        child->state = &context;
        return see(reader, page, SEEN_CONTEXT, tag);
    }
    if (is_enumeration(reader, tag, "Items") || is_wsman(reader, tag, "Items")) {
        child->state = &items;
        return see(reader, page, SEEN_ITEMS, tag);
    }
    if (is_enumeration(reader, tag, "EndOfSequence") || is_wsman(reader, tag, "EndOfSequence")) {
        reader->page.at_end = true;
        return see(reader, page, SEEN_END, tag);
    }
    return 0;
}

/* Before anything was pulled there is no other context to go on with. */
static int first_page_end(struct wsman_reader *reader, struct wsman_node *node)
{
    (void)node;
    if (reader->page.at_end || reader->page.context != NULL)
        return 0;
    return wsman_reader_fail(reader, ERR_PROTOCOL,
                             "an EnumerateResponse with neither a context nor the end");
}

static const struct wsman_state first_page = {WSMAN_TEXT_REFUSED, page_child, first_page_end};
static const struct wsman_state next_page = {WSMAN_TEXT_REFUSED, page_child, NULL};

int wsman_page_open(struct wsman_reader *reader, struct wsman_node *node,
                    const struct wsman_tag *tag)
{
    if (is_enumeration(reader, tag, "EnumerateResponse"))
        return wsman_node_become(node, &first_page);
    if (is_enumeration(reader, tag, "PullResponse"))
        return wsman_node_become(node, &next_page);
    return wsman_reader_fail(reader, ERR_PROTOCOL, "the Body holds %.60s, not an enumeration",
                             tag->name);
}
