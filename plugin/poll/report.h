/* SPDX-License-Identifier: MIT */
/*
 * report: how one operation of a host went, whatever it was for: what all callbacks of poll/fetch.c
 * and poll/declaration.c do alike.
 *
 * Part of a host (poll/host.h), whose runner calls.
 */
#ifndef POLL_REPORT_H
#define POLL_REPORT_H

#include <stdbool.h>

#include "mi/mi.h"
#include "poll/failure.h"
#include "poll/verdict.h"

struct poll_host;
struct poll_shared;

/* The arguments of a final callback that say how it went. Borrowed. */
struct poll_report {
    MI_Result result;
    const MI_Char *sentence;
    const MI_Instance *details;
};

/* What is to be done in the end. */
struct poll_ending {
    bool of_host;
    bool spoilt; /* the connection: our timeout cut what was under way */
};

/* The poller stops: nothing is told any more. */
bool poll_report_is_stopping(struct poll_shared *shared);

/* Something came that is no fault. */
void poll_report_note_answer(struct poll_host *host);

/* It failed: *failure and *ending are filled. */
enum poll_verdict poll_report_fail(struct poll_host *host, const struct poll_report *report,
                                   struct poll_failure *failure, struct poll_ending *ending);

/* POLL_VERDICT_INSTANCE: what the host's step asked for failed; said once a kind of failure. */
void poll_report_note_failure(struct poll_host *host, const struct poll_failure *failure,
                              const char *sentence);

/* The operation is over: goes on with the host, of which nothing may be touched any more. */
void poll_report_finish(struct poll_host *host, MI_Operation *operation,
                        const struct poll_ending *ending);

#endif
