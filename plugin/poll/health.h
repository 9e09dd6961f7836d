/* SPDX-License-Identifier: MIT */
/*
 * health: what is wrong with one host, as far as it was said already, and whether the host may be
 * asked at all. Backoff is decided here, in poll_health_may_ask, and nowhere else.
 *
 * Pure: time is a parameter, nothing is logged; a function that returns true tells its caller to
 * say it now. A kind of failure is an MI_Result with an error category, once for the host and once
 * for instances; each is complained about once until it is over. Owned by its poll_host; whoever
 * runs the host (poll/host.h) calls, one thread at a time.
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

#endif
