/* SPDX-License-Identifier: MIT */
/*
 * hash: FNV-1a of 64 bits (draft-eastlake-fnv): for tables and to tell texts apart, not against
 * somebody who looks for collisions. Begin with HASH_START and go on with the result.
 *
 * Pure; any thread.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 14695981039346656037u

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count);
/* With its NUL, so that "a" "bc" and "ab" "c" differ. */
uint64_t hash_text(uint64_t hash, const char *text);
/* The same for texts that differ in ASCII case alone. */
uint64_t hash_folded(uint64_t hash, const char *text);

/* Where in a table that lies at an address, which a host does not know. For a table of 2^n places:
 * the last n bits. */
static inline size_t hash_place(uint64_t hash, const void *table)
{
    uint64_t mixed = hash ^ (uintptr_t)table;
    mixed = (mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    return (size_t)(mixed >> 32);
}

#endif
