/* SPDX-License-Identifier: MIT */
/*
 * gss_cred: GSS credentials and target names, each made so that GSS can use no other identity than
 * the one meant (shared/facts/auth.md traps 1 to 3). Asks nobody on the network. No state; any
 * thread.
 */
#ifndef HTTP_GSS_CRED_H
#define HTTP_GSS_CRED_H

#include <gssapi/gssapi.h>

#include "base/err.h"
#include "base/secret.h"

/* The mechanisms (shared/facts/auth.md "Calls"). GSS wants them not const and does not write to
 * them. */
extern const gss_OID_desc http_gss_cred_spnego, http_gss_cred_krb5, http_gss_cred_ntlmssp;

/* New (gss_release_cred): the tickets of a krb5 cache, for SPNEGO, which may negotiate nothing but
 * Kerberos, and for krb5. */
int http_gss_cred_kerberos(const char *cache, gss_cred_id_t *cred, struct err *err);
/* New: user ("CORP\\monitor") and password for SPNEGO, which may negotiate nothing but NTLMSSP.
 * gss-ntlmssp 1.2.0 loses about 7.7 KB a call (trap 3): once an identity. */
int http_gss_cred_ntlm(const char *user, const struct secret *password, gss_cred_id_t *cred,
                       struct err *err);

/* New (gss_release_name): a principal as krb5 writes it, used as it is. */
int http_gss_target_kerberos(const char *principal, gss_name_t *target, struct err *err);
/* New: HTTP on server_name, or spn ("HTTP/other@REALM") where it is not NULL. */
int http_gss_target_ntlm(const char *server_name, const char *spn, gss_name_t *target,
                         struct err *err);

#endif
