/* SPDX-License-Identifier: MIT */
/*
 * One acceptor's GSS context: SPNEGO, Kerberos and NTLM by the libraries of the system, with the
 * default acceptor credential (KRB5_KTNAME, NTLM_USER_FILE). It knows nothing of HTTP.
 * Sources: shared/facts/auth.md "Calls", "Channel binding". Ownership: a context belongs to its
 * connection. Threads: the HTTP thread.
 */
#ifndef SIM_GSS_H
#define SIM_GSS_H

#include "sim/bytes.h"
#include "sim/sealed.h"

#include <stdbool.h>

struct sim_gss;

/* As CbtHardeningLevel of WinRM's service. */
enum sim_cbt {
    SIM_CBT_RELAXED, /* wrong bindings are refused, none at all are not */
    SIM_CBT_STRICT,
    SIM_CBT_NONE,
};

struct sim_gss_terms {
    bool kerberos_only; /* raw Kerberos tokens, no SPNEGO */
    enum sim_cbt cbt;
    const void *binding; /* application data; NULL: not over TLS. Borrowed */
    size_t binding_size;
};

enum sim_gss_step {
    SIM_GSS_REFUSED,
    SIM_GSS_CONTINUE,
    SIM_GSS_COMPLETE,
};

/* New: sim_gss_free. NULL: no memory. */
struct sim_gss *sim_gss_create(void);

/* Feeds one token of the initiator; answer gets the next one, or nothing. */
enum sim_gss_step sim_gss_accept(struct sim_gss *gss, const struct sim_gss_terms *terms,
                                 const struct sim_bytes *token, struct sim_bytes *answer);

/* Once complete: who it is ("alice@REALM", "DOM\user"); borrowed. */
const char *sim_gss_principal(const struct sim_gss *gss);

/* Once complete: whether the mechanism inside is NTLM. */
bool sim_gss_is_ntlm(const struct sim_gss *gss);

/* Appends the plaintext of a part. 0, or -1: the signature or the sequence is wrong. */
int sim_gss_unseal(struct sim_gss *gss, const struct sim_sealed *part, struct sim_bytes *plain);

/* Appends signature and ciphertext of plain and sets the sizes of part. 0 or -1. */
int sim_gss_seal(struct sim_gss *gss, const struct sim_bytes *plain, struct sim_sealed *part,
                 struct sim_bytes *sealed);

/* NULL is allowed. */
void sim_gss_free(struct sim_gss *gss);

#endif
