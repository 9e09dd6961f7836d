/* SPDX-License-Identifier: MIT */
#include "mi/options.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT_BYTES 4096

MI_Result mi_options_set_text(char **text, const MI_Char *value)
{
    if (value == NULL || strnlen(value, MAX_TEXT_BYTES + 1) > MAX_TEXT_BYTES)
        return MI_RESULT_INVALID_PARAMETER;
    for (const char *p = value; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return MI_RESULT_INVALID_PARAMETER;
    char *copy = strdup(value);
    if (copy == NULL)
        return MI_RESULT_FAILED;
    free(*text);
    *text = copy;
    return MI_RESULT_OK;
}
