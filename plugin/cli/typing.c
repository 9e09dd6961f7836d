/* SPDX-License-Identifier: MIT */
#include "cli/typing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* New: free with MI_Class_Delete. NULL, and a line on stderr: it cannot be had. */
static MI_Class *fetch(const struct cli_typing *typing, const char *name)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Class *schema = NULL;
    const MI_Char *message = NULL;
    MI_Class *kept = NULL;
    MI_Session_GetClass(typing->session, 0, typing->options, typing->name_space, name, NULL,
                        &operation);
    MI_Operation_GetClass(&operation, &schema, NULL, NULL, &message, NULL);
    if (schema != NULL)
        MI_Class_Clone(schema, &kept);
    if (kept == NULL)
        fprintf(stderr, "mi-get: class %s stays text, for its types cannot be had: %s\n", name,
                message != NULL ? message : "out of memory");
    else if (cim_class_doubt(kept) != NULL)
        fprintf(stderr, "mi-get: beware: %s\n", cim_class_doubt(kept));
    MI_Operation_Close(&operation);
    return kept;
}

static struct cli_typing_class *find(struct cli_typing *typing, const char *name)
{
    for (size_t i = 0; i < typing->count; i++)
        if (strcasecmp(typing->classes[i].name, name) == 0)
            return &typing->classes[i];
    return NULL;
}

/* NULL: there is no room for one more. */
static struct cli_typing_class *add(struct cli_typing *typing, const char *name)
{
    char *copy = typing->count < CLI_TYPING_MAX_CLASSES ? strdup(name) : NULL;
    if (copy == NULL) {
        if (!typing->was_too_many)
            fprintf(stderr, "mi-get: class %s and those after it stay text: there are too many\n",
                    name);
        typing->was_too_many = true;
        return NULL;
    }
    struct cli_typing_class *added = &typing->classes[typing->count++];
    *added = (struct cli_typing_class){.name = copy, .schema = fetch(typing, name)};
    return added;
}

void cli_typing_apply(struct cli_typing *typing, MI_Operation *operation,
                      const MI_Instance *instance)
{
    const MI_Char *name = NULL;
    MI_Uint32 unlike = 0;
    MI_Instance_GetClassName(instance, &name);
    struct cli_typing_class *class = find(typing, name);
    if (class == NULL)
        class = add(typing, name);
    if (class == NULL || class->schema == NULL)
        return;
    if (CollectdMI_Operation_ApplyClass(operation, class->schema, &unlike) != MI_RESULT_OK)
        fputs("mi-get: out of memory: not all has its type\n", stderr);
    if (unlike > 0 && !class->is_unlike) {
        fprintf(stderr,
                "mi-get: beware: %u properties are not of the type that class %s declares\n",
                (unsigned)unlike, class->name);
        class->is_unlike = true;
    }
}

void cli_typing_end(struct cli_typing *typing)
{
    for (size_t i = 0; i < typing->count; i++) {
        free(typing->classes[i].name);
        if (typing->classes[i].schema != NULL)
            MI_Class_Delete(typing->classes[i].schema);
    }
    typing->count = 0;
}
