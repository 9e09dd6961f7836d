/* SPDX-License-Identifier: MIT */
/*
 * The simulated hosts by name, with their modes and what was counted of them. The name is the Host
 * header without its port, compared without case. Ownership: the table owns its hosts; a host
 * pointer lives as long as the table. Threads: the HTTP thread alone, once the server runs.
 */
#ifndef SIM_HOSTS_H
#define SIM_HOSTS_H

#include "sim/mode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_counts {
    uint64_t connections; /* that carried at least one request for the host */
    uint64_t requests;
    uint64_t unauthorized; /* 401 answers */
    uint64_t faults;       /* SOAP fault answers */
    uint64_t in_flight;
    uint64_t in_flight_peak;
    uint64_t legs;         /* requests that carried a token of a handshake */
    uint64_t handshakes;   /* complete ones */
    uint64_t sealed;       /* sealed requests that were opened */
    uint64_t enumerations; /* Enumerate requests answered, Pull and Release requests */
    uint64_t pulls;
    uint64_t releases;
    uint64_t declarations;  /* of classes that were asked for, refused ones too */
    uint64_t contexts;      /* of enumerations that go on */
    uint64_t wrong_context; /* requests on a connection whose handshake was another host's */
};

/* What one principal asked of a host, legs not counted. */
struct sim_asker {
    char *principal;
    uint64_t requests;
    struct sim_asker *next;
};

struct sim_host {
    char *name;        /* lower case */
    char computer[64]; /* the computer's own name: first label, upper case; the whole name when it
                          is an address */
    uint64_t seed; /* FNV-1a of the name: what makes one host differ from the next (classes.h) */
    struct sim_mode mode;
    struct sim_counts counts;
    struct sim_asker *askers; /* the last new one first */
    struct sim_asker *asker;  /* of the last request */
    struct sim_host *next_in_bucket;
    struct sim_host *next; /* in order of creation */
};

#define SIM_HOST_BUCKETS 8192

struct sim_hosts {
    struct sim_host *buckets[SIM_HOST_BUCKETS];
    struct sim_host *first;
    struct sim_host *last;
    size_t count;
};

/* New: sim_hosts_free. NULL: no memory. */
struct sim_hosts *sim_hosts_create(void);

/* The host of that name, made when it is not there yet. Borrowed. NULL: no memory, or an empty
 * name. */
struct sim_host *sim_hosts_add(struct sim_hosts *hosts, const char *name);

/* Borrowed; NULL: no such host. */
struct sim_host *sim_hosts_find(const struct sim_hosts *hosts, const char *name);

/* Takes "name", "name:port", "[::1]:port" and writes the bare name in lower case. -1: it does not
 * fit or is empty. */
int sim_hosts_strip(const char *header, char *name, size_t name_size);

/* Counts a request of that principal. */
void sim_hosts_count(struct sim_host *host, const char *principal);

/* NULL is allowed. */
void sim_hosts_free(struct sim_hosts *hosts);

#endif
