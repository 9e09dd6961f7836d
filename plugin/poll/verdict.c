/* SPDX-License-Identifier: MIT */
#include "poll/verdict.h"

#include "poll/host.h"

/* --- The auth, which other hosts have too --- */

struct poll_health_auth *poll_verdict_auth(const struct poll_host *host)
{
    return &host->shared->auths[host->secret_slot];
}

static struct poll_host *host_of(const struct poll_health_trial *trial)
{
    return trial->owner;
}

void poll_verdict_wake(struct poll_shared *shared, struct poll_health_auth *auth)
{
    pthread_mutex_lock(&shared->lock);
    struct poll_health_trial *trial = poll_health_auth_take_waiting(auth);
    for (struct poll_health_trial *one = trial; one != NULL; one = one->next)
        host_of(one)->state = POLL_HOST_CHOOSING;
    pthread_mutex_unlock(&shared->lock);
    while (trial != NULL) {
        struct poll_health_trial *next = trial->next;
        poll_host_go_on(host_of(trial));
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

void poll_verdict_accept(struct poll_host *host)
{
    struct poll_health_auth *auth = poll_verdict_auth(host);
    pthread_mutex_lock(&host->shared->lock);
    bool news = poll_health_auth_accept(auth, &host->trial, host->session_generation);
    pthread_mutex_unlock(&host->shared->lock);
    if (news)
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "auth %s: accepted by %s: all its hosts are asked again", host->plan->auth->name,
                  host->plan->name);
    poll_verdict_wake(host->shared, auth);
}

void poll_verdict_end(struct poll_host *host)
{
    struct poll_health_auth *auth = poll_verdict_auth(host);
    pthread_mutex_lock(&host->shared->lock);
    bool ended = poll_health_auth_end(auth, &host->trial, clock_now_ms(host->shared->clock));
    pthread_mutex_unlock(&host->shared->lock);
    if (ended)
        poll_verdict_wake(host->shared, auth);
}

/* True: it is for the host to complain. */
static bool note_refused(struct poll_host *host, bool of_account, const char *sentence)
{
    struct poll_health_auth *auth = poll_verdict_auth(host);
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

/* --- The host --- */

bool poll_verdict_is_news(struct poll_host *host, struct poll_round *round,
                          const struct poll_failure *failure)
{
    round->failed = true;
    return poll_health_fail_host(&host->health, failure);
}

static void note_refusal(struct poll_host *host, const struct poll_failure *failure,
                         const char *sentence)
{
    bool of_account = failure->reach == POLL_FAILURE_ACCOUNT;
    if (!of_account)
        poll_health_hold(&host->health, clock_now_ms(host->shared->clock),
                         host->session_generation);
    if (note_refused(host, of_account, sentence) &&
        poll_verdict_is_news(host, host->round, failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING,
                  "%s: %s; asked again in 5 minutes, or when this changes: %s", host->plan->name,
                  sentence, host->plan->auth->place);
    poll_verdict_wake(host->shared, poll_verdict_auth(host));
}

static void note_host_failure(struct poll_host *host, const struct poll_failure *failure,
                              const char *sentence)
{
    host->build_state = POLL_BUILD_UNKNOWN; /* it may come back as another */
    if (failure->reach == POLL_FAILURE_REFUSED || failure->reach == POLL_FAILURE_ACCOUNT)
        note_refusal(host, failure, sentence);
    else if (poll_verdict_is_news(host, host->round, failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s", host->plan->name, sentence);
}

enum poll_verdict poll_verdict_fail(struct poll_host *host, const struct poll_failure *failure,
                                    const char *sentence)
{
    bool of_host = failure->reach != POLL_FAILURE_OF_INSTANCE;
    if (failure->fault)
        poll_verdict_accept(host);
    if (failure->reach == POLL_FAILURE_TIMEOUT && host->cut_short && host->round->got_reply) {
        host->round->ran_out = true;
        return POLL_VERDICT_TIME;
    }
    /* A connection that breaks on one instance alone must not cost the others. */
    if (failure->reach == POLL_FAILURE_BROKEN && host->round->got_reply)
        of_host = false;
    /* Nor must an enumeration that brings more and more, but no end. */
    if (failure->reach == POLL_FAILURE_TIMEOUT && host->heard)
        of_host = false;
    if (of_host) {
        note_host_failure(host, failure, sentence);
        return POLL_VERDICT_HOST;
    }
    if (failure->answered)
        poll_round_note_reply(host->round, host->started_ns, clock_now_ns(host->shared->clock));
    return POLL_VERDICT_INSTANCE;
}
