/* SPDX-License-Identifier: MIT */
/*
 * err: why something failed, as one kind (what the caller can do about it), one native
 * code and one line for a person.
 *
 * Not a stack of causes and not a log. The lowest level that knows writes the line; nobody
 * overwrites it; a caller may put a noun in front (err_prefix). The caller owns the struct,
 * usually on its stack; ERR_INIT starts it. No allocation, so that "out of memory" can be said.
 * Any thread, one struct at a time.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdint.h>

enum err_kind {
    ERR_NONE,
    ERR_MEMORY, /* an allocation failed: give up this piece of work */
    ERR_CONFIG, /* what the operator or the caller asked for is wrong: asking again is useless */
    ERR_UNREACHABLE, /* name not found, connection refused or broken: try at the next interval */
    ERR_TIMEOUT,     /* no answer in time: try at the next interval, on a new connection */
    ERR_TLS,         /* certificate or handshake: the operator must act */
    ERR_AUTH,        /* credentials refused: do not hurry, accounts get locked */
    ERR_PROTOCOL,    /* what came back is not what the protocol allows */
    ERR_FAULT,       /* the host understood and declined: a SOAP fault or an HTTP status */
    ERR_LIMIT,       /* a maximum, of ours or of the host's, was reached */
    ERR_CANCELED,    /* the caller or the shutdown stopped it */
};

struct err {
    enum err_kind kind;
    uint32_t code; /* native: WS-Man code, HTTP status, errno or CURLcode; 0 where there is none */
    char text[512];
};

#define ERR_INIT        \
    {                   \
        ERR_NONE, 0, "" \
    }

/* Writes kind and line (base/utf8.h's utf8_clean_line: whatever a host put into it) where nothing
 * is written yet, and returns -1 always, so that `return err_set(...)` reads well. err may be NULL:
 * the caller does not want to know. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a native code. */
int err_set_code(struct err *err, enum err_kind kind, uint32_t code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "out of memory". Returns -1. */
int err_memory(struct err *err);

/* Puts "noun: " in front of the line; what no longer fits is cut at the end. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets. */
void err_clear(struct err *err);

/* A lower-case word for the kind ("timeout"). Static. */
const char *err_kind_name(enum err_kind kind);

#endif
