/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* What a host or a file put into the line must neither forge a second one nor drive a terminal;
 * what was cut inside a character is no character. */
__attribute__((format(printf, 2, 0))) static void write_line(struct err *err, const char *format,
                                                             va_list ap)
{
    if (vsnprintf(err->text, sizeof err->text, format, ap) < 0)
        err->text[0] = '\0';
    utf8_clean_line(err->text);
}

int err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    if (err == NULL || err->kind != ERR_NONE)
        return -1;
    err->kind = kind;
    err->code = 0;
    va_list ap;
    va_start(ap, format);
    write_line(err, format, ap);
    va_end(ap);
    return -1;
}

int err_set_code(struct err *err, enum err_kind kind, uint32_t code, const char *format, ...)
{
    if (err == NULL || err->kind != ERR_NONE)
        return -1;
    err->kind = kind;
    err->code = code;
    va_list ap;
    va_start(ap, format);
    write_line(err, format, ap);
    va_end(ap);
    return -1;
}

int err_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (err == NULL || err->kind == ERR_NONE)
        return -1;
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list ap;
    va_start(ap, format);
    write_line(err, format, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", old);
    utf8_clean_line(err->text + used);
    return -1;
}

void err_clear(struct err *err)
{
    if (err == NULL)
        return;
    err->kind = ERR_NONE;
    err->code = 0;
    err->text[0] = '\0';
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_MEMORY] = "memory",
        [ERR_CONFIG] = "config",     [ERR_UNREACHABLE] = "unreachable",
        [ERR_TIMEOUT] = "timeout",   [ERR_TLS] = "tls",
        [ERR_AUTH] = "auth",         [ERR_PROTOCOL] = "protocol",
        [ERR_FAULT] = "fault",       [ERR_LIMIT] = "limit",
        [ERR_CANCELED] = "canceled",
    };
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}
