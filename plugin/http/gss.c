/* SPDX-License-Identifier: MIT */
#include "http/gss.h"

#include <gssapi/gssapi_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/gss_cred.h"

#define NTLM_SIGNATURE_BYTES 16
#define EXPIRY_MARGIN_S      2 /* a request that is sent now must still be in time there */
#define WANTED_FLAGS                                                                 \
    (GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_CONF_FLAG | \
     GSS_C_INTEG_FLAG)

struct http_gss {
    gss_ctx_id_t context;
    struct http_grant grant;
    bool raw_kerberos;
    bool ntlm; /* known once complete */
    bool complete;
    struct http_binding binding;
    bool has_binding;
};

struct http_gss *http_gss_new(struct http_grant *grant, bool raw_kerberos,
                              const struct http_binding *binding, struct err *err)
{
    struct http_gss *gss = calloc(1, sizeof *gss);
    if (gss == NULL) {
        http_grant_end(grant);
        err_memory(err);
        return NULL;
    }
    gss->context = GSS_C_NO_CONTEXT;
    gss->grant = *grant;
    gss->raw_kerberos = raw_kerberos;
    if (binding != NULL) {
        gss->binding = *binding;
        gss->has_binding = true;
    }
    return gss;
}

void http_gss_free(struct http_gss *gss)
{
    OM_uint32 minor;
    if (gss == NULL)
        return;
    if (gss->context != GSS_C_NO_CONTEXT)
        gss_delete_sec_context(&minor, &gss->context, GSS_C_NO_BUFFER);
    http_grant_end(&gss->grant);
    free(gss);
}

/* --- what GSS says of a failure --- */

static void add_status(struct buf *out, OM_uint32 status, int type)
{
    OM_uint32 minor, more = 0;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    if (gss_display_status(&minor, status, type, GSS_C_NO_OID, &more, &text) != GSS_S_COMPLETE)
        return;
    buf_add_format(out, "%s%.*s", out->size_bytes > 0 ? ": " : "", (int)text.length,
                   (const char *)text.value);
    gss_release_buffer(&minor, &text);
}

static int fail(enum err_kind kind, const char *what, OM_uint32 major, OM_uint32 minor,
                struct err *err)
{
    struct buf text;
    buf_init(&text, 400);
    add_status(&text, major, GSS_C_GSS_CODE);
    if (minor != 0)
        add_status(&text, minor, GSS_C_MECH_CODE);
    err_set_code(err, kind, minor, "%s: %s", what, buf_text(&text));
    buf_free(&text);
    return -1;
}

static enum err_kind kind_of(OM_uint32 major)
{
    switch (GSS_ROUTINE_ERROR(major)) {
    case GSS_S_DEFECTIVE_TOKEN:
    case GSS_S_BAD_SIG:
        return ERR_PROTOCOL;
    case GSS_S_BAD_MECH:
        return ERR_CONFIG;
    default:
        return ERR_AUTH;
    }
}

/* --- the handshake --- */

/* After SPNEGO the inner mechanism decides how sealing is called. */
static int look_at_context(struct http_gss *gss, OM_uint32 flags, struct err *err)
{
    OM_uint32 minor;
    gss_OID mechanism = GSS_C_NO_OID;
    OM_uint32 major =
        gss_inquire_context(&minor, gss->context, NULL, NULL, NULL, &mechanism, NULL, NULL, NULL);
    if (major != GSS_S_COMPLETE)
        return fail(ERR_AUTH, "the security context cannot be used", major, minor, err);
    gss->ntlm = mechanism != GSS_C_NO_OID && mechanism->length == http_gss_cred_ntlmssp.length &&
                memcmp(mechanism->elements, http_gss_cred_ntlmssp.elements,
                       http_gss_cred_ntlmssp.length) == 0;
    if ((flags & GSS_C_CONF_FLAG) == 0 || (flags & GSS_C_INTEG_FLAG) == 0)
        return err_set(err, ERR_AUTH, "the host agreed to no encryption");
    if (!gss->ntlm && (flags & GSS_C_MUTUAL_FLAG) == 0)
        return err_set(err, ERR_AUTH, "the host did not prove who it is");
    gss->complete = true;
    return 0;
}

