/* SPDX-License-Identifier: MIT */
#include "cli/complaint.h"

#include <stdio.h>
#include <sysexits.h>

int cli_complaint_say(int status, const char *sentence)
{
    fprintf(stderr, "mi-get: %s\n", sentence);
    return status;
}

int cli_complaint_usage(const char *sentence)
{
    cli_complaint_say(EX_USAGE, sentence);
    fputs("mi-get: --help tells the usage\n", stderr);
    return EX_USAGE;
}
