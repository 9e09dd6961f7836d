/* SPDX-License-Identifier: MIT */
#include "http/scheme.h"

#include <stddef.h>
#include <strings.h>

const struct http_scheme http_scheme_negotiate = {
    .name = "negotiate",
    .challenge = "Negotiate",
    .protocol = HTTP_SEALED_SPNEGO,
};

/* HTTP-Kerberos-session-encrypted only where the header scheme was Kerberos (shared/facts/auth.md).
 */
const struct http_scheme http_scheme_kerberos = {
    .name = "kerberos",
    .challenge = "Kerberos",
    .raw_kerberos = true,
    .protocol = HTTP_SEALED_KERBEROS,
};

/* NTLMSSP travels wrapped in SPNEGO: that adds the MIC by itself (shared/facts/auth.md trap 8). */
const struct http_scheme http_scheme_ntlm = {
    .name = "ntlm",
    .challenge = "Negotiate",
    .protocol = HTTP_SEALED_SPNEGO,
};

/* The certificate itself proves who asks; the line only says so. */
static struct secret *certificate_authorization(const struct http_credentials *credentials,
                                                struct err *err)
{
    static const char line[] =
        "Authorization: http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";
    (void)credentials;
    return secret_new(line, sizeof line - 1, err);
}

const struct http_scheme http_scheme_certificate = {
    .name = "certificate",
    .authorization = certificate_authorization,
};

static const struct http_scheme *const schemes[] = {
    &http_scheme_negotiate, &http_scheme_kerberos,    &http_scheme_ntlm,
    &http_scheme_basic,     &http_scheme_certificate,
};

const struct http_scheme *http_scheme_find(const char *name)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strcasecmp(schemes[i]->name, name) == 0)
            return schemes[i];
    return NULL;
}

bool http_scheme_seals(const struct http_scheme *scheme)
{
    return scheme != NULL && scheme->challenge != NULL;
}
