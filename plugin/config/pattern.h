/* SPDX-License-Identifier: MIT */
/*
 * pattern: the files that a path with *, ? or [...] in any of its parts stands for.
 *
 * Not glob(3): that sorts by locale, calls a directory empty that it may not read, and in glibc
 * 2.36 frees twice where memory runs out (RAN). One thread.
 */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H

#include <stddef.h>

#include "config/work.h"

/* Calls found for each file, directory by directory, sorted by bytes; path is borrowed until it
 * returns. A directory that cannot be read is told. Returns how many there were. */
size_t config_pattern_expand(struct config_work *work, const char *pattern,
                             void (*found)(void *context, const char *path), void *context);

#endif
