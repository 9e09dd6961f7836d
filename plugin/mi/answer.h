/* SPDX-License-Identifier: MIT */
/*
 * answer: whether an instance that came is one that was asked for.
 *
 * What can be known: namespace and keys. A class derived from the asked one is right and has a name
 * of its own (shared/facts/wire.md 2), and without the schema it looks like any other class; but it
 * inherits the keys and their values. So a wrong class is found by its missing key; of a singleton,
 * or of a class with the same keys, it cannot be. Pure; any thread.
 */
#ifndef MI_ANSWER_H
#define MI_ANSWER_H

#include "base/err.h"
#include "cim/instance.h"

/* asked: the key, its namespace set where the request named one. -1 with ERR_PROTOCOL and what is
 * wrong. Key values are compared as Windows does, and more loosely: without regard to case, for
 * they come back as they were written or as the host keeps them (shared/facts/wire.md 1), and only
 * where both are plain ASCII text or numbers. */
int mi_answer_check(const MI_Instance *asked, const MI_Instance *came, struct err *err);

#endif
