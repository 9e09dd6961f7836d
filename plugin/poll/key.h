/* SPDX-License-Identifier: MIT */
/*
 * key: the keys-only MI_Instance that asks for one instance. Of those that the configuration names
 * (poll/keys.h) and of those that the host named (poll/discovery.h).
 *
 * Pure; the caller owns what is made; any thread.
 */
#ifndef POLL_KEY_H
#define POLL_KEY_H

#include <stddef.h>

#include "cim/instance.h"
#include "model/instance.h"

/* New: MI_FLAG_KEY elements of MI_STRING in the order of keys, all copied; free with
 * MI_Instance_Delete. NULL: *result says why; MI_RESULT_FAILED is no memory. */
MI_Instance *poll_key_new(const char *class_name, const struct model_key *keys, size_t key_count,
                          MI_Result *result);

#endif
