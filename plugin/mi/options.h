/* SPDX-License-Identifier: MIT */
/*
 * options: what stands behind MI_DestinationOptions and MI_OperationOptions. Plain structs that
 * their handle owns; a session or an operation that uses them takes a copy or reads them during the
 * call. One thread at a time.
 */
#ifndef MI_OPTIONS_H
#define MI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"
#include "http/scheme.h"
#include "mi/mi.h"
#include "wsman/envelope.h"

struct mi_destination_options {
    uint64_t timeout_ms; /* 0: the default */
    uint32_t port;       /* 0: the transport's */
    bool plain_http;
    bool readable; /* packet privacy was given up */
    bool any_ca, any_cn;
    uint32_t max_envelope_kb; /* 0: the default */
    char *url_prefix;         /* NULL: the default, of these all */
    char *data_locale;
    char *ui_locale;
    char *ca_file;
    char *server_name;
    char *keytab;
    char *credential_cache;
    char *cert_file, *key_file;
    char *spn;
    char *realm;
    bool fallback_ntlm;
    const struct http_scheme *scheme; /* NULL: no credentials */
    bool default_cache;               /* no credentials but the ticket of kinit */
    char *user;
    struct secret *password;
};

struct mi_operation_options {
    uint64_t timeout_ms; /* 0: the destination's */
    bool must_understand;
    char *resource_uri;
    char *resource_uri_prefix;
    struct arena arena; /* what the custom options point to */
    struct wsman_option custom[WSMAN_ENVELOPE_MAX_OPTIONS];
    size_t custom_count;
};

/* Borrowed from the handle; NULL where it is none. */
struct mi_destination_options *mi_options_destination(const MI_DestinationOptions *options);
struct mi_operation_options *mi_options_operation(const MI_OperationOptions *options);

/* Replaces *text by a copy. INVALID_PARAMETER on NULL, a control character or more than 4,096
 * bytes. */
MI_Result mi_options_set_text(char **text, const MI_Char *value);

/* New: a copy (NULL gives the defaults), free with mi_options_free_destination. NULL: no memory. */
struct mi_destination_options *
mi_options_copy_destination(const struct mi_destination_options *options);
void mi_options_free_destination(struct mi_destination_options *options);

#endif
