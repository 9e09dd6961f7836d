/* SPDX-License-Identifier: MIT */
#include "wsman/uuid.h"

#include <string.h>

void wsman_uuid_write(const uint8_t random[16], char text[WSMAN_UUID_CHARS + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = text;
    for (size_t i = 0; i < 16; i++) {
        uint8_t byte = random[i];
        if (i == 6)
            byte = (uint8_t)((byte & 0x0F) | 0x40); /* version 4 */
        if (i == 8)
            byte = (uint8_t)((byte & 0x3F) | 0x80); /* variant of RFC 4122 */
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 0x0F];
    }
    *at = '\0';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static bool same(const char *a, const char *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i] && upper(a[i]) != upper(b[i]))
            return false;
    }
    return true;
}

static void skip_prefix(const char **text, size_t *count, const char *prefix)
{
    size_t bytes = strlen(prefix);
    if (*count >= bytes && same(*text, prefix, bytes)) {
        *text += bytes;
        *count -= bytes;
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool wsman_uuid_equal(const char *uuid, const char *text, size_t count)
{
    while (count > 0 && is_space(*text)) {
        text++;
        count--;
    }
    while (count > 0 && is_space(text[count - 1]))
        count--;
    skip_prefix(&text, &count, "urn:");
    skip_prefix(&text, &count, "uuid:");
    return count == strlen(uuid) && same(uuid, text, count);
}
