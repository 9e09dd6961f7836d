/* SPDX-License-Identifier: MIT */
/*
 * request: what mi-get's command line asks for. Its texts are argv's. Main thread.
 */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "mi/mi.h"

struct cli_request {
    const char *method;
    const char *user;
    const char *password_file, *keytab, *ccache;
    const char *spn, *realm, *fallback, *cert, *key;
    double timeout_seconds; /* 0: MI's default */
    const char *namespace_name;
    const char *ca_cert;
    const char *resource_uri;
    bool insecure, allow_unencrypted, json, all, keys, class, typed;
    const char *query;
    const char *url, *object; /* the object of --all and --class is a class; of --query
                                 there is none */
    char *const *properties;
    size_t property_count;
};

/* A method, its names in mi.h, and what it can be given. */
struct cli_method {
    const char *name;
    const MI_Char *with_user, *without_user; /* NULL: that is not possible */
    bool kerberos;
};

/* 0, or an exit status, whose reason was told; -1: help was asked for and given. */
int cli_request_read(int argc, char **argv, struct cli_request *request);
/* The request's method; static. NULL: there is no such method, which cli_request_read refuses. */
const struct cli_method *cli_request_method(const struct cli_request *request);

#endif
