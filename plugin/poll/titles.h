/* SPDX-License-Identifier: MIT */
/*
 * titles: what the metrics of an instance that the host named are called: the rule's templates with
 * its keys in them, or, where another has that name (poll/names.h), the same with a suffix.
 *
 * Those that come together go through each step together:
 *
 *   poll_titles_bid      plain names; most instances are through with that
 *   poll_titles_settle   those who did not get theirs bid for names with a suffix, after one more
 *                        poll_names_begin
 *   poll_titles_confirm  who did not get such a one either goes without
 *
 * Part of a discovery (poll/discovery.h), whose runner calls.
 */
#ifndef POLL_TITLES_H
#define POLL_TITLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "model/instance.h"
#include "poll/harvest.h"
#include "poll/names.h"

struct poll_titles_draft;

/* What all instances of a discovery share. Zeroed but for the first four. */
struct poll_titles {
    const struct model_instance *rule;
    struct poll_names *names;
    const char *host_name; /* for the log */
    const struct log *log;
    struct poll_titles_draft *drafts; /* one a metric; made when needed */
    struct buf text;
};

/* Frees what is only needed while names are made; more can be made all the same. */
void poll_titles_rest(struct poll_titles *titles);

/* An instance. Zeroed at first. */
struct poll_bearer {
    struct poll_title *titles; /* one a metric, with their texts; free with poll_titles_release */
    uint64_t owner;            /* poll_names_owner */
    bool is_contested;         /* one of its plain names is not its */
};

/* Who the bearer is, for the call. */
struct poll_titles_keys {
    const struct model_key *keys;
    size_t key_count;
    const char *object; /* for a person */
};

/* -1, here and below: no memory. Then the bearer is to be released. */
int poll_titles_bid(struct poll_titles *titles, const struct poll_titles_keys *keys,
                    struct poll_bearer *bearer);
/* Says what collides. One that has its plain names is left as it is. */
int poll_titles_settle(struct poll_titles *titles, const struct poll_titles_keys *keys,
                       struct poll_bearer *bearer);
/* 0, always. */
int poll_titles_confirm(struct poll_titles *titles, const struct poll_titles_keys *keys,
                        struct poll_bearer *bearer);

/* Gives up its names and frees them. */
void poll_titles_release(struct poll_titles *titles, struct poll_bearer *bearer);

#endif
