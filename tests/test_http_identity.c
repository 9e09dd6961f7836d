/* SPDX-License-Identifier: MIT */
/*
 * Identities against a private MIT KDC on loopback (two realms), started by this program in a
 * directory of its own. How often the KDC is asked is read from its log.
 */
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

/* --- what the tests share */

struct asker {
    struct fake_clock wall;
    struct http_identity *identity;
    struct secret *password;
    struct err err;
};

static void make(struct asker *asker, struct http_identity_source source, const char *password)
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

static void end(struct asker *asker)
{
    http_identity_drop(asker->identity);
    secret_free(asker->password);
}

static int ask(struct asker *asker, const char *server_name, struct http_grant *grant)
{
    err_clear(&asker->err);
    *grant = (struct http_grant){0};
    return http_identity_grant(asker->identity, 0, server_name, NULL, grant, &asker->err);
}

static void name_of(gss_name_t name, char *out, size_t size)
{
    OM_uint32 minor;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    assert_int_equal(gss_display_name(&minor, name, &text, NULL), GSS_S_COMPLETE);
    snprintf(out, size, "%.*s", (int)text.length, (const char *)text.value);
    gss_release_buffer(&minor, &text);
}

static void assert_target(const struct http_grant *grant, const char *name)
{
    char text[256];
    name_of(grant->target, text, sizeof text);
    assert_string_equal(text, name);
}

/* The key of every service, and none else. */
static gss_cred_id_t new_acceptor(void)
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
static void assert_client(gss_buffer_t token, const char *user)
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
static void assert_usable(const struct http_grant *grant, const char *user)
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

static void assert_refused(struct asker *asker, enum err_kind kind, krb5_error_code code,
                           const char *says)
{
    struct http_grant grant;
    assert_int_equal(ask(asker, "win1.a.test", &grant), -1);
    if (strstr(asker->err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", asker->err.text, says);
    assert_int_equal(asker->err.kind, kind);
    assert_int_equal((krb5_error_code)asker->err.code, code);
}

/* --- password */

static void a_password_gets_a_ticket(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_string_equal(asker.err.text, "");
    assert_true(grant.expires_unix_s > (uint64_t)time(NULL));
    assert_usable(&grant, "monitor@A.TEST");
    http_grant_end(&grant);
    end(&asker);
}

static void the_user_may_be_written_in_each_usual_way(void **state)
{
    (void)state;
    static const char *const users[] = {"monitor@A.TEST", "A\\monitor", "a.test\\monitor"};
    for (size_t i = 0; i < 3; i++) {
        struct asker asker;
        struct http_grant grant;
        make(&asker, (struct http_identity_source){.user = users[i]}, PASSWORD);
        assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
        assert_usable(&grant, "monitor@A.TEST");
        http_grant_end(&grant);
        end(&asker);
    }
}

static void a_short_domain_that_is_no_realm_is_not_guessed(void **state)
{
    (void)state;
    struct asker asker;
    make(&asker, (struct http_identity_source){.user = "CORP\\monitor"}, PASSWORD);
    assert_refused(&asker, ERR_CONFIG, 0, "set realm");
    end(&asker);
}

static void a_wrong_password_is_tried_once_for_ten_askers(void **state)
{
    (void)state;
    struct asker asker;
    make(&asker, (struct http_identity_source){.user = "ten"}, "wrong");
    for (int i = 0; i < 10; i++)
        assert_refused(&asker, ERR_AUTH, KRB5KDC_ERR_PREAUTH_FAILED, "`kinit ten@A.TEST`");
    assert_int_equal(logged("PREAUTH_FAILED", " ten@A.TEST"), 1);
    fake_clock_advance_ms(&asker.wall, HTTP_IDENTITY_HOLD_MS + 1000);
    assert_refused(&asker, ERR_AUTH, KRB5KDC_ERR_PREAUTH_FAILED, "password");
    assert_int_equal(logged("PREAUTH_FAILED", " ten@A.TEST"), 2);
    end(&asker);
}

static void each_refusal_has_its_own_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        enum err_kind kind;
        krb5_error_code code;
        const char *says;
    } cases[] = {
        {"nobody", ERR_AUTH, KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, "knows no user nobody@A.TEST"},
        {"expired", ERR_AUTH, KRB5KDC_ERR_KEY_EXP, "`kpasswd expired@A.TEST`"},
        {"locked", ERR_AUTH, KRB5KDC_ERR_CLIENT_REVOKED, "locked or disabled"},
        {"monitor@DOWN.TEST", ERR_UNREACHABLE, KRB5_KDC_UNREACH, "[realms] DOWN.TEST"},
        {"monitor@NOWHERE.TEST", ERR_UNREACHABLE, KRB5_REALM_UNKNOWN, "spelling of the realm"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asker asker;
        make(&asker, (struct http_identity_source){.user = cases[i].user}, PASSWORD);
        assert_refused(&asker, cases[i].kind, cases[i].code, cases[i].says);
        assert_null(strstr(asker.err.text, PASSWORD));
        end(&asker);
    }
}

/* As krb5.conf has it by default (kdc_timesync), our clock may differ from the KDC's. */
static void a_kdc_two_hours_ahead_gives_tickets_whose_end_is_told_by_our_clock(void **state)
{
    (void)state;
    if (faketime[0] == '\0')
        skip();
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor@SKEW.TEST"}, PASSWORD);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_in_range(grant.expires_unix_s, (uint64_t)time(NULL) + 23 * 3600,
                    (uint64_t)time(NULL) + 25 * 3600);
    http_grant_end(&grant);
    end(&asker);
}

