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

static MI_Result set_fallback(struct mi_destination_options *self, const MI_Char *method)
{
    if (method == NULL || strcasecmp(method, "ntlm") != 0)
        return MI_RESULT_INVALID_PARAMETER;
    self->fallback_ntlm = true;
    return MI_RESULT_OK;
}

static MI_Result set_server_name(struct mi_destination_options *self, const MI_Char *name)
{
    if (name == NULL || name[0] == '\0' || strpbrk(name, "/?#@ []") != NULL)
        return MI_RESULT_INVALID_PARAMETER;
    return mi_options_set_text(&self->server_name, name);
}

/* --- options by name --- */

/* set: what checks a value; without it any text goes to the member at that offset. */
static const struct {
    const char *name;
    MI_Result (*set)(struct mi_destination_options *, const MI_Char *);
    size_t offset;
} string_options[] = {
#define TEXT(member) NULL, offsetof(struct mi_destination_options, member)
    {MI_DESTINATIONOPTIONS_TRANSPORT, set_transport, 0},
    {MI_DESTINATIONOPTIONS_HTTP_URL_PREFIX, set_url_prefix, 0},
    {MI_DESTINATIONOPTIONS_DATA_LOCALE, TEXT(data_locale)},
    {MI_DESTINATIONOPTIONS_UI_LOCALE, TEXT(ui_locale)},
    {COLLECTDMI_DESTINATIONOPTIONS_CA_FILE, TEXT(ca_file)},
    {COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME, set_server_name, 0},
    {COLLECTDMI_DESTINATIONOPTIONS_KEYTAB, TEXT(keytab)},
    {COLLECTDMI_DESTINATIONOPTIONS_CREDENTIAL_CACHE, TEXT(credential_cache)},
    {COLLECTDMI_DESTINATIONOPTIONS_CERT_FILE, TEXT(cert_file)},
    {COLLECTDMI_DESTINATIONOPTIONS_KEY_FILE, TEXT(key_file)},
    {COLLECTDMI_DESTINATIONOPTIONS_SPN, TEXT(spn)},
    {COLLECTDMI_DESTINATIONOPTIONS_REALM, TEXT(realm)},
    {COLLECTDMI_DESTINATIONOPTIONS_FALLBACK, set_fallback, 0},
#undef TEXT
};

static MI_Result set_string(struct mi_destination_options *self, size_t i, const MI_Char *value)
{
    if (string_options[i].set != NULL)
        return string_options[i].set(self, value);
    return mi_options_set_text((char **)((char *)self + string_options[i].offset), value);
}

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
            return set_string(self, i, value);
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

/* The authentication types this client has a scheme for. */
static const struct auth_type {
    const char *type;
    const struct http_scheme *scheme; /* NULL: no Authorization at all */
    enum { NOTHING, USER_AND_PASSWORD, USER_OR_TICKET, TICKET, CERTIFICATE } wants;
} auth_types[] = {
    {MI_AUTH_TYPE_DEFAULT, &http_scheme_negotiate, USER_OR_TICKET},
    {MI_AUTH_TYPE_NEGO_WITH_CREDS, &http_scheme_negotiate, USER_AND_PASSWORD},
    {MI_AUTH_TYPE_NEGO_NO_CREDS, &http_scheme_negotiate, TICKET},
    {MI_AUTH_TYPE_KERBEROS, &http_scheme_kerberos, USER_OR_TICKET},
    {MI_AUTH_TYPE_NTLM, &http_scheme_ntlm, USER_AND_PASSWORD},
    {MI_AUTH_TYPE_BASIC, &http_scheme_basic, USER_AND_PASSWORD},
    {MI_AUTH_TYPE_CLIENT_CERTS, &http_scheme_certificate, CERTIFICATE},
    {MI_AUTH_TYPE_NONE, NULL, NOTHING},
};

static const struct auth_type *find_type(const MI_Char *type)
{
    for (size_t i = 0; type != NULL && i < sizeof auth_types / sizeof auth_types[0]; i++)
        if (strcasecmp(auth_types[i].type, type) == 0)
            return &auth_types[i];
    return NULL;
}

