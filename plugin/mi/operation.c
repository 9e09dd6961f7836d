/* SPDX-License-Identifier: MIT */
/*
 *   MI_Session_GetInstance                     network thread
 *        |  checks, writes the request
 *        |------------- start_task --------------> refused, or canceled already? -----------+
 *        |                                              | no                                |
 *        |                                         http_conn_send: queued, sent             |
 *        |------------- cancel_task (Cancel,            |                                   |
 *        |              Close, Session_Close) -----> http_conn_cancel                       |
 *        |                                              | done: reply, failure, timeout     |
 *        v                                              v                                   v
 *   MI_Operation_GetInstance <---- answered -------- deliver: once, here and nowhere else <-+
 *                                                       |
 *                                       instanceResult callback, without any lock
 */
#include "mi/operation.h"

#include <stdlib.h>
#include <string.h>

#include "mi/answer.h"

#define REQUEST_MAX_BYTES     (512 * 1024)
#define DEFAULT_TIMEOUT_MS    60000u
#define MAX_SERVER_TIMEOUT_MS 60000u /* above, Windows clamps (shared/facts/wire.md 1) */
#define MAX_TIMEOUT_MS        (UINT32_MAX / 2)

/* --- holding and letting go --- */

static void free_operation(struct mi_operation *op)
{
    if (op->asked != NULL)
        MI_Instance_Delete(op->asked);
    if (op->instance != NULL) {
        cim_instance_hold(op->instance, false);
        MI_Instance_Delete(op->instance);
    }
    if (op->details != NULL) {
        cim_instance_hold(op->details, false);
        MI_Instance_Delete(op->details);
    }
    buf_free(&op->request);
    pthread_cond_destroy(&op->answered);
    free(op);
}

static void unlink_operation(struct mi_operation *op)
{
    if (op->prev != NULL)
        op->prev->next = op->next;
    else
        op->session->operations = op->next;
    if (op->next != NULL)
        op->next->prev = op->prev;
}

/* Lock held. The last holder frees. */
static void let_go(struct mi_operation *op)
{
    if (--op->holders > 0)
        return;
    struct mi_session *session = op->session;
    unlink_operation(op);
    free_operation(op);
    mi_session_settle(session);
}

void mi_operation_stop(struct mi_operation *op, MI_CancellationReason reason)
{
    if (op->done || op->cancel_posted)
        return;
    op->cancel_posted = true;
    op->reason = reason;
    op->holders++;
    http_loop_post(op->session->app->loop, &op->cancel_task);
}

void mi_operation_shut(struct mi_operation *op)
{
    if (op->handle.reserved1 == 0)
        return;
    mi_handles_remove(&op->session->app->handles, op->handle.reserved1);
    op->handle.reserved1 = 0;
    mi_operation_stop(op, MI_REASON_NONE);
    let_go(op);
}

/* The application of a handle, and, with its lock taken, the operation if it is open; without one
 * the lock is not taken. */
static struct mi_operation *find_and_lock(const MI_Operation *operation)
{
    if (operation == NULL || operation->reserved2 == 0)
        return NULL;
    struct mi_application *app = (struct mi_application *)operation->reserved2;
    pthread_mutex_lock(&app->lock);
    struct mi_operation *op = mi_handles_find(&app->handles, operation->reserved1);
    if (op == NULL)
        pthread_mutex_unlock(&app->lock);
    return op;
}

/* --- the result, on the network thread --- */

