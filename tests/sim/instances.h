/* SPDX-License-Identifier: MIT */
/*
 * Which instances of a class a synthetic host has at a moment: those of the tables, and what its
 * mode adds or takes (mode.h): many=N adds N, with the keys sim-00000, sim-00001, ... and amount
 * and mean of 1 to 100 percent; crowd=N a crowd behind them (crowd.h); oddkeys those whose keys
 * have quotes, backslashes, brackets, markup, characters of other scripts, nothing, 1,000
 * characters, and three that differ in a space, a stroke or a slash; twice shows each two times in
 * an enumeration; churn lets them come and go. Pure; any thread.
 *
 * churn: instance i of the class, _Total excepted, is there unless (i + minutes) mod 4 = 0, where
 * minutes is the whole minutes since the epoch.
 */
#ifndef SIM_INSTANCES_H
#define SIM_INSTANCES_H

#include "sim/instance.h"

/* The instance number i, in source->instance and key_value, for a crowd in moment too; its host,
 * class and moment are set. 0; 1: it is not there now; -1: past the last. */
int sim_instances_at(struct sim_instance_source *source, size_t i);

/* By key value without case (NULL: a singleton). 0, or -1: there is no such instance now. */
int sim_instances_find(struct sim_instance_source *source, const char *key_value);

#endif
