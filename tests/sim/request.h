/* SPDX-License-Identifier: MIT */
/*
 * Reads one request (a WS-Transfer Get, or WS-Enumeration's Enumerate, Pull, Release) by libxml2's
 * DOM and judges it as a host does (MS-WSMV 3.1.4.1, shared/facts/wire.md 1). It does not know
 * which classes exist: that is answer.c. Ownership: a request owns its strings; sim_request_free.
 * One thread at a time.
 */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_SELECTORS_MAX 16
#define SIM_STRINGS_MAX   64

enum sim_form {
    SIM_FORM_WMI,    /* http://schemas.microsoft.com/wbem/wsman/1/wmi/NAMESPACE/CLASS */
    SIM_FORM_DMTF,   /* http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CLASS, selector
                        __cimnamespace */
    SIM_FORM_SCHEMA, /* SIM_SCHEMA_URI, selectors __cimnamespace and ClassName: a declaration */
};

#define SIM_WMI_PREFIX  "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define SIM_DMTF_ALL    "http://schemas.dmtf.org/wbem/wscim/1/*" /* all classes: of a query */
#define SIM_SCHEMA_URI  "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"
#define SIM_DMTF_PREFIX "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"

struct sim_selector {
    const char *name;
    const char *value;
};

enum sim_verb { SIM_VERB_GET, SIM_VERB_ENUMERATE, SIM_VERB_PULL, SIM_VERB_RELEASE };

struct sim_request {
    enum sim_verb verb;
    const char *message_id;   /* "" when there is none */
    const char *operation_id; /* NULL: no robust connection (MS-WSMV 3.1.4.1.39) */
    enum sim_form form;
    const char *namespace_name; /* with slashes; NULL: DMTF URI without __cimnamespace */
    const char *class_name;
    struct sim_selector
        selectors[SIM_SELECTORS_MAX]; /* without __cimnamespace, and ClassName of a schema */
    size_t selector_count;
    uint64_t max_envelope_bytes;
    uint64_t timeout_ms;
    /* Of Enumerate and Pull; max_elements 0: not said, which means 1 (DSP0226 8.4). */
    uint64_t max_elements;
    bool optimize;
    bool keys_only, pairs; /* EnumerateEPR, EnumerateObjectAndEPR */
    const char *filter, *dialect;
    const char *context;  /* Pull, Release; NULL: none */
    bool with_qualifiers; /* option IncludeQualifiers */
    bool utf16;           /* the charset of the request, and so of the reply */

    uint32_t fault_code; /* 0: a good request; else the fault that answers it (fault.h) */
    const char
        *not_understood; /* fault 80338010: the header's local name, with its namespace below */
    const char *not_understood_ns;

    char *strings[SIM_STRINGS_MAX];
    size_t string_count;
};

/* Reads and judges; what is wrong with it is in fault_code. content_type may be NULL. request is
 * overwritten. */
void sim_request_parse(const char *bytes, size_t size, const char *content_type,
                       struct sim_request *request);

/* Whether a Content-Type is one that a request may carry: application/soap+xml in UTF-8 or UTF-16.
 */
bool sim_request_type_known(const char *content_type);

void sim_request_free(struct sim_request *request);

#endif
