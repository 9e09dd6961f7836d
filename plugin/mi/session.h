/* SPDX-License-Identifier: MIT */
/*
 * session: what stands behind an MI_Session: one host, its options, its connection, its operations.
 *
 * Alive from MI_Application_NewSession until its handle is closed and its last operation is gone;
 * its connection is closed on the network thread then. Fields marked (lock) are guarded by the
 * application's lock; the others do not change while the session lives.
 */
#ifndef MI_SESSION_H
#define MI_SESSION_H

#include <stdbool.h>

#include "http/conn.h"
#include "mi/application.h"
#include "mi/options.h"
#include "mi/outcome.h"

struct mi_operation;

struct mi_session {
    struct mi_application *app;
    struct mi_destination_options *options;
    struct http_identity *identity, *fallback; /* the application's; NULL: the scheme needs none */
    struct http_conn *conn;                    /* used on the network thread only */
    char *url;                                 /* the request's a:To */
    const char *where;                         /* "address:port" for sentences; the connection's */
    struct mi_outcome_who who;                 /* for the sentence of a 401 */
    uint64_t handle;

    struct mi_operation *operations; /* (lock) alive */
    struct mi_session *next, *prev;  /* (lock) in app->sessions */
    bool closed;                     /* (lock) no further operation */
    void (*closed_callback)(void *context);
    void *closed_context;
    struct http_task free_task;
};

/* Lock held. The session of a handle that is open, or NULL. */
struct mi_session *mi_session_find(struct mi_application *app, const MI_Session *session);

/* Lock held. Closes the handle, cancels the operations, and frees the session once they are gone.
 */
void mi_session_shut(struct mi_session *session, void (*callback)(void *), void *context);

/* Lock held. After an operation was unlinked, or the session shut: frees it if nothing holds it. */
void mi_session_settle(struct mi_session *session);

#endif
