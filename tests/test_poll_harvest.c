/* SPDX-License-Identifier: MIT */
#include "poll_fixture.h"

/* --- Counters --- */

static const char *const counters[] = {"Count"};
static const char *const averages[] = {"Average"};

#define COUNTER_METRIC(of, code, instance)                                          \
    {                                                                               \
        .properties = (of), .property_count = 1, .type = &gauge, .plugin = "mi",    \
        .plugin_instance = "disk", .type_instance = (instance), .scale = 1.0L,      \
        .reading = MODEL_READING_COOKED, .counter_type = (code), .counter_bits = 64 \
    }
#define BULK    272696576
#define AVERAGE 1073874176

/* A plain metric lies before and between those that remember. */
static const struct model_metric metrics_c[] = {
    METRIC("c"), COUNTER_METRIC(counters, BULK, "c rate"), METRIC("c too"),
    COUNTER_METRIC(averages, AVERAGE, "c mean")};
static const struct model_metric metrics_d[] = {COUNTER_METRIC(counters, BULK, "d rate")};
static const struct model_instance counting_c = {
    .module = "disk",
    .namespace_name = "root/cimv2",
    .class_name = "Disk",
    .keys = (const struct model_key[]){{"DeviceID", "C:"}},
    .key_count = 1,
    .metrics = metrics_c,
    .metric_count = 4,
};
static const struct model_instance counting_d = {
    .module = "disk",
    .namespace_name = "root/cimv2",
    .class_name = "Disk",
    .keys = (const struct model_key[]){{"DeviceID", "D:"}},
    .key_count = 1,
    .metrics = metrics_d,
    .metric_count = 1,
};
static const struct model_instance *const both[] = {&counting_c, &os, &counting_d};
static const struct model_instance *const only_c[] = {&counting_c};
static const struct model_instance *const only_d[] = {&counting_d};

/* The one GetInstance under way brings this: uptime in seconds, as Timestamp_PerfTime of 1000 Hz.
 */
static void answer(const char *key, uint64_t count, uint64_t uptime_s)
{
    char counted[32], time[32], averaged[32], base[32];
    snprintf(counted, sizeof counted, "%llu", (unsigned long long)count);
    snprintf(time, sizeof time, "%llu", (unsigned long long)uptime_s * 1000);
    snprintf(averaged, sizeof averaged, "%llu", (unsigned long long)uptime_s * 30);
    snprintf(base, sizeof base, "%llu", (unsigned long long)uptime_s * 10);
    fake_mi_answer(running_for(key), "Free", "1", "Count", counted, "Average", averaged,
                   "Average_Base", base, "Timestamp_PerfTime", time, "Frequency_PerfTime", "1000",
                   NULL);
}

static void a_round(struct bench *bench, uint64_t count_c, uint64_t count_d, uint64_t uptime_s)
{
    run_to_next_round(bench);
    answer("C:", count_c, uptime_s);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    answer("D:", count_d, uptime_s);
}

static void the_first_reply_of_a_counter_is_silent_and_the_second_a_value(void **state)
{
    struct bench *bench = *state;
    add_host(bench, both, 3);
    start(bench, true);
    a_round(bench, 1000, 7000, 100);
    assert_int_equal(count_values(bench, "c", NULL), 1);
    assert_int_equal(count_values(bench, "c too", NULL), 1);
    assert_int_equal(count_values(bench, "c rate", NULL), 0);
    assert_int_equal(count_values(bench, "c mean", NULL), 0);
    assert_int_equal(count_values(bench, "d rate", NULL), 0);
    a_round(bench, 1500, 7010, 110);
    assert_last(bench, "c rate", 50);
    assert_last(bench, "c mean", 3);
    assert_last(bench, "d rate", 1);
    a_round(bench, 1600, 7030, 120);
    assert_last(bench, "c rate", 10);
    assert_last(bench, "c mean", 3);
    assert_last(bench, "d rate", 2);
    assert_int_equal(bench->line_count, 0);
}

static void hosts_remember_apart(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_d, 1);
    add_host(bench, only_d, 1);
    start(bench, true);
    static const uint64_t counts[3][2] = {{100, 5000}, {200, 5500}, {210, 7500}};
    for (int round = 0; round < 3; round++) {
        for (int host = 0; host < 2; host++) {
            while (fake_mi_running_count() == 0)
                run_to_next_round(bench);
            size_t operation = running();
            size_t session = fake_mi_operation(operation).session;
            bool is_first = strcmp(fake_mi_session(session).address, "web0001.example.com") == 0;
            answer("D:", counts[round][is_first ? 0 : 1], 100 + (uint64_t)round * 10);
        }
    }
    assert_int_equal(count_values(bench, "d rate", NULL), 4);
    double rates[2] = {0, 0};
    for (size_t i = 0; i < bench->value_count; i++)
        if (strcmp(bench->values[i].type_instance, "d rate") == 0)
            rates[bench->values[i].host - bench->hosts] += bench->values[i].number;
    assert_true(rates[0] == 10 + 1);
    assert_true(rates[1] == 50 + 200);
}

