/* SPDX-License-Identifier: MIT */
/*
 * discovery: the instances that one discovery of one host has now: who is there, what each is
 * called, what is remembered of its counters. A pass of the host's answers brings them up to date.
 *
 * It sends nothing: poll/fetch.c asks, and tells every instance that arrives. Instances that no
 * complete pass shows are gone, with all that was known of them; a pass that ends early takes
 * nobody away. Owned by its round (poll/host.h); its runner calls.
 *
 *   poll_discovery_begin
 *   poll_discovery_arrive   for each instance; a known one is to be harvested at once
 *   poll_discovery_end      names the newcomers, takes away who is gone
 *   poll_discovery_newcomer those that came, each with the instance that brought it
 */
#ifndef POLL_DISCOVERY_H
#define POLL_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "cim/instance.h"
#include "model/discovery.h"
#include "poll/filters.h"
#include "poll/harvest.h"
#include "poll/health.h"
#include "poll/names.h"

#define POLL_DISCOVERY_MAX_KEY_BYTES     4096 /* of one key's value; one that is longer is left out */
#define POLL_DISCOVERY_MAX_BROUGHT_BYTES (16u * 1024u * 1024u) /* of all newcomers' instances */

struct poll_member {
    struct poll_place place; /* what is remembered of it; with the names of its metrics */
    const char *object;      /* Win32_Service.Name="Spooler", for a person */
    MI_Instance *key;        /* MODEL_FETCH_GET: what asks for it; else NULL */
    poll_health_mark mark;   /* MODEL_FETCH_GET */
    uint32_t asked_in;       /* MODEL_FETCH_GET: the caller's: the last pass that asked for it */
};

struct poll_discovery;

struct poll_discovery_options {
    const struct model_discovery *plan; /* borrowed, as all of these */
    const struct poll_filter *filter;
    struct poll_names *names;   /* of the host */
    struct poll_health *health; /* of the host: a member that goes fails no more (NULL: no marks) */
    const char *host_name;      /* for the log */
    const struct log *log;
};

/* New and empty: free with poll_discovery_free. NULL: ERR_MEMORY. */
struct poll_discovery *poll_discovery_new(const struct poll_discovery_options *options,
                                          struct err *err);
/* NULL is fine. */
void poll_discovery_free(struct poll_discovery *discovery);

/* What a pass before it brought and did not end is forgotten. */
void poll_discovery_begin(struct poll_discovery *discovery);

/* An instance of the class, with at least its key properties, borrowed for the call. Returns the
 * member where it is one already and did not arrive in this pass yet. NULL: it is a newcomer, which
 * is cloned and shown after the end; or not wanted, there twice, beyond max_instances (those that
 * are members already come before newcomers), or one without its keys: such are counted, and said
 * once until a complete pass is without them. A key value is text, a number or a boolean; keys have
 * no case (shared/facts/wire.md 1). */
struct poll_member *poll_discovery_arrive(struct poll_discovery *discovery,
                                          const MI_Instance *instance);

/* complete: the host showed all there are. Two names that collide are said once. Of a discovery
 * whose keys all have values, who is not there is said once, until all are. */
void poll_discovery_end(struct poll_discovery *discovery, bool complete);

/* After poll_discovery_end, once for each i from 0 on; NULL past the last. *instance: the one that
 * brought it, borrowed until the next call; NULL for MODEL_FETCH_GET, which asks for it anew, and
 * beyond POLL_DISCOVERY_MAX_BROUGHT_BYTES: the next pass brings it again. */
struct poll_member *poll_discovery_newcomer(struct poll_discovery *discovery, size_t i,
                                            const MI_Instance **instance);

/* Those that are there, in no particular order that lasts longer than until the next end; NULL past
 * the last. */
struct poll_member *poll_discovery_member(struct poll_discovery *discovery, size_t i);
size_t poll_discovery_count(const struct poll_discovery *discovery);

/* MODEL_FETCH_GET, not within a pass: the host says that it is not there any more. Members behind
 * it move up. */
void poll_discovery_drop(struct poll_discovery *discovery, size_t i);

#endif
