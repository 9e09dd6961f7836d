/* SPDX-License-Identifier: MIT */
#include "poll/host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "poll/failure.h"
#include "poll/session.h"

static const MI_Session no_session = MI_SESSION_NULL;

static void choose(struct poll_host *host);

int poll_host_init(struct poll_host *host, const struct model_host *plan,
                   struct poll_shared *shared, struct err *err)
{
    *host = (struct poll_host){
        .plan = plan, .shared = shared, .health = POLL_HEALTH_INIT, .trial = {.owner = host}};
    host->secret_slot = poll_secrets_slot(shared->secrets, plan->auth);
    host->rounds = calloc(plan->round_count, sizeof host->rounds[0]);
    if (host->rounds == NULL)
        return err_memory(err);
    shared->auths[host->secret_slot].host_count++;
    for (size_t i = 0; i < plan->round_count; i++) {
        struct poll_round *round = &host->rounds[i];
        round->plan = &plan->rounds[i];
        round->marks = calloc(plan->rounds[i].instance_count + 1, sizeof round->marks[0]);
        if (round->marks == NULL || poll_harvest_init(&round->harvest, round->plan) != 0) {
            poll_host_free(host);
            return err_memory(err);
        }
    }
    return 0;
}

void poll_host_free(struct poll_host *host)
{
    if (host->rounds != NULL)
        for (size_t i = 0; i < host->plan->round_count; i++) {
            poll_harvest_free(&host->rounds[i].harvest, &host->plan->rounds[i]);
            free(host->rounds[i].marks);
        }
    free(host->rounds);
    poll_health_free(&host->health);
}

/* --- The session --- */

static void MI_CALL on_session_closed(void *context)
{
    (void)context;
}

/* The handle is taken under the lock and closed outside: poll_host_stop may be at it too. */
static void drop_session(struct poll_host *host)
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
    drop_session(host);
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

/* Said once a kind, until a round of each that failed so got through again. */
static bool is_news(struct poll_host *host, struct poll_round *round,
                    const struct poll_failure *failure)
{
    round->failed = true;
    return poll_health_fail_host(&host->health, failure);
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
        if (is_news(host, round, &failure))
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
        drop_session(host);
    }
    const struct poll_proof *proof = poll_secrets_take(secrets, host->secret_slot);
    if (proof == NULL)
        return false;
    bool opened = open_session(host, round, proof);
    poll_secrets_give_back(secrets, proof);
    return opened;
}

/* --- The auth, which other hosts have too --- */

static struct poll_health_auth *auth_of(const struct poll_host *host)
{
    return &host->shared->auths[host->secret_slot];
}

static struct poll_host *host_of(const struct poll_health_trial *trial)
{
    return trial->owner;
}

/* Goes on with all hosts that wait, as their runner; those that must wait on do. */
static void wake_waiting(struct poll_shared *shared, struct poll_health_auth *auth)
{
    pthread_mutex_lock(&shared->lock);
    struct poll_health_trial *trial = poll_health_auth_take_waiting(auth);
    for (struct poll_health_trial *one = trial; one != NULL; one = one->next)
        host_of(one)->state = POLL_HOST_CHOOSING;
    pthread_mutex_unlock(&shared->lock);
    while (trial != NULL) {
        struct poll_health_trial *next = trial->next;
        choose(host_of(trial));
        trial = next;
    }
}

static void say_held(const struct poll_host *host, const char *sentence, bool of_account)
{
    const struct model_auth *auth = host->plan->auth;
    bool is_variable = auth->proof == MODEL_PROOF_PASSWORD_ENV;
    log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s:%u:%u: auth %s: %s; %s until %s%s",
              auth->origin.path, auth->origin.line, auth->origin.column, auth->name, sentence,
              of_account ? "none of its hosts is asked for 30 minutes or"
                         : "three hosts in a row say so: of all one is asked every 5 minutes",
              is_variable ? "collectd is started with another " : "there is a change of ",
              auth->place);
}

