/* SPDX-License-Identifier: MIT */
/*
 * get: writes the request for one instance, a WS-Transfer Get (shared/facts/wire.md 1). Pure: any
 * thread.
 */
#ifndef WSMAN_GET_H
#define WSMAN_GET_H

#include "cim/instance.h"
#include "wsman/envelope.h"
#include "wsman/resource.h"

struct wsman_get {
    struct wsman_request request;
    struct wsman_resource resource;
    /* Class name and selectors: its MI_FLAG_KEY elements, all where none is flagged. */
    const MI_Instance *key;
};

/* Appends the envelope to out; as wsman_envelope_write. ERR_CONFIG also with a sentence naming the
 * key: a null key, an array as a key. */
int wsman_get_write(struct buf *out, const struct wsman_get *get, size_t *message_id_offset,
                    struct err *err);

#endif
