/* SPDX-License-Identifier: MIT */
/*
 *            http_conn_send          its turn              a place for the look-up
 *   (owner) ----------------> QUEUED --------> LOOKUP --------------------------> ACTIVE
 *                               |   (IP address, or connected: straight to ACTIVE)   |
 *                               |                |                                   |
 *                               +----------------+--- deadline, cancel --------------+-- end
 *                                                         |                           |
 *                                                         v                           v
 *                                                       post->done, exactly once, then the next
 *
 * The head of the queue is in LOOKUP or ACTIVE, all others are in QUEUED.
 */
#include "http/conn.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/failure.h"

#define MAX_HEADER_BYTES  (256 * 1024)
#define MAX_IGNORED_BYTES (256 * 1024)

enum state { STATE_IDLE, STATE_LOOKUP, STATE_ACTIVE };

struct http_conn {
    struct http_transfer transfer; /* first: CURLOPT_PRIVATE points here */
    struct http_loop *loop;
    CURL *easy;
    CURLSH *share;
    CURLU *url;
    char *server_name;
    char *where;                   /* "address:port" for sentences */
    struct curl_slist *connect_to; /* NULL: TCP goes to the server's name */
    bool needs_lookup;
    struct secret *authorization;
    struct curl_slist headers[6]; /* preset, so that nothing is formatted again for each request */

    struct http_post *first, *last; /* the queue; the first is the one at work */
    enum state state;
    bool finishing; /* inside done: what is sent there waits until it returned */
    bool connected; /* a reply came and nothing has gone wrong since */
    struct http_lookup lookup;

    /* Of the post at work. */
    enum http_stage stage;
    size_t header_bytes;
    size_t ignored_bytes;
    bool type_known, soap;
    struct err take_err;
    char detail[CURL_ERROR_SIZE];
};

static struct http_conn *from_lookup(struct http_lookup *lookup)
{
    return (struct http_conn *)((char *)lookup - offsetof(struct http_conn, lookup));
}

