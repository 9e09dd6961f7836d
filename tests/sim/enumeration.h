/* SPDX-License-Identifier: MIT */
/*
 * Enumerate, Pull and Release (MS-WSMV 3.1.4.8 to 3.1.4.10, shared/facts/wire.md 2): the contexts a
 * simulator keeps between requests, and the pages it answers. As recorded, the EnumerateResponse
 * holds one item (mode first=N: N) and the PullResponse the rest, as far as MaxElements, the
 * envelope's size and the mode (page=N) let it; the end is said with the last item, in
 * WS-Management's namespace in an EnumerateResponse and in WS-Enumeration's in a PullResponse. A
 * query is one of wql.h; named properties are answered by w:XmlFragment. Its own: the instances are
 * those of the moment of the Enumerate, their values those of each Pull.
 *
 * Ownership: the world owns the contexts; a host's are never many. Threads: the HTTP thread.
 */
#ifndef SIM_ENUMERATION_H
#define SIM_ENUMERATION_H

#include "sim/answer.h"

struct sim_enumeration;

/* Adds what stands in the Body to out, which holds the envelope's begin. 0, or the fault. */
uint32_t sim_enumeration_answer(struct sim_world *world, struct sim_host *host,
                                const struct sim_request *request, struct sim_bytes *out);

/* The Action of the answer. */
const char *sim_enumeration_action(const struct sim_request *request);

/* Forgets all contexts. */
void sim_enumeration_free(struct sim_enumeration *first);

#endif
