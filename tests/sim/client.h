/* SPDX-License-Identifier: MIT */
/*
 * A small WS-Management client for tests: libcurl moves bytes, libxml2 reads them. It shares no
 * code with the plugin and none with the simulated host, so that it can be the judge of both.
 * Ownership: results own their memory; sim_result_free. One thread at a time.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include <curl/curl.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_client {
    CURL *curl; /* one connection, kept alive */
    unsigned port;
    const char *user; /* NULL: no credentials */
    const char *password;
    const char *ca_file; /* not NULL: HTTPS, verified */
};

/* A Get. NULL is the default of a field, "" leaves its header out. */
struct sim_get {
    const char *uri; /* the whole resource URI; NULL: the WMI URI of class_name in root/cimv2 */
    const char *class_name;
    const char *key; /* NULL: no SelectorSet */
    const char *value;
    const char *selectors; /* XML inside SelectorSet, instead of key and value */
    const char *action;
    const char *message_id;
    const char *reply_to;
    const char *envelope_size;
    const char *timeout;
    const char *headers; /* further headers, XML */
    const char *body;    /* XML inside the body */
};

struct sim_result {
    CURLcode code;
    long status;
    long connects; /* new connections this request made */
    char *headers;
    size_t headers_size;
    char *body;
    size_t body_size;
    xmlDoc *doc; /* of the body; NULL: not XML */
};

int sim_client_open(struct sim_client *client, unsigned port);
void sim_client_close(struct sim_client *client);

/* The text of the request; new. NULL: no memory. */
char *sim_client_envelope(const struct sim_get *get);

/* Prepares the handle for a POST of body to /wsman under that Host header; the caller may set more
 * options. content_type NULL: that of WS-Management in UTF-8. body is borrowed until the transfer
 * is done. */
int sim_client_prepare(struct sim_client *client, const char *host, const char *content_type,
                       const char *body, size_t body_size, struct sim_result *result);

/* Does a prepared transfer. */
void sim_client_perform(struct sim_client *client, struct sim_result *result);

/* Envelope, prepare and perform in one. */
void sim_client_get(struct sim_client *client, const char *host, const struct sim_get *get,
                    struct sim_result *result);

/* GET, or POST when post is set, on the control endpoint: path after /_sim/. */
void sim_client_control(struct sim_client *client, bool post, const char *path,
                        struct sim_result *result);

/* Switches a host's mode; the HTTP status of the answer. */
long sim_client_mode(struct sim_client *client, const char *host, const char *mode);

/* A number out of /_sim/stats: of a host, or of all with host NULL. UINT64_MAX: not there. */
uint64_t sim_client_stat(struct sim_client *client, const char *host, const char *name);

/* The instance element in the body; NULL: there is none. Borrowed from doc. */
xmlNode *sim_result_instance(const struct sim_result *result);

/* The first element of that local name anywhere in the document; NULL: none. */
xmlNode *sim_result_find(const struct sim_result *result, const char *name);

/* The text of the property, "" for null, NULL when it is absent; valid until the next call. Not for
 * threads. */
const char *sim_result_text(const struct sim_result *result, const char *property);

/* The property as a number; UINT64_MAX when it is none. */
uint64_t sim_result_number(const struct sim_result *result, const char *property);

/* The Code of the innermost WSManFault, or error_Code of an MSFT_WmiError; 0: neither. */
uint32_t sim_result_fault(const struct sim_result *result);

void sim_result_free(struct sim_result *result);

#endif