static MI_Result acknowledge(MI_Operation *operation)
{
    struct mi_operation *op = find_and_lock(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    pthread_mutex_unlock(&op->session->app->lock);
    return MI_RESULT_OK;
}

static void call_back(struct mi_operation *op)
{
    struct mi_application *app = op->session->app;
    pthread_mutex_lock(&app->lock);
    MI_Operation handle = op->handle;
    pthread_mutex_unlock(&app->lock);
    bool manual = (op->flags & MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS) != 0;
    op->callbacks.instanceResult(&handle, op->callbacks.callbackContext, op->instance, MI_FALSE,
                                 op->result, op->message, op->details, manual ? acknowledge : NULL);
}

/* The one final result. outcome NULL: the instance is in op. */
static void deliver(struct mi_operation *op, const struct mi_outcome *outcome)
{
    struct mi_application *app = op->session->app;
    mi_application_return_reader(app, op->reader);
    op->reader = NULL;
    if (outcome != NULL) {
        if (outcome != &op->refusal)
            op->refusal = *outcome;
        op->result = outcome->result;
        op->message = op->refusal.message; /* no copy, which would need memory */
        op->details = mi_outcome_details(outcome);
    }
    if (op->instance != NULL)
        cim_instance_hold(op->instance, true);
    if (op->details != NULL)
        cim_instance_hold(op->details, true);
    pthread_mutex_lock(&app->lock);
    op->done = true;
    pthread_cond_broadcast(&op->answered);
    pthread_mutex_unlock(&app->lock);
    if (op->callbacks.instanceResult != NULL)
        call_back(op);
    pthread_mutex_lock(&app->lock);
    let_go(op);
    pthread_mutex_unlock(&app->lock);
}

static struct mi_operation *from_post(struct http_post *post)
{
    return (struct mi_operation *)((char *)post - offsetof(struct mi_operation, post));
}

static int take_bytes(struct http_post *post, const char *bytes, size_t count, struct err *err)
{
    struct mi_operation *op = from_post(post);
    if (op->reader == NULL) {
        op->reader = mi_application_take_reader(op->session->app, err);
        if (op->reader == NULL || wsman_reader_begin(op->reader, op->message_id, err) != 0)
            return -1;
    }
    if (wsman_reader_feed(op->reader, bytes, count, err) == 0)
        return 0;
    return err_prefix(err, "%s: no instance came", op->session->where);
}

/* A reply of an XML type that ended. Returns whether *outcome says why there is no instance. */
static bool judge_reply(struct mi_operation *op, int status, struct mi_outcome *outcome)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    if (op->reader == NULL || wsman_reader_finish(op->reader, &reply, &err) != 0) {
        if (op->reader == NULL || (status != 200 && status != 500))
            mi_outcome_from_status(outcome, op->session->where, status, &op->session->who);
        else {
            err_prefix(&err, "%s: no instance came", op->session->where);
            mi_outcome_from_err(outcome, &err, HTTP_STAGE_REPLY);
        }
        return true;
    }
    if (reply.kind == WSMAN_REPLY_FAULT) {
        mi_outcome_from_fault(outcome, op->session->where, status, &reply.fault);
        return true;
    }
    if (status == 200 &&
        (op->asked == NULL || mi_answer_check(op->asked, reply.instance, &err) == 0)) {
        op->instance = reply.instance;
        return false;
    }
    MI_Instance_Delete(reply.instance);
    if (status == 200) {
        mi_outcome_from_answer(outcome, op->session->where, &err);
        return true;
    }
    err_set(&err, ERR_PROTOCOL, "%s: an instance with HTTP status %d is not believed",
            op->session->where, status);
    mi_outcome_from_err(outcome, &err, HTTP_STAGE_REPLY);
    return true;
}

/* An error page that calls itself XML: the status says more than what is wrong with the page. */
static bool is_unread_page(const struct http_outcome *http)
{
    return http->err.kind == ERR_PROTOCOL && http->err.code == 0 &&
           http->stage == HTTP_STAGE_REPLY && http->status != 0 && http->status != 200 &&
           http->status != 500;
}

static void end_post(struct http_post *post, const struct http_outcome *http)
{
    struct mi_operation *op = from_post(post);
    struct mi_outcome outcome;
    bool failed = true;
    if (is_unread_page(http))
        mi_outcome_from_status(&outcome, op->session->where, http->status, &op->session->who);
    else if (http->err.kind != ERR_NONE)
        mi_outcome_from_err(&outcome, &http->err, http->stage);
    else if (http->soap)
        failed = judge_reply(op, http->status, &outcome);
    else
        mi_outcome_from_status(&outcome, op->session->where, http->status, &op->session->who);
    deliver(op, failed ? &outcome : NULL);
}