static void a_kdc_two_hours_ahead_is_named_where_the_clock_must_agree(void **state)
{
    (void)state;
    if (faketime[0] == '\0')
        skip();
    struct asker asker;
    char usual[256], both[520];
    write_file("strict.conf", "[libdefaults]\n kdc_timesync = 0\n");
    snprintf(usual, sizeof usual, "%s", getenv("KRB5_CONFIG"));
    snprintf(both, sizeof both, "%s/strict.conf:%s", dir, usual);
    make(&asker, (struct http_identity_source){.user = "monitor@SKEW.TEST"}, PASSWORD);
    setenv("KRB5_CONFIG", both, 1);
    struct http_grant grant;
    int rc = ask(&asker, "win1.a.test", &grant);
    setenv("KRB5_CONFIG", usual, 1);
    assert_int_equal(rc, -1);
    assert_int_equal(asker.err.kind, ERR_CONFIG);
    assert_non_null(strstr(asker.err.text, "`chronyc tracking`"));
    end(&asker);
}

static void realm_overrides_the_users(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor@A.TEST", .realm = "B.TEST"},
         PASSWORD);
    assert_int_equal(ask(&asker, "win1.b.test", &grant), 0);
    assert_usable(&grant, "monitor@B.TEST");
    http_grant_end(&grant);
    end(&asker);
}

/* --- service names */

static void wsman_is_asked_for_where_http_is_unknown(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(&asker, "win2.a.test", &grant), 0);
        assert_target(&grant, "WSMAN/win2.a.test@");
        assert_usable(&grant, "monitor@A.TEST");
        http_grant_end(&grant);
    }
    assert_int_equal(logged("ISSUE", "WSMAN/win2.a.test"), 1);
    end(&asker);
}

static void an_unknown_service_says_how_to_register_it(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(ask(&asker, "win9.a.test", &grant), -1);
    assert_int_equal(asker.err.kind, ERR_CONFIG);
    assert_int_equal((krb5_error_code)asker.err.code, KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN);
    assert_non_null(strstr(asker.err.text, "`setspn -S HTTP/win9.a.test COMPUTER`"));
    end(&asker);
}

static void spn_overrides_the_server_name(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant = {0};
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(http_identity_grant(asker.identity, 0, "192.0.2.1", "HTTP/win1.a.test@A.TEST",
                                         &grant, &asker.err),
                     0);
    assert_target(&grant, "HTTP/win1.a.test@A.TEST");
    assert_usable(&grant, "monitor@A.TEST");
    http_grant_end(&grant);
    end(&asker);
}

static void an_address_as_server_name_is_refused(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(ask(&asker, "192.0.2.1", &grant), -1);
    assert_int_equal(asker.err.kind, ERR_CONFIG);
    assert_non_null(strstr(asker.err.text, "DNS name"));
    assert_int_equal(ask(&asker, "2001:db8::1", &grant), -1);
    end(&asker);
}

