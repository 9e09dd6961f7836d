/* SPDX-License-Identifier: MIT */
#include "poll/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cim/datetime.h"

#define USER_MAX_BYTES 256 /* config/auth.c */

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

/* allow_unencrypted is for Basic: what can be sealed always is. */
static MI_Result set_protection(const struct model_host *host, MI_DestinationOptions *options)
{
    bool plain = host->allow_unencrypted && host->auth->method == MODEL_METHOD_BASIC;
    MI_Result result = MI_DestinationOptions_SetPacketPrivacy(options, !plain);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetCertCACheck(options, host->verify_peer);
    if (result == MI_RESULT_OK)
        result = MI_DestinationOptions_SetCertCNCheck(options, host->verify_host);
    if (result == MI_RESULT_OK && host->ca_cert != NULL)
        result = MI_DestinationOptions_SetString(options, COLLECTDMI_DESTINATIONOPTIONS_CA_FILE,
                                                 host->ca_cert);
    return result;
}

/* Never NegoNoCreds: it would take whatever identity the process happens to have
 * (shared/facts/auth.md, trap 1). */
static const MI_Char *authentication_type(enum model_method method)
{
    switch (method) {
    case MODEL_METHOD_NEGOTIATE:
        return MI_AUTH_TYPE_NEGO_WITH_CREDS;
    case MODEL_METHOD_KERBEROS:
        return MI_AUTH_TYPE_KERBEROS;
    case MODEL_METHOD_NTLM:
        return MI_AUTH_TYPE_NTLM;
    case MODEL_METHOD_BASIC:
        return MI_AUTH_TYPE_BASIC;
    case MODEL_METHOD_CERTIFICATE:
        return MI_AUTH_TYPE_CLIENT_CERTS;
    }
    return MI_AUTH_TYPE_DEFAULT;
}

/* What is not there stays unset. */
static MI_Result set_text(MI_DestinationOptions *options, const MI_Char *name, const char *text)
{
    return text != NULL ? MI_DestinationOptions_SetString(options, name, text) : MI_RESULT_OK;
}

static const char *place_of(const struct model_auth *auth, enum model_proof proof)
{
    return auth->proof == proof ? auth->place : NULL;
}

/* Before the credentials: with a keytab or a cache they need no password. */
static MI_Result set_proof(const struct model_auth *auth, MI_DestinationOptions *options)
{
    const struct {
        const MI_Char *name;
        const char *text;
    } texts[] = {
        {COLLECTDMI_DESTINATIONOPTIONS_KEYTAB, place_of(auth, MODEL_PROOF_KEYTAB)},
        {COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE,
         place_of(auth, MODEL_PROOF_CREDENTIAL_CACHE)},
        {COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE, place_of(auth, MODEL_PROOF_CERTIFICATE)},
        {COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE, auth->key_file},
        {COLLECTDMI_DESTINATIONOPTIONS_SPN, auth->spn},
        {COLLECTDMI_DESTINATIONOPTIONS_REALM, auth->realm},
        {COLLECTDMI_DESTINATIONOPTIONS_FALLBACK, auth->fallback_ntlm ? "ntlm" : NULL},
    };
    MI_Result result = MI_RESULT_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && result == MI_RESULT_OK; i++)
        result = set_text(options, texts[i].name, texts[i].text);
    return result;
}

/* CORP\monitor. Basic sends the user as it is written. 0: no domain stands in front. */
static size_t count_domain(const struct model_auth *auth)
{
    bool splits = auth->method == MODEL_METHOD_NEGOTIATE || auth->method == MODEL_METHOD_NTLM;
    const char *end = splits && auth->user != NULL ? strchr(auth->user, '\\') : NULL;
    return end != NULL ? (size_t)(end - auth->user) : 0;
}

static MI_Result add_credentials(const struct model_auth *auth, const char *password,
                                 MI_DestinationOptions *options)
{
    char domain[USER_MAX_BYTES + 1];
    MI_UserCredentials credentials;
    size_t domain_bytes = count_domain(auth);
    if (domain_bytes >= sizeof domain)
        return MI_RESULT_INVALID_PARAMETER;
    memset(&credentials, 0, sizeof credentials);
    credentials.authenticationType = authentication_type(auth->method);
    credentials.credentials.usernamePassword.username = auth->user;
    credentials.credentials.usernamePassword.password = password;
    if (domain_bytes > 0) {
        memcpy(domain, auth->user, domain_bytes);
        domain[domain_bytes] = '\0';
        credentials.credentials.usernamePassword.domain = domain;
        credentials.credentials.usernamePassword.username = auth->user + domain_bytes + 1;
    }
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
        result = set_proof(host->auth, &options);
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
