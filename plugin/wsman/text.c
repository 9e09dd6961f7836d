/* SPDX-License-Identifier: MIT */
#include "wsman/text.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *wsman_text_refusal(const char *text)
{
    uint32_t code;
    size_t bytes;
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s += bytes) {
        bytes = utf8_character(s, &code);
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

/* Bytes of white space, or of a control character that XML carries (DEL, and C1 as c2 80 to c2 9f),
 * at text. */
static size_t gap_bytes(const char *text, size_t count)
{
    if (is_space(*text) || *text == 0x7f)
        return 1;
    const unsigned char *s = (const unsigned char *)text;
    return count > 1 && s[0] == 0xc2 && utf8_is_control(s[1]) ? 2 : 0;
}

void wsman_text_fold(char *out, size_t size, const char *text, size_t count)
{
    size_t used = 0;
    bool gap = false;
    size_t i = 0;
    while (i < count) {
        size_t skipped = gap_bytes(text + i, count - i);
        if (skipped > 0) {
            gap = used > 0;
            i += skipped;
            continue;
        }
        if (used + gap + 1 >= size)
            break;
        if (gap)
            out[used++] = ' ';
        gap = false;
        out[used++] = text[i++];
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
