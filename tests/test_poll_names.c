/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "poll/names.h"

/* What poll_names_new puts in for a host without instances. */
#define OWN_COUNT 2

static const struct model_host bare = {.name = "web"};
static const struct model_instance rule = {.class_name = "Disk"};

#define X 77u /* an identity that is asked for */
#define A 1001u
#define B 1002u
#define C 1003u

static struct poll_names *make(void)
{
    struct poll_names *names = poll_names_new(&bare, NULL);
    assert_non_null(names);
    assert_int_equal(poll_names_count(names), OWN_COUNT);
    return names;
}

static void bid(struct poll_names *names, uint64_t identity, uint64_t owner)
{
    assert_int_equal(poll_names_bid(names, identity, owner), 0);
}

/* Comes alone. */
static bool come(struct poll_names *names, uint64_t identity, uint64_t owner)
{
    poll_names_begin(names);
    bid(names, identity, owner);
    return poll_names_has(names, identity, owner);
}

static void who_comes_first_has_the_name(void **state)
{
    (void)state;
    struct poll_names *names = make();
    assert_true(come(names, X, A));
    assert_false(come(names, X, B));
    assert_true(poll_names_has(names, X, A));
    assert_false(poll_names_has(names, X + 1, A));
    poll_names_free(names);
}

static void of_those_who_come_together_nobody_has_it_in_whatever_order(void **state)
{
    static const uint64_t orders[6][3] = {{A, B, C}, {A, C, B}, {B, A, C},
                                          {B, C, A}, {C, A, B}, {C, B, A}};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct poll_names *names = make();
        poll_names_begin(names);
        for (size_t j = 0; j < 3; j++)
            bid(names, X, orders[i][j]);
        for (size_t j = 0; j < 3; j++)
            assert_false(poll_names_has(names, X, orders[i][j]));
        assert_false(come(names, X, 2000)); /* nor who comes later */
        poll_names_free(names);
    }
}

static void an_owner_who_returns_gets_its_contested_name_back(void **state)
{
    (void)state;
    struct poll_names *names = make();
    assert_true(come(names, X, A));
    assert_false(come(names, X, B));
    poll_names_release(names, X, A);
    assert_false(poll_names_has(names, X, A));
    assert_false(come(names, X, B));
    assert_false(come(names, X, C));
    assert_true(come(names, X, A));
    poll_names_free(names);
}

static void an_owner_who_returns_together_with_others_gets_it_back_in_whatever_order(void **state)
{
    (void)state;
    for (int first = 0; first < 2; first++) {
        struct poll_names *names = make();
        come(names, X, A);
        come(names, X, B);
        poll_names_release(names, X, A);
        poll_names_begin(names);
        bid(names, X, first ? A : B);
        bid(names, X, first ? B : A);
        bid(names, X, C);
        assert_true(poll_names_has(names, X, A));
        assert_false(poll_names_has(names, X, B));
        assert_false(poll_names_has(names, X, C));
        poll_names_free(names);
    }
}

static void a_name_that_nobody_contested_is_forgotten_with_its_owner(void **state)
{
    (void)state;
    struct poll_names *names = make();
    come(names, X, A);
    poll_names_release(names, X, A);
    assert_int_equal(poll_names_count(names), OWN_COUNT);
    assert_true(come(names, X, B));
    assert_false(come(names, X, A));
    poll_names_free(names);
}

static void who_does_not_have_a_name_gives_up_nothing(void **state)
{
    (void)state;
    struct poll_names *names = make();
    come(names, X, A);
    come(names, X, B);
    poll_names_release(names, X, B);
    poll_names_release(names, X + 1, A);
    assert_true(poll_names_has(names, X, A));
    poll_names_release(names, X, A);
    poll_names_release(names, X, A);
    assert_true(come(names, X, A));
    poll_names_free(names);
}

static void a_bid_for_what_one_has_changes_nothing(void **state)
{
    (void)state;
    struct poll_names *names = make();
    poll_names_begin(names);
    bid(names, X, A);
    bid(names, X, A);
    assert_true(poll_names_has(names, X, A));
    assert_true(come(names, X, A));
    poll_names_release(names, X, A);
    assert_int_equal(poll_names_count(names), OWN_COUNT);
    poll_names_free(names);
}

