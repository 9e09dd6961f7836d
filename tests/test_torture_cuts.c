/* SPDX-License-Identifier: MIT */
/*
 * Connections that the server ends, with FIN and with RST, after every byte: a relay in front of a
 * simulated host counts them and cuts. What was cut has one result with a sentence (or began anew
 * and succeeded, where that is right), and the next request of the session succeeds.
 */
#include "torture_fixture.h"

#include "sim/relay.h"

SUPPRESS_NTLM_LEAKS

/* --- hosts --- */

enum way { PLAIN, SEALED, OVER_TLS, WAYS };
static const char *const way_names[WAYS] = {"plain", "sealed", "over TLS"};

static char folder[] = "/tmp/mi_cuts_XXXXXX", sealed_folder[] = "/tmp/mi_cuts_XXXXXX";
static struct sim_process hosts[WAYS];
static MI_Application application;
static MI_Instance *key;

static void path_of(char path[64], const char *name)
{
    snprintf(path, 64, "%s/%s", folder, name);
}

static int write_file(const char *name, const char *text)
{
    char path[64];
    path_of(path, name);
    int mask = umask(077);
    FILE *file = fopen(path, "w");
    umask((mode_t)mask);
    if (file == NULL)
        return -1;
    fputs(text, file);
    return fclose(file);
}

static int make_certificate(const char *certificate, const char *certificate_key)
{
    char command[512];
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
             "-subj /CN=sim -keyout %s -out %s 2>/dev/null",
             certificate_key, certificate);
    return system(command);
}

static int start_hosts(void **state)
{
    (void)state;
    char password[64], certificate[64], certificate_key[64];
    if (mkdtemp(folder) == NULL || write_file("password", "secret\n") != 0)
        return -1;
    path_of(password, "password");
    path_of(certificate, "certificate");
    path_of(certificate_key, "key");
    if (make_certificate(certificate, certificate_key) != 0)
        return -1;
    const char *const basic[] = {"--any-host", "--clock",         "manual", "--user",
                                 "monitor",    "--password-file", password, NULL};
    const char *const tls[] = {"--any-host", "--clock",         "manual",        "--user",
                               "monitor",    "--password-file", password,        "--tls-cert",
                               certificate,  "--tls-key",       certificate_key, NULL};
    return sim_process_start(&hosts[PLAIN], basic, NULL) +
           start_sealed_host(&hosts[SEALED], sealed_folder) +
           sim_process_start(&hosts[OVER_TLS], tls, NULL);
}

static int stop_hosts(void **state)
{
    (void)state;
    static const char *const names[] = {"password", "certificate", "key"};
    int rc = sim_process_stop(&hosts[PLAIN]) + sim_process_stop(&hosts[OVER_TLS]) +
             stop_sealed_host(&hosts[SEALED], sealed_folder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64];
        path_of(path, names[i]);
        unlink(path);
    }
    return rc + rmdir(folder);
}

static int open_application(void **state)
{
    (void)state;
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &application), MI_RESULT_OK);
    assert_int_equal(MI_Application_NewInstance(&application, "Win32_OperatingSystem", NULL, &key),
                     MI_RESULT_OK);
    return 0;
}

static int close_application(void **state)
{
    (void)state;
    MI_Instance_Delete(key);
    return MI_Application_Close(&application) == MI_RESULT_OK ? 0 : -1;
}

static MI_Session open_way(enum way way, const struct relay *relay)
{
    struct target target = {.port = relay_port(relay), .server_name = "web01"};
    target.tls = way == OVER_TLS;
    if (way == SEALED) {
        target.auth = MI_AUTH_TYPE_NTLM;
        target.domain = "DOM";
    }
    return open_session(&application, &target);
}

/* --- one cut --- */

/* What one request takes on an uncut connection. */
static void measure(enum way way, size_t bytes[2])
{
    struct watcher watcher;
    struct relay *relay = relay_start(hosts[way].port, NULL, 0);
    assert_non_null(relay);
    MI_Session session = open_way(way, relay);
    MI_Result result = get_once(&session, key, &watcher);
    if (result != MI_RESULT_OK)
        fail_msg("%s: %s", way_names[way], watcher.message);
    bytes[RELAY_CLIENT] = relay_passed_bytes(relay, RELAY_CLIENT);
    bytes[RELAY_SERVER] = relay_passed_bytes(relay, RELAY_SERVER);
    assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
    relay_stop(relay);
}

/* The first connection is cut by the rule. Returns whether the request that it was cut in
 * succeeded all the same. */
static bool be_cut(enum way way, struct relay_rule rule)
{
    struct watcher cut, next;
    struct relay *relay = relay_start(hosts[way].port, &rule, 1);
    char where[32];
    assert_non_null(relay);
    snprintf(where, sizeof where, "127.0.0.1:%u", relay_port(relay));
    MI_Session session = open_way(way, relay);
    MI_Result result = get_once(&session, key, &cut);
    if (result != MI_RESULT_OK && (strstr(cut.message, where) == NULL || strlen(cut.message) < 30))
        fail_msg("%s, cut after %zu bytes of side %d: \"%s\"", way_names[way], rule.after_bytes,
                 (int)rule.side, cut.message);
    if (get_once(&session, key, &next) != MI_RESULT_OK)
        fail_msg("%s, after a cut after %zu bytes of side %d (\"%s\"), the next: \"%s\"",
                 way_names[way], rule.after_bytes, (int)rule.side, cut.message, next.message);
    assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
    relay_stop(relay);
    return result == MI_RESULT_OK;
}

