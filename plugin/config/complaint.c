/* SPDX-License-Identifier: MIT */
#include "config/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void write_line(struct config_complaints *complaints, enum log_level level,
                       const struct model_origin *at, const char *format, va_list ap)
{
    char sentence[768];
    if (++complaints->line_count > CONFIG_COMPLAINT_MAX)
        return;
    vsnprintf(sentence, sizeof sentence, format, ap);
    if (at == NULL)
        log_write(complaints->log, level, "%s", sentence);
    else if (at->line == 0)
        log_write(complaints->log, level, "%s: %s", at->path, sentence);
    else
        log_write(complaints->log, level, "%s:%u:%u: %s", at->path, at->line, at->column, sentence);
}

void config_complaint_error(struct config_complaints *complaints, const struct model_origin *at,
                            const char *format, ...)
{
    va_list ap;
    complaints->error_count++;
    va_start(ap, format);
    write_line(complaints, LOG_LEVEL_ERROR, at, format, ap);
    va_end(ap);
}

void config_complaint_warning(struct config_complaints *complaints, const struct model_origin *at,
                              const char *format, ...)
{
    va_list ap;
    complaints->warning_count++;
    va_start(ap, format);
    write_line(complaints, LOG_LEVEL_WARNING, at, format, ap);
    va_end(ap);
}

void config_complaint_sum(struct config_complaints *complaints, const struct model_origin *at,
                          const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    write_line(complaints, LOG_LEVEL_ERROR, at, format, ap);
    va_end(ap);
}

void config_complaint_finish(struct config_complaints *complaints)
{
    if (complaints->line_count > CONFIG_COMPLAINT_MAX)
        log_write(complaints->log, LOG_LEVEL_ERROR,
                  "%zu further complaints about the configuration are not shown",
                  complaints->line_count - CONFIG_COMPLAINT_MAX);
}

struct config_shown config_complaint_shown(const char *text)
{
    struct config_shown shown;
    const size_t max = sizeof shown.text - sizeof "...";
    size_t count = strlen(text);
    size_t kept = count <= max ? count : max;
    while (kept < count && kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    for (size_t i = 0; i < kept; i++)
        shown.text[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
    snprintf(shown.text + kept, sizeof shown.text - kept, "%s", kept < count ? "..." : "");
    return shown;
}
