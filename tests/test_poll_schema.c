/* SPDX-License-Identifier: MIT */
/* What a host is asked for before an instance: which Windows it is, and what a class declares. */
#include "poll_fixture.h"

#include "class_fixture.h"

#define PERF "Win32_PerfRawData_PerfOS_System"

static const char *const rates[] = {"Rate"};
static const struct model_metric open_metric = {
    .properties = rates,
    .property_count = 1,
    .type = &gauge,
    .plugin = "mi",
    .plugin_instance = "system",
    .type_instance = "rate",
    .scale = 1.0L,
};
static const struct model_instance open_rule = {.module = "system",
                                                .namespace_name = "root/cimv2",
                                                .class_name = PERF,
                                                .metrics = &open_metric,
                                                .metric_count = 1,
                                                .origin = {"system.yaml", 3, 5}};
static const struct model_instance *const only_open[] = {&open_rule};

/* PERF_COUNTER_BULK_COUNT */
static MI_Class *make_class(void)
{
    return class_read("<CLASS NAME=\"" PERF "\">" CLASS_COUNTER("Rate", "uint64", "272696576") //
                      "</CLASS>");
}

static void answer_build(const char *version)
{
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_QUERY);
    assert_string_equal(fake_mi_operation(running()).query,
                        "SELECT Version FROM Win32_OperatingSystem");
    fake_mi_answer(running(), "Version", version, NULL);
}

static void answer_class(void)
{
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_CLASS);
    assert_string_equal(fake_mi_operation(running()).class_name, PERF);
    assert_string_equal(fake_mi_operation(running()).name_space, "root/cimv2");
    MI_Class *schema = make_class();
    fake_mi_answer_class(running(), schema);
    MI_Class_Delete(schema);
}

static void answer_rate(const char *rate, const char *time)
{
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_GET);
    fake_mi_answer(running(), "Rate", rate, "Timestamp_PerfTime", time, "Frequency_PerfTime",
                   "1000", NULL);
}

/* One host that asks for these, up to its first request. */
static void begin(struct bench *bench, const struct model_instance *const *asked)
{
    add_host(bench, asked, 1);
    start(bench, true);
    run_to_next_round(bench);
}

/* Up to the first request behind it. */
static void pass_an_hour(struct bench *bench)
{
    pass_ms(bench, 3600 * 1000);
    bench->next_ms = poll_poller_step(bench->poller, clock_now_ms(&bench->clock.clock));
    if (fake_mi_running_count() == 0)
        run_to_next_round(bench);
}

static void what_the_module_leaves_open_the_class_says(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_open);
    answer_build("10.0.17763");
    answer_class();
    answer_rate("1000", "5000");
    assert_int_equal(count_values(bench, "rate", NULL), 0);
    run_to_next_round(bench);
    answer_rate("1500", "15000");
    assert_last(bench, "rate", 50);
    assert_int_equal(fake_mi_applied_count(), 2);
    assert_int_equal(bench->line_count, 0);
}

/* Hosts of one bench have their turns one after another. */
static void hosts_of_one_build_share_a_schema(void **state)
{
    struct bench *bench = *state;
    static const char *const builds[] = {"10.0.17763", "10.0.17763", "10.0.20348"};
    size_t classes = 0;
    for (int i = 0; i < 3; i++)
        add_host(bench, only_open, 1);
    start(bench, true);
    for (int turn = 0; turn < 6; turn++) {
        run_to_next_round(bench);
        size_t host = 0;
        sscanf(fake_mi_session(fake_mi_operation(running()).session).address, "web%zu", &host);
        if (fake_mi_operation(running()).kind == FAKE_MI_QUERY)
            answer_build(builds[host - 1]);
        if (fake_mi_operation(running()).kind == FAKE_MI_CLASS) {
            classes++;
            answer_class();
        }
        char rate[32];
        snprintf(rate, sizeof rate, "%d", 1000 * (turn + 1));
        answer_rate(rate, turn < 3 ? "5000" : "15000");
    }
    assert_int_equal(classes, 2);
    assert_int_equal(count_values(bench, "rate", NULL), 3);
    assert_last(bench, "rate", 300);
}

