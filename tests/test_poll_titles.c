/* SPDX-License-Identifier: MIT */
/* What those that a discovery finds are called, and a thousand passes of them. */
#include "discovery_bench.h"

#include <malloc.h>

/* --- Names --- */

static void metrics_get_the_templates_with_the_keys_in_them(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("C:", "a/b [1]"), true);
    assert_string_equal(title(bench, "C:", 0), "service-C/state");
    assert_string_equal(title(bench, "C:", 1), "service-C/exit_code");
    assert_string_equal(title(bench, "C:", 2), "/C");
    assert_string_equal(title(bench, "a/b [1]", 2), "/a_b__1_");
    const struct poll_title *titles = find_member(bench, "C:")->place.titles;
    assert_ptr_equal(titles[0].plugin_instance, titles[1].plugin_instance);
    assert_ptr_equal(titles[0].type_instance, service_metrics[0].type_instance);
    assert_int_equal(bench->line_count, 0);
}

/* "service-X_12345678/state" of a text. */
static const char *apart(const char *name)
{
    static char expected[2 * METRIC_NAME_SIZE];
    char text[1100];
    char part[METRIC_NAME_SIZE];
    snprintf(text, sizeof text, "service-%s", name);
    metric_name_tell_apart(text, part);
    snprintf(expected, sizeof expected, "%s/state", part);
    return expected;
}

static void a_name_that_runs_keeps_it_and_who_comes_later_gets_a_suffix(void **state)
{
    struct bench *bench = *state;
    char said[512];
    go(bench);
    pass(bench, NAMES("a b"), true);
    pass(bench, NAMES("a/b", "a b"), true);
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
    /* One for each name that collided. */
    assert_int_equal(bench->line_count, 3);
    snprintf(
        said, sizeof said,
        "web: Win32_Service.Name=\"a/b\": another has the name "
        "services-service-a_b/gauge-state: this one is dispatched as services-%.*s/gauge-state",
        (int)(strlen(apart("a/b")) - strlen("/state")), apart("a/b"));
    assert_string_equal(bench->lines[0], said);
    /* Also where its text needs no change. */
    pass(bench, NAMES("a/b", "a b", "a_b"), true);
    assert_string_equal(title(bench, "a_b", 0), apart("a_b"));
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_int_equal(bench->line_count, 3);
}

static void those_who_come_together_all_get_a_suffix_in_whatever_order(void **state)
{
    static const char *const orders[][4] = {
        {"a b", "a/b", "a_b", NULL}, {"a_b", "a/b", "a b", NULL}, {"a/b", "a b", "a_b", NULL}};
    struct bench *bench = *state;
    for (size_t i = 0; i < 3; i++) {
        go(bench);
        pass(bench, orders[i], true);
        for (size_t j = 0; j < 3; j++)
            assert_string_equal(title(bench, orders[i][j], 0), apart(orders[i][j]));
        assert_int_equal(bench->line_count, 3);
        bench->line_count = 0;
        stop(bench);
    }
}

static void who_had_a_contested_name_gets_it_back(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a b"), true);
    pass(bench, NAMES("a b", "a/b"), true);
    pass(bench, NAMES("a/b"), true);
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
    pass(bench, NAMES("a:b", "A B", "a/b"), true);
    assert_string_equal(title(bench, "A B", 0), "service-A_B/state"); /* names have case */
    pass(bench, NAMES("a/b"), true);
    pass(bench, NAMES("a b", "a?b", "a/b"), true);
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_string_equal(title(bench, "a?b", 0), apart("a?b"));
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
}

static void a_name_that_the_configuration_gave_is_never_another_s(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("fixed"), true);
    assert_string_equal(title(bench, "fixed", 0), apart("fixed"));
    assert_string_equal(title(bench, "fixed", 1), "service-fixed/exit_code");
    assert_int_equal(bench->line_count, 1);
}

