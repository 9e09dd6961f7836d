/* SPDX-License-Identifier: MIT */
/*
 * How a context comes to be and how it seals; the map is in conn_state.h. Each leg is made by a
 * worker, because it may ask a KDC; meanwhile the context belongs to the worker's job, and a post
 * that ends leaves the job alone with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/base64.h"
#include "http/conn_state.h"

#define MAX_LEGS 8

/* What a worker gets: nothing of it is shared with the network thread while it works. */
struct http_handshake {
    struct http_job job;
    struct http_conn *conn; /* network thread only; NULL: nobody waits any more */
    struct http_identity *identity, *fallback; /* held */
    unsigned identity_host, fallback_host;
    char *server_name, *spn;
    bool raw_kerberos;
    struct http_binding binding;
    bool has_binding;
    struct http_gss *gss;
    struct buf token_in, token_out;
    struct err err;
};

static void free_handshake(struct http_handshake *handshake)
{
    http_gss_free(handshake->gss);
    http_identity_drop(handshake->identity);
    http_identity_drop(handshake->fallback);
    free(handshake->server_name);
    free(handshake->spn);
    buf_free(&handshake->token_in);
    buf_free(&handshake->token_out);
    free(handshake);
}

/* --- on a worker --- */

/* What NTLM may be tried after: a KDC that says no to this user is the last word. */
static bool may_fall_back(const struct http_handshake *handshake)
{
    return handshake->fallback != NULL && handshake->err.kind != ERR_AUTH &&
           handshake->err.kind != ERR_MEMORY;
}

static void open_context(struct http_handshake *handshake)
{
    struct http_grant grant;
    int rc = http_identity_grant(handshake->identity, handshake->identity_host,
                                 handshake->server_name, handshake->spn, &grant, &handshake->err);
    if (rc != 0 && may_fall_back(handshake)) {
        err_clear(&handshake->err);
        rc = http_identity_grant(handshake->fallback, handshake->fallback_host,
                                 handshake->server_name, handshake->spn, &grant, &handshake->err);
    }
    if (rc == 0)
        handshake->gss =
            http_gss_new(&grant, handshake->raw_kerberos,
                         handshake->has_binding ? &handshake->binding : NULL, &handshake->err);
}

static void work(struct http_job *job)
{
    struct http_handshake *handshake = (struct http_handshake *)job;
    if (handshake->gss == NULL)
        open_context(handshake);
    if (handshake->gss != NULL)
        http_gss_step(handshake->gss, handshake->token_in.data, handshake->token_in.size_bytes,
                      &handshake->token_out, &handshake->err);
}

static void abandon(struct http_job *job)
{
    free_handshake((struct http_handshake *)job);
}

/* --- back on the network thread --- */

static int write_leg_line(struct http_conn *conn, const struct buf *token, struct err *err)
{
    size_t digits = HTTP_BASE64_ENCODED_BYTES(token->size_bytes);
    char *text = malloc(digits + 1);
    if (text == NULL)
        return err_memory(err);
    http_base64_encode(text, token->data, token->size_bytes);
    text[digits] = '\0';
    buf_reset(&conn->leg_line);
    buf_add_format(&conn->leg_line, "Authorization: %s %s", conn->scheme->challenge, text);
    free(text);
    return buf_failed(&conn->leg_line, "our token", err);
}

static void send_leg(struct http_conn *conn, const struct buf *token)
{
    struct err err = ERR_INIT;
    if (++conn->legs > MAX_LEGS)
        err_set(&err, ERR_PROTOCOL, "%s: the handshake does not end", conn->where);
    else
        write_leg_line(conn, token, &err);
    if (err.kind != ERR_NONE)
        http_conn_fail(conn, HTTP_STAGE_LEG, 0, &err);
    else
        http_transfer_begin(conn, HTTP_CONN_LEG, "", 0);
}

static void be_ready(struct http_conn *conn)
{
    conn->ready = true;
    http_conn_advance(conn);
}