static size_t running_of(size_t host)
{
    char address[64];
    snprintf(address, sizeof address, "web%04zu.example.com", host);
    return fake_mi_running_at(address);
}

/* Until the other has its answer, it has no values of that class, and asks nothing. */
static void who_finds_another_asking_waits_for_the_next_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_open, 1);
    add_host(bench, only_open, 1);
    start(bench, true);
    run_ms(bench, 10000);
    fake_mi_answer(running_of(1), "Version", "6.3.9600", NULL);
    assert_int_equal(fake_mi_operation(running_of(1)).kind, FAKE_MI_CLASS);
    fake_mi_answer(running_of(2), "Version", "6.3.9600", NULL);
    assert_int_equal(running_of(2), SIZE_MAX);
    /* The first one goes down: now it is the other's turn to ask. */
    fake_mi_fail(running_of(1), &fake_mi_shutting_down);
    run_ms(bench, 10000);
    bool is_second =
        running_of(2) != SIZE_MAX && fake_mi_operation(running_of(2)).kind == FAKE_MI_CLASS;
    assert_true(is_second);
    MI_Class *schema = make_class();
    fake_mi_answer_class(running_of(2), schema);
    MI_Class_Delete(schema);
    assert_int_equal(fake_mi_operation(running_of(2)).kind, FAKE_MI_GET);
    answer_all("1");
}

static void a_schema_that_is_refused_is_asked_for_again_after_an_hour(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_open);
    answer_build("10.0.17763");
    fake_mi_fail(running(), &fake_mi_not_supported);
    answer_rate("1000", "5000");
    run_to_next_round(bench);
    answer_rate("1500", "15000");
    assert_int_equal(count_values(bench, "rate", NULL), 0);
    assert_int_equal(count_lines(bench, "the schema of " PERF " is not to be had"), 1);
    assert_int_equal(count_lines(bench, "Rate has no known counter type"), 1);
    pass_an_hour(bench);
    answer_class();
    answer_rate("2000", "3625000");
    run_to_next_round(bench);
    answer_rate("2100", "3635000");
    assert_last(bench, "rate", 10);
}

/* A role that is not everywhere: who has it is not to suffer. */
static void a_class_that_one_host_lacks_is_asked_of_the_others(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_open, 1);
    begin(bench, only_open);
    answer_build("10.0.17763");
    fake_mi_fail(running(), &fake_mi_invalid_class);
    fake_mi_fail(running(), &fake_mi_invalid_class); /* of the instance */
    run_to_next_round(bench);
    answer_build("10.0.17763");
    answer_class();
    answer_rate("1000", "5000");
    /* The first one is not asked again. */
    run_to_next_round(bench);
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_GET);
    fake_mi_fail(running(), &fake_mi_invalid_class);
    run_to_next_round(bench);
    answer_rate("1500", "15000");
    assert_last(bench, "rate", 50);
    assert_int_equal(count_lines(bench, "is not to be had"), 1);
    assert_int_equal(count_lines(bench, "=@: there is no such class"), 1);
}

static void a_host_that_hides_its_version_is_read_as_the_module_says(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_open, 1);
    start(bench, true);
    for (int i = 0; i < 3; i++) {
        run_to_next_round(bench);
        if (i == 0)
            fake_mi_fail(running(), &fake_mi_access_denied);
        answer_rate("1000", "5000");
    }
    assert_int_equal(count_values(bench, "rate", NULL), 0);
    assert_int_equal(count_lines(bench, "no class schema is asked for without the version"), 1);
    assert_int_equal(count_lines(bench, "has no known counter type"), 1);
}

