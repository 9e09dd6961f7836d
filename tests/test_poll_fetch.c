/* SPDX-License-Identifier: MIT */
/* What a host is asked for beside single instances: who is there. */
#include "poll_fixture.h"

/* --- Discoveries --- */

#define FOUND_METRIC(instance)                                                         \
    {                                                                                  \
        .properties = properties, .property_count = 1, .type = &gauge, .plugin = "mi", \
        .plugin_instance = "p-{Name}", .type_instance = (instance), .scale = 1.0L      \
    }

static const struct model_metric found_metric = FOUND_METRIC("found");
static const struct model_discovery_key any_name = {.name = "Name"};

#define DISCOVERY(how)                                                          \
    {                                                                           \
        .rule = {.module = "processes",                                         \
                 .namespace_name = "root/cimv2",                                \
                 .class_name = "Process",                                       \
                 .metrics = &found_metric,                                      \
                 .metric_count = 1,                                             \
                 .origin = {"processes.yaml", 3, 5}},                           \
        .keys = &any_name, .key_count = 1, .fetch = (how), .refresh_ms = 30000, \
        .max_instances = 3, .where = "ThreadCount > 1"                          \
    }

static const struct model_discovery by_query = DISCOVERY(MODEL_FETCH_QUERY);
static const struct model_discovery by_get = DISCOVERY(MODEL_FETCH_GET);
static const struct model_discovery *const query_list[] = {&by_query};
static const struct model_discovery *const get_list[] = {&by_get};

static void discover(struct bench *bench, const struct model_discovery *const *list)
{
    add_host(bench, only_os, 1);
    bench->rounds[0][0].discoveries = list;
    bench->rounds[0][0].discovery_count = 1;
    start(bench, true);
}

/* The number told of a plugin instance since a value; -1: none was. */
static double told(const struct bench *bench, size_t since, const char *plugin_instance)
{
    double number = -1;
    for (size_t i = since; i < bench->value_count; i++)
        if (strcmp(bench->values[i].plugin_instance, plugin_instance) == 0)
            number = bench->values[i].number;
    return number;
}

/* A round up to what comes behind the singleton. */
static size_t begin_round(struct bench *bench)
{
    run_to_next_round(bench);
    size_t since = bench->value_count;
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    return since;
}

static void a_query_brings_all_that_there_are(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    size_t since = begin_round(bench);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT Name,Free FROM Process WHERE ThreadCount > 1");
    assert_string_equal(fake_mi_operation(running()).name_space, "root/cimv2");
    fake_mi_item(running(), "Name", "a", "Free", "10", NULL);
    fake_mi_answer(running(), "Name", "b/c", "Free", "20", NULL);
    assert_int_equal(fake_mi_running_count(), 0);
    assert_true(told(bench, since, "p-a") == 10);
    assert_true(told(bench, since, "p-b_c") == 20);
    assert_last(bench, "up", 1);
    since = begin_round(bench);
    fake_mi_item(running(), "Name", "a", "Free", "11", NULL);
    assert_true(told(bench, since, "p-a") == 11); /* at once, for it is known */
    fake_mi_item(running(), "Name", "d", "Free", "30", NULL);
    fake_mi_end(running());
    assert_true(told(bench, since, "p-b_c") == -1);
    assert_true(told(bench, since, "p-d") == 30);
    assert_int_equal(bench->line_count, 0);
}

static void a_query_that_fails_in_the_middle_takes_nobody_away(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    begin_round(bench);
    fake_mi_item(running(), "Name", "a", "Free", "10", NULL);
    fake_mi_item(running(), "Name", "b", "Free", "20", NULL);
    fake_mi_end(running());
    size_t since = begin_round(bench);
    fake_mi_item(running(), "Name", "c", "Free", "30", NULL);
    fake_mi_fail(running(), &fake_mi_operation_timed_out);
    assert_true(told(bench, since, "p-c") == 30);
    assert_last(bench, "up", 1); /* it gave one */
    assert_int_equal(count_lines(bench, "web0001.example.com: Process: the provider took too long"),
                     1);
    /* The fourth would be beyond the three that may be, were a and b not there any more. */
    since = begin_round(bench);
    fake_mi_item(running(), "Name", "d", "Free", "40", NULL);
    fake_mi_item(running(), "Name", "a", "Free", "11", NULL);
    fake_mi_item(running(), "Name", "b", "Free", "21", NULL);
    fake_mi_item(running(), "Name", "c", "Free", "31", NULL);
    fake_mi_end(running());
    assert_true(told(bench, since, "p-a") == 11);
    assert_true(told(bench, since, "p-b") == 21);
    assert_true(told(bench, since, "p-c") == 31);
    assert_true(told(bench, since, "p-d") == -1);
    assert_int_equal(count_lines(bench, "answers again"), 1);
}

