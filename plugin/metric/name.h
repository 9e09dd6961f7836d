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

/* The sanitised name of a text whose plain one another text has too ("a b" and "a_b" are both a_b):
 * '_' and the same eight digits behind it, always, so that neither order nor what else there is
 * decides. Whose plain name is its text keeps that: the caller's business. */
void metric_name_tell_apart(const char *text, char name[METRIC_NAME_SIZE]);

/* True where sanitising would change nothing. */
bool metric_name_is_clean(const char *text);
/* True for a plugin: clean, without '-', not empty. */
bool metric_name_is_clean_plugin(const char *text);

/* A CIM property's name in snake_case that reads like English; tests/data/names.tsv holds what it
 * makes of real ones.
 *   A word begins at a capital behind a small letter, and at the last of several capitals before a
 * small letter (FreeSpace: free_space, PercentDPCTime: percent_dpc_time); behind a digit, only
 * where a small letter follows (C3TransitionsPersec: c3_..., Sys100NS: sys100ns). The tail of an
 * abbreviation stays with it (DPCsQueued: dpcs_queued, TCPv4: tcpv4), as does the prefix of a unit
 * (AvailableMBytes: available_mbytes). Small letters that are nothing but words which Windows glues
 * are parted (AvgDisksecPerRead: avg_disk_sec_per_read, Buffercachehitratio:
 * buffer_cache_hit_ratio), and so are abbreviations where capitals do not show the border
 * (AWElookupmaps: awe_lookup_maps, LDAPUDPoperations: ldap_udp_operations): two lists in name.c,
 * which names in databases hang on. What they do not have stays one word. Sanitised and cut as
 * above. */
void metric_name_snake(const char *property, char name[METRIC_NAME_SIZE]);

#endif
