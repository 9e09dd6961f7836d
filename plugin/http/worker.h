/* SPDX-License-Identifier: MIT */
/*
 * worker: a small pool of threads for what may block: asking a KDC, handshake legs. The network
 * thread hands a job over and gets it back.
 *
 * Threads start when there is work for them. Jobs of one key (one identity) take at most
 * HTTP_WORKER_A_KEY threads, so that a mute KDC holds up those who need it and nobody else.
 * libkrb5 cannot be interrupted: a thread that is stuck when the pool ends is left behind; it
 * then owns nothing but its job, which it frees when it gets loose.
 *
 * Whoever made the pool owns it. Jobs are embedded in their owner's struct.
 */
#ifndef HTTP_WORKER_H
#define HTTP_WORKER_H

#include "base/err.h"
#include "http/loop.h"

#define HTTP_WORKER_MAX   32
#define HTTP_WORKER_A_KEY 2

struct http_workers;

struct http_job {
    /* Set before http_workers_submit. */
    void (*work)(struct http_job *job);     /* a worker's thread; may block */
    void (*finished)(struct http_job *job); /* the network thread, after work */
    void (*abandoned)(
        struct http_job *job); /* any thread: the pool ended; free what the job owns */
    const void *key;

    /* The pool's own. */
    struct http_job *next;
    struct http_task task;
};

/* New: http_workers_free. loop is borrowed until then. */
struct http_workers *http_workers_new(struct http_loop *loop, struct err *err);

/* Takes a job. -1 with ERR_MEMORY: no thread could be had, the job was not taken. */
int http_workers_submit(struct http_workers *workers, struct http_job *job, struct err *err);

/* Waits until every thread has ended that is not stuck in a job, and for nobody who is. Jobs that
 * waited are abandoned now, running ones when they end. NULL is fine. Before http_loop_free. */
void http_workers_free(struct http_workers *workers);

#endif
