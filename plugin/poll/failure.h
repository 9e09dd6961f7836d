/* SPDX-License-Identifier: MIT */
/*
 * failure: what a failed GetInstance says about the host: nothing (only this instance gives no
 * values), or that asking on is useless for now. The one place where a result and its details are
 * judged so.
 *
 * Pure; any thread.
 */
#ifndef POLL_FAILURE_H
#define POLL_FAILURE_H

#include <stdbool.h>

#include "mi/mi.h"

enum poll_failure_reach {
    POLL_FAILURE_OF_INSTANCE, /* a fault, nonsense, a cut reply: the next instance may do */
    POLL_FAILURE_BROKEN,      /* no connection: with no reply in the round yet, the host is down */
    POLL_FAILURE_OF_HOST,     /* TLS, shutting down, quota: no instance will do better now */
    POLL_FAILURE_TIMEOUT, /* ours, not the host's OperationTimeout: the connection is spoilt too */
    POLL_FAILURE_REFUSED, /* 401: asking again may lock an account */
    POLL_FAILURE_ACCOUNT, /* the KDC refuses the account, whichever host it is for */
};

struct poll_failure {
    MI_Result result;
    MI_ErrorCategory category;
    bool answered; /* the host gave a reply, whatever it says */
    bool fault;    /* and it was WS-Management's: who asked was accepted */
    enum poll_failure_reach reach;
};

/* Fills *failure from what an operation's last callback was given; details may be NULL, result
 * may be MI_RESULT_OK where no instance came with it (shared/facts/mi-api.md, Results). */
void poll_failure_read(MI_Result result, const MI_Instance *details, struct poll_failure *failure);

#endif
