/* SPDX-License-Identifier: MIT */
/* The options of a destination; contract in mi/mi.h. */
#include "mi/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cim/datetime.h"
#include "mi/application.h"

struct mi_destination_options *mi_options_destination(const MI_DestinationOptions *options)
{
    return options != NULL ? (struct mi_destination_options *)options->reserved2 : NULL;
}

MI_Result MI_Application_NewDestinationOptions(MI_Application *application,
                                               MI_DestinationOptions *options)
{
    if (mi_application_from(application) == NULL || options == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_destination_options *self = calloc(1, sizeof *self);
    if (self == NULL)
        return MI_RESULT_FAILED;
    *options = (MI_DestinationOptions){.reserved2 = (ptrdiff_t)self};
    return MI_RESULT_OK;
}

/* --- single options --- */

MI_Result MI_DestinationOptions_SetTimeout(MI_DestinationOptions *options,
                                           const MI_Interval *timeout)
{
    struct mi_destination_options *self = mi_options_destination(options);
    if (self == NULL || timeout == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    self->timeout_ms = cim_datetime_interval_to_ms(timeout);
    return MI_RESULT_OK;
}

static MI_Result set_port(struct mi_destination_options *self, MI_Uint32 port)
{
    if (port == 0 || port > 65535)
        return MI_RESULT_INVALID_PARAMETER;
    self->port = port;
    return MI_RESULT_OK;
}

static MI_Result set_privacy(struct mi_destination_options *self, MI_Uint32 privacy)
{
    self->readable = privacy == 0;
    return MI_RESULT_OK;
}

static MI_Result set_max_envelope(struct mi_destination_options *self, MI_Uint32 size_kb)
{
    if (size_kb < 8 || size_kb > 4096)
        return MI_RESULT_INVALID_PARAMETER;
    self->max_envelope_kb = size_kb;
    return MI_RESULT_OK;
}

static MI_Result set_ca_check(struct mi_destination_options *self, MI_Uint32 check)
{
    self->any_ca = check == 0;
    return MI_RESULT_OK;
}

static MI_Result set_cn_check(struct mi_destination_options *self, MI_Uint32 check)
{
    self->any_cn = check == 0;
    return MI_RESULT_OK;
}

static MI_Result set_transport(struct mi_destination_options *self, const MI_Char *transport)
{
    if (transport == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (strcasecmp(transport, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP) == 0)
        self->plain_http = true;
    else if (strcasecmp(transport, MI_DESTINATIONOPTIONS_TRANSPORT_HTTPS) == 0)
        self->plain_http = false;
    else
        return MI_RESULT_INVALID_PARAMETER;
    return MI_RESULT_OK;
}

static MI_Result set_url_prefix(struct mi_destination_options *self, const MI_Char *prefix)
{
    if (prefix == NULL || strpbrk(prefix, "?# ") != NULL)
        return MI_RESULT_INVALID_PARAMETER;
    return mi_options_set_text(&self->url_prefix, prefix);
}

static MI_Result set_data_locale(struct mi_destination_options *self, const MI_Char *locale)
{
    return mi_options_set_text(&self->data_locale, locale);
}

static MI_Result set_ui_locale(struct mi_destination_options *self, const MI_Char *locale)
{
    return mi_options_set_text(&self->ui_locale, locale);
}

static MI_Result set_ca_file(struct mi_destination_options *self, const MI_Char *path)
{
    return mi_options_set_text(&self->ca_file, path);
}

static MI_Result set_server_name(struct mi_destination_options *self, const MI_Char *name)
{
    if (name == NULL || name[0] == '\0' || strpbrk(name, "/?#@ []") != NULL)
        return MI_RESULT_INVALID_PARAMETER;
    return mi_options_set_text(&self->server_name, name);
}

/* --- options by name --- */

static const struct {
    const char *name;
    MI_Result (*set)(struct mi_destination_options *, const MI_Char *);
} string_options[] = {
    {MI_DESTINATIONOPTIONS_TRANSPORT, set_transport},
    {MI_DESTINATIONOPTIONS_HTTP_URL_PREFIX, set_url_prefix},
    {MI_DESTINATIONOPTIONS_DATA_LOCALE, set_data_locale},
    {MI_DESTINATIONOPTIONS_UI_LOCALE, set_ui_locale},
    {COLLECTDMI_DESTINATIONOPTIONS_CA_FILE, set_ca_file},
    {COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME, set_server_name},
};

static const struct {
    const char *name;
    MI_Result (*set)(struct mi_destination_options *, MI_Uint32);
} number_options[] = {
    {MI_DESTINATIONOPTIONS_DESTINATION_PORT, set_port},
    {MI_DESTINATIONOPTIONS_PACKET_PRIVACY, set_privacy},
    {MI_DESTINATIONOPTIONS_MAX_ENVELOPE_SIZE, set_max_envelope},
    {MI_DESTINATIONOPTIONS_CERT_CA_CHECK, set_ca_check},
    {MI_DESTINATIONOPTIONS_CERT_CN_CHECK, set_cn_check},
};

MI_Result MI_DestinationOptions_SetString(MI_DestinationOptions *options, const MI_Char *optionName,
                                          const MI_Char *value)
{
    struct mi_destination_options *self = mi_options_destination(options);
    if (self == NULL || optionName == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof string_options / sizeof string_options[0]; i++)
        if (strcmp(string_options[i].name, optionName) == 0)
            return string_options[i].set(self, value);
    return MI_RESULT_NOT_SUPPORTED;
}

MI_Result MI_DestinationOptions_SetNumber(MI_DestinationOptions *options, const MI_Char *optionName,
                                          MI_Uint32 value)
{
    struct mi_destination_options *self = mi_options_destination(options);
    if (self == NULL || optionName == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof number_options / sizeof number_options[0]; i++)
        if (strcmp(number_options[i].name, optionName) == 0)
            return number_options[i].set(self, value);
    return MI_RESULT_NOT_SUPPORTED;
}

MI_Result MI_DestinationOptions_SetDestinationPort(MI_DestinationOptions *options, MI_Uint32 port)
{
    return MI_DestinationOptions_SetNumber(options, MI_DESTINATIONOPTIONS_DESTINATION_PORT, port);
}

MI_Result MI_DestinationOptions_SetTransport(MI_DestinationOptions *options,
                                             const MI_Char *transport)
{
    return MI_DestinationOptions_SetString(options, MI_DESTINATIONOPTIONS_TRANSPORT, transport);
}

MI_Result MI_DestinationOptions_SetHttpUrlPrefix(MI_DestinationOptions *options,
                                                 const MI_Char *prefix)
{
    return MI_DestinationOptions_SetString(options, MI_DESTINATIONOPTIONS_HTTP_URL_PREFIX, prefix);
}

MI_Result MI_DestinationOptions_SetPacketPrivacy(MI_DestinationOptions *options, MI_Boolean privacy)
{
    return MI_DestinationOptions_SetNumber(options, MI_DESTINATIONOPTIONS_PACKET_PRIVACY, privacy);
}

MI_Result MI_DestinationOptions_SetMaxEnvelopeSize(MI_DestinationOptions *options,
                                                   MI_Uint32 sizeInKB)
{
    return MI_DestinationOptions_SetNumber(options, MI_DESTINATIONOPTIONS_MAX_ENVELOPE_SIZE,
                                           sizeInKB);
}

MI_Result MI_DestinationOptions_SetDataLocale(MI_DestinationOptions *options, const MI_Char *locale)
{
    return MI_DestinationOptions_SetString(options, MI_DESTINATIONOPTIONS_DATA_LOCALE, locale);
}

MI_Result MI_DestinationOptions_SetUILocale(MI_DestinationOptions *options, const MI_Char *locale)
{
    return MI_DestinationOptions_SetString(options, MI_DESTINATIONOPTIONS_UI_LOCALE, locale);
}

MI_Result MI_DestinationOptions_SetCertCACheck(MI_DestinationOptions *options, MI_Boolean check)
{
    return MI_DestinationOptions_SetNumber(options, MI_DESTINATIONOPTIONS_CERT_CA_CHECK, check);
}

MI_Result MI_DestinationOptions_SetCertCNCheck(MI_DestinationOptions *options, MI_Boolean check)
{
    return MI_DestinationOptions_SetNumber(options, MI_DESTINATIONOPTIONS_CERT_CN_CHECK, check);
}

/* --- credentials --- */

/* The authentication types this version has a scheme for. */
static const struct {
    const char *type;
    const char *scheme; /* NULL: no Authorization at all */
} auth_types[] = {
    {MI_AUTH_TYPE_BASIC, "basic"},
    {MI_AUTH_TYPE_NONE, NULL},
};

static MI_Result find_scheme(const MI_Char *type, const struct http_scheme **scheme)
{
    for (size_t i = 0; type != NULL && i < sizeof auth_types / sizeof auth_types[0]; i++) {
        if (strcasecmp(auth_types[i].type, type) != 0)
            continue;
        *scheme = auth_types[i].scheme != NULL ? http_scheme_find(auth_types[i].scheme) : NULL;
        return MI_RESULT_OK;
    }
    return type != NULL ? MI_RESULT_NOT_SUPPORTED : MI_RESULT_INVALID_PARAMETER;
}

static void forget_credentials(struct mi_destination_options *self)
{
    self->scheme = NULL;
    free(self->user);
    self->user = NULL;
    secret_free(self->password);
    self->password = NULL;
}

/* user as DOMAIN\user where a domain is given. */
static char *join_user(const MI_UsernamePasswordCreds *creds)
{
    char *user = NULL;
    if (creds->domain == NULL || creds->domain[0] == '\0')
        return strdup(creds->username);
    return asprintf(&user, "%s\\%s", creds->domain, creds->username) < 0 ? NULL : user;
}

MI_Result MI_DestinationOptions_AddDestinationCredentials(MI_DestinationOptions *options,
                                                          const MI_UserCredentials *credentials)
{
    struct mi_destination_options *self = mi_options_destination(options);
    const struct http_scheme *scheme;
    if (self == NULL || credentials == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    MI_Result result = find_scheme(credentials->authenticationType, &scheme);
    if (result != MI_RESULT_OK)
        return result;
    const MI_UsernamePasswordCreds *creds = &credentials->credentials.usernamePassword;
    if (scheme == NULL) {
        forget_credentials(self);
        return MI_RESULT_OK;
    }
    if (creds->username == NULL || creds->username[0] == '\0' || creds->password == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    char *user = join_user(creds);
    struct secret *password = secret_new(creds->password, strlen(creds->password), NULL);
    if (user == NULL || password == NULL) {
        free(user);
        secret_free(password);
        return MI_RESULT_FAILED;
    }
    forget_credentials(self);
    self->scheme = scheme;
    self->user = user;
    self->password = password;
    return MI_RESULT_OK;
}

/* --- copy and end --- */

static int copy_text(char **to, const char *from)
{
    if (from == NULL)
        return 0;
    *to = strdup(from);
    return *to != NULL ? 0 : -1;
}

static int copy_password(struct secret **to, const struct secret *from)
{
    if (from == NULL)
        return 0;
    *to = secret_new(secret_text(from), secret_size_bytes(from), NULL);
    return *to != NULL ? 0 : -1;
}

struct mi_destination_options *
mi_options_copy_destination(const struct mi_destination_options *options)
{
    struct mi_destination_options *copy = calloc(1, sizeof *copy);
    if (copy == NULL || options == NULL)
        return copy;
    *copy = *options;
    copy->url_prefix = copy->data_locale = copy->ui_locale = NULL;
    copy->ca_file = copy->server_name = copy->user = NULL;
    copy->password = NULL;
    if (copy_text(&copy->url_prefix, options->url_prefix) != 0 ||
        copy_text(&copy->data_locale, options->data_locale) != 0 ||
        copy_text(&copy->ui_locale, options->ui_locale) != 0 ||
        copy_text(&copy->ca_file, options->ca_file) != 0 ||
        copy_text(&copy->server_name, options->server_name) != 0 ||
        copy_text(&copy->user, options->user) != 0 ||
        copy_password(&copy->password, options->password) != 0) {
        mi_options_free_destination(copy);
        return NULL;
    }
    return copy;
}

void mi_options_free_destination(struct mi_destination_options *options)
{
    if (options == NULL)
        return;
    forget_credentials(options);
    free(options->url_prefix);
    free(options->data_locale);
    free(options->ui_locale);
    free(options->ca_file);
    free(options->server_name);
    free(options);
}

MI_Result MI_DestinationOptions_Clone(const MI_DestinationOptions *self,
                                      MI_DestinationOptions *newOptions)
{
    const struct mi_destination_options *options = mi_options_destination(self);
    if (options == NULL || newOptions == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_destination_options *copy = mi_options_copy_destination(options);
    if (copy == NULL)
        return MI_RESULT_FAILED;
    *newOptions = (MI_DestinationOptions){.reserved2 = (ptrdiff_t)copy};
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_Delete(MI_DestinationOptions *options)
{
    struct mi_destination_options *self = mi_options_destination(options);
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    mi_options_free_destination(self);
    *options = (MI_DestinationOptions)MI_DESTINATIONOPTIONS_NULL;
    return MI_RESULT_OK;
}
