/* SPDX-License-Identifier: MIT */
/*
 * secret: a password or what is derived from it, in pages of its own.
 *
 * The pages are left out of core dumps (MADV_DONTDUMP), locked where the limit allows
 * (mlock; not being allowed to is no error) and wiped when freed (secret_free is the one
 * place where a password is wiped). A secret is immutable once made and may be read by any
 * thread; the owner frees it when nobody reads any more. It never enters a log or an error.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct secret;

#define SECRET_FILE_MAX_BYTES 65536

/* New: a copy of count bytes with a NUL behind it; wipe the original yourself. NULL: ERR_MEMORY. */
struct secret *secret_new(const char *bytes, size_t count, struct err *err);

/* New: count zero bytes, to be written through secret_bytes before anybody else sees them. */
struct secret *secret_alloc(size_t count, struct err *err);
char *secret_bytes(struct secret *secret);

/* New: the first line of a file, its line end (LF or CR LF) removed, nothing else trimmed.
 * Refused with ERR_CONFIG and the path: unreadable, not a regular file, over SECRET_FILE_MAX_BYTES,
 * an empty first line, a NUL in it. *readable_by_others (may be NULL) tells whether
 * the world may read it; a group may be meant, so its bit does not count. */
struct secret *secret_read_file(const char *path, bool *readable_by_others, struct err *err);

/* Wipes and frees. NULL is fine. */
void secret_free(struct secret *secret);

/* Borrowed until secret_free; NUL-terminated. NULL gives "". */
const char *secret_text(const struct secret *secret);
size_t secret_size_bytes(const struct secret *secret);

/* Overwrites count bytes so that the compiler does not drop it. */
void secret_wipe(void *bytes, size_t count);

#endif
