/* SPDX-License-Identifier: MIT */
#include "poll/host.h"

#include <stdlib.h>

#include "poll/fetch.h"
#include "poll/session.h"
#include "poll/verdict.h"

static const MI_Session no_session = MI_SESSION_NULL;

/* --- Life --- */

static bool has_discoveries(const struct model_host *plan)
{
    for (size_t i = 0; i < plan->round_count; i++)
        if (plan->rounds[i].discovery_count > 0)
            return true;
    return false;
}

static int fill(struct poll_host *host, struct err *err)
{
    const struct model_host *plan = host->plan;
    if (has_discoveries(plan) && (host->names = poll_names_new(plan, err)) == NULL)
        return -1;
    for (size_t i = 0; i < plan->round_count; i++)
        if (poll_round_init(&host->rounds[i], host, &plan->rounds[i], err) != 0)
            return -1;
    return 0;
}

int poll_host_init(struct poll_host *host, const struct model_host *plan,
                   struct poll_shared *shared, struct err *err)
{
    *host = (struct poll_host){
        .plan = plan, .shared = shared, .health = POLL_HEALTH_INIT, .trial = {.owner = host}};
    host->secret_slot = poll_secrets_slot(shared->secrets, plan->auth);
    host->rounds = calloc(plan->round_count, sizeof host->rounds[0]);
    if (host->rounds == NULL)
        return err_memory(err);
    if (fill(host, err) != 0) {
        poll_host_free(host);
        return -1;
    }
    shared->auths[host->secret_slot].host_count++;
    return 0;
}

void poll_host_free(struct poll_host *host)
{
    for (size_t i = 0; host->rounds != NULL && i < host->plan->round_count; i++)
        poll_round_free(&host->rounds[i]);
    free(host->rounds);
    free(host->absences);
    poll_names_free(host->names);
    poll_health_free(&host->health);
}

/* --- The session --- */

static void MI_CALL on_session_closed(void *context)
{
    (void)context;
}

/* The handle is taken under the lock and closed outside: poll_host_stop may be at it too. */
void poll_host_drop_session(struct poll_host *host)
{
    pthread_mutex_lock(&host->shared->lock);
    MI_Session session = host->session;
    bool has_session = host->has_session;
    host->session = no_session;
    host->has_session = false;
    pthread_mutex_unlock(&host->shared->lock);
    /* The callback only says that nobody waits: this may be the network thread. */
    if (has_session)
        MI_Session_Close(&session, NULL, on_session_closed);
}

void poll_host_stop(struct poll_host *host)
{
    poll_host_drop_session(host);
}

/* False where the poller stops: poll_host_stop may have been here already, so keep nothing. */
static bool keep_session(struct poll_host *host, MI_Session *session)
{
    pthread_mutex_lock(&host->shared->lock);
    bool keep = !host->shared->stopping;
    if (keep) {
        host->session = *session;
        host->has_session = true;
    }
    pthread_mutex_unlock(&host->shared->lock);
    if (!keep)
        MI_Session_Close(session, NULL, on_session_closed);
    return keep;
}

static bool has_session(struct poll_host *host)
{
    pthread_mutex_lock(&host->shared->lock);
    bool has = host->has_session;
    pthread_mutex_unlock(&host->shared->lock);
    return has;
}

static bool open_session(struct poll_host *host, struct poll_round *round,
                         const struct poll_proof *proof)
{
    MI_Session session = MI_SESSION_NULL;
    struct err err = ERR_INIT;
    if (poll_session_open(&host->shared->application, host->plan, poll_secrets_password(proof),
                          &session, &err) != 0) {
        const struct poll_failure failure = {.result = MI_RESULT_INVALID_PARAMETER,
                                             .reach = POLL_FAILURE_OF_HOST};
        if (poll_verdict_is_news(host, round, &failure))
            log_write(&host->shared->log, LOG_LEVEL_ERROR, "%s: %s", host->plan->name, err.text);
        return false;
    }
    if (!keep_session(host, &session))
        return false;
    host->session_generation = poll_secrets_proof_generation(proof);
    return true;
}

