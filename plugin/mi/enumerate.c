/* SPDX-License-Identifier: MIT */
/* enumerate: all instances of a class, or those of a query, one page after another.
 *
 *   asking --page came--> handing out, one instance at a time: to the callback, or to whoever calls
 *     ^                        |        MI_Operation_GetInstance
 *     |                        | all handed out, more to come: only then
 *     +------- Pull -----------+
 *                              | EndOfSequence: the last instance is the final result; where the
 *                              | host said so only afterwards, the final result has none
 *                              v
 *                          delivered --context left over?--> Release, whose answer nobody hears
 *                              ^
 *   Cancel, Close: delivered at once; a reply that is on its way may still come, for it brings the
 *   context to be released, and the connection outlives it. It gets DRAIN_MS, no more.
 *   The session's end: SHUTDOWN_MS for that reply, and as much for the Release.
 *
 * A page is handed out once it came whole. What is found wrong, a failure, the deadline of the
 * whole operation or Cancel is the final result at once, and what was not handed out yet is
 * dropped. */
#include "mi/enumerate.h"

#include <stdlib.h>
#include <string.h>

#include "mi/answer.h"

#define MAX_ELEMENTS      1000u  /* of one page; the envelope's size bounds it too */
#define MAX_REPLIES       20000u /* of one enumeration: one that never ends ends here */
#define MAX_EMPTY_REPLIES 32u    /* one after another */

static struct mi_enumerate *from_op(const struct mi_operation *op)
{
    return (struct mi_enumerate *)(uintptr_t)op;
}

/* ---- Handing out ---- */

/* The next one takes the place of the one shown. */
static void show_next(struct mi_enumerate *self)
{
    mi_page_delete_item(self->shown);
    self->shown = self->page.next < self->page.count ? self->page.items[self->page.next++] : NULL;
}

/* ---- Items, as the reader meets them ---- */

/* A projection says neither class nor namespace (shared/facts/wire.md 2). */
static int name_fragment(const struct mi_enumerate *self, MI_Instance *item, struct err *err)
{
    const MI_Char *name;
    size_t count = 0;
    MI_Instance_GetClassName(item, &name);
    if (self->query == NULL || strcmp(name, MI_ENUMERATE_FRAGMENT) != 0)
        return 0;
    const char *class_name = wsman_enumeration_find_class(self->query, &count);
    if (class_name != NULL && cim_instance_set_class(item, class_name, count, err) != 0)
        return -1;
    return self->namespace_name != NULL
               ? cim_instance_set_namespace(item, self->namespace_name,
                                            strlen(self->namespace_name), err)
               : 0;
}

static int take_item(void *context, MI_Instance *item, struct err *err)
{
    struct mi_enumerate *self = context;
    if (self->draining) {
        MI_Instance_Delete(item);
        return 0;
    }
    if (name_fragment(self, item, err) != 0 ||
        (self->asked != NULL && mi_answer_check(self->asked, item, err) != 0) ||
        mi_page_add(&self->arriving, item, err) != 0) {
        MI_Instance_Delete(item);
        return -1;
    }
    cim_instance_hold(item, true);
    return 0;
}

static void expect(struct mi_operation *op)
{
    struct mi_enumerate *self = from_op(op);
    struct wsman_items items = {
        .take = take_item,
        .context = self,
        .max_count = MAX_ELEMENTS,
        .keys_only = self->keys_only,
    };
    wsman_reader_expect_page(op->reader, &items);
}

/* ---- Requests ---- */

/* 0.9 of what is left, as for every operation: the host then gives up before we do. */
static uint32_t rest_ms(const struct mi_operation *op)
{
    uint64_t now_ms = http_loop_now_ms(op->session->app->loop);
    uint64_t left_ms = op->post.deadline_ms > now_ms ? op->post.deadline_ms - now_ms : 1;
    left_ms -= left_ms / 10;
    return left_ms < 60000 ? (uint32_t)left_ms : 60000;
}

int mi_enumerate_fill(struct mi_enumerate *self, struct wsman_enumeration *out)
{
    struct mi_call call = {.options = &self->options};
    *out = (struct wsman_enumeration){
        .resource.namespace_name = self->namespace_name,
        .class_name = self->class_name,
        .query = self->query,
        .dialect = self->dialect,
        .max_elements = MAX_ELEMENTS,
        .keys_only = self->keys_only,
    };
    if (self->op.flags & MI_OPERATIONFLAGS_POLYMORPHISM_SHALLOW)
        out->polymorphism = (self->op.flags & 0x0100u) != 0 ? WSMAN_POLYMORPHISM_BASE_ONLY
                                                            : WSMAN_POLYMORPHISM_SHALLOW;
    mi_operation_choose_uri(&call, &out->resource);
    return mi_operation_admit(&self->op, &call, &out->request);
}

