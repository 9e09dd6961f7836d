/* SPDX-License-Identifier: MIT */
/* The queue of a connection and its life; the map is in conn_state.h. */
#include "http/conn.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/conn_state.h"
#include "http/failure.h"

#define MAX_SEALED_BYTES (8 * 1024 * 1024)

static struct http_post *from_timer(struct http_timer *timer)
{
    return (struct http_post *)((char *)timer - offsetof(struct http_post, timer));
}

/* --- the connection --- */

static void close_share(struct http_conn *conn)
{
    if (conn->easy != NULL)
        curl_easy_setopt(conn->easy, CURLOPT_SHARE, NULL);
    if (conn->share != NULL)
        curl_share_cleanup(conn->share);
    conn->share = NULL;
}

/* A cache of connections that only this easy handle uses (shared/facts/auth.md "pinning"). */
static int open_share(struct http_conn *conn, struct err *err)
{
    conn->share = curl_share_init();
    if (conn->share != NULL &&
        curl_share_setopt(conn->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) == CURLSHE_OK &&
        curl_easy_setopt(conn->easy, CURLOPT_SHARE, conn->share) == CURLE_OK)
        return 0;
    close_share(conn);
    return err_memory(err);
}

/* --- the work of a post --- */

static uint64_t now_unix_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec;
}

static void send_request(struct http_conn *conn)
{
    struct http_post *post = conn->first;
    struct err err = ERR_INIT;
    if (!http_conn_has_context_scheme(conn) || conn->tls)
        http_transfer_begin(conn, HTTP_CONN_REQUEST, post->body, post->body_bytes);
    else if (http_handshake_seal(conn, post, &err) == 0)
        http_transfer_begin(conn, HTTP_CONN_REQUEST, conn->sealed.data, conn->sealed.size_bytes);
    else
        http_conn_fail(conn, HTTP_STAGE_LEG, 0, &err);
}

/* Without a cache of its own the connection would come from the one all sessions share. */
static int ensure_share(struct http_conn *conn, struct err *err)
{
    return conn->share != NULL ? 0 : open_share(conn, err);
}

void http_conn_advance(struct http_conn *conn)
{
    struct err err = ERR_INIT;
    conn->state = HTTP_CONN_IDLE;
    bool expired = conn->ready && http_gss_is_expired(conn->gss, now_unix_s());
    if (ensure_share(conn, &err) != 0 || (expired && http_conn_reset(conn, &err) != 0))
        http_conn_fail(conn, HTTP_STAGE_QUEUED, 0, &err);
    else if (conn->ready || !http_conn_has_context_scheme(conn))
        send_request(conn);
    else if (conn->tls && !conn->has_binding)
        http_transfer_begin(conn, HTTP_CONN_PROBE, "", 0);
    else
        http_handshake_begin(conn);
}

static void start_next(struct http_conn *conn)
{
    if (conn->first == NULL || conn->state != HTTP_CONN_IDLE)
        return;
    conn->retried = false;
    http_conn_advance(conn);
}

/* --- the end of a post --- */

static void unlink_post(struct http_conn *conn, struct http_post *post)
{
    struct http_post *before = NULL;
    for (struct http_post *at = conn->first; at != post; at = at->next)
        before = at;
    if (before == NULL)
        conn->first = post->next;
    else
        before->next = post->next;
    if (conn->last == post)
        conn->last = before;
    post->next = NULL;
    post->conn = NULL;
}

void http_conn_finish(struct http_conn *conn, struct http_post *post, struct http_outcome *outcome)
{
    if (conn->first == post) {
        http_loop_end_lookup(conn->loop, &conn->lookup);
        http_loop_clear_timer(conn->loop, &conn->next_address);
        http_handshake_detach(conn);
        conn->state = HTTP_CONN_IDLE;
    }
    http_loop_clear_timer(conn->loop, &post->timer);
    unlink_post(conn, post);
    bool nested = conn->finishing;
    conn->finishing = true;
    post->done(post, outcome);
    conn->finishing = nested;
    if (!nested)
        start_next(conn);
}

void http_conn_fail(struct http_conn *conn, enum http_stage stage, int status, struct err *err)
{
    struct http_outcome outcome = {.err = *err, .stage = stage, .status = status};
    http_conn_reset(conn, NULL);
    http_conn_finish(conn, conn->first, &outcome);
}

/* Takes a post out before it ended; outcome->err is written by the caller. What was under way
 * leaves the connection and a context in a state nobody knows. */
static void break_off(struct http_conn *conn, struct http_post *post, struct http_outcome *outcome)
{
    if (conn->first == post && conn->state == HTTP_CONN_ACTIVE)
        http_loop_remove(conn->loop, conn->easy); /* closes the connection in mid-transfer */
    if (conn->first == post && (conn->state != HTTP_CONN_LOOKUP || !conn->ready)) {
        http_handshake_detach(conn);
        http_conn_reset(conn, NULL);
    }
    http_conn_finish(conn, post, outcome);
}

