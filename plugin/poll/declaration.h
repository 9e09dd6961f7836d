/* SPDX-License-Identifier: MIT */
/*
 * declaration: what must be known before instances of a class are read: which Windows a host is,
 * and what it declares the class to be. The errands BUILD and SCHEMA of poll/step.h.
 *
 * Part of a host (poll/host.h), as poll/fetch.h is, which calls.
 */
#ifndef POLL_DECLARATION_H
#define POLL_DECLARATION_H

#include "mi/mi.h"

struct poll_host;

/* Asks for what the host's step wants. The callbacks go on with the host; nothing of it may be
 * touched any more. */
void poll_declaration_ask(struct poll_host *host, MI_Session *session,
                          MI_OperationOptions *options);

#endif
