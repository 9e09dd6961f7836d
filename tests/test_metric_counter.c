/* SPDX-License-Identifier: MIT */
/*
 * The formulas against tests/counter_oracle.py: its golden tables (tests/data/counters), and its
 * random rows (MI_COUNTER_ROWS of them, by MI_COUNTER_SEED); and against simulated hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric/counter.h"

static const char *source_folder(void)
{
    const char *source = getenv("MI_SOURCE");
    return source != NULL ? source : ".";
}

static const char *setting(const char *name, const char *usual)
{
    const char *value = getenv(name);
    return value != NULL ? value : usual;
}

/* --- Types --- */

static uint32_t code_of(const char *name)
{
    uint32_t code = 12345;
    assert_int_equal(metric_counter_find(name, &code), 0);
    return code;
}

static void a_type_is_found_by_name_and_by_number(void **state)
{
    (void)state;
    assert_int_equal(code_of("PERF_100NSEC_TIMER_INV"), 558957824);
    assert_int_equal(code_of("100NSEC_TIMER_INV"), 558957824);
    assert_int_equal(code_of("perf_counter_bulk_count"), 272696576);
    assert_int_equal(code_of("Counter_Counter"), 272696320);
    assert_int_equal(code_of("558957824"), 558957824);
    assert_int_equal(code_of("0x21510500"), 558957824);
    assert_int_equal(code_of("0X21510500"), 558957824);
    assert_int_equal(code_of("0"), 0);
    assert_int_equal(code_of("1107494144"), 1107494144);
}

static void what_is_no_type_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "PERF_",
                                        "PERF_COUNTER_BULK_COUN",
                                        "PERF_COUNTER_BULK_COUNTS",
                                        "PERF_PERF_COUNTER_COUNTER",
                                        " PERF_COUNTER_COUNTER",
                                        "PERF_COUNTER_COUNTER ",
                                        "BULK_COUNT",
                                        "1",
                                        "-1",
                                        "+256",
                                        " 256",
                                        "256 ",
                                        "0x",
                                        "558957824x",
                                        "4853925120", /* 558957824 + 2^32 */
                                        "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t code = 77;
        print_message("# %s\n", names[i]);
        assert_int_equal(metric_counter_find(names[i], &code), -1);
        assert_int_equal(code, 77);
    }
}

/* Columns of shared/facts/windows.md, Counter types. */
static void every_type_of_the_facts_has_its_properties(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        unsigned bits, samples, needs;
        enum metric_counter_clock clock;
    } rows[] = {
#define T METRIC_COUNTER_NEEDS_TIME
#define F METRIC_COUNTER_NEEDS_FREQUENCY
#define B METRIC_COUNTER_NEEDS_BASE
#define P METRIC_COUNTER_CLOCK_PERF
#define S METRIC_COUNTER_CLOCK_SYS100NS
#define O METRIC_COUNTER_CLOCK_OBJECT
        {0, 32, 1, 0, 0},
        {256, 64, 1, 0, 0},
        {65536, 32, 1, 0, 0},
        {65792, 64, 1, 0, 0},
        {73728, 64, 1, 0, 0},
        {4195328, 32, 2, 0, 0},
        {4195584, 64, 2, 0, 0},
        {4260864, 32, 2, T | F, P},
        {272696320, 32, 2, T | F, P},
        {272696576, 64, 2, T | F, P},
        {4523008, 32, 2, T, P},
        {4523264, 64, 2, T, P},
        {5571840, 64, 2, T, S},
        {6620416, 64, 2, T, O},
        {537003008, 32, 1, B, 0},
        {537003264, 64, 1, B, 0},
        {541132032, 64, 2, T, P},
        {557909248, 64, 2, T, P},
        {542180608, 64, 2, T, S},
        {558957824, 64, 2, T, S},
        {541525248, 64, 2, B, 0},
        {542573824, 64, 2, B, 0},
        {543622400, 64, 2, B, 0},
        {543229184, 64, 2, T, O},
        {549585920, 32, 2, B, 0},
        {574686464, 64, 2, T | B, P},
        {575735040, 64, 2, T | B, S},
        {591463680, 64, 2, T | B, P},
        {592512256, 64, 2, T | B, S},
        {805438464, 32, 2, F | B, P},
        {1073874176, 64, 2, B, 0},
        {807666944, 64, 1, T | F, O},
        {2816, 0, 0, 0, 0},
        {1073742336, 0, 0, 0, 0},
        {1073939457, 32, 0, 0, 0},
        {1073939458, 32, 0, 0, 0},
        {1073939459, 32, 0, 0, 0},
        {1073939712, 64, 0, 0, 0},
        {1073939715, 64, 0, 0, 0},
        {1107494144, 64, 0, 0, 0},
    };
    size_t count = 0;
    while (metric_counter_name_at(count) != NULL)
        count++;
    assert_int_equal(count, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < count; i++) {
        print_message("# %" PRIu32 "\n", rows[i].code);
        assert_non_null(metric_counter_name(rows[i].code));
        assert_int_equal(code_of(metric_counter_name(rows[i].code)), rows[i].code);
        assert_int_equal(metric_counter_bits(rows[i].code), rows[i].bits);
        assert_int_equal(metric_counter_samples(rows[i].code), rows[i].samples);
        assert_int_equal(metric_counter_needs(rows[i].code), rows[i].needs);
        assert_int_equal(metric_counter_clock(rows[i].code), rows[i].clock);
    }
}

