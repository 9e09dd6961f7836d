/* SPDX-License-Identifier: MIT */
/*
 * file: the bytes of one configuration file, with a maximum. Regular files only: a FIFO or a
 * device must not hold the daemon. One thread; the caller owns the bytes.
 */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include "base/buf.h"
#include "base/err.h"

#define CONFIG_FILE_MAX_BYTES 16777216

/* Appends the whole file to *bytes, which buf_init(bytes, CONFIG_FILE_MAX_BYTES) began. -1 with
 * ERR_MEMORY, ERR_LIMIT (over CONFIG_FILE_MAX_BYTES, also when it grows while it is read) or
 * ERR_CONFIG (unreadable, not a regular file); the text does not name the path. */
int config_file_read(const char *path, struct buf *bytes, struct err *err);

#endif