static void deliver_canceled(struct mi_operation *op)
{
    struct mi_outcome outcome;
    mi_outcome_from_result(&outcome, MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_STOPPED,
                           "the operation was canceled before it was sent");
    deliver(op, &outcome);
}

static void start(struct http_task *task)
{
    struct mi_operation *op =
        (struct mi_operation *)((char *)task - offsetof(struct mi_operation, start_task));
    struct err err = ERR_INIT;
    pthread_mutex_lock(&op->session->app->lock);
    bool canceled = op->cancel_posted;
    pthread_mutex_unlock(&op->session->app->lock);
    if (op->refusal.result != MI_RESULT_OK) {
        deliver(op, &op->refusal);
    } else if (canceled) {
        deliver_canceled(op);
    } else if (http_conn_send(op->session->conn, &op->post, &err) != 0) {
        mi_outcome_from_err(&op->refusal, &err, HTTP_STAGE_QUEUED);
        deliver(op, &op->refusal);
    }
}

static void cancel(struct http_task *task)
{
    struct mi_operation *op =
        (struct mi_operation *)((char *)task - offsetof(struct mi_operation, cancel_task));
    struct mi_application *app = op->session->app;
    http_conn_cancel(op->session->conn, &op->post);
    pthread_mutex_lock(&app->lock);
    let_go(op);
    pthread_mutex_unlock(&app->lock);
}

/* --- the request, on the caller's thread --- */

static uint64_t choose_timeout_ms(const struct mi_session *session,
                                  const struct mi_operation_options *options)
{
    uint64_t timeout_ms = options != NULL ? options->timeout_ms : 0;
    if (timeout_ms == 0)
        timeout_ms = session->options->timeout_ms;
    if (timeout_ms == 0)
        timeout_ms = DEFAULT_TIMEOUT_MS;
    return timeout_ms < MAX_TIMEOUT_MS ? timeout_ms : MAX_TIMEOUT_MS;
}

/* 0.9 of ours: a stalled provider then faults before we give up, and the connection survives. */
static uint32_t server_timeout_ms(uint64_t timeout_ms)
{
    uint64_t server_ms = timeout_ms - timeout_ms / 10;
    if (server_ms == 0)
        server_ms = 1;
    return server_ms < MAX_SERVER_TIMEOUT_MS ? (uint32_t)server_ms : MAX_SERVER_TIMEOUT_MS;
}

static void choose_uri(struct wsman_get *get, const struct mi_operation_options *options)
{
    get->form = WSMAN_URI_WMI;
    if (options == NULL)
        return;
    get->resource_uri = options->resource_uri;
    if (options->resource_uri_prefix == NULL ||
        strcmp(options->resource_uri_prefix, COLLECTDMI_RESOURCE_URI_PREFIX_WMI) == 0)
        return;
    get->form = WSMAN_URI_DMTF;
    get->resource_uri_prefix = options->resource_uri_prefix;
}

static int write_request(struct mi_operation *op, const struct mi_operation_options *options,
                         const MI_Char *namespace_name, const MI_Instance *key, struct err *err)
{
    const struct mi_destination_options *destination = op->session->options;
    struct wsman_get get = {
        .to_url = op->session->url,
        .message_id = op->message_id,
        .namespace_name = namespace_name,
        .key = key,
        .operation_timeout_ms = server_timeout_ms(op->post.timeout_ms),
        .max_envelope_bytes =
            destination->max_envelope_kb == 500 ? 0 : destination->max_envelope_kb * 1024,
        .locale = destination->ui_locale != NULL ? destination->ui_locale : "en-US",
        .data_locale = destination->data_locale != NULL ? destination->data_locale : "en-US",
    };
    choose_uri(&get, options);
    if (options != NULL) {
        get.options = options->custom;
        get.option_count = options->custom_count;
        get.options_must_understand = options->must_understand;
    }
    return wsman_envelope_write_get(&op->request, &get, NULL, err);
}

