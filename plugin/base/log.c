/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "base/utf8.h"

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
    utf8_clean_line(line); /* what a host or a file put into it must not forge a second one */
    log->write(log->context, level, line);
}
