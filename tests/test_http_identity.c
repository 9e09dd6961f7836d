/* SPDX-License-Identifier: MIT */
/*
 * Identities against a private MIT KDC on loopback (two realms), started by this program in a
 * directory of its own. How often the KDC is asked is read from its log.
 */
#include "identity_fixture.h"

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
        cmocka_unit_test(ntlm_asks_no_kdc_and_begins_with_its_own_token),
        cmocka_unit_test(where_ntlm_is_not_installed_its_package_is_named),
        cmocka_unit_test(the_number_of_a_host_that_left_serves_another),
        cmocka_unit_test(a_source_is_one_of_four),
        cmocka_unit_test(an_identity_knows_its_source),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
