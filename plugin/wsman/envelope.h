/* SPDX-License-Identifier: MIT */
/*
 * envelope: the frame of every request (shared/facts/wire.md 1: header order and mustUnderstand; no
 * SessionId, OperationID, SequenceId, which turn on chunked replies). What a request asks for is
 * written by its own file: get.c, class_get.c.
 *
 * Not a connection and not a session: it knows no host but the text of To. What the structs point
 * to is borrowed until the call returns. Pure: any thread.
 */
#ifndef WSMAN_ENVELOPE_H
#define WSMAN_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cim/types.h"
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

/* What every request has, whatever it asks for. */
struct wsman_request {
    const char *to_url;
    const char *message_id; /* wsman_uuid_write's text, without "uuid:" */

    uint32_t operation_timeout_ms; /* 0: no OperationTimeout */
    uint32_t max_envelope_bytes;   /* 0: WSMAN_ENVELOPE_DEFAULT_MAX_BYTES; small ones are raised to
                                      WSMAN_ENVELOPE_MIN_MAX_BYTES */
    const char *locale;            /* "en-US"; NULL: not written */
    const char *data_locale;

    const struct wsman_option *options; /* the caller's own */
    size_t option_count;
    bool options_must_understand; /* s:mustUnderstand of the OptionSet */
};

/* Makes the same request another message: overwrites the uuid at the offset. */
void wsman_envelope_replace_message_id(struct buf *out, size_t message_id_offset,
                                       const char message_id[WSMAN_UUID_CHARS + 1]);

/* ---- For the files that write one kind of request ---- */

/* One envelope while it is written. */
struct wsman_writer {
    struct buf *out;
    const struct wsman_request *request;
    struct buf scratch;    /* one value as text */
    bool namespace_in_uri; /* set by write_uri, for write_selectors */
};

/* What a kind of request puts into the frame, in the order of the header. Each function appends to
 * writer->out; -1 with ERR_CONFIG or ERR_LIMIT. */
struct wsman_envelope {
    const char *action;
    const void *what;                   /* handed to the functions */
    const struct wsman_option *options; /* before the caller's own */
    size_t option_count;
    int (*write_uri)(struct wsman_writer *writer, const void *what, struct err *err);
    int (*write_selectors)(struct wsman_writer *writer, const void *what, struct err *err);
    int (*write_body)(struct wsman_writer *writer, const void *what, struct err *err);
};

/* Appends the envelope to out; write_selectors and write_body may be NULL. *message_id_offset (may
 * be NULL) is where the 36 characters of the uuid begin in out. ERR_CONFIG with a sentence: a text
 * that is not UTF-8 or holds a character XML cannot carry, an illegal namespace or class;
 * ERR_LIMIT; ERR_MEMORY. On failure out is as it was. */
int wsman_envelope_write(struct buf *out, const struct wsman_request *request,
                         const struct wsman_envelope *envelope, size_t *message_id_offset,
                         struct err *err);

/* Appends text that came from a caller; what and name say in the sentence which one. ERR_CONFIG. */
int wsman_envelope_add_text(struct buf *out, const char *text, const char *what, const char *name,
                            struct err *err);

#endif
