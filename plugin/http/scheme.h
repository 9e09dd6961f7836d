/* SPDX-License-Identifier: MIT */
/*
 * scheme: how a request proves who asks: one row of a table an authentication scheme.
 *
 * A row says what its scheme can do (seal messages or not) and how it writes the Authorization
 * line that goes with a request. Schemes that need legs and a security context of the connection
 * add their functions to the row; conn.c asks the row and knows no scheme by name.
 * Rows are static and immutable; any thread.
 */
#ifndef HTTP_SCHEME_H
#define HTTP_SCHEME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/secret.h"

/* Borrowed by whoever is handed one. */
struct http_credentials {
    const char *user; /* UTF-8, with the domain where the scheme wants one: CORP\monitor */
    const struct secret *password;
};

struct http_scheme {
    const char *name; /* "basic" */
    /* Whether messages travel sealed over plain HTTP: what MI calls packet privacy. */
    bool seals;
    /* New: the whole "Authorization: ..." line, sent with every request; free with secret_free.
     * NULL with ERR_CONFIG or ERR_MEMORY. */
    struct secret *(*authorization)(const struct http_credentials *credentials, struct err *err);
};

/* RFC 7617. */
extern const struct http_scheme http_scheme_basic;

/* The row of that name, without regard to case; NULL where there is none. Static. */
const struct http_scheme *http_scheme_find(const char *name);

#endif
