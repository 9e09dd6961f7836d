/* SPDX-License-Identifier: MIT */
/*
 * Base64 for the tokens of the Authorization and WWW-Authenticate headers. Not the plugin's on
 * purpose. Ownership: the caller's buffers. Any thread.
 */
#ifndef SIM_BASE64_H
#define SIM_BASE64_H

#include "sim/bytes.h"

/* Appends the decoded bytes of text, which ends at its zero or its padding. 0, or -1: it is not
 * base64, or there is no memory. */
int sim_base64_decode(const char *text, struct sim_bytes *out);

/* Appends the text of size bytes. */
void sim_base64_encode(struct sim_bytes *out, const void *data, size_t size);

#endif
