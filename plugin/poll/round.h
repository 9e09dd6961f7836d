/* SPDX-License-Identifier: MIT */
/*
 * round: what a host fetches in one interval: how far it got, what is remembered of each instance,
 * and what is told when it ends.
 *
 * Part of a host (poll/host.h), whose runner calls; what is marked [lock] is guarded by
 * poll_shared's lock.
 */
#ifndef POLL_ROUND_H
#define POLL_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/host.h"
#include "poll/discovery.h"
#include "poll/harvest.h"
#include "poll/health.h"
#include "poll/schedule.h"

struct poll_host;

/* One discovery of the round. */
struct poll_search {
    const struct model_discovery *plan;
    struct poll_discovery *found;
    poll_health_mark mark;
    bool asks_all; /* the host takes no query of single properties */
    bool told_empty;
    unsigned lost_count; /* lists of which none came, one after another */
    bool has_come;       /* one of the members, since it was listed */
    bool is_listed;      /* MODEL_FETCH_GET: until list_at_ms */
    uint64_t list_at_ms; /* when the host is asked for the keys again */
};

struct poll_round {
    const struct model_round *plan;
    poll_health_mark *marks;      /* one an instance */
    struct poll_place *places;    /* one an instance */
    struct poll_search *searches; /* one a discovery */

    bool active;          /* [lock] */
    bool missed;          /* [lock] a turn came while it was active */
    uint64_t deadline_ms; /* [lock] changes only while not active */

    /* How far it got: instances, then searches, and of each its members. */
    size_t next;
    size_t next_search;
    size_t next_member;
    bool was_listed; /* the search was, in this pass */
    uint32_t pass;   /* counts them */

    bool waited; /* for another host that asks for a class */
    bool got_reply;
    bool got_instance;
    uint64_t slowest_ns;
    bool restarted;    /* the host, as this pass shows */
    bool told_restart; /* and no pass since was without one */
    bool ran_out;      /* something was cut short by the deadline */
    bool too_long;     /* said, and not yet over */
    bool failed; /* the host failed while this round asked, and no later one of it got through */
};

/* Of a host whose other members stand. -1: ERR_MEMORY; poll_round_free all the same. */
int poll_round_init(struct poll_round *round, struct poll_host *host,
                    const struct model_round *plan, struct err *err);
/* Zeroed is fine. */
void poll_round_free(struct poll_round *round);

bool poll_round_is_active(struct poll_host *host, const struct poll_round *round);

/* The active round that must end first; NULL: none is. Called with the lock held. */
struct poll_round *poll_round_choose(struct poll_host *host);

/* A little before the next turn, so that what ends in time is over when that comes. */
uint64_t poll_round_deadline_ms(const struct poll_round *round, const struct poll_due *due);

/* How long the next request may take; 0: too little is left to begin one, for one that is cut short
 * costs the connection. *cut_short: it is less than the timeout. */
uint64_t poll_round_time_ms(struct poll_host *host, const struct poll_round *round,
                            bool *cut_short);

/* The host gave a reply to what it was asked at started_ns, be it a fault. */
void poll_round_note_reply(struct poll_round *round, uint64_t started_ns, uint64_t now_ns);

/* It got to its end, or its time is up (too_long): that is said, and it ends. */
void poll_round_close(struct poll_host *host, struct poll_round *round, bool too_long);
/* Every active round ends, as the host failed. */
void poll_round_end_all(struct poll_host *host);

#endif
