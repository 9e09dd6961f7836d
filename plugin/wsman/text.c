/* SPDX-License-Identifier: MIT */
#include "wsman/text.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 character at s (RFC 3629: no overlong forms, no surrogates), 0 where it is
 * none; *code is the character. A NUL ends every test, so nothing beyond it is read. */
static size_t character(const unsigned char *s, uint32_t *code)
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

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *wsman_text_refusal(const char *text)
{
    uint32_t code;
    size_t bytes;
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s += bytes) {
        bytes = character(s, &code);
        if (bytes == 0)
            return "is not UTF-8";
        if ((code < 0x20 && !is_space((char)code)) || code == 0xFFFE || code == 0xFFFF)
            return "holds a control character that XML cannot carry";
    }
    return NULL;
}

/* White space other than a blank is written by number: a parser makes a blank or a line feed of it
 * otherwise (XML 1.0, 2.11 and 3.3.3). */
static const char *escape(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void wsman_text_write(struct buf *out, const char *text)
{
    for (;;) {
        size_t plain = strcspn(text, "&<>\"\t\n\r");
        buf_add(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        buf_add_text(out, escape(*text));
        text++;
    }
}

void wsman_text_fold(char *out, size_t size, const char *text, size_t count)
{
    size_t used = 0;
    bool gap = false;
    size_t i = 0;
    for (; i < count; i++) {
        if (is_space(text[i])) {
            gap = used > 0;
            continue;
        }
        if (used + gap + 1 >= size)
            break;
        if (gap)
            out[used++] = ' ';
        gap = false;
        out[used++] = text[i];
    }
    /* Cut inside a character: take back what came of it. */
    if (i < count && ((unsigned char)text[i] & 0xC0) == 0x80) {
        while (used > 0 && ((unsigned char)out[used - 1] & 0xC0) == 0x80)
            used--;
        if (used > 0)
            used--;
    }
    out[used] = '\0';
}

bool wsman_text_is_blank(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_space(text[i]))
            return false;
    }
    return true;
}
