/* SPDX-License-Identifier: MIT */
#include "http/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

struct http_workers {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct http_loop *loop; /* NULL: the pool has ended */
    struct http_job *first, *last;
    const void *running[HTTP_WORKER_MAX]; /* keys */
    unsigned running_count, idle_count, queued_count;
    unsigned holders;                /* the owner and each thread; the last one frees */
    pthread_t left[HTTP_WORKER_MAX]; /* threads that the owner joins */
    unsigned left_count;
    bool owner_gone;
};

/* Lock held; gives it up. */
static void let_go(struct http_workers *workers)
{
    bool last = --workers->holders == 0;
    pthread_mutex_unlock(&workers->lock);
    if (!last)
        return;
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

static unsigned count_running(const struct http_workers *workers, const void *key)
{
    unsigned count = 0;
    for (unsigned i = 0; i < workers->running_count; i++)
        count += workers->running[i] == key;
    return count;
}

/* The first job whose key has a place; NULL: none. */
static struct http_job *take_job(struct http_workers *workers)
{
    struct http_job *before = NULL;
    for (struct http_job *job = workers->first; job != NULL; before = job, job = job->next) {
        if (count_running(workers, job->key) >= HTTP_WORKER_A_KEY)
            continue;
        if (before == NULL)
            workers->first = job->next;
        else
            before->next = job->next;
        if (workers->last == job)
            workers->last = before;
        workers->running[workers->running_count++] = job->key;
        workers->queued_count--;
        return job;
    }
    return NULL;
}

static void forget_running(struct http_workers *workers, const void *key)
{
    unsigned i = 0;
    while (workers->running[i] != key)
        i++;
    workers->running[i] = workers->running[--workers->running_count];
}

static void hand_back(struct http_task *task)
{
    struct http_job *job = (struct http_job *)((char *)task - offsetof(struct http_job, task));
    job->finished(job);
}

/* Lock held. Runs one job without it. */
static void run_job(struct http_workers *workers, struct http_job *job)
{
    const void *key = job->key;
    pthread_mutex_unlock(&workers->lock);
    job->work(job);
    pthread_mutex_lock(&workers->lock);
    forget_running(workers, key);
    if (workers->loop != NULL) {
        job->task.run = hand_back;
        http_loop_post(workers->loop, &job->task);
        return;
    }
    pthread_mutex_unlock(&workers->lock);
    job->abandoned(job);
    pthread_mutex_lock(&workers->lock);
}

static void *run_worker(void *argument)
{
    struct http_workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    while (workers->loop != NULL) {
        struct http_job *job = take_job(workers);
        if (job != NULL) {
            run_job(workers, job);
            continue;
        }
        workers->idle_count++;
        pthread_cond_wait(&workers->changed, &workers->lock);
        workers->idle_count--;
    }
    if (workers->owner_gone)
        pthread_detach(pthread_self());
    else
        workers->left[workers->left_count++] = pthread_self();
    pthread_cond_broadcast(&workers->changed); /* to http_workers_free: one idle less */
    let_go(workers);
    return NULL;
}

struct http_workers *http_workers_new(struct http_loop *loop, struct err *err)
{
    struct http_workers *workers = calloc(1, sizeof *workers);
    if (workers == NULL) {
        err_memory(err);
        return NULL;
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    workers->loop = loop;
    workers->holders = 1;
    return workers;
}

/* Lock held. One thread more where nobody is free and there may be one: an idle thread that was
 * woken for a job still counts as idle until it runs. */
static int ensure_thread(struct http_workers *workers, struct err *err)
{
    pthread_t thread;
    if (workers->idle_count > workers->queued_count || workers->holders > HTTP_WORKER_MAX)
        return 0;
    workers->holders++;
    if (thread_start(&thread, "mi worker", run_worker, workers, err) == 0)
        return 0;
    workers->holders--;
    return workers->holders > 1 ? 0 : -1; /* another thread will come to it */
}

int http_workers_submit(struct http_workers *workers, struct http_job *job, struct err *err)
{
    pthread_mutex_lock(&workers->lock);
    int rc = ensure_thread(workers, err);
    if (rc == 0) {
        job->next = NULL;
        if (workers->first == NULL)
            workers->first = job;
        else
            workers->last->next = job;
        workers->last = job;
        workers->queued_count++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return rc;
}

void http_workers_free(struct http_workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    struct http_job *job = workers->first;
    workers->first = workers->last = NULL;
    workers->loop = NULL;
    pthread_cond_broadcast(&workers->changed);
    while (workers->holders - 1 > workers->running_count) /* the idle ones leave at once */
        pthread_cond_wait(&workers->changed, &workers->lock);
    pthread_t left[HTTP_WORKER_MAX];
    unsigned left_count = workers->left_count;
    memcpy(left, workers->left, left_count * sizeof left[0]);
    workers->owner_gone = true;
    let_go(workers);
    /* Until a thread has really ended, OpenSSL clears up after it; a process that ends meanwhile
     * clears up too, and the same memory twice. */
    for (unsigned i = 0; i < left_count; i++)
        pthread_join(left[i], NULL);
    while (job != NULL) {
        struct http_job *next = job->next;
        job->abandoned(job);
        job = next;
    }
}
