/* SPDX-License-Identifier: MIT */
/*
 * auth: how to prove who asks: a method, a user, and where the proof lies. The secret itself is
 * never in the model: poll/ reads it, and reads it again when it changed.
 *
 * Owned by the model; immutable; any thread reads.
 */
#ifndef MODEL_AUTH_H
#define MODEL_AUTH_H

#include <stdbool.h>

#include "model/origin.h"

enum model_method {
    MODEL_METHOD_NEGOTIATE, /* the default: Kerberos in SPNEGO, NTLM where fallback_ntlm says so */
    MODEL_METHOD_KERBEROS,
    MODEL_METHOD_NTLM,
    MODEL_METHOD_BASIC,
    MODEL_METHOD_CERTIFICATE
};

/* What `place` of an auth is. Paths are absolute, or relative to the daemon's directory. */
enum model_proof {
    MODEL_PROOF_PASSWORD_FILE,    /* a path; also of password_credential, which is resolved */
    MODEL_PROOF_PASSWORD_ENV,     /* the name of an environment variable */
    MODEL_PROOF_KEYTAB,           /* a path, without FILE: */
    MODEL_PROOF_CREDENTIAL_CACHE, /* as libkrb5 names it: a path, FILE:path, KCM:... */
    MODEL_PROOF_CERTIFICATE       /* a PEM file; its key is in key_file */
};

struct model_auth {
    const char *name;
    enum model_method method;
    const char *user; /* `monitor`, `CORP\monitor` or `monitor@REALM`, as written; NULL: what the
                         keytab, the cache or the certificate says */
    enum model_proof proof;
    const char *place;
    const char *key_file; /* of MODEL_PROOF_CERTIFICATE, else NULL */
    bool fallback_ntlm;   /* MODEL_METHOD_NEGOTIATE with a password only */
    const char *spn;      /* NULL: from the host's server_name */
    const char *realm;    /* NULL: the user's, else libkrb5's default */
    struct model_origin origin;
};

#endif
