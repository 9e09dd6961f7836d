/* SPDX-License-Identifier: MIT */
#include "sim/gss.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NTLM_SIGNATURE_BYTES 16

static gss_OID_desc krb5_mech = {9, (void *)(uintptr_t) "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static gss_OID_desc ntlm_mech = {10,
                                 (void *)(uintptr_t) "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

struct sim_gss {
    gss_ctx_id_t context;
    char *principal;
    bool ntlm;
};

static bool same_oid(gss_const_OID a, gss_const_OID b)
{
    return a != GSS_C_NO_OID && a->length == b->length &&
           memcmp(a->elements, b->elements, a->length) == 0;
}

struct sim_gss *sim_gss_create(void)
{
    struct sim_gss *gss = calloc(1, sizeof(*gss));
    if (gss != NULL)
        gss->context = GSS_C_NO_CONTEXT;
    return gss;
}

/* The sentences of a failure on stderr: a test that fails shows them. */
static void explain(const char *what, OM_uint32 major, OM_uint32 minor, gss_OID mech)
{
    const struct {
        OM_uint32 code;
        int kind;
    } codes[] = {{major, GSS_C_GSS_CODE}, {minor, GSS_C_MECH_CODE}};
    for (size_t i = 0; i < 2; i++) {
        OM_uint32 ignored = 0;
        OM_uint32 context = 0;
        gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
        if (codes[i].code != 0 &&
            !GSS_ERROR(
                gss_display_status(&ignored, codes[i].code, codes[i].kind, mech, &context, &text)))
            fprintf(stderr, "simhost: %s: %.*s\n", what, (int)text.length,
                    (const char *)text.value);
        gss_release_buffer(&ignored, &text);
    }
}

/* The credential that takes raw Kerberos only; GSS_C_NO_CREDENTIAL takes every mechanism. */
static OM_uint32 credential_get(bool kerberos_only, gss_cred_id_t *credential, OM_uint32 *minor)
{
    gss_OID_set_desc mechs = {1, &krb5_mech};
    *credential = GSS_C_NO_CREDENTIAL;
    if (!kerberos_only)
        return GSS_S_COMPLETE;
    return gss_acquire_cred(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs, GSS_C_ACCEPT,
                            credential, NULL, NULL);
}

/* What must be known of a complete context. */
static enum sim_gss_step context_judge(struct sim_gss *gss, const struct sim_gss_terms *terms,
                                       gss_name_t source, OM_uint32 flags)
{
    OM_uint32 minor = 0;
    gss_OID mech = GSS_C_NO_OID;
    gss_buffer_desc name = GSS_C_EMPTY_BUFFER;
    /* The flag is demanded here: MIT's acceptor alone lets a client without bindings pass. */
    if (terms->binding != NULL && terms->cbt == SIM_CBT_STRICT &&
        (flags & GSS_C_CHANNEL_BOUND_FLAG) == 0) {
        fprintf(stderr, "simhost: channel bindings are required\n");
        return SIM_GSS_REFUSED;
    }
    if (GSS_ERROR(
            gss_inquire_context(&minor, gss->context, NULL, NULL, NULL, &mech, NULL, NULL, NULL)) ||
        GSS_ERROR(gss_display_name(&minor, source, &name, NULL)))
        return SIM_GSS_REFUSED;
    gss->ntlm = same_oid(mech, &ntlm_mech);
    gss->principal = strndup(name.value, name.length);
    gss_release_buffer(&minor, &name);
    return gss->principal == NULL ? SIM_GSS_REFUSED : SIM_GSS_COMPLETE;
}

enum sim_gss_step sim_gss_accept(struct sim_gss *gss, const struct sim_gss_terms *terms,
                                 const struct sim_bytes *token, struct sim_bytes *answer)
{
    OM_uint32 minor = 0;
    OM_uint32 ignored = 0;
    OM_uint32 flags = 0;
    gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
    gss_name_t source = GSS_C_NO_NAME;
    gss_OID mech = GSS_C_NO_OID;
    gss_buffer_desc in = {token->size, token->data};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    struct gss_channel_bindings_struct bindings = {
        .application_data = {terms->binding_size, (void *)(uintptr_t)terms->binding}};
    bool bound = terms->binding != NULL && terms->cbt != SIM_CBT_NONE;
    enum sim_gss_step step = SIM_GSS_REFUSED;
    OM_uint32 major = credential_get(terms->kerberos_only, &credential, &minor);
    if (!GSS_ERROR(major))
        major = gss_accept_sec_context(&minor, &gss->context, credential, &in,
                                       bound ? &bindings : GSS_C_NO_CHANNEL_BINDINGS, &source,
                                       &mech, &out, &flags, NULL, NULL);
    if (GSS_ERROR(major))
        explain("the handshake", major, minor, mech);
    else if (major & GSS_S_CONTINUE_NEEDED)
        step = SIM_GSS_CONTINUE;
    else
        step = context_judge(gss, terms, source, flags);
    if (step != SIM_GSS_REFUSED)
        sim_bytes_add(answer, out.value, out.length);
    gss_release_buffer(&ignored, &out);
    gss_release_name(&ignored, &source);
    gss_release_cred(&ignored, &credential);
    return step;
}

const char *sim_gss_principal(const struct sim_gss *gss)
{
    return gss->principal;
}

bool sim_gss_is_ntlm(const struct sim_gss *gss)
{
    return gss->ntlm;
}

/* ---- sealing ---- */

/* NTLM has no wrap_iov (shared/facts/auth.md "Calls"). */
static int ntlm_unseal(struct sim_gss *gss, const struct sim_sealed *part, struct sim_bytes *plain)
{
    OM_uint32 minor = 0;
    int confidential = 0;
    gss_qop_t qop = 0;
    /* signature and data lie side by side in the body */
    gss_buffer_desc in = {part->signature_size + part->length, (void *)(uintptr_t)part->signature};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 major = gss_unwrap(&minor, gss->context, &in, &out, &confidential, &qop);
    bool good = major == GSS_S_COMPLETE && confidential != 0 &&
                part->signature_size == NTLM_SIGNATURE_BYTES && out.length == part->length;
    if (good)
        sim_bytes_add(plain, out.value, out.length);
    else
        explain("unsealing", major, minor, &ntlm_mech);
    gss_release_buffer(&minor, &out);
    return good && !plain->failed ? 0 : -1;
}

static int kerberos_unseal(struct sim_gss *gss, const struct sim_sealed *part,
                           struct sim_bytes *plain)
{
    OM_uint32 minor = 0;
    int confidential = 0;
    struct sim_bytes copy = {0};
    sim_bytes_add(&copy, part->signature, part->signature_size + part->length);
    if (copy.failed)
        return -1;
    gss_iov_buffer_desc iov[] = {
        {GSS_IOV_BUFFER_TYPE_HEADER, {part->signature_size, copy.data}},
        {GSS_IOV_BUFFER_TYPE_DATA, {part->length, copy.data + part->signature_size}},
        {GSS_IOV_BUFFER_TYPE_DATA, {0, NULL}},
    };
    OM_uint32 major = gss_unwrap_iov(&minor, gss->context, &confidential, NULL, iov, 3);
    bool good = major == GSS_S_COMPLETE && confidential != 0;
    if (!good)
        explain("unsealing", major, minor, &krb5_mech);
    /* RC4 pads with one byte 01, and Length counts it; no XML ends so. */
    size_t size = part->length;
    if (good && size > 0 && copy.data[part->signature_size + size - 1] == '\x01')
        size--;
    if (good)
        sim_bytes_add(plain, copy.data + part->signature_size, size);
    sim_bytes_free(&copy);
    return good && !plain->failed ? 0 : -1;
}

int sim_gss_unseal(struct sim_gss *gss, const struct sim_sealed *part, struct sim_bytes *plain)
{
    return gss->ntlm ? ntlm_unseal(gss, part, plain) : kerberos_unseal(gss, part, plain);
}

static int ntlm_seal(struct sim_gss *gss, const struct sim_bytes *plain, struct sim_sealed *part,
                     struct sim_bytes *sealed)
{
    OM_uint32 minor = 0;
    int confidential = 0;
    gss_buffer_desc in = {plain->size, plain->data};
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 major =
        gss_wrap(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &in, &confidential, &out);
    bool good = major == GSS_S_COMPLETE && confidential != 0;
    if (good) {
        sim_bytes_add(sealed, out.value, out.length);
        part->signature_size = NTLM_SIGNATURE_BYTES;
        part->length = plain->size;
    } else {
        explain("sealing", major, minor, &ntlm_mech);
    }
    gss_release_buffer(&minor, &out);
    return good && !sealed->failed ? 0 : -1;
}

static int kerberos_seal(struct sim_gss *gss, const struct sim_bytes *plain,
                         struct sim_sealed *part, struct sim_bytes *sealed)
{
    OM_uint32 minor = 0;
    int confidential = 0;
    struct sim_bytes copy = {0};
    sim_bytes_add(&copy, plain->data, plain->size);
    if (copy.failed)
        return -1;
    gss_iov_buffer_desc iov[] = {
        {GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
        {GSS_IOV_BUFFER_TYPE_DATA, {copy.size, copy.data}},
        {GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER},
    };
    OM_uint32 major =
        gss_wrap_iov(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &confidential, iov, 3);
    bool good = major == GSS_S_COMPLETE && confidential != 0;
    if (good) {
        for (size_t i = 0; i < 3; i++)
            sim_bytes_add(sealed, iov[i].buffer.value, iov[i].buffer.length);
        part->signature_size = iov[0].buffer.length;
        part->length = plain->size + iov[2].buffer.length;
    } else {
        explain("sealing", major, minor, &krb5_mech);
    }
    gss_release_iov_buffer(&minor, iov, 3);
    sim_bytes_free(&copy);
    return good && !sealed->failed ? 0 : -1;
}

int sim_gss_seal(struct sim_gss *gss, const struct sim_bytes *plain, struct sim_sealed *part,
                 struct sim_bytes *sealed)
{
    return gss->ntlm ? ntlm_seal(gss, plain, part, sealed)
                     : kerberos_seal(gss, plain, part, sealed);
}

void sim_gss_free(struct sim_gss *gss)
{
    OM_uint32 minor = 0;
    if (gss == NULL)
        return;
    if (gss->context != GSS_C_NO_CONTEXT)
        gss_delete_sec_context(&minor, &gss->context, GSS_C_NO_BUFFER);
    free(gss->principal);
    free(gss);
}
