/* SPDX-License-Identifier: MIT */
/*
 * uuid: the text of a message's identity. Not a source of randomness: the caller hands bytes in.
 * Pure: any thread.
 */
#ifndef WSMAN_UUID_H
#define WSMAN_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WSMAN_UUID_CHARS 36

/* Writes version 4 (RFC 4122 4.4) in upper case, as Windows writes it, with a NUL. */
void wsman_uuid_write(const uint8_t random[16], char text[WSMAN_UUID_CHARS + 1]);

/* Whether count bytes of text name this uuid: letter case, white space around and a `uuid:` or
 * `urn:uuid:` in front do not matter. */
bool wsman_uuid_equal(const char *uuid, const char *text, size_t count);

#endif
