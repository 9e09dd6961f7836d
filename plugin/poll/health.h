/* SPDX-License-Identifier: MIT */
/*
 * health: what is wrong with one host, as far as it was said already, and whether the host may be
 * asked at all; the same of one auth, which many hosts share. Backoff is decided here, in
 * poll_health_may_ask for the host and poll_health_auth_ask for the auth, and nowhere else.
 *
 * Pure: time is a parameter, nothing is logged; a function that returns true tells its caller to
 * say it now. A kind of failure is an MI_Result with an error category, once for the host and once
 * for instances; each is complained about once until it is over. Owned by its poll_host; whoever
 * runs the host (poll/host.h) calls, one thread at a time. What is of an auth is guarded by
 * poll_shared's lock.
 */
#ifndef POLL_HEALTH_H
#define POLL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poll/failure.h"

#define POLL_HEALTH_MAX_KINDS      16
#define POLL_HEALTH_MAX_PROPERTIES 512 /* complaints about properties; past it silence */

/* A host that refused the credentials is asked again after this time, not before. */
#define POLL_HEALTH_HOLD_MS (5u * 60u * 1000u)

/* For each instance of the host one mark, kept by the caller and zero at first: which kind it fails
 * with. */
typedef uint8_t poll_health_mark;

struct poll_health_kind {
    bool said;
    bool of_host;
    uint8_t result;
    uint8_t category;
    uint16_t failing; /* instances whose mark is this kind */
};

struct poll_health {
    struct poll_health_kind kinds[POLL_HEALTH_MAX_KINDS];
    uint32_t failing; /* instances that fail with whatever kind */
    bool down;        /* a failure of the host was the last that was heard of it */

    bool held;
    uint64_t held_until_ms;
    uint64_t held_generation;

    uint64_t *properties; /* hashes already complained about; open addressing, 0 is free */
    size_t property_count;
    size_t property_capacity;
};

#define POLL_HEALTH_INIT \
    {                    \
        .down = false    \
    }

void poll_health_free(struct poll_health *health);

/* The whole host failed. True: say so, this kind is new. */
bool poll_health_fail_host(struct poll_health *health, const struct poll_failure *failure);
/* One instance failed while the host answered. True: say so, no instance had this kind yet. */
bool poll_health_fail_instance(struct poll_health *health, poll_health_mark *mark,
                               const struct poll_failure *failure);

/* The host is well, whatever its instances say. True: say that it answers again. */
bool poll_health_answer(struct poll_health *health);
/* The instance came. True: it was the last one to fail with its kind, say that it is back. */
bool poll_health_recover_instance(struct poll_health *health, poll_health_mark *mark);

/* The host refused the credentials of this generation (poll/secrets.h). */
void poll_health_hold(struct poll_health *health, uint64_t now_ms, uint64_t generation);
/* Whether anything may be sent to the host. A new generation or POLL_HEALTH_HOLD_MS end a hold;
 * after a new generation a refusal is complained about anew. */
bool poll_health_may_ask(struct poll_health *health, uint64_t now_ms, uint64_t generation);

/* A property of a class gave no number. True: say so, it is the first time. */
bool poll_health_first_property(struct poll_health *health, const char *class_name,
                                const char *property);

/* --- One auth ---
 *
 *             3 hosts in a row refuse, or the KDC does
 *   UNPROVEN ------------------------------------------> HELD: one host asks for all, 5 minutes
 *     |    ^                                              |    after each refusal, 30 after the
 * KDC's | a  | a host refuses                               | v    | | a host accepts ACCEPTED
 * <--------------------------------------------' (a new generation is UNPROVEN, whatever was
 * before)
 *
 * While it is UNPROVEN only so many hosts may be asked at once that all of them together can
 * refuse without being too many; the others wait for the outcome. So a wrong password is tried
 * three times, however many hosts are due at once and however slow they are.
 */
#define POLL_HEALTH_MAX_REFUSALS 3

/* A KDC that refused an account is asked again after this time, not before. */
#define POLL_HEALTH_ACCOUNT_MS (30u * 60u * 1000u)
/* How long a probe waits for a host that was not tried yet before one that was may have it, and how
 * long after a probe that brought no verdict the next one is. */
#define POLL_HEALTH_TURN_MS 60000u

struct poll_health_auth {
    size_t host_count;   /* hosts that use it; set before the first is asked */
    uint64_t generation; /* what all that follows is about */
    bool accepted;       /* by the host that was heard of last */
    bool held;
    bool of_account;       /* held, and the KDC is the reason */
    uint64_t probe_ms;     /* held: the next one may be asked */
    uint32_t turn;         /* over when all hosts were tried, or one accepted */
    uint32_t tried_count;  /* hosts that refused in this turn */
    uint32_t asking_count; /* hosts whose verdict is not there yet */
    struct poll_health_trial *first_waiting;
    struct poll_health_trial *last_waiting;
};

/* One a host; zero at first, but for owner. */
struct poll_health_trial {
    void *owner; /* the caller's, to find the host of one that waited */
    struct poll_health_trial *next;
    bool asking; /* counted in asking_count */
    uint64_t generation;
    uint32_t turn; /* in which it was tried last */
};

enum poll_health_leave {
    POLL_HEALTH_GO,   /* ask; then tell the verdict, or that there is none */
    POLL_HEALTH_HELD, /* not now */
    POLL_HEALTH_WAIT  /* it is among those that wait now, until it is taken out */
};

enum poll_health_say {
    POLL_HEALTH_SAY_HOST,   /* it is the host's own matter yet */
    POLL_HEALTH_SAY_AUTH,   /* the auth is held from now on: say it of the auth */
    POLL_HEALTH_SAY_NOTHING /* it was said of the auth */
};

/* May the host send anything that shows this generation of the auth? */
enum poll_health_leave poll_health_auth_ask(struct poll_health_auth *auth,
                                            struct poll_health_trial *trial, uint64_t now_ms,
                                            uint64_t generation);
/* Verdicts; those about an earlier generation change nothing. generation is the session's. */
/* True: it was held, say that it is over. */
bool poll_health_auth_accept(struct poll_health_auth *auth, struct poll_health_trial *trial,
                             uint64_t generation);
/* The host answered 401. */
enum poll_health_say poll_health_auth_refuse(struct poll_health_auth *auth,
                                             struct poll_health_trial *trial, uint64_t now_ms,
                                             uint64_t generation);
/* The KDC refused the account. */
enum poll_health_say poll_health_auth_refuse_account(struct poll_health_auth *auth,
                                                     struct poll_health_trial *trial,
                                                     uint64_t now_ms, uint64_t generation);
/* The host was not asked after all, or gave no verdict. True: others may go on. */
bool poll_health_auth_end(struct poll_health_auth *auth, struct poll_health_trial *trial,
                          uint64_t now_ms);

/* Takes out all that wait, the longest first, linked by next: to be called after each verdict, and
 * where poll_health_auth_end says so; each asks again then. */
struct poll_health_trial *poll_health_auth_take_waiting(struct poll_health_auth *auth);
/* Takes out one that waits. */
void poll_health_auth_stop_waiting(struct poll_health_auth *auth, struct poll_health_trial *trial);

#endif
