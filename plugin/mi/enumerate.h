/* SPDX-License-Identifier: MIT */
/*
 * enumerate: the operations that bring many instances, begun by MI_Session_EnumerateInstances and
 * MI_Session_QueryInstances (enumerate_instances.c), fetched by MI_Operation_GetInstance.
 */
#ifndef MI_ENUMERATE_H
#define MI_ENUMERATE_H

#include "mi/operation.h"
#include "mi/page.h"
#include "wsman/enumeration.h"

#define MI_ENUMERATE_FRAGMENT "XmlFragment" /* what a projection calls every instance */

struct mi_enumerate {
    struct mi_operation op;

    /* What is asked for, owned; constant once started. */
    MI_OperationOptions options; /* a copy, or null */
    char *namespace_name, *class_name, *query, *dialect;
    bool keys_only;
    MI_Instance *asked; /* the namespace of every item; NULL: not judged */

    /* Network thread. */
    struct mi_page arriving;
    char *context; /* of the next Pull, or to be released; NULL: there is nothing */
    unsigned reply_count, empty_count;
    bool draining;            /* delivered; the reply on its way is awaited for its context only */
    struct http_post *ending; /* delivered, but this is on its way; NULL: nothing is */
    struct http_timer end_timer;
    bool hurried; /* the session ends */
    bool unheard; /* manual acknowledgement: the result shown was not acknowledged yet */
    struct http_post release_post;
    struct buf release;

    struct http_task next_task; /* ask for the next page, or hand out the next instance */
    bool next_posted;           /* (lock) */

    /* The network thread's while asynchronous, else (lock). */
    struct mi_page page;
    MI_Instance *shown; /* the result that the user sees */
};

extern const struct mi_verb mi_enumerate_verb;

/* For enumerate_instances.c, where an operation begins. */
void mi_enumerate_init(struct mi_enumerate *self);
/* What is asked for, from what was copied into self. -1: op.refusal says why nothing is sent. */
int mi_enumerate_fill(struct mi_enumerate *self, struct wsman_enumeration *out);
/* For each request after the first. */
void mi_enumerate_renew_message_id(struct mi_operation *op);

/* ---- The end (enumerate_end.c); network thread ---- */

/* The final result (outcome NULL: success), and then what the host still keeps is released. Lets go
 * of op, sooner or later. */
void mi_enumerate_finish(struct mi_enumerate *self, const struct mi_outcome *outcome);
void mi_enumerate_finish_with(struct mi_enumerate *self, const struct err *err);
void mi_enumerate_finish_canceled(struct mi_enumerate *self);
/* Canceled with a request on its way: the final result now, the rest with mi_enumerate_end_drain,
 * when the reply came or failed. */
void mi_enumerate_drain(struct mi_enumerate *self);
void mi_enumerate_end_drain(struct mi_enumerate *self);
void mi_enumerate_hasten(struct mi_operation *op);
/* Takes the lock. */
void mi_enumerate_let_go(struct mi_operation *op);

/* The outputs of MI_Operation_GetInstance; any may be NULL. */
struct mi_enumerate_result {
    const MI_Instance **instance;
    MI_Boolean *more_results;
    MI_Result *result;
    const MI_Char **message;
    const MI_Instance **details;
};

/* Whether op is such an operation. */
bool mi_enumerate_is(const struct mi_operation *op);

/* Lock held. The next instance; waits, and asks the host for more where all were fetched. FAILED:
 * it is asynchronous, the last result was fetched, or this is the network thread and would wait. */
MI_Result mi_enumerate_fetch(struct mi_operation *op, const struct mi_enumerate_result *out);

#endif
