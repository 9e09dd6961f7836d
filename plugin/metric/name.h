/* SPDX-License-Identifier: MIT */
/*
 * name: what metrics are called: characters that every writer of collectd's leaves alone, and a
 * length that collectd does not cut.
 *
 * Pure functions on text; the caller owns all buffers; any thread. config/ includes this header
 * too: names are complete in a model.
 */
#ifndef METRIC_NAME_H
#define METRIC_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* collectd's DATA_MAX_NAME_LEN is 128 with the NUL (shared/facts/collectd.md, Values). */
#define METRIC_NAME_MAX_BYTES 127
#define METRIC_NAME_SIZE      (METRIC_NAME_MAX_BYTES + 1)

/* Writes text with [A-Za-z0-9_.-] kept, one trailing ':' dropped and any other byte as '_'
 * (shared/facts/collectd.md, writers). A result beyond METRIC_NAME_MAX_BYTES is cut and ends in
 * '_' and eight hex digits that depend on the whole text, so that two long names do not become
 * one. Where nothing had to change, the result equals the text. */
void metric_name_sanitise(const char *text, char name[METRIC_NAME_SIZE]);

/* The same without '-': for a plugin and a type, where collectd uses '-' itself. */
void metric_name_sanitise_plugin(const char *text, char name[METRIC_NAME_SIZE]);

/* True where sanitising would change nothing. */
bool metric_name_is_clean(const char *text);
/* True for a plugin: clean, without '-', not empty. */
bool metric_name_is_clean_plugin(const char *text);

/* A CIM property's name in snake_case: a new word begins at a capital that follows a small letter,
 * or that stands after a capital or a digit and before a small letter (FreeSpace: free_space,
 * PercentDPCTime: percent_dpc_time, C3TransitionsPersec: c3_transitions_persec). The tail of an
 * abbreviation stays with it (DPCsQueuedPersec: dpcs_queued_persec, TCPv4: tcpv4), as does the
 * prefix of a unit (AvailableMBytes: available_mbytes). Sanitised and cut likewise. */
void metric_name_snake(const char *property, char name[METRIC_NAME_SIZE]);

#endif
