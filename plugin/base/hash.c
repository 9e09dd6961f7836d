/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

#define PRIME 1099511628211u

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ byte[i]) * PRIME;
    return hash;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

uint64_t hash_folded(uint64_t hash, const char *text)
{
    for (;; text++) {
        unsigned char c = (unsigned char)*text;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * PRIME;
        if (c == '\0')
            return hash;
    }
}