static struct http_post *from_timer(struct http_timer *timer)
{
    return (struct http_post *)((char *)timer - offsetof(struct http_post, timer));
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

static void start_next(struct http_conn *conn);

/* The stage that the failed transfer had reached. */
static enum http_stage reached(struct http_conn *conn)
{
    curl_off_t resolved_us = 0, connected_us = 0;
    if (conn->state == STATE_LOOKUP || conn->stage != HTTP_STAGE_RESOLVE)
        return conn->stage;
    curl_easy_getinfo(conn->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
    curl_easy_getinfo(conn->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    if (resolved_us == 0 && conn->needs_lookup)
        return HTTP_STAGE_RESOLVE;
    return connected_us == 0 ? HTTP_STAGE_CONNECT : HTTP_STAGE_TLS;
}

/* Ends the post and starts the next. outcome->err says how it went. */
static void finish(struct http_conn *conn, struct http_post *post, struct http_outcome *outcome)
{
    bool at_work = conn->first == post;
    if (at_work) {
        http_loop_end_lookup(conn->loop, &conn->lookup);
        conn->state = STATE_IDLE;
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

/* Takes a post out before its transfer ended; outcome->err is written by the caller. */
static void break_off(struct http_conn *conn, struct http_post *post, struct http_outcome *outcome)
{
    if (conn->first == post && conn->state == STATE_ACTIVE) {
        http_loop_remove(conn->loop, conn->easy); /* closes the connection in mid-transfer */
        conn->connected = false;
    }
    finish(conn, post, outcome);
}

static void expire(struct http_timer *timer)
{
    struct http_post *post = from_timer(timer);
    struct http_conn *conn = post->conn;
    struct http_outcome outcome = {.err = ERR_INIT, .stage = HTTP_STAGE_QUEUED};
    if (conn->first == post) {
        outcome.stage = reached(conn);
        outcome.status = post->status;
    }
    http_failure_timeout(conn->where, outcome.stage, post->timeout_ms, &outcome.err);
    break_off(conn, post, &outcome);
}

static void describe(struct http_conn *conn, CURLcode code, struct http_outcome *outcome)
{
    if (conn->take_err.kind != ERR_NONE) {
        outcome->err = conn->take_err;
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        http_failure_timeout(conn->where, outcome->stage, conn->first->timeout_ms, &outcome->err);
        return;
    }
    struct http_failure failure = {
        .where = conn->where,
        .server_name = conn->server_name,
        .stage = outcome->stage,
        .code = code,
        .detail = conn->detail,
    };
    curl_easy_getinfo(conn->easy, CURLINFO_OS_ERRNO, &failure.os_errno);
    http_failure_describe(&failure, &outcome->err);
}

/* The transfer ended by itself. */
static void end_transfer(struct http_transfer *transfer, CURLcode code)
{
    struct http_conn *conn = (struct http_conn *)transfer;
    struct http_post *post = conn->first;
    long status = 0;
    curl_easy_getinfo(conn->easy, CURLINFO_RESPONSE_CODE, &status);
    struct http_outcome outcome = {
        .err = ERR_INIT, .stage = reached(conn), .status = (int)status, .soap = conn->soap};
    conn->connected = code == CURLE_OK;
    if (code != CURLE_OK)
        describe(conn, code, &outcome);
    finish(conn, post, &outcome);
}

/* --- what libcurl calls while a post is at work --- */

static int before_request(void *context, char *peer, char *local, int peer_port, int local_port)
{
    (void)peer, (void)local, (void)peer_port, (void)local_port;
    struct http_conn *conn = context;
    conn->stage = HTTP_STAGE_WAIT;
    http_loop_end_lookup(conn->loop, &conn->lookup);
    return CURL_PREREQFUNC_OK;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct http_conn *conn = context;
    http_loop_end_lookup(conn->loop, &conn->lookup); /* resolved: others may look up */
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    struct http_conn *conn = context;
    conn->stage = HTTP_STAGE_REPLY;
    conn->header_bytes += size * count;
    if (conn->header_bytes <= MAX_HEADER_BYTES)
        return size * count;
    err_set(&conn->take_err, ERR_LIMIT, "%s: the reply's headers are larger than %d bytes",
            conn->where, MAX_HEADER_BYTES);
    return 0;
}

/* SOAP 1.2's type, and those that a server may call XML by. */
static bool is_xml_type(const char *type)
{
    static const char *const types[] = {"application/soap+xml", "text/xml", "application/xml"};
    for (size_t i = 0; type != NULL && i < sizeof types / sizeof types[0]; i++) {
        size_t count = strlen(types[i]);
        if (strncasecmp(type, types[i], count) == 0 && strchr("; \t", type[count]) != NULL)
            return true;
    }
    return false;
}

static void read_type(struct http_conn *conn)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(conn->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(conn->easy, CURLINFO_CONTENT_TYPE, &type);
    conn->first->status = (int)status;
    conn->soap = is_xml_type(type);
    conn->type_known = true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_conn *conn = context;
    size_t total = size * count;
    if (!conn->type_known)
        read_type(conn);
    if (conn->soap)
        return conn->first->take(conn->first, bytes, total, &conn->take_err) == 0 ? total : 0;
    conn->ignored_bytes += total; /* an error page: nobody reads it, but it must end */
    if (conn->ignored_bytes <= MAX_IGNORED_BYTES)
        return total;
    err_set_code(&conn->take_err, ERR_LIMIT, (uint32_t)conn->first->status,
                 "%s: HTTP status %d with a body that is no SOAP and larger than %d bytes",
                 conn->where, conn->first->status, MAX_IGNORED_BYTES);
    return 0;
}

/* --- the beginning of a post --- */

static void fail_start(struct http_conn *conn, struct http_post *post, struct err *err)
{
    struct http_outcome outcome = {.err = *err, .stage = HTTP_STAGE_QUEUED};
    finish(conn, post, &outcome);
}

static void begin_transfer(struct http_conn *conn)
{
    struct http_post *post = conn->first;
    uint64_t now_ms = http_loop_now_ms(conn->loop);
    long left_ms = post->deadline_ms > now_ms ? (long)(post->deadline_ms - now_ms) : 1;
    conn->state = STATE_ACTIVE;
    conn->stage = HTTP_STAGE_RESOLVE;
    conn->header_bytes = conn->ignored_bytes = 0;
    conn->type_known = conn->soap = false;
    conn->detail[0] = '\0';
    err_clear(&conn->take_err);
    curl_easy_setopt(conn->easy, CURLOPT_POSTFIELDS, post->body);
    curl_easy_setopt(conn->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body_bytes);
    /* libcurl shares this out among the addresses of a name; the deadline itself is our timer's. */
    curl_easy_setopt(conn->easy, CURLOPT_CONNECTTIMEOUT_MS, left_ms);
    struct err err = ERR_INIT;
    if (http_loop_add(conn->loop, conn->easy, &err) != 0) {
        conn->state = STATE_IDLE;
        fail_start(conn, post, &err);
    }
}

static void lookup_granted(struct http_lookup *lookup)
{
    begin_transfer(from_lookup(lookup));
}

static void start_next(struct http_conn *conn)
{
    if (conn->first == NULL || conn->state != STATE_IDLE)
        return;
    conn->stage = HTTP_STAGE_QUEUED;
    if (conn->connected || !conn->needs_lookup ||
        http_loop_take_lookup(conn->loop, &conn->lookup)) {
        begin_transfer(conn);
        return;
    }
    conn->state = STATE_LOOKUP;
}

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
    return inet_pton(family, name, bytes) == 1;
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
    if (code != CURLUE_OK)
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

/* The list is ours, not libcurl's: what a secret holds must not be copied into plain memory. */
static int set_headers(struct http_conn *conn, const struct http_target *target, struct err *err)
{
    static const char *const fixed[] = {
        "Content-Type: application/soap+xml;charset=UTF-8",
        "User-Agent: collectd-mi",
        "Accept-Encoding: identity",
        "Expect:",
        "Accept:",
    };
    size_t count = sizeof fixed / sizeof fixed[0];
    for (size_t i = 0; i < count; i++)
        conn->headers[i] = (struct curl_slist){(char *)fixed[i], &conn->headers[i + 1]};
    conn->headers[count - 1].next = NULL;
    if (target->scheme == NULL)
        return 0;
    conn->authorization = target->scheme->authorization(&target->credentials, err);
    if (conn->authorization == NULL)
        return -1;
    conn->headers[count] = (struct curl_slist){secret_bytes(conn->authorization), NULL};
    conn->headers[count - 1].next = &conn->headers[count];
    return 0;
}

static void set_tls(struct http_conn *conn, const struct http_target *target)
{
    curl_easy_setopt(conn->easy, CURLOPT_SSL_VERIFYPEER, target->verify_peer ? 1L : 0L);
    curl_easy_setopt(conn->easy, CURLOPT_SSL_VERIFYHOST, target->verify_host ? 2L : 0L);
    if (target->ca_file == NULL)
        return;
    curl_easy_setopt(conn->easy, CURLOPT_CAINFO, target->ca_file);
    curl_easy_setopt(conn->easy, CURLOPT_CAPATH, NULL); /* this file's authorities and no others */
}

static void set_request(struct http_conn *conn)
{
    curl_easy_setopt(conn->easy, CURLOPT_CURLU, conn->url);
    curl_easy_setopt(conn->easy, CURLOPT_CONNECT_TO, conn->connect_to);
    curl_easy_setopt(conn->easy, CURLOPT_HTTPHEADER, conn->headers);
    curl_easy_setopt(conn->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(conn->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(conn->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(conn->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(conn->easy, CURLOPT_QUICK_EXIT, 1L); /* a hanging look-up is left behind */
    curl_easy_setopt(conn->easy, CURLOPT_ERRORBUFFER, conn->detail);
    curl_easy_setopt(conn->easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(conn->easy, CURLOPT_PREREQDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(conn->easy, CURLOPT_OPENSOCKETDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(conn->easy, CURLOPT_HEADERDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(conn->easy, CURLOPT_WRITEDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_PRIVATE, &conn->transfer);
}

static int open_curl(struct http_conn *conn, struct err *err)
{
    conn->easy = curl_easy_init();
    conn->share = curl_share_init();
    if (conn->easy == NULL || conn->share == NULL ||
        curl_share_setopt(conn->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK ||
        curl_easy_setopt(conn->easy, CURLOPT_SHARE, conn->share) != CURLE_OK)
        return err_memory(err);
    return 0;
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
    conn->lookup.granted = lookup_granted;
    if (open_curl(conn, err) != 0 || set_url(conn, target, err) != 0 ||
        set_address(conn, target, err) != 0 || set_headers(conn, target, err) != 0) {
        http_conn_free(conn);
        return NULL;
    }
    set_request(conn);
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
    if (conn->easy != NULL)
        curl_easy_setopt(conn->easy, CURLOPT_SHARE, NULL);
    curl_easy_cleanup(conn->easy);
    if (conn->share != NULL)
        curl_share_cleanup(conn->share);
    curl_url_cleanup(conn->url);
    curl_slist_free_all(conn->connect_to);
    secret_free(conn->authorization);
    free(conn->server_name);
    free(conn->where);
    free(conn);
}
