/* SPDX-License-Identifier: MIT */
/*
 * host: one host's turn: its rounds, its session, one request at a time.
 *
 *             a round is due
 *   IDLE ----------------------> CHOOSING <---------------------------------------.
 *    ^                           |  |  |                                          |
 *    |  no round is active, or   |  |  | held back after a 401, no password, no   |
 *    |  the poller stops         |  |  | session: every active round ends, up 0 --+
 *    '---------------------------'  |  |                                          |
 *                                   |  '- the round is through or its time is up: |
 *                                   |     it ends ------------------------------- +
 *                                   | a request (poll/step.h)                     |
 *                                   v                                             |
 *                                FETCHING                                         |
 *                                   | the one final callback:                     |
 *                                   |   an instance, or many: samples             |
 *                                   |   failed, of the instance: only it is lost  |
 *                                   |   failed, of the host: every active round   |
 *                                   |   ends; a local timeout drops the session   |
 *                                   '---------------------------------------------'
 *
 * CHOOSING -> WAITING -> CHOOSING: nobody knows yet whether the auth is accepted, and enough hosts
 * are asking already (poll/health.h). Whoever hears the outcome goes on with all that wait for it;
 * a turn that comes meanwhile ends the round before it.
 *
 * Several rounds of a host share its one connection: before each request the active round that
 * must end first is chosen, so that a long round of slow things does not starve a short one. A
 * round has a deadline a little before it is due again, and each request is given the rest of
 * that time at most. A round that is due while it is still active misses that turn.
 *
 * Threads. Whoever took a host out of IDLE runs it until it is IDLE again: first the poller's
 * thread, from the first callback on MI's network thread (MI hands over; nothing is touched after
 * the operation was begun). Whoever took it out of WAITING runs it likewise. What is
 * marked [lock] is guarded by poll_shared's lock; all else of a host belongs to its runner. No
 * deadlock: the lock is a leaf. Under it no function of MI, no sink, no log and no secrets is
 * called; so a callback that MI would run at once inside of ours, or a sink that waits for
 * collectd's own locks, can never find it held by its own caller.
 *
 * Owned by the poller. Nothing here waits.
 */
#ifndef POLL_HOST_H
#define POLL_HOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "mi/mi.h"
#include "model/host.h"
#include "poll/filters.h"
#include "poll/health.h"
#include "poll/keys.h"
#include "poll/names.h"
#include "poll/round.h"
#include "poll/schedule.h"
#include "poll/schemas.h"
#include "poll/secrets.h"
#include "poll/sink.h"
#include "poll/step.h"

/* What all hosts of one poller share. All but stopping and auths is set before the first host runs.
 */
struct poll_shared {
    MI_Application application;
    struct poll_keys *keys;
    struct poll_filters *filters;
    struct poll_schemas *schemas;
    struct poll_secrets *secrets;   /* borrowed */
    struct poll_health_auth *auths; /* by poll_secrets_slot; [lock] once hosts run */
    struct poll_sink sink;
    struct log log;
    const struct clock *clock; /* borrowed: monotonic, for dues, deadlines and response times */
    const struct clock *wall;  /* borrowed: since the epoch, for the time of values */
    pthread_mutex_t lock;
    bool stopping; /* [lock] */
};

enum poll_host_state { POLL_HOST_IDLE, POLL_HOST_CHOOSING, POLL_HOST_FETCHING, POLL_HOST_WAITING };

/* Which Windows the host is: schemas are shared by those of one build (poll/schemas.h). */
enum poll_build {
    POLL_BUILD_UNKNOWN, /* to be asked where a schema is wanted */
    POLL_BUILD_KNOWN,
    POLL_BUILD_HIDDEN, /* it does not say, until build_at_ms or until it comes back from a failure
                        */
};

/* A class that this host does not have, as others of its build may, or does not give: it is asked
 * again after a while. */
struct poll_absence {
    const struct model_instance *rule;
    uint64_t until_ms;
    bool was_missed; /* once, and that is not counted yet */
};

struct poll_host {
    const struct model_host *plan;
    struct poll_shared *shared;
    size_t secret_slot;
    struct poll_round *rounds;

    enum poll_host_state state; /* [lock] */
    MI_Session session;         /* [lock] */
    bool has_session;           /* [lock] */

    struct poll_health_trial trial; /* [lock] */

    struct poll_health health;
    struct poll_names *names;    /* where it has a discovery, else NULL */
    uint64_t session_generation; /* of the proof that the session was made with */
    MI_Operation operation;      /* FETCHING: of this round, for this step */
    struct poll_round *round;
    struct poll_step step;
    uint64_t started_ns;
    bool heard;     /* something of its answer */
    bool cut_short; /* it was given less than the timeout, for its round must end */
    bool told_fall; /* a counter fell without a wrap */
    bool told_build;
    bool told_absence;
    enum poll_build build_state;
    uint64_t build_at_ms; /* HIDDEN: it may have been a hiccup */
    char build[32];       /* KNOWN: 10.0.17763 */
    struct poll_absence *absences;
    size_t absence_count;
};

/* Fills *host, which is counted among those of its auth. ERR_MEMORY; then nothing is left to free.
 */
int poll_host_init(struct poll_host *host, const struct model_host *plan,
                   struct poll_shared *shared, struct err *err);
/* After poll_host_stop, when no callback can come any more. */
void poll_host_free(struct poll_host *host);

/* Poller's thread: a round's turn has come. */
void poll_host_begin_round(struct poll_host *host, const struct poll_due *due);

/* Any thread but the network's, once poll_shared's stopping is set: closes the session, which
 * cancels what is under way. Does not wait for it. */
void poll_host_stop(struct poll_host *host);

/* For its own parts (poll/fetch.c, poll/verdict.c), as its runner. _go_on: chooses what to do next;
 * nothing of the host may be touched after it. */
void poll_host_go_on(struct poll_host *host);
void poll_host_drop_session(struct poll_host *host);

#endif
