/* SPDX-License-Identifier: MIT */
/*
 * client: what the clients of the benchmark share. One fetches Win32_LogicalDisk.DeviceID="c:" so
 * many times of a simulated host in another process, and counts what it got. Some do something else
 * so many times.
 *
 * Not a measurement: tests/bench/run measures the process from outside; only what it cannot see
 * from there (CPU time without the start, memory without the program that started it) is noted
 * here. main owns the task. A client touches it on one thread at a time.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_PROPERTIES       39        /* of the recorded instance */
#define BENCH_CLASS_PROPERTIES 51        /* of the recorded class */
#define BENCH_CLASS_HOST       "classes" /* the host that has it, on the same port */

struct bench_task {
    long count; /* GetInstances, sessions, classes, values, instances */
    unsigned port;
    const char *request; /* body of the plain clients; borrowed */
    size_t request_bytes;
    char *const *headers; /* of the plain clients, NULL-terminated; borrowed */

    long fetched;
    uint64_t warm_cpu_ns; /* what the first tenth has used */
    size_t reply_bytes;   /* of each reply; 0: a client that does not see them */
    long idle_kb;         /* resident while all the sessions were open; 0: not noted */
};

/* user and system of the whole process. */
uint64_t bench_cpu_ns(void);
/* A line of /proc/self/status, as "VmHWM:" (ru_maxrss would begin with that of the program that
 * started us); -1: there is none. */
long bench_status_kb(const char *line);
/* One more whole instance came. */
void bench_count(struct bench_task *task);

/* The clients: 0, or -1 after a sentence on stderr. What came is in the task. */

/* libcurl alone, the reply discarded; and with a SAX2 push parse without callbacks. */
int bench_curl(struct bench_task *task);
int bench_sax(struct bench_task *task);
/* Our MI client, one after another over one session. */
int bench_mi_basic(struct bench_task *task);
int bench_mi_kerberos(struct bench_task *task);
int bench_mi_ntlm(struct bench_task *task);
/* 64 sessions with one asynchronous operation in flight each. */
int bench_mi_flight(struct bench_task *task);
/* count sessions that have fetched one instance each and are idle. */
int bench_idle_basic(struct bench_task *task);
int bench_idle_kerberos(struct bench_task *task);
int bench_idle_ntlm(struct bench_task *task);

/* GetClass of the recorded Win32_DiskDrive, one after another; and count of them kept. */
int bench_class(struct bench_task *task);
int bench_idle_class(struct bench_task *task);

/* Without a network: a value that is a number, one that a map gives, a counter cooked, one
 * unwrapped; the types of an instance of 51 properties given to it. */
int bench_number(struct bench_task *task);
int bench_map(struct bench_task *task);
int bench_cook(struct bench_task *task);
int bench_raw(struct bench_task *task);
int bench_type(struct bench_task *task);

#endif