static void names_come_in_the_order_of_their_numbers(void **state)
{
    (void)state;
    for (size_t i = 1; metric_counter_name_at(i) != NULL; i++)
        assert_true(code_of(metric_counter_name_at(i - 1)) < code_of(metric_counter_name_at(i)));
}

static void a_number_that_is_no_type_has_no_properties(void **state)
{
    (void)state;
    const struct metric_counter_point point = {0};
    double value = 7;
    assert_null(metric_counter_name(1));
    assert_int_equal(metric_counter_bits(1), 0);
    assert_int_equal(metric_counter_samples(1), 0);
    assert_int_equal(metric_counter_needs(1), 0);
    assert_int_equal(metric_counter_clock(1), METRIC_COUNTER_CLOCK_NONE);
    assert_int_equal(metric_counter_cook(1, 64, &point, &point, &value), METRIC_COUNTER_NOT_COOKED);
    assert_int_equal(metric_counter_cook(UINT32_MAX, 64, &point, &point, &value),
                     METRIC_COUNTER_NOT_COOKED);
    assert_int_equal(metric_counter_cook(1107494144, 64, &point, &point, &value),
                     METRIC_COUNTER_NOT_COOKED);
    assert_true(value == 7);
}

/* --- The oracle --- */

static const struct {
    const char *word;
    enum metric_counter_status status;
} words[] = {
    {"first", METRIC_COUNTER_FIRST},
    {"restarted", METRIC_COUNTER_RESTARTED},
    {"fell", METRIC_COUNTER_FELL},
    {"still", METRIC_COUNTER_STILL},
    {"no_events", METRIC_COUNTER_NO_EVENTS},
    {"base_zero", METRIC_COUNTER_BASE_ZERO},
    {"frequency_zero", METRIC_COUNTER_FREQUENCY_ZERO},
    {"implausible", METRIC_COUNTER_IMPLAUSIBLE},
};

#define WORD_COUNT (sizeof words / sizeof words[0])

static enum metric_counter_status status_of(const char *text)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (strcmp(words[i].word, text) == 0)
            return words[i].status;
    return METRIC_COUNTER_OK;
}

/* False: it is all '-'. */
static bool read_point(char *const fields[5], struct metric_counter_point *point)
{
    if (strcmp(fields[0], "-") == 0)
        return false;
    *point = (struct metric_counter_point){
        .value = strtoull(fields[0], NULL, 10),
        .base = strtoull(fields[1], NULL, 10),
        .time = strtoull(fields[2], NULL, 10),
        .frequency = strtoull(fields[3], NULL, 10),
        .perf_time = strtoull(fields[4], NULL, 10),
    };
    return true;
}

/* line: a row of counter_oracle.py; it is cut. Counts what became of it. */
static void check_row(char *line, size_t seen[WORD_COUNT + 1])
{
    char *fields[14], *rest = line;
    struct metric_counter_point before, now;
    double value = -4711;
    char copy[512];
    snprintf(copy, sizeof copy, "%s", line);
    for (size_t i = 0; i < 14; i++) {
        fields[i] = strsep(&rest, "\t\n");
        if (fields[i] == NULL)
            fail_msg("not a row: %s", copy);
    }
    bool has_before = read_point(fields + 2, &before);
    read_point(fields + 7, &now);
    enum metric_counter_status wanted = status_of(fields[12]);
    enum metric_counter_status status = metric_counter_cook(
        code_of(fields[0]), (unsigned)atoi(fields[1]), has_before ? &before : NULL, &now, &value);
    double expected = wanted == METRIC_COUNTER_OK ? strtod(fields[12], NULL) : -4711;
    /* The oracle's number is rounded once, ours a few times. */
    if (status != wanted || !(fabs(value - expected) <= 1e-15 * fabs(expected)))
        fail_msg("status %d, %.17g: %s", (int)status, value, copy);
    size_t i = 0;
    while (i < WORD_COUNT && words[i].status != status)
        i++;
    seen[i]++;
}

