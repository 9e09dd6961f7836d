/* SPDX-License-Identifier: MIT */
/*
 * named: those whom a discovery names itself, since all its keys have values: every combination of
 * them, by number, the last key turning fastest. Nothing of what a host has.
 *
 * Part of a discovery (poll/discovery.h), whose runner calls.
 */
#ifndef POLL_NAMED_H
#define POLL_NAMED_H

#include <stddef.h>

#include "base/buf.h"
#include "base/log.h"
#include "model/discovery.h"

/* How many; 0: one key at least has no values. */
size_t poll_named_count(const struct model_discovery *plan);

/* Replaces text by the key values of number i, each with its NUL. buf_failed is for the caller to
 * ask. */
void poll_named_write(const struct model_discovery *plan, size_t i, struct buf *text);

/* That the host has no instance with these keys, all of the plan's, nor `more` others. */
void poll_named_say_missing(const struct model_discovery *plan, const struct model_key *keys,
                            size_t more, const char *host_name, const struct log *log);

#endif
