/* SPDX-License-Identifier: MIT */
/*
 * place: a URL of the command line in its parts. Pure.
 */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <stdbool.h>

#include "base/err.h"

struct cli_place {
    bool http;
    char *host, *path; /* an IPv6 literal without its brackets */
    unsigned port;     /* 0: the transport's */
};

/* Fills *place, zeroed before; free with cli_place_free, also on failure. ERR_CONFIG: it is no URL
 * of ours; ERR_MEMORY. */
int cli_place_read(const char *text, struct cli_place *place, struct err *err);
void cli_place_free(struct cli_place *place);

#endif
