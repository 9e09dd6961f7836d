/* SPDX-License-Identifier: MIT */
#include "poll/round.h"

#include <inttypes.h>
#include <stdlib.h>

#include "poll/host.h"

/* --- Making --- */

static int init_search(struct poll_search *search, struct poll_host *host,
                       const struct model_discovery *plan, struct err *err)
{
    struct poll_shared *shared = host->shared;
    const struct poll_discovery_options options = {
        .plan = plan,
        .filter = poll_filters_find(shared->filters, plan),
        .names = host->names,
        .health = &host->health,
        .host_name = host->plan->name,
        .log = &shared->log,
    };
    search->plan = plan;
    search->found = poll_discovery_new(&options, err);
    return search->found != NULL ? 0 : -1;
}

int poll_round_init(struct poll_round *round, struct poll_host *host,
                    const struct model_round *plan, struct err *err)
{
    *round = (struct poll_round){.plan = plan, .pass = 1};
    round->marks = calloc(plan->instance_count + 1, sizeof round->marks[0]);
    round->places = calloc(plan->instance_count + 1, sizeof round->places[0]);
    round->searches = calloc(plan->discovery_count + 1, sizeof round->searches[0]);
    if (round->marks == NULL || round->places == NULL || round->searches == NULL)
        return err_memory(err);
    for (size_t i = 0; i < plan->discovery_count; i++)
        if (init_search(&round->searches[i], host, plan->discoveries[i], err) != 0)
            return -1;
    return 0;
}

void poll_round_free(struct poll_round *round)
{
    for (size_t i = 0; round->places != NULL && i < round->plan->instance_count; i++)
        poll_harvest_forget(&round->places[i]);
    for (size_t i = 0; round->searches != NULL && i < round->plan->discovery_count; i++)
        poll_discovery_free(round->searches[i].found);
    free(round->places);
    free(round->searches);
    free(round->marks);
}

/* --- Time --- */

bool poll_round_is_active(struct poll_host *host, const struct poll_round *round)
{
    pthread_mutex_lock(&host->shared->lock);
    bool active = round->active;
    pthread_mutex_unlock(&host->shared->lock);
    return active;
}

struct poll_round *poll_round_choose(struct poll_host *host)
{
    struct poll_round *chosen = NULL;
    for (size_t i = 0; i < host->plan->round_count; i++) {
        struct poll_round *round = &host->rounds[i];
        if (round->active && (chosen == NULL || round->deadline_ms < chosen->deadline_ms))
            chosen = round;
    }
    return chosen;
}

uint64_t poll_round_deadline_ms(const struct poll_round *round, const struct poll_due *due)
{
    return due->next_ms - round->plan->interval_ms / 16;
}

uint64_t poll_round_time_ms(struct poll_host *host, const struct poll_round *round, bool *cut_short)
{
    uint64_t now_ms = clock_now_ms(host->shared->clock);
    uint64_t left_ms = round->deadline_ms > now_ms ? round->deadline_ms - now_ms : 0;
    uint64_t wanted_ms = round->plan->timeout_ms < round->plan->interval_ms
                             ? round->plan->timeout_ms
                             : round->plan->interval_ms;
    if (left_ms < wanted_ms / 10)
        return 0;
    *cut_short = left_ms < wanted_ms;
    return *cut_short ? left_ms : wanted_ms;
}

void poll_round_note_reply(struct poll_round *round, uint64_t started_ns, uint64_t now_ns)
{
    uint64_t took_ns = now_ns - started_ns;
    round->got_reply = true;
    if (took_ns > round->slowest_ns)
        round->slowest_ns = took_ns;
}

/* --- The end --- */

static void tell_own(struct poll_host *host, const struct poll_round *round)
{
    static const struct poll_own up = {"gauge", "up"};
    static const struct poll_own get = {"response_time", "get"};
    const struct poll_shared *shared = host->shared;
    const struct poll_stamp stamp = {.host = host->plan,
                                     .interval_ms = round->plan->interval_ms,
                                     .time_ns = clock_now_ns(shared->wall)};
    shared->sink.own(shared->sink.context, &stamp, &up, round->got_instance ? 1.0 : 0.0);
    if (round->got_reply)
        shared->sink.own(shared->sink.context, &stamp, &get, (double)round->slowest_ns / 1e9);
}

static size_t count_instances(const struct poll_round *round)
{
    size_t count = round->plan->instance_count;
    for (size_t i = 0; i < round->plan->discovery_count; i++)
        count += poll_discovery_count(round->searches[i].found);
    return count;
}

/* Once when a round did not get through in its interval, once when it does again. */
static void tell_length(struct poll_host *host, struct poll_round *round, bool too_long)
{
    if (too_long == round->too_long)
        return;
    round->too_long = too_long;
    if (too_long)
        log_write(&host->shared->log, LOG_LEVEL_WARNING,
                  "%s: a round of %zu instances takes longer than its interval of %" PRIu64
                  ".%03" PRIu64 " s: some are left out; give it a longer interval",
                  host->plan->name, count_instances(round), round->plan->interval_ms / 1000,
                  round->plan->interval_ms % 1000);
    else
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "%s: a round of %zu instances is done within its interval again",
                  host->plan->name, count_instances(round));
}

/* A round got to its end and the host answered in it. Were recovery said at the first reply, a host
 * that gets stuck in the middle of every round would fill the log. */
static void note_recovery(struct poll_host *host, struct poll_round *round)
{
    if (!round->got_reply)
        return;
    round->failed = false;
    for (size_t i = 0; i < host->plan->round_count; i++)
        if (host->rounds[i].failed)
            return;
    if (poll_health_answer(&host->health))
        log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: answers again", host->plan->name);
}

static bool asks_anything(const struct model_round *plan)
{
    return plan->instance_count + plan->discovery_count > 0;
}

/* Its values are told before another thread can make it active again. */
static void end(struct poll_host *host, struct poll_round *round)
{
    bool asked_nothing = round->waited && !round->got_reply && !round->failed;
    if (round == &host->rounds[0] && asks_anything(round->plan) && !asked_nothing)
        tell_own(host, round);
    round->next = 0;
    round->next_search = 0;
    round->next_member = 0;
    round->was_listed = false;
    round->pass++;
    round->waited = false;
    round->got_reply = false;
    round->got_instance = false;
    round->slowest_ns = 0;
    round->ran_out = false;
    round->told_restart = round->restarted;
    round->restarted = false;
    pthread_mutex_lock(&host->shared->lock);
    round->active = false;
    round->missed = false;
    pthread_mutex_unlock(&host->shared->lock);
}

void poll_round_close(struct poll_host *host, struct poll_round *round, bool too_long)
{
    tell_length(host, round, too_long || round->ran_out);
    note_recovery(host, round);
    end(host, round);
}

void poll_round_end_all(struct poll_host *host)
{
    for (size_t i = 0; i < host->plan->round_count; i++)
        if (poll_round_is_active(host, &host->rounds[i]))
            end(host, &host->rounds[i]);
}