static void finished(struct http_job *job)
{
    struct http_handshake *handshake = (struct http_handshake *)job;
    struct http_conn *conn = handshake->conn;
    if (conn == NULL) {
        free_handshake(handshake);
        return;
    }
    struct buf token = handshake->token_out;
    buf_init(&handshake->token_out, 0);
    struct err err = handshake->err;
    enum http_stage stage = handshake->gss != NULL ? HTTP_STAGE_LEG : HTTP_STAGE_GRANT;
    conn->at_work = NULL;
    conn->state = HTTP_CONN_IDLE;
    conn->gss = handshake->gss;
    handshake->gss = NULL;
    free_handshake(handshake);
    if (err.kind == ERR_NONE && token.size_bytes == 0 && !http_gss_is_complete(conn->gss))
        err_set(&err, ERR_PROTOCOL, "the handshake stops half way");
    if (err.kind != ERR_NONE) {
        err_prefix(&err, "%s", conn->where);
        http_conn_fail(conn, stage, 0, &err);
    } else if (token.size_bytes > 0) {
        send_leg(conn, &token);
    } else {
        be_ready(conn);
    }
    buf_free(&token);
}

static struct http_handshake *new_handshake(struct http_conn *conn)
{
    struct http_handshake *handshake = calloc(1, sizeof *handshake);
    if (handshake == NULL)
        return NULL;
    handshake->job = (struct http_job){
        .work = work, .finished = finished, .abandoned = abandon, .key = conn->identity};
    handshake->conn = conn;
    handshake->identity = http_identity_hold(conn->identity);
    handshake->fallback = conn->fallback != NULL ? http_identity_hold(conn->fallback) : NULL;
    handshake->identity_host = conn->identity_host;
    handshake->fallback_host = conn->fallback_host;
    handshake->raw_kerberos = conn->scheme->raw_kerberos;
    handshake->binding = conn->binding;
    handshake->has_binding = conn->has_binding && conn->tls;
    buf_init(&handshake->token_in, HTTP_CHALLENGE_MAX_TOKEN_BYTES);
    buf_init(&handshake->token_out, HTTP_GSS_MAX_TOKEN_BYTES);
    handshake->server_name = strdup(conn->server_name);
    handshake->spn = conn->spn != NULL ? strdup(conn->spn) : NULL;
    if (handshake->server_name == NULL || (conn->spn != NULL && handshake->spn == NULL)) {
        free_handshake(handshake);
        return NULL;
    }
    return handshake;
}

/* Hands the context, if there is one already, and the host's token to a worker. */
static void start_work(struct http_conn *conn, const struct buf *token)
{
    struct err err = ERR_INIT;
    struct http_handshake *handshake = new_handshake(conn);
    if (handshake == NULL) {
        err_memory(&err);
        http_conn_fail(conn, HTTP_STAGE_GRANT, 0, &err);
        return;
    }
    if (token != NULL)
        buf_add(&handshake->token_in, token->data, token->size_bytes);
    handshake->gss = conn->gss;
    conn->gss = NULL;
    if (http_workers_submit(conn->workers, &handshake->job, &err) != 0) {
        free_handshake(handshake);
        http_conn_fail(conn, HTTP_STAGE_GRANT, 0, &err);
        return;
    }
    conn->at_work = handshake;
    conn->state = HTTP_CONN_WORKING;
}

void http_handshake_begin(struct http_conn *conn)
{
    conn->legs = 0;
    http_gss_free(conn->gss); /* half made by a post that ended */
    conn->gss = NULL;
    start_work(conn, NULL);
}

void http_handshake_detach(struct http_conn *conn)
{
    if (conn->at_work != NULL)
        conn->at_work->conn = NULL;
    conn->at_work = NULL;
}

/* --- what the host says to a leg --- */

static void refuse_downgrade(struct http_conn *conn, int status)
{
    struct err err = ERR_INIT;
    struct buf names;
    buf_init(&names, 200);
    http_challenge_names(&conn->challenge, &names);
    err_set_code(&err, ERR_AUTH, (uint32_t)status,
                 "%s: the host does not offer %s; it offers %s; choose a method that it offers, or "
                 "enable this one there",
                 conn->where, conn->scheme->challenge,
                 names.size_bytes > 0 ? buf_text(&names) : "nothing");
    buf_free(&names);
    http_conn_fail(conn, HTTP_STAGE_LEG, status, &err);
}

static bool offers_scheme(const struct http_conn *conn)
{
    unsigned bit = conn->scheme->raw_kerberos ? HTTP_OFFERS_KERBEROS : HTTP_OFFERS_NEGOTIATE;
    return (conn->challenge.offered & bit) != 0;
}

