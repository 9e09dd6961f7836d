/* SPDX-License-Identifier: MIT */
/* One HTTP exchange on a connection's easy handle; the map is in conn_state.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/conn_state.h"
#include "http/failure.h"

#define MAX_HEADER_BYTES  (256 * 1024)
#define MAX_IGNORED_BYTES (256 * 1024)

static const char plain_type[] = "Content-Type: application/soap+xml;charset=UTF-8";

/* --- what libcurl calls --- */

static bool read_binding(struct http_conn *conn, struct http_binding *binding)
{
    struct curl_tlssessioninfo *session = NULL;
    return curl_easy_getinfo(conn->easy, CURLINFO_TLS_SSL_PTR, &session) == CURLE_OK &&
           session != NULL && session->backend == CURLSSLBACKEND_OPENSSL &&
           http_binding_from_ssl(session->internals, binding) == 0;
}

/* A new connection of a context: is its certificate the one that the context is bound to? */
static enum http_conn_abort check_binding(struct http_conn *conn)
{
    struct http_binding binding;
    if (!conn->tls || !read_binding(conn, &binding))
        return HTTP_CONN_NOT_ABORTED;
    bool same = conn->has_binding && binding.size_bytes == conn->binding.size_bytes &&
                memcmp(binding.bytes, conn->binding.bytes, binding.size_bytes) == 0;
    conn->binding = binding;
    conn->has_binding = true;
    return same ? HTTP_CONN_NOT_ABORTED : HTTP_CONN_REBOUND;
}

/* libcurl would send the request again on a new, unauthenticated connection where the server closed
 * the old one: never (shared/facts/auth.md "Silent resend"). */
static enum http_conn_abort judge_connection(struct http_conn *conn, int local_port)
{
    if (conn->purpose == HTTP_CONN_PROBE) {
        conn->has_binding = read_binding(conn, &conn->binding);
        return HTTP_CONN_PROBED;
    }
    bool same = local_port == conn->local_port && !conn->opened_socket;
    if (!http_conn_has_context_scheme(conn) || same)
        return HTTP_CONN_NOT_ABORTED;
    if (conn->purpose == HTTP_CONN_REQUEST || conn->local_port != 0)
        return HTTP_CONN_MOVED;
    conn->local_port = local_port;
    return check_binding(conn);
}

static int before_request(void *context, char *peer, char *local, int peer_port, int local_port)
{
    (void)peer, (void)local, (void)peer_port;
    struct http_conn *conn = context;
    http_loop_end_lookup(conn->loop, &conn->lookup);
    conn->abort = judge_connection(conn, local_port);
    if (conn->abort != HTTP_CONN_NOT_ABORTED)
        return CURL_PREREQFUNC_ABORT;
    conn->stage = HTTP_STAGE_WAIT;
    return CURL_PREREQFUNC_OK;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct http_conn *conn = context;
    conn->opened_socket = true;
    http_loop_end_lookup(conn->loop, &conn->lookup); /* resolved: others may look up */
    conn->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return conn->socket;
}

static int close_socket(void *context, curl_socket_t fd)
{
    struct http_conn *conn = context;
    http_loop_forget_socket(conn->loop, fd);
    return close(fd);
}

