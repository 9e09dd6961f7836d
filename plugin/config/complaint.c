/* SPDX-License-Identifier: MIT */
#include "config/complaint.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PATH_SHOWN_BYTES 200

/* A road of thousands of bytes would leave no room for the sentence: its end says most. */
static const char *shorten(const char *path, const char **dots)
{
    size_t count = strlen(path);
    *dots = count > PATH_SHOWN_BYTES ? "..." : "";
    return count > PATH_SHOWN_BYTES ? path + count - PATH_SHOWN_BYTES : path;
}

static void write_line(struct config_complaints *complaints, enum log_level level,
                       const struct model_origin *at, const char *format, va_list ap)
{
    char sentence[768];
    const char *dots = "";
    const char *path = at != NULL ? shorten(at->path, &dots) : NULL;
    if (++complaints->line_count > CONFIG_COMPLAINT_MAX)
        return;
    vsnprintf(sentence, sizeof sentence, format, ap);
    if (at == NULL)
        log_write(complaints->log, level, "%s", sentence);
    else if (at->line == 0)
        log_write(complaints->log, level, "%s%s: %s", dots, path, sentence);
    else
        log_write(complaints->log, level, "%s%s:%u:%u: %s", dots, path, at->line, at->column,
                  sentence);
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

/* https://user:password@host: what stands between the slashes and the last '@' before the next
 * slash is nobody's. Returns its length, or 0; *at is where it begins. */
static size_t find_credentials(const char *text, const char **at)
{
    const char *slashes = strstr(text, "://");
    size_t count = 0;
    if (slashes == NULL)
        return 0;
    *at = slashes + 3;
    for (size_t i = 0; (*at)[i] != '\0' && (*at)[i] != '/'; i++)
        if ((*at)[i] == '@')
            count = i;
    return count;
}

/* C1 controls, which a terminal obeys as it does ESC, are c2 80 to c2 9f. */
static void blank_controls(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_c1 =
            byte == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0;
        if (byte < 0x20 || byte == 0x7f || is_c1)
            *text = ' ';
        if (is_c1)
            text[1] = ' ';
    }
}

struct config_shown config_complaint_shown(const char *text)
{
    struct config_shown shown;
    const char *secret = NULL;
    size_t secret_count = find_credentials(text, &secret);
    if (secret_count > 0) {
        snprintf(shown.text, sizeof shown.text, "%.*s...%.40s",
                 secret - text < 20 ? (int)(secret - text) : 20, text, secret + secret_count);
        blank_controls(shown.text);
        return shown;
    }
    const size_t max = sizeof shown.text - sizeof "...";
    size_t count = strlen(text);
    size_t kept = count <= max ? count : max;
    while (kept < count && kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
        kept--;
    memcpy(shown.text, text, kept);
    snprintf(shown.text + kept, sizeof shown.text - kept, "%s", kept < count ? "..." : "");
    blank_controls(shown.text);
    return shown;
}
