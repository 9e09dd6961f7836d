/* SPDX-License-Identifier: MIT */
/*
 * state: the parts of a reader, shared by the files that each know one region of the envelope.
 * Private to wsman/: reader.c (life, feeding, limits), sax.c (libxml2's calls, the stack), scope.c
 * (namespaces), document.c (Envelope, Header, Body), payload.c (instances), page.c (enumerations),
 * class.c (class declarations), complaint.c (faults).
 *
 *   every open element is a node on a stack; its state says what a child, an end and text mean:
 *
 *   (none) -Envelope-> document.c envelope -Header-> header -RelatesTo-> relates_to
 *                                          -Body---> body --Fault----> complaint.c fault
 *                                                         --Class----> payload.c instance
 *                                                         --PullResponse-> page.c page
 *                                                              -Items-> items -Class-> instance
 *                                                         --CLASS----> class.c class_declaration
 *   instance -any-> property -text, cim:Datetime, a:ReferenceParameters, other children-> its value
 */
#ifndef WSMAN_STATE_H
#define WSMAN_STATE_H

#include <libxml/parser.h>

#include "base/buf.h"
#include "wsman/reader.h"
#include "wsman/uuid.h"

#define WSMAN_READER_MAX_DEPTH       64
#define WSMAN_READER_MAX_SCOPES      256
#define WSMAN_PAGE_MAX_CONTEXT_BYTES 4096
#define WSMAN_READER_MAX_ATTRIBUTES  64 /* of one element, declarations included */

/* Namespaces we know, as pointers into the context's dictionary: equal pointers, equal names. */
enum wsman_namespace {
    WSMAN_SOAP,
    WSMAN_SOAP11,
    WSMAN_ADDRESSING,
    WSMAN_ENUMERATION,
    WSMAN_TRANSFER,
    WSMAN_WSMAN,
    WSMAN_WSMAN_2005,
    WSMAN_IDENTITY,
    WSMAN_MICROSOFT,
    WSMAN_FAULT,
    WSMAN_CIM,
    WSMAN_XSI,
    WSMAN_XS,
    WSMAN_NAMESPACES
};

/* An attribute that declares no namespace. */
struct wsman_attribute {
    const char *name; /* local */
    const char *uri;  /* NULL: no namespace */
    const char *value;
    size_t value_bytes;
};

/* A start tag. Names live as long as the context, values until the callback returns. */
struct wsman_tag {
    const char *name; /* local */
    const char *uri;  /* NULL: no namespace */
    const struct wsman_attribute *attributes;
    size_t attribute_count;
};

enum wsman_text_use {
    WSMAN_TEXT_REFUSED, /* only white space may stand between the children */
    WSMAN_TEXT_VALUE,   /* kept; not beside children */
    WSMAN_TEXT_LEAF,    /* kept; dropped where a child follows */
    WSMAN_TEXT_IGNORED
};

struct wsman_reader;
struct wsman_node;

struct wsman_state {
    enum wsman_text_use text;
    /* A child opens and gets its state. It is on the stack already and inherits where values go;
     * the element around it, whose state this is, is wsman_node_around(child). -1 after a failure.
     */
    int (*child)(struct wsman_reader *reader, struct wsman_node *child,
                 const struct wsman_tag *tag);
    /* The element on top ends; its text is in reader->text. NULL: nothing to do. */
    int (*end)(struct wsman_reader *reader, struct wsman_node *node);
};

struct wsman_node {
    const struct wsman_state *state;
    const char *tag_name;
    const char *name;      /* of the property or selector this node is */
    const char *type_name; /* class.c: the qualifier's TYPE */
    MI_Instance *holder;   /* where this node's value goes */
    MI_Instance *instance; /* where its children's values go; the holder where it has no own */
    const char *xsi_class; /* class in xsi:type ("p:Class_Type"), its length; NULL where absent */
    size_t xsi_class_bytes;
    MI_Type type; /* from xsi:type; MI_STRING where it says nothing */
    MI_Uint32 flags;
    size_t scope_count; /* namespace declarations before this element */
    size_t field;       /* complaint.c: which of its fields this is */
    size_t seen;        /* children so far, or what the state counts */
};

static inline struct wsman_node *wsman_node_around(struct wsman_node *node)
{
    return node - 1;
}

static inline int wsman_node_become(struct wsman_node *node, const struct wsman_state *state)
{
    node->state = state;
    return 0;
}

struct wsman_scope {
    const char *prefix; /* "": the default namespace */
    size_t prefix_bytes;
    const char *uri; /* NULL: no namespace */
};

