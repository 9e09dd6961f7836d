/* SPDX-License-Identifier: MIT */
#include "poll/session.h"

#include <stddef.h>
#include <string.h>

#include "cim/datetime.h"

static const MI_Char *transport_name(const struct model_host *host)
{
    return host->transport == MODEL_TRANSPORT_HTTPS ? MI_DESTINATIONOPTIONS_TRANSPORT_HTTPS
                                                    : MI_DESTINATIONOPTIONS_TRANSPORT_HTTP;
}

static MI_Result set_address(const struct model_host *host, MI_DestinationOptions *options)
{
    MI_Result result = MI_DestinationOptions_SetTransport(options, transport_name(host));
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetDestinationPort(options, host->port);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetHttpUrlPrefix(options, host->path);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetString(options, COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME,
                                                 host->server_name);
    return result;
}

static MI_Result set_protection(const struct model_host *host, MI_DestinationOptions *options)
{
    MI_Result result = MI_DestinationOptions_SetPacketPrivacy(options, !host->allow_unencrypted);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetCertCACheck(options, host->verify_peer);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetCertCNCheck(options, host->verify_host);
    if (result == MI_RESULT_OK && host->ca_cert != NULL)
        result = MI_DestinationOptions_SetString(options, COLLECTDMI_DESTINATIONOPTIONS_CA_FILE,
                                                 host->ca_cert);
    return result;
}

static const MI_Char *authentication_type(enum model_method method)
{
    switch (method) {
    case MODEL_METHOD_BASIC:
        return MI_AUTH_TYPE_BASIC;
    }
    return MI_AUTH_TYPE_DEFAULT;
}

/* Basic sends the user as it is written, a domain in front included. */
static MI_Result add_credentials(const struct model_auth *auth, const char *password,
                                 MI_DestinationOptions *options)
{
    MI_UserCredentials credentials;
    memset(&credentials, 0, sizeof credentials);
    credentials.authenticationType = authentication_type(auth->method);
    credentials.credentials.usernamePassword.username = auth->user;
    credentials.credentials.usernamePassword.password = password;
    return MI_DestinationOptions_AddDestinationCredentials(options, &credentials);
}

/* Takes extended, which may be NULL, and writes the sentence in it where it has one. Returns -1. */
static int describe(const struct model_host *host, MI_Result result, MI_Instance *extended,
                    struct err *err)
{
    MI_Value value;
    MI_Type type = MI_BOOLEAN;
    memset(&value, 0, sizeof value);
    if (extended != NULL &&
        MI_Instance_GetElement(extended, "Message", &value, &type, NULL, NULL) == MI_RESULT_OK &&
        type == MI_STRING && value.string != NULL)
        err_set(err, ERR_CONFIG, "%s:%u:%u: %s", host->origin.path, host->origin.line,
                host->origin.column, value.string);
    else
        err_set(err, ERR_CONFIG,
                "%s:%u:%u: no session can be made of what is said of this host: MI_Result %d",
                host->origin.path, host->origin.line, host->origin.column, (int)result);
    if (extended != NULL)
        MI_Instance_Delete(extended);
    return -1;
}

int poll_session_open(MI_Application *application, const struct model_host *host,
                      const char *password, MI_Session *session, struct err *err)
{
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_Result result = MI_Application_NewDestinationOptions(application, &options);
    if (result != MI_RESULT_OK)
        return err_set(err, ERR_MEMORY, "no session can be made: MI_Result %d", (int)result);
    result = set_address(host, &options);
    if (result == MI_RESULT_OK)
        result = set_protection(host, &options);
    if (result == MI_RESULT_OK)
        result = add_credentials(host->auth, password, &options);
    MI_Session made = MI_SESSION_NULL;
    MI_Instance *extended = NULL;
    if (result == MI_RESULT_OK)
        result = MI_Application_NewSession(application, NULL, host->address, &options, NULL,
                                           &extended, &made);
    MI_DestinationOptions_Delete(&options);
    if (result != MI_RESULT_OK)
        return describe(host, result, extended, err);
    *session = made;
    return 0;
}

MI_Result poll_session_options(MI_Application *application, const struct model_host *host,
                               uint64_t timeout_ms, MI_OperationOptions *options)
{
    MI_OperationOptions made = MI_OPERATIONOPTIONS_NULL;
    MI_Result result = MI_Application_NewOperationOptions(application, MI_FALSE, &made);
    if (result != MI_RESULT_OK)
        return result;
    MI_Interval timeout;
    cim_datetime_interval_from_ms(timeout_ms, &timeout);
    result = MI_OperationOptions_SetTimeout(&made, &timeout);
    if (result == MI_RESULT_OK && host->resource_uri == MODEL_RESOURCE_URI_DMTF)
        result =
            MI_OperationOptions_SetResourceUriPrefix(&made, COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    if (result == MI_RESULT_OK)
        *options = made;
    else
        MI_OperationOptions_Delete(&made);
    return result;
}