static void expire(struct http_timer *timer)
{
    struct http_post *post = from_timer(timer);
    struct http_conn *conn = post->conn;
    struct http_outcome outcome = {.err = ERR_INIT, .stage = HTTP_STAGE_QUEUED};
    if (conn->first == post) {
        outcome.stage = http_transfer_reached(conn);
        outcome.status = post->status;
    }
    http_failure_timeout(conn->where, outcome.stage, post->timeout_ms, &outcome.err);
    break_off(conn, post, &outcome);
}

/* A sealed reply is unsealed whole before anybody reads it. */
static void open_reply(struct http_conn *conn, struct http_outcome *outcome)
{
    char *type = NULL;
    curl_easy_getinfo(conn->easy, CURLINFO_CONTENT_TYPE, &type);
    outcome->soap = http_handshake_unseal(conn, type, &outcome->err) == 0;
}

/* The transfer ended by itself. */
static void end_transfer(struct http_transfer *transfer, CURLcode code)
{
    struct http_conn *conn = (struct http_conn *)transfer;
    long status = 0;
    curl_easy_getinfo(conn->easy, CURLINFO_RESPONSE_CODE, &status);
    struct http_outcome outcome = {.err = ERR_INIT,
                                   .stage = http_transfer_reached(conn),
                                   .status = (int)status,
                                   .soap = conn->soap};
    conn->connected = code == CURLE_OK;
    conn->state = HTTP_CONN_IDLE;
    if (code == CURLE_OK && conn->sealed_reply)
        open_reply(conn, &outcome);
    if (http_conn_has_context_scheme(conn)) {
        http_handshake_take(conn, code, &outcome);
        return;
    }
    if (code != CURLE_OK)
        http_transfer_describe(conn, code, &outcome);
    http_conn_finish(conn, conn->first, &outcome);
}

/* --- the queue --- */

int http_conn_send(struct http_conn *conn, struct http_post *post, struct err *err)
{
    post->timer = (struct http_timer){.fire = expire};
    if (http_loop_set_timer(conn->loop, &post->timer, post->deadline_ms, err) != 0)
        return -1;
    post->conn = conn;
    post->next = NULL;
    post->status = 0;
    if (conn->first == NULL)
        conn->first = post;
    else
        conn->last->next = post;
    conn->last = post;
    if (!conn->finishing)
        start_next(conn);
    return 0;
}

void http_conn_cancel(struct http_conn *conn, struct http_post *post)
{
    if (post->conn != conn)
        return;
    struct http_outcome outcome = {.err = ERR_INIT, .stage = HTTP_STAGE_QUEUED};
    err_set(&outcome.err, ERR_CANCELED, "%s: the operation was canceled", conn->where);
    break_off(conn, post, &outcome);
}

/* --- life --- */

static bool is_ip(const char *name, int family)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];
    size_t count = strcspn(name, "%"); /* a zone: fe80::1%eth0 */
    if (count >= sizeof text)
        return false;
    memcpy(text, name, count);
    text[count] = '\0';
    return inet_pton(family, text, bytes) == 1;
}

/* IPv6 literals stand in brackets (RFC 3986 3.2.2). */
static char *bracketed(const char *name)
{
    char *text = NULL;
    return asprintf(&text, is_ip(name, AF_INET6) ? "[%s]" : "%s", name) < 0 ? NULL : text;
}

static int set_url(struct http_conn *conn, const struct http_target *target, struct err *err)
{
    char port[8];
    int rc = -1;
    char *host = bracketed(target->server_name);
    conn->url = curl_url();
    if (host == NULL || conn->url == NULL) {
        err_memory(err);
        goto out;
    }
    snprintf(port, sizeof port, "%u", target->port);
    CURLUcode code = curl_url_set(conn->url, CURLUPART_SCHEME, target->tls ? "https" : "http", 0);
    if (code == CURLUE_OK)
        code = curl_url_set(conn->url, CURLUPART_HOST, host, 0);
    if (code == CURLUE_OK)
        code = curl_url_set(conn->url, CURLUPART_PORT, port, 0);
    if (code == CURLUE_OK)
        code = curl_url_set(conn->url, CURLUPART_PATH, target->path, 0);
    if (code == CURLUE_OUT_OF_MEMORY)
        err_memory(err);
    else if (code != CURLUE_OK)
        err_set(err, ERR_CONFIG, "\"%s\", port %s, path \"%s\" make no URL: %s", host, port,
                target->path, curl_url_strerror(code));
    else
        rc = 0;
out:
    free(host);
    return rc;
}

static int set_address(struct http_conn *conn, const struct http_target *target, struct err *err)
{
    int rc = -1;
    char *entry = NULL;
    char *server = bracketed(target->server_name);
    char *address = bracketed(target->address);
    conn->server_name = strdup(target->server_name);
    if (server == NULL || address == NULL || conn->server_name == NULL ||
        asprintf(&conn->where, "%s:%u", address, target->port) < 0) {
        conn->where = NULL;
        goto out;
    }
    const char *zone = strchr(target->address, '%');
    if (zone != NULL)
        curl_easy_setopt(conn->easy, CURLOPT_ADDRESS_SCOPE, (long)if_nametoindex(zone + 1));
    conn->needs_lookup = !is_ip(target->address, AF_INET) && !is_ip(target->address, AF_INET6);
    if (strcmp(server, address) != 0) {
        if (asprintf(&entry, "%s:%u:%s:%u", server, target->port, address, target->port) < 0) {
            entry = NULL;
            goto out;
        }
        conn->connect_to = curl_slist_append(NULL, entry);
        if (conn->connect_to == NULL)
            goto out;
    }
    rc = 0;
out:
    if (rc != 0)
        err_memory(err);
    free(entry);
    free(server);
    free(address);
    return rc;
}

