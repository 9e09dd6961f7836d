/* SPDX-License-Identifier: MIT */
#include "poll/poller.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"
#include "poll/host.h"
#include "poll/keys.h"
#include "poll/schedule.h"

/* A wait of the thread is never longer, so that no sum of times overflows. */
#define LONGEST_WAIT_MS (60u * 60u * 1000u)

struct poller {
    struct poll_shared shared;
    struct poll_schedule *schedule; /* the poller's thread */
    struct poll_host *hosts;
    size_t host_count; /* those that were made */
    bool has_application;
    bool has_thread;
    pthread_t thread;
    pthread_cond_t stop; /* with shared.lock: shared.stopping was set */
};

static uint64_t wall_ns(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const struct clock wall_clock = {.now_ns = wall_ns};

/* --- The thread --- */

uint64_t poll_poller_step(struct poller *poller, uint64_t now_ms)
{
    struct poll_due due;
    while (poll_schedule_take(poller->schedule, now_ms, &due))
        poll_host_begin_round(&poller->hosts[due.slot.host], &due);
    return poll_schedule_next_ms(poller->schedule);
}

/* Sleeps until due_ms of the poller's clock. True: the poller stops. */
static bool wait_until(struct poller *poller, uint64_t due_ms)
{
    struct poll_shared *shared = &poller->shared;
    uint64_t now_ms = clock_now_ms(shared->clock);
    uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
    if (wait_ms > LONGEST_WAIT_MS)
        wait_ms = LONGEST_WAIT_MS;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    uint64_t end_ns = (uint64_t)end.tv_nsec + wait_ms % 1000 * 1000000;
    end.tv_sec += (time_t)(wait_ms / 1000 + end_ns / 1000000000);
    end.tv_nsec = (long)(end_ns % 1000000000);
    int rc = 0;
    pthread_mutex_lock(&shared->lock);
    while (!shared->stopping && rc == 0 && wait_ms > 0)
        rc = pthread_cond_timedwait(&poller->stop, &shared->lock, &end);
    bool stopping = shared->stopping;
    pthread_mutex_unlock(&shared->lock);
    return stopping;
}

static void *run(void *argument)
{
    struct poller *poller = argument;
    uint64_t due_ms = poll_schedule_next_ms(poller->schedule);
    while (!wait_until(poller, due_ms))
        due_ms = poll_poller_step(poller, clock_now_ms(poller->shared.clock));
    return NULL;
}

/* --- Start --- */

/* One more than there are: for a host whose auth nobody knows. */
static int make_auths(struct poller *poller, const struct model *model, struct err *err)
{
    poller->shared.auths = calloc(model->auth_count + 1, sizeof poller->shared.auths[0]);
    return poller->shared.auths != NULL ? 0 : err_memory(err);
}

static int make_hosts(struct poller *poller, const struct model *model, struct err *err)
{
    poller->hosts = calloc(model->host_count + 1, sizeof poller->hosts[0]);
    if (poller->hosts == NULL)
        return err_memory(err);
    for (size_t i = 0; i < model->host_count; i++) {
        if (poll_host_init(&poller->hosts[i], &model->hosts[i], &poller->shared, err) != 0)
            return -1;
        poller->host_count++;
    }
    return 0;
}

static int make_schedule(struct poller *poller, const struct model *model, struct err *err)
{
    uint64_t start_ms = clock_now_ms(poller->shared.clock);
    size_t round_count = 0;
    for (size_t h = 0; h < model->host_count; h++)
        round_count += model->hosts[h].round_count;
    poller->schedule = poll_schedule_new(round_count, err);
    if (poller->schedule == NULL)
        return -1;
    for (size_t h = 0; h < model->host_count; h++) {
        const struct model_host *host = &model->hosts[h];
        for (size_t r = 0; r < host->round_count; r++) {
            struct poll_slot slot = {.host = (uint32_t)h, .round = (uint32_t)r};
            uint64_t interval_ms = host->rounds[r].interval_ms;
            uint64_t splay_ms = poll_schedule_splay_ms(host->name, interval_ms);
            poll_schedule_add(poller->schedule, slot, start_ms + splay_ms, interval_ms);
        }
    }
    return 0;
}

static int make_application(struct poller *poller, struct err *err)
{
    MI_Result result =
        MI_Application_Initialize(0, "collectd-mi", NULL, &poller->shared.application);
    if (result != MI_RESULT_OK)
        return err_set(err, ERR_MEMORY, "the MI application does not start: MI_Result %d",
                       (int)result);
    poller->has_application = true;
    return 0;
}

static int fill(struct poller *poller, const struct poll_poller_options *options, struct err *err)
{
    struct poll_shared *shared = &poller->shared;
    if (make_application(poller, err) != 0)
        return -1;
    shared->keys = poll_keys_new(options->model, &shared->log, err);
    shared->filters = poll_filters_new(options->model, &shared->log, err);
    shared->schemas = poll_schemas_new(err);
    if (shared->keys == NULL || shared->filters == NULL || shared->schemas == NULL ||
        make_auths(poller, options->model, err) != 0 ||
        make_hosts(poller, options->model, err) != 0 ||
        make_schedule(poller, options->model, err) != 0)
        return -1;
    if (options->threadless)
        return 0;
    if (thread_start(&poller->thread, "mi poller", run, poller, err) != 0)
        return -1;
    poller->has_thread = true;
    return 0;
}

static void init_locks(struct poller *poller)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&poller->shared.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&poller->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct poller *poll_poller_start(const struct poll_poller_options *options, struct err *err)
{
    struct poller *poller = calloc(1, sizeof *poller);
    if (poller == NULL) {
        err_memory(err);
        return NULL;
    }
    init_locks(poller);
    poller->shared.application = (MI_Application)MI_APPLICATION_NULL;
    poller->shared.secrets = options->secrets;
    poller->shared.sink = options->sink;
    poller->shared.log = options->log;
    poller->shared.clock = options->clock != NULL ? options->clock : clock_monotonic();
    poller->shared.wall = options->wall != NULL ? options->wall : &wall_clock;
    if (fill(poller, options, err) != 0) {
        poll_poller_stop(poller);
        return NULL;
    }
    return poller;
}

/* --- Stop --- */

void poll_poller_stop(struct poller *poller)
{
    if (poller == NULL)
        return;
    pthread_mutex_lock(&poller->shared.lock);
    poller->shared.stopping = true;
    pthread_cond_signal(&poller->stop);
    pthread_mutex_unlock(&poller->shared.lock);
    if (poller->has_thread)
        pthread_join(poller->thread, NULL);
    /* All at once, nobody waits for one host: MI_Application_Close waits for the callbacks. */
    for (size_t i = 0; i < poller->host_count; i++)
        poll_host_stop(&poller->hosts[i]);
    /* A copy: a callback may be reading the other. */
    MI_Application application = poller->shared.application;
    if (poller->has_application)
        MI_Application_Close(&application);
    for (size_t i = 0; i < poller->host_count; i++)
        poll_host_free(&poller->hosts[i]);
    free(poller->hosts);
    poll_keys_free(poller->shared.keys);
    poll_filters_free(poller->shared.filters);
    poll_schemas_free(poller->shared.schemas);
    free(poller->shared.auths);
    poll_schedule_free(poller->schedule);
    pthread_cond_destroy(&poller->stop);
    pthread_mutex_destroy(&poller->shared.lock);
    free(poller);
}
