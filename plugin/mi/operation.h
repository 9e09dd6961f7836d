/* SPDX-License-Identifier: MIT */
/*
 * operation: what stands behind an MI_Operation of any kind: its life, from the request to the one
 * final result. What kinds do their own way is their verb: get_instance.c, get_class.c.
 *
 * Held by its handle, by the network thread until the result is delivered, and by whoever waits for
 * it; the last one frees it. Fields marked (lock) are guarded by the application's lock.
 *
 *   MI_Session_<Verb>: mi_operation_open -> mi_operation_admit -> writes op->request ->
 *                      mi_operation_start
 *   network thread:    verb->take for a reply that is no fault; verb->say at the end
 *   MI_Operation_Get*: mi_operation_await -> reads -> mi_operation_leave
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
#include "wsman/envelope.h"
#include "wsman/reader.h"
#include "wsman/resource.h"

struct mi_operation;

/* What a callback says beside what its verb brings; borrowed while it runs. */
struct mi_report {
    MI_Operation *operation;
    MI_Result result;
    const char *message;
    const MI_Instance *details;
    MI_OperationCallback_Acknowledge acknowledge; /* NULL: when the callback returns */
};

struct mi_verb {
    const char *noun; /* what it brings, for sentences: "instance" */
    size_t bytes;     /* of its own struct, which begins with a struct mi_operation */
    enum wsman_answer answer;

    /* Whether the callback that makes it asynchronous was given. */
    bool (*is_heard)(const MI_OperationCallbacks *callbacks);
    /* Calls that callback, which was given, without any lock. op NULL: none could be made. */
    void (*say)(const MI_OperationCallbacks *callbacks, const struct mi_operation *op,
                const struct mi_report *report);
    /* Network thread: a reply with status 200 that holds what answer says. Takes its content, also
     * on failure. 0, or -1 and *outcome says why it is not used. */
    int (*take)(struct mi_operation *op, struct wsman_reply *reply, struct mi_outcome *outcome);
    /* Frees what its own struct holds. */
    void (*drop)(struct mi_operation *op);
    /* Lock held: the instance that the user was handed out last and still has; NULL: there is none.
     * NULL where the verb brings none. */
    MI_Instance *(*look)(struct mi_operation *op);

    /* The rest is for what takes more than one reply (enumerate.c); NULL elsewhere. All on the
     * network thread. expect: a reply begins; tells op->reader what to expect. */
    void (*expect)(struct mi_operation *op);
    /* A reply was taken, outcome NULL, or failed: goes on, or delivers. */
    void (*go_on)(struct mi_operation *op, const struct http_outcome *http,
                  const struct mi_outcome *outcome);
    /* Canceled: delivers that, and ends what is on its way in its own time. */
    void (*halt)(struct mi_operation *op);
    /* The session ends: what is on its way after delivery has little time from now on. */
    void (*hasten)(struct mi_operation *op);
};

struct mi_operation {
    const struct mi_verb *verb;
    struct mi_session *session;
    MI_OperationCallbacks callbacks;
    MI_Uint32 flags;
    MI_Operation handle; /* what callbacks get; (lock) reserved1 is 0 once closed */

    struct http_task start_task, cancel_task, hasten_task;
    struct http_post post;
    struct buf request;
    char message_id[WSMAN_UUID_CHARS + 1];
    struct mi_outcome refusal; /* result not OK: found wrong before anything was sent; in
                                  the end: why there is no result */
    struct wsman_reader *reader;

    unsigned holders;                  /* (lock) */
    struct mi_operation *next, *prev;  /* (lock) in session->operations */
    pthread_cond_t answered;           /* (lock) done became true */
    bool done, fetched;                /* (lock) */
    bool cancel_posted, hasten_posted; /* (lock) */

    /* Written by the network thread before done; borrowed by the user until Close. */
    MI_Result result;
    MI_Instance *details;
    const char *message; /* in refusal; NULL where the result is OK */
};

/* ---- For a verb, on the caller's thread ---- */

/* The arguments that every MI_Session_<Verb> has. */
struct mi_call {
    MI_Session *session;
    MI_Uint32 flags;
    MI_OperationOptions *options; /* NULL: none */
    const MI_OperationCallbacks *callbacks;
    MI_Operation *operation; /* where the handle goes; NULL: nobody wants it */
};

/* New, borrowed from its handle until mi_operation_start, *call->operation filled. NULL: the
 * session is closed or there is no memory, which the callback has said. */
struct mi_operation *mi_operation_open(const struct mi_verb *verb, const struct mi_call *call);
/* Whether anything may be sent (packet privacy), and what every request has: fills *request and the
 * operation's timeout. -1: op->refusal says why not. */
int mi_operation_admit(struct mi_operation *op, const struct mi_call *call,
                       struct wsman_request *request);
/* The prefix and form of the resource URI that the options choose. */
void mi_operation_choose_uri(const struct mi_call *call, struct wsman_resource *resource);
/* Refuses it before anything is sent; the sentence is delivered as every result is. */
void mi_operation_refuse(struct mi_operation *op, const struct err *err);
void mi_operation_refuse_argument(struct mi_operation *op, const char *message);
/* Sends op->request, or delivers op->refusal. */
void mi_operation_start(struct mi_operation *op, const struct mi_call *call);

/* ---- For a verb of several replies, on the network thread ---- */

/* Sends op->request under the operation's deadline, once more. -1: op->refusal says why not. */
int mi_operation_send(struct mi_operation *op);
/* The one final result; what outcome says (NULL: success), through the verb. Lets go of op, which
 * may be gone then. */
void mi_operation_deliver(struct mi_operation *op, const struct mi_outcome *outcome);
bool mi_operation_is_canceled(struct mi_operation *op);

/* ---- For a verb, where the user fetches ---- */

/* The application of a handle, and, with its lock taken, the operation if it is open; without one
 * the lock is not taken. */
struct mi_operation *mi_operation_find(const MI_Operation *operation);
/* Lock held; waits for the result, and holds the operation. FAILED, holding nothing: it is
 * asynchronous, was fetched before, is of another verb, or this is the network thread. */
MI_Result mi_operation_await(struct mi_operation *op, const struct mi_verb *verb);
/* Lock held. What is said of every result; outputs may be NULL. */
void mi_operation_read(const struct mi_operation *op, MI_Result *result,
                       const MI_Char **errorMessage, const MI_Instance **completionDetails);
/* Lock held. Ends what await began. */
void mi_operation_leave(struct mi_operation *op);

/* ---- For the session ---- */

/* Lock held. Asks the network thread to end it, and, where the reason is SHUTDOWN, to be quick
 * about what is left to do after its end; idempotent. */
void mi_operation_stop(struct mi_operation *op, MI_CancellationReason reason);
/* Lock held. Ends the handle of an operation and asks for its end. */
void mi_operation_shut(struct mi_operation *op);

#endif
