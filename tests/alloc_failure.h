/* SPDX-License-Identifier: MIT */
/*
 * alloc_failure: plays a scenario again and again, each time with another of its allocations
 * failing, whoever asks for it: we, libxml2, libyaml, libcurl or libc (strdup, asprintf, glob).
 *
 * A test program that links alloc_failure.c has its malloc, calloc, realloc, free and mmap, which
 * pass on to the real ones. Chosen for failure are the thread that replays and every thread born
 * meanwhile; spared are those born inside alloc_failure_spare_newborn, and a thread between
 * alloc_failure_spare(true) and (false): the scripted server's, the test's own work.
 *
 * Under AddressSanitizer strdup and the like come from its runtime and do not fail, and it judges
 * leaks at the end; elsewhere the count of live allocations does: the same replay must not leave
 * more each time. Under valgrind give --soname-synonyms=somalloc=nouserintercepts, else it puts its
 * malloc over ours; a replay then says so and fails. MI_ALLOC_FAILURE_STEP=N replays only every
 * N-th allocation; AddressSanitizer every 7th of a scenario with more than 500, without being told.
 */
#ifndef ALLOC_FAILURE_H
#define ALLOC_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

/* Plays once. 0: the outcome is right and complete; -1: it failed as failures should (the scenario
 * checked kind, sentence and outputs). Everything it made is freed again. */
typedef int (*alloc_failure_scenario)(void *context);

/* Each allocation in turn, first only it, then it and all that follow. After each the scenario
 * must be right again without failure. least: how many allocations it makes at least, so that a
 * replay that fails nothing fails. */
void alloc_failure_replay(const char *name, size_t least, alloc_failure_scenario scenario,
                          void *context);

/* Fails the test, with name and number of the replay, unless the sentence is true. Spares the
 * thread meanwhile. */
void alloc_failure_check(bool is_true, const char *sentence);
/* The same where two texts must be equal. */
void alloc_failure_check_text(const char *got, const char *expected);
/* Whether an allocation has failed in the run under way. */
bool alloc_failure_happened(void);

/* This thread's allocations do not fail, or may again. Nests. */
void alloc_failure_spare(bool spared);
/* Threads that allocate for the first time from now on are spared, or chosen. */
void alloc_failure_spare_newborn(bool spared);

#endif
