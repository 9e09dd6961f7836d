/* SPDX-License-Identifier: MIT */
#include "poll_fixture.h"

static void the_host_of_the_model_becomes_options_of_mi(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, disks, 2);
    host->address = "10.0.0.12";
    host->ca_cert = "/etc/ca.pem";
    host->path = "/other";
    host->port = 443;
    start(bench, true);
    run_to_next_round(bench);
    struct fake_mi_session session = fake_mi_session(0);
    assert_string_equal(session.address, "10.0.0.12");
    assert_string_equal(session.server_name, "web0001.example.com");
    assert_string_equal(session.transport, "HTTPS");
    assert_int_equal(session.port, 443);
    assert_string_equal(session.path, "/other");
    assert_string_equal(session.ca_file, "/etc/ca.pem");
    assert_true(session.privacy && session.check_ca && session.check_cn);
    assert_string_equal(session.method, "Basic");
    assert_string_equal(session.user, "CORP\\monitor");
    assert_false(session.has_domain);
    assert_string_equal(session.password, "secret");
    struct fake_mi_operation operation = fake_mi_operation(0);
    assert_string_equal(operation.class_name, "Disk");
    assert_string_equal(operation.key, "C:");
    assert_int_equal(operation.key_count, 1);
    assert_string_equal(operation.name_space, "root/cimv2");
    assert_string_equal(operation.prefix, "");
    assert_int_equal(operation.timeout_ms, 8000);
}

static void every_protection_can_be_given_up_by_the_model_alone(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, only_os, 1);
    host->transport = MODEL_TRANSPORT_HTTP;
    host->allow_unencrypted = true;
    host->verify_peer = host->verify_host = false;
    host->resource_uri = MODEL_RESOURCE_URI_DMTF;
    start(bench, true);
    run_to_next_round(bench);
    struct fake_mi_session session = fake_mi_session(0);
    assert_string_equal(session.transport, "HTTP");
    assert_false(session.privacy || session.check_ca || session.check_cn);
    assert_string_equal(session.ca_file, "");
    assert_string_equal(fake_mi_operation(0).prefix, COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    assert_int_equal(fake_mi_operation(0).key_count, 0);
    assert_string_equal(fake_mi_operation(0).name_space, "root/cimv2");
}

static void long_timeouts_keep_every_digit(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    bench->rounds[0][0].interval_ms = 4 * 86400000u;
    bench->rounds[0][0].timeout_ms = 2 * 86400000u + 3 * 3600000 + 4 * 60000 + 5678;
    start(bench, true);
    run_to_next_round(bench);
    assert_int_equal(fake_mi_operation(0).timeout_ms, bench->rounds[0][0].timeout_ms);
}

static void a_session_that_cannot_be_made_is_said_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_os, 1);
    start(bench, true);
    fake_mi_refuse_session(MI_RESULT_INVALID_PARAMETER);
    run_ms(bench, 60000);
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0],
                        "web0001.example.com: hosts.yaml:12:3: the ca_cert file cannot be read");
    assert_int_equal(count_values(bench, "up", NULL), 6);
    assert_last(bench, "up", 0.0);
    fake_mi_refuse_session(MI_RESULT_OK);
    run_ms(bench, 10000);
    answer_all("1");
    assert_int_equal(count_lines(bench, "web0001.example.com: answers again"), 1);
}

static void an_instance_that_cannot_be_asked_for_is_left_out(void **state)
{
    struct bench *bench = *state;
    add_host(bench, with_odd, 2);
    start(bench, true);
    assert_int_equal(count_lines(bench, "odd.yaml:7:9: "), 1);
    run_to_next_round(bench);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    assert_last(bench, "up", 1.0);
}

/* --- What proves the auth --- */

static struct fake_mi_session open_with(struct bench *bench)
{
    add_host(bench, only_os, 1);
    start(bench, true);
    run_to_next_round(bench);
    assert_int_equal(fake_mi_session_count(), 1);
    return fake_mi_session(0);
}

