/* SPDX-License-Identifier: MIT */
/*
 * base64: RFC 4648 4, as HTTP's Authorization and WWW-Authenticate carry it. Writes nowhere but
 * where it is told, so that a password stays in memory that is wiped (base/secret.h). Pure; any
 * thread.
 */
#ifndef HTTP_BASE64_H
#define HTTP_BASE64_H

#include <stddef.h>

/* Digits, with their padding, that count bytes become; no NUL. */
#define HTTP_BASE64_ENCODED_BYTES(count) (((count) + 2) / 3 * 4)
/* The most bytes that so many digits become. */
#define HTTP_BASE64_DECODED_BYTES(count) ((count) / 4 * 3)

/* Writes HTTP_BASE64_ENCODED_BYTES(count) digits to out; no NUL behind them. */
void http_base64_encode(char *out, const void *bytes, size_t count);

/* Writes at most HTTP_BASE64_DECODED_BYTES(count) bytes to out and how many to *decoded_bytes. -1:
 * not whole groups of four, another character, padding elsewhere than at the end, or left-over bits
 * that are not zero (RFC 4648 3.5): one text has one meaning. What was written to out is void then.
 */
int http_base64_decode(const char *text, size_t count, void *out, size_t *decoded_bytes);

#endif
