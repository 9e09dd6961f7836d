/* SPDX-License-Identifier: MIT */
#include "mi/outcome.h"

#include <stdio.h>
#include <string.h>

static void set_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

void mi_outcome_from_result(struct mi_outcome *outcome, MI_Result result, MI_ErrorCategory category,
                            const char *message)
{
    *outcome = (struct mi_outcome){
        .result = result, .category = category, .code = result, .code_type = "MI"};
    snprintf(outcome->message_id, sizeof outcome->message_id, "MI %d", (int)result);
    set_text(outcome->message, sizeof outcome->message, message);
}

/* --- failures of ours and of the road --- */

static const struct {
    MI_Result result;
    MI_ErrorCategory category;
} by_kind[] = {
    [ERR_NONE] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
    [ERR_MEMORY] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
    [ERR_CONFIG] = {MI_RESULT_INVALID_PARAMETER, MI_ERRORCATEGORY_INVALID_ARGUMENT},
    [ERR_UNREACHABLE] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_CONNECTION_ERROR},
    [ERR_TIMEOUT] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT},
    [ERR_TLS] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_SECURITY_ERROR},
    [ERR_AUTH] = {MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR},
    [ERR_PROTOCOL] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_PROTOCOL_ERROR},
    [ERR_FAULT] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_NOT_SPECIFIED},
    [ERR_LIMIT] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_LIMITS_EXCEEDED},
    [ERR_CANCELED] = {MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_STOPPED},
};

/* The cure for every reply that could not be read, whoever could not read it. */
#define MORE_THAN_WE_READ                                                                  \
    "; that is more than this client reads: choose another class, or does something else " \
    "answer at this port?"
#define NO_ANSWER_OF_WINRM \
    "; WinRM answers otherwise: is a proxy or another server at this port or in between?"

/* What the stage tells beyond the kind. */
static MI_ErrorCategory refine(const struct err *err, enum http_stage stage)
{
    if (err->kind == ERR_UNREACHABLE && err->code == CURLE_COULDNT_RESOLVE_HOST)
        return MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE;
    if (err->kind == ERR_PROTOCOL && err->code == 0)
        return MI_ERRORCATEGORY_PARSER_ERROR; /* the reader's word: not XML, not an envelope */
    if (err->kind == ERR_PROTOCOL && stage == HTTP_STAGE_REPLY)
        return MI_ERRORCATEGORY_READ_ERROR;
    return by_kind[err->kind].category;
}

/* Whose the native code is: the KDC's word is not the host's. */
static const char *type_of(const struct err *err, enum http_stage stage)
{
    if (err->code == 0)
        return "MI";
    if (stage == HTTP_STAGE_GRANT)
        return "KRB5";
    return stage == HTTP_STAGE_LEG ? "GSS" : "CURL";
}

void mi_outcome_from_err(struct mi_outcome *outcome, const struct err *err, enum http_stage stage)
{
    *outcome = (struct mi_outcome){
        .result = by_kind[err->kind].result,
        .category = refine(err, stage),
        .code = err->code,
        .code_type = type_of(err, stage),
    };
    if (err->code == 0)
        outcome->code = outcome->result;
    snprintf(outcome->message_id, sizeof outcome->message_id, "%s %u", outcome->code_type,
             (unsigned)outcome->code);
    const char *cure = "";
    if (outcome->category == MI_ERRORCATEGORY_PARSER_ERROR)
        cure = NO_ANSWER_OF_WINRM;
    else if (err->kind == ERR_LIMIT && stage >= HTTP_STAGE_WAIT && err->code == 0)
        cure = MORE_THAN_WE_READ;
    snprintf(outcome->message, sizeof outcome->message, "%s%s", err->text, cure);
}

/* --- HTTP statuses (shared/facts/wire.md 4) --- */