static void a_domain_in_front_of_the_user_is_told_apart(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_NEGOTIATE;
    bench->auth.fallback_ntlm = true;
    struct fake_mi_session session = open_with(bench);
    assert_string_equal(session.method, "NegoWithCreds");
    assert_string_equal(session.domain, "CORP");
    assert_string_equal(session.user, "monitor");
    assert_string_equal(session.password, "secret");
    assert_string_equal(session.fallback, "ntlm");
}

static void ntlm_has_a_domain_too(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_NTLM;
    struct fake_mi_session session = open_with(bench);
    assert_string_equal(session.method, "Ntlmdomain");
    assert_string_equal(session.domain, "CORP");
    assert_string_equal(session.user, "monitor");
    assert_string_equal(session.fallback, "");
}

static void a_keytab_needs_neither_user_nor_password(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_KERBEROS;
    bench->auth.proof = MODEL_PROOF_KEYTAB;
    bench->auth.user = NULL;
    bench->auth.spn = "WSMAN/web.example.com";
    bench->auth.realm = "EXAMPLE.COM";
    struct fake_mi_session session = open_with(bench);
    assert_string_equal(session.method, "Kerberos");
    assert_string_equal(session.keytab, bench->password_file);
    assert_string_equal(session.credential_cache, "");
    assert_string_equal(session.spn, "WSMAN/web.example.com");
    assert_string_equal(session.realm, "EXAMPLE.COM");
    assert_false(session.has_user || session.has_password || session.has_domain);
}

static void a_credential_cache_is_named_as_it_is_written(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_NEGOTIATE;
    bench->auth.proof = MODEL_PROOF_CREDENTIAL_CACHE;
    bench->auth.place = "KCM:0";
    struct fake_mi_session session = open_with(bench);
    assert_string_equal(session.method, "NegoWithCreds");
    assert_string_equal(session.credential_cache, "KCM:0");
    assert_string_equal(session.keytab, "");
    assert_false(session.has_password);
}

static void a_certificate_has_no_user_and_no_password(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_CERTIFICATE;
    bench->auth.proof = MODEL_PROOF_CERTIFICATE;
    bench->auth.user = NULL;
    bench->auth.key_file = bench->password_file;
    struct fake_mi_session session = open_with(bench);
    assert_string_equal(session.method, "ClientCerts");
    assert_string_equal(session.cert_file, bench->password_file);
    assert_string_equal(session.key_file, bench->password_file);
    assert_false(session.has_user || session.has_password);
}

static void what_can_be_sealed_is_never_sent_unsealed(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_NTLM;
    add_host(bench, only_os, 1)->allow_unencrypted = true;
    start(bench, true);
    run_to_next_round(bench);
    assert_true(fake_mi_session(0).privacy);
}

static void a_changed_keytab_makes_a_new_session(void **state)
{
    struct bench *bench = *state;
    bench->auth.method = MODEL_METHOD_KERBEROS;
    bench->auth.proof = MODEL_PROOF_KEYTAB;
    open_with(bench);
    answer_all("1");
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(fake_mi_session_count(), 1);
    write_password(bench, "another keytab");
    run_to_next_round(bench);
    answer_all("1");
    assert_int_equal(fake_mi_session_count(), 2);
    assert_true(fake_mi_session(0).closed);
    assert_last(bench, "up", 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_host_of_the_model_becomes_options_of_mi),
        TEST(every_protection_can_be_given_up_by_the_model_alone),
        TEST(long_timeouts_keep_every_digit),
        TEST(a_session_that_cannot_be_made_is_said_once),
        TEST(an_instance_that_cannot_be_asked_for_is_left_out),
        TEST(a_domain_in_front_of_the_user_is_told_apart),
        TEST(ntlm_has_a_domain_too),
        TEST(a_keytab_needs_neither_user_nor_password),
        TEST(a_credential_cache_is_named_as_it_is_written),
        TEST(a_certificate_has_no_user_and_no_password),
        TEST(what_can_be_sealed_is_never_sent_unsealed),
        TEST(a_changed_keytab_makes_a_new_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
