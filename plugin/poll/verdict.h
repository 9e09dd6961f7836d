/* SPDX-License-Identifier: MIT */
/*
 * verdict: what the outcome of a request means for the host and for the auth that it shares with
 * other hosts: what is said, who must wait, who may go on.
 *
 * A host's runner calls (poll/host.h). No lock is held.
 */
#ifndef POLL_VERDICT_H
#define POLL_VERDICT_H

#include <stdbool.h>

#include "poll/failure.h"
#include "poll/health.h"

struct poll_host;
struct poll_round;
struct poll_shared;

struct poll_health_auth *poll_verdict_auth(const struct poll_host *host);

/* A failure of the host is said once a kind, until a round of each that failed so got through
 * again. True: now. */
bool poll_verdict_is_news(struct poll_host *host, struct poll_round *round,
                          const struct poll_failure *failure);

/* The host accepted who asks. */
void poll_verdict_accept(struct poll_host *host);
/* The request is over; where nothing was said of the auth, those that wait for that go on. */
void poll_verdict_end(struct poll_host *host);

enum poll_verdict {
    POLL_VERDICT_HOST,     /* nothing else of it is worth asking for now; it was said */
    POLL_VERDICT_TIME,     /* the round's time is up, not the host's patience */
    POLL_VERDICT_INSTANCE, /* only what was asked for is lost: for the caller to say */
};
enum poll_verdict poll_verdict_fail(struct poll_host *host, const struct poll_failure *failure,
                                    const char *sentence);

/* Goes on with all hosts that wait for the auth, as their runner; those that must wait on do. */
void poll_verdict_wake(struct poll_shared *shared, struct poll_health_auth *auth);

#endif