static void forget_credentials(struct mi_destination_options *self)
{
    self->scheme = NULL;
    self->default_cache = false;
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

static bool is_empty(const MI_Char *text)
{
    return text == NULL || text[0] == '\0';
}

static bool is_kerberos(const struct auth_type *type)
{
    return type->scheme == &http_scheme_negotiate || type->scheme == &http_scheme_kerberos;
}

/* Whether what the type wants is there. */
static bool is_complete(const struct mi_destination_options *self, const struct auth_type *type,
                        const MI_UsernamePasswordCreds *creds)
{
    bool by_file = is_kerberos(type) && (self->keytab != NULL || self->credential_cache != NULL);
    switch (type->wants) {
    case USER_AND_PASSWORD:
        return by_file || (!is_empty(creds->username) && creds->password != NULL);
    case USER_OR_TICKET:
        return by_file || creds->password == NULL || !is_empty(creds->username);
    case CERTIFICATE:
        return self->cert_file != NULL && self->key_file != NULL;
    case TICKET:
    case NOTHING:
        break;
    }
    return true;
}

static MI_Result keep_credentials(struct mi_destination_options *self, const struct auth_type *type,
                                  const MI_UsernamePasswordCreds *creds)
{
    char *user = NULL;
    struct secret *password = NULL;
    bool has_user = creds != NULL && !is_empty(creds->username);
    bool has_password = has_user && creds->password != NULL;
    if (has_user)
        user = join_user(creds);
    if (has_password)
        password = secret_new(creds->password, strlen(creds->password), NULL);
    if ((has_user && user == NULL) || (has_password && password == NULL)) {
        free(user);
        secret_free(password);
        return MI_RESULT_FAILED;
    }
    forget_credentials(self);
    self->scheme = type->scheme;
    self->user = user;
    self->password = password;
    self->default_cache = is_kerberos(type) && !has_password && self->keytab == NULL &&
                          self->credential_cache == NULL;
    return MI_RESULT_OK;
}

MI_Result MI_DestinationOptions_AddDestinationCredentials(MI_DestinationOptions *options,
                                                          const MI_UserCredentials *credentials)
{
    struct mi_destination_options *self = mi_options_destination(options);
    if (self == NULL || credentials == NULL || credentials->authenticationType == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    const struct auth_type *type = find_type(credentials->authenticationType);
    if (type == NULL)
        return MI_RESULT_NOT_SUPPORTED;
    const MI_UsernamePasswordCreds *creds = &credentials->credentials.usernamePassword;
    if (!is_complete(self, type, creds))
        return MI_RESULT_INVALID_PARAMETER;
    bool by_user = type->wants == USER_AND_PASSWORD || type->wants == USER_OR_TICKET;
    return keep_credentials(self, type, by_user ? creds : NULL);
}

/* --- copy and end --- */

/* Every member that is a text of its own. */
static const size_t text_members[] = {
#define MEMBER(member) offsetof(struct mi_destination_options, member)
    MEMBER(url_prefix),
    MEMBER(data_locale),
    MEMBER(ui_locale),
    MEMBER(ca_file),
    MEMBER(server_name),
    MEMBER(keytab),
    MEMBER(credential_cache),
    MEMBER(cert_file),
    MEMBER(key_file),
    MEMBER(spn),
    MEMBER(realm),
    MEMBER(user),
#undef MEMBER
};

static char **text_member(const struct mi_destination_options *options, size_t i)
{
    return (char **)((char *)options + text_members[i]);
}

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
    for (size_t i = 0; i < sizeof text_members / sizeof text_members[0]; i++)
        *text_member(copy, i) = NULL;
    copy->password = NULL;
    int rc = copy_password(&copy->password, options->password);
    for (size_t i = 0; i < sizeof text_members / sizeof text_members[0] && rc == 0; i++)
        rc = copy_text(text_member(copy, i), *text_member(options, i));
    if (rc != 0) {
        mi_options_free_destination(copy);
        return NULL;
    }
    return copy;
}

void mi_options_free_destination(struct mi_destination_options *options)
{
    if (options == NULL)
        return;
    secret_free(options->password);
    for (size_t i = 0; i < sizeof text_members / sizeof text_members[0]; i++)
        free(*text_member(options, i));
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
