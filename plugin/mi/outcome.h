/* SPDX-License-Identifier: MIT */
/*
 * outcome: what became of an operation, in MI's words: result, category, sentence, details.
 *
 * The one place where a failure of ours (struct err) or an HTTP status becomes an MI_Result; SOAP
 * faults are judged in wsman/fault.c. Pure; any thread.
 */
#ifndef MI_OUTCOME_H
#define MI_OUTCOME_H

#include "http/conn.h"
#include "mi/mi.h"
#include "wsman/fault.h"

struct mi_outcome {
    MI_Result result;
    MI_ErrorCategory category;
    uint32_t code;         /* native: WS-Man code, HTTP status, CURLcode, errno; 0: none */
    const char *code_type; /* what code is: "HRESULT", "HTTP", "CURL", "MI"; static */
    uint32_t probable_cause;
    char message_id[96]; /* "HRESULT 0x803381a6", "HTTP 401" */
    char message[1536];  /* for a person; never empty where result is not OK */
};

/* A failure before or without a whole reply. stage: HTTP_STAGE_QUEUED where nothing was sent. */
void mi_outcome_from_err(struct mi_outcome *outcome, const struct err *err, enum http_stage stage);
/* A whole reply that holds neither instance nor fault; where: "host:port" for the sentence. who is
 * for a 401: whose credentials were refused, and what else it may mean. */
struct mi_outcome_who {
    const char *user;  /* "monitor", "the ticket"; NULL: no credentials were sent */
    const char *doubt; /* "or refuses the channel binding" */
};
void mi_outcome_from_status(struct mi_outcome *outcome, const char *where, int status,
                            const struct mi_outcome_who *who);
void mi_outcome_from_fault(struct mi_outcome *outcome, const char *where, int status,
                           const struct wsman_fault *fault);
/* An instance came that was not asked for; why: mi_answer_check's. */
void mi_outcome_from_answer(struct mi_outcome *outcome, const char *where, const struct err *why);
/* Nothing is sent: the scheme cannot seal, and packet privacy was not given up. */
void mi_outcome_unencrypted(struct mi_outcome *outcome, const char *where);
/* The caller's mistake or ours, without a host. */
void mi_outcome_from_result(struct mi_outcome *outcome, MI_Result result, MI_ErrorCategory category,
                            const char *message);

/* New: an OMI_Error with CIMStatusCode, Message, MessageID, error_Code, error_Type, error_Category,
 * ProbableCause; free with MI_Instance_Delete. NULL: no memory. */
MI_Instance *mi_outcome_details(const struct mi_outcome *outcome);

#endif
