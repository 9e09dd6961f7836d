/* SPDX-License-Identifier: MIT */
/*
 *   MI_Session_<Verb>                          network thread
 *        |  checks, writes the request
 *        |------------- start_task --------------> refused, or canceled already? -----------+
 *        |                                              | no                                |
 *        |                                         http_conn_send: queued, sent             |
 *        |------------- cancel_task (Cancel,            |                                   |
 *        |              Close, Session_Close) -----> http_conn_cancel                       |
 *        |                                              | done: reply, failure, timeout     |
 *        v                                              v                                   v
 *   MI_Operation_Get<Result> <---- answered -------- deliver: once, here and nowhere else <-+
 *                                                       |
 *                                         the verb's callback, without any lock
 */
#include "mi/operation.h"

#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX_BYTES     (512 * 1024)
#define DEFAULT_TIMEOUT_MS    60000u
#define MAX_SERVER_TIMEOUT_MS 60000u /* above, Windows clamps (shared/facts/wire.md 1) */
#define MAX_TIMEOUT_MS        (UINT32_MAX / 2)

/* --- holding and letting go --- */

static void free_operation(struct mi_operation *op)
{
    op->verb->drop(op);
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

static void post_cancel(struct mi_operation *op)
{
    if (op->done || op->cancel_posted)
        return;
    op->cancel_posted = true;
    op->holders++;
    http_loop_post(op->session->app->loop, &op->cancel_task);
}

static void post_hasten(struct mi_operation *op)
{
    if (op->verb->hasten == NULL || op->hasten_posted)
        return;
    op->hasten_posted = true;
    op->holders++;
    http_loop_post(op->session->app->loop, &op->hasten_task);
}

/* One that was delivered, or is being canceled, may still have something on its way. */
void mi_operation_stop(struct mi_operation *op, MI_CancellationReason reason)
{
    post_cancel(op);
    if (reason == MI_REASON_SHUTDOWN)
        post_hasten(op);
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

struct mi_operation *mi_operation_find(const MI_Operation *operation)
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
    struct mi_operation *op = mi_operation_find(operation);
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
    struct mi_report report = {
        .operation = &handle,
        .result = op->result,
        .message = op->message,
        .details = op->details,
        .acknowledge = manual ? acknowledge : NULL,
    };
    op->verb->say(&op->callbacks, op, &report);
}

/* outcome NULL: what the verb brings is in op. */
void mi_operation_deliver(struct mi_operation *op, const struct mi_outcome *outcome)
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
    if (op->details != NULL)
        cim_instance_hold(op->details, true);
    pthread_mutex_lock(&app->lock);
    op->done = true;
    pthread_cond_broadcast(&op->answered);
    pthread_mutex_unlock(&app->lock);
    if (op->verb->is_heard(&op->callbacks))
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
        if (op->verb->expect != NULL)
            op->verb->expect(op);
        else
            wsman_reader_expect(op->reader, op->verb->answer);
    }
    if (wsman_reader_feed(op->reader, bytes, count, err) == 0)
        return 0;
    return err_prefix(err, "%s: no %s came", op->session->where, op->verb->noun);
}

/* A reply of an XML type that ended. Returns whether *outcome says why there is no result. */
static bool judge_reply(struct mi_operation *op, int status, struct mi_outcome *outcome)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    if (op->reader == NULL || wsman_reader_finish(op->reader, &reply, &err) != 0) {
        if (op->reader == NULL || (status != 200 && status != 500))
            mi_outcome_from_status(outcome, op->session->where, status, &op->session->who);
        else {
            err_prefix(&err, "%s: no %s came", op->session->where, op->verb->noun);
            mi_outcome_from_err(outcome, &err, HTTP_STAGE_REPLY);
        }
        return true;
    }
    if (reply.kind == WSMAN_REPLY_FAULT) {
        mi_outcome_from_fault(outcome, op->session->where, status, &reply.fault);
        return true;
    }
    if (status == 200)
        return op->verb->take(op, &reply, outcome) != 0;
    wsman_reply_drop(&reply);
    err_set(&err, ERR_PROTOCOL, "%s: %s %s with HTTP status %d is not believed", op->session->where,
            strchr("aeiou", op->verb->noun[0]) != NULL ? "an" : "a", op->verb->noun, status);
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
    if (op->verb->go_on != NULL)
        op->verb->go_on(op, http, failed ? &outcome : NULL);
    else
        mi_operation_deliver(op, failed ? &outcome : NULL);
}

