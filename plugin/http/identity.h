/* SPDX-License-Identifier: MIT */
/*
 * identity: who asks, for GSS: one user of one realm or domain, shared by all sessions that use the
 * same credentials, and the tickets that prove it.
 *
 * Tickets lie in MEMORY caches of our own, about HTTP_IDENTITY_HOSTS_A_CACHE hosts a cache, for
 * ticket look-up is linear (shared/facts/auth.md trap 6); no environment is touched and no default
 * identity is used unless the caller asked for it (trap 1). A ticket is renewed at half of its
 * life; a refusal by the KDC (wrong, locked, expired) is remembered for HTTP_IDENTITY_HOLD_MS and
 * told to whoever asks meanwhile without asking the KDC again, so that no account gets locked. A
 * KDC that does not answer is left alone for HTTP_IDENTITY_PAUSE_MS.
 *
 * Reference counted; any thread. http_identity_grant may block on a KDC (25 s on a mute one) and is
 * for workers; nobody else ever waits for it: the lock inside is not held while the KDC is asked,
 * and of several that need the identity's first ticket at once one asks and the others wait for it
 * (while an old one lasts, they use that).
 */
#ifndef HTTP_IDENTITY_H
#define HTTP_IDENTITY_H

#include <gssapi/gssapi.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"

#define HTTP_IDENTITY_HOSTS_A_CACHE 150
#define HTTP_IDENTITY_HOLD_MS       (30u * 60u * 1000u)
#define HTTP_IDENTITY_PAUSE_MS      10000u /* after a KDC that did not answer */

/*
 * What the operator gave. The realm of a user with Kerberos: realm, else what follows the last @,
 * else DOMAIN of DOMAIN\user (in capitals where it has a dot; a short one only where krb5.conf's
 * default_realm begins with it: another is refused with a sentence, for guessing might ask for a
 * user of the same name elsewhere), else krb5.conf's default_realm. With NTLM realm is the domain
 * of a user written without one.
 *
 * A foreign cache is copied, never written to; it is looked at with every grant (a file by its
 * times, another kind once a minute) and read again when it changed. A keytab that changed is read
 * again likewise, else at each renewal only.
 *
 * Exactly one of password, keytab, credential_cache, default_cache. All borrowed for the call.
 */
struct http_identity_source {
    bool ntlm;        /* NTLMSSP by user and password; else Kerberos */
    const char *user; /* monitor, CORP\monitor, monitor@REALM; NULL: the keytab's or cache's own */
    const struct secret *password;
    const char *keytab;           /* a file */
    const char *credential_cache; /* as krb5 names one: FILE:/run/x, KCM:, ... */
    bool default_cache;           /* the ticket of kinit, as curl and ssh use it */
    const char *realm;            /* overrides the user's and krb5.conf's; NULL */
};

struct http_identity;

/* What one handshake needs. */
struct http_grant {
    gss_cred_id_t cred; /* usable with SPNEGO and with krb5 itself (Kerberos), or SPNEGO (NTLM);
                           borrowed from the identity until http_grant_end */
    gss_name_t target;  /* new; released by http_grant_end */
    uint64_t expires_unix_s;        /* of the service ticket; UINT64_MAX for NTLM */
    struct http_identity *identity; /* held */
    void *held;                     /* identity's own */
};

/* New: held once; http_identity_drop. Nothing is asked of anybody yet. ERR_CONFIG, ERR_MEMORY.
 * wall (NULL: CLOCK_REALTIME) in ns since the epoch; outlives the last hold. */
struct http_identity *http_identity_new(const struct http_identity_source *source,
                                        const struct clock *wall, struct err *err);
struct http_identity *http_identity_hold(struct http_identity *identity);
/* The last one wipes and frees. NULL is fine. */
void http_identity_drop(struct http_identity *identity);
/* Whether a source (with its password) is the one this identity was made of. */
bool http_identity_matches(const struct http_identity *identity,
                           const struct http_identity_source *source);
/* A number for one host of this identity, which spreads hosts over caches; given back, it serves
 * another host, so that sessions that come and go do not make caches without end. */
unsigned http_identity_add_host(struct http_identity *identity);
void http_identity_remove_host(struct http_identity *identity, unsigned host);

/* Workers only; blocks. A ticket for the service on server_name: spn where given ("HTTP/other",
 * with or without @REALM), else HTTP/server_name, then WSMAN/server_name where the KDC does not
 * know the first. The target is imported as GSS_KRB5_NT_PRINCIPAL_NAME, so that krb5.conf's DNS
 * canonicalisation plays no part. Errors, each with its sentence and the command or setting that
 * mends it, code = the krb5 code: ERR_AUTH (wrong password, expired password, locked, unknown
 * principal, ticket of a cache expired, keytab without the key), ERR_UNREACHABLE (no KDC
 * answers), ERR_CONFIG (no mechanism: names the package; clock skew; unknown SPN; no realm; an IP
 * address as server_name), ERR_MEMORY. */
int http_identity_grant(struct http_identity *identity, unsigned host, const char *server_name,
                        const char *spn, struct http_grant *grant, struct err *err);
void http_grant_end(struct http_grant *grant);

#endif