struct wsman_reader {
    struct wsman_reader_limits limits;
    xmlParserCtxtPtr context;
    const char *namespaces[WSMAN_NAMESPACES];
    struct wsman_node stack[WSMAN_READER_MAX_DEPTH + 1]; /* [0] is the document itself */
    struct wsman_scope scopes[WSMAN_READER_MAX_SCOPES];
    struct wsman_attribute attributes[WSMAN_READER_MAX_ATTRIBUTES]; /* of the tag at hand */
    struct buf text;                                                /* of the innermost element */

    /* One reply */
    struct wsman_node *top; /* the element open innermost; stack where there is none */
    size_t scope_count;
    size_t elements;
    size_t reply_bytes;
    unsigned char head[4]; /* the first bytes, until libxml2 can tell the encoding from them */
    size_t head_bytes;
    bool parsing;  /* the context has been reset for this reply */
    bool complete; /* </s:Envelope> was seen */
    enum wsman_answer answer;
    struct err err;
    char relates_to[WSMAN_UUID_CHARS + 1];

    /* A page of an enumeration (page.c) */
    struct wsman_items items;
    struct wsman_page page;
    struct buf page_context;

    /* A class (class.c) */
    MI_Class *schema;  /* owned until finish hands it out */
    struct buf values; /* of the qualifier or property at hand, each with a NUL behind it */
    MI_Uint32 value_count;

    /* What came of it */
    MI_Instance *instance; /* owned until finish hands it out */
    bool is_fault;
    struct wsman_fault fault;
    unsigned sentence_rank; /* how good the fault's sentence is so far */
    unsigned fault_nesting; /* f:WSManFault elements open */
};

/* The first state: nothing is open (document.c). */
extern const struct wsman_state wsman_document_state;
/* An element whose whole content is skipped (document.c). */
extern const struct wsman_state wsman_document_ignored;

/* Records the first failure of this reply and stops the parser. -1 always. */
int wsman_reader_fail(struct wsman_reader *reader, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for an err that a lower level has written into reader->err. */
int wsman_reader_stop(struct wsman_reader *reader);

/* The child function of a state that allows none. */
int wsman_reader_no_child(struct wsman_reader *reader, struct wsman_node *child,
                          const struct wsman_tag *tag);

/* The value of an attribute in no namespace (not NUL-terminated), its length in *count; NULL where
 * it is absent. */
const char *wsman_reader_attribute(const struct wsman_tag *tag, const char *name, size_t *count);

static inline bool wsman_reader_is(const struct wsman_reader *reader, const struct wsman_tag *tag,
                                   enum wsman_namespace space)
{
    return tag->uri == reader->namespaces[space];
}

/* Attribute values go with the callback; the dictionary keeps them, and its size is capped. NULL
 * without memory, after having failed. */
const char *wsman_reader_keep(struct wsman_reader *reader, const char *text, size_t count);

/* Opens the scopes of a start tag and fills *tag; name and pairs are libxml2's (scope.c). -1 after
 * a failure. */
int wsman_scope_open(struct wsman_reader *reader, const char *name, const xmlChar **pairs,
                     struct wsman_tag *tag);
/* The URI that a prefix ("": none) stands for here; NULL where it stands for none. */
const char *wsman_scope_find(const struct wsman_reader *reader, const char *prefix, size_t count);

static inline bool wsman_reader_has_failed(const struct wsman_reader *reader)
{
    return reader->err.kind != ERR_NONE;
}

/* What a push parser of a reader calls (sax.c). */
extern const xmlSAXHandler wsman_sax_callbacks;
/* This thread's handler, where such complaints go; libxml2's own writes to stderr, the daemon's. */
struct wsman_sax_handler {
    xmlStructuredErrorFunc function;
    void *context;
};
/* While libxml2 works for the reader, its complaints on this thread go to the reader. */
struct wsman_sax_handler wsman_sax_take_handler(struct wsman_reader *reader);
void wsman_sax_give_handler_back(const struct wsman_sax_handler *old);

/* Makes node the payload (payload.c) or the fault (complaint.c). */
int wsman_payload_open(struct wsman_reader *reader, struct wsman_node *node,
                       const struct wsman_tag *tag);
/* Makes node an item that is an endpoint reference: an instance with its keys. */
int wsman_payload_open_reference(struct wsman_reader *reader, struct wsman_node *node);
/* Makes node an EnumerateResponse or a PullResponse (page.c). */
int wsman_page_open(struct wsman_reader *reader, struct wsman_node *node,
                    const struct wsman_tag *tag);
/* Hands reader->instance, which is whole, over as an item. */
int wsman_page_hand_over(struct wsman_reader *reader);
void wsman_complaint_open(struct wsman_reader *reader, struct wsman_node *node);
/* An s:NotUnderstood in the header. */
void wsman_complaint_note_header(struct wsman_reader *reader, const struct wsman_tag *tag);

/* Makes node a CLASS (class.c). */
int wsman_class_open(struct wsman_reader *reader, struct wsman_node *node,
                     const struct wsman_tag *tag);

#endif