static int check_token(const void *token, size_t token_bytes, bool first, struct err *err)
{
    if (token_bytes > HTTP_GSS_MAX_TOKEN_BYTES)
        return err_set(err, ERR_PROTOCOL, "the host's token is larger than %d bytes",
                       HTTP_GSS_MAX_TOKEN_BYTES);
    if (!first && (token == NULL || token_bytes == 0))
        return err_set(err, ERR_AUTH, "the host ended the handshake without a token");
    return 0;
}

int http_gss_step(struct http_gss *gss, const void *token, size_t token_bytes, struct buf *out,
                  struct err *err)
{
    OM_uint32 minor, release, flags = 0;
    gss_buffer_desc in = {token_bytes, (void *)token};
    gss_buffer_desc reply = GSS_C_EMPTY_BUFFER;
    struct gss_channel_bindings_struct bindings;
    memset(&bindings, 0, sizeof bindings);
    bindings.application_data.length = gss->binding.size_bytes;
    bindings.application_data.value = gss->binding.bytes;
    if (gss->complete)
        return err_set(err, ERR_PROTOCOL, "the host goes on with a handshake that is over");
    if (check_token(token, token_bytes, gss->context == GSS_C_NO_CONTEXT, err) != 0)
        return -1;
    OM_uint32 major = gss_init_sec_context(
        &minor, gss->grant.cred, &gss->context, gss->grant.target,
        (gss_OID)(gss->raw_kerberos ? &http_gss_cred_krb5 : &http_gss_cred_spnego), WANTED_FLAGS, 0,
        gss->has_binding ? &bindings : GSS_C_NO_CHANNEL_BINDINGS, &in, NULL, &reply, &flags, NULL);
    int rc = 0;
    if (GSS_ERROR(major))
        rc = fail(kind_of(major), "the handshake failed", major, minor, err);
    if (rc == 0 && reply.length > 0)
        buf_add(out, reply.value, reply.length);
    gss_release_buffer(&release, &reply);
    if (rc == 0)
        rc = buf_failed(out, "our token", err);
    if (rc == 0 && major == GSS_S_COMPLETE)
        rc = look_at_context(gss, flags, err);
    return rc;
}

bool http_gss_is_complete(const struct http_gss *gss)
{
    return gss->complete;
}

bool http_gss_is_expired(const struct http_gss *gss, uint64_t now_unix_s)
{
    return gss->grant.expires_unix_s != UINT64_MAX &&
           now_unix_s + EXPIRY_MARGIN_S >= gss->grant.expires_unix_s;
}

/* --- sealing --- */

static struct http_sealed_part cut_message(const struct buf *message, size_t signature_bytes,
                                           size_t plain_bytes)
{
    const unsigned char *bytes = (const unsigned char *)message->data;
    return (struct http_sealed_part){
        .plain_bytes = plain_bytes,
        .signature = bytes,
        .signature_bytes = signature_bytes,
        .ciphertext = bytes + signature_bytes,
        .ciphertext_bytes = message->size_bytes - signature_bytes,
    };
}

static int seal_kerberos(struct http_gss *gss, const void *text, size_t text_bytes, struct buf *out,
                         struct http_sealed_part *part, struct err *err)
{
    OM_uint32 minor, release;
    int sealed = 0;
    int rc = -1;
    char *copy = malloc(text_bytes > 0 ? text_bytes : 1); /* is encrypted in place */
    if (copy == NULL)
        return err_memory(err);
    memcpy(copy, text, text_bytes);
    gss_iov_buffer_desc iov[3] = {
        {.type = GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE},
        {.type = GSS_IOV_BUFFER_TYPE_DATA, .buffer = {text_bytes, copy}},
        {.type = GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE},
    };
    OM_uint32 major = gss_wrap_iov(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &sealed, iov, 3);
    if (major != GSS_S_COMPLETE || !sealed) {
        fail(ERR_AUTH, "a message cannot be sealed", major, minor, err);
        goto out;
    }
    for (int i = 0; i < 3; i++)
        buf_add(out, iov[i].buffer.value, iov[i].buffer.length);
    rc = buf_failed(out, "the sealed request", err);
    if (rc == 0)
        *part = cut_message(out, iov[0].buffer.length, text_bytes + iov[2].buffer.length);
out:
    gss_release_iov_buffer(&release, iov, 3);
    free(copy);
    return rc;
}