/* --- keytab and caches */

static void a_keytab_gets_a_ticket_for_its_first_principal(void **state)
{
    (void)state;
    char keytab[256];
    struct asker asker;
    struct http_grant grant;
    path_of(keytab, sizeof keytab, "good.keytab");
    make(&asker, (struct http_identity_source){.keytab = keytab}, NULL);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_usable(&grant, "second@A.TEST");
    http_grant_end(&grant);
    end(&asker);
}

static void a_keytab_without_the_user_says_klist(void **state)
{
    (void)state;
    char keytab[256];
    struct asker asker;
    path_of(keytab, sizeof keytab, "good.keytab");
    make(&asker, (struct http_identity_source){.user = "monitor", .keytab = keytab}, NULL);
    assert_refused(&asker, ERR_AUTH, KRB5_KT_NOTFOUND, "`klist -k ");
    end(&asker);
}

static void a_keytab_that_appears_is_used_at_once(void **state)
{
    (void)state;
    char keytab[256];
    struct asker asker;
    struct http_grant grant;
    path_of(keytab, sizeof keytab, "later.keytab");
    make(&asker, (struct http_identity_source){.keytab = keytab}, NULL);
    assert_refused(&asker, ERR_CONFIG, ENOENT, "no such keytab");
    assert_int_equal(run("cp good.keytab later.keytab"), 0);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    http_grant_end(&grant);
    end(&asker);
}

static void the_ticket_of_kinit_is_used_and_not_written_to(void **state)
{
    (void)state;
    char cache[256];
    struct asker asker;
    struct http_grant grant;
    struct stat before, after;
    assert_int_equal(run("echo " PASSWORD " | kinit -c FILE:own.cc second"), 0);
    path_of(cache, sizeof cache, "own.cc");
    assert_int_equal(stat(cache, &before), 0);
    make(&asker, (struct http_identity_source){.credential_cache = cache}, NULL);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_usable(&grant, "second@A.TEST");
    http_grant_end(&grant);
    assert_int_equal(stat(cache, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    end(&asker);
}

static void the_default_cache_is_used_where_asked_for_and_heals_by_kinit(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.default_cache = true}, NULL);
    assert_refused(&asker, ERR_AUTH, KRB5_FCC_NOFILE, "run `kinit`");
    assert_int_equal(run("echo " PASSWORD " | kinit second"), 0);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_usable(&grant, "second@A.TEST");
    http_grant_end(&grant);
    assert_int_equal(run("kdestroy"), 0);
    assert_refused(&asker, ERR_AUTH, KRB5_FCC_NOFILE, "run `kinit`");
    end(&asker);
}

static void a_cache_of_another_user_is_refused(void **state)
{
    (void)state;
    char cache[256];
    struct asker asker;
    assert_int_equal(run("echo " PASSWORD " | kinit -c FILE:other.cc second"), 0);
    path_of(cache, sizeof cache, "other.cc");
    make(&asker, (struct http_identity_source){.user = "monitor", .credential_cache = cache}, NULL);
    assert_refused(&asker, ERR_AUTH, 0, "holds the ticket of second@A.TEST, not of monitor@A.TEST");
    end(&asker);
}

/* Trap 1: the default cache holds another user's ticket. */
static void the_default_identity_is_not_used_by_accident(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    assert_int_equal(run("echo " PASSWORD " | kinit second"), 0);
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(ask(&asker, "win1.a.test", &grant), 0);
    assert_usable(&grant, "monitor@A.TEST");
    http_grant_end(&grant);
    end(&asker);
    assert_int_equal(run("kdestroy"), 0);
}

/* --- renewal */