/* Keeps what is asked for, to judge the answer by. A resource URI of the caller's own may name
 * anything. */
static int keep_asked(struct mi_operation *op, const struct mi_operation_options *options,
                      const MI_Char *namespace_name, const MI_Instance *key, struct err *err)
{
    if (options != NULL && options->resource_uri != NULL)
        return 0;
    if (MI_Instance_Clone(key, &op->asked) != MI_RESULT_OK ||
        (namespace_name != NULL &&
         MI_Instance_SetNameSpace(op->asked, namespace_name) != MI_RESULT_OK))
        return err_memory(err);
    return 0;
}

/* Nothing readable travels unless the caller gave that up (packet privacy). */
static bool breaks_privacy(const struct mi_session *session)
{
    const struct mi_destination_options *options = session->options;
    return options->plain_http && !http_scheme_seals(options->scheme) && !options->readable;
}

static void prepare(struct mi_operation *op, MI_OperationOptions *options,
                    const MI_Char *namespace_name, const MI_Instance *key)
{
    const struct mi_operation_options *chosen = mi_options_operation(options);
    struct err err = ERR_INIT;
    if (key == NULL) {
        mi_outcome_from_result(&op->refusal, MI_RESULT_INVALID_PARAMETER,
                               MI_ERRORCATEGORY_INVALID_ARGUMENT, "no instance was given");
    } else if (breaks_privacy(op->session)) {
        mi_outcome_unencrypted(&op->refusal, op->session->where);
    } else {
        op->post.timeout_ms = (uint32_t)choose_timeout_ms(op->session, chosen);
        if (write_request(op, chosen, namespace_name, key, &err) != 0 ||
            keep_asked(op, chosen, namespace_name, key, &err) != 0)
            mi_outcome_from_err(&op->refusal, &err, HTTP_STAGE_QUEUED);
    }
    op->post.body = op->request.data;
    op->post.body_bytes = op->request.size_bytes;
    op->post.deadline_ms = http_loop_now_ms(op->session->app->loop) + op->post.timeout_ms;
}

static struct mi_operation *new_operation(const MI_OperationCallbacks *callbacks, MI_Uint32 flags)
{
    struct mi_operation *op = calloc(1, sizeof *op);
    if (op == NULL)
        return NULL;
    if (callbacks != NULL)
        op->callbacks = *callbacks;
    op->flags = flags;
    op->start_task.run = start;
    op->cancel_task.run = cancel;
    op->post.take = take_bytes;
    op->post.done = end_post;
    buf_init(&op->request, REQUEST_MAX_BYTES);
    pthread_cond_init(&op->answered, NULL);
    return op;
}

/* Lock held. Links the operation to its session and gives it a handle, a message ID and its first
 * two holders. -1: no memory. */
static int adopt(struct mi_session *session, struct mi_operation *op)
{
    uint64_t number = mi_handles_add(&session->app->handles, op);
    if (number == 0)
        return -1;
    op->session = session;
    op->handle = (MI_Operation){.reserved1 = number, .reserved2 = (ptrdiff_t)session->app};
    op->holders = 2; /* the handle; the network thread until delivery */
    op->next = session->operations;
    if (op->next != NULL)
        op->next->prev = op;
    session->operations = op;
    mi_application_message_id(session->app, op->message_id);
    return 0;
}

/* Where no operation can be made at all, the callback is the only way to say so. */
static void refuse_at_once(const MI_OperationCallbacks *callbacks, MI_Operation *operation,
                           MI_Result result)
{
    if (callbacks != NULL && callbacks->instanceResult != NULL)
        callbacks->instanceResult(operation, callbacks->callbackContext, NULL, MI_FALSE, result,
                                  result == MI_RESULT_INVALID_PARAMETER
                                      ? "the session is closed or was never opened"
                                      : "out of memory",
                                  NULL, NULL);
}