void mi_enumerate_renew_message_id(struct mi_operation *op)
{
    pthread_mutex_lock(&op->session->app->lock);
    mi_application_message_id(op->session->app, op->message_id);
    pthread_mutex_unlock(&op->session->app->lock);
}

static int write_pull(struct mi_enumerate *self, struct err *err)
{
    struct wsman_enumeration what;
    buf_reset(&self->op.request);
    mi_enumerate_renew_message_id(&self->op);
    if (mi_enumerate_fill(self, &what) != 0)
        return err_set(err, ERR_CONFIG, "%s", self->op.refusal.message);
    what.request.operation_timeout_ms = rest_ms(&self->op);
    return wsman_enumeration_write_pull(&self->op.request, &what, self->context, err);
}

/* ---- Going on ---- */

/* What there was to come in time, came: the host is neither mute nor stuck. */
static void finish_too_late(struct mi_enumerate *self)
{
    struct err err = ERR_INIT;
    err_set(&err, ERR_TIMEOUT,
            "%s: the enumeration was not at its end after %u ms and %u replies; a longer timeout "
            "gives it time",
            self->op.session->where, self->op.post.timeout_ms, self->reply_count);
    mi_enumerate_finish_with(self, &err);
}

static void ask_for_more(struct mi_enumerate *self)
{
    struct err err = ERR_INIT;
    if (http_loop_now_ms(self->op.session->app->loop) >= self->op.post.deadline_ms) {
        finish_too_late(self);
        return;
    }
    if (write_pull(self, &err) != 0) {
        mi_enumerate_finish_with(self, &err);
        return;
    }
    if (mi_operation_send(&self->op) != 0)
        mi_enumerate_finish(self, &self->op.refusal);
}