static void take_challenge(struct http_conn *conn, const char *line, size_t count)
{
    static const char name[] = "WWW-Authenticate:";
    while (count > 0 && (line[count - 1] == '\r' || line[count - 1] == '\n'))
        count--;
    if (count > sizeof name - 1 && strncasecmp(line, name, sizeof name - 1) == 0)
        http_challenge_add(&conn->challenge, line + sizeof name - 1, count - (sizeof name - 1));
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct http_conn *conn = context;
    size_t total = size * count;
    conn->stage = HTTP_STAGE_REPLY;
    conn->header_bytes += total;
    if (conn->header_bytes > MAX_HEADER_BYTES) {
        err_set(&conn->take_err, ERR_LIMIT, "%s: the reply's headers are larger than %d bytes",
                conn->where, MAX_HEADER_BYTES);
        return 0;
    }
    if (http_conn_has_context_scheme(conn))
        take_challenge(conn, bytes, total);
    return total;
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

static int read_type(struct http_conn *conn)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(conn->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(conn->easy, CURLINFO_CONTENT_TYPE, &type);
    conn->first->status = (int)status;
    conn->type_known = true;
    /* After a 401 the request may be sent again: nobody must have begun to read. */
    if (conn->purpose != HTTP_CONN_REQUEST || (http_conn_has_context_scheme(conn) && status == 401))
        return 0;
    conn->soap = is_xml_type(type);
    if (!http_conn_has_context_scheme(conn) || conn->tls)
        return 0;
    conn->sealed_reply = http_sealed_is_type(type, conn->scheme->protocol);
    if (!conn->soap)
        return 0;
    return err_set(&conn->take_err, ERR_PROTOCOL,
                   "%s: the host answered an encrypted request in plain text; what it says is not "
                   "believed",
                   conn->where);
}

static size_t ignore_body(struct http_conn *conn, size_t count)
{
    conn->ignored_bytes += count; /* an error page: nobody reads it, but it must end */
    if (conn->ignored_bytes <= MAX_IGNORED_BYTES)
        return count;
    err_set_code(&conn->take_err, ERR_LIMIT, (uint32_t)conn->first->status,
                 "%s: HTTP status %d with a body that is no SOAP and larger than %d bytes; is this "
                 "port WinRM's?",
                 conn->where, conn->first->status, MAX_IGNORED_BYTES);
    return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_conn *conn = context;
    size_t total = size * count;
    if (!conn->type_known && read_type(conn) != 0)
        return 0;
    if (conn->soap)
        return conn->first->take(conn->first, bytes, total, &conn->take_err) == 0 ? total : 0;
    if (!conn->sealed_reply)
        return ignore_body(conn, total);
    buf_add(&conn->reply, bytes, total);
    return buf_failed(&conn->reply, "the encrypted reply", &conn->take_err) == 0 ? total : 0;
}

/* --- the beginning --- */

void http_transfer_set_up(struct http_conn *conn)
{
    /* No "Expect:" is needed to switch that off: libcurl 7.88 expects a 100 only from 1 MB on. */
    static const char *const fixed[] = {
        plain_type,
        "User-Agent: collectd-mi",
        "Accept-Encoding: identity",
    };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        conn->headers[i] = (struct curl_slist){(char *)fixed[i], &conn->headers[i + 1]};
    if (http_conn_has_context_scheme(conn))
        snprintf(conn->sealed_type, sizeof conn->sealed_type, "Content-Type: %s",
                 http_sealed_content_type(conn->scheme->protocol));
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
    curl_easy_setopt(conn->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(conn->easy, CURLOPT_CLOSESOCKETDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(conn->easy, CURLOPT_HEADERDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(conn->easy, CURLOPT_WRITEDATA, conn);
    curl_easy_setopt(conn->easy, CURLOPT_PRIVATE, &conn->transfer);
}

/* The first header says what the body is, the last one who asks. */
static void choose_headers(struct http_conn *conn)
{
    struct curl_slist *before = &conn->headers[2];
    struct curl_slist *last = &conn->headers[3];
    bool sealed =
        conn->purpose == HTTP_CONN_REQUEST && http_conn_has_context_scheme(conn) && !conn->tls;
    conn->headers[0].data = sealed ? conn->sealed_type : (char *)plain_type;
    *last = (struct curl_slist){NULL, NULL};
    if (conn->authorization != NULL)
        last->data = secret_bytes(conn->authorization);
    else if (conn->purpose == HTTP_CONN_LEG)
        last->data = conn->leg_line.data;
    before->next = last->data != NULL ? last : NULL;
}

static void forget_last(struct http_conn *conn)
{
    conn->stage = HTTP_STAGE_RESOLVE;
    conn->abort = HTTP_CONN_NOT_ABORTED;
    conn->header_bytes = conn->ignored_bytes = 0;
    conn->type_known = conn->soap = conn->sealed_reply = conn->opened_socket = false;
    conn->first->status = 0;
    conn->detail[0] = '\0';
    buf_reset(&conn->reply);
    err_clear(&conn->take_err);
    if (http_conn_has_context_scheme(conn))
        http_challenge_reset(&conn->challenge);
}

/* Where an address of a name refuses, or has had its share of the time, libcurl 7.88 closes its
 * socket and tries the next address only when it runs again; driven by events, of which none is to
 * come, that is when the whole time is over. So it is made to run at the loop's next turn. */
void http_transfer_unwatched(struct http_transfer *transfer)
{
    struct http_conn *conn = (struct http_conn *)transfer;
    if (conn->state == HTTP_CONN_ACTIVE && conn->stage == HTTP_STAGE_RESOLVE)
        http_loop_set_timer(conn->loop, &conn->next_address, http_loop_now_ms(conn->loop), NULL);
}

void http_transfer_go_on(struct http_timer *timer)
{
    struct http_conn *conn =
        (struct http_conn *)((char *)timer - offsetof(struct http_conn, next_address));
    curl_easy_pause(conn->easy, CURLPAUSE_SEND); /* nothing is being sent yet; but a change */
    curl_easy_pause(conn->easy, CURLPAUSE_CONT); /* of this state makes libcurl run */
}

/* A place for the look-up is held, or none is needed. */
static void start(struct http_conn *conn)
{
    struct http_post *post = conn->first;
    uint64_t now_ms = http_loop_now_ms(conn->loop);
    long left_ms = post->deadline_ms > now_ms ? (long)(post->deadline_ms - now_ms) : 1;
    struct err err = ERR_INIT;
    forget_last(conn);
    choose_headers(conn);
    conn->state = HTTP_CONN_ACTIVE;
    /* libcurl shares this out among the addresses of a name; the deadline itself is our timer's. */
    curl_easy_setopt(conn->easy, CURLOPT_CONNECTTIMEOUT_MS, left_ms);
    if (http_loop_add(conn->loop, conn->easy, &err) != 0) {
        conn->state = HTTP_CONN_IDLE;
        http_conn_fail(conn, HTTP_STAGE_QUEUED, 0, &err);
    }
}

static void lookup_granted(struct http_lookup *lookup)
{
    start((struct http_conn *)((char *)lookup - offsetof(struct http_conn, lookup)));
}

void http_transfer_begin(struct http_conn *conn, enum http_conn_purpose purpose, const char *body,
                         size_t body_bytes)
{
    conn->purpose = purpose;
    curl_easy_setopt(conn->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(conn->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_bytes);
    conn->lookup.granted = lookup_granted;
    conn->stage = HTTP_STAGE_QUEUED;
    if (conn->connected || !conn->needs_lookup || http_loop_take_lookup(conn->loop, &conn->lookup))
        start(conn);
    else
        conn->state = HTTP_CONN_LOOKUP;
}

/* --- the end --- */

/* libcurl 7.88 tells no connect time before TLS is done. */
static bool is_connected(const struct http_conn *conn)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    return conn->opened_socket && getpeername(conn->socket, (struct sockaddr *)&peer, &size) == 0;
}

enum http_stage http_transfer_reached(struct http_conn *conn)
{
    curl_off_t resolved_us = 0;
    if (conn->state == HTTP_CONN_WORKING)
        return HTTP_STAGE_GRANT;
    if (conn->state == HTTP_CONN_LOOKUP || conn->stage != HTTP_STAGE_RESOLVE)
        return conn->stage;
    curl_easy_getinfo(conn->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
    if (resolved_us == 0 && conn->needs_lookup)
        return HTTP_STAGE_RESOLVE;
    return conn->tls && is_connected(conn) ? HTTP_STAGE_TLS : HTTP_STAGE_CONNECT;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

void http_transfer_describe(struct http_conn *conn, CURLcode code, struct http_outcome *outcome)
{
    if (conn->take_err.kind != ERR_NONE) {
        outcome->err = conn->take_err;
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        http_failure_timeout(conn->where, outcome->stage, conn->first->timeout_ms, &outcome->err);
        return;
    }
    /* The URL was accepted when it was made; an IP address needs no look-up: so this is memory. */
    if ((code == CURLE_URL_MALFORMAT && is_ascii(conn->server_name) && is_ascii(conn->where)) ||
        (code == CURLE_COULDNT_RESOLVE_HOST && !conn->needs_lookup))
        code = CURLE_OUT_OF_MEMORY;
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