static void a_name_with_a_suffix_is_nobody_s_either(void **state)
{
    struct bench *bench = *state;
    char fake[METRIC_NAME_SIZE];
    go(bench);
    /* "a b" would become what this one is called already. */
    metric_name_tell_apart("a b", fake);
    pass(bench, NAMES("a/b", fake), true);
    pass(bench, NAMES("a/b", fake, "a b"), true);
    assert_string_equal(title(bench, fake, 2) + 1, fake);
    assert_string_equal(title(bench, "a/b", 2), "/a_b");
    assert_string_equal(title(bench, "a b", 2), "-");
    assert_string_equal(title(bench, "a b", 0), apart("a b")); /* service-... has another suffix */
    pass(bench, NAMES("a b"), true);
    assert_string_equal(title(bench, "a b", 2), "-");
}

static void nor_is_one_that_comes_together_with_those_who_want_it(void **state)
{
    struct bench *bench = *state;
    char fake[METRIC_NAME_SIZE];
    go(bench);
    metric_name_tell_apart("a b", fake);
    pass(bench, NAMES("a b", "a/b", fake), true);
    assert_string_equal(title(bench, fake, 2) + 1, fake);
    assert_string_equal(title(bench, "a b", 2), "-");
    assert_string_not_equal(title(bench, "a/b", 2), "-");
}

static void who_goes_gives_up_its_names(void **state)
{
    struct bench *bench = *state;
    go(bench);
    size_t before = poll_names_count(bench->names);
    pass(bench, NAMES("a b", "c", "d"), true);
    assert_int_equal(poll_names_count(bench->names), before + 9);
    poll_discovery_drop(bench->discovery, 2);
    pass(bench, NAMES("a/b", "c"), true);
    assert_string_equal(title(bench, "a/b", 0), "service-a_b/state");
    pass(bench, NAMES("a/b", "a b"), true); /* three names are contested */
    pass(bench, NAMES(NULL), true);
    assert_int_equal(poll_names_count(bench->names), before + 3);
}

static void two_metrics_of_one_instance_with_one_name_are_both_left_out(void **state)
{
    static const struct model_metric metrics[] = {METRIC("same", "state"), METRIC("same", "state"),
                                                  METRIC("{Name}", "state")};
    struct bench *bench = *state;
    bench->plan.rule.metrics = metrics;
    bench->plan.rule.metric_count = 3;
    go(bench);
    pass(bench, NAMES("a"), true);
    assert_string_equal(title(bench, "a", 0), "-");
    assert_string_equal(title(bench, "a", 1), "-");
    assert_string_equal(title(bench, "a", 2), "a/state");
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], "web: Win32_Service.Name=\"a\": another has the name "
                                         "services-same/gauge-state: this metric is left out");
}

static void collisions_do_not_fill_the_log(void **state)
{
    struct bench *bench = *state;
    go(bench);
    poll_discovery_begin(bench->discovery);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d%c%d", i / 2, i % 2 ? '/' : ' ', i / 2);
        arrive(bench, name);
    }
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 200);
    assert_int_equal(bench->line_count, POLL_NAMES_MAX_SAID);
    assert_non_null(strstr(bench->lines[POLL_NAMES_MAX_SAID - 1],
                           "; of this host no more names are told that others have too"));
    assert_null(strstr(bench->lines[POLL_NAMES_MAX_SAID - 2], "no more"));
}

static void a_metric_of_a_rule_without_metrics_is_no_trouble(void **state)
{
    struct bench *bench = *state;
    bench->plan.rule.metric_count = 0;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
}

/* --- Hostile names --- */

