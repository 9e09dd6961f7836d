/* SPDX-License-Identifier: MIT */
/*
 * enumeration: writes the requests of an enumeration (DSP0226 8; MS-WSMV 3.1.4.8 to 3.1.4.10):
 *
 *   Enumerate -> items, context -> ( Pull -> items, context )* -> the last page says EndOfSequence
 *                                                              or Release: the rest is not wanted
 *
 * The first reply brings items already (w:OptimizeEnumeration). All requests of one enumeration
 * name the same resource, and the same MaxElements and MaxEnvelopeSize: Windows faults on a Pull
 * that differs (803381AD, shared/replies/wsmerror.tsv). The replies are read by reader.h's pages.
 * Pure: any thread.
 */
#ifndef WSMAN_ENUMERATION_H
#define WSMAN_ENUMERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "wsman/envelope.h"
#include "wsman/resource.h"

/* Which instances of derived classes, and what of them (DSP0227 8, wsmb:PolymorphismMode). */
enum wsman_polymorphism {
    WSMAN_POLYMORPHISM_DEEP,      /* with all their properties: the default, not written */
    WSMAN_POLYMORPHISM_BASE_ONLY, /* with the properties of the class asked for */
    WSMAN_POLYMORPHISM_SHALLOW    /* none */
};

/* What it points to is borrowed. */
struct wsman_enumeration {
    struct wsman_request request;
    struct wsman_resource resource;
    const char *class_name;               /* NULL: the query names it, or the resource's own URI */
    const char *query;                    /* NULL: all instances; not empty */
    const char *dialect;                  /* of the query: a URI */
    uint32_t max_elements;                /* of one reply; not 0 */
    bool keys_only;                       /* w:EnumerationMode EnumerateEPR; not with a query */
    enum wsman_polymorphism polymorphism; /* not with a query */
};

/* Each appends an envelope to out; as wsman_envelope_write. context is what the last page said. */
int wsman_enumeration_write(struct buf *out, const struct wsman_enumeration *enumeration,
                            struct err *err);
int wsman_enumeration_write_pull(struct buf *out, const struct wsman_enumeration *enumeration,
                                 const char *context, struct err *err);
int wsman_enumeration_write_release(struct buf *out, const struct wsman_enumeration *enumeration,
                                    const char *context, struct err *err);

/* The class that a query in WQL reads from: the word behind FROM, outside of quotes; its length in
 * *count. NULL: it names none. Borrowed from query. */
const char *wsman_enumeration_find_class(const char *query, size_t *count);

#endif
