/* SPDX-License-Identifier: MIT */
/*
 * The control endpoint below /_sim/, on the same listener, without authentication (it is on
 * loopback only):
 *
 *   GET  /_sim/stats[?host=NAME]         counts of all hosts or one, as JSON
 *   POST /_sim/host/NAME/mode?set=MODE   switches a host's mode (mode.h)
 *   GET  /_sim/clock                     the virtual clock
 *   POST /_sim/clock?advance=SECONDS     moves it forward (decimals allowed)
 *   GET  /_sim/replies                   the recorded instances that replay hosts serve
 *
 * Threads: the HTTP thread alone.
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim/answer.h"
#include "sim/bytes.h"

#include <stdint.h>

#define SIM_CONTROL_PATH "/_sim/"

struct sim_control_call {
    const char *method;
    const char *path; /* after SIM_CONTROL_PATH */
    const char *host; /* the query's values; NULL: not given */
    const char *set;
    const char *advance;
};

struct sim_traffic {
    uint64_t accepted; /* connections, all that were accepted */
    uint64_t open;     /* of them, still open */
    uint64_t requests; /* to hosts */
    uint64_t in_flight;
    uint64_t in_flight_peak;
};

/* Does what is asked; body gets JSON. The result is the HTTP status: 200, 400, 404, 405, 409. */
unsigned sim_control(struct sim_world *world, const struct sim_traffic *traffic,
                     const struct sim_control_call *call, struct sim_bytes *body);

#endif