static void whatever_a_key_holds_its_names_are_clean_and_apart(void **state)
{
    static const char *const hostile[] = {"",
                                          " ",
                                          "\"",
                                          "\\",
                                          "'",
                                          "[",
                                          "]",
                                          "{Name}",
                                          "%s%n",
                                          "..",
                                          ".",
                                          "/",
                                          "a\nweb: forged",
                                          "\x1b[31m",
                                          "\xff\xfe",
                                          "\xe4",
                                          "\xc3\xa4",
                                          "\xd0\x96",
                                          "\x01",
                                          "-",
                                          ":",
                                          "a:",
                                          "_Total2",
                                          "\"\"\"\"",
                                          "\\\\.\\PHYSICALDRIVE2",
                                          "Name=\"x\"",
                                          "{",
                                          "}",
                                          "a,b",
                                          "a=b"};
    enum { COUNT = sizeof hostile / sizeof hostile[0] };
    struct bench *bench = *state;
    go(bench);
    for (int again = 0; again < 3; again++) {
        poll_discovery_begin(bench->discovery);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(arrive(bench, hostile[i]) != NULL, again > 0);
        poll_discovery_end(bench->discovery, true);
    }
    assert_int_equal(poll_discovery_count(bench->discovery), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const struct poll_title *mine = poll_discovery_member(bench->discovery, i)->place.titles;
        assert_true(metric_name_is_clean(mine[0].plugin_instance));
        assert_true(metric_name_is_clean(mine[2].type_instance));
        for (size_t j = 0; j < i; j++) {
            const struct poll_title *other =
                poll_discovery_member(bench->discovery, j)->place.titles;
            assert_string_not_equal(mine[0].plugin_instance, other[0].plugin_instance);
            assert_string_not_equal(mine[2].type_instance, other[2].type_instance);
        }
    }
    for (size_t i = 0; i < bench->line_count; i++) {
        assert_memory_equal(bench->lines[i], "web: ", 5);
        for (const char *c = bench->lines[i]; *c != '\0'; c++)
            assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    }
}

static void ten_thousand_are_found_without_looking_at_all_of_them(void **state)
{
    enum { COUNT = MODEL_DISCOVERY_MAX_INSTANCES };
    struct bench *bench = *state;
    bench->plan.max_instances = COUNT;
    go(bench);
    for (int again = 0; again < 2; again++) {
        poll_discovery_begin(bench->discovery);
        for (int i = 0; i < COUNT + 5; i++) {
            char name[64];
            snprintf(name, sizeof name, "a process with a name#%d", i);
            assert_int_equal(arrive(bench, name) != NULL, again > 0 && i < COUNT);
        }
        poll_discovery_end(bench->discovery, true);
        assert_int_equal(poll_discovery_count(bench->discovery), COUNT);
    }
    assert_int_equal(bench->line_count, 1);
}

/* --- 1,000 passes against a list --- */

enum { ALL = 60, PASSES = 1000 };

/* Three of each would have one name. */
static void write_name(size_t i, char name[32])
{
    snprintf(name, 32, "k%zu%cx", i / 3, "_ /"[i % 3]);
}

struct ledger {
    bool is_there[ALL];
    char titles[ALL][3][2 * METRIC_NAME_SIZE]; /* what each is called as long as it is there */
};

