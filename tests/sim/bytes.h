/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer of the simulated host, with a sticky failure: after a failed growth every
 * further call does nothing and .failed stays set, so that a writer checks once at its end. It is
 * not the plugin's base/buf on purpose: the simulator shares no code with what it tests. Ownership:
 * the buffer owns data; sim_bytes_free frees it. One thread at a time.
 */
#ifndef SIM_BYTES_H
#define SIM_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct sim_bytes {
    char *data; /* zero-terminated once anything was added; NULL before */
    size_t size;
    size_t capacity;
    bool failed;
};

void sim_bytes_add(struct sim_bytes *bytes, const void *data, size_t size);
void sim_bytes_text(struct sim_bytes *bytes, const char *text);
void sim_bytes_print(struct sim_bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds text escaped for XML content and attribute values. Control characters become '?', as a host
 * does (shared/facts/wire.md 2; MS-WSMV 3.1.4.1.25 lets tab, line feed and carriage return pass).
 */
void sim_bytes_xml(struct sim_bytes *bytes, const char *text);

/* Adds text as a JSON string, quotes included. */
void sim_bytes_json(struct sim_bytes *bytes, const char *text);

/* Frees the data and makes the buffer empty again. */
void sim_bytes_free(struct sim_bytes *bytes);

#endif
