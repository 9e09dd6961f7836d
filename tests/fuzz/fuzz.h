/* SPDX-License-Identifier: MIT */
/*
 * What every fuzz target (tests/fuzz/run) shares: a judge that ends the run, what a line for a
 * person must be, and numbers that depend on the input alone, so that a finding can be repeated.
 * Header only: a target is one source.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parserInternals.h>

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define require(what)                                                                              \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: %s does not hold: %s\n", __FILE__, __LINE__, #what, __func__); \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The character at text as libxml2 reads it, which is not how the plugin does; its bytes, 0 where
 * it is none (libxml2 takes much that is none, so it is written again to compare). */
static inline int fuzz_character(const char *text, int *code)
{
    xmlChar again[8];
    int bytes = 4;
    *code = xmlGetUTF8Char((const unsigned char *)text, &bytes);
    if (*code < 0 || (*code >= 0xD800 && *code < 0xE000) || *code > 0x10FFFF)
        return 0;
    bool same =
        xmlCopyCharMultiByte(again, *code) == bytes && memcmp(again, text, (size_t)bytes) == 0;
    return same ? bytes : 0;
}

/* UTF-8 without control characters, those of Latin-1 included: it ends up on a terminal. */
static inline bool fuzz_is_line(const char *text)
{
    int code;
    for (int bytes; *text != '\0'; text += bytes) {
        bytes = fuzz_character(text, &code);
        if (bytes == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
            return false;
    }
    return true;
}

/* What XML 1.0 can carry. */
static inline bool fuzz_is_xml_text(const char *text)
{
    int code;
    for (int bytes; *text != '\0'; text += bytes) {
        bytes = fuzz_character(text, &code);
        if (bytes == 0 || !IS_CHAR(code))
            return false;
    }
    return true;
}

static inline void fuzz_require_failure(const struct err *err)
{
    require(err->kind != ERR_NONE && err->kind != ERR_MEMORY);
    require(err->text[0] != '\0' && memchr(err->text, '\0', sizeof err->text) != NULL);
    require(fuzz_is_line(err->text));
}

/* A seed made of the input (FNV-1a). */
static inline uint64_t fuzz_seed(const uint8_t *bytes, size_t count)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3u;
    return sum | 1;
}

/* The next number from 0 to below - 1 (xorshift). */
static inline size_t fuzz_number(uint64_t *seed, size_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (size_t)(*seed >> 11) % below;
}

#endif
