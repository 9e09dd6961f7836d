/* SPDX-License-Identifier: MIT */
/*
 * Who may ask: a table of HTTP authentication schemes, one row a scheme, and the state each
 * connection carries between requests: Negotiate (SPNEGO, and bare NTLM tokens), Kerberos, Basic,
 * client certificates. Sealing with the handshake's context is sim_auth_unseal and sim_auth_seal
 * (shared/facts/auth.md). It sends nothing: server.c does. Ownership: links belong to their
 * connection (server.c ends them); the auth belongs to main. Threads: constant after setting up; a
 * link belongs to the HTTP thread.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "sim/bytes.h"
#include "sim/gss.h"
#include "sim/mode.h"
#include "sim/tls.h"

#include <stdbool.h>
#include <stddef.h>

#define SIM_OFFERS_MAX         8
#define SIM_AUTH_HOST_BYTES    256
#define SIM_AUTH_SUBJECT_BYTES 256

struct sim_auth {
    const char *user; /* Basic; NULL: it is not accepted. Borrowed */
    char *password;   /* owned */
    /* WWW-Authenticate lines of a 401, in that order. Negotiate, Kerberos and Basic among them are
     * accepted (Basic with a user only), others are but named. Borrowed */
    const char *offers[SIM_OFFERS_MAX];
    size_t offer_count;
    bool certificates; /* client certificates are accepted */
    bool unencrypted;  /* AllowUnencrypted: plaintext over plain HTTP is served */
    enum sim_cbt cbt;
    unsigned char binding[SIM_TLS_BINDING_MAX]; /* of the host's own certificate */
    size_t binding_size;                        /* 0: plain HTTP */
};

/* What a connection has proven so far. */
struct sim_auth_link {
    const struct sim_scheme *scheme; /* of the handshake, or of the last request; NULL: none yet */
    struct sim_gss *gss;             /* owned; NULL: no handshake has begun */
    bool complete;                   /* the handshake is done */
    char host[SIM_AUTH_HOST_BYTES];  /* that the handshake was begun with: its Host header */
    const char *principal;           /* of the last accepted request; borrowed from gss, auth or the
                                        call */
    struct sim_bytes first_reply;    /* the first sealed one, for the mode "replayed" */
};

/* One request, as far as it matters here. */
struct sim_auth_call {
    const char *header;  /* Authorization; NULL: it has none */
    const char *host;    /* as the Host header names it */
    const char *subject; /* of the trusted certificate that the client presented; NULL: none */
    enum sim_trick trick;
};

enum sim_verdict {
    SIM_AUTH_ACCEPTED,
    SIM_AUTH_REFUSED,   /* 401, one challenge a scheme, Connection: close */
    SIM_AUTH_CONTINUE,  /* 401 with the WWW-Authenticate value in answer: a handshake goes on */
    SIM_AUTH_COMPLETED, /* accepted, and a handshake's last value in answer (which may be empty) */
};

/* Judges a request. answer: a whole WWW-Authenticate value. */
enum sim_verdict sim_auth_judge(const struct sim_auth *auth, struct sim_auth_link *link,
                                const struct sim_auth_call *call, struct sim_bytes *answer);

/* What a plaintext message gets on a link that was accepted (shared/facts/wire.md 4): 0, it is
 * served; 401, with the bare challenge of the scheme and close; 500 with an empty body. */
unsigned sim_auth_plain_status(const struct sim_auth *auth, const struct sim_auth_link *link);

/* Opens a sealed body. type gets the plaintext's Content-Type. 0, or -1: 400. */
int sim_auth_unseal(struct sim_auth_link *link, const char *content_type,
                    const struct sim_bytes *body, char type[96], struct sim_bytes *plain);

/* Seals a reply of that Content-Type, spoiled as trick says; content_type gets the new one. 0 or
 * -1. */
int sim_auth_seal(struct sim_auth_link *link, enum sim_trick trick, const char *type,
                  const struct sim_bytes *plain, struct sim_bytes *body, char content_type[160]);

/* WWW-Authenticate line number i; NULL past the last. */
const char *sim_auth_challenge(const struct sim_auth *auth, size_t i);

/* The name of the scheme of the link's handshake. */
const char *sim_auth_scheme_name(const struct sim_auth_link *link);

/* Whether the link's Host header is another than that of its handshake. */
bool sim_auth_is_astray(const struct sim_auth_link *link, const char *host);

/* Whether the header begins or continues a handshake. */
bool sim_auth_is_leg(const char *header);

/* Reads the first line of a file as the password. 0 or -1. */
int sim_auth_password(struct sim_auth *auth, const char *path);

/* Ends what a connection has kept; it begins at zero then. */
void sim_auth_link_end(struct sim_auth_link *link);

/* Frees the password. */
void sim_auth_free(struct sim_auth *auth);

#endif