static void note_accepted(struct poll_host *host)
{
    struct poll_health_auth *auth = auth_of(host);
    pthread_mutex_lock(&host->shared->lock);
    bool news = poll_health_auth_accept(auth, &host->trial, host->session_generation);
    pthread_mutex_unlock(&host->shared->lock);
    if (news)
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "auth %s: accepted by %s: all its hosts are asked again", host->plan->auth->name,
                  host->plan->name);
    wake_waiting(host->shared, auth);
}

static void note_no_verdict(struct poll_host *host)
{
    struct poll_health_auth *auth = auth_of(host);
    pthread_mutex_lock(&host->shared->lock);
    bool ended = poll_health_auth_end(auth, &host->trial, clock_now_ms(host->shared->clock));
    pthread_mutex_unlock(&host->shared->lock);
    if (ended)
        wake_waiting(host->shared, auth);
}

/* True: it is for the host to complain. */
static bool note_refused(struct poll_host *host, bool of_account, const char *sentence)
{
    struct poll_health_auth *auth = auth_of(host);
    uint64_t now_ms = clock_now_ms(host->shared->clock);
    pthread_mutex_lock(&host->shared->lock);
    enum poll_health_say say =
        of_account
            ? poll_health_auth_refuse_account(auth, &host->trial, now_ms, host->session_generation)
            : poll_health_auth_refuse(auth, &host->trial, now_ms, host->session_generation);
    pthread_mutex_unlock(&host->shared->lock);
    if (say == POLL_HEALTH_SAY_AUTH)
        say_held(host, sentence, of_account);
    return say == POLL_HEALTH_SAY_HOST;
}

/* --- The end of a round --- */

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
                  host->plan->name, round->plan->instance_count, round->plan->interval_ms / 1000,
                  round->plan->interval_ms % 1000);
    else
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "%s: a round of %zu instances is done within its interval again",
                  host->plan->name, round->plan->instance_count);
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

/* Its values are told before another thread can make it active again. */
static void end_round(struct poll_host *host, struct poll_round *round)
{
    if (round == &host->rounds[0] && round->plan->instance_count > 0)
        tell_own(host, round);
    round->next = 0;
    round->got_reply = false;
    round->got_instance = false;
    round->slowest_ns = 0;
    round->ran_out = false;
    round->told_restart = false;
    pthread_mutex_lock(&host->shared->lock);
    round->active = false;
    round->missed = false;
    pthread_mutex_unlock(&host->shared->lock);
}

static bool is_active(struct poll_host *host, const struct poll_round *round)
{
    pthread_mutex_lock(&host->shared->lock);
    bool active = round->active;
    pthread_mutex_unlock(&host->shared->lock);
    return active;
}

static void end_all_rounds(struct poll_host *host)
{
    for (size_t i = 0; i < host->plan->round_count; i++)
        if (is_active(host, &host->rounds[i]))
            end_round(host, &host->rounds[i]);
}

/* --- FETCHING: what the final callback brings --- */

/* The host gave a reply in this round, be it a fault. */
static void note_reply(struct poll_host *host)
{
    uint64_t took_ns = clock_now_ns(host->shared->clock) - host->started_ns;
    host->round->got_reply = true;
    if (took_ns > host->round->slowest_ns)
        host->round->slowest_ns = took_ns;
}

static void note_instance(struct poll_host *host, const MI_Instance *instance)
{
    struct poll_round *round = host->round;
    note_reply(host);
    round->got_instance = true;
    if (poll_health_recover_instance(&host->health, &round->marks[round->next - 1]))
        log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: %s: answers again", host->plan->name,
                  host->key->object);
    poll_harvest_take(host, instance);
}

