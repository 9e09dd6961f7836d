/* SPDX-License-Identifier: MIT */
/*
 * name: CIM names checked, and compared and hashed without regard to (ASCII) case.
 *
 * Not strncasecmp, whose answer depends on the daemon's locale. Pure: any thread.
 */
#ifndef CIM_NAME_H
#define CIM_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int cim_name_fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* A letter or '_' first, then letters, digits, '_', or bytes >= 0x80 (DSP0004 A.1). */
static inline bool cim_name_is_legal(const char *name, size_t name_bytes)
{
    for (size_t i = 0; i < name_bytes; i++) {
        unsigned char c = (unsigned char)name[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name_bytes > 0;
}

/* Below 0, 0, above 0 as a is before, equal to, behind b. */
static inline int cim_name_compare(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    size_t common = a_bytes < b_bytes ? a_bytes : b_bytes;
    for (size_t i = 0; i < common; i++) {
        if (a[i] == b[i])
            continue;
        int difference = cim_name_fold((unsigned char)a[i]) - cim_name_fold((unsigned char)b[i]);
        if (difference != 0)
            return difference;
    }
    return a_bytes < b_bytes ? -1 : a_bytes > b_bytes;
}

static inline bool cim_name_is_same(const char *a, const char *b)
{
    return cim_name_compare(a, strlen(a), b, strlen(b)) == 0;
}

/* FNV-1a of the folded name, seeded by an address that a host does not know. */
static inline uint32_t cim_name_hash(const void *seed, const char *name, size_t name_bytes)
{
    uint32_t hash = 2166136261u ^ (uint32_t)((uintptr_t)seed >> 4);
    for (size_t i = 0; i < name_bytes; i++)
        hash = (hash ^ (uint32_t)cim_name_fold((unsigned char)name[i])) * 16777619u;
    return hash;
}

#endif
