/* SPDX-License-Identifier: MIT */
/*
 * scheme: how a request proves who asks: one row of a table an authentication scheme.
 *
 * Two kinds. A scheme with a line (basic, certificate) sends the same Authorization header with
 * every request. A scheme with a context (negotiate, kerberos, ntlm) makes legs of a handshake on a
 * connection first and is bound to that connection; over plain HTTP its messages travel sealed
 * (http/handshake.c). conn.c asks the row and knows no scheme by name.
 * Rows are static and immutable; any thread.
 */
#ifndef HTTP_SCHEME_H
#define HTTP_SCHEME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/secret.h"
#include "http/sealed.h"

struct http_identity;

/* Borrowed by whoever is handed one. */
struct http_credentials {
    /* Schemes with a line. */
    const char *user; /* UTF-8, with the domain where the scheme wants one: CORP\monitor */
    const struct secret *password;
    /* Schemes with a context. */
    struct http_identity *identity;
    struct http_identity *fallback; /* NTLM where Kerberos cannot be had; NULL: no such thing */
    const char *spn;                /* NULL: of the server's name */
    /* A client certificate, PEM files; NULL. */
    const char *cert_file, *key_file;
};

struct http_scheme {
    const char *name; /* "basic" */
    /* New: the whole "Authorization: ..." line, sent with every request; free with secret_free.
     * NULL with ERR_CONFIG or ERR_MEMORY. The member is NULL for a scheme with a context. */
    struct secret *(*authorization)(const struct http_credentials *credentials, struct err *err);
    const char *challenge; /* whose legs: "Negotiate", "Kerberos"; NULL for a scheme with a line */
    bool raw_kerberos;     /* bare Kerberos tokens, not SPNEGO's */
    enum http_sealed_protocol protocol; /* how sealed messages name themselves */
};

extern const struct http_scheme http_scheme_basic; /* RFC 7617 */
/* RFC 4559: SPNEGO. Kerberos or NTLM is the identity's choice. */
extern const struct http_scheme http_scheme_negotiate;
extern const struct http_scheme http_scheme_kerberos;
extern const struct http_scheme http_scheme_ntlm;
/* DSP0226's profile http/mutual over TLS with a client certificate. */
extern const struct http_scheme http_scheme_certificate;

/* The row of that name, without regard to case; NULL where there is none. Static. */
const struct http_scheme *http_scheme_find(const char *name);

/* Whether messages travel sealed over plain HTTP: what MI calls packet privacy. */
bool http_scheme_seals(const struct http_scheme *scheme);

#endif
