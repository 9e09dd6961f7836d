/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "poll/filters.h"

#define MAX_LINES 8

struct journal {
    char lines[MAX_LINES][256];
    size_t count;
};

static void record(void *context, enum log_level level, const char *line)
{
    struct journal *journal = context;
    assert_int_equal(level, LOG_LEVEL_ERROR);
    assert_true(journal->count < MAX_LINES);
    snprintf(journal->lines[journal->count++], sizeof journal->lines[0], "%s", line);
}

/* A model of one host with one discovery. */
struct bench {
    struct journal journal;
    struct log log;
    struct model_discovery discovery;
    const struct model_discovery *discoveries[1];
    struct model_round round;
    struct model_host host;
    struct model model;
};

static void fill_model(struct bench *bench, const struct model_discovery_key *keys, size_t count,
                       bool keeps_totals)
{
    memset(bench, 0, sizeof *bench);
    bench->log = (struct log){record, &bench->journal};
    bench->discovery = (struct model_discovery){.keys = keys,
                                                .key_count = count,
                                                .keeps_totals = keeps_totals,
                                                .rule.origin = {"disk.yaml", 3, 5}};
    bench->discoveries[0] = &bench->discovery;
    bench->round.discoveries = bench->discoveries;
    bench->round.discovery_count = 1;
    bench->host.rounds = &bench->round;
    bench->host.round_count = 1;
    bench->model.hosts = &bench->host;
    bench->model.host_count = 1;
}

static struct poll_filters *make(struct bench *bench)
{
    struct poll_filters *filters = poll_filters_new(&bench->model, &bench->log, NULL);
    assert_non_null(filters);
    return filters;
}

#define MAX_PATTERNS 3

/* One key: what is asked for, and whether an instance of that name is wanted. */
struct row {
    const char *values[MAX_PATTERNS];
    const char *include[MAX_PATTERNS];
    const char *exclude[MAX_PATTERNS];
    bool keeps_totals;
    const char *name;
    bool wanted;
};

static const struct row rows[] = {
    {.name = "C:", .wanted = true},
    {.name = "", .wanted = true},
    {.name = "_Total", .wanted = false},
    {.name = "_total", .wanted = false},
    {.name = "0,_Total", .wanted = false},
    {.name = "0,_TOTAL", .wanted = false},
    {.name = "0,0", .wanted = true},
    {.name = "0_Total", .wanted = true},
    {.name = "_Total,0", .wanted = true},
    {.name = ",_Total", .wanted = false},
    {.name = "_Total", .keeps_totals = true, .wanted = true},
    {.name = "0,_Total", .keeps_totals = true, .wanted = true},
    /* Naming it in include is no wish for totals; naming it as a value is. */
    {.include = {"_Total"}, .name = "_Total", .wanted = false},
    {.values = {"_Total"}, .name = "_Total", .wanted = true},
    {.values = {"0", "_total"}, .name = "_Total", .wanted = true},
    {.values = {"0"}, .name = "_Total", .wanted = false},
    {.values = {"c:", "D:"}, .name = "C:", .wanted = true},
    {.values = {"c:", "D:"}, .name = "d:", .wanted = true},
    {.values = {"c:", "D:"}, .name = "E:", .wanted = false},
    {.values = {"c:"}, .name = "C", .wanted = false},
    {.values = {"*"}, .name = "x", .wanted = false},
    {.include = {"Intel*"}, .name = "Intel[R] 82599", .wanted = true},
    {.include = {"Intel*"}, .name = "intel", .wanted = true},
    {.include = {"Intel*"}, .name = "Realtek", .wanted = false},
    {.include = {"Intel*", "/^Broadcom/"}, .name = "Broadcom 5719", .wanted = true},
    {.include = {"Intel*", "/^Broadcom/"}, .name = "A Broadcom", .wanted = false},
    {.include = {"[CD]:"}, .name = "D:", .wanted = true},
    {.include = {"[CD]:"}, .name = "E:", .wanted = false},
    {.exclude = {"isatap*", "/teredo/"}, .name = "isatap.{1}", .wanted = false},
    {.exclude = {"isatap*", "/teredo/"}, .name = "A Teredo tunnel", .wanted = false},
    {.exclude = {"isatap*", "/teredo/"}, .name = "Ethernet", .wanted = true},
    {.include = {"E*"}, .exclude = {"*2"}, .name = "Ethernet 1", .wanted = true},
    {.include = {"E*"}, .exclude = {"*2"}, .name = "Ethernet 2", .wanted = false},
    {.include = {"E*"}, .exclude = {"*2"}, .name = "Wi-Fi", .wanted = false},
    {.values = {"a", "b"}, .exclude = {"b"}, .name = "b", .wanted = false},
    /* A pattern that config/ would have refused. */
    {.include = {"/(/"}, .name = "(", .wanted = false},
    {.include = {"/(/", "("}, .name = "(", .wanted = true},
    {.exclude = {"/(/"}, .name = "(", .wanted = true},
};

static size_t count_of(const char *const *texts)
{
    size_t count = 0;
    while (count < MAX_PATTERNS && texts[count] != NULL)
        count++;
    return count;
}

static struct model_discovery_key key_of(const struct row *row)
{
    return (struct model_discovery_key){.name = "Name",
                                        .values = row->values,
                                        .value_count = count_of(row->values),
                                        .include = row->include,
                                        .include_count = count_of(row->include),
                                        .exclude = row->exclude,
                                        .exclude_count = count_of(row->exclude)};
}