static int seal_ntlm(struct http_gss *gss, const void *text, size_t text_bytes, struct buf *out,
                     struct http_sealed_part *part, struct err *err)
{
    OM_uint32 minor, release;
    int sealed = 0;
    int rc = -1;
    gss_buffer_desc in = {text_bytes, (void *)text};
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    OM_uint32 major = gss_wrap(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &in, &sealed, &token);
    if (major != GSS_S_COMPLETE || !sealed || token.length < NTLM_SIGNATURE_BYTES) {
        fail(ERR_AUTH, "a message cannot be sealed", major, minor, err);
        goto out;
    }
    buf_add(out, token.value, token.length);
    rc = buf_failed(out, "the sealed request", err);
    if (rc == 0)
        *part = cut_message(out, NTLM_SIGNATURE_BYTES, text_bytes);
out:
    gss_release_buffer(&release, &token);
    return rc;
}

int http_gss_seal(struct http_gss *gss, const void *text, size_t text_bytes, struct buf *out,
                  struct http_sealed_part *part, struct err *err)
{
    return gss->ntlm ? seal_ntlm(gss, text, text_bytes, out, part, err)
                     : seal_kerberos(gss, text, text_bytes, out, part, err);
}

static int refuse_message(OM_uint32 major, OM_uint32 minor, struct err *err)
{
    if (major == GSS_S_COMPLETE)
        return err_set(err, ERR_PROTOCOL, "the host's message is signed, but not encrypted");
    return fail(ERR_PROTOCOL, "the host's encrypted message cannot be trusted", major, minor, err);
}

/* New: signature and ciphertext in one piece that may be written to; free it. NULL: no memory. */
static char *join_part(const struct http_sealed_part *part)
{
    char *copy = malloc(part->signature_bytes + part->ciphertext_bytes + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, part->signature, part->signature_bytes);
    memcpy(copy + part->signature_bytes, part->ciphertext, part->ciphertext_bytes);
    return copy;
}

/* Supplementary bits (a gap, an old or a duplicate message) are failures too: major must be 0. */
static int unseal_kerberos(struct http_gss *gss, const struct http_sealed_part *part,
                           struct buf *out, struct err *err)
{
    OM_uint32 minor;
    int sealed = 0;
    char *copy = join_part(part);
    if (copy == NULL)
        return err_memory(err);
    gss_iov_buffer_desc iov[3] = {
        {.type = GSS_IOV_BUFFER_TYPE_HEADER, .buffer = {part->signature_bytes, copy}},
        {.type = GSS_IOV_BUFFER_TYPE_DATA,
         .buffer = {part->ciphertext_bytes, copy + part->signature_bytes}},
        {.type = GSS_IOV_BUFFER_TYPE_DATA, .buffer = {0, NULL}},
    };
    OM_uint32 major = gss_unwrap_iov(&minor, gss->context, &sealed, NULL, iov, 3);
    int rc = 0;
    if (major != GSS_S_COMPLETE || !sealed)
        rc = refuse_message(major, minor, err);
    else if (part->plain_bytes > iov[1].buffer.length)
        rc = err_set(err, ERR_PROTOCOL, "an encrypted message is shorter than it says");
    else /* RC4 pads: only Length bytes are text */
        buf_add(out, iov[1].buffer.value, part->plain_bytes);
    free(copy);
    return rc == 0 ? buf_failed(out, "the reply", err) : rc;
}

static int unseal_ntlm(struct http_gss *gss, const struct http_sealed_part *part, struct buf *out,
                       struct err *err)
{
    OM_uint32 minor, release;
    int sealed = 0;
    size_t bytes = part->signature_bytes + part->ciphertext_bytes;
    char *copy = join_part(part);
    if (copy == NULL)
        return err_memory(err);
    gss_buffer_desc in = {bytes, copy};
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    OM_uint32 major = gss_unwrap(&minor, gss->context, &in, &text, &sealed, NULL);
    int rc = 0;
    if (major != GSS_S_COMPLETE || !sealed)
        rc = refuse_message(major, minor, err);
    else if (part->plain_bytes != text.length)
        rc = err_set(err, ERR_PROTOCOL, "an encrypted message has not the length it says");
    else
        buf_add(out, text.value, text.length);
    gss_release_buffer(&release, &text);
    free(copy);
    return rc == 0 ? buf_failed(out, "the reply", err) : rc;
}

int http_gss_unseal(struct http_gss *gss, const struct http_sealed_part *part, struct buf *out,
                    struct err *err)
{
    return gss->ntlm ? unseal_ntlm(gss, part, out, err) : unseal_kerberos(gss, part, out, err);
}
