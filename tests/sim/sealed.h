/* SPDX-License-Identifier: MIT */
/*
 * The frame of an encrypted message (MS-WSMV 2.2.9.1; shared/facts/auth.md "Framing"): bytes to
 * bytes, without cryptography. Not the plugin's on purpose. A part borrows from the body it was
 * read from. Any thread.
 */
#ifndef SIM_SEALED_H
#define SIM_SEALED_H

#include "sim/bytes.h"

#include <stdbool.h>

#define SIM_SEALED_SPNEGO   "application/HTTP-SPNEGO-session-encrypted"
#define SIM_SEALED_KERBEROS "application/HTTP-Kerberos-session-encrypted"

struct sim_sealed {
    char type[96];         /* of the plaintext, as OriginalContent names it */
    size_t length;         /* the announced Length */
    const char *signature; /* borrowed from the body */
    size_t signature_size;
    const char *data; /* right behind the signature; length bytes */
};

/* Whether the Content-Type (NULL allowed) is that of an encrypted message, of whatever protocol. */
bool sim_sealed_type(const char *content_type);

/* Takes a whole body apart. 0, or -1: the frame is malformed, or of another protocol. */
int sim_sealed_read(const char *content_type, const char *protocol, const struct sim_bytes *body,
                    struct sim_sealed *part);

/* Appends a body around sealed: signature, then ciphertext. length is what the frame announces. */
void sim_sealed_write(struct sim_bytes *out, const char *protocol, const struct sim_sealed *part,
                      const struct sim_bytes *sealed);

#endif
