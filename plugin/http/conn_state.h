/* SPDX-License-Identifier: MIT */
/*
 * conn_state: the inside of a connection, shared by the three files that are one state machine:
 * conn.c (the queue, life), transfer.c (one HTTP exchange by libcurl), handshake.c (who asks).
 * Nobody else includes it. All on the network thread.
 *
 *            http_conn_send          its turn
 *   (owner) ----------------> QUEUED --------> http_conn_advance
 *                                                |  |   |
 *          scheme with a line, or context ready  |  |   | a context is to be made
 *      .-----------------------------------------'  |   '--> WORKING: a worker asks the KDC, makes
 * a leg |        TLS, its certificate not yet known  |          |    ^ |
 * .------------------------------------'     token|    |the host's token v       v v    | REQUEST
 * PROBE (connects, sends nothing)                  LEG --'--> complete: advance |       '-->
 * binding known: advance
 *      v
 *   post->done, exactly once, then the next.    A connection that is not the one the context was
 * made on, or a 401 to a request of a ready context: the context is dropped and all begins anew,
 * once a post.
 *
 * REQUEST, PROBE and LEG are transfers (state ACTIVE); before one that must connect to a name there
 * may be LOOKUP, the wait for a look-up's place. The head of the queue is at work, all others are
 * QUEUED.
 */
#ifndef HTTP_CONN_STATE_H
#define HTTP_CONN_STATE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "http/binding.h"
#include "http/challenge.h"
#include "http/conn.h"
#include "http/gss.h"
#include "http/worker.h"

enum http_conn_state { HTTP_CONN_IDLE, HTTP_CONN_LOOKUP, HTTP_CONN_ACTIVE, HTTP_CONN_WORKING };
enum http_conn_purpose { HTTP_CONN_REQUEST, HTTP_CONN_PROBE, HTTP_CONN_LEG };

/* Why we ended a transfer ourselves before its request was sent. */
enum http_conn_abort {
    HTTP_CONN_NOT_ABORTED,
    HTTP_CONN_PROBED,  /* the binding is known now */
    HTTP_CONN_MOVED,   /* another connection than the context's */
    HTTP_CONN_REBOUND, /* another certificate than the context was bound to */
};

struct http_handshake; /* a job: handshake.c */

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
    bool tls;
    struct secret *authorization;
    struct curl_slist
        headers[4]; /* ours, so that nothing is formatted or copied for each request */
    struct http_lookup lookup;
    struct http_timer next_address; /* http_transfer_go_on */

    struct http_post *first, *last; /* the queue; the first is the one at work */
    enum http_conn_state state;
    enum http_conn_purpose purpose; /* LOOKUP, ACTIVE */
    bool finishing;                 /* inside done: what is sent there waits until it returned */
    bool connected;                 /* a reply came and nothing has gone wrong since */

    /* Of the transfer at work. */
    enum http_stage stage;
    enum http_conn_abort abort;
    size_t header_bytes;
    size_t ignored_bytes;
    bool type_known, soap, sealed_reply;
    int socket;         /* the last one that was opened; only to ask whether it is connected */
    bool opened_socket; /* it is not the connection of the last one */
    struct err take_err;
    struct buf reply; /* a sealed body, whole before it can be unsealed */
    char detail[CURL_ERROR_SIZE];

    /* Schemes with a context. */
    const struct http_scheme *scheme; /* NULL: no Authorization at all */
    struct http_workers *workers;
    struct http_identity *identity, *fallback; /* held */
    unsigned identity_host, fallback_host;
    char *spn;
    struct http_gss *gss;           /* NULL while a worker has it, or none was made */
    struct http_handshake *at_work; /* WORKING */
    bool ready;                     /* gss is complete and bound to local_port's connection */
    bool retried;                   /* the post at work began anew once */
    unsigned legs;
    long local_port; /* of the connection of the legs; 0: not known yet */
    struct http_binding binding;
    bool has_binding;
    struct http_challenge challenge;
    struct buf leg_line;   /* "Authorization: Negotiate ..." */
    char sealed_type[192]; /* the Content-Type line of a sealed request */
    struct buf sealed;     /* the body of a sealed request */
};

static inline bool http_conn_has_context_scheme(const struct http_conn *conn)
{
    return conn->scheme != NULL && conn->scheme->challenge != NULL;
}

/* --- conn.c --- */

/* Does the next thing for the post at work; state is IDLE. */
void http_conn_advance(struct http_conn *conn);
/* Ends a post and starts the next. */
void http_conn_finish(struct http_conn *conn, struct http_post *post, struct http_outcome *outcome);
/* Ends the post at work with an error of its own words. */
void http_conn_fail(struct http_conn *conn, enum http_stage stage, int status, struct err *err);
/* Closes the connection and forgets the context. -1: ERR_MEMORY. */
int http_conn_reset(struct http_conn *conn, struct err *err);

/* --- transfer.c --- */

/* Once: what every request has in common. */
void http_transfer_set_up(struct http_conn *conn);
/* Starts one for the post at work; waits for a look-up's place first where one is needed. body is
 * borrowed until the transfer ends. */
void http_transfer_begin(struct http_conn *conn, enum http_conn_purpose purpose, const char *body,
                         size_t body_bytes);
/* An address may have been given up; and the timer that lets libcurl try the next one. */
void http_transfer_unwatched(struct http_transfer *transfer);
void http_transfer_go_on(struct http_timer *timer);
/* The stage that a transfer at work has reached. */
enum http_stage http_transfer_reached(struct http_conn *conn);
/* What became of a failed transfer, in words. */
void http_transfer_describe(struct http_conn *conn, CURLcode code, struct http_outcome *outcome);

/* --- handshake.c --- */

/* Makes the first leg, on a worker. */
void http_handshake_begin(struct http_conn *conn);
/* Lets a worker go on without us: the post ended. */
void http_handshake_detach(struct http_conn *conn);
/* A PROBE or LEG ended. */
void http_handshake_take(struct http_conn *conn, CURLcode code, struct http_outcome *outcome);
/* Seals the post's body into conn->sealed. */
int http_handshake_seal(struct http_conn *conn, const struct http_post *post, struct err *err);
/* Unseals conn->reply and hands the text to the post. */
int http_handshake_unseal(struct http_conn *conn, const char *content_type, struct err *err);

#endif
