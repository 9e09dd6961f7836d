/* SPDX-License-Identifier: MIT */
/*
 * failure: what went wrong between us and a host, as kind and sentence: libcurl's code and the
 * stage in, struct err out. Pure; any thread.
 */
#ifndef HTTP_FAILURE_H
#define HTTP_FAILURE_H

#include <curl/curl.h>

#include "base/err.h"
#include "http/conn.h"

struct http_failure {
    const char *where; /* "address:port" for the sentence */
    const char *server_name;
    enum http_stage stage;
    CURLcode code;
    long os_errno;      /* 0: unknown */
    const char *detail; /* libcurl's own line; "" */
};

/* Writes kind, code (the CURLcode) and sentence. Returns -1. */
int http_failure_describe(const struct http_failure *failure, struct err *err);
/* The sentence for a deadline that passed in a stage. Returns -1. */
int http_failure_timeout(const char *where, enum http_stage stage, uint32_t timeout_ms,
                         struct err *err);

#endif
