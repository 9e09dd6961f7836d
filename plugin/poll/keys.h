/* SPDX-License-Identifier: MIT */
/*
 * keys: for each instance of the model the keys-only MI_Instance that asks for it, and its name for
 * a person. Made once, shared by all hosts that ask for the same instance.
 *
 * Owned by the poller; immutable once made; any thread reads.
 */
#ifndef POLL_KEYS_H
#define POLL_KEYS_H

#include "base/err.h"
#include "base/log.h"
#include "cim/instance.h"
#include "model/model.h"

struct poll_keys;

struct poll_key {
    const struct model_instance *instance;
    MI_Instance *key; /* NULL: it could not be made; that was said */
    char *object;     /* Win32_LogicalDisk.DeviceID="C:" */
};

/* New: for every instance that a host of the model asks for; free with poll_keys_free. A key that
 * cannot be made is an ERROR in log and left out. NULL: ERR_MEMORY. */
struct poll_keys *poll_keys_new(const struct model *model, const struct log *log, struct err *err);
/* NULL is fine. */
void poll_keys_free(struct poll_keys *keys);

/* Borrowed from keys. instance is one of the model's. */
const struct poll_key *poll_keys_find(const struct poll_keys *keys,
                                      const struct model_instance *instance);

#endif