static void deliver_canceled(struct mi_operation *op)
{
    struct mi_outcome outcome;
    mi_outcome_from_result(&outcome, MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_STOPPED,
                           "the operation was canceled before it was sent");
    mi_operation_deliver(op, &outcome);
}

bool mi_operation_is_canceled(struct mi_operation *op)
{
    pthread_mutex_lock(&op->session->app->lock);
    bool canceled = op->cancel_posted;
    pthread_mutex_unlock(&op->session->app->lock);
    return canceled;
}

int mi_operation_send(struct mi_operation *op)
{
    struct err err = ERR_INIT;
    op->post.body = op->request.data;
    op->post.body_bytes = op->request.size_bytes;
    if (http_conn_send(op->session->conn, &op->post, &err) == 0)
        return 0;
    mi_outcome_from_err(&op->refusal, &err, HTTP_STAGE_QUEUED);
    return -1;
}

static void start(struct http_task *task)
{
    struct mi_operation *op =
        (struct mi_operation *)((char *)task - offsetof(struct mi_operation, start_task));
    if (op->refusal.result == MI_RESULT_OK && mi_operation_is_canceled(op))
        deliver_canceled(op);
    else if (op->refusal.result != MI_RESULT_OK || mi_operation_send(op) != 0)
        mi_operation_deliver(op, &op->refusal);
}

static void cancel(struct http_task *task)
{
    struct mi_operation *op =
        (struct mi_operation *)((char *)task - offsetof(struct mi_operation, cancel_task));
    struct mi_application *app = op->session->app;
    if (op->verb->halt != NULL)
        op->verb->halt(op);
    else
        http_conn_cancel(op->session->conn, &op->post);
    pthread_mutex_lock(&app->lock);
    let_go(op);
    pthread_mutex_unlock(&app->lock);
}