static void a_query_that_the_host_calls_invalid_is_asked_again_for_everything(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    begin_round(bench);
    fake_mi_fail(running(), &fake_mi_invalid_query);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT * FROM Process WHERE ThreadCount > 1");
    size_t since = bench->value_count;
    fake_mi_answer(running(), "Name", "a", "Free", "10", NULL);
    assert_true(told(bench, since, "p-a") == 10);
    assert_int_equal(bench->line_count, 0);
    begin_round(bench);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT * FROM Process WHERE ThreadCount > 1");
    fake_mi_fail(running(), &fake_mi_invalid_query);
    assert_int_equal(fake_mi_running_count(), 0); /* once is enough */
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], "web0001.example.com: Process: the query is not valid "
                                         "(processes.yaml:3:5: where: ThreadCount > 1)");
}

static void a_host_where_nobody_is_wanted_is_well(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    for (int i = 0; i < 3; i++) {
        begin_round(bench);
        fake_mi_end(running());
        assert_last(bench, "up", 1);
    }
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0],
                        "web0001.example.com: Process: no instance is there that is wanted");
}

static void members_are_fetched_one_by_one_where_the_module_says_so(void **state)
{
    struct bench *bench = *state;
    discover(bench, get_list);
    size_t since = begin_round(bench);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT Name FROM Process WHERE ThreadCount > 1");
    fake_mi_item(running(), "Name", "a", NULL);
    fake_mi_item(running(), "Name", "b", NULL);
    fake_mi_end(running());
    for (int i = 0; i < 2; i++) {
        bool is_a = strcmp(fake_mi_operation(running()).key, "a") == 0;
        fake_mi_answer(running_for(is_a ? "a" : "b"), "Name", is_a ? "a" : "b", "Free",
                       is_a ? "10" : "20", NULL);
    }
    assert_true(told(bench, since, "p-a") == 10);
    assert_true(told(bench, since, "p-b") == 20);
    /* Rounds are 10 s, and a list is good for 30. */
    for (int i = 0; i < 2; i++) {
        begin_round(bench);
        assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_GET);
        fake_mi_answer(running(), "Free", "1", NULL);
        fake_mi_answer(running(), "Free", "1", NULL);
    }
    begin_round(bench);
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_QUERY);
    fake_mi_end(running());
    assert_int_equal(fake_mi_running_count(), 0);
}

static void a_member_that_went_is_dropped_and_the_list_is_asked_for_again(void **state)
{
    struct bench *bench = *state;
    discover(bench, get_list);
    begin_round(bench);
    fake_mi_item(running(), "Name", "a", NULL);
    fake_mi_item(running(), "Name", "b", NULL);
    fake_mi_end(running());
    fake_mi_fail(running(), &fake_mi_not_found);
    fake_mi_answer(running(), "Free", "20", NULL); /* the other one is not left out */
    assert_int_equal(fake_mi_running_count(), 0);
    assert_int_equal(bench->line_count, 0);
    begin_round(bench);
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_QUERY);
    fake_mi_answer(running(), "Name", "c", NULL);
    fake_mi_answer(running_for("c"), "Free", "30", NULL);
}

/* A list in the middle of a round moves those that were not asked for yet. */
static void a_list_in_the_middle_of_a_round_skips_nobody(void **state)
{
    struct bench *bench = *state;
    discover(bench, get_list);
    begin_round(bench);
    fake_mi_item(running(), "Name", "a", NULL);
    fake_mi_item(running(), "Name", "b", NULL);
    fake_mi_item(running(), "Name", "c", NULL);
    fake_mi_end(running());
    for (int i = 0; i < 3; i++)
        fake_mi_answer(running(), "Free", "1", NULL);
    begin_round(bench);
    fake_mi_answer(running_for("a"), "Free", "2", NULL);
    fake_mi_fail(running_for("b"), &fake_mi_not_found);
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_QUERY);
    fake_mi_item(running(), "Name", "d", NULL);
    fake_mi_answer(running(), "Name", "c", NULL); /* a went, too */
    fake_mi_answer(running_for("c"), "Free", "3", NULL);
    fake_mi_answer(running_for("d"), "Free", "4", NULL);
    assert_int_equal(fake_mi_running_count(), 0);
    /* Whoever stays is asked for once. */
    begin_round(bench);
    fake_mi_answer(running_for("c"), "Free", "5", NULL);
    fake_mi_fail(running_for("d"), &fake_mi_not_found);
    fake_mi_answer(running(), "Name", "c", NULL);
    assert_int_equal(fake_mi_running_count(), 0);
}

