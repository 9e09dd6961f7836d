/* SPDX-License-Identifier: MIT */
/*
 * What the tests of http/identity share: an asker with a clock turned by hand, and judges of what
 * it was given. Main thread.
 */
#ifndef IDENTITY_FIXTURE_H
#define IDENTITY_FIXTURE_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

#include "fake_clock.h"
#include "http/identity.h"
#include "kdc_fixture.h"

/* gss-ntlmssp 1.2.0 loses an OpenSSL library context with each acquisition (shared/facts/auth.md
 * trap 3); nothing else here calls OpenSSL. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libcrypto.so";
}

struct asker {
    struct fake_clock wall;
    struct http_identity *identity;
    struct secret *password;
    struct err err;
};

static inline void make(struct asker *asker, struct http_identity_source source,
                        const char *password)
{
    fake_clock_init(&asker->wall);
    atomic_store(&asker->wall.now_ns, (uint64_t)time(NULL) * 1000000000u);
    asker->err = (struct err)ERR_INIT;
    asker->password = NULL;
    if (password != NULL)
        asker->password = secret_new(password, strlen(password), NULL);
    source.password = asker->password;
    asker->identity = http_identity_new(&source, &asker->wall.clock, &asker->err);
    assert_string_equal(asker->err.text, "");
    assert_non_null(asker->identity);
}

static inline void end(struct asker *asker)
{
    http_identity_drop(asker->identity);
    secret_free(asker->password);
}

static inline int ask(struct asker *asker, const char *server_name, struct http_grant *grant)
{
    err_clear(&asker->err);
    *grant = (struct http_grant){0};
    return http_identity_grant(asker->identity, 0, server_name, NULL, grant, &asker->err);
}

static inline void name_of(gss_name_t name, char *out, size_t size)
{
    OM_uint32 minor;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    assert_int_equal(gss_display_name(&minor, name, &text, NULL), GSS_S_COMPLETE);
    snprintf(out, size, "%.*s", (int)text.length, (const char *)text.value);
    gss_release_buffer(&minor, &text);
}

static inline void assert_target(const struct http_grant *grant, const char *name)
{
    char text[256];
    name_of(grant->target, text, sizeof text);
    assert_string_equal(text, name);
}

/* The key of every service, and none else. */
static inline gss_cred_id_t new_acceptor(void)
{
    OM_uint32 minor;
    char keytab[256];
    gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
    path_of(keytab, sizeof keytab, "service.keytab");
    gss_key_value_element_desc element = {"keytab", keytab};
    gss_key_value_set_desc store = {1, &element};
    assert_int_equal(gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
                                           GSS_C_NO_OID_SET, GSS_C_ACCEPT, &store, &cred, NULL,
                                           NULL),
                     GSS_S_COMPLETE);
    return cred;
}

/* Whom the service sees behind a first token. */
static inline void assert_client(gss_buffer_t token, const char *user)
{
    OM_uint32 minor;
    gss_cred_id_t acceptor = new_acceptor();
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_name_t client = GSS_C_NO_NAME;
    gss_buffer_desc reply = GSS_C_EMPTY_BUFFER;
    char text[256];
    assert_int_equal(gss_accept_sec_context(&minor, &context, acceptor, token,
                                            GSS_C_NO_CHANNEL_BINDINGS, &client, NULL, &reply, NULL,
                                            NULL, NULL),
                     GSS_S_COMPLETE);
    name_of(client, text, sizeof text);
    assert_string_equal(text, user);
    gss_release_name(&minor, &client);
    gss_release_buffer(&minor, &reply);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    gss_release_cred(&minor, &acceptor);
}

/* A first leg, by SPNEGO and by krb5 itself, works with the grant, is the user's for the service,
 * and asks no KDC. */
static inline void assert_usable(const struct http_grant *grant, const char *user)
{
    gss_OID_desc mechs[] = {{6, (void *)"\x2b\x06\x01\x05\x05\x02"},
                            {9, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"}};
    int before = logged("TGS_REQ", "") + logged("AS_REQ", "");
    for (size_t i = 0; i < 2; i++) {
        OM_uint32 minor;
        gss_ctx_id_t context = GSS_C_NO_CONTEXT;
        gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
        assert_int_equal(gss_init_sec_context(
                             &minor, grant->cred, &context, grant->target, &mechs[i],
                             GSS_C_MUTUAL_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG, 0,
                             GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &token, NULL, NULL),
                         GSS_S_CONTINUE_NEEDED);
        assert_client(&token, user);
        gss_release_buffer(&minor, &token);
        gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
    assert_int_equal(logged("TGS_REQ", "") + logged("AS_REQ", ""), before);
}

static inline void assert_refused(struct asker *asker, enum err_kind kind, krb5_error_code code,
                                  const char *says)
{
    struct http_grant grant;
    assert_int_equal(ask(asker, "win1.a.test", &grant), -1);
    if (strstr(asker->err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", asker->err.text, says);
    assert_int_equal(asker->err.kind, kind);
    assert_int_equal((krb5_error_code)asker->err.code, code);
}

#endif