static void hasten(struct http_task *task)
{
    struct mi_operation *op =
        (struct mi_operation *)((char *)task - offsetof(struct mi_operation, hasten_task));
    struct mi_application *app = op->session->app;
    op->verb->hasten(op);
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

void mi_operation_choose_uri(const struct mi_call *call, struct wsman_resource *resource)
{
    const struct mi_operation_options *options = mi_options_operation(call->options);
    resource->form = WSMAN_URI_WMI;
    if (options == NULL)
        return;
    resource->uri = options->resource_uri;
    if (options->resource_uri_prefix == NULL ||
        strcmp(options->resource_uri_prefix, COLLECTDMI_RESOURCE_URI_PREFIX_WMI) == 0)
        return;
    resource->form = WSMAN_URI_DMTF;
    resource->prefix = options->resource_uri_prefix;
}

/* Nothing readable travels unless the caller gave that up (packet privacy). */
static bool breaks_privacy(const struct mi_session *session)
{
    const struct mi_destination_options *options = session->options;
    return options->plain_http && !http_scheme_seals(options->scheme) && !options->readable;
}

static void fill_request(const struct mi_operation *op, const struct mi_operation_options *options,
                         struct wsman_request *request)
{
    const struct mi_destination_options *destination = op->session->options;
    *request = (struct wsman_request){
        .to_url = op->session->url,
        .message_id = op->message_id,
        .operation_timeout_ms = server_timeout_ms(op->post.timeout_ms),
        .max_envelope_bytes =
            destination->max_envelope_kb == 500 ? 0 : destination->max_envelope_kb * 1024,
        .locale = destination->ui_locale != NULL ? destination->ui_locale : "en-US",
        .data_locale = destination->data_locale != NULL ? destination->data_locale : "en-US",
    };
    if (options == NULL)
        return;
    request->options = options->custom;
    request->option_count = options->custom_count;
    request->options_must_understand = options->must_understand;
}

int mi_operation_admit(struct mi_operation *op, const struct mi_call *call,
                       struct wsman_request *request)
{
    const struct mi_operation_options *options = mi_options_operation(call->options);
    if (breaks_privacy(op->session)) {
        mi_outcome_unencrypted(&op->refusal, op->session->where);
        return -1;
    }
    op->post.timeout_ms = (uint32_t)choose_timeout_ms(op->session, options);
    fill_request(op, options, request);
    return 0;
}

void mi_operation_refuse(struct mi_operation *op, const struct err *err)
{
    mi_outcome_from_err(&op->refusal, err, HTTP_STAGE_QUEUED);
}

void mi_operation_refuse_argument(struct mi_operation *op, const char *message)
{
    mi_outcome_from_result(&op->refusal, MI_RESULT_INVALID_PARAMETER,
                           MI_ERRORCATEGORY_INVALID_ARGUMENT, message);
}

static struct mi_operation *new_operation(const struct mi_verb *verb, const struct mi_call *call)
{
    struct mi_operation *op = calloc(1, verb->bytes);
    if (op == NULL)
        return NULL;
    op->verb = verb;
    if (call->callbacks != NULL)
        op->callbacks = *call->callbacks;
    op->flags = call->flags;
    op->start_task.run = start;
    op->cancel_task.run = cancel;
    op->hasten_task.run = hasten;
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
static void refuse_at_once(const struct mi_verb *verb, const struct mi_call *call, MI_Result result)
{
    MI_Operation none = MI_OPERATION_NULL;
    struct mi_report report = {
        .operation = call->operation != NULL ? call->operation : &none,
        .result = result,
        .message = result == MI_RESULT_INVALID_PARAMETER
                       ? "the session is closed or was never opened"
                       : "out of memory",
    };
    if (call->callbacks != NULL && verb->is_heard(call->callbacks))
        verb->say(call->callbacks, NULL, &report);
}

static MI_Result link_operation(const struct mi_call *call, struct mi_operation *op)
{
    MI_Session *session = call->session;
    struct mi_application *app =
        session != NULL ? (struct mi_application *)session->reserved2 : NULL;
    if (app == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    MI_Result result = MI_RESULT_INVALID_PARAMETER;
    pthread_mutex_lock(&app->lock);
    struct mi_session *found = mi_session_find(app, session);
    if (found != NULL)
        result = adopt(found, op) == 0 ? MI_RESULT_OK : MI_RESULT_FAILED;
    if (result == MI_RESULT_OK && call->operation != NULL)
        *call->operation = op->handle;
    pthread_mutex_unlock(&app->lock);
    return result;
}

struct mi_operation *mi_operation_open(const struct mi_verb *verb, const struct mi_call *call)
{
    if (call->operation != NULL)
        *call->operation = (MI_Operation)MI_OPERATION_NULL;
    struct mi_operation *op = new_operation(verb, call);
    MI_Result result = op != NULL ? link_operation(call, op) : MI_RESULT_FAILED;
    if (result == MI_RESULT_OK)
        return op;
    if (op != NULL)
        free_operation(op);
    refuse_at_once(verb, call, result);
    return NULL;
}

void mi_operation_start(struct mi_operation *op, const struct mi_call *call)
{
    MI_Operation unwanted = op->handle;
    op->post.deadline_ms = http_loop_now_ms(op->session->app->loop) + op->post.timeout_ms;
    http_loop_post(op->session->app->loop, &op->start_task);
    if (call->operation == NULL)
        MI_Operation_Close(&unwanted);
}

/* --- what the user does with it --- */

MI_Result mi_operation_await(struct mi_operation *op, const struct mi_verb *verb)
{
    struct mi_application *app = op->session->app;
    if (op->verb != verb || verb->is_heard(&op->callbacks) || op->fetched ||
        (!op->done && http_loop_is_current(app->loop)))
        return MI_RESULT_FAILED;
    op->fetched = true;
    op->holders++;
    while (!op->done)
        pthread_cond_wait(&op->answered, &app->lock);
    return MI_RESULT_OK;
}

void mi_operation_read(const struct mi_operation *op, MI_Result *result,
                       const MI_Char **errorMessage, const MI_Instance **completionDetails)
{
    if (result != NULL)
        *result = op->result;
    if (errorMessage != NULL)
        *errorMessage = op->message;
    if (completionDetails != NULL)
        *completionDetails = op->details;
}

void mi_operation_leave(struct mi_operation *op)
{
    let_go(op);
}

MI_Result MI_Operation_Cancel(MI_Operation *operation, MI_CancellationReason reason)
{
    struct mi_operation *op = mi_operation_find(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    mi_operation_stop(op, reason);
    pthread_mutex_unlock(&app->lock);
    return MI_RESULT_OK;
}

MI_Result MI_Operation_Close(MI_Operation *operation)
{
    struct mi_operation *op = mi_operation_find(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    mi_operation_shut(op);
    pthread_mutex_unlock(&app->lock);
    return MI_RESULT_OK;
}
