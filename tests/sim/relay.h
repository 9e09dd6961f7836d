/* SPDX-License-Identifier: MIT */
/*
 * A relay in front of a server: it passes bytes on both ways, and does one thing to a connection
 * when a rule says so: cuts it, holds it, answers in the server's place. What a scripted server
 * cannot do where the exchange is sealed or in TLS: the server behind is a real one.
 *
 * Connection k follows rule k; those beyond the last rule are passed on untouched.
 *
 * Threads: one of its own (all signals blocked) serves everything. Every function below may be
 * called from any other thread, relay_stop once. Bytes of rules are borrowed until then.
 */
#ifndef SIM_RELAY_H
#define SIM_RELAY_H

#include <stddef.h>

struct relay;

enum relay_act {
    RELAY_PASS,   /* nothing */
    RELAY_CLOSE,  /* both sides are closed (FIN) once after_bytes of that side were passed on */
    RELAY_RESET,  /* likewise, with a TCP reset */
    RELAY_HOLD,   /* likewise, but the connection stays open and nothing more is passed on */
    RELAY_ANSWER, /* request number request of the connection (from 0) never reaches the server:
                     bytes go back to the client instead; what follows is passed on */
};
enum relay_side { RELAY_CLIENT, RELAY_SERVER };

struct relay_rule {
    enum relay_act act;
    enum relay_side side; /* whose bytes are counted */
    size_t after_bytes;
    size_t request;
    const char *bytes; /* a string */
};

/* Starts a relay on a free port of 127.0.0.1 to that port. New: relay_stop. NULL: no memory, no
 * socket, no thread. The rules are copied. */
struct relay *relay_start(unsigned server_port, const struct relay_rule *rules, size_t count);
unsigned relay_port(const struct relay *relay);

/* Connections accepted so far. */
size_t relay_connection_count(struct relay *relay);
/* Bytes of that side passed on so far, over all connections. */
size_t relay_passed_bytes(struct relay *relay, enum relay_side side);
/* Waits until so many connections are held by their rule. 0, or -1 when ten seconds passed: a guard
 * against a hanging test. */
int relay_await_held(struct relay *relay, size_t count);
/* Closes (FIN) every connection there is now, and waits until that is done. */
void relay_cut(struct relay *relay);

/* NULL is allowed. */
void relay_stop(struct relay *relay);

#endif
