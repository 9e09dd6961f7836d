/* SPDX-License-Identifier: MIT */
/*
 * utf8: characters, and what makes a line of them. No locale, no allocation. Pure: any thread.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the UTF-8 character at s (RFC 3629: no overlong forms, no surrogates), 0 where it is
 * none; *code is the character. A NUL ends every test, so nothing beyond it is read. */
static inline size_t utf8_character(const unsigned char *s, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t bytes = s[0] < 0x80 ? 1 : s[0] < 0xC0 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (bytes == 0 || s[0] > 0xF4)
        return 0;
    *code = bytes == 1 ? s[0] : s[0] & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *code = (*code << 6) | (s[i] & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < least[bytes] || *code > 0x10FFFF || surrogate ? 0 : bytes;
}

/* C0, DEL and C1: a terminal obeys U+009B as it does ESC [. */
static inline bool utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* Makes text fit for a log and a terminal, whoever wrote it: a control character becomes a blank
 * for each of its bytes, a byte that is no part of a character `?`. */
void utf8_clean_line(char *text);

#endif