static const struct model_type gauge = {.name = "gauge", .source_count = 1};
static const struct model_metric metrics[] = {
    {.plugin = "df", .plugin_instance = "C", .type = &gauge, .type_instance = "free"},
    {.plugin = "df", .plugin_instance = "C", .type = &gauge, .type_instance = "used"},
};
static const struct model_instance disk = {.metrics = metrics, .metric_count = 2};
static const struct model_instance *const disks[] = {&disk};
static const struct model_round rounds[] = {{.interval_ms = 10000},
                                            {.instances = disks, .instance_count = 1}};
static const struct model_host planned = {.name = "web", .rounds = rounds, .round_count = 2};

static void what_the_configuration_names_is_taken_for_ever(void **state)
{
    (void)state;
    struct poll_names *names = poll_names_new(&planned, NULL);
    const uint64_t fixed[] = {
        poll_names_identity("mi", "host", "gauge", "up"),
        poll_names_identity("mi", "host", "response_time", "get"),
        poll_names_identity("df", "C", "gauge", "free"),
        poll_names_identity("df", "C", "gauge", "used"),
    };
    assert_int_equal(poll_names_count(names), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_false(come(names, fixed[i], A));
        poll_names_release(names, fixed[i], A);
        assert_false(come(names, fixed[i], B));
    }
    assert_true(come(names, poll_names_identity("df", "C", "gauge", ""), A));
    poll_names_free(names);
}

static void the_four_texts_are_told_apart_wherever_they_meet(void **state)
{
    (void)state;
    const uint64_t identities[] = {
        poll_names_identity("a", "b", "c", "d"), poll_names_identity("ab", "", "c", "d"),
        poll_names_identity("", "ab", "c", "d"), poll_names_identity("a", "", "bc", "d"),
        poll_names_identity("a", "b", "", "cd"), poll_names_identity("a", "b", "cd", ""),
        poll_names_identity("A", "b", "c", "d"),
    };
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(identities[i] != identities[j]);
}

static void an_owner_is_a_rule_and_its_keys_without_their_case(void **state)
{
    static const struct model_instance other = {.class_name = "Disk"};
    const struct model_key lower[] = {{"Name", "ab"}, {"Index", "c"}};
    const struct model_key upper[] = {{"Name", "AB"}, {"Index", "C"}};
    const struct model_key shifted[] = {{"Name", "a"}, {"Index", "bc"}};
    (void)state;
    uint64_t owner = poll_names_owner(&rule, lower, 2);
    assert_true(owner == poll_names_owner(&rule, upper, 2));
    assert_true(owner != poll_names_owner(&rule, shifted, 2));
    assert_true(owner != poll_names_owner(&rule, lower, 1));
    assert_true(owner != poll_names_owner(&other, lower, 2));
}

static void a_collision_is_said_once_a_name_and_so_many_times_a_host(void **state)
{
    (void)state;
    struct poll_names *names = make();
    for (uint64_t i = 1; i <= 2 * POLL_NAMES_MAX_SAID; i++) {
        come(names, X + i, A);
        come(names, X + i, B);
        enum poll_names_say expected = i < POLL_NAMES_MAX_SAID    ? POLL_NAMES_SAY
                                       : i == POLL_NAMES_MAX_SAID ? POLL_NAMES_SAY_LAST
                                                                  : POLL_NAMES_SILENT;
        assert_int_equal(poll_names_collide(names, X + i), expected);
        assert_int_equal(poll_names_collide(names, X + i), POLL_NAMES_SILENT);
    }
    poll_names_free(names);
}

static void only_so_many_contested_names_are_remembered(void **state)
{
    (void)state;
    struct poll_names *names = make();
    come(names, 1, A); /* runs all the time */
    come(names, 1, B);
    for (uint64_t i = 2; i < 3 * POLL_NAMES_MAX_REMEMBERED; i++) {
        assert_true(come(names, i, A));
        assert_false(come(names, i, B));
        poll_names_release(names, i, A);
        assert_true(poll_names_count(names) <= OWN_COUNT + 1 + POLL_NAMES_MAX_REMEMBERED + 2);
        assert_true(poll_names_has(names, 1, A));
    }
    /* The last one is still there. */
    assert_false(come(names, 3 * POLL_NAMES_MAX_REMEMBERED - 1, B));
    poll_names_free(names);
}

