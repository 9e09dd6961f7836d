/* SPDX-License-Identifier: MIT */
/* The KDC fixture itself: what the tests of credentials rely on, seen through libkrb5's own client
 * calls. */
#include "sim/kdc.h"

#include <krb5/krb5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int kdc_open(void **state)
{
    static const char *const realms[] = {"ONE.TEST", "TWO.TEST", NULL};
    struct sim_kdc *kdc = calloc(1, sizeof(*kdc));
    int status = sim_kdc_start(kdc, realms);
    if (status != 0) {
        free(kdc);
        return status == 77 ? 0 : -1; /* *state stays NULL: skipped */
    }
    *state = kdc;
    return sim_kdc_enter(kdc) == 0 && sim_kdc_say(kdc, "user ONE.TEST alice 'a secret'") == 0 &&
                   sim_kdc_say(kdc, "user TWO.TEST bob other") == 0 &&
                   sim_kdc_say(kdc, "user ONE.TEST brief secret -maxlife 12sec") == 0 &&
                   sim_kdc_say(kdc, "user ONE.TEST locked secret -allow_tix") == 0 &&
                   sim_kdc_say(kdc, "user ONE.TEST old secret -pwexpire '2001-01-01 00:00:00'") == 0
               ? 0
               : -1;
}

static int kdc_close(void **state)
{
    struct sim_kdc *kdc = *state;
    if (kdc != NULL)
        sim_kdc_stop(kdc);
    free(kdc);
    return 0;
}

static struct sim_kdc *kdc_of(void **state)
{
    if (*state == NULL)
        skip();
    return *state;
}

/* Asks for a ticket; *life_s gets its life when it is granted. */
static krb5_error_code ticket_ask(const char *name, const char *password, long *life_s)
{
    krb5_context context = NULL;
    krb5_principal principal = NULL;
    krb5_creds ticket = {0};
    assert_int_equal(krb5_init_context(&context), 0);
    assert_int_equal(krb5_parse_name(context, name, &principal), 0);
    krb5_error_code code = krb5_get_init_creds_password(context, &ticket, principal, password, NULL,
                                                        NULL, 0, NULL, NULL);
    if (code == 0 && life_s != NULL)
        *life_s = (long)ticket.times.endtime - (long)ticket.times.authtime;
    krb5_free_cred_contents(context, &ticket);
    krb5_free_principal(context, principal);
    krb5_free_context(context);
    return code;
}

static void users_of_two_realms_get_tickets_as_their_options_say(void **state)
{
    long life_s = 0;
    (void)kdc_of(state);
    assert_int_equal(ticket_ask("alice@ONE.TEST", "a secret", NULL), 0);
    assert_int_equal(ticket_ask("bob@TWO.TEST", "other", NULL), 0);
    assert_int_equal(ticket_ask("brief@ONE.TEST", "secret", &life_s), 0);
    assert_int_equal(life_s, 12);
    assert_int_equal(ticket_ask("alice@ONE.TEST", "wrong", NULL), KRB5KDC_ERR_PREAUTH_FAILED);
    assert_int_equal(ticket_ask("bob@ONE.TEST", "other", NULL), KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN);
    assert_int_equal(ticket_ask("locked@ONE.TEST", "secret", NULL), KRB5KDC_ERR_CLIENT_REVOKED);
    assert_int_equal(ticket_ask("old@ONE.TEST", "secret", NULL), KRB5KDC_ERR_KEY_EXP);
}

static void a_changed_password_is_the_only_one(void **state)
{
    struct sim_kdc *kdc = kdc_of(state);
    assert_int_equal(sim_kdc_say(kdc, "password TWO.TEST bob changed"), 0);
    assert_int_equal(ticket_ask("bob@TWO.TEST", "changed", NULL), 0);
    assert_int_not_equal(ticket_ask("bob@TWO.TEST", "other", NULL), 0);
    assert_int_equal(sim_kdc_say(kdc, "password TWO.TEST bob other"), 0);
}

static void a_kdc_can_be_stopped_and_started_again(void **state)
{
    struct sim_kdc *kdc = kdc_of(state);
    assert_int_equal(sim_kdc_say(kdc, "stop ONE.TEST"), 0);
    assert_int_equal(ticket_ask("alice@ONE.TEST", "a secret", NULL), KRB5_KDC_UNREACH);
    assert_int_equal(ticket_ask("bob@TWO.TEST", "other", NULL), 0);
    assert_int_equal(sim_kdc_say(kdc, "mute ONE.TEST"), 0);
    assert_int_equal(sim_kdc_say(kdc, "start ONE.TEST"), 0);
    assert_int_equal(ticket_ask("alice@ONE.TEST", "a secret", NULL), 0);
}

static void keytabs_caches_and_acceptor_keys_are_written(void **state)
{
    struct sim_kdc *kdc = kdc_of(state);
    char path[128];
    assert_int_equal(sim_kdc_say(kdc, "service ONE.TEST web01"), 0);
    snprintf(path, sizeof(path), "%s/http.keytab", kdc->folder);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof(path), "%s/cache", kdc->folder);
    assert_int_equal(sim_kdc_say(kdc, "kinit ONE.TEST alice 'a secret' %s", path), 0);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof(path), "%s/brief.keytab", kdc->folder);
    assert_int_equal(sim_kdc_say(kdc, "keytab ONE.TEST brief %s", path), 0);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(sim_kdc_say(kdc, "ntlm DOM bob secret"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_of_two_realms_get_tickets_as_their_options_say),
        cmocka_unit_test(a_changed_password_is_the_only_one),
        cmocka_unit_test(a_kdc_can_be_stopped_and_started_again),
        cmocka_unit_test(keytabs_caches_and_acceptor_keys_are_written),
    };
    return cmocka_run_group_tests(tests, kdc_open, kdc_close);
}
