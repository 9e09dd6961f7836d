/* SPDX-License-Identifier: MIT */
/*
 * buf: bytes that grow up to a maximum the owner declares.
 *
 * Failure is sticky: after an allocation failed or the maximum was passed, every further
 * append does nothing, and the writer asks once at the end with buf_failed. The text is
 * always followed by a NUL that does not count. The owner frees with buf_free; one thread.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
    char *data; /* NULL until the first append; NUL-terminated after it */
    size_t size_bytes;
    size_t capacity_bytes;
    size_t max_bytes;
    bool out_of_memory;
    bool too_large;
};

/* An empty buffer of at most max_bytes; nothing is allocated yet. */
void buf_init(struct buf *buf, size_t max_bytes);
/* Frees and leaves an empty buffer with the same maximum. */
void buf_free(struct buf *buf);
/* Forgets bytes and failure, keeps the memory for the next use. */
void buf_reset(struct buf *buf);

/* Makes room for count bytes in all, where the owner knows about how many will come. Only for
 * speed: it never fails. */
void buf_reserve(struct buf *buf, size_t count);
void buf_add(struct buf *buf, const void *bytes, size_t count);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text so far, "" where nothing was added. Borrowed until the next append. */
const char *buf_text(const struct buf *buf);

/* 0, or -1 with ERR_MEMORY or ERR_LIMIT ("what is larger than N bytes"). */
int buf_failed(const struct buf *buf, const char *what, struct err *err);

#endif
