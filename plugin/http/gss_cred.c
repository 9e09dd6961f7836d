/* SPDX-License-Identifier: MIT */
#include "http/gss_cred.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const gss_OID_desc http_gss_cred_spnego = {6, (void *)"\x2b\x06\x01\x05\x05\x02"};
const gss_OID_desc http_gss_cred_krb5 = {9, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
const gss_OID_desc http_gss_cred_ntlmssp = {10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

static int fail(OM_uint32 major, OM_uint32 minor, gss_OID mech, const char *what, struct err *err)
{
    if (GSS_ROUTINE_ERROR(major) == GSS_S_FAILURE && minor == 12 /* ENOMEM */)
        return err_memory(err);
    gss_buffer_desc line = GSS_C_EMPTY_BUFFER;
    OM_uint32 ignored, more = 0;
    OM_uint32 code = minor != 0 ? minor : major;
    int type = minor != 0 ? GSS_C_MECH_CODE : GSS_C_GSS_CODE;
    if (gss_display_status(&ignored, code, type, mech, &more, &line) != GSS_S_COMPLETE)
        line = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
    err_set_code(err, ERR_AUTH, code, "%s: %.*s", what, (int)line.length,
                 line.length > 0 ? (const char *)line.value : "");
    gss_release_buffer(&ignored, &line);
    return -1;
}

static int require_mech(gss_OID mech, const char *sentence, struct err *err)
{
    OM_uint32 minor;
    gss_OID_set all = GSS_C_NO_OID_SET;
    int present = 0;
    if (gss_indicate_mechs(&minor, &all) == GSS_S_COMPLETE)
        gss_test_oid_set_member(&minor, mech, all, &present);
    gss_release_oid_set(&minor, &all);
    return present ? 0 : err_set(err, ERR_CONFIG, "%s", sentence);
}

struct wish {
    gss_name_t user;
    const char *key, *value; /* of the credential store */
    gss_OID_set_desc mechs;
    gss_OID_set_desc negotiable;
    gss_OID mech;
    const char *what;
};

static bool holds_all(gss_OID_set have, const gss_OID_set_desc *want)
{
    OM_uint32 minor;
    int present = 1;
    for (size_t i = 0; i < want->count && present; i++)
        if (gss_test_oid_set_member(&minor, &want->elements[i], have, &present) != GSS_S_COMPLETE)
            return false;
    return present;
}

static int acquire(struct wish *wish, gss_cred_id_t *cred, struct err *err)
{
    int rc = -1;
    OM_uint32 minor, ignored;
    gss_cred_id_t made = GSS_C_NO_CREDENTIAL;
    gss_OID_set have = GSS_C_NO_OID_SET;
    gss_key_value_element_desc element = {wish->key, wish->value};
    gss_key_value_set_desc store = {1, &element};
    OM_uint32 major = gss_acquire_cred_from(&minor, wish->user, GSS_C_INDEFINITE, &wish->mechs,
                                            GSS_C_INITIATE, &store, &made, &have, NULL);
    if (major != GSS_S_COMPLETE) {
        fail(major, minor, wish->mech, wish->what, err);
        goto out;
    }
    /* Where the element of a mechanism is missing, GSS takes the process's default (trap 1). */
    if (!holds_all(have, &wish->mechs)) {
        err_set(err, ERR_CONFIG, "%s: the GSS library leaves a mechanism out", wish->what);
        goto out;
    }
    major = gss_set_neg_mechs(&minor, made, &wish->negotiable);
    if (major != GSS_S_COMPLETE) {
        fail(major, minor, wish->mech, wish->what, err);
        goto out;
    }
    *cred = made;
    made = GSS_C_NO_CREDENTIAL;
    rc = 0;
out:
    gss_release_oid_set(&ignored, &have);
    gss_release_cred(&ignored, &made);
    return rc;
}

int http_gss_cred_kerberos(const char *cache, gss_cred_id_t *cred, struct err *err)
{
    gss_OID_desc mechs[] = {http_gss_cred_spnego, http_gss_cred_krb5};
    struct wish wish = {
        .user = GSS_C_NO_NAME,
        .key = "ccache",
        .value = cache,
        .mechs = {2, mechs},
        .negotiable = {1, (gss_OID)&http_gss_cred_krb5},
        .mech = (gss_OID)&http_gss_cred_krb5,
        .what = "the Kerberos ticket cannot be used",
    };
    return acquire(&wish, cred, err);
}

int http_gss_cred_ntlm(const char *user, const struct secret *password, gss_cred_id_t *cred,
                       struct err *err)
{
    if (require_mech((gss_OID)&http_gss_cred_ntlmssp,
                     "this machine has no NTLM for GSSAPI; install the package gss-ntlmssp, or use "
                     "Kerberos",
                     err) != 0)
        return -1;
    OM_uint32 minor;
    gss_buffer_desc text = {strlen(user), (void *)(uintptr_t)user};
    struct wish wish = {
        .key = "ntlmssp_password",
        .value = secret_text(password),
        .mechs = {1, (gss_OID)&http_gss_cred_spnego},
        .negotiable = {1, (gss_OID)&http_gss_cred_ntlmssp},
        .mech = (gss_OID)&http_gss_cred_ntlmssp,
        .what = "user and password cannot be used for NTLM",
    };
    OM_uint32 major = gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &wish.user);
    if (major != GSS_S_COMPLETE)
        return fail(major, minor, (gss_OID)&http_gss_cred_ntlmssp, user, err);
    int rc = acquire(&wish, cred, err);
    gss_release_name(&minor, &wish.user);
    return rc;
}

int http_gss_target_kerberos(const char *principal, gss_name_t *target, struct err *err)
{
    OM_uint32 minor;
    gss_buffer_desc text = {strlen(principal), (void *)(uintptr_t)principal};
    OM_uint32 major =
        gss_import_name(&minor, &text, (gss_OID)(uintptr_t)GSS_KRB5_NT_PRINCIPAL_NAME, target);
    return major == GSS_S_COMPLETE
               ? 0
               : fail(major, minor, (gss_OID)&http_gss_cred_krb5, principal, err);
}

int http_gss_target_ntlm(const char *server_name, const char *spn, gss_name_t *target,
                         struct err *err)
{
    char name[512];
    int count;
    if (spn == NULL) {
        count = snprintf(name, sizeof name, "HTTP@%s", server_name);
    } else {
        size_t service = strcspn(spn, "/@");
        const char *host = spn[service] == '/' ? spn + service + 1 : server_name;
        count = snprintf(name, sizeof name, "%.*s@%.*s", (int)service, spn, (int)strcspn(host, "@"),
                         host);
    }
    if (count < 0 || (size_t)count >= sizeof name)
        return err_set(err, ERR_CONFIG, "the name of the service is too long");
    OM_uint32 minor;
    gss_buffer_desc text = {(size_t)count, name};
    OM_uint32 major = gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, target);
    return major == GSS_S_COMPLETE ? 0
                                   : fail(major, minor, (gss_OID)&http_gss_cred_ntlmssp, name, err);
}
