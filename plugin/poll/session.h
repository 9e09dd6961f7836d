/* SPDX-License-Identifier: MIT */
/*
 * session: what the model says of a host, in the words of the MI API: destination options, one
 * GetInstance's options, and the session itself. The one place that knows both vocabularies.
 *
 * No state; any thread; never blocks (a session sends nothing before its first operation).
 */
#ifndef POLL_SESSION_H
#define POLL_SESSION_H

#include <stdint.h>

#include "base/err.h"
#include "mi/mi.h"
#include "model/host.h"

/* New: *session, to be closed with MI_Session_Close. The password is borrowed for the call; MI
 * keeps a copy of its own and wipes it. NULL: the auth is proven by files. ERR_CONFIG with a
 * sentence, ERR_MEMORY. */
int poll_session_open(MI_Application *application, const struct model_host *host,
                      const char *password, MI_Session *session, struct err *err);

/* New: *options for one GetInstance of the host, to be deleted. */
MI_Result poll_session_options(MI_Application *application, const struct model_host *host,
                               uint64_t timeout_ms, MI_OperationOptions *options);

#endif
