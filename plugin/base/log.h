/* SPDX-License-Identifier: MIT */
/*
 * log: where complaints go. The library writes to no file and no terminal: whoever starts it
 * hands a sink down (plugin.c: collectd's log; tools: stderr; tests: a list).
 *
 * Only plugin.c, config/ and poll/ log (shared/style.md). Lines carry no secret and no newline.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log {
    /* Called from any thread; must not block for long. line is borrowed until it returns. */
    void (*write)(void *context, enum log_level level, const char *line);
    void *context;
};

/* Formats one line of at most 1,023 bytes, cleaned (base/utf8.h); a sink of NULL swallows it. */
void log_write(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
