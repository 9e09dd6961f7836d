/* SPDX-License-Identifier: MIT */
/* Tickets that end and are renewed, and many who ask at once, against a KDC of our own. */
#include "identity_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_renewed_at_half_of_its_life_and_the_old_one_stays_good),
        cmocka_unit_test(a_service_with_a_shorter_life_gets_a_new_ticket_at_its_half),
        cmocka_unit_test(a_kdc_with_a_new_key_costs_one_more_ticket_and_no_error),
        cmocka_unit_test(three_hundred_hosts_share_one_ticket_and_two_caches),
        cmocka_unit_test(of_many_workers_one_asks),
        cmocka_unit_test(of_many_workers_with_a_wrong_password_one_asks),
        cmocka_unit_test(a_mute_kdc_holds_nobody_else),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