/* Cuts after `from`, from + step, ... bytes of a side, each way. Returns how many succeeded. */
static size_t be_cut_all_along(enum way way, enum relay_side side, size_t from, size_t to,
                               size_t step)
{
    size_t succeeded = 0, count = 0;
    for (size_t at = from; at < to; at += step)
        for (enum relay_act act = RELAY_CLOSE; act <= RELAY_RESET; act++, count++)
            succeeded += be_cut(way, (struct relay_rule){act, side, at, 0, NULL});
    print_message("# %s: %zu connections cut by side %d\n", way_names[way], count, (int)side);
    return succeeded;
}

static size_t step_for(size_t bytes, size_t samples)
{
    return bytes > samples ? bytes / samples : 1;
}

/* --- tests --- */

static void a_plain_connection_is_cut_after_every_byte_of_the_header(void **state)
{
    (void)state;
    size_t bytes[2];
    measure(PLAIN, bytes);
    size_t header = bytes[RELAY_SERVER] < 260 ? bytes[RELAY_SERVER] : 260;
    assert_int_equal(be_cut_all_along(PLAIN, RELAY_SERVER, 0, header, 1), 0);
}

static void a_plain_connection_is_cut_all_along_the_request_and_the_body(void **state)
{
    (void)state;
    size_t bytes[2];
    measure(PLAIN, bytes);
    size_t request = bytes[RELAY_CLIENT], reply = bytes[RELAY_SERVER];
    assert_int_equal(be_cut_all_along(PLAIN, RELAY_CLIENT, 1, request + 1, step_for(request, 20)),
                     0);
    assert_int_equal(be_cut_all_along(PLAIN, RELAY_CLIENT, request, request + 1, 1), 0);
    assert_int_equal(be_cut_all_along(PLAIN, RELAY_SERVER, 260, reply, step_for(reply, 30)), 0);
    assert_int_equal(be_cut_all_along(PLAIN, RELAY_SERVER, reply - 1, reply, 1), 0);
}

/* The legs, between them, the sealed request, the sealed reply. */
static void a_sealed_connection_is_cut_all_along(void **state)
{
    (void)state;
    size_t bytes[2];
    measure(SEALED, bytes);
    for (int side = 0; side < 2; side++)
        be_cut_all_along(SEALED, (enum relay_side)side, 0, bytes[side], step_for(bytes[side], 60));
    assert_int_equal(
        be_cut_all_along(SEALED, RELAY_SERVER, bytes[RELAY_SERVER] - 1, bytes[RELAY_SERVER], 1), 0);
}

/* The handshake, the request, the reply; how many bytes TLS needs differs a little each time. */
static void a_connection_over_tls_is_cut_all_along(void **state)
{
    (void)state;
    size_t bytes[2];
    measure(OVER_TLS, bytes);
    for (int side = 0; side < 2; side++)
        assert_int_equal(be_cut_all_along(OVER_TLS, (enum relay_side)side, 0, bytes[side] - 100,
                                          step_for(bytes[side], 50)),
                         0);
}

/* A sealed request must not travel on the connection that libcurl opens in place of its context's
 * (shared/facts/auth.md "Silent resend"): that one is given up, unused, for one with a handshake.
 */
static size_t connections_after(enum way way, size_t replaced)
{
    return 1 + (way == SEALED ? 2 : 1) * replaced;
}

static void an_idle_connection_that_was_cut_costs_nothing(void **state)
{
    (void)state;
    for (int way = 0; way < WAYS; way++) {
        struct watcher watcher;
        struct relay *relay = relay_start(hosts[way].port, NULL, 0);
        assert_non_null(relay);
        MI_Session session = open_way((enum way)way, relay);
        for (size_t i = 1; i <= 5; i++) {
            if (get_once(&session, key, &watcher) != MI_RESULT_OK)
                fail_msg("%s: \"%s\"", way_names[way], watcher.message);
            assert_int_equal(relay_connection_count(relay),
                             connections_after((enum way)way, i - 1));
            relay_cut(relay);
        }
        assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
        relay_stop(relay);
    }
}

/* The server closes just when the next request is under way: it did not see it. */
static void a_kept_connection_cut_before_a_reply_begins_is_replaced_silently(void **state)
{
    (void)state;
    for (int way = 0; way < OVER_TLS; way++)
        for (enum relay_act act = RELAY_CLOSE; act <= RELAY_RESET; act++) {
            struct watcher watcher;
            size_t bytes[2];
            measure((enum way)way, bytes);
            struct relay_rule rule = {act, RELAY_CLIENT, bytes[RELAY_CLIENT] + 50, 0, NULL};
            struct relay *relay = relay_start(hosts[way].port, &rule, 1);
            assert_non_null(relay);
            MI_Session session = open_way((enum way)way, relay);
            for (size_t i = 1; i <= 3; i++) {
                if (get_once(&session, key, &watcher) != MI_RESULT_OK)
                    fail_msg("%s: \"%s\"", way_names[way], watcher.message);
                assert_int_equal(relay_connection_count(relay),
                                 connections_after((enum way)way, i > 1));
            }
            assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_OK);
            relay_stop(relay);
        }
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, open_application, close_application)
    const struct CMUnitTest tests[] = {
        TEST(a_plain_connection_is_cut_after_every_byte_of_the_header),
        TEST(a_plain_connection_is_cut_all_along_the_request_and_the_body),
        TEST(a_sealed_connection_is_cut_all_along),
        TEST(a_connection_over_tls_is_cut_all_along),
        TEST(an_idle_connection_that_was_cut_costs_nothing),
        TEST(a_kept_connection_cut_before_a_reply_begins_is_replaced_silently),
    };
    return cmocka_run_group_tests(tests, start_hosts, stop_hosts);
}