static void take_leg_reply(struct http_conn *conn, struct http_outcome *outcome)
{
    struct err err = ERR_INIT;
    bool accepted = outcome->status >= 200 && outcome->status < 300;
    if (conn->challenge.malformed) {
        err_set(&err, ERR_PROTOCOL, "%s: the host's %s token is malformed", conn->where,
                conn->scheme->challenge);
        http_conn_fail(conn, HTTP_STAGE_LEG, outcome->status, &err);
    } else if (conn->challenge.has_token && (accepted || outcome->status == 401)) {
        start_work(conn, &conn->challenge.token);
    } else if (accepted && http_gss_is_complete(conn->gss)) {
        be_ready(conn);
    } else if (accepted) {
        err_set(&err, ERR_AUTH, "%s: the host accepted us without proving who it is", conn->where);
        http_conn_fail(conn, HTTP_STAGE_LEG, outcome->status, &err);
    } else if (outcome->status == 401 && !offers_scheme(conn)) {
        refuse_downgrade(conn, outcome->status);
    } else {
        http_conn_reset(conn, NULL); /* the status says why */
        http_conn_finish(conn, conn->first, outcome);
    }
}

/* Begins anew on a new connection, once a post. */
static bool begin_anew(struct http_conn *conn, struct err *err)
{
    if (conn->retried || http_conn_reset(conn, err) != 0)
        return false;
    conn->retried = true;
    http_conn_advance(conn);
    return true;
}

/* A sealed request was answered, but not by a sealed reply: perhaps by something in front of the
 * host, whose context then has not seen the request. */
static bool is_out_of_step(const struct http_conn *conn)
{
    return conn->purpose == HTTP_CONN_REQUEST && !conn->tls && !conn->sealed_reply;
}

void http_handshake_take(struct http_conn *conn, CURLcode code, struct http_outcome *outcome)
{
    if (conn->abort == HTTP_CONN_PROBED) {
        if (!conn->has_binding)
            err_set(&outcome->err, ERR_TLS, "%s: the server's certificate cannot be read",
                    conn->where);
        else if (http_conn_reset(conn, &outcome->err) == 0) {
            http_conn_advance(conn);
            return;
        }
    } else if (conn->abort != HTTP_CONN_NOT_ABORTED) {
        if (begin_anew(conn, &outcome->err))
            return;
        err_set(&outcome->err, ERR_UNREACHABLE,
                "%s: the host closes the connection before an authenticated request can be sent "
                "on it",
                conn->where);
    } else if (code != CURLE_OK) {
        http_transfer_describe(conn, code, outcome);
    } else if (conn->purpose == HTTP_CONN_LEG) {
        take_leg_reply(conn, outcome);
        return;
    } else if (outcome->status == 401 && begin_anew(conn, &outcome->err)) {
        return;
    } else if (outcome->status == 400 && !conn->tls && !conn->sealed_reply) {
        err_set_code(&outcome->err, ERR_PROTOCOL, 400,
                     "%s: HTTP 400: the host could not make sense of the encrypted request",
                     conn->where);
    }
    if (outcome->err.kind != ERR_NONE || outcome->status == 401 || is_out_of_step(conn))
        http_conn_reset(conn, &outcome->err);
    http_conn_finish(conn, conn->first, outcome);
}

/* --- sealing --- */

int http_handshake_seal(struct http_conn *conn, const struct http_post *post, struct err *err)
{
    struct buf token;
    struct http_sealed_part part;
    buf_init(&token, post->body_bytes + 8192);
    buf_reset(&conn->sealed);
    int rc = http_gss_seal(conn->gss, post->body, post->body_bytes, &token, &part, err);
    if (rc == 0)
        rc = http_sealed_write(&conn->sealed, conn->scheme->protocol, &part, err);
    buf_free(&token);
    return rc == 0 ? 0 : err_prefix(err, "%s", conn->where);
}

int http_handshake_unseal(struct http_conn *conn, const char *content_type, struct err *err)
{
    struct http_sealed_part part;
    struct buf text;
    buf_init(&text, conn->reply.max_bytes);
    int rc = http_sealed_read(content_type, conn->scheme->protocol, conn->reply.data,
                              conn->reply.size_bytes, &part, err);
    if (rc == 0)
        rc = http_gss_unseal(conn->gss, &part, &text, err);
    if (rc != 0)
        err_prefix(err, "%s", conn->where);
    else
        rc = conn->first->take(conn->first, buf_text(&text), text.size_bytes, err);
    buf_free(&text);
    return rc;
}
