/* SPDX-License-Identifier: MIT */
/*
 * application: what stands behind an MI_Application: the network thread, the one lock, the handles,
 * and the readers that replies borrow.
 *
 * Lock order: application lock, then the loop's own. The application lock is never held while a
 * callback runs or while the network thread talks to http/.
 */
#ifndef MI_APPLICATION_H
#define MI_APPLICATION_H

#include <pthread.h>
#include <stdbool.h>

#include "base/clock.h"
#include "http/loop.h"
#include "mi/handle.h"
#include "mi/mi.h"
#include "wsman/reader.h"
#include "wsman/uuid.h"

struct http_identity;
struct http_identity_source;
struct mi_session;

#define MI_APPLICATION_SPARE_READERS 64

/* Who asks, shared by the sessions with the same credentials. */
struct mi_identity {
    struct http_identity *identity;
    unsigned session_count;
};

struct mi_application {
    struct http_loop *loop;
    struct http_workers *workers;
    pthread_mutex_t lock;        /* guards the rest but for the readers */
    pthread_cond_t gone;         /* an operation or a session was freed */
    struct mi_handles handles;   /* of sessions and operations */
    struct mi_session *sessions; /* alive, whether closed or not */
    struct mi_identity *identities;
    size_t identity_count;
    unsigned waiters;           /* threads inside MI_Session_Close */
    unsigned char entropy[256]; /* for message IDs */
    size_t entropy_used;

    /* Network thread only: readers nobody reads with, so that as many exist as replies arrive at
     * once, not as many as there are hosts. */
    struct wsman_reader *readers[MI_APPLICATION_SPARE_READERS];
    size_t reader_count;
};

/* What MI_Application_Initialize does, with the clock that times operations (NULL: the monotonic
 * one; borrowed). For tests. */
MI_Result mi_application_initialize(const struct clock *clock, MI_Instance **extendedError,
                                    MI_Application *application);
/* Makes the network thread look at that clock again. */
void mi_application_wake(const MI_Application *application);

/* Borrowed from the handle; NULL where it was never initialised or is closed. */
struct mi_application *mi_application_from(const MI_Application *application);

/* Lock held. Writes a new message ID. */
void mi_application_message_id(struct mi_application *app, char text[WSMAN_UUID_CHARS + 1]);

/* The identity of a source: one that another session uses already, or a new one. Give back with
 * mi_application_return_identity. NULL: ERR_CONFIG, ERR_MEMORY. */
struct http_identity *mi_application_take_identity(struct mi_application *app,
                                                   const struct http_identity_source *source,
                                                   struct err *err);
/* NULL is fine. */
void mi_application_return_identity(struct mi_application *app, struct http_identity *identity);

/* Network thread. A reader to be given back with mi_application_return_reader; NULL: ERR_MEMORY. */
struct wsman_reader *mi_application_take_reader(struct mi_application *app, struct err *err);
/* NULL is fine. */
void mi_application_return_reader(struct mi_application *app, struct wsman_reader *reader);

#endif