static void a_host_that_was_down_may_be_another_windows(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_open);
    answer_build("6.3.9600");
    answer_class();
    answer_rate("1000", "5000");
    run_to_next_round(bench);
    fake_mi_fail(running(), &fake_mi_refused_connection);
    run_to_next_round(bench);
    answer_build("10.0.20348");
    answer_class();
    answer_rate("1000", "25000");
    /* What the old schema was remembered with is forgotten. */
    assert_int_equal(count_values(bench, "rate", NULL), 0);
    run_to_next_round(bench);
    answer_rate("1200", "35000");
    assert_last(bench, "rate", 20);
}

static void a_version_that_is_no_text_is_none(void **state)
{
    struct bench *bench = *state;
    char version[200];
    memset(version, '1', sizeof version - 1);
    version[sizeof version - 1] = '\0';
    begin(bench, only_open);
    answer_build(version);
    assert_int_equal(fake_mi_operation(running()).kind, FAKE_MI_GET);
    answer_rate("1", "2");
}

/* Be it that the host gives up, or that we do, which costs the whole round. */
static void a_class_that_does_not_come_twice_is_done_without(void **state)
{
    struct bench *bench = *state;
    static const struct model_instance *const both[] = {&open_rule, &os};
    static const struct fake_mi_failure *const failures[] = {&fake_mi_timeout,
                                                             &fake_mi_operation_timed_out};
    for (size_t i = 0; i < 2; i++)
        add_host(bench, both, 2);
    start(bench, true);
    for (int turn = 0; turn < 6; turn++) {
        run_to_next_round(bench);
        bool is_first = running_of(1) != SIZE_MAX;
        while (fake_mi_running_count() > 0) {
            struct fake_mi_operation operation = fake_mi_operation(running());
            if (operation.kind == FAKE_MI_QUERY)
                answer_build(is_first ? "10.0.17763" : "10.0.20348");
            else if (operation.kind == FAKE_MI_CLASS)
                fake_mi_fail(running(), failures[!is_first]);
            else
                fake_mi_answer(running(), "Free", "1", "Rate", "1", NULL);
        }
    }
    assert_int_equal(count_values(bench, "os", NULL), 1 + 3);
    assert_last(bench, "up", 1);
    assert_int_equal(count_lines(bench, "did not come twice, what the module says is taken"), 2);
}

static void a_host_that_hid_its_version_is_asked_again_after_an_hour(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_open);
    fake_mi_fail(running(), &fake_mi_operation_timed_out);
    answer_rate("1000", "5000");
    pass_an_hour(bench);
    answer_build("10.0.17763");
    answer_class();
    answer_rate("1000", "5000");
}

/* --- Who bears the keys --- */

static const struct model_type count_type = {
    .name = "counter", .source_count = 1, .sources = {MODEL_COUNTER}};

#define RAW_METRIC(code, bits)                                                             \
    {                                                                                      \
        .properties = rates, .property_count = 1, .type = &count_type, .plugin = "mi",     \
        .plugin_instance = "system", .type_instance = "raw", .reading = MODEL_READING_RAW, \
        .counter_type = (code), .counter_bits = (bits), .scale = 1.0L                      \
    }
#define RAW_RULE(metric, bearer)                                                  \
    {                                                                             \
        .module = "system", .namespace_name = "root/cimv2", .class_name = PERF,   \
        .metrics = (metric), .metric_count = 1, .identity = (bearer), .origin = { \
            "system.yaml",                                                        \
            3,                                                                    \
            5                                                                     \
        }                                                                         \
    }

static const struct model_metric raw_metric = RAW_METRIC(272696576, 32);
static const struct model_instance borne_rule = RAW_RULE(&raw_metric, "IDProcess");
static const struct model_instance *const only_borne[] = {&borne_rule};

/* PERF_COUNTER_COUNTER: 32 bits where nobody says otherwise. */
static const struct model_metric wide_metric = RAW_METRIC(272696320, 0);
static const struct model_instance wide_rule = RAW_RULE(&wide_metric, NULL);
static const struct model_instance *const only_wide[] = {&wide_rule};

