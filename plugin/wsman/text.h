/* SPDX-License-Identifier: MIT */
/*
 * text: characters on their way into XML, and out of it into a sentence. Pure: any thread.
 */
#ifndef WSMAN_TEXT_H
#define WSMAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Whether text is UTF-8 and holds only what XML 1.0 (2.2, Char) can carry; NULL, or why not, as the
 * end of a sentence ("is not UTF-8"). Static. */
const char *wsman_text_refusal(const char *text);

/* Appends text so that a parser gives it back as it was, in content and in attributes alike. */
void wsman_text_write(struct buf *out, const char *text);

/* Copies with every run of white space and control characters as one blank, none at the ends, into
 * size bytes with the NUL; what does not fit is cut between characters. */
void wsman_text_fold(char *out, size_t size, const char *text, size_t count);

/* Whether nothing but XML white space is in it. */
bool wsman_text_is_blank(const char *text, size_t count);

#endif