static void shuffle(unsigned *seed, size_t *order)
{
    for (size_t i = 0; i < ALL; i++)
        order[i] = i;
    for (size_t i = ALL - 1; i > 0; i--) {
        size_t j = (size_t)rand_r(seed) % (i + 1);
        size_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* Shows some, in some order, some twice. */
static void show_some(struct bench *bench, struct ledger *ledger, unsigned *seed, bool *is_shown)
{
    size_t order[ALL];
    int share = 1 + rand_r(seed) % 4;
    shuffle(seed, order);
    for (size_t i = 0; i < ALL; i++) {
        char name[32];
        size_t which = order[i];
        is_shown[which] = rand_r(seed) % 4 < share;
        if (!is_shown[which])
            continue;
        write_name(which, name);
        name[0] = rand_r(seed) % 8 > 0 || !ledger->is_there[which] ? 'k' : 'K';
        struct poll_member *member = arrive(bench, name);
        assert_int_equal(member != NULL, ledger->is_there[which]);
        if (rand_r(seed) % 16 == 0)
            assert_null(arrive(bench, name));
    }
}

static void check_newcomers(struct bench *bench, const struct ledger *ledger, const bool *is_shown)
{
    const MI_Instance *instance;
    const struct poll_member *member;
    size_t expected = 0;
    size_t count = 0;
    for (size_t i = 0; i < ALL; i++)
        expected += is_shown[i] && !ledger->is_there[i];
    for (; (member = poll_discovery_newcomer(bench->discovery, count, &instance)) != NULL; count++)
        assert_non_null(strstr(member->object, instance_name(instance)));
    assert_int_equal(count, expected);
}

static void check_one(struct bench *bench, struct ledger *ledger, size_t i, bool is_new)
{
    char name[32];
    write_name(i, name);
    assert_int_equal(find_member(bench, name) != NULL, ledger->is_there[i]);
    if (!ledger->is_there[i])
        return;
    for (size_t m = 0; m < 3; m++) {
        const char *text = title(bench, name, m);
        assert_string_not_equal(text, "-");
        if (is_new)
            snprintf(ledger->titles[i][m], sizeof ledger->titles[i][m], "%s", text);
        else
            assert_string_equal(ledger->titles[i][m], text);
    }
}

static void check_all_differ(const struct ledger *ledger)
{
    for (size_t i = 0; i < ALL; i++)
        for (size_t j = 0; j < i; j++)
            for (size_t m = 0; ledger->is_there[i] && ledger->is_there[j] && m < 3; m++)
                assert_string_not_equal(ledger->titles[i][m], ledger->titles[j][m]);
}

static void one_pass(struct bench *bench, struct ledger *ledger, unsigned *seed)
{
    bool is_shown[ALL];
    bool complete = rand_r(seed) % 4 > 0;
    size_t count = 0;
    poll_discovery_begin(bench->discovery);
    show_some(bench, ledger, seed, is_shown);
    poll_discovery_end(bench->discovery, complete);
    check_newcomers(bench, ledger, is_shown);
    for (size_t i = 0; i < ALL; i++) {
        bool was_there = ledger->is_there[i];
        ledger->is_there[i] = is_shown[i] || (was_there && !complete);
        count += ledger->is_there[i];
        check_one(bench, ledger, i, !was_there);
    }
    check_all_differ(ledger);
    assert_int_equal(poll_discovery_count(bench->discovery), count);
}

static void run_passes(struct bench *bench)
{
    struct ledger ledger = {{false}, {{""}}};
    unsigned seed = 20261123;
    go(bench);
    for (int i = 0; i < PASSES; i++)
        one_pass(bench, &ledger, &seed);
    stop(bench);
}

/* 0 under a sanitizer, which finds leaks itself. */
static size_t live_bytes(void)
{
    return mallinfo2().uordblks;
}

static void a_thousand_passes_end_as_a_list_says_and_leave_nothing(void **state)
{
    struct bench *bench = *state;
    run_passes(bench); /* the allocator's own caches fill up */
    size_t before = live_bytes();
    run_passes(bench);
    size_t after = live_bytes();
    /* 20,000 newcomers came; a byte of each would be more. */
    assert_true(after <= before + 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(metrics_get_the_templates_with_the_keys_in_them),
        TEST(a_name_that_runs_keeps_it_and_who_comes_later_gets_a_suffix),
        TEST(those_who_come_together_all_get_a_suffix_in_whatever_order),
        TEST(who_had_a_contested_name_gets_it_back),
        TEST(a_name_that_the_configuration_gave_is_never_another_s),
        TEST(a_name_with_a_suffix_is_nobody_s_either),
        TEST(nor_is_one_that_comes_together_with_those_who_want_it),
        TEST(who_goes_gives_up_its_names),
        TEST(two_metrics_of_one_instance_with_one_name_are_both_left_out),
        TEST(collisions_do_not_fill_the_log),
        TEST(a_metric_of_a_rule_without_metrics_is_no_trouble),
        TEST(whatever_a_key_holds_its_names_are_clean_and_apart),
        TEST(ten_thousand_are_found_without_looking_at_all_of_them),
        TEST(a_thousand_passes_end_as_a_list_says_and_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
