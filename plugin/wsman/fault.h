/* SPDX-License-Identifier: MIT */
/*
 * fault: what a SOAP fault said, from whichever dialect (shared/facts/wire.md 3), and the one table
 * that turns it into an MI_Result.
 *
 * A plain struct without pointers: copy it freely. It is filled by wsman/reader.c; a caller that
 * has an HTTP status and no fault uses WSMAN_FAULT_INIT. Pure: any thread.
 */
#ifndef WSMAN_FAULT_H
#define WSMAN_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "cim/types.h"

/* Texts are UTF-8, cut at a character where they do not fit. */
struct wsman_fault {
    char code[32];    /* local name: "Sender", "Receiver", "MustUnderstand"; "" where absent */
    char subcode[64]; /* local name of the innermost: "TimedOut", "DestinationUnreachable" */
    char fault_detail[160];  /* the w:FaultDetail URI */
    char sentence[1024];     /* the best text for a person, white space folded; never
                                empty once a fault was read */
    char provider[160];      /* f:ProviderFault provider, or the ExtendedStatus ProviderName */
    char not_understood[96]; /* the header of an s:NotUnderstood */
    char message_id[96];     /* "HRESULT 0x803381a6", "OMI:MI_Result:6" */
    char error_type[32];     /* "HRESULT" */

    uint32_t outer_code; /* f:WSManFault Code; 0 where absent */
    uint32_t inner_code; /* the innermost f:WSManFault Code below a ProviderFault; 0 where absent */
    uint32_t error_code; /* p:error_Code; 0 where absent */
    uint32_t cim_status; /* p:CIMStatusCode; only where has_cim_status */
    uint32_t error_category; /* p:error_Category; only where has_error_category */
    uint32_t probable_cause;
    bool has_cim_status;
    bool has_error_category;
};

#define WSMAN_FAULT_INIT \
    {                    \
        .code = ""       \
    }

/* The one place where a fault becomes an MI_Result. Order of trust: CIMStatusCode or
 * `OMI:MI_Result:N`, inner Code, outer Code, error_Code, SOAP subcode, HTTP status (0: unknown), a
 * `HRESULT 0x...` in the texts. Never MI_RESULT_OK. */
MI_Result wsman_fault_result(const struct wsman_fault *fault, unsigned http_status);

/* The category to report: the host's own where it sent one, else from the same table;
 * OPERATION_TIMEOUT and QUOTA_EXCEEDED (back off) tell what an MI_Result cannot. */
MI_ErrorCategory wsman_fault_category(const struct wsman_fault *fault, unsigned http_status);

/* The native code for a person and for error_Code: inner, outer, error_Code, HRESULT in the text; 0
 * where there is none. */
uint32_t wsman_fault_code(const struct wsman_fault *fault);

/* The host gave up at w:OperationTimeout: retryable, the connection is fine. */
bool wsman_fault_is_timeout(const struct wsman_fault *fault);

#endif
