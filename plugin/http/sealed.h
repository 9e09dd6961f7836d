/* SPDX-License-Identifier: MIT */
/*
 * sealed: the framing of encrypted WS-Management messages (MS-WSMV 2.2.9.1; shared/facts/auth.md
 * "Framing"). Pure: bytes to bytes; sealing itself is http/gss.c's. No state; any thread.
 */
#ifndef HTTP_SEALED_H
#define HTTP_SEALED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_SEALED_MAX_PLAIN_BYTES     (64u * 1024 * 1024)
#define HTTP_SEALED_MAX_SIGNATURE_BYTES 4096
/* The most that the ciphertext may be longer than the announced Length: a block of padding. */
#define HTTP_SEALED_MAX_PADDING_BYTES 64

enum http_sealed_protocol { HTTP_SEALED_SPNEGO, HTTP_SEALED_KERBEROS };

/* The Content-Type header's value for a request. Static. */
const char *http_sealed_content_type(enum http_sealed_protocol protocol);

/* A sealed message: <signature><ciphertext>. */
struct http_sealed_part {
    size_t plain_bytes;             /* the announced Length */
    const unsigned char *signature; /* borrowed */
    size_t signature_bytes;         /* 1 to HTTP_SEALED_MAX_SIGNATURE_BYTES */
    const unsigned char *ciphertext;
    size_t ciphertext_bytes; /* plain_bytes to plain_bytes + HTTP_SEALED_MAX_PADDING_BYTES */
};

/* Appends the body; part->plain_bytes is the Length to announce (plaintext + padding). ERR_LIMIT (a
 * size beyond the maximums above, no signature, or out's own maximum), ERR_MEMORY. */
int http_sealed_write(struct buf *out, enum http_sealed_protocol protocol,
                      const struct http_sealed_part *part, struct err *err);

/* Whether a reply's Content-Type (may be NULL) announces a sealed body of this protocol. */
bool http_sealed_is_type(const char *content_type, enum http_sealed_protocol protocol);

/* Reads a whole body. Tabs, spaces or nothing before the inner headers, `-- Encrypted Boundary` and
 * the boundary that content_type (may be NULL) names are accepted, and nothing or CR LF behind the
 * closing boundary; cut by length, the ciphertext is never searched for the boundary. Exactly one
 * part, borrowed from the body. ERR_PROTOCOL with what is wrong; *part untouched then. */
int http_sealed_read(const char *content_type, enum http_sealed_protocol protocol, const void *body,
                     size_t body_bytes, struct http_sealed_part *part, struct err *err);

#endif