/* Whatever reads it. */
static void a_query_names_each_property_once(void **state)
{
    struct bench *bench = *state;
    struct model_discovery borne = by_query;
    const struct model_discovery *const list[] = {&borne};
    borne.rule.identity = "Free";
    discover(bench, list);
    begin_round(bench);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT Name,Free FROM Process WHERE ThreadCount > 1");
    fake_mi_end(running());
    poll_poller_stop(bench->poller);
    bench->poller = NULL;
}

static void that_nobody_is_there_is_said_once(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    for (int i = 0; i < 10; i++) {
        begin_round(bench);
        if (i % 2 > 0)
            fake_mi_item(running(), "Name", "a", "Free", "10", NULL);
        fake_mi_end(running());
    }
    assert_int_equal(bench->line_count, 1);
}

/* Who brings more than is kept of newcomers is told from the next round on. */
static void newcomers_that_bring_too_much_wait_for_the_next_round(void **state)
{
    struct bench *bench = *state;
    static const char *const names[] = {"a", "b", "c"};
    size_t bytes = 7 * 1024 * 1024;
    char *text = malloc(bytes);
    memset(text, 'x', bytes - 1);
    text[bytes - 1] = '\0';
    discover(bench, query_list);
    for (int round = 0; round < 2; round++) {
        size_t since = begin_round(bench);
        for (size_t i = 0; i < 3; i++)
            fake_mi_item(running(), "Name", names[i], "Free", "10", "Note", text, NULL);
        fake_mi_end(running());
        assert_true(told(bench, since, "p-a") == 10);
        assert_true(told(bench, since, "p-b") == 10);
        assert_true(told(bench, since, "p-c") == (round == 0 ? -1 : 10));
    }
    assert_int_equal(bench->line_count, 0);
    free(text);
}

/* As where the module names one key of two. */
static void instances_that_are_listed_and_never_found_are_told(void **state)
{
    struct bench *bench = *state;
    discover(bench, get_list);
    for (int i = 0; i < 6; i++) {
        begin_round(bench);
        fake_mi_item(running(), "Name", "a", NULL);
        fake_mi_item(running(), "Name", "b", NULL);
        fake_mi_end(running());
        fake_mi_fail(running(), &fake_mi_not_found);
        fake_mi_fail(running(), &fake_mi_not_found);
        assert_int_equal(fake_mi_running_count(), 0);
        assert_int_equal(bench->line_count, i >= 2);
    }
    assert_string_equal(
        bench->lines[0],
        "web0001.example.com: Process: the host lists instances, and finds none of "
        "them by these keys: does the module processes name all keys of the class?");
}

static void the_poller_stops_in_the_middle_of_a_query(void **state)
{
    struct bench *bench = *state;
    discover(bench, query_list);
    begin_round(bench);
    fake_mi_item(running(), "Name", "a", "Free", "10", NULL);
    /* tear_down stops it. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_query_brings_all_that_there_are),
        TEST(a_query_that_fails_in_the_middle_takes_nobody_away),
        TEST(a_query_that_the_host_calls_invalid_is_asked_again_for_everything),
        TEST(a_host_where_nobody_is_wanted_is_well),
        TEST(members_are_fetched_one_by_one_where_the_module_says_so),
        TEST(a_member_that_went_is_dropped_and_the_list_is_asked_for_again),
        TEST(a_list_in_the_middle_of_a_round_skips_nobody),
        TEST(a_query_names_each_property_once),
        TEST(that_nobody_is_there_is_said_once),
        TEST(newcomers_that_bring_too_much_wait_for_the_next_round),
        TEST(instances_that_are_listed_and_never_found_are_told),
        TEST(the_poller_stops_in_the_middle_of_a_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
