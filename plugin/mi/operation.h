/* SPDX-License-Identifier: MIT */
/*
 * operation: what stands behind an MI_Operation: one WS-Transfer Get, from the request to the one
 * final result.
 *
 * Held by its handle, by the network thread until the result is delivered, and by whoever waits for
 * it; the last one frees it. Fields marked (lock) are guarded by the application's lock.
 */
#ifndef MI_OPERATION_H
#define MI_OPERATION_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "http/conn.h"
#include "mi/mi.h"
#include "mi/outcome.h"
#include "mi/session.h"
#include "wsman/reader.h"

struct mi_operation {
    struct mi_session *session;
    MI_OperationCallbacks callbacks;
    MI_Uint32 flags;
    MI_Operation handle; /* what callbacks get; (lock) reserved1 is 0 once closed */

    struct http_task start_task, cancel_task;
    struct http_post post;
    struct buf request;
    char message_id[WSMAN_UUID_CHARS + 1];
    struct mi_outcome refusal; /* result not OK: found wrong before anything was sent; in
                                  the end: why there is no instance */
    MI_Instance *asked; /* the key and its namespace, to judge what comes; NULL: not judged */
    struct wsman_reader *reader;

    unsigned holders;                  /* (lock) */
    struct mi_operation *next, *prev;  /* (lock) in session->operations */
    pthread_cond_t answered;           /* (lock) done became true */
    bool done, fetched, cancel_posted; /* (lock) */
    MI_CancellationReason reason;      /* (lock) */

    /* Written by the network thread before done; borrowed by the user until Close. */
    MI_Result result;
    MI_Instance *instance;
    MI_Instance *details;
    const char *message; /* in refusal; NULL where the result is OK */
};

/* Lock held. Asks the network thread to end it; idempotent. */
void mi_operation_stop(struct mi_operation *op, MI_CancellationReason reason);
/* Lock held. Ends the handle of an operation and asks for its end. */
void mi_operation_shut(struct mi_operation *op);

#endif