/* --- Against a table without hashes --- */

#define IDENTITIES 24
#define OWNERS     12
#define BATCHES    3000

struct plain_name {
    uint64_t owner; /* 0: nobody */
    bool is_taken;
    bool is_here;
    bool is_contested;
    size_t batch;
};

static void plain_bid(struct plain_name *name, uint64_t owner, size_t batch)
{
    if (!name->is_taken) {
        *name =
            (struct plain_name){.owner = owner, .is_taken = true, .is_here = true, .batch = batch};
    } else if (name->owner == owner) {
        name->is_here = true;
    } else {
        name->is_contested = true;
        if (name->is_here && name->batch == batch) {
            name->owner = 0;
            name->is_here = false;
        }
    }
}

static void plain_release(struct plain_name *name, uint64_t owner)
{
    if (!name->is_taken || !name->is_here || name->owner != owner)
        return;
    name->is_here = false;
    name->is_taken = name->is_contested;
}

static void random_batches_end_as_a_plain_table_says(void **state)
{
    struct plain_name plain[IDENTITIES] = {{0}};
    unsigned seed = 20261123;
    (void)state;
    struct poll_names *names = make();
    for (size_t batch = 1; batch <= BATCHES; batch++) {
        poll_names_begin(names);
        for (int i = 0; i < 8; i++) {
            uint64_t identity = (uint64_t)rand_r(&seed) % IDENTITIES;
            uint64_t owner = 100 + (uint64_t)rand_r(&seed) % OWNERS;
            /* Neighbours in the table, so that taking out must move others. */
            if (rand_r(&seed) % 2 == 0) {
                bid(names, identity + 1, owner);
                plain_bid(&plain[identity], owner, batch);
            } else {
                poll_names_release(names, identity + 1, owner);
                plain_release(&plain[identity], owner);
            }
        }
        size_t count = OWN_COUNT;
        for (uint64_t i = 0; i < IDENTITIES; i++) {
            count += plain[i].is_taken;
            for (uint64_t owner = 100; owner < 100 + OWNERS; owner++)
                assert_int_equal(poll_names_has(names, i + 1, owner),
                                 plain[i].is_taken && plain[i].is_here && plain[i].owner == owner);
        }
        assert_int_equal(poll_names_count(names), count);
    }
    poll_names_free(names);
}

static void many_come_and_go_and_none_is_lost(void **state)
{
    enum { COUNT = 20000 };
    (void)state;
    struct poll_names *names = make();
    poll_names_begin(names);
    for (uint64_t i = 1; i <= COUNT; i++)
        bid(names, i * 2654435761u, i);
    for (uint64_t i = 2; i <= COUNT; i += 2)
        poll_names_release(names, i * 2654435761u, i);
    for (uint64_t i = 1; i <= COUNT; i++)
        assert_int_equal(poll_names_has(names, i * 2654435761u, i), i % 2);
    assert_int_equal(poll_names_count(names), OWN_COUNT + COUNT / 2);
    poll_names_free(names);
    poll_names_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_first_has_the_name),
        cmocka_unit_test(of_those_who_come_together_nobody_has_it_in_whatever_order),
        cmocka_unit_test(an_owner_who_returns_gets_its_contested_name_back),
        cmocka_unit_test(an_owner_who_returns_together_with_others_gets_it_back_in_whatever_order),
        cmocka_unit_test(a_name_that_nobody_contested_is_forgotten_with_its_owner),
        cmocka_unit_test(who_does_not_have_a_name_gives_up_nothing),
        cmocka_unit_test(a_bid_for_what_one_has_changes_nothing),
        cmocka_unit_test(what_the_configuration_names_is_taken_for_ever),
        cmocka_unit_test(the_four_texts_are_told_apart_wherever_they_meet),
        cmocka_unit_test(an_owner_is_a_rule_and_its_keys_without_their_case),
        cmocka_unit_test(a_collision_is_said_once_a_name_and_so_many_times_a_host),
        cmocka_unit_test(only_so_many_contested_names_are_remembered),
        cmocka_unit_test(random_batches_end_as_a_plain_table_says),
        cmocka_unit_test(many_come_and_go_and_none_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
