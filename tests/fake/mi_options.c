/* SPDX-License-Identifier: MIT */
#include "fake/mi_options.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int option_count;

static void count_options(int change)
{
    atomic_fetch_add(&option_count, change);
}

int fake_mi_options_count(void)
{
    return atomic_load(&option_count);
}

void fake_mi_options_forget(void)
{
    atomic_store(&option_count, 0);
}

void fake_mi_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* --- Of a session --- */

MI_Result MI_Application_NewDestinationOptions(MI_Application *application,
                                               MI_DestinationOptions *options)
{
    (void)application;
    struct fake_mi_session *made = calloc(1, sizeof *made);
    made->privacy = made->check_ca = made->check_cn = true;
    *options = (MI_DestinationOptions){.reserved2 = (ptrdiff_t)made};
    count_options(1);
    return MI_RESULT_OK;
}

struct fake_mi_session *fake_mi_options_target(MI_DestinationOptions *options)
{
    return (struct fake_mi_session *)options->reserved2;
}

MI_Result MI_DestinationOptions_Delete(MI_DestinationOptions *options)
{
    free((void *)options->reserved2);
    count_options(-1);
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetDestinationPort(MI_DestinationOptions *options, MI_Uint32 port)
{
    fake_mi_options_target(options)->port = port;
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetTransport(MI_DestinationOptions *options,
                                             const MI_Char *transport)
{
    fake_mi_copy(fake_mi_options_target(options)->transport,
                 sizeof fake_mi_options_target(options)->transport, transport);
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetHttpUrlPrefix(MI_DestinationOptions *options,
                                                 const MI_Char *prefix)
{
    fake_mi_copy(fake_mi_options_target(options)->path,
                 sizeof fake_mi_options_target(options)->path, prefix);
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetPacketPrivacy(MI_DestinationOptions *options, MI_Boolean privacy)
{
    fake_mi_options_target(options)->privacy = privacy;
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetCertCACheck(MI_DestinationOptions *options, MI_Boolean check)
{
    fake_mi_options_target(options)->check_ca = check;
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetCertCNCheck(MI_DestinationOptions *options, MI_Boolean check)
{
    fake_mi_options_target(options)->check_cn = check;
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_SetString(MI_DestinationOptions *options, const MI_Char *optionName,
                                          const MI_Char *value)
{
    struct fake_mi_session *target = fake_mi_options_target(options);
    const struct {
        const char *name;
        char *text;
        size_t size;
    } known[] = {
        {COLLECTDMI_DESTINATIONOPTIONS_CA_FILE, target->ca_file, sizeof target->ca_file},
        {COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME, target->server_name,
         sizeof target->server_name},
        {COLLECTDMI_DESTINATIONOPTIONS_KEYTAB, target->keytab, sizeof target->keytab},
        {COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE, target->credential_cache,
         sizeof target->credential_cache},
        {COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE, target->cert_file, sizeof target->cert_file},
        {COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE, target->key_file, sizeof target->key_file},
        {COLLECTDMI_DESTINATIONOPTIONS_SPN, target->spn, sizeof target->spn},
        {COLLECTDMI_DESTINATIONOPTIONS_REALM, target->realm, sizeof target->realm},
        {COLLECTDMI_DESTINATIONOPTIONS_FALLBACK, target->fallback, sizeof target->fallback},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(optionName, known[i].name) != 0)
            continue;
        fake_mi_copy(known[i].text, known[i].size, value);
        return MI_RESULT_OK;
    }
    return MI_RESULT_NOT_SUPPORTED;
}

MI_Result MI_DestinationOptions_AddDestinationCredentials(MI_DestinationOptions *options,
                                                          const MI_UserCredentials *credentials)
{
    struct fake_mi_session *target = fake_mi_options_target(options);
    const MI_UsernamePasswordCreds *creds = &credentials->credentials.usernamePassword;
    fake_mi_copy(target->method, sizeof target->method, credentials->authenticationType);
    fake_mi_copy(target->user, sizeof target->user, creds->username);
    fake_mi_copy(target->password, sizeof target->password, creds->password);
    fake_mi_copy(target->domain, sizeof target->domain, creds->domain);
    target->has_domain = creds->domain != NULL;
    target->has_user = creds->username != NULL;
    target->has_password = creds->password != NULL;
    /* As mi.h says: a keytab or a cache stands for a password only if it was set before. */
    bool is_certificate = strcmp(target->method, MI_AUTH_TYPE_CLIENT_CERTS) == 0;
    if (!target->has_password && !is_certificate && target->keytab[0] == '\0' &&
        target->credential_cache[0] == '\0')
        return MI_RESULT_INVALID_PARAMETER;
    return MI_RESULT_OK;
}

/* --- Of an operation --- */

MI_Result MI_Application_NewOperationOptions(MI_Application *application, MI_Boolean mustUnderstand,
                                             MI_OperationOptions *options)
{
    (void)application;
    (void)mustUnderstand;
    *options =
        (MI_OperationOptions){.reserved2 = (ptrdiff_t)calloc(1, sizeof(struct fake_mi_request))};
    count_options(1);
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_SetTimeout(MI_OperationOptions *options, const MI_Interval *timeout)
{
    struct fake_mi_request *request = (struct fake_mi_request *)options->reserved2;
    uint64_t hours = (uint64_t)timeout->days * 24 + timeout->hours;
    request->timeout_ms = ((hours * 60 + timeout->minutes) * 60 + timeout->seconds) * 1000 +
                          timeout->microseconds / 1000;
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_SetResourceUriPrefix(MI_OperationOptions *options,
                                                   const MI_Char *prefix)
{
    fake_mi_copy(((struct fake_mi_request *)options->reserved2)->prefix, 128, prefix);
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_Delete(MI_OperationOptions *options)
{
    free((void *)options->reserved2);
    count_options(-1);
    return MI_RESULT_OK;
}

const struct fake_mi_request *fake_mi_options_request(const MI_OperationOptions *options)
{
    return (const struct fake_mi_request *)options->reserved2;
}
