/* SPDX-License-Identifier: MIT */
/*
 * kdc_failure: why there is no ticket, as kind and sentence: libkrb5's code in, struct err out,
 * with the command or setting that mends it. Pure but for libkrb5's text of a code; any thread.
 */
#ifndef HTTP_KDC_FAILURE_H
#define HTTP_KDC_FAILURE_H

#include <krb5.h>
#include <stdbool.h>

#include "base/err.h"

enum http_kdc_stage {
    HTTP_KDC_CONFIG,   /* krb5.conf and the names */
    HTTP_KDC_PASSWORD, /* the first ticket by password */
    HTTP_KDC_KEYTAB,
    HTTP_KDC_CACHE,   /* a ticket that somebody else obtained */
    HTTP_KDC_SERVICE, /* the ticket of the host's service */
};

struct http_kdc_failure {
    krb5_context krb5; /* NULL: the context itself failed */
    krb5_error_code code;
    enum http_kdc_stage stage;
    const char *principal; /* who asks; NULL: not known */
    const char *realm;     /* whose KDC; NULL: not known */
    const char *file;      /* keytab or cache; NULL */
    const char *service;   /* HTTP_KDC_SERVICE: "HTTP/win1" */
};

/* Writes kind, code and sentence. Returns -1. */
int http_kdc_failure_describe(const struct http_kdc_failure *failure, struct err *err);

/* Whether such an error is about the ticket-granting ticket itself, so that a new one may help. */
bool http_kdc_failure_is_of_ticket(const struct err *err);

#endif
