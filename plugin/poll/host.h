/* SPDX-License-Identifier: MIT */
/*
 * host: one host's turn: its rounds, its session, one GetInstance at a time.
 *
 *             a round is due
 *   IDLE ----------------------> CHOOSING <---------------------------------------.
 *    ^                           |  |  |                                          |
 *    |  no round is active, or   |  |  | held back after a 401, no password, no   |
 *    |  the poller stops         |  |  | session: every active round ends, up 0 --+
 *    '---------------------------'  |  |                                          |
 *                                   |  '- the round is through or its time is up: |
 *                                   |     it ends ------------------------------- +
 *                                   | GetInstance                                 |
 *                                   v                                             |
 *                                FETCHING                                         |
 *                                   | the one final callback:                     |
 *                                   |   an instance: samples                      |
 *                                   |   failed, of the instance: only it is lost  |
 *                                   |   failed, of the host: every active round   |
 *                                   |   ends; a local timeout drops the session   |
 *                                   '---------------------------------------------'
 *
 * CHOOSING -> WAITING -> CHOOSING: nobody knows yet whether the auth is accepted, and enough hosts
 * are asking already (poll/health.h). Whoever hears the outcome goes on with all that wait for it;
 * a turn that comes meanwhile ends the round before it.
 *
 * Several rounds of a host share its one connection: before each GetInstance the active round that
 * must end first is chosen, so that a long round of slow things does not starve a short one. A
 * round has a deadline a little before it is due again, and each GetInstance is given the rest of
 * that time at most. A round that is due while it is still active misses that turn.
 *
 * Threads. Whoever took a host out of IDLE runs it until it is IDLE again: first the poller's
 * thread, from the first callback on MI's network thread (MI hands over; nothing is touched after
 * MI_Session_GetInstance was called). Whoever took it out of WAITING runs it likewise. What is
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
#include "poll/harvest.h"
#include "poll/health.h"
#include "poll/keys.h"
#include "poll/schedule.h"
#include "poll/secrets.h"
#include "poll/sink.h"

/* What all hosts of one poller share. All but stopping and auths is set before the first host runs.
 */
struct poll_shared {
    MI_Application application;
    struct poll_keys *keys;
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

struct poll_round {
    const struct model_round *plan;
    poll_health_mark *marks; /* one an instance */
    struct poll_harvest harvest;

    bool active;          /* [lock] */
    bool missed;          /* [lock] a turn came while it was active */
    uint64_t deadline_ms; /* [lock] changes only while not active */

    size_t next; /* the instance to ask for */
    bool got_reply;
    bool got_instance;
    uint64_t slowest_ns;
    bool told_restart; /* in this pass */
    bool ran_out;      /* a GetInstance was cut short by the deadline */
    bool too_long;     /* said, and not yet over */
    bool failed; /* the host failed while this round asked, and no later one of it got through */
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
    uint64_t session_generation; /* of the proof that the session was made with */
    MI_Operation operation;      /* FETCHING: this round's GetInstance */
    struct poll_round *round;
    const struct poll_key *key;
    uint64_t started_ns;
    bool told_fall; /* a counter fell without a wrap */
    bool cut_short; /* it was given less than the timeout, for its round must end */
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

#endif
