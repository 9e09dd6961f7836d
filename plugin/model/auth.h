/* SPDX-License-Identifier: MIT */
/*
 * auth: how to prove who asks: a method, a user, and where the secret lies. The secret itself is
 * never in the model: poll/ reads it, and reads it again when it changed.
 *
 * Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_AUTH_H
#define MODEL_AUTH_H

#include "model/origin.h"

enum model_method { MODEL_METHOD_BASIC };

struct model_auth {
    const char *name;
    enum model_method method;
    const char *user;          /* `monitor`, `CORP\monitor` or `monitor@REALM`, as written */
    const char *password_file; /* absolute path, or relative to the daemon's directory */
    struct model_origin origin;
};

#endif