static void an_instance_is_wanted_as_its_key_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench bench;
        struct model_discovery_key key = key_of(&rows[i]);
        fill_model(&bench, &key, 1, rows[i].keeps_totals);
        struct poll_filters *filters = make(&bench);
        const struct poll_filter *filter = poll_filters_find(filters, &bench.discovery);
        assert_non_null(filter);
        const char *values[] = {rows[i].name};
        if (poll_filters_want(filter, values) != rows[i].wanted)
            fail_msg("row %zu: '%s'", i, rows[i].name);
        poll_filters_free(filters);
    }
}

static void each_key_has_its_own_patterns(void **state)
{
    static const char *const includes[] = {"a*", "b*"};
    static const char *const excludes[] = {"*z"};
    static const char *const last[] = {"/^[0-9]+$/"};
    static const char *const fixed[] = {"Msvm_ComputerSystem"};
    const struct model_discovery_key keys[] = {
        {.name = "CreationClassName", .values = fixed, .value_count = 1},
        {.name = "Name",
         .include = includes,
         .include_count = 2,
         .exclude = excludes,
         .exclude_count = 1},
        {.name = "Index", .include = last, .include_count = 1},
    };
    static const struct {
        const char *values[3];
        bool wanted;
    } cases[] = {
        {{"Msvm_ComputerSystem", "apple", "7"}, true},
        {{"msvm_computersystem", "Berry", "70"}, true},
        {{"Other", "apple", "7"}, false},
        {{"Msvm_ComputerSystem", "cherry", "7"}, false},
        {{"Msvm_ComputerSystem", "a-z", "7"}, false},
        {{"Msvm_ComputerSystem", "apple", "seven"}, false},
        {{"Msvm_ComputerSystem", "apple", "_Total"}, false},
    };
    struct bench bench;
    (void)state;
    fill_model(&bench, keys, 3, false);
    struct poll_filters *filters = make(&bench);
    const struct poll_filter *filter = poll_filters_find(filters, &bench.discovery);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(poll_filters_want(filter, cases[i].values), cases[i].wanted);
    assert_int_equal(bench.journal.count, 0);
    poll_filters_free(filters);
}

static void a_pattern_that_cannot_be_compiled_is_said_once_for_all_hosts(void **state)
{
    static const char *const includes[] = {"/(/"};
    const struct model_discovery_key key = {
        .name = "Name", .include = includes, .include_count = 1};
    static const char said[] = "disk.yaml:3:5: the pattern '/(/' ";
    struct bench bench;
    struct model_host hosts[2];
    const struct model_discovery *twice[2];
    (void)state;
    fill_model(&bench, &key, 1, false);
    twice[0] = twice[1] = &bench.discovery;
    bench.round.discoveries = twice;
    bench.round.discovery_count = 2;
    hosts[0] = hosts[1] = bench.host;
    bench.model.hosts = hosts;
    bench.model.host_count = 2;
    poll_filters_free(make(&bench));
    assert_int_equal(bench.journal.count, 1);
    assert_memory_equal(bench.journal.lines[0], said, sizeof said - 1);
    assert_non_null(strstr(bench.journal.lines[0], ": it matches nothing"));
}

static void hosts_with_the_same_discovery_share_its_filter(void **state)
{
    const struct model_discovery_key key = {.name = "Name"};
    struct bench bench;
    struct model_discovery others[20];
    const struct model_discovery *all[21];
    (void)state;
    fill_model(&bench, &key, 1, false);
    for (size_t i = 0; i < 20; i++) {
        others[i] = bench.discovery;
        all[(i * 7) % 20] = &others[i];
    }
    all[20] = &others[3];
    bench.round.discoveries = all;
    bench.round.discovery_count = 21;
    struct poll_filters *filters = make(&bench);
    for (size_t i = 0; i < 20; i++) {
        assert_non_null(poll_filters_find(filters, &others[i]));
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(poll_filters_find(filters, &others[i]),
                                 poll_filters_find(filters, &others[j]));
    }
    assert_null(poll_filters_find(filters, &bench.discovery));
    poll_filters_free(filters);
}

static void a_model_without_discoveries_has_no_filters(void **state)
{
    const struct model model = {.host_count = 0};
    const struct model_discovery discovery = {.key_count = 0};
    (void)state;
    struct poll_filters *filters = poll_filters_new(&model, NULL, NULL);
    assert_non_null(filters);
    assert_null(poll_filters_find(filters, &discovery));
    poll_filters_free(filters);
    poll_filters_free(NULL);
}

static void a_value_of_any_bytes_is_just_a_value(void **state)
{
    static const char *const includes[] = {"x*"};
    const struct model_discovery_key key = {
        .name = "Name", .include = includes, .include_count = 1};
    char longest[4097];
    struct bench bench;
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *values[] = {longest};
    fill_model(&bench, &key, 1, false);
    struct poll_filters *filters = make(&bench);
    const struct poll_filter *filter = poll_filters_find(filters, &bench.discovery);
    assert_true(poll_filters_want(filter, values));
    values[0] = "\xff\xfe\x01\"\\[";
    assert_false(poll_filters_want(filter, values));
    values[0] = "x\"\\[]\x01";
    assert_true(poll_filters_want(filter, values));
    poll_filters_free(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_is_wanted_as_its_key_says),
        cmocka_unit_test(each_key_has_its_own_patterns),
        cmocka_unit_test(a_pattern_that_cannot_be_compiled_is_said_once_for_all_hosts),
        cmocka_unit_test(hosts_with_the_same_discovery_share_its_filter),
        cmocka_unit_test(a_model_without_discoveries_has_no_filters),
        cmocka_unit_test(a_value_of_any_bytes_is_just_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