/* The sum as it was told: where it fell, a COUNTER would be taken for wrapped. */
static uint64_t last_sum(const struct bench *bench)
{
    struct value last;
    uint64_t sum;
    assert_true(count_values(bench, "raw", &last) > 0);
    memcpy(&sum, &last.number, sizeof sum);
    return sum;
}

static void answer_borne(const char *rate, const char *time, const char *bearer)
{
    fake_mi_answer(running(), "Rate", rate, "Timestamp_PerfTime", time, "Timestamp_Sys100NS", time,
                   "Frequency_PerfTime", "1000", bearer != NULL ? "IDProcess" : NULL, bearer, NULL);
}

static void a_sum_that_was_told_never_falls_when_another_bears_the_keys(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_borne);
    answer_borne("4000000000", "1000", "17");
    run_to_next_round(bench);
    answer_borne("10", "2000", "17");
    assert_int_equal(last_sum(bench), 4294967306);
    run_to_next_round(bench);
    answer_borne("5", "3000", "18");
    assert_int_equal(count_values(bench, "raw", NULL), 2);
    run_to_next_round(bench);
    answer_borne("9", "4000", "18");
    assert_int_equal(last_sum(bench), 4294967310);
    assert_int_equal(bench->line_count, 0);
}

/* The width is told later than the counter: what was unwrapped without it goes on. */
static void a_sum_that_was_told_never_falls_when_a_schema_comes(void **state)
{
    struct bench *bench = *state;
    begin(bench, only_wide);
    answer_build("10.0.17763");
    fake_mi_fail(running(), &fake_mi_not_supported);
    answer_rate("4000000000", "1000");
    run_to_next_round(bench);
    answer_rate("10", "2000");
    assert_int_equal(last_sum(bench), 4294967306);
    pass_an_hour(bench);
    answer_class();
    answer_rate("50", "3602000");
    run_to_next_round(bench);
    answer_rate("60", "3612000");
    assert_int_equal(last_sum(bench), 4294967316);
}

/* Nothing was asked of the host: nobody knows whether it is up. */
static void who_only_waits_tells_nothing_of_the_host(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_open, 1);
    add_host(bench, only_open, 1);
    start(bench, true);
    run_ms(bench, 10000);
    fake_mi_answer(running_of(1), "Version", "6.3.9600", NULL);
    fake_mi_answer(running_of(2), "Version", "6.3.9600", NULL);
    assert_last(bench, "up", 1); /* the second one answered */
    size_t told = count_values(bench, "up", NULL);
    run_ms(bench, 4000);
    if (running_of(2) == SIZE_MAX)
        run_ms(bench, 6000);
    assert_int_equal(running_of(2), SIZE_MAX);
    assert_int_equal(count_values(bench, "up", NULL), told);
}

static void that_nothing_tells_who_bears_the_keys_is_said_once(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_borne, 1);
    start(bench, true);
    for (int i = 0; i < 3; i++) {
        run_to_next_round(bench);
        answer_borne("10", "1000", NULL);
    }
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(count_lines(bench, "IDProcess is missing"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_module_leaves_open_the_class_says),
        TEST(hosts_of_one_build_share_a_schema),
        TEST(who_finds_another_asking_waits_for_the_next_round),
        TEST(a_schema_that_is_refused_is_asked_for_again_after_an_hour),
        TEST(a_class_that_one_host_lacks_is_asked_of_the_others),
        TEST(a_host_that_hides_its_version_is_read_as_the_module_says),
        TEST(a_host_that_was_down_may_be_another_windows),
        TEST(a_version_that_is_no_text_is_none),
        TEST(a_class_that_does_not_come_twice_is_done_without),
        TEST(a_host_that_hid_its_version_is_asked_again_after_an_hour),
        TEST(a_sum_that_was_told_never_falls_when_another_bears_the_keys),
        TEST(a_sum_that_was_told_never_falls_when_a_schema_comes),
        TEST(that_nothing_tells_who_bears_the_keys_is_said_once),
        TEST(who_only_waits_tells_nothing_of_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
