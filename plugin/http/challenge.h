/* SPDX-License-Identifier: MIT */
/*
 * challenge: WWW-Authenticate header lines (RFC 9110 11.6.1, RFC 4559 4.1): which schemes a host
 * offers, and the token of one. Pure; any thread. Windows writes one line a scheme
 * (shared/facts/wire.md 4), others put several into one.
 */
#ifndef HTTP_CHALLENGE_H
#define HTTP_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { /* bits of http_challenge.offered */
       HTTP_OFFERS_NEGOTIATE = 1,
       HTTP_OFFERS_KERBEROS = 2,
       HTTP_OFFERS_BASIC = 4,
       HTTP_OFFERS_CREDSSP = 8,
       HTTP_OFFERS_OTHER = 16,
};

#define HTTP_CHALLENGE_MAX_TOKEN_BYTES 65536 /* decoded */

struct http_challenge {
    unsigned offered;
    const char *wanted; /* "Negotiate" or "Kerberos": whose token to keep; borrowed */
    struct buf token;   /* decoded from base64; empty where none came */
    bool has_token;
    /* A token that is no base64, is too long, came twice, or found no memory. There is no token
     * then, whatever else follows. */
    bool malformed;
};

/* Empty; nothing is allocated yet. */
void http_challenge_init(struct http_challenge *challenge, const char *wanted);
void http_challenge_free(struct http_challenge *challenge);
/* Forgets the lines of one reply before the next; keeps wanted. */
void http_challenge_reset(struct http_challenge *challenge);
/* The value of one WWW-Authenticate line, without its name and line end. Never fails: what makes no
 * sense is left out or marks the challenge malformed. */
void http_challenge_add(struct http_challenge *challenge, const char *value, size_t count);
/* "Negotiate, Basic" for a sentence, "another scheme" for those without a bit, "nothing" where none
 * was offered; appended. Our own words only. */
void http_challenge_names(const struct http_challenge *challenge, struct buf *out);

#endif
