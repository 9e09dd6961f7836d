/* SPDX-License-Identifier: MIT */
/*
 * step: what a round of a host asks for next: an instance, the members of a discovery, or, before
 * those, what must be known of their class.
 *
 * Part of a host (poll/host.h), whose runner calls. It sends nothing: poll/fetch.c does.
 */
#ifndef POLL_STEP_H
#define POLL_STEP_H

#include <stdbool.h>

#include "cim/instance.h"
#include "poll/health.h"
#include "poll/schemas.h"

struct poll_host;
struct poll_place;
struct poll_round;
struct poll_search;

enum poll_errand {
    POLL_ERRAND_INSTANCE, /* one that the configuration names */
    POLL_ERRAND_MEMBER,   /* one that the host named */
    POLL_ERRAND_LIST,     /* the keys of those that there are */
    POLL_ERRAND_QUERY,    /* all that there are, with the properties asked for */
    POLL_ERRAND_BUILD,    /* which Windows it is */
    POLL_ERRAND_SCHEMA,   /* the class */
};

struct poll_step {
    enum poll_errand errand;
    enum poll_errand target; /* what it is for; another than errand where that is BUILD or SCHEMA */
    const struct model_instance *rule;
    const struct poll_reading *reading; /* INSTANCE, MEMBER, QUERY */
    struct poll_search *search;         /* MEMBER, LIST, QUERY */
    struct poll_schema *schema;         /* SCHEMA */
    const MI_Instance *key;             /* INSTANCE, MEMBER */
    struct poll_place *place;           /* INSTANCE, MEMBER */
    poll_health_mark *mark;             /* INSTANCE, MEMBER, LIST, QUERY */
    const char *object;                 /* of what it is, for a person */
};

/* What the round wants next; false: it is through. */
bool poll_step_find(struct poll_host *host, struct poll_round *round, struct poll_step *step);

/* What must be asked for before it: step becomes BUILD or SCHEMA, the latter for the caller to ask
 * or to give up (poll/schemas.h); or its reading is set. False: it is left out in this pass, for
 * another host is asking for its class, or there is no memory. */
bool poll_step_prepare(struct poll_host *host, struct poll_step *step);

/* The host says that it has no such class: it is not asked for its schema for a while. False: no
 * memory, it will be. */
bool poll_step_note_absence(struct poll_host *host, const struct poll_step *step);

/* The class did not come, for whatever reason. True: for the second time; it is the class then, not
 * the moment, and the same as an absence: what the module says is better than nothing. */
bool poll_step_note_miss(struct poll_host *host, const struct poll_step *step);

/* The round has asked for the step's target, or leaves it out in this pass. */
void poll_step_pass(struct poll_round *round, const struct poll_step *step);

#endif
