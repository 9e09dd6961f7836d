/* SPDX-License-Identifier: MIT */
/*
 * conn: one host's one connection, and the POSTs that queue for it.
 *
 * Knows no SOAP: bytes out, status and bytes back. The connection lives in a CURLSH of its own, so
 * that no other session can ever take it (shared/facts/auth.md "pinning"), is kept alive
 * between requests, and is dropped with whatever was in flight when a request times out or is
 * canceled. Idle connections older than 118 s are not reused (libcurl's default): HTTP.sys closes
 * after about 120 s (shared/facts/wire.md 5).
 *
 * Made on any thread; everything else on the loop's network thread. Times are the loop's clock.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/loop.h"
#include "http/scheme.h"

struct http_workers;

/* All borrowed for the call of http_conn_new. */
struct http_target {
    const char *server_name; /* what Host header and certificate must match; name or IP */
    const char *address;     /* where TCP connects: a name or an IP, IPv6 without brackets */
    uint16_t port;
    const char *path; /* "/wsman" */
    bool tls;
    const char *ca_file; /* PEM; NULL: the system's authorities */
    bool verify_peer;
    bool verify_host;
    const struct http_scheme *scheme; /* NULL: no Authorization is sent */
    struct http_workers *workers;     /* for schemes with a context; outlives the conn */
    struct http_credentials credentials;
};

/* How far a request came: says what a failure means. */
enum http_stage {
    HTTP_STAGE_QUEUED,  /* behind another request of the session, or for a look-up's place */
    HTTP_STAGE_GRANT,   /* a ticket is being asked for, and a leg of the handshake made */
    HTTP_STAGE_LEG,     /* the handshake with the host itself */
    HTTP_STAGE_RESOLVE, /* the address is a name that is being looked up */
    HTTP_STAGE_CONNECT,
    HTTP_STAGE_TLS,
    HTTP_STAGE_WAIT,  /* request on its way, nothing came back yet */
    HTTP_STAGE_REPLY, /* the reply began */
};

struct http_outcome {
    struct err err; /* ERR_NONE: a whole reply came, whatever its status */
    enum http_stage stage;
    int status; /* 0: none came */
    bool soap;  /* the body was of an XML type and went to take() */
};

/* One POST; embedded in its owner's struct and alive until done was called. */
struct http_post {
    /* Set before http_conn_send; body is borrowed. */
    const char *body;
    size_t body_bytes;
    uint64_t deadline_ms; /* on the loop's clock */
    uint32_t timeout_ms;  /* what the operator asked for, for the sentence */
    /* Body bytes of an XML type as they come. status is set. -1 with *err ends the request. Must
     * not call conn's functions. */
    int (*take)(struct http_post *post, const char *bytes, size_t count, struct err *err);
    /* Exactly once, never from inside http_conn_send. May send the next post; must not free the
     * conn. */
    void (*done)(struct http_post *post, const struct http_outcome *outcome);

    int status; /* of the reply, once it began; for the owner to read */

    /* conn's own. */
    struct http_conn *conn;
    struct http_post *next;
    struct http_timer timer;
};

struct http_conn;

/* New: no traffic yet. NULL with ERR_CONFIG (what the target says is impossible) or ERR_MEMORY. */
struct http_conn *http_conn_new(struct http_loop *loop, const struct http_target *target,
                                struct err *err);
/* "address:port", for sentences. Borrowed from the conn; any thread. */
const char *http_conn_where(const struct http_conn *conn);
/* Closes the connection. No post may be left. NULL is fine. */
void http_conn_free(struct http_conn *conn);

/* Takes a post: queues it and sends it when its turn comes. -1 with ERR_MEMORY: not taken. */
int http_conn_send(struct http_conn *conn, struct http_post *post, struct err *err);
/* Ends a post with ERR_CANCELED; done is called before this returns. One that is not queued is
 * fine. */
void http_conn_cancel(struct http_conn *conn, struct http_post *post);

#endif
