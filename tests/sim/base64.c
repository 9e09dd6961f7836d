/* SPDX-License-Identifier: MIT */
#include "sim/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet(char c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int)(at - alphabet);
}

int sim_base64_decode(const char *text, struct sim_bytes *out)
{
    uint32_t bits = 0;
    int held = 0;
    for (; *text != '\0' && *text != '='; text++) {
        int value = sextet(*text);
        if (value < 0)
            return -1;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            char byte = (char)(bits >> held & 0xff);
            sim_bytes_add(out, &byte, 1);
        }
    }
    return out->failed ? -1 : 0;
}

void sim_base64_encode(struct sim_bytes *out, const void *data, size_t size)
{
    const unsigned char *from = data;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t bits = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                        (left > 2 ? from[i + 2] : 0);
        char group[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63],
                         left > 1 ? alphabet[bits >> 6 & 63] : '=',
                         left > 2 ? alphabet[bits & 63] : '='};
        sim_bytes_add(out, group, sizeof(group));
    }
}
