/* SPDX-License-Identifier: MIT */
/*
 * envelope: writes the request, a WS-Transfer Get of one instance (shared/facts/wire.md 1: header
 * order and mustUnderstand; no SessionId, OperationID, SequenceId, which turn on chunked replies).
 *
 * Not a connection and not a session: it knows no host but the text of To. What the struct points
 * to is borrowed until the call returns. Pure: any thread.
 */
#ifndef WSMAN_ENVELOPE_H
#define WSMAN_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cim/instance.h"
#include "wsman/uri.h"
#include "wsman/uuid.h"

#define WSMAN_ENVELOPE_DEFAULT_MAX_BYTES 512000 /* what we tell the host it may send */
#define WSMAN_ENVELOPE_MIN_MAX_BYTES     8192   /* below, a host answers EncodingLimit */
#define WSMAN_ENVELOPE_MAX_OPTIONS       64

/* w:Option; an array is written as repeated options of one name, as Windows does. */
struct wsman_option {
    const char *name;
    MI_Type type;
    const MI_Value *value;
    bool must_comply;
};

struct wsman_get {
    const char *to_url;
    const char *message_id; /* wsman_uuid_write's text, without "uuid:" */

    enum wsman_uri_form form;
    const char *resource_uri;        /* NULL; else the whole URI as it is, whatever the form */
    const char *resource_uri_prefix; /* NULL; else prefix and class are the URI */
    /* In the URI where that is the form's own and WMI; else the selector __cimnamespace, unless the
     * URI begins as WMI's do. NULL: the server's default, by the DMTF form without __cimnamespace.
     */
    const char *namespace_name;
    /* Class name and selectors: its MI_FLAG_KEY elements, all where none is flagged. */
    const MI_Instance *key;

    uint32_t operation_timeout_ms; /* 0: no OperationTimeout */
    uint32_t max_envelope_bytes;   /* 0: WSMAN_ENVELOPE_DEFAULT_MAX_BYTES; small ones are raised to
                                      WSMAN_ENVELOPE_MIN_MAX_BYTES */
    const char *locale;            /* "en-US"; NULL: not written */
    const char *data_locale;

    const struct wsman_option *options;
    size_t option_count;
    bool options_must_understand; /* s:mustUnderstand of the OptionSet */
};

/* Appends the envelope to out. *message_id_offset (may be NULL) is where the 36 characters of the
 * uuid begin in out. ERR_CONFIG with a sentence naming the key: a null key, an array as a key, a
 * text that is not UTF-8 or holds a character XML cannot carry, an illegal namespace or class;
 * ERR_LIMIT; ERR_MEMORY. On failure out is as it was. */
int wsman_envelope_write_get(struct buf *out, const struct wsman_get *get,
                             size_t *message_id_offset, struct err *err);

/* Makes the same request another message: overwrites the uuid at the offset. */
void wsman_envelope_replace_message_id(struct buf *out, size_t message_id_offset,
                                       const char message_id[WSMAN_UUID_CHARS + 1]);

#endif
