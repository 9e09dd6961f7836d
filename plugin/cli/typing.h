/* SPDX-License-Identifier: MIT */
/*
 * typing: mi-get --typed: each class's declaration is fetched once, over the session that brought
 * the instance, and gives it its types. Where it cannot be had, a line on stderr says so and the
 * instance stays text.
 *
 * The caller owns the struct; main thread.
 */
#ifndef CLI_TYPING_H
#define CLI_TYPING_H

#include <stdbool.h>
#include <stddef.h>

#include "mi/mi.h"

#define CLI_TYPING_MAX_CLASSES 64 /* of one enumeration: it brings derived classes too */

struct cli_typing_class {
    char *name;
    MI_Class *schema; /* NULL: refused */
    bool is_unlike;   /* an instance did not fit it: told */
};

/* Starts with the first three, borrowed, and no classes. */
struct cli_typing {
    MI_Session *session;
    MI_OperationOptions *options;
    const char *name_space;
    struct cli_typing_class classes[CLI_TYPING_MAX_CLASSES];
    size_t count;
    bool was_too_many; /* told */
};

/* Types the instance that operation has just handed out. */
void cli_typing_apply(struct cli_typing *typing, MI_Operation *operation,
                      const MI_Instance *instance);
/* Frees the classes. */
void cli_typing_end(struct cli_typing *typing);

#endif
