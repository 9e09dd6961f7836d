/* SPDX-License-Identifier: MIT */
/*
 * gss: one security context of one connection: the legs of its handshake, then sealing and
 * unsealing with it (shared/facts/auth.md "Calls").
 *
 * Knows no HTTP and no framing. Owned by whoever holds it; one thread at a time: a worker while a
 * leg is made (it may ask a KDC), the network thread for the rest.
 */
#ifndef HTTP_GSS_H
#define HTTP_GSS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/binding.h"
#include "http/identity.h"
#include "http/sealed.h"

#define HTTP_GSS_MAX_TOKEN_BYTES 65536

struct http_gss;

/* New: http_gss_free. Takes the grant, even on failure. raw_kerberos: the Kerberos header scheme's
 * bare tokens, else SPNEGO's. binding NULL: none (plain HTTP); copied. ERR_MEMORY. */
struct http_gss *http_gss_new(struct http_grant *grant, bool raw_kerberos,
                              const struct http_binding *binding, struct err *err);
/* NULL is fine. */
void http_gss_free(struct http_gss *gss);

/* Worker. The next leg: takes the host's token (none on the first), appends ours to out (none where
 * nothing is to be sent any more). ERR_AUTH, ERR_PROTOCOL (their token is broken), ERR_CONFIG. */
int http_gss_step(struct http_gss *gss, const void *token, size_t token_bytes, struct buf *out,
                  struct err *err);
/* Whether the handshake is over, with the host authenticated and sealing agreed on. */
bool http_gss_is_complete(const struct http_gss *gss);
/* Whether the ticket it was made of has ended. */
bool http_gss_is_expired(const struct http_gss *gss, uint64_t now_unix_s);

/* Writes <signature><ciphertext> to out, which is empty; *part is borrowed from it. */
int http_gss_seal(struct http_gss *gss, const void *text, size_t text_bytes, struct buf *out,
                  struct http_sealed_part *part, struct err *err);
/* Appends the text. ERR_PROTOCOL where the signature is wrong, the message came out of turn, or was
 * not encrypted: the context is of no use any more then. */
int http_gss_unseal(struct http_gss *gss, const struct http_sealed_part *part, struct buf *out,
                    struct err *err);

#endif
