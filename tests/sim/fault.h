/* SPDX-License-Identifier: MIT */
/*
 * Writes SOAP faults in the two dialects of Windows (shared/facts/wire.md 3;
 * shared/replies/winrb_*, omi_*). The shape is the recorded one, the sentences are our own. One
 * thread at a time; nothing is owned.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "sim/bytes.h"
#include "sim/request.h"

#include <stdint.h>

struct sim_fault {
    uint32_t code;       /* any; those without a row in the table are s:Receiver, w:InternalError */
    int dialect;         /* 1: f:WSManFault, 2: p:MSFT_WmiError */
    const char *machine; /* as the Host header names it: the outer Machine */
    const char *computer; /* as the host names itself: the inner Machine */
    uint64_t seed;
    uint64_t serial;
};

/* Writes the whole envelope. request says what it relates to and which object was meant. */
void sim_fault_write(struct sim_bytes *out, const struct sim_fault *fault,
                     const struct sim_request *request);

#endif