static void a_ticket_is_renewed_at_half_of_its_life_and_the_old_one_stays_good(void **state)
{
    (void)state;
    char keytab[256];
    path_of(keytab, sizeof keytab, "good.keytab");
    const struct http_identity_source sources[] = {
        {.user = "short"},
        {.user = "short", .keytab = keytab},
    };
    for (size_t i = 0; i < 2; i++) {
        struct asker asker;
        struct http_grant first, second, third;
        int before = logged("AS_REQ", "ISSUE");
        make(&asker, sources[i], sources[i].keytab == NULL ? PASSWORD : NULL);
        assert_int_equal(ask(&asker, "win1.a.test", &first), 0);
        fake_clock_advance_ms(&asker.wall, 4000);
        assert_int_equal(ask(&asker, "win1.a.test", &second), 0);
        assert_ptr_equal(first.cred, second.cred);
        assert_int_equal(logged("AS_REQ", "ISSUE"), before + 1);
        fake_clock_advance_ms(&asker.wall, 3000);
        assert_int_equal(ask(&asker, "win1.a.test", &third), 0);
        assert_int_equal(logged("AS_REQ", "ISSUE"), before + 2);
        assert_ptr_not_equal(first.cred, third.cred);
        assert_usable(&first, "short@A.TEST");
        assert_usable(&third, "short@A.TEST");
        http_grant_end(&first);
        http_grant_end(&second);
        http_grant_end(&third);
        end(&asker);
    }
}

static void a_service_with_a_shorter_life_gets_a_new_ticket_at_its_half(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(ask(&asker, "brief.a.test", &grant), 0);
    http_grant_end(&grant);
    assert_int_equal(ask(&asker, "brief.a.test", &grant), 0);
    http_grant_end(&grant);
    assert_int_equal(logged("ISSUE", "HTTP/brief.a.test"), 1);
    fake_clock_advance_ms(&asker.wall, 12000);
    assert_int_equal(ask(&asker, "brief.a.test", &grant), 0);
    assert_int_equal(logged("ISSUE", "HTTP/brief.a.test"), 2);
    assert_usable(&grant, "monitor@A.TEST");
    http_grant_end(&grant);
    end(&asker);
}

static void a_kdc_with_a_new_key_costs_one_more_ticket_and_no_error(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "monitor@B.TEST"}, PASSWORD);
    assert_int_equal(ask(&asker, "win1.b.test", &grant), 0);
    http_grant_end(&grant);
    assert_int_equal(run("kadmin.local -r B.TEST -q 'cpw -randkey krbtgt/B.TEST@B.TEST'"), 0);
    int before = logged("AS_REQ", "ISSUE");
    fake_clock_advance_ms(&asker.wall, HTTP_IDENTITY_PAUSE_MS);
    assert_int_equal(ask(&asker, "win2.b.test", &grant), 0);
    assert_int_equal(logged("AS_REQ", "ISSUE"), before + 1);
    assert_usable(&grant, "monitor@B.TEST");
    http_grant_end(&grant);
    end(&asker);
}

/* --- many */

static void three_hundred_hosts_share_one_ticket_and_two_caches(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant = {0};
    gss_cred_id_t creds[2] = {0};
    int before = logged("AS_REQ", "ISSUE"), tgs = logged("TGS_REQ", "ISSUE");
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    for (unsigned i = 0; i < 300; i++) {
        unsigned host = http_identity_add_host(asker.identity);
        assert_int_equal(
            http_identity_grant(asker.identity, host, "win1.a.test", NULL, &grant, &asker.err), 0);
        if (i % 150 == 0)
            creds[i / 150] = grant.cred;
        assert_ptr_equal(grant.cred, creds[i / 150]);
        http_grant_end(&grant);
    }
    assert_ptr_not_equal(creds[0], creds[1]);
    assert_int_equal(logged("AS_REQ", "ISSUE"), before + 1);
    assert_int_equal(logged("TGS_REQ", "ISSUE"), tgs + 2);
    end(&asker);
}

struct worker {
    pthread_t thread;
    struct http_identity *identity;
    const char *server_name;
    int rc;
    struct err err;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (unsigned i = 0; i < 4; i++) {
        struct http_grant grant = {0};
        worker->rc = http_identity_grant(worker->identity, i * 100, worker->server_name, NULL,
                                         &grant, &worker->err);
        http_grant_end(&grant);
    }
    return NULL;
}

