/* SPDX-License-Identifier: MIT */
#include "wsman/fault.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define TIMED_OUT   0x80338029u /* ERROR_WSMAN_OPERATION_TIMEDOUT */
#define BAD_FILTER  0x8033801Au /* ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER */
#define OMI_MESSAGE "OMI:MI_Result:"
#define HRESULT     "HRESULT 0x"

struct verdict {
    MI_Result result;
    MI_ErrorCategory category;
};

/* ---- The table: shared/facts/wire.md 3 ---- */

struct code_row {
    uint32_t first;
    uint32_t last;
    struct verdict verdict;
};

static const struct code_row codes[] = {
    /* Win32 and WMI */
    {5, 5, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    {0x80041002, 0x80041002, {MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND}},
    {0x80041003, 0x80041003, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    {0x8004100E, 0x8004100E, {MI_RESULT_INVALID_NAMESPACE, MI_ERRORCATEGORY_METADATA_ERROR}},
    {0x80041010, 0x80041010, {MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR}},
    {0x80041017, 0x80041017, {MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_SYNTAX_ERROR}},
    {0x80041033,
     0x80041033,
     {MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE}},
    {0x80070005, 0x80070005, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    /* WS-Management */
    {0x80338000, 0x80338000, {MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND}},
    {0x80338002, 0x80338002, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x8033800F, 0x8033800F, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x80338011, 0x80338011, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {BAD_FILTER, BAD_FILTER, {MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_SYNTAX_ERROR}},
    {0x8033801B,
     0x8033801B,
     {MI_RESULT_INVALID_ENUMERATION_CONTEXT, MI_ERRORCATEGORY_INVALID_OPERATION}},
    {0x80338026, 0x80338026, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {TIMED_OUT, TIMED_OUT, {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT}},
    {0x80338035, 0x80338035, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {0x8033803B, 0x8033803B, {MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR}},
    {0x8033803D, 0x8033803D, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x8033803F, 0x8033803F, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED}},
    {0x80338041, 0x80338041, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_DATA}},
    {0x80338043, 0x80338043, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_DATA}},
    {0x80338047, 0x80338049, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {0x8033805A, 0x8033805B, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x8033805C, 0x8033805C, {MI_RESULT_TYPE_MISMATCH, MI_ERRORCATEGORY_INVALID_TYPE}},
    {0x8033805D, 0x8033805F, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x80338077, 0x80338077, {MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
    {0x803380FA, 0x803380FA, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x80338102, 0x80338102, {MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
    {0x80338104, 0x80338106, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    {0x80338111, 0x80338111, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {0x80338139, 0x8033813A, {MI_RESULT_INVALID_CLASS, MI_ERRORCATEGORY_METADATA_ERROR}},
    {0x8033813B, 0x8033813B, {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {0x803381A5, 0x803381A8, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED}},
    {0x803381AB, 0x803381AB, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED}},
    {0x803381DD, 0x803381DD, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_NOT_ENABLED}},
    {0x803381E4, 0x803381EA, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED}},
};

struct subcode_row {
    const char *subcode;
    struct verdict verdict;
};

/* Subcodes of SOAP, WS-Addressing, WS-Enumeration and DSP0226 whose meaning is an MI_Result. */
static const struct subcode_row subcodes[] = {
    {"AccessDenied", {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    {"ActionNotSupported", {MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
    {"AlreadyExists", {MI_RESULT_ALREADY_EXISTS, MI_ERRORCATEGORY_RESOURCE_EXISTS}},
    {"CannotProcessFilter", {MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_SYNTAX_ERROR}},
    {"DestinationUnreachable", {MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND}},
    {"EncodingLimit", {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {"FilterDialectRequestedUnavailable",
     {MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
    {"InvalidEnumerationContext",
     {MI_RESULT_INVALID_ENUMERATION_CONTEXT, MI_ERRORCATEGORY_INVALID_OPERATION}},
    {"InvalidMessageInformationHeader",
     {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {"InvalidParameter", {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {"InvalidSelectors", {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {"MessageInformationHeaderRequired",
     {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT}},
    {"MustUnderstand", {MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
    {"QuotaLimit", {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_QUOTA_EXCEEDED}},
    {"SchemaValidationError", {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_DATA}},
    {"TimedOut", {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT}},
    {"UnsupportedFeature", {MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED}},
};

struct http_row {
    unsigned status;
    struct verdict verdict;
};

static const struct http_row statuses[] = {
    {401, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR}},
    {403, {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED}},
    {404, {MI_RESULT_FAILED, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE}},
    {413, {MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED}},
    {503, {MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE}},
};

/* The category of a result that came without a code. */
static const MI_ErrorCategory categories[] = {
    [MI_RESULT_FAILED] = MI_ERRORCATEGORY_NOT_SPECIFIED,
    [MI_RESULT_ACCESS_DENIED] = MI_ERRORCATEGORY_ACCESS_DENIED,
    [MI_RESULT_INVALID_NAMESPACE] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_INVALID_PARAMETER] = MI_ERRORCATEGORY_INVALID_ARGUMENT,
    [MI_RESULT_INVALID_CLASS] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_NOT_FOUND] = MI_ERRORCATEGORY_OBJECT_NOT_FOUND,
    [MI_RESULT_NOT_SUPPORTED] = MI_ERRORCATEGORY_NOT_IMPLEMENTED,
    [MI_RESULT_CLASS_HAS_CHILDREN] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_CLASS_HAS_INSTANCES] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_INVALID_SUPERCLASS] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_ALREADY_EXISTS] = MI_ERRORCATEGORY_RESOURCE_EXISTS,
    [MI_RESULT_NO_SUCH_PROPERTY] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_TYPE_MISMATCH] = MI_ERRORCATEGORY_INVALID_TYPE,
    [MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED] = MI_ERRORCATEGORY_NOT_IMPLEMENTED,
    [MI_RESULT_INVALID_QUERY] = MI_ERRORCATEGORY_SYNTAX_ERROR,
    [MI_RESULT_METHOD_NOT_AVAILABLE] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_METHOD_NOT_FOUND] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_NAMESPACE_NOT_EMPTY] = MI_ERRORCATEGORY_METADATA_ERROR,
    [MI_RESULT_INVALID_ENUMERATION_CONTEXT] = MI_ERRORCATEGORY_INVALID_OPERATION,
    [MI_RESULT_INVALID_OPERATION_TIMEOUT] = MI_ERRORCATEGORY_INVALID_ARGUMENT,
    [MI_RESULT_PULL_HAS_BEEN_ABANDONED] = MI_ERRORCATEGORY_OPERATION_STOPPED,
    [MI_RESULT_PULL_CANNOT_BE_ABANDONED] = MI_ERRORCATEGORY_INVALID_OPERATION,
    [MI_RESULT_FILTERED_ENUMERATION_NOT_SUPPORTED] = MI_ERRORCATEGORY_NOT_IMPLEMENTED,
    [MI_RESULT_CONTINUATION_ON_ERROR_NOT_SUPPORTED] = MI_ERRORCATEGORY_NOT_IMPLEMENTED,
    [MI_RESULT_SERVER_LIMITS_EXCEEDED] = MI_ERRORCATEGORY_LIMITS_EXCEEDED,
    [MI_RESULT_SERVER_IS_SHUTTING_DOWN] = MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE,
};

/* ---- Looking one thing up ---- */

static const struct verdict *by_code(uint32_t code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (code >= codes[i].first && code <= codes[i].last)
            return &codes[i].verdict;
    }
    return NULL;
}

static const struct verdict *by_subcode(const char *subcode)
{
    for (size_t i = 0; i < sizeof subcodes / sizeof subcodes[0]; i++) {
        if (strcmp(subcode, subcodes[i].subcode) == 0)
            return &subcodes[i].verdict;
    }
    return NULL;
}

static const struct verdict *by_status(unsigned status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (status == statuses[i].status)
            return &statuses[i].verdict;
    }
    return NULL;
}

/* 18 and 19 have no name, and a fault that says OK is not believed. */
static bool is_result(uint32_t number)
{
    return number >= MI_RESULT_FAILED && number <= MI_RESULT_SERVER_IS_SHUTTING_DOWN &&
           number != 18 && number != 19;
}

/* The number behind mark in text; 0 where there is none. */
static uint32_t number_behind(const char *text, const char *mark, int base)
{
    const char *at = strstr(text, mark);
    if (at == NULL)
        return 0;
    unsigned long number = strtoul(at + strlen(mark), NULL, base);
    return number <= UINT32_MAX ? (uint32_t)number : 0;
}

static uint32_t hresult_in_text(const struct wsman_fault *fault)
{
    uint32_t code = number_behind(fault->message_id, HRESULT, 16);
    return code != 0 ? code : number_behind(fault->sentence, HRESULT, 16);
}

/* ---- In the order of trust ---- */

/* What CIM itself says: CIMStatusCode is an MI_Result, and OMI writes one into MessageID. */
static uint32_t cim_result(const struct wsman_fault *fault)
{
    uint32_t omi = number_behind(fault->message_id, OMI_MESSAGE, 10);
    if (fault->has_cim_status && is_result(fault->cim_status))
        return fault->cim_status;
    return is_result(omi) ? omi : 0;
}

static const struct verdict *by_codes(const struct wsman_fault *fault)
{
    /* WMI reports a missing class as a filter it cannot process; only the text tells (English,
     * shared/replies/winrb_soap_fault_v2). */
    static const struct verdict no_class = {MI_RESULT_INVALID_CLASS,
                                            MI_ERRORCATEGORY_METADATA_ERROR};
    const uint32_t order[] = {fault->inner_code, fault->outer_code, fault->error_code};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct verdict *verdict = by_code(order[i]);
        if (verdict == NULL)
            continue;
        bool class_missing =
            order[i] == BAD_FILTER && strstr(fault->sentence, "class does not exist") != NULL;
        return class_missing ? &no_class : verdict;
    }
    return NULL;
}

static const struct verdict *by_rest(const struct wsman_fault *fault, unsigned http_status)
{
    const struct verdict *verdict = by_subcode(fault->subcode);
    if (verdict == NULL)
        verdict = by_subcode(fault->code);
    if (verdict == NULL)
        verdict = by_status(http_status);
    return verdict != NULL ? verdict : by_code(hresult_in_text(fault));
}

MI_Result wsman_fault_result(const struct wsman_fault *fault, unsigned http_status)
{
    uint32_t number = cim_result(fault);
    if (number != 0)
        return (MI_Result)number;
    const struct verdict *verdict = by_codes(fault);
    if (verdict == NULL)
        verdict = by_rest(fault, http_status);
    return verdict != NULL ? verdict->result : MI_RESULT_FAILED;
}

MI_ErrorCategory wsman_fault_category(const struct wsman_fault *fault, unsigned http_status)
{
    if (fault->has_error_category && fault->error_category != MI_ERRORCATEGORY_NOT_SPECIFIED &&
        fault->error_category <= MI_ERRORCATEGORY_NOT_ENABLED)
        return (MI_ErrorCategory)fault->error_category;
    const struct verdict *verdict = by_codes(fault);
    if (verdict != NULL)
        return verdict->category;
    uint32_t number = cim_result(fault);
    if (number > MI_RESULT_FAILED)
        return categories[number];
    verdict = by_rest(fault, http_status);
    return verdict != NULL ? verdict->category : MI_ERRORCATEGORY_NOT_SPECIFIED;
}

uint32_t wsman_fault_code(const struct wsman_fault *fault)
{
    if (fault->inner_code != 0)
        return fault->inner_code;
    if (fault->outer_code != 0)
        return fault->outer_code;
    return fault->error_code != 0 ? fault->error_code : hresult_in_text(fault);
}

bool wsman_fault_is_timeout(const struct wsman_fault *fault)
{
    return wsman_fault_code(fault) == TIMED_OUT || strcmp(fault->subcode, "TimedOut") == 0;
}
