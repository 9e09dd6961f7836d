/* SPDX-License-Identifier: MIT */
#include "http/scheme.h"

#include <stddef.h>
#include <strings.h>

static const struct http_scheme *const schemes[] = {
    &http_scheme_basic,
};

const struct http_scheme *http_scheme_find(const char *name)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strcasecmp(schemes[i]->name, name) == 0)
            return schemes[i];
    return NULL;
}
