/* SPDX-License-Identifier: MIT */
/*
 * The synthetic instances and the formula of their values. Everything is a pure function of (host
 * name, class, instance, property, time), so that a test can compute what it must receive from the
 * Timestamp_Sys100NS of the same reply.
 *
 *   elapsed  = Timestamp_Sys100NS - epoch                      100 ns ticks; the epoch is simhost's
 * --epoch, and every host's boot time (LastBootUpTime, SystemUpTime of PerfOS_System) host     =
 * 100 + FNV-1a-64(lower-case host name) mod 100   percent, 100 to 199 instance = its percent in the
 * tables: amount for what adds up over instances (bytes, operations), mean for shares of time, so
 * that _Total is the sum of amounts and the mean of shares
 *
 *   COUNTER  (base + floor(rate * host * amount * elapsed / (1000 * 100 * 100 * 10^7))) mod 2^bits;
 * rate is per 1000 s TICKS    floor(elapsed * rate * host * amount / (1000 * 100 * 100)); rate is
 * in thousandths of the time MEAN     the same with the instance's mean instead of its amount REST
 * elapsed - the sum of the named properties: idle time; so user + privileged + idle = elapsed for
 * each CPU SUM      sum of the named properties mod 2^bits SAME     the named property WAVE
 * triangle: x = (elapsed + (host - 100) percent of the period) mod period, h = period / 2; f = x <
 * h ? x : period - x;  unit * floor((low + floor((high - low) * f / h)) * amount / 100) BOOT the
 * epoch as a number                              NOW   Timestamp_Sys100NS + base PERFTIME
 * floor(elapsed * 6.25): Timestamp_PerfTime counts at 62.5 MHz from the boot
 *
 * All divisions are of integers, evaluated in 128 bits. Names of properties in text are separated
 * by '|'. The tables are in classes_*.c; names come from recorded replies, what conf/modules cites
 * and Microsoft's class pages, values are invented. Properties are sorted without case, as a host
 * sends them (shared/facts/wire.md 2).
 *
 * Everything here is constant; any thread may call it.
 */
#ifndef SIM_CLASSES_H
#define SIM_CLASSES_H

#include <stddef.h>
#include <stdint.h>

enum sim_kind {
    /* not numbers that change */
    SIM_NULL,     /* nil */
    SIM_TEXT,     /* text as it is; "" is an empty string */
    SIM_EACH,     /* text holds one part per instance */
    SIM_ARRAY,    /* text holds the elements */
    SIM_KEY,      /* the key value as the client wrote it (shared/facts/wire.md 1) */
    SIM_HOST,     /* the computer's name */
    SIM_DATETIME, /* text is a cim:Datetime */
    SIM_DATETIME_BOOT,
    SIM_DATETIME_NOW,
    SIM_BUILD,  /* text, or what the host's mode says (mode.h) */
    SIM_BEARER, /* text holds one part per instance of the tables; of a crowd: what bears the key */
    /* numbers: the formulas above */
    SIM_COUNTER,
    SIM_TICKS,
    SIM_MEAN,
    SIM_REST,
    SIM_SUM,
    SIM_SAME,
    SIM_WAVE,
    SIM_BOOT,
    SIM_NOW,
    SIM_PERFTIME,
};

struct sim_property {
    const char *name;
    enum sim_kind kind;
    const char *text;
    unsigned bits;     /* width, 32 or 64; COUNTER and SUM wrap at it; 0: not said, 64 */
    uint32_t counter;  /* its counter type, winperf.h's number, for a schema; 0: it has none */
    unsigned period_s; /* WAVE */
    uint64_t base;     /* COUNTER, NOW; WAVE: low */
    uint64_t rate;     /* COUNTER, TICKS, MEAN; WAVE: high */
    uint64_t unit;     /* WAVE */
};

struct sim_instance {
    const char *key; /* NULL: the only instance; "*": the computer's own name */
    unsigned amount; /* percent */
    unsigned mean;   /* percent */
};

struct sim_class {
    const char *name;
    const char *namespace_name; /* with slashes; NULL: root/cimv2 */
    const char *key;            /* the key property; NULL: a singleton */
    const char *other_key;      /* a second key, which has other_value in all instances; NULL */
    const char *other_value;
    const struct sim_instance *instances;
    size_t instance_count;
    const struct sim_property *properties;
    size_t property_count;
};

/* When and where a value is asked for. */
struct sim_moment {
    uint64_t seed; /* sim_classes_seed(host name) */
    uint64_t now_100ns;
    uint64_t epoch_100ns;
    uint64_t lead_100ns; /* COUNTER, TICKS, MEAN count as though since so long before the epoch */
    uint64_t bearer;     /* of the crowd's names; 0: one of the tables */
};

/* The tables, one a file: classes_system.c and so on. */
extern const struct sim_class sim_classes_system[];
extern const size_t sim_classes_system_count;
extern const struct sim_class sim_classes_device[];
extern const size_t sim_classes_device_count;
extern const struct sim_class sim_classes_perf[];
extern const size_t sim_classes_perf_count;
extern const struct sim_class sim_classes_server[];
extern const size_t sim_classes_server_count;
extern const struct sim_class sim_classes_sql[];
extern const size_t sim_classes_sql_count;

/* FNV-1a, 64 bits, of the name in lower case. */
uint64_t sim_classes_seed(const char *host_name);

/* The class number i over all tables; NULL past the last. Borrowed, as all below. */
const struct sim_class *sim_classes_at(size_t i);

/* By name without case; NULL: unknown. */
const struct sim_class *sim_classes_find(const char *name);

/* root/cimv2, or the class's own. */
const char *sim_classes_namespace(const struct sim_class *class);

/* By name without case; NULL: unknown. */
const struct sim_property *sim_classes_property(const struct sim_class *class, const char *name);

/* By key value without case (NULL for a singleton); "*" matches computer and host_name. NULL: no
 * such instance. */
const struct sim_instance *sim_classes_instance(const struct sim_class *class, const char *value,
                                                const char *computer, const char *host_name);

/* The value of a numeric property. 0, or -1: its kind is not a number. */
int sim_classes_number(const struct sim_class *class, const struct sim_property *property,
                       const struct sim_instance *instance, const struct sim_moment *moment,
                       uint64_t *number);

/* Part number i of a text separated by '|'; the last part where there are fewer. *size is its
 * length. */
const char *sim_classes_part(const char *text, size_t i, size_t *size);

#endif