static const struct status_rule {
    int status;
    MI_Result result;
    MI_ErrorCategory category;
    const char *sentence;
} by_status[] = {
    {400, MI_RESULT_FAILED, MI_ERRORCATEGORY_PROTOCOL_ERROR,
     "the host calls the request malformed; does a proxy change it on its way?"},
    {401, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR, NULL},
    {403, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED,
     "the host knows the user and refuses; is it in the group Remote Management Users?"},
    {404, MI_RESULT_FAILED, MI_ERRORCATEGORY_OBJECT_NOT_FOUND,
     "nothing answers at this path; WinRM listens at /wsman (key path)"},
    {405, MI_RESULT_FAILED, MI_ERRORCATEGORY_INVALID_OPERATION,
     "this path takes no POST, so it is not WinRM; check port and path"},
    {413, MI_RESULT_SERVER_LIMITS_EXCEEDED, MI_ERRORCATEGORY_LIMITS_EXCEEDED,
     "the request or reply is larger than the host allows; raise MaxEnvelopeSizekb there"},
    {500, MI_RESULT_FAILED, MI_ERRORCATEGORY_INVALID_RESULT,
     "an internal error without an explanation; a host that refuses unencrypted messages "
     "answers so too (use https or Kerberos), and one whose WinRM service starts"},
    {503, MI_RESULT_SERVER_IS_SHUTTING_DOWN, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE,
     "the WinRM service is starting, stopping or overloaded; it is asked again at the next "
     "interval"},
};

static struct status_rule find_rule(int status)
{
    for (size_t i = 0; i < sizeof by_status / sizeof by_status[0]; i++)
        if (by_status[i].status == status)
            return by_status[i];
    struct status_rule rule = {
        status, MI_RESULT_FAILED, MI_ERRORCATEGORY_PROTOCOL_ERROR,
        "not an answer of WS-Management; what listens at this port and path?"};
    if (status >= 300 && status < 400)
        rule.sentence = "a redirect, which is never followed; give the address it leads to";
    else if (status == 200)
        rule.sentence = "an answer, but no SOAP, or the reply is cut; is this port WinRM's?";
    return rule;
}

static void describe_401(struct mi_outcome *outcome, const char *where,
                         const struct mi_outcome_who *who)
{
    if (who->user == NULL)
        snprintf(
            outcome->message, sizeof outcome->message,
            "%s: HTTP 401: the host wants credentials and none were given; choose a method and a "
            "user",
            where);
    else
        snprintf(outcome->message, sizeof outcome->message,
                 "%s: HTTP 401: the host refused the credentials of %s, or does not allow this way "
                 "to authenticate, %s; check user, password and method",
                 where, who->user, who->doubt);
}

void mi_outcome_from_status(struct mi_outcome *outcome, const char *where, int status,
                            const struct mi_outcome_who *who)
{
    struct status_rule rule = find_rule(status);
    *outcome = (struct mi_outcome){
        .result = rule.result,
        .category = rule.category,
        .code = (uint32_t)status,
        .code_type = "HTTP",
    };
    snprintf(outcome->message_id, sizeof outcome->message_id, "HTTP %d", status);
    if (rule.sentence == NULL)
        describe_401(outcome, where, who);
    else
        snprintf(outcome->message, sizeof outcome->message, "%s: HTTP %d: %s", where, status,
                 rule.sentence);
}

/* What the operator can do about a fault, whose own words seldom say. */
static const char *fault_cure(const struct mi_outcome *outcome)
{
    if (outcome->category == MI_ERRORCATEGORY_OPERATION_TIMEOUT)
        return "WMI was too slow there; a longer timeout gives it time";
    if (outcome->category == MI_ERRORCATEGORY_NOT_ENABLED)
        return "enable it there (`winrm quickconfig`)";
    switch (outcome->result) {
    case MI_RESULT_ACCESS_DENIED:
        return "has the account the rights on this host: Remote Management Users, Performance "
               "Monitor Users, the WMI namespace's security?";
    case MI_RESULT_INVALID_NAMESPACE:
    case MI_RESULT_INVALID_CLASS:
        return "check class and namespace; not every Windows has every class";
    case MI_RESULT_NOT_FOUND:
        return "check the values of the keys; the host has no such instance now";
    case MI_RESULT_INVALID_PARAMETER:
        return "check class and keys: are all keys of the class named, and no others?";
    case MI_RESULT_INVALID_QUERY:
        return "check the query: is it WQL, and are class and properties known there?";
    case MI_RESULT_INVALID_ENUMERATION_CONTEXT:
        return "the host has given the enumeration up, as it does when nobody goes on with it for "
               "some time; enumerate again";
    case MI_RESULT_SERVER_LIMITS_EXCEEDED:
        return "ask this host less often, or raise its WinRM quotas";
    case MI_RESULT_SERVER_IS_SHUTTING_DOWN:
        return "it is asked again at the next interval";
    default:
        return "the host's event log Windows Remote Management may say more";
    }
}

