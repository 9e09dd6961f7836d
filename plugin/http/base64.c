/* SPDX-License-Identifier: MIT */
#include "http/base64.h"

void http_base64_encode(char *out, const void *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = bytes;
    for (; count >= 3; at += 3, count -= 3) {
        *out++ = digits[at[0] >> 2];
        *out++ = digits[(at[0] & 3) << 4 | at[1] >> 4];
        *out++ = digits[(at[1] & 15) << 2 | at[2] >> 6];
        *out++ = digits[at[2] & 63];
    }
    if (count > 0) {
        unsigned second = count == 2 ? at[1] : 0;
        *out++ = digits[at[0] >> 2];
        *out++ = digits[(at[0] & 3) << 4 | second >> 4];
        *out++ = count == 2 ? digits[(second & 15) << 2] : '=';
        *out++ = '=';
    }
}

static int value_of(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

int http_base64_decode(const char *text, size_t count, void *out, size_t *decoded_bytes)
{
    unsigned char *to = out;
    if (count % 4 != 0)
        return -1;
    for (size_t at = 0; at < count; at += 4) {
        size_t digits = 4;
        unsigned bits = 0;
        if (at + 4 == count && text[at + 3] == '=')
            digits = text[at + 2] == '=' ? 2 : 3;
        for (size_t i = 0; i < 4; i++) {
            int value = i < digits ? value_of(text[at + i]) : 0;
            if (value < 0)
                return -1;
            bits = bits << 6 | (unsigned)value;
        }
        if ((bits & ((1u << 8 * (4 - digits)) - 1)) != 0)
            return -1;
        for (size_t i = 0; i + 1 < digits; i++)
            *to++ = (unsigned char)(bits >> (16 - 8 * i));
    }
    *decoded_bytes = (size_t)(to - (unsigned char *)out);
    return 0;
}