static void an_instance_that_failed_goes_on_where_it_was(void **state)
{
    struct bench *bench = *state;
    add_host(bench, both, 3);
    start(bench, true);
    a_round(bench, 1000, 7000, 100);
    run_to_next_round(bench);
    answer("C:", 1500, 110);
    fake_mi_answer(running_for(""), "Free", "1", NULL);
    fake_mi_fail(running_for("D:"), &fake_mi_not_found);
    a_round(bench, 1600, 7060, 120);
    assert_int_equal(count_values(bench, "d rate", NULL), 1);
    assert_last(bench, "d rate", 3);
}

static void a_new_session_remembers_too(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_c, 1);
    start(bench, true);
    run_to_next_round(bench);
    answer("C:", 1000, 100);
    run_to_next_round(bench);
    fake_mi_fail(running_for("C:"), &fake_mi_timeout);
    run_to_next_round(bench);
    answer("C:", 3000, 120);
    assert_int_equal(fake_mi_session_count(), 2);
    assert_last(bench, "c rate", 100);
}

static void rounds_of_a_host_remember_apart(void **state)
{
    struct bench *bench = *state;
    struct model_host *host = add_host(bench, only_c, 1);
    add_round(bench, host, 30000, only_c, 1);
    start(bench, true);
    for (uint64_t second = 0; second < 100; second++) {
        while (fake_mi_running_count() > 0)
            answer("C:", 1000 + second * 7, 100 + second);
        run_ms(bench, 1000);
    }
    size_t short_count = 0, long_count = 0;
    for (size_t i = 0; i < bench->value_count; i++) {
        if (strcmp(bench->values[i].type_instance, "c rate") != 0)
            continue;
        short_count += bench->values[i].interval_ms == 10000;
        long_count += bench->values[i].interval_ms == 30000;
        assert_true(bench->values[i].number == 7);
    }
    assert_true(short_count >= 8);
    assert_true(long_count >= 2);
    assert_int_equal(bench->line_count, 0);
}

static void a_reboot_is_a_gap_said_once_a_round(void **state)
{
    struct bench *bench = *state;
    add_host(bench, both, 3);
    start(bench, true);
    for (size_t reboot = 1; reboot <= 2; reboot++) {
        a_round(bench, 1000000, 7000000, 10000);
        a_round(bench, 1001000, 7001000, 10010);
        size_t before = count_values(bench, "c rate", NULL);
        a_round(bench, 30, 40, 20);
        assert_int_equal(count_values(bench, "c rate", NULL), before);
        assert_int_equal(bench->line_count, reboot);
        assert_int_equal(bench->levels[reboot - 1], LOG_LEVEL_INFO);
        assert_string_equal(bench->lines[reboot - 1],
                            "web0001.example.com: Disk.DeviceID=\"C:\": Count begins anew, for the "
                            "host restarted or set its clock back: no value for this interval");
        a_round(bench, 130, 240, 30);
        assert_last(bench, "c rate", 10);
        assert_last(bench, "d rate", 20);
    }
}

static void a_counter_that_fell_is_a_gap_said_once_a_host(void **state)
{
    struct bench *bench = *state;
    add_host(bench, both, 3);
    start(bench, true);
    for (uint64_t i = 0; i < 10; i++) {
        a_round(bench, 5000 - i, 7000 - i, 100 + i * 10);
        assert_int_equal(count_values(bench, "c rate", NULL), 0);
        assert_int_equal(count_values(bench, "d rate", NULL), 0);
        assert_int_equal(bench->line_count, i == 0 ? 0 : 1);
    }
    assert_int_equal(count_values(bench, "c mean", NULL), 9);
    assert_int_equal(bench->levels[0], LOG_LEVEL_INFO);
    assert_string_equal(bench->lines[0],
                        "web0001.example.com: Disk.DeviceID=\"C:\": Count fell, which is no wrap: "
                        "what counts was restarted: no value for this interval");
}

static void what_is_missing_is_said_once_by_its_name(void **state)
{
    struct bench *bench = *state;
    add_host(bench, only_c, 1);
    start(bench, true);
    for (int i = 0; i < 3; i++) {
        run_to_next_round(bench);
        fake_mi_answer(running(), "Free", "1", "Count", "5", "Timestamp_PerfTime", "17",
                       "Frequency_PerfTime", "1000", "Average", "6", NULL);
    }
    assert_int_equal(bench->line_count, 2);
    assert_string_equal(bench->lines[0], "web0001.example.com: Disk.DeviceID=\"C:\": "
                                         "Average_Base is missing");
    assert_string_equal(bench->lines[1], "web0001.example.com: Disk.DeviceID=\"C:\": "
                                         "Timestamp_PerfTime did not move since the reply before");
    assert_int_equal(bench->levels[1], LOG_LEVEL_WARNING);
    assert_int_equal(count_values(bench, "c rate", NULL), 0);
    assert_int_equal(count_values(bench, "c", NULL), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_reply_of_a_counter_is_silent_and_the_second_a_value),
        TEST(hosts_remember_apart),
        TEST(an_instance_that_failed_goes_on_where_it_was),
        TEST(a_new_session_remembers_too),
        TEST(rounds_of_a_host_remember_apart),
        TEST(a_reboot_is_a_gap_said_once_a_round),
        TEST(a_counter_that_fell_is_a_gap_said_once_a_host),
        TEST(what_is_missing_is_said_once_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
