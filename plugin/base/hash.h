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

#endif