void mi_outcome_from_fault(struct mi_outcome *outcome, const char *where, int status,
                           const struct wsman_fault *fault)
{
    *outcome = (struct mi_outcome){
        .result = wsman_fault_result(fault, (unsigned)status),
        .category = wsman_fault_category(fault, (unsigned)status),
        .code = wsman_fault_code(fault),
        .code_type = "HRESULT",
        .probable_cause = fault->probable_cause,
    };
    if (outcome->code == 0) {
        outcome->code = (uint32_t)status;
        outcome->code_type = "HTTP";
    }
    if (fault->message_id[0] != '\0')
        set_text(outcome->message_id, sizeof outcome->message_id, fault->message_id);
    else
        snprintf(outcome->message_id, sizeof outcome->message_id, "%s 0x%08x", outcome->code_type,
                 (unsigned)outcome->code);
    char code[32];
    if (strcmp(outcome->code_type, "HRESULT") == 0)
        snprintf(code, sizeof code, "HRESULT 0x%08x", (unsigned)outcome->code);
    else
        snprintf(code, sizeof code, "%s %u", outcome->code_type, (unsigned)outcome->code);
    snprintf(outcome->message, sizeof outcome->message, "%s: the host answers: %s (%s); %s", where,
             fault->sentence, code, fault_cure(outcome));
}

void mi_outcome_from_answer(struct mi_outcome *outcome, const char *where, const struct err *why)
{
    char message[sizeof outcome->message];
    snprintf(message, sizeof message,
             "%s: another instance came than was asked for: %s; it is not used. Check class and "
             "keys, and whether something in between mixes up replies",
             where, why->text);
    mi_outcome_from_result(outcome, MI_RESULT_FAILED, MI_ERRORCATEGORY_INVALID_RESULT, message);
}

void mi_outcome_unencrypted(struct mi_outcome *outcome, const char *where)
{
    char message[sizeof outcome->message];
    snprintf(message, sizeof message,
             "%s: nothing was sent: this way to authenticate cannot encrypt over HTTP: use HTTPS, "
             "or allow unencrypted messages (allow_unencrypted, "
             "MI_DestinationOptions_SetPacketPrivacy)",
             where);
    mi_outcome_from_result(outcome, MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_SECURITY_ERROR,
                           message);
}

/* --- details --- */

static MI_Result add_uint32(MI_Instance *details, const char *name, MI_Uint32 number)
{
    MI_Value value = {.uint32 = number};
    return MI_Instance_AddElement(details, name, &value, MI_UINT32, 0);
}

static MI_Result add_uint16(MI_Instance *details, const char *name, MI_Uint32 number)
{
    MI_Value value = {.uint16 = (MI_Uint16)number};
    return MI_Instance_AddElement(details, name, &value, MI_UINT16, 0);
}

static MI_Result add_string(MI_Instance *details, const char *name, const char *text)
{
    MI_Value value = {.string = (MI_Char *)text};
    return MI_Instance_AddElement(details, name, &value, MI_STRING, 0);
}

MI_Instance *mi_outcome_details(const struct mi_outcome *outcome)
{
    static const char class_name[] = "OMI_Error";
    MI_Instance *details = cim_instance_new(class_name, sizeof class_name - 1);
    if (details == NULL)
        return NULL;
    if (add_uint32(details, "CIMStatusCode", outcome->result) == MI_RESULT_OK &&
        add_string(details, "Message", outcome->message) == MI_RESULT_OK &&
        add_string(details, "MessageID", outcome->message_id) == MI_RESULT_OK &&
        add_uint16(details, "ProbableCause", outcome->probable_cause) == MI_RESULT_OK &&
        add_uint32(details, "error_Category", outcome->category) == MI_RESULT_OK &&
        add_uint32(details, "error_Code", outcome->code) == MI_RESULT_OK &&
        add_string(details, "error_Type", outcome->code_type) == MI_RESULT_OK)
        return details;
    MI_Instance_Delete(details);
    return NULL;
}
