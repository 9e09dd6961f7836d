/* SPDX-License-Identifier: MIT */
#include "poll/failure.h"

#include <string.h>

/* Details may carry any type under these names; ours are unsigned numbers. */
static uint32_t read_number(const MI_Instance *details, const char *name)
{
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    memset(&value, 0, sizeof value);
    if (details == NULL ||
        MI_Instance_GetElement(details, name, &value, &type, &flags, NULL) != MI_RESULT_OK ||
        (flags & MI_FLAG_NULL) != 0)
        return 0;
    switch (type) {
    case MI_UINT16:
        return value.uint16;
    case MI_UINT32:
        return value.uint32;
    default:
        return 0;
    }
}

static bool has_text(const MI_Instance *details, const char *name, const char *text)
{
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    memset(&value, 0, sizeof value);
    return details != NULL &&
           MI_Instance_GetElement(details, name, &value, &type, &flags, NULL) == MI_RESULT_OK &&
           type == MI_STRING && (flags & MI_FLAG_NULL) == 0 && strcmp(value.string, text) == 0;
}

/* error_Type tells whose the native code is (mi/outcome.c): a fault's or an HTTP status is a reply;
 * libcurl's and our own are not, but for a reply that was cut or is not readable. */
static bool is_answered(MI_ErrorCategory category, const MI_Instance *details)
{
    return has_text(details, "error_Type", "HRESULT") || has_text(details, "error_Type", "HTTP") ||
           category == MI_ERRORCATEGORY_INVALID_RESULT ||
           category == MI_ERRORCATEGORY_PARSER_ERROR || category == MI_ERRORCATEGORY_READ_ERROR;
}

static enum poll_failure_reach judge(const struct poll_failure *failure, bool of_kdc)
{
    if (failure->result == MI_RESULT_SERVER_IS_SHUTTING_DOWN)
        return POLL_FAILURE_OF_HOST;
    /* No realm, no service, no mechanism: nothing of this host can be asked for. */
    if (of_kdc && failure->category == MI_ERRORCATEGORY_INVALID_ARGUMENT)
        return POLL_FAILURE_OF_HOST;
    switch (failure->category) {
    case MI_ERRORCATEGORY_AUTHENTICATION_ERROR:
        return of_kdc ? POLL_FAILURE_ACCOUNT : POLL_FAILURE_REFUSED;
    case MI_ERRORCATEGORY_SECURITY_ERROR:
    case MI_ERRORCATEGORY_QUOTA_EXCEEDED:
        return POLL_FAILURE_OF_HOST;
    case MI_ERRORCATEGORY_OPERATION_TIMEOUT:
        /* Answered: 2150858793, the host itself gave up at w:OperationTimeout
         * (shared/facts/wire.md 3); the connection is fine. */
        return failure->answered ? POLL_FAILURE_OF_INSTANCE : POLL_FAILURE_TIMEOUT;
    case MI_ERRORCATEGORY_OPEN_ERROR:
    case MI_ERRORCATEGORY_CONNECTION_ERROR:
    case MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE: /* the name is not found */
        return failure->answered ? POLL_FAILURE_OF_INSTANCE : POLL_FAILURE_BROKEN;
    default:
        return POLL_FAILURE_OF_INSTANCE;
    }
}

void poll_failure_read(MI_Result result, const MI_Instance *details, struct poll_failure *failure)
{
    failure->result = result;
    failure->category = (MI_ErrorCategory)read_number(details, "error_Category");
    failure->answered = is_answered(failure->category, details);
    failure->fault = has_text(details, "error_Type", "HRESULT");
    failure->reach = judge(failure, has_text(details, "error_Type", "KRB5"));
}
