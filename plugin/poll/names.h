/* SPDX-License-Identifier: MIT */
/*
 * names: who has which identity (plugin, plugin_instance, type, type_instance) within one host,
 * where instances come and go while it runs. What config/identities.h is for those that the
 * configuration names.
 *
 * A name that runs is never given to another: who comes later gets a suffix (metric/name.h,
 * metric_name_tell_apart), and so do all of those that come together. Who once had a contested name
 * gets it back when it returns. Which of two is the one with the suffix may differ after a start of
 * the daemon, where the order was another; two that are both there at the start both have it.
 * A name that nobody contested is forgotten with its owner.
 *
 * Kept as hashes of 64 bits. Owned by a host that has discoveries; its runner calls.
 */
#ifndef POLL_NAMES_H
#define POLL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/host.h"

#define POLL_NAMES_MAX_REMEMBERED \
    4096 /* contested names whose owner is not there; where a batch finds more, none is kept */
#define POLL_NAMES_MAX_SAID 20 /* collisions, of a host */

struct poll_names;

/* New: the host's own metrics (`up`, response_time) and those of the instances that its plan names
 * have their identities already; free with poll_names_free. NULL: ERR_MEMORY. */
struct poll_names *poll_names_new(const struct model_host *plan, struct err *err);
/* NULL is fine. */
void poll_names_free(struct poll_names *names);

/* Hashes for the calls below. */
uint64_t poll_names_identity(const char *plugin, const char *plugin_instance, const char *type,
                             const char *type_instance);
/* Of an instance of a rule, by its key values, which have no case. Its metrics are owners apart:
 * this for the first, one more for each that follows. */
uint64_t poll_names_owner(const struct model_instance *rule, const struct model_key *keys,
                          size_t key_count);

/* Those who bid from now on come together, and after those who have bid. */
void poll_names_begin(struct poll_names *names);
/* Wants the identity for the owner. -1: no memory. */
int poll_names_bid(struct poll_names *names, uint64_t identity, uint64_t owner);
/* After all bids of those who come together: whether it is the owner's. */
bool poll_names_has(const struct poll_names *names, uint64_t identity, uint64_t owner);
/* The owner is not there any more; one that does not have the identity gives up nothing. */
void poll_names_release(struct poll_names *names, uint64_t identity, uint64_t owner);

/* Whether it is to be said that the identity is contested: once an identity, and only so many
 * times a host. */
enum poll_names_say { POLL_NAMES_SILENT, POLL_NAMES_SAY, POLL_NAMES_SAY_LAST };
enum poll_names_say poll_names_collide(struct poll_names *names, uint64_t identity);

/* For measurements and tests: identities that somebody has, or had and may get back. */
size_t poll_names_count(const struct poll_names *names);

#endif