static MI_Result open_operation(MI_Session *session, struct mi_operation *op,
                                MI_Operation *operation)
{
    struct mi_application *app =
        session != NULL ? (struct mi_application *)session->reserved2 : NULL;
    if (app == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    MI_Result result = MI_RESULT_INVALID_PARAMETER;
    pthread_mutex_lock(&app->lock);
    struct mi_session *found = mi_session_find(app, session);
    if (found != NULL)
        result = adopt(found, op) == 0 ? MI_RESULT_OK : MI_RESULT_FAILED;
    if (result == MI_RESULT_OK)
        *operation = op->handle;
    pthread_mutex_unlock(&app->lock);
    return result;
}

void MI_Session_GetInstance(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                            const MI_Char *namespaceName, const MI_Instance *inboundInstance,
                            MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    MI_Operation unwanted = MI_OPERATION_NULL;
    if (operation == NULL)
        operation = &unwanted;
    *operation = (MI_Operation)MI_OPERATION_NULL;
    struct mi_operation *op = new_operation(callbacks, flags);
    MI_Result result = op != NULL ? open_operation(session, op, operation) : MI_RESULT_FAILED;
    if (result != MI_RESULT_OK) {
        if (op != NULL)
            free_operation(op);
        refuse_at_once(callbacks, operation, result);
        return;
    }
    prepare(op, options, namespaceName, inboundInstance);
    http_loop_post(op->session->app->loop, &op->start_task);
    if (operation == &unwanted)
        MI_Operation_Close(&unwanted);
}

/* --- what the user does with it --- */

static void fill_results(const struct mi_operation *op, const MI_Instance **instance,
                         MI_Boolean *moreResults, MI_Result *result, const MI_Char **errorMessage,
                         const MI_Instance **completionDetails)
{
    if (instance != NULL)
        *instance = op->instance;
    if (moreResults != NULL)
        *moreResults = MI_FALSE;
    if (result != NULL)
        *result = op->result;
    if (errorMessage != NULL)
        *errorMessage = op->message;
    if (completionDetails != NULL)
        *completionDetails = op->details;
}

/* Lock held; waits where that is possible. */
static MI_Result await(struct mi_operation *op)
{
    struct mi_application *app = op->session->app;
    if (op->callbacks.instanceResult != NULL || op->fetched ||
        (!op->done && http_loop_is_current(app->loop)))
        return MI_RESULT_FAILED;
    op->fetched = true;
    op->holders++;
    while (!op->done)
        pthread_cond_wait(&op->answered, &app->lock);
    return MI_RESULT_OK;
}

MI_Result MI_Operation_GetInstance(MI_Operation *operation, const MI_Instance **instance,
                                   MI_Boolean *moreResults, MI_Result *result,
                                   const MI_Char **errorMessage,
                                   const MI_Instance **completionDetails)
{
    if (moreResults != NULL)
        *moreResults = MI_FALSE;
    struct mi_operation *op = find_and_lock(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    MI_Result rc = await(op);
    if (rc == MI_RESULT_OK) {
        fill_results(op, instance, moreResults, result, errorMessage, completionDetails);
        let_go(op);
    }
    pthread_mutex_unlock(&app->lock);
    return rc;
}

MI_Result MI_Operation_Cancel(MI_Operation *operation, MI_CancellationReason reason)
{
    struct mi_operation *op = find_and_lock(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    mi_operation_stop(op, reason);
    pthread_mutex_unlock(&app->lock);
    return MI_RESULT_OK;
}

MI_Result MI_Operation_Close(MI_Operation *operation)
{
    struct mi_operation *op = find_and_lock(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    mi_operation_shut(op);
    pthread_mutex_unlock(&app->lock);
    return MI_RESULT_OK;
}
