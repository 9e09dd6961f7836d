/* SPDX-License-Identifier: MIT */
/*
 * reader: bytes of a reply, as they arrive, -> an instance, a page of an enumeration, a
 * class, or a fault.
 *
 * One reader holds one libxml2 SAX2 push context and is used for one reply after another; nothing
 * is delivered before the envelope's end was seen, but for the items of a page. Names are matched
 * by namespace and local name, never by prefix. No DTD, no entities beyond the five, no network;
 * every count a host controls has a maximum. Not a judge of HTTP: whether an instance came with
 * status 500 is the caller's business.
 *
 *   new -> ( begin -> feed* -> finish )* -> free          begin may follow anything: it abandons
 *
 * Owned by whoever called new; one thread at a time. Of libxml2's globals it borrows this thread's
 * error handler while it parses.
 */
#ifndef WSMAN_READER_H
#define WSMAN_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "wsman/fault.h"

struct wsman_reader;

struct wsman_reader_limits {
    size_t depth;            /* open elements at once; at most 64 */
    size_t elements;         /* in the whole reply */
    size_t attributes;       /* of one element, its declarations included; at most 64 */
    size_t text_bytes;       /* of one value, as UTF-8 */
    size_t reply_bytes;      /* as they come */
    size_t dictionary_bytes; /* of names remembered from reply to reply; past it a fresh context */
};

#define WSMAN_READER_LIMITS_DEFAULT                                                  \
    {                                                                                \
        .depth = 32, .elements = 20000, .attributes = 64, .text_bytes = 1024 * 1024, \
        .reply_bytes = 4 * 1024 * 1024, .dictionary_bytes = 1024 * 1024              \
    }

/* What the Body may hold beside a fault: what was asked for. */
enum wsman_answer { WSMAN_ANSWER_INSTANCE, WSMAN_ANSWER_PAGE, WSMAN_ANSWER_CLASS };

/* What an EnumerateResponse or PullResponse held besides its items. */
struct wsman_page {
    const char *context; /* of the next Pull; NULL: none came. Borrowed until the next begin */
    bool at_end;         /* EndOfSequence: nothing is left to pull or to release */
    size_t item_count;
};

/* Where the items of an enumeration go, each as it ends. */
struct wsman_items {
    /* Takes the instance, even on failure. -1 with *err ends the reply. */
    int (*take)(void *context, MI_Instance *instance, struct err *err);
    void *context;
    size_t max_count; /* of one reply: what MaxElements said */
    bool keys_only;   /* the items are endpoint references; an instance with the keys of each */
};

enum wsman_reply_kind {
    WSMAN_REPLY_INSTANCE,
    WSMAN_REPLY_FAULT,
    WSMAN_REPLY_PAGE,
    WSMAN_REPLY_CLASS
};

struct wsman_reply {
    enum wsman_reply_kind kind;
    MI_Instance *instance;    /* INSTANCE: new, free with MI_Instance_Delete; else NULL */
    MI_Class *schema;         /* CLASS: new, free with MI_Class_Delete; else NULL */
    struct wsman_fault fault; /* FAULT; else untouched */
    struct wsman_page page;   /* PAGE; else untouched */
};

/* Frees what a reply holds; it then holds nothing. */
void wsman_reply_drop(struct wsman_reply *reply);

/* Lets libxml2 initialise itself (xmlInitParser, which may be called again and again), so that the
 * first readers of two threads, ours and another plugin's, do not do it at once. */
void wsman_reader_prepare(void);

/* New: free with wsman_reader_free. limits NULL: the default. NULL with ERR_MEMORY. */
struct wsman_reader *wsman_reader_new(const struct wsman_reader_limits *limits, struct err *err);
/* NULL is fine. */
void wsman_reader_free(struct wsman_reader *reader);

/* Starts a reply, forgetting an unfinished one. relates_to: the uuid of the request, which the
 * RelatesTo must name where there is one (a quota fault has none, shared/facts/wire.md 2); NULL:
 * not checked. Copied. ERR_MEMORY. */
int wsman_reader_begin(struct wsman_reader *reader, const char *relates_to, struct err *err);

/* Says, after begin and before the first feed, what the Body should hold. Without it: an instance.
 */
void wsman_reader_expect(struct wsman_reader *reader, enum wsman_answer answer);
/* The same for an EnumerateResponse or a PullResponse; items is copied. The limits on elements and
 * texts then hold for each item. What was handed over before a failure was well-formed, but is part
 * of a reply that was not. */
void wsman_reader_expect_page(struct wsman_reader *reader, const struct wsman_items *items);

/* Takes the next bytes. -1: ERR_PROTOCOL (not XML, a DOCTYPE, not an envelope, ...), ERR_LIMIT,
 * ERR_MEMORY; after that every feed and finish of this reply fails with the same err. */
int wsman_reader_feed(struct wsman_reader *reader, const void *bytes, size_t count,
                      struct err *err);

/* Says that no more bytes come. On success *reply holds what the envelope held; -1 as above, also
 * where the envelope has not ended; *reply is then untouched. */
int wsman_reader_finish(struct wsman_reader *reader, struct wsman_reply *reply, struct err *err);

#endif
