/* SPDX-License-Identifier: MIT */
/*
 * Who may ask: a table of HTTP authentication schemes, one row a scheme, and the state each
 * connection carries between requests. Basic is the one row today. SPNEGO, Kerberos and NTLM come
 * in as further rows: their accept() keeps its GSS context in the link, answers AUTH_CONTINUE with
 * the next token, and seals what follows. Ownership: links belong to their connection (server.c
 * frees them); the auth belongs to main. Threads: constant after setting up; a link belongs to the
 * HTTP thread.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#define SIM_OFFERS_MAX 8

struct sim_auth {
    const char *user;                   /* NULL: everybody may ask. Borrowed */
    char *password;                     /* owned */
    const char *offers[SIM_OFFERS_MAX]; /* further schemes that a 401 names though none is accepted.
                                           Borrowed */
    size_t offer_count;
};

/* What a connection has proven so far. */
struct sim_auth_link {
    const struct sim_scheme *scheme; /* that let the last request in; NULL: none yet */
    void *state;                     /* the scheme's own */
};

enum sim_verdict {
    SIM_AUTH_ACCEPTED,
    SIM_AUTH_REFUSED,  /* 401, one challenge a scheme, Connection: close */
    SIM_AUTH_CONTINUE, /* 401 or 200 with the token in answer: a handshake goes on */
};

struct sim_scheme {
    const char *name;      /* of the Authorization header */
    const char *challenge; /* of the WWW-Authenticate line */
    /* credentials is what follows the name; answer is for a token to send back, its room
     * answer_size bytes */
    enum sim_verdict (*accept)(const struct sim_auth *auth, struct sim_auth_link *link,
                               const char *credentials, char *answer, size_t answer_size);
    void (*end)(struct sim_auth_link *link); /* NULL: it keeps nothing */
};

/* Judges the Authorization header of a request (NULL: it has none). */
enum sim_verdict sim_auth_judge(const struct sim_auth *auth, struct sim_auth_link *link,
                                const char *header, char *answer, size_t answer_size);

/* WWW-Authenticate line number i; NULL past the last. */
const char *sim_auth_challenge(const struct sim_auth *auth, size_t i);

/* Reads the first line of a file as the password. 0 or -1. */
int sim_auth_password(struct sim_auth *auth, const char *path);

/* Ends what a connection has kept. */
void sim_auth_link_end(struct sim_auth_link *link);

/* Frees the password. */
void sim_auth_free(struct sim_auth *auth);

#endif
