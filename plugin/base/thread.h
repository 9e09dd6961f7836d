/* SPDX-License-Identifier: MIT */
/*
 * thread: starts a thread that takes no signal. This code lives in someone else's daemon,
 * whose signal handlers must run on its own threads.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/err.h"

/* Starts run(argument) with every signal blocked and a name (at most 15 characters, seen in
 * top -H). The caller joins. -1 with ERR_MEMORY where the system has no thread to give. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument,
                 struct err *err);

#endif