static void run_workers(struct http_identity *identity, struct worker *workers, size_t count)
{
    static const char *const names[] = {"win1.a.test", "win2.a.test"};
    for (size_t i = 0; i < count; i++) {
        workers[i] = (struct worker){.identity = identity, .server_name = names[i % 2]};
        workers[i].err = (struct err)ERR_INIT;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
}

static void of_many_workers_one_asks(void **state)
{
    (void)state;
    struct asker asker;
    struct worker workers[8];
    int before = logged("AS_REQ", "ISSUE");
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    run_workers(asker.identity, workers, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(workers[i].rc, 0);
    assert_int_equal(logged("AS_REQ", "ISSUE"), before + 1);
    end(&asker);
}

static void of_many_workers_with_a_wrong_password_one_asks(void **state)
{
    (void)state;
    struct asker asker;
    struct worker workers[8];
    make(&asker, (struct http_identity_source){.user = "healed"}, "wrong");
    run_workers(asker.identity, workers, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(workers[i].rc, -1);
        assert_int_equal(workers[i].err.kind, ERR_AUTH);
    }
    assert_int_equal(logged("PREAUTH_FAILED", " healed@A.TEST"), 1);
    end(&asker);
}

static void a_mute_kdc_holds_nobody_else(void **state)
{
    (void)state;
    struct asker mute, other;
    struct worker stuck = {.server_name = "win1.a.test"};
    struct http_grant grant;
    make(&mute, (struct http_identity_source){.user = "monitor@MUTE.TEST"}, PASSWORD);
    make(&other, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    stuck.identity = mute.identity;
    assert_int_equal(pthread_create(&stuck.thread, NULL, work, &stuck), 0);
    int held = accept(mute_listener, NULL, NULL);
    assert_true(held >= 0);
    assert_int_equal(ask(&other, "win1.a.test", &grant), 0);
    http_grant_end(&grant);
    assert_int_equal(http_identity_add_host(mute.identity), 0);
    /* Now it goes away altogether; its worker gets its answer without the wait. */
    close(mute_listener);
    close(held);
    pthread_join(stuck.thread, NULL);
    assert_int_equal(stuck.err.kind, ERR_UNREACHABLE);
    assert_refused(&mute, ERR_UNREACHABLE, KRB5_KDC_UNREACH, "MUTE.TEST");
    end(&mute);
    end(&other);
}

/* --- NTLM */

static void ntlm_asks_no_kdc_and_begins_with_its_own_token(void **state)
{
    (void)state;
    struct asker asker;
    struct http_grant grant, again;
    OM_uint32 minor;
    gss_OID_desc spnego = {6, (void *)"\x2b\x06\x01\x05\x05\x02"};
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    int before = logged("REQ", "");
    make(&asker, (struct http_identity_source){.user = "CORP\\monitor", .ntlm = true}, PASSWORD);
    assert_int_equal(ask(&asker, "192.0.2.1", &grant), 0);
    assert_int_equal(ask(&asker, "win1.a.test", &again), 0);
    assert_ptr_equal(grant.cred, again.cred);
    assert_true(grant.expires_unix_s == UINT64_MAX);
    assert_int_equal(gss_init_sec_context(&minor, grant.cred, &context, grant.target, &spnego,
                                          GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG, 0,
                                          GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &token,
                                          NULL, NULL),
                     GSS_S_CONTINUE_NEEDED);
    assert_non_null(memmem(token.value, token.length, "NTLMSSP", 8));
    assert_null(memmem(token.value, token.length, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9));
    assert_int_equal(logged("REQ", ""), before);
    gss_release_buffer(&minor, &token);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    http_grant_end(&grant);
    http_grant_end(&again);
    end(&asker);
}

/* What this program does when started as its own child. */
static int ask_without_ntlm(void)
{
    struct asker asker;
    struct http_grant grant;
    make(&asker, (struct http_identity_source){.user = "CORP\\monitor", .ntlm = true}, PASSWORD);
    int rc = ask(&asker, "win1.a.test", &grant);
    bool told = rc == -1 && asker.err.kind == ERR_CONFIG &&
                strstr(asker.err.text, "install the package gss-ntlmssp") != NULL;
    end(&asker);
    return told ? 0 : 1;
}

/* In a process of its own: GSS reads its list of mechanisms once. */
static void where_ntlm_is_not_installed_its_package_is_named(void **state)
{
    (void)state;
    char self[1024];
    ssize_t count = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(count > 0);
    self[count] = '\0';
    assert_int_equal(run("GSS_MECH_CONFIG=/nonexistent '%s' without-ntlm", self), 0);
}

static void the_number_of_a_host_that_left_serves_another(void **state)
{
    (void)state;
    struct asker asker;
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    assert_int_equal(http_identity_add_host(asker.identity), 0);
    assert_int_equal(http_identity_add_host(asker.identity), 1);
    http_identity_remove_host(asker.identity, 0);
    assert_int_equal(http_identity_add_host(asker.identity), 0);
    assert_int_equal(http_identity_add_host(asker.identity), 2);
    end(&asker);
}

/* --- sources */

static void a_source_is_one_of_four(void **state)
{
    (void)state;
    struct secret *password = secret_new(PASSWORD, strlen(PASSWORD), NULL);
    const struct http_identity_source wrong[] = {
        {.user = "monitor"},
        {.user = "monitor", .password = password, .keytab = "x"},
        {.password = password},
        {.keytab = "x", .ntlm = true},
        {.default_cache = true, .credential_cache = "x"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct err err = ERR_INIT;
        assert_null(http_identity_new(&wrong[i], NULL, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
    }
    secret_free(password);
}

static void an_identity_knows_its_source(void **state)
{
    (void)state;
    struct asker asker;
    struct secret *same = secret_new(PASSWORD, strlen(PASSWORD), NULL);
    struct secret *other = secret_new("x", 1, NULL);
    make(&asker, (struct http_identity_source){.user = "monitor"}, PASSWORD);
    struct http_identity_source source = {.user = "monitor", .password = same};
    assert_true(http_identity_matches(asker.identity, &source));
    source.password = other;
    assert_false(http_identity_matches(asker.identity, &source));
    source.password = same;
    source.realm = "B.TEST";
    assert_false(http_identity_matches(asker.identity, &source));
    secret_free(same);
    secret_free(other);
    end(&asker);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "without-ntlm") == 0)
        return ask_without_ntlm();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_gets_a_ticket),
        cmocka_unit_test(the_user_may_be_written_in_each_usual_way),
        cmocka_unit_test(a_short_domain_that_is_no_realm_is_not_guessed),
        cmocka_unit_test(a_wrong_password_is_tried_once_for_ten_askers),
        cmocka_unit_test(each_refusal_has_its_own_sentence),
        cmocka_unit_test(a_kdc_two_hours_ahead_gives_tickets_whose_end_is_told_by_our_clock),
        cmocka_unit_test(a_kdc_two_hours_ahead_is_named_where_the_clock_must_agree),
        cmocka_unit_test(realm_overrides_the_users),
        cmocka_unit_test(wsman_is_asked_for_where_http_is_unknown),
        cmocka_unit_test(an_unknown_service_says_how_to_register_it),
        cmocka_unit_test(spn_overrides_the_server_name),
        cmocka_unit_test(an_address_as_server_name_is_refused),
        cmocka_unit_test(a_keytab_gets_a_ticket_for_its_first_principal),
        cmocka_unit_test(a_keytab_without_the_user_says_klist),
        cmocka_unit_test(a_keytab_that_appears_is_used_at_once),
        cmocka_unit_test(the_ticket_of_kinit_is_used_and_not_written_to),
        cmocka_unit_test(the_default_cache_is_used_where_asked_for_and_heals_by_kinit),
        cmocka_unit_test(a_cache_of_another_user_is_refused),
        cmocka_unit_test(the_default_identity_is_not_used_by_accident),
        cmocka_unit_test(a_ticket_is_renewed_at_half_of_its_life_and_the_old_one_stays_good),
        cmocka_unit_test(a_service_with_a_shorter_life_gets_a_new_ticket_at_its_half),
        cmocka_unit_test(a_kdc_with_a_new_key_costs_one_more_ticket_and_no_error),
        cmocka_unit_test(three_hundred_hosts_share_one_ticket_and_two_caches),
        cmocka_unit_test(of_many_workers_one_asks),
        cmocka_unit_test(of_many_workers_with_a_wrong_password_one_asks),
        cmocka_unit_test(a_mute_kdc_holds_nobody_else),
        cmocka_unit_test(ntlm_asks_no_kdc_and_begins_with_its_own_token),
        cmocka_unit_test(where_ntlm_is_not_installed_its_package_is_named),
        cmocka_unit_test(the_number_of_a_host_that_left_serves_another),
        cmocka_unit_test(a_source_is_one_of_four),
        cmocka_unit_test(an_identity_knows_its_source),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