/* A session with the proof of now. False: there is none to be had; it was said. */
static bool ensure_session(struct poll_host *host, struct poll_round *round)
{
    struct poll_secrets *secrets = host->shared->secrets;
    if (has_session(host)) {
        if (poll_secrets_generation(secrets, host->secret_slot) == host->session_generation)
            return true;
        poll_host_drop_session(host);
    }
    const struct poll_proof *proof = poll_secrets_take(secrets, host->secret_slot);
    if (proof == NULL)
        return false;
    bool opened = open_session(host, round, proof);
    poll_secrets_give_back(secrets, proof);
    return opened;
}

/* --- CHOOSING --- */

/* The active round that must end first; NULL, and the host is IDLE: there is nothing to do, and
 * nothing of the host may be touched any more. *ended: hosts that wait for its verdict may go on.
 */
static struct poll_round *choose_round(struct poll_host *host, bool *missed, bool *ended)
{
    uint64_t now_ms = clock_now_ms(host->shared->clock);
    pthread_mutex_lock(&host->shared->lock);
    struct poll_round *chosen = host->shared->stopping ? NULL : poll_round_choose(host);
    host->state = chosen != NULL ? POLL_HOST_CHOOSING : POLL_HOST_IDLE;
    *missed = chosen != NULL && chosen->missed;
    *ended = chosen == NULL && poll_health_auth_end(poll_verdict_auth(host), &host->trial, now_ms);
    pthread_mutex_unlock(&host->shared->lock);
    return chosen;
}

/* POLL_HEALTH_WAIT: nothing of the host may be touched any more. */
static enum poll_health_leave ask_leave(struct poll_host *host)
{
    struct poll_shared *shared = host->shared;
    uint64_t generation = poll_secrets_generation(shared->secrets, host->secret_slot);
    uint64_t now_ms = clock_now_ms(shared->clock);
    if (!poll_health_may_ask(&host->health, now_ms, generation))
        return POLL_HEALTH_HELD;
    pthread_mutex_lock(&shared->lock);
    enum poll_health_leave leave =
        poll_health_auth_ask(poll_verdict_auth(host), &host->trial, now_ms, generation);
    if (leave == POLL_HEALTH_WAIT)
        host->state = POLL_HOST_WAITING;
    pthread_mutex_unlock(&shared->lock);
    return leave;
}

void poll_host_go_on(struct poll_host *host)
{
    struct poll_shared *shared = host->shared;
    struct poll_health_auth *auth = poll_verdict_auth(host);
    struct poll_round *round;
    struct poll_step step;
    bool missed, ended;
    while ((round = choose_round(host, &missed, &ended)) != NULL) {
        bool is_through = !poll_step_find(host, round, &step);
        uint64_t timeout_ms = is_through ? 0 : poll_round_time_ms(host, round, &host->cut_short);
        if (is_through || timeout_ms == 0) {
            poll_round_close(host, round, missed || !is_through);
            continue;
        }
        enum poll_health_leave leave = ask_leave(host);
        if (leave == POLL_HEALTH_WAIT)
            return;
        if (leave == POLL_HEALTH_HELD || !ensure_session(host, round))
            poll_round_end_all(host);
        else if (poll_fetch_begin(host, round, &step, timeout_ms))
            return;
    }
    if (ended)
        poll_verdict_wake(shared, auth);
}

/* The host waited for its auth's verdict until the turn after: what it waited with is over, for
 * `up` must be told. True: the caller runs it now. */
static bool gave_up_waiting(struct poll_host *host, const struct poll_round *round)
{
    pthread_mutex_lock(&host->shared->lock);
    bool gives_up = host->state == POLL_HOST_WAITING && round->active;
    if (gives_up) {
        poll_health_auth_stop_waiting(poll_verdict_auth(host), &host->trial);
        host->state = POLL_HOST_CHOOSING;
    }
    pthread_mutex_unlock(&host->shared->lock);
    if (gives_up)
        poll_round_end_all(host);
    return gives_up;
}

void poll_host_begin_round(struct poll_host *host, const struct poll_due *due)
{
    struct poll_round *round = &host->rounds[due->slot.round];
    bool runs = gave_up_waiting(host, round);
    pthread_mutex_lock(&host->shared->lock);
    bool was_idle = host->state == POLL_HOST_IDLE;
    if (round->active) {
        round->missed = true;
    } else {
        round->active = true;
        round->deadline_ms = poll_round_deadline_ms(round, due);
    }
    if (was_idle)
        host->state = POLL_HOST_CHOOSING;
    pthread_mutex_unlock(&host->shared->lock);
    if (was_idle || runs)
        poll_host_go_on(host);
}
