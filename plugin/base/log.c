/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* What a host or a file put into the line must not forge a second one. */
static void blank_controls(char *line)
{
    for (; *line != '\0'; line++)
        if ((unsigned char)*line < 0x20 || *line == 0x7f)
            *line = ' ';
}

void log_write(const struct log *log, enum log_level level, const char *format, ...)
{
    if (log == NULL || log->write == NULL)
        return;
    char line[1024];
    va_list ap;
    va_start(ap, format);
    int count = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (count < 0)
        return;
    blank_controls(line);
    log->write(log->context, level, line);
}