static char *copy_text(const char *text, bool *failed)
{
    char *copy = text != NULL ? strdup(text) : NULL;
    *failed |= text != NULL && copy == NULL;
    return copy;
}

/* The header list is ours, not libcurl's: what a secret holds must not be copied into plain memory.
 */
static int set_scheme(struct http_conn *conn, const struct http_target *target, struct err *err)
{
    const struct http_credentials *credentials = &target->credentials;
    bool failed = false;
    conn->scheme = target->scheme;
    if (target->scheme == NULL)
        return 0;
    if (target->scheme->challenge == NULL) {
        conn->authorization = target->scheme->authorization(credentials, err);
        return conn->authorization != NULL ? 0 : -1;
    }
    http_challenge_init(&conn->challenge, conn->scheme->challenge);
    conn->workers = target->workers;
    conn->identity = http_identity_hold(credentials->identity);
    conn->identity_host = http_identity_add_host(conn->identity);
    if (credentials->fallback != NULL) {
        conn->fallback = http_identity_hold(credentials->fallback);
        conn->fallback_host = http_identity_add_host(conn->fallback);
    }
    conn->spn = copy_text(credentials->spn, &failed);
    return failed ? err_memory(err) : 0;
}

static void set_tls(struct http_conn *conn, const struct http_target *target)
{
    curl_easy_setopt(conn->easy, CURLOPT_SSL_VERIFYPEER, target->verify_peer ? 1L : 0L);
    curl_easy_setopt(conn->easy, CURLOPT_SSL_VERIFYHOST, target->verify_host ? 2L : 0L);
    if (target->credentials.cert_file != NULL) {
        curl_easy_setopt(conn->easy, CURLOPT_SSLCERT, target->credentials.cert_file);
        curl_easy_setopt(conn->easy, CURLOPT_SSLKEY, target->credentials.key_file);
    }
    if (target->ca_file == NULL)
        return;
    curl_easy_setopt(conn->easy, CURLOPT_CAINFO, target->ca_file);
    curl_easy_setopt(conn->easy, CURLOPT_CAPATH, NULL); /* this file's authorities and no others */
}

/* A scheme with a line needs none of this: each request proves itself, on whatever connection. */
int http_conn_reset(struct http_conn *conn, struct err *err)
{
    conn->connected = false;
    if (!http_conn_has_context_scheme(conn))
        return 0;
    conn->ready = false;
    conn->local_port = 0;
    http_gss_free(conn->gss);
    conn->gss = NULL;
    close_share(conn);
    return open_share(conn, err);
}

struct http_conn *http_conn_new(struct http_loop *loop, const struct http_target *target,
                                struct err *err)
{
    struct http_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        err_memory(err);
        return NULL;
    }
    conn->loop = loop;
    conn->transfer.done = end_transfer;
    conn->transfer.unwatched = http_transfer_unwatched;
    conn->next_address.fire = http_transfer_go_on;
    conn->tls = target->tls;
    buf_init(&conn->reply, MAX_SEALED_BYTES);
    buf_init(&conn->sealed, MAX_SEALED_BYTES);
    buf_init(&conn->leg_line, 128 * 1024);
    conn->easy = curl_easy_init();
    if (conn->easy == NULL)
        err_memory(err);
    if (conn->easy == NULL || open_share(conn, err) != 0 || set_url(conn, target, err) != 0 ||
        set_address(conn, target, err) != 0 || set_scheme(conn, target, err) != 0) {
        http_conn_free(conn);
        return NULL;
    }
    http_transfer_set_up(conn);
    set_tls(conn, target);
    return conn;
}

const char *http_conn_where(const struct http_conn *conn)
{
    return conn->where;
}

void http_conn_free(struct http_conn *conn)
{
    if (conn == NULL)
        return;
    http_handshake_detach(conn);
    close_share(conn);
    curl_easy_cleanup(conn->easy);
    http_gss_free(conn->gss);
    if (conn->identity != NULL)
        http_identity_remove_host(conn->identity, conn->identity_host);
    if (conn->fallback != NULL)
        http_identity_remove_host(conn->fallback, conn->fallback_host);
    http_identity_drop(conn->identity);
    http_identity_drop(conn->fallback);
    free(conn->spn);
    if (http_conn_has_context_scheme(conn))
        http_challenge_free(&conn->challenge);
    buf_free(&conn->reply);
    buf_free(&conn->sealed);
    buf_free(&conn->leg_line);
    curl_url_cleanup(conn->url);
    curl_slist_free_all(conn->connect_to);
    secret_free(conn->authorization);
    free(conn->server_name);
    free(conn->where);
    free(conn);
}
