/* SPDX-License-Identifier: MIT */
/* A discovery without memory: every allocation of its passes failed in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc_failure.h"
#include "discovery_fixture.h"

/* Whoever is a member has a name for each of its metrics, or none where another has it. */
static void check_members(struct bench *bench)
{
    const struct poll_member *member;
    for (size_t i = 0; (member = poll_discovery_member(bench->discovery, i)) != NULL; i++) {
        alloc_failure_check(member->place.titles != NULL, "a member has its names");
        alloc_failure_check((member->key != NULL) == (bench->plan.fetch == MODEL_FETCH_GET),
                            "a member has its key");
        for (size_t m = 0; m < bench->plan.rule.metric_count; m++) {
            const struct poll_title *title = &member->place.titles[m];
            alloc_failure_check(title->plugin_instance != NULL && title->type_instance != NULL,
                                "a metric has its name");
        }
    }
}

static void take_newcomers(struct bench *bench)
{
    const MI_Instance *instance;
    for (size_t i = 0; poll_discovery_newcomer(bench->discovery, i, &instance) != NULL; i++)
        alloc_failure_check((instance != NULL) == (bench->plan.fetch == MODEL_FETCH_QUERY),
                            "a newcomer shows what brought it");
}

static const char *const passes[][8] = {
    {"a b", "c", "d", "twice", "twice", NULL},
    {"a b", "a/b", "fixed", "e/f", "e f", "c", NULL},
    {"a/b", "a_b", NULL},
    {"a b", "1", "2", "3", "4", "5", "6", NULL},
};
enum { PASSES = sizeof passes / sizeof passes[0], LAST = 7 };

static int play(void *context)
{
    struct bench *bench = context;
    bench->line_count = 0;
    if (start(bench) != 0)
        return -1;
    for (size_t i = 0; i < PASSES; i++) {
        pass(bench, passes[i], true);
        check_members(bench);
        take_newcomers(bench);
    }
    /* Once there is memory again, all are there. */
    bool is_right = !alloc_failure_happened();
    if (is_right)
        alloc_failure_check(poll_discovery_count(bench->discovery) == LAST, "all are there");
    stop(bench);
    return is_right ? 0 : -1;
}

static void replay(const char *name, enum model_fetch fetch)
{
    static struct bench bench;
    fill_plan(&bench);
    bench.plan.fetch = fetch;
    alloc_failure_replay(name, 100, play, &bench);
}

static void a_discovery_without_memory_leaves_out_whole_instances(void **state)
{
    (void)state;
    replay("query", MODEL_FETCH_QUERY);
}

static void so_does_one_whose_members_are_asked_for_one_by_one(void **state)
{
    (void)state;
    replay("get", MODEL_FETCH_GET);
}

/* The last pass lacks some. */
static void so_does_one_whose_members_are_named(void **state)
{
    static const char *const names[] = {"a b", "c", "d", "twice", "a/b", "fixed", "e/f", "e f",
                                        "a_b", "1", "2", "3",     "4",   "5",     "6"};
    static const struct model_discovery_key key = {
        .name = "Name", .values = names, .value_count = sizeof names / sizeof names[0]};
    static struct bench bench;
    (void)state;
    fill_plan(&bench);
    bench.plan.keys = &key;
    alloc_failure_replay("named", 100, play, &bench);
    size_t said = 0;
    for (size_t i = 0; i < bench.line_count; i++)
        said += strstr(bench.lines[i], "no instance has Name \"a/b\"; 10 more of those") != NULL;
    assert_int_equal(said, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_discovery_without_memory_leaves_out_whole_instances),
        cmocka_unit_test(so_does_one_whose_members_are_asked_for_one_by_one),
        cmocka_unit_test(so_does_one_whose_members_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
