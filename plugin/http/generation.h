/* SPDX-License-Identifier: MIT */
/*
 * generation: what an identity proves itself with for a while: one ticket-granting ticket, copied
 * into one MEMORY cache for each HTTP_IDENTITY_HOSTS_A_CACHE hosts, and a GSS credential of each
 * cache; or, for NTLM, one GSS credential.
 *
 * Immutable but for the caches, which are made when first needed. Reference counted: a new
 * generation replaces the old in its identity, and the old one ends with the last handshake that
 * uses it. Any thread; asks nobody on the network, but may load GSS mechanisms.
 */
#ifndef HTTP_GENERATION_H
#define HTTP_GENERATION_H

#include <gssapi/gssapi.h>
#include <stdint.h>

#include "base/err.h"
#include "http/kerberos.h"

struct http_generation;

/* New: held once. Takes stem, even on failure. */
struct http_generation *http_generation_new_kerberos(struct http_kerberos_stem *stem,
                                                     struct err *err);
/* New: held once. Takes cred, even on failure. */
struct http_generation *http_generation_new_ntlm(gss_cred_id_t cred, struct err *err);
struct http_generation *http_generation_hold(struct http_generation *generation);
/* The last one ends tickets and credentials. NULL is fine. */
void http_generation_drop(struct http_generation *generation);

/* Borrowed. */
const struct http_kerberos_stem *http_generation_stem(const struct http_generation *generation);

/* The credential for a host, and (may be NULL) its cache. Borrowed from the generation. */
int http_generation_cred(struct http_generation *generation, unsigned host, gss_cred_id_t *cred,
                         const char **cache, struct err *err);

#endif
