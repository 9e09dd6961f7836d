/* SPDX-License-Identifier: MIT */
/*
 * kerberos: tickets by libkrb5 itself, which tells the exact reason of a refusal where GSS only
 * mumbles (shared/facts/auth.md trap 2).
 *
 * A "cache" here is a name ("MEMORY:..."), new where it is an out-pointer and ended with
 * http_kerberos_forget. Each call has a krb5_context of its own and reads krb5.conf (KRB5_CONFIG)
 * as it is then. No state, any thread; what asks a KDC blocks, and says so.
 */
#ifndef HTTP_KERBEROS_H
#define HTTP_KERBEROS_H

#include <krb5.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/identity.h"

/* A ticket-granting ticket, alone in a MEMORY cache of its own, to be copied from. */
struct http_kerberos_stem {
    char *cache;
    char *principal;
    uint64_t starts_s, ends_s; /* Unix time by our clock; libkrb5 knows how the KDC's differs */
};

/* New; one AS exchange (password, keytab) or a look into the operator's cache, of which all is
 * copied; the cache itself is never written to. Blocks on the KDC. Errors as http_identity_grant.
 */
int http_kerberos_obtain(const struct http_identity_source *source, struct http_kerberos_stem *stem,
                         struct err *err);
/* Ends both. NULLs are fine. */
void http_kerberos_end_stem(struct http_kerberos_stem *stem);

/* New: a MEMORY cache with what another holds. Asks nobody. */
int http_kerberos_copy(const char *cache, char **copy, struct err *err);
/* Empties the cache and frees its name. NULL is fine. */
void http_kerberos_forget(char *cache);

/* A number that changes when the keytab or the credential cache does; 0 for a password and for
 * what is not there. Asks nobody. A cache that is no file cannot tell: it counts as changed with
 * each minute of now_s. */
uint64_t http_kerberos_stamp(const struct http_identity_source *source, uint64_t now_s);

struct http_kerberos_wish {
    const char *cache;
    const char *server_name, *spn; /* as http_identity_grant has them */
    uint64_t now_s, tgt_ends_s;
    const struct err *unreachable; /* not NULL: the KDC did not answer a moment ago; do not ask */
};

struct http_kerberos_ticket {
    char *principal; /* new; free: what to import as GSS_KRB5_NT_PRINCIPAL_NAME */
    uint64_t ends_s; /* by our clock */
};

/* When a ticket starts and ends, by our clock: a KDC whose clock differs writes its own
 * (kdc_timesync in krb5.conf), and the context knows by how much. */
void http_kerberos_times(krb5_context krb5, const krb5_ticket_times *times, uint64_t *starts_s,
                         uint64_t *ends_s);

/* The ticket of a service, in the cache afterwards. Blocks on the KDC where it is not there yet or
 * past its half while the ticket-granting ticket lives longer. */
int http_kerberos_service(const struct http_kerberos_wish *service,
                          struct http_kerberos_ticket *ticket, struct err *err);

#endif