static size_t check_rows(FILE *rows, size_t seen[WORD_COUNT + 1])
{
    char line[512];
    size_t count = 0;
    while (fgets(line, sizeof line, rows) != NULL) {
        if (line[0] == '#')
            continue;
        check_row(line, seen);
        count++;
    }
    return count;
}

static bool is_table(const char *name)
{
    size_t count = strlen(name);
    return count > 4 && strcmp(name + count - 4, ".tsv") == 0;
}

static void golden_tables_hold(void **state)
{
    (void)state;
    char folder[512], path[1024];
    size_t seen[WORD_COUNT + 1] = {0};
    size_t files = 0, rows = 0;
    snprintf(folder, sizeof folder, "%s/tests/data/counters", source_folder());
    DIR *tables = opendir(folder);
    assert_non_null(tables);
    for (struct dirent *entry; (entry = readdir(tables)) != NULL;) {
        if (!is_table(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *table = fopen(path, "r");
        assert_non_null(table);
        size_t count = check_rows(table, seen);
        assert_true(count >= 4);
        rows += count;
        fclose(table);
        files++;
    }
    closedir(tables);
    print_message("# %zu rows in %zu tables\n", rows, files);
    assert_int_equal(files, 33); /* 32 types that are cooked, and widths by rule */
    for (size_t i = 0; i <= WORD_COUNT; i++)
        assert_true(seen[i] > 0);
}

static void random_counters_give_the_exact_quotient(void **state)
{
    (void)state;
    char command[1024];
    size_t seen[WORD_COUNT + 1] = {0};
    const char *rows = setting("MI_COUNTER_ROWS", "20000");
    snprintf(command, sizeof command, "LC_ALL=C python3 '%s/tests/counter_oracle.py' random %s %s",
             source_folder(), setting("MI_COUNTER_SEED", "1"), rows);
    FILE *oracle = popen(command, "r");
    assert_non_null(oracle);
    size_t count = check_rows(oracle, seen);
    assert_int_equal(pclose(oracle), 0);
    assert_int_equal(count, strtoul(rows, NULL, 10));
    print_message("# %zu values in %zu rows\n", seen[WORD_COUNT], count);
    assert_true(seen[WORD_COUNT] * 10 > count * 9);
}

/* --- What Windows gave (shared/facts/windows.md), computed by hand --- */

static void a_sum_of_32_bits_wraps_as_its_parts_did(void **state)
{
    (void)state;
    uint32_t code = code_of("PERF_AVERAGE_TIMER");
    const struct metric_counter_point none = {.value = 0};
    const struct metric_counter_point read = {.value = 4232087500};
    const struct metric_counter_point both = {.value = 1234332704};
    uint64_t difference = 0;
    assert_int_equal(metric_counter_advance(code, 32, &read, &both, &difference),
                     METRIC_COUNTER_OK);
    assert_int_equal(difference, 1297212500);
    assert_int_equal(metric_counter_advance(code, 32, &none, &read, &difference),
                     METRIC_COUNTER_OK);
    assert_true(difference == 4232087500);
    assert_int_equal(metric_counter_advance(code, 64, &read, &both, &difference),
                     METRIC_COUNTER_FELL);
}

static double cook(const char *name, const struct metric_counter_point *before,
                   const struct metric_counter_point *now)
{
    uint32_t code = code_of(name);
    double value = NAN;
    assert_int_equal(metric_counter_cook(code, metric_counter_bits(code), before, now, &value),
                     METRIC_COUNTER_OK);
    return value;
}

static void a_quarter_idle_is_three_quarters_busy(void **state)
{
    (void)state;
    const struct metric_counter_point before = {.value = 1000, .time = 5000};
    const struct metric_counter_point now = {.value = 1000 + 2500000, .time = 5000 + 10000000};
    assert_true(cook("PERF_100NSEC_TIMER_INV", &before, &now) == 75);
    assert_true(cook("PERF_100NSEC_TIMER", &before, &now) == 25);
}

static void four_components_share_their_time(void **state)
{
    (void)state;
    const struct metric_counter_point before = {.value = 0, .time = 5000, .base = 4};
    const struct metric_counter_point now = {.value = 10000000, .time = 5000 + 10000000, .base = 4};
    assert_true(cook("PERF_100NSEC_MULTI_TIMER", &before, &now) == 25);
    assert_true(cook("PERF_100NSEC_MULTI_TIMER_INV", &before, &now) == 300);
}

static void a_million_bytes_in_half_a_second_are_two_a_second(void **state)
{
    (void)state;
    const struct metric_counter_point before = {.value = 5, .time = 7, .frequency = 62500000};
    const struct metric_counter_point now = {
        .value = 1000005, .time = 7 + 31250000, .frequency = 62500000};
    assert_true(cook("PERF_COUNTER_BULK_COUNT", &before, &now) == 2e6);
}

/* --- Simulated hosts --- */

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* At 180 s of uptime, then, 360 s later, at 240 s: the performance counter has overtaken itself. */
static void a_reboot_shows_although_the_performance_counter_did_not_fall(void **state)
{
    (void)state;
    double value;
    const uint64_t second = 10000000;
    struct metric_counter_point before = {.value = 150 * second,
                                          .time = 1000 * second,
                                          .frequency = second,
                                          .perf_time = 180 * second,
                                          .perf_frequency = second,
                                          .day_time = 1000 * second};
    struct metric_counter_point now = before;
    now.value = 200 * second;
    now.perf_time = 240 * second;
    now.time = now.day_time = 1360 * second;
    assert_int_equal(
        metric_counter_cook(code_of("PERF_100NSEC_TIMER_INV"), 64, &before, &now, &value),
        METRIC_COUNTER_RESTARTED);
    now.perf_time = 540 * second;
    assert_int_equal(
        metric_counter_cook(code_of("PERF_100NSEC_TIMER_INV"), 64, &before, &now, &value),
        METRIC_COUNTER_OK);
}

/* The rate, in counts a second, is told within one count an interval, whatever the start. */
static void check_rate(uint64_t *random, const char *name, unsigned bits, uint64_t counts_per_day)
{
    static const uint64_t frequencies[] = {1193182, 3579545, 10000000, 62500000, 2394230000};
    uint64_t frequency = frequencies[next_random(random) % 5];
    uint64_t start = next_random(random), ticks = next_random(random) >> 20;
    uint64_t since = 0, mask = bits == 32 ? UINT32_MAX : UINT64_MAX;
    const uint64_t day = frequency * 86400;
    struct metric_counter_point before = {
        .value = start & mask, .time = ticks, .frequency = frequency};
    for (int i = 0; i < 50; i++) {
        double value;
        uint64_t interval = frequency + next_random(random) % (frequency * 59);
        since += interval;
        uint64_t count = (uint64_t)((unsigned __int128)since * counts_per_day / day);
        struct metric_counter_point now = {
            .value = (start + count) & mask, .time = ticks + since, .frequency = frequency};
        assert_int_equal(metric_counter_cook(code_of(name), bits, &before, &now, &value),
                         METRIC_COUNTER_OK);
        double rate = (double)counts_per_day / 86400;
        double one_count = (double)frequency / (double)interval;
        assert_true(fabs(value - rate) <= one_count + 1e-15 * rate);
        before = now;
    }
}

static void rates_are_right_to_one_count_an_interval(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 500; i++) {
        uint64_t per_day = next_random(&random) % 2592000000000u; /* 30 million a second */
        check_rate(&random, "PERF_COUNTER_COUNTER", 32, per_day >> next_random(&random) % 40);
        per_day = next_random(&random) % 5184000000000u; /* 60 MB a second wrap in 72 seconds */
        check_rate(&random, "PERF_COUNTER_BULK_COUNT", 32, per_day);
        per_day = next_random(&random) >> 2;
        check_rate(&random, "PERF_COUNTER_BULK_COUNT", 64, per_day >> next_random(&random) % 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reboot_shows_although_the_performance_counter_did_not_fall),
        cmocka_unit_test(a_type_is_found_by_name_and_by_number),
        cmocka_unit_test(what_is_no_type_is_not_found),
        cmocka_unit_test(every_type_of_the_facts_has_its_properties),
        cmocka_unit_test(names_come_in_the_order_of_their_numbers),
        cmocka_unit_test(a_number_that_is_no_type_has_no_properties),
        cmocka_unit_test(golden_tables_hold),
        cmocka_unit_test(random_counters_give_the_exact_quotient),
        cmocka_unit_test(a_sum_of_32_bits_wraps_as_its_parts_did),
        cmocka_unit_test(a_quarter_idle_is_three_quarters_busy),
        cmocka_unit_test(four_components_share_their_time),
        cmocka_unit_test(a_million_bytes_in_half_a_second_are_two_a_second),
        cmocka_unit_test(rates_are_right_to_one_count_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
