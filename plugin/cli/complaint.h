/* SPDX-License-Identifier: MIT */
/* complaint: what mi-get says on stderr before it ends. Main thread. */
#ifndef CLI_COMPLAINT_H
#define CLI_COMPLAINT_H

/* Returns status. */
int cli_complaint_say(int status, const char *sentence);
/* The same, and where the usage is told. Returns EX_USAGE. */
int cli_complaint_usage(const char *sentence);

#endif
