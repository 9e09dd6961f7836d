/* SPDX-License-Identifier: MIT */
/* enumerate_end: how the operations of enumerate.c end: the final result, and then what the host
 * still keeps for them. The diagram is there. */
#include <stdlib.h>

#include "mi/enumerate.h"

#define DRAIN_MS    1000u
#define RELEASE_MS  2000u
#define SHUTDOWN_MS 500u /* instead of each, where the session ends */

static int ignore_bytes(struct http_post *post, const char *bytes, size_t count, struct err *err)
{
    (void)post, (void)bytes, (void)count, (void)err;
    return 0;
}

void mi_enumerate_let_go(struct mi_operation *op)
{
    struct mi_application *app = op->session->app;
    pthread_mutex_lock(&app->lock);
    mi_operation_leave(op);
    pthread_mutex_unlock(&app->lock);
}

static void end_release(struct http_post *post, const struct http_outcome *http)
{
    struct mi_enumerate *self =
        (struct mi_enumerate *)((char *)post - offsetof(struct mi_enumerate, release_post));
    (void)http;
    http_loop_clear_timer(self->op.session->app->loop, &self->end_timer);
    self->ending = NULL;
    mi_enumerate_let_go(&self->op);
}

static int send_release(struct mi_enumerate *self)
{
    struct mi_operation *op = &self->op;
    struct wsman_enumeration what;
    uint32_t timeout_ms = self->hurried ? SHUTDOWN_MS : RELEASE_MS;
    mi_enumerate_renew_message_id(op);
    if (mi_enumerate_fill(self, &what) != 0)
        return -1;
    what.request.operation_timeout_ms = timeout_ms;
    if (wsman_enumeration_write_release(&self->release, &what, self->context, NULL) != 0)
        return -1;
    self->release_post.take = ignore_bytes;
    self->release_post.done = end_release;
    self->release_post.body = self->release.data;
    self->release_post.body_bytes = self->release.size_bytes;
    self->release_post.timeout_ms = timeout_ms;
    self->release_post.deadline_ms = http_loop_now_ms(op->session->app->loop) + timeout_ms;
    if (http_conn_send(op->session->conn, &self->release_post, NULL) != 0)
        return -1;
    self->ending = &self->release_post;
    return 0;
}

/* Lets go of op. */
static void release(struct mi_enumerate *self)
{
    if (self->context == NULL || send_release(self) != 0)
        mi_enumerate_let_go(&self->op);
}

void mi_enumerate_finish(struct mi_enumerate *self, const struct mi_outcome *outcome)
{
    struct mi_operation *op = &self->op;
    struct mi_application *app = op->session->app;
    pthread_mutex_lock(&app->lock);
    op->holders++;
    if (outcome != NULL)
        mi_page_free(&self->page);
    pthread_mutex_unlock(&app->lock);
    mi_page_free(&self->arriving);
    mi_operation_deliver(op, outcome);
    release(self);
}

void mi_enumerate_finish_with(struct mi_enumerate *self, const struct err *err)
{
    struct mi_outcome outcome;
    mi_outcome_from_err(&outcome, err, HTTP_STAGE_QUEUED);
    mi_enumerate_finish(self, &outcome);
}

static void say_canceled(const struct mi_enumerate *self, struct err *err)
{
    err_set(err, ERR_CANCELED, "%s: the operation was canceled", self->op.session->where);
}

void mi_enumerate_finish_canceled(struct mi_enumerate *self)
{
    struct err err = ERR_INIT;
    say_canceled(self, &err);
    mi_enumerate_finish_with(self, &err);
}

static void give_up(struct http_timer *timer)
{
    struct mi_enumerate *self =
        (struct mi_enumerate *)((char *)timer - offsetof(struct mi_enumerate, end_timer));
    http_conn_cancel(self->op.session->conn, self->ending);
}

static void end_after(struct mi_enumerate *self, uint32_t left_ms)
{
    struct http_loop *loop = self->op.session->app->loop;
    self->end_timer.fire = give_up;
    if (http_loop_set_timer(loop, &self->end_timer, http_loop_now_ms(loop) + left_ms, NULL) != 0)
        http_conn_cancel(self->op.session->conn, self->ending);
}

void mi_enumerate_hasten(struct mi_operation *op)
{
    struct mi_enumerate *self = (struct mi_enumerate *)op;
    uint64_t due_ms = http_loop_now_ms(op->session->app->loop) + SHUTDOWN_MS;
    bool ends_before = self->end_timer.place != 0 && self->end_timer.due_ms <= due_ms;
    self->hurried = true;
    if (self->ending != NULL && !ends_before)
        end_after(self, SHUTDOWN_MS);
}

void mi_enumerate_drain(struct mi_enumerate *self)
{
    struct mi_operation *op = &self->op;
    struct wsman_reader *reader = op->reader; /* in the middle of the reply, perhaps */
    struct mi_outcome outcome;
    struct err err = ERR_INIT;
    say_canceled(self, &err);
    mi_outcome_from_err(&outcome, &err, HTTP_STAGE_QUEUED);
    pthread_mutex_lock(&op->session->app->lock);
    op->holders++;
    pthread_mutex_unlock(&op->session->app->lock);
    self->draining = true;
    op->reader = NULL;
    mi_operation_deliver(op, &outcome);
    op->reader = reader;
    self->ending = &op->post;
    end_after(self, self->hurried ? SHUTDOWN_MS : DRAIN_MS);
}

void mi_enumerate_end_drain(struct mi_enumerate *self)
{
    http_loop_clear_timer(self->op.session->app->loop, &self->end_timer);
    self->ending = NULL;
    release(self);
}
