/* SPDX-License-Identifier: MIT */
/*
 * class_get: writes the request for a class declaration with its qualifiers and inherited
 * properties (shared/facts/wire.md 2 "Class schema"; shared/replies/requests/03_Req_schema). The
 * reply is read by reader.h's WSMAN_ANSWER_CLASS. Pure: any thread.
 */
#ifndef WSMAN_CLASS_GET_H
#define WSMAN_CLASS_GET_H

#include "wsman/envelope.h"

/* What it points to is borrowed. */
struct wsman_class_get {
    struct wsman_request request;
    const char *resource_uri;   /* NULL: WSMAN_URI_CIM_XML; else the whole URI as it is */
    const char *namespace_name; /* NULL: the server's default, no __cimnamespace */
    const char *class_name;
};

/* Appends the envelope to out; as wsman_envelope_write. */
int wsman_class_get_write(struct buf *out, const struct wsman_class_get *get, struct err *err);

#endif