static MI_Result acknowledge(MI_Operation *operation)
{
    struct mi_operation *op = mi_operation_find(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    if (!mi_enumerate_is(op)) { /* another operation's handle */
        pthread_mutex_unlock(&app->lock);
        return MI_RESULT_INVALID_PARAMETER;
    }
    struct mi_enumerate *self = from_op(op);
    if (!self->next_posted && !op->done) {
        self->next_posted = true;
        op->holders++;
        http_loop_post(app->loop, &self->next_task);
    }
    pthread_mutex_unlock(&app->lock);
    return MI_RESULT_OK;
}

static void say_one(struct mi_enumerate *self)
{
    struct mi_operation *op = &self->op;
    pthread_mutex_lock(&op->session->app->lock);
    MI_Operation handle = op->handle;
    pthread_mutex_unlock(&op->session->app->lock);
    self->unheard = (op->flags & MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS) != 0;
    op->callbacks.instanceResult(&handle, op->callbacks.callbackContext, self->shown, MI_TRUE,
                                 MI_RESULT_OK, NULL, NULL, self->unheard ? acknowledge : NULL);
}

/* Asynchronous: hands out until the page is empty, or an acknowledgement is awaited. */
static void hand_out(struct mi_enumerate *self)
{
    while (!mi_operation_is_canceled(&self->op)) {
        bool is_last = self->page.at_end && self->page.next + 1 >= self->page.count;
        if (!is_last && self->page.next == self->page.count) {
            ask_for_more(self);
            return;
        }
        show_next(self);
        if (is_last) {
            mi_enumerate_finish(self, NULL);
            return;
        }
        say_one(self);
        if (self->unheard)
            return;
    }
    mi_enumerate_finish_canceled(self);
}

/* Whoever waits in MI_Operation_GetInstance sees the page; an empty one is not worth waking. */
static void lay_out(struct mi_enumerate *self, bool at_end, bool is_empty)
{
    struct mi_operation *op = &self->op;
    if (at_end)
        mi_enumerate_finish(self, NULL);
    else if (is_empty)
        ask_for_more(self);
    else {
        pthread_mutex_lock(&op->session->app->lock);
        pthread_cond_broadcast(&op->answered);
        pthread_mutex_unlock(&op->session->app->lock);
    }
}

static void run_next(struct http_task *task)
{
    struct mi_enumerate *self =
        (struct mi_enumerate *)((char *)task - offsetof(struct mi_enumerate, next_task));
    struct mi_operation *op = &self->op;
    struct mi_application *app = op->session->app;
    pthread_mutex_lock(&app->lock);
    self->next_posted = false;
    bool done = op->done;
    pthread_mutex_unlock(&app->lock);
    bool heard = op->callbacks.instanceResult != NULL;
    if (!done && !heard && op->post.conn == NULL) {
        ask_for_more(self);
    } else if (!done && heard && self->unheard) {
        self->unheard = false;
        hand_out(self);
    }
    mi_enumerate_let_go(op);
}

/* ---- The verb ---- */

static int remember_context(struct mi_enumerate *self, const struct wsman_page *page)
{
    if (page->at_end) { /* nothing to pull, nothing to release */
        free(self->context);
        self->context = NULL;
        return 0;
    }
    if (page->context == NULL ||
        (self->context != NULL && strcmp(page->context, self->context) == 0))
        return 0; /* the one before goes on */
    char *copy = strdup(page->context);
    if (copy == NULL)
        return -1;
    free(self->context);
    self->context = copy;
    return 0;
}

/* An enumeration that never ends. */
static int check_progress(struct mi_enumerate *self, const struct wsman_page *page, struct err *err)
{
    self->reply_count++;
    self->empty_count = page->item_count > 0 ? 0 : self->empty_count + 1;
    if (page->at_end)
        return 0;
    if (self->reply_count >= MAX_REPLIES)
        return err_set(err, ERR_LIMIT,
                       "%s: the enumeration has no end: %u replies, and more to come",
                       self->op.session->where, self->reply_count);
    if (self->empty_count >= MAX_EMPTY_REPLIES)
        return err_set(err, ERR_LIMIT,
                       "%s: the enumeration has no end: %u replies without an instance, one after "
                       "another, and more to come",
                       self->op.session->where, self->empty_count);
    return 0;
}

static int take(struct mi_operation *op, struct wsman_reply *reply, struct mi_outcome *outcome)
{
    struct mi_enumerate *self = from_op(op);
    struct err err = ERR_INIT;
    if (remember_context(self, &reply->page) != 0)
        err_memory(&err);
    if (err.kind != ERR_NONE || check_progress(self, &reply->page, &err) != 0) {
        mi_outcome_from_err(outcome, &err, HTTP_STAGE_QUEUED); /* not the reply's fault */
        return -1;
    }
    self->arriving.at_end = reply->page.at_end;
    return 0;
}

/* Whether the host is still there to be told that nobody goes on: it forgot the context itself, or
 * the way to it is broken. */
static bool may_release(const struct http_outcome *http, const struct mi_outcome *outcome)
{
    switch (http->err.kind) {
    case ERR_NONE:
        return outcome->result != MI_RESULT_INVALID_ENUMERATION_CONTEXT;
    case ERR_CANCELED:
    case ERR_TIMEOUT: /* it answered before, for there is a context */
    case ERR_PROTOCOL:
    case ERR_LIMIT:
    case ERR_MEMORY:
        return true;
    default:
        return false;
    }
}

static void go_on(struct mi_operation *op, const struct http_outcome *http,
                  const struct mi_outcome *outcome)
{
    struct mi_enumerate *self = from_op(op);
    struct mi_application *app = op->session->app;
    mi_application_return_reader(app, op->reader);
    op->reader = NULL;
    if (outcome != NULL && !may_release(http, outcome)) {
        free(self->context);
        self->context = NULL;
    }
    if (self->draining) {
        mi_enumerate_end_drain(self);
        return;
    }
    if (outcome != NULL && http->err.kind == ERR_TIMEOUT && self->reply_count > 0) {
        finish_too_late(self);
        return;
    }
    if (outcome != NULL) {
        mi_enumerate_finish(self, outcome);
        return;
    }
    bool at_end = self->arriving.at_end;
    bool is_empty = self->arriving.count == 0;
    pthread_mutex_lock(&app->lock);
    mi_page_free(&self->page);
    self->page = self->arriving;
    pthread_mutex_unlock(&app->lock);
    self->arriving = (struct mi_page){.items = NULL};
    if (op->callbacks.instanceResult != NULL)
        hand_out(self);
    else if (mi_operation_is_canceled(op))
        mi_enumerate_finish_canceled(self);
    else
        lay_out(self, at_end, is_empty);
}

static void halt(struct mi_operation *op)
{
    struct mi_application *app = op->session->app;
    pthread_mutex_lock(&app->lock);
    bool done = op->done;
    pthread_mutex_unlock(&app->lock);
    if (done)
        return;
    if (op->post.conn != NULL)
        mi_enumerate_drain(from_op(op));
    else if (from_op(op)->reply_count > 0) /* else it was not started yet, which start sees */
        mi_enumerate_finish_canceled(from_op(op));
}

void mi_enumerate_init(struct mi_enumerate *self)
{
    self->next_task.run = run_next;
    buf_init(&self->release, self->op.request.max_bytes);
}

static bool is_heard(const MI_OperationCallbacks *callbacks)
{
    return callbacks->instanceResult != NULL;
}

/* The final result; hand_out has shown its instance. */
static void say(const MI_OperationCallbacks *callbacks, const struct mi_operation *op,
                const struct mi_report *report)
{
    const MI_Instance *instance =
        op != NULL && op->result == MI_RESULT_OK ? from_op(op)->shown : NULL;
    callbacks->instanceResult(report->operation, callbacks->callbackContext, instance, MI_FALSE,
                              report->result, report->message, report->details,
                              report->acknowledge);
}

static void drop(struct mi_operation *op)
{
    struct mi_enumerate *self = from_op(op);
    mi_page_free(&self->page);
    mi_page_free(&self->arriving);
    mi_page_delete_item(self->shown);
    if (self->asked != NULL)
        MI_Instance_Delete(self->asked);
    MI_OperationOptions_Delete(&self->options);
    free(self->namespace_name);
    free(self->class_name);
    free(self->query);
    free(self->dialect);
    free(self->context);
    buf_free(&self->release);
}

/* Asynchronous: shown is the network thread's, but while an acknowledgement is awaited. */
static MI_Instance *look(struct mi_operation *op)
{
    if (!is_heard(&op->callbacks))
        return from_op(op)->shown;
    bool may_look = http_loop_is_current(op->session->app->loop) ||
                    (op->flags & MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS) != 0;
    bool failed = op->done && op->result != MI_RESULT_OK; /* then say hands out nothing */
    return may_look && !failed ? from_op(op)->shown : NULL;
}

const struct mi_verb mi_enumerate_verb = {
    .noun = "instance",
    .bytes = sizeof(struct mi_enumerate),
    .answer = WSMAN_ANSWER_PAGE,
    .is_heard = is_heard,
    .say = say,
    .take = take,
    .drop = drop,
    .look = look,
    .expect = expect,
    .go_on = go_on,
    .halt = halt,
    .hasten = mi_enumerate_hasten,
};

/* ---- Fetching ---- */

bool mi_enumerate_is(const struct mi_operation *op)
{
    return op->verb == &mi_enumerate_verb;
}

/* Lock held. Where everything was handed out and the host has more, asks for it. */
static void want_more(struct mi_enumerate *self)
{
    struct mi_operation *op = &self->op;
    if (op->done || self->next_posted || self->page.items == NULL)
        return; /* items NULL: no page came yet, it is on its way */
    mi_page_free(&self->page);
    self->next_posted = true;
    op->holders++;
    http_loop_post(op->session->app->loop, &self->next_task);
}

static bool has_item(const struct mi_enumerate *self)
{
    return self->page.next < self->page.count;
}

MI_Result mi_enumerate_fetch(struct mi_operation *op, const struct mi_enumerate_result *out)
{
    struct mi_enumerate *self = from_op(op);
    struct mi_application *app = op->session->app;
    bool ready = op->done || has_item(self);
    if (is_heard(&op->callbacks) || op->fetched || (!ready && http_loop_is_current(app->loop)))
        return MI_RESULT_FAILED;
    op->holders++;
    if (!ready)
        want_more(self);
    while (!op->done && !has_item(self))
        pthread_cond_wait(&op->answered, &app->lock);
    bool is_item = has_item(self);
    show_next(self);
    bool more = is_item && !(op->done && op->result == MI_RESULT_OK && !has_item(self));
    op->fetched = !more;
    if (out->instance != NULL)
        *out->instance = self->shown;
    if (out->more_results != NULL)
        *out->more_results = more ? MI_TRUE : MI_FALSE;
    mi_operation_read(op, out->result, out->message, out->details);
    mi_operation_leave(op);
    return MI_RESULT_OK;
}
