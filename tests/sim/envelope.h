/* SPDX-License-Identifier: MIT */
/*
 * The envelope around every reply, as recorded from Windows: one line, no XML declaration, header
 * order Action, MessageID, (ActivityId,) To, (OperationID, SequenceId,) RelatesTo
 * (shared/facts/wire.md 2; shared/replies/climbe_*, ps_02_*). Hosts differ: xml:lang and ActivityId
 * follow the host's seed. One thread at a time; nothing is owned.
 */
#ifndef SIM_ENVELOPE_H
#define SIM_ENVELOPE_H

#include "sim/bytes.h"

#include <stdint.h>

struct sim_envelope {
    const char *action;
    const char *relates_to;   /* NULL or "": left out */
    const char *operation_id; /* NULL: none */
    const char
        *not_understood; /* NULL, or the header of a MustUnderstand fault, with its namespace */
    const char *not_understood_ns;
    uint64_t seed;   /* the host's */
    uint64_t serial; /* makes this reply's MessageID */
};

/* Up to and including <s:Body>. */
void sim_envelope_open(struct sim_bytes *out, const struct sim_envelope *envelope);

/* </s:Body></s:Envelope> */
void sim_envelope_close(struct sim_bytes *out);

/* The namespace that sim_envelope_open binds to a prefix; NULL: it binds none. */
const char *sim_envelope_namespace(const char *prefix);

#endif
