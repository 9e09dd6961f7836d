/* SPDX-License-Identifier: MIT */
/*
 * complaint: one line to the operator, `file:line:column: sentence`, counted.
 *
 * Not an error of the program: nothing fails here. Owned by whoever loads; one thread. Lines past
 * CONFIG_COMPLAINT_MAX are counted, not written: a log is not the place for 5,000 of them.
 */
#ifndef CONFIG_COMPLAINT_H
#define CONFIG_COMPLAINT_H

#include <stddef.h>

#include "base/log.h"
#include "model/origin.h"

#define CONFIG_COMPLAINT_MAX 1000

struct config_complaints {
    const struct log *log; /* borrowed; NULL swallows */
    size_t error_count;
    size_t warning_count;
    size_t line_count;
};

/* Text of the operator's within a sentence: control characters blanked, long ones shortened at a
 * character's end, a URL without the user and password that may stand in it. */
struct config_shown {
    char text[72];
};

/* at NULL: no place; line 0 in it: the file as a whole. */
void config_complaint_error(struct config_complaints *complaints, const struct model_origin *at,
                            const char *format, ...) __attribute__((format(printf, 3, 4)));
void config_complaint_warning(struct config_complaints *complaints, const struct model_origin *at,
                              const char *format, ...) __attribute__((format(printf, 3, 4)));
/* What an earlier error amounts to; not counted again. */
void config_complaint_sum(struct config_complaints *complaints, const struct model_origin *at,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Tells how many lines were not written, if any. */
void config_complaint_finish(struct config_complaints *complaints);

/* For use inside a call's arguments: config_complaint_shown(text).text lives until the end of the
 * full expression. */
struct config_shown config_complaint_shown(const char *text);

#endif