static void note_instance_failure(struct poll_host *host, const struct poll_failure *failure,
                                  const char *sentence)
{
    struct poll_round *round = host->round;
    if (poll_health_fail_instance(&host->health, &round->marks[round->next - 1], failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s: %s", host->plan->name,
                  host->key->object, sentence);
}

static void note_refusal(struct poll_host *host, const struct poll_failure *failure,
                         const char *sentence)
{
    bool of_account = failure->reach == POLL_FAILURE_ACCOUNT;
    if (!of_account)
        poll_health_hold(&host->health, clock_now_ms(host->shared->clock),
                         host->session_generation);
    if (note_refused(host, of_account, sentence) && is_news(host, host->round, failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING,
                  "%s: %s; asked again in 5 minutes, or when this changes: %s", host->plan->name,
                  sentence, host->plan->auth->place);
    wake_waiting(host->shared, auth_of(host));
}

static void note_host_failure(struct poll_host *host, const struct poll_failure *failure,
                              const char *sentence)
{
    if (failure->reach == POLL_FAILURE_REFUSED || failure->reach == POLL_FAILURE_ACCOUNT)
        note_refusal(host, failure, sentence);
    else if (is_news(host, host->round, failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s", host->plan->name, sentence);
}

/* True where the failure is the host's: nothing else of it is worth asking for now. */
static bool note_failure(struct poll_host *host, const struct poll_failure *failure,
                         const char *sentence)
{
    bool of_host = failure->reach != POLL_FAILURE_OF_INSTANCE;
    /* The round's time is up, not the host's patience. */
    if (failure->reach == POLL_FAILURE_TIMEOUT && host->cut_short && host->round->got_reply) {
        host->round->ran_out = true;
        return false;
    }
    /* A connection that breaks on one instance alone must not cost the others. */
    if (failure->reach == POLL_FAILURE_BROKEN && host->round->got_reply)
        of_host = false;
    if (of_host) {
        note_host_failure(host, failure, sentence);
        return true;
    }
    if (failure->answered)
        note_reply(host);
    note_instance_failure(host, failure, sentence);
    return false;
}

static bool is_stopping(struct poll_shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    bool stopping = shared->stopping;
    pthread_mutex_unlock(&shared->lock);
    return stopping;
}

static void MI_CALL on_instance(MI_Operation *operation, void *context, const MI_Instance *instance,
                                MI_Boolean more_results, MI_Result result, const MI_Char *sentence,
                                const MI_Instance *details,
                                MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    struct poll_host *host = context;
    struct poll_failure failure = {.reach = POLL_FAILURE_OF_INSTANCE};
    bool of_host = false;
    (void)acknowledge;
    if (more_results)
        return;
    if (!is_stopping(host->shared)) {
        if (result == MI_RESULT_OK && instance != NULL) {
            note_accepted(host);
            note_instance(host, instance);
        } else {
            poll_failure_read(result, details, &failure);
            if (failure.fault)
                note_accepted(host);
            of_host = note_failure(host, &failure,
                                   sentence != NULL ? sentence : "the reply holds no instance");
        }
        note_no_verdict(host); /* where none of these was one */
    }
    MI_Operation_Close(operation);
    if (failure.reach == POLL_FAILURE_TIMEOUT)
        drop_session(host);
    if (of_host)
        end_all_rounds(host);
    choose(host);
}

/* --- CHOOSING --- */

/* The active round that must end first; NULL, and the host is IDLE: there is nothing to do, and
 * nothing of the host may be touched any more. *ended: hosts that wait for its verdict may go on.
 */
static struct poll_round *choose_round(struct poll_host *host, bool *missed, bool *ended)
{
    struct poll_round *chosen = NULL;
    uint64_t now_ms = clock_now_ms(host->shared->clock);
    pthread_mutex_lock(&host->shared->lock);
    for (size_t i = 0; i < host->plan->round_count && !host->shared->stopping; i++) {
        struct poll_round *round = &host->rounds[i];
        if (round->active && (chosen == NULL || round->deadline_ms < chosen->deadline_ms))
            chosen = round;
    }
    host->state = chosen != NULL ? POLL_HOST_CHOOSING : POLL_HOST_IDLE;
    *missed = chosen != NULL && chosen->missed;
    *ended = chosen == NULL && poll_health_auth_end(auth_of(host), &host->trial, now_ms);
    pthread_mutex_unlock(&host->shared->lock);
    return chosen;
}

/* How long the next GetInstance of a round may take; 0: too little is left to begin one, for one
 * that is cut short costs the connection. */
static uint64_t time_for_get_ms(struct poll_host *host, const struct poll_round *round)
{
    uint64_t now_ms = clock_now_ms(host->shared->clock);
    uint64_t left_ms = round->deadline_ms > now_ms ? round->deadline_ms - now_ms : 0;
    uint64_t wanted_ms = round->plan->timeout_ms < round->plan->interval_ms
                             ? round->plan->timeout_ms
                             : round->plan->interval_ms;
    if (left_ms < wanted_ms / 10)
        return 0;
    host->cut_short = left_ms < wanted_ms;
    return host->cut_short ? left_ms : wanted_ms;
}

/* True: the callback goes on, and nothing of the host may be touched any more. */
static bool fetch(struct poll_host *host, struct poll_round *round, uint64_t timeout_ms)
{
    struct poll_shared *shared = host->shared;
    const struct model_instance *instance = round->plan->instances[round->next++];
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    MI_OperationCallbacks callbacks = MI_OPERATIONCALLBACKS_NULL;
    callbacks.callbackContext = host;
    callbacks.instanceResult = on_instance;
    host->round = round;
    host->key = poll_keys_find(shared->keys, instance);
    if (host->key == NULL || host->key->key == NULL)
        return false;
    if (poll_session_options(&shared->application, host->plan, timeout_ms, &options) !=
        MI_RESULT_OK) {
        const struct poll_failure failure = {.result = MI_RESULT_FAILED};
        note_instance_failure(host, &failure, "out of memory");
        return false;
    }
    pthread_mutex_lock(&shared->lock);
    bool go = !shared->stopping && host->has_session;
    MI_Session session = host->session;
    if (go)
        host->state = POLL_HOST_FETCHING;
    pthread_mutex_unlock(&shared->lock);
    if (go) {
        host->operation = (MI_Operation)MI_OPERATION_NULL;
        host->started_ns = clock_now_ns(shared->clock);
        MI_Session_GetInstance(&session, 0, &options, instance->namespace_name, host->key->key,
                               &callbacks, &host->operation);
    }
    MI_OperationOptions_Delete(&options);
    return go;
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
        poll_health_auth_ask(auth_of(host), &host->trial, now_ms, generation);
    if (leave == POLL_HEALTH_WAIT)
        host->state = POLL_HOST_WAITING;
    pthread_mutex_unlock(&shared->lock);
    return leave;
}

static void choose(struct poll_host *host)
{
    struct poll_shared *shared = host->shared;
    struct poll_health_auth *auth = auth_of(host);
    struct poll_round *round;
    bool missed, ended;
    while ((round = choose_round(host, &missed, &ended)) != NULL) {
        bool is_through = round->next == round->plan->instance_count;
        uint64_t timeout_ms = is_through ? 0 : time_for_get_ms(host, round);
        if (is_through || timeout_ms == 0) {
            tell_length(host, round, missed || round->ran_out || !is_through);
            note_recovery(host, round);
            end_round(host, round);
            continue;
        }
        enum poll_health_leave leave = ask_leave(host);
        if (leave == POLL_HEALTH_WAIT)
            return;
        if (leave == POLL_HEALTH_HELD || !ensure_session(host, round))
            end_all_rounds(host);
        else if (fetch(host, round, timeout_ms))
            return;
    }
    if (ended)
        wake_waiting(shared, auth);
}

/* A little before the next turn, so that what ends in time is over when that comes. */
static uint64_t deadline_of(const struct poll_round *round, const struct poll_due *due)
{
    return due->next_ms - round->plan->interval_ms / 16;
}

/* The host waited for its auth's verdict until the turn after: what it waited with is over, for
 * `up` must be told. True: the caller runs it now. */
static bool gave_up_waiting(struct poll_host *host, const struct poll_round *round)
{
    pthread_mutex_lock(&host->shared->lock);
    bool gives_up = host->state == POLL_HOST_WAITING && round->active;
    if (gives_up) {
        poll_health_auth_stop_waiting(auth_of(host), &host->trial);
        host->state = POLL_HOST_CHOOSING;
    }
    pthread_mutex_unlock(&host->shared->lock);
    if (gives_up)
        end_all_rounds(host);
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
        round->deadline_ms = deadline_of(round, due);
    }
    if (was_idle)
        host->state = POLL_HOST_CHOOSING;
    pthread_mutex_unlock(&host->shared->lock);
    if (was_idle || runs)
        choose(host);
}
