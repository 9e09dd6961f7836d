/* SPDX-License-Identifier: MIT */
/*
 * Discovery while instances come and go: a poller whose clock the test turns asks simulated hosts,
 * whose clock it turns too, for processes of which some are gone in every interval and others bear
 * names that were others' (sim/crowd.h). Who is there, and how fast each of them counts, is said by
 * crowd_fixture.h; of every interval exactly that must be told, and nothing else.
 * MI_CHURN_INTERVALS: how many instead of 1,000 (300 under a sanitizer).
 */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "crowd_fixture.h"
#include "fake_clock.h"
#include "live_blocks.h"
#include "poll/poller.h"
#include "sim/client.h"
#include "sim/process.h"

#define INTERVAL_S  10
#define START_S     3605 /* of the hosts' up time: in the middle of a turn */
#define HOSTS       3
#define MAX_TELLING 512
#define MAX_LINES   32
#if IS_SANITIZED
#define INTERVALS "300"
#else
#define INTERVALS "1000"
#endif
/* All kinds of a crowd are as they were after so many turns (sim/crowd.h). */
#define PERIOD 12

/* --- What is asked for --- */

enum { BEARER, CPU, READ, FAULTS, METRICS };

static const struct model_type gauge = {
    .name = "gauge", .source_count = 1, .sources = {MODEL_GAUGE}};

/* What the counters are is for the class's schema to say. */
#define METRIC(text, property)                                                              \
    {                                                                                       \
        .properties = (const char *const[]){property}, .property_count = 1, .type = &gauge, \
        .plugin = "processes", .plugin_instance = "{Name}", .type_instance = (text),        \
        .scale = 1.0L, .offset = 0.0L, .origin = {                                          \
            "processes.yaml",                                                               \
            9,                                                                              \
            9                                                                               \
        }                                                                                   \
    }

static const struct model_metric metrics[METRICS] = {
    [BEARER] = METRIC("bearer", "IDProcess"),
    [CPU] = METRIC("cpu", "PercentProcessorTime"),
    [READ] = METRIC("read", "IOReadBytesPersec"),
    [FAULTS] = METRIC("faults", "PageFaultsPersec"),
};

#define RULE                                                                    \
    {                                                                           \
        .module = "processes", .namespace_name = "root/cimv2",                  \
        .class_name = "Win32_PerfRawData_PerfProc_Process", .metrics = metrics, \
        .metric_count = METRICS, .identity = "IDProcess", .origin = {           \
            "processes.yaml",                                                   \
            3,                                                                  \
            5                                                                   \
        }                                                                       \
    }

static const char *const idle[] = {"Idle"};
static const char *const some[] = {"blink-00001", "/^reborn-/", "SQL*", "Idle"};
static const struct model_discovery_key everybody = {
    .name = "Name", .exclude = idle, .exclude_count = 1};
static const struct model_discovery_key few = {
    .name = "Name", .include = some, .include_count = 4, .exclude = idle, .exclude_count = 1};

static const struct model_discovery by_query = {.rule = RULE,
                                                .keys = &everybody,
                                                .key_count = 1,
                                                .fetch = MODEL_FETCH_QUERY,
                                                .max_instances = 1000};
static const struct model_discovery by_get = {.rule = RULE,
                                              .keys = &everybody,
                                              .key_count = 1,
                                              .fetch = MODEL_FETCH_GET,
                                              .refresh_ms = 300000,
                                              .max_instances = 1000};
#define REFRESH_TURNS 3
static const struct model_discovery few_by_get = {.rule = RULE,
                                                  .keys = &few,
                                                  .key_count = 1,
                                                  .fetch = MODEL_FETCH_GET,
                                                  .refresh_ms = REFRESH_TURNS * INTERVAL_S * 1000,
                                                  .max_instances = 1000};

struct place {
    const char *name;
    size_t crowd; /* as its mode says */
    const struct model_discovery *asked;
};

static const struct place places[HOSTS] = {
    {"query", 36, &by_query}, {"get", 12, &by_get}, {"few", 18, &few_by_get}};

/* --- The bench --- */

struct told {
    char name[64]; /* plugin_instance */
    int metric;
    double number;
};

struct bench {
    struct sim_process simhost;
    struct sim_client control;
    char folder[32], password_file[64];
    struct fake_clock clock, wall;
    struct model_auth auth;
    const struct model_discovery *asked[HOSTS];
    struct model_round rounds[HOSTS];
    struct model_host hosts[HOSTS];
    struct model model;
    struct poll_secrets *secrets;
    struct poller *poller;
    uint64_t next_ms;
    uint64_t turn;

    /* Of each host: who was told of last turn, by the number of the crowd (residents behind it). */
    bool was_told[HOSTS][64];
    struct person told_as[HOSTS][64];
    uint64_t listed_at[HOSTS], lists[HOSTS], enumerations[HOSTS];

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct told telling[MAX_TELLING];
    size_t telling_count;
    size_t ends; /* rounds that ended */
    double up;
    const struct model_host *host; /* whose was the last */
    char lines[MAX_LINES][512];
    size_t line_count;
};

static void note_line(void *context, enum log_level level, const char *line)
{
    struct bench *bench = context;
    pthread_mutex_lock(&bench->lock);
    if (bench->line_count < MAX_LINES)
        snprintf(bench->lines[bench->line_count], sizeof bench->lines[0], "%d %s", (int)level,
                 line);
    bench->line_count++;
    pthread_mutex_unlock(&bench->lock);
}

static void note_sample(void *context, const struct poll_stamp *stamp,
                        const struct metric_sample *sample)
{
    struct bench *bench = context;
    (void)stamp;
    pthread_mutex_lock(&bench->lock);
    if (bench->telling_count < MAX_TELLING) {
        struct told *told = &bench->telling[bench->telling_count];
        snprintf(told->name, sizeof told->name, "%s", sample->plugin_instance);
        told->number = sample->values[0].gauge;
        told->metric = METRICS;
        for (int i = 0; i < METRICS; i++)
            if (strcmp(sample->type_instance, metrics[i].type_instance) == 0)
                told->metric = i;
    }
    bench->telling_count++;
    pthread_mutex_unlock(&bench->lock);
}

/* The response time comes last in a round, but for a round without any response. */
static void note_own(void *context, const struct poll_stamp *stamp, const struct poll_own *own,
                     double number)
{
    struct bench *bench = context;
    pthread_mutex_lock(&bench->lock);
    bench->host = stamp->host;
    if (strcmp(own->type_instance, "up") == 0)
        bench->up = number;
    if (strcmp(own->type_instance, "get") == 0 || bench->up == 0)
        bench->ends++;
    pthread_cond_broadcast(&bench->changed);
    pthread_mutex_unlock(&bench->lock);
}

static void start_simhost(struct bench *bench)
{
    static char words[HOSTS][64];
    const char *arguments[2 * HOSTS + 8] = {"--clock", "manual", "--clock-start", "3605"};
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(words[i], sizeof words[i], "%s=crowd=%zu", places[i].name, places[i].crowd);
        arguments[4 + 2 * i] = "--host";
        arguments[5 + 2 * i] = words[i];
    }
    assert_int_equal(sim_process_start(&bench->simhost, arguments, NULL), 0);
    assert_int_equal(sim_client_open(&bench->control, bench->simhost.port), 0);
    bench->turn = START_S / INTERVAL_S;
}

static void make_model(struct bench *bench)
{
    bench->auth = (struct model_auth){.name = "monitor",
                                      .method = MODEL_METHOD_BASIC,
                                      .user = "monitor",
                                      .place = bench->password_file,
                                      .origin = {"hosts.yaml", 2, 3}};
    for (size_t i = 0; i < HOSTS; i++) {
        bench->asked[i] = places[i].asked;
        bench->rounds[i] = (struct model_round){.interval_ms = INTERVAL_S * 1000,
                                                .timeout_ms = 60000,
                                                .discoveries = &bench->asked[i],
                                                .discovery_count = 1};
        bench->hosts[i] = (struct model_host){.name = places[i].name,
                                              .address = "127.0.0.1",
                                              .server_name = places[i].name,
                                              .transport = MODEL_TRANSPORT_HTTP,
                                              .port = (uint16_t)bench->simhost.port,
                                              .path = "/wsman",
                                              .auth = &bench->auth,
                                              .allow_unencrypted = true,
                                              .rounds = &bench->rounds[i],
                                              .round_count = 1,
                                              .origin = {"hosts.yaml", 12, 3}};
    }
    bench->model.hosts = bench->hosts;
    bench->model.host_count = HOSTS;
    bench->model.auths = &bench->auth;
    bench->model.auth_count = 1;
}

static int open_bench(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    start_simhost(bench); /* first: without it there is nothing to clear up */
    memcpy(bench->folder, "/tmp/test_churnXXXXXX", sizeof "/tmp/test_churnXXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    snprintf(bench->password_file, sizeof bench->password_file, "%s/password", bench->folder);
    FILE *file = fopen(bench->password_file, "w");
    fputs("secret", file);
    fclose(file);
    chmod(bench->password_file, 0600);
    pthread_mutex_init(&bench->lock, NULL);
    pthread_cond_init(&bench->changed, NULL);
    fake_clock_init(&bench->clock);
    fake_clock_init(&bench->wall);
    make_model(bench);
    struct log log = {note_line, bench};
    bench->secrets = poll_secrets_new(&bench->auth, 1, &log, NULL);
    poll_secrets_refresh(bench->secrets);
    struct poll_poller_options options = {.model = &bench->model,
                                          .secrets = bench->secrets,
                                          .sink = {note_sample, note_own, bench},
                                          .log = log,
                                          .clock = &bench->clock.clock,
                                          .wall = &bench->wall.clock,
                                          .threadless = true};
    bench->poller = poll_poller_start(&options, NULL);
    assert_non_null(bench->poller);
    bench->next_ms = poll_poller_step(bench->poller, clock_now_ms(&bench->clock.clock));
    *state = bench;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *bench = *state;
    if (bench == NULL)
        return 0; /* open_bench failed, and said so */
    poll_poller_stop(bench->poller);
    poll_secrets_free(bench->secrets);
    sim_client_close(&bench->control);
    int status = sim_process_stop(&bench->simhost);
    unlink(bench->password_file);
    rmdir(bench->folder);
    free(bench);
    return status;
}

/* --- A turn --- */

/* Lets the time come at which the next round of a host is due, and the round end. Its values are in
 * telling. A round is quite over when another host's is told of after it, on the same thread: what
 * is due next is never this host's. */
static size_t run_next_round(struct bench *bench)
{
    uint64_t wait_ms = bench->next_ms - clock_now_ms(&bench->clock.clock);
    pthread_mutex_lock(&bench->lock);
    size_t ends = bench->ends;
    bench->telling_count = 0;
    pthread_mutex_unlock(&bench->lock);
    fake_clock_advance_ms(&bench->clock, wait_ms);
    fake_clock_advance_ms(&bench->wall, wait_ms);
    bench->next_ms = poll_poller_step(bench->poller, bench->next_ms);
    pthread_mutex_lock(&bench->lock);
    while (bench->ends == ends)
        pthread_cond_wait(&bench->changed, &bench->lock);
    assert_int_equal(bench->ends, ends + 1);
    assert_true(bench->up == 1);
    assert_true(bench->telling_count < MAX_TELLING);
    size_t host = (size_t)(bench->host - bench->hosts);
    pthread_mutex_unlock(&bench->lock);
    return host;
}

static void advance_simhost(struct bench *bench)
{
    struct sim_result result;
    char path[32];
    snprintf(path, sizeof path, "clock?advance=%d", INTERVAL_S);
    sim_client_control(&bench->control, true, path, &result);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
    bench->turn++;
}

/* --- What must be told --- */

/* Number i of a host's world: the crowd from 1 on, then the residents. False: past the last. */
static bool person_at(const struct place *place, size_t i, uint64_t turn, struct person *person)
{
    if (i < place->crowd)
        *person = crowd_person(place->name, i + 1, turn);
    else if (i < place->crowd + CROWD_RESIDENTS)
        *person = crowd_resident(i - place->crowd);
    return i < place->crowd + CROWD_RESIDENTS;
}

static bool is_wanted(const struct place *place, const struct person *person)
{
    return place->asked != &few_by_get || strcmp(person->name, "blink-00001") == 0 ||
           strncmp(person->name, "reborn-", 7) == 0 || strcmp(person->name, "sqlservr") == 0;
}

static void sanitise(const char *name, char clean[32])
{
    snprintf(clean, 32, "%s", name);
    for (char *c = clean; *c != '\0'; c++)
        *c = *c == '#' ? '_' : *c;
}

/* How many times it was told; the last number of it in *number. */
static size_t count_told(const struct bench *bench, const char *name, int metric, double *number)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->telling_count; i++) {
        const struct told *told = &bench->telling[i];
        if (told->metric != metric || strcmp(told->name, name) != 0)
            continue;
        *number = told->number;
        count++;
    }
    return count;
}

/* What a counter shows for a second of that process, and how far the whole numbers that it is made
 * of can be from that over an interval. */
static double true_rate(const struct place *place, const struct person *person, int metric,
                        double *slack)
{
    *slack = 1.0 / INTERVAL_S + 1e-6;
    switch (metric) {
    case CPU: /* of user and privileged time, in ticks, as percent */
        *slack = 2 * 100.0 / (INTERVAL_S * 1e7) + 1e-9;
        return crowd_rate(place->name, person, 40 + 10) * 100;
    case READ:
        return crowd_rate(place->name, person, 400000000);
    default:
        return crowd_rate(place->name, person, 200000);
    }
}

static void check_rates(const struct bench *bench, const struct place *place,
                        const struct person *person, const char *name, bool is_rated)
{
    for (int metric = CPU; metric < METRICS; metric++) {
        double number = NAN, slack;
        double rate = true_rate(place, person, metric, &slack);
        size_t count = count_told(bench, name, metric, &number);
        if (count != is_rated || (is_rated && !(fabs(number - rate) <= slack)))
            fail_msg("%s, turn %llu: %s %s told %zu times, not %d, %.9g for %.9g", place->name,
                     (unsigned long long)bench->turn, name, metrics[metric].type_instance, count,
                     is_rated, number, rate);
    }
}

/* Lists are made when they must be: when refresh is over, and at latest in the turn after one that
 * misses somebody. True: one was made in this turn, so that everybody who is there is known. */
static bool note_lists(struct bench *bench, size_t host, bool missed)
{
    uint64_t count = sim_client_stat(&bench->control, places[host].name, "enumerations");
    bool is_listed = count > bench->enumerations[host];
    uint64_t refresh = places[host].asked->refresh_ms / 1000 / INTERVAL_S;
    bench->enumerations[host] = count;
    if (!is_listed && bench->turn >= bench->listed_at[host] + refresh)
        fail_msg("%s, turn %llu: no list since turn %llu", places[host].name,
                 (unsigned long long)bench->turn, (unsigned long long)bench->listed_at[host]);
    if (!is_listed && missed)
        fail_msg("%s, turn %llu: somebody is missed, and the host not asked who is there",
                 places[host].name, (unsigned long long)bench->turn);
    if (is_listed) {
        bench->listed_at[host] = bench->turn;
        bench->lists[host]++;
    }
    return is_listed;
}

/* Somebody who was told of is gone. */
static bool misses_somebody(const struct bench *bench, size_t host)
{
    struct person person;
    bool missed = false;
    for (size_t i = 0; person_at(&places[host], i, bench->turn, &person); i++)
        missed = missed ||
                 (bench->was_told[host][i] &&
                  (!person.is_there || strcmp(person.name, bench->told_as[host][i].name) != 0));
    return missed;
}

static void check_host(struct bench *bench, size_t host)
{
    const struct place *place = &places[host];
    struct person person;
    size_t wanted = 0;
    bool everybody_is_known = note_lists(bench, host, misses_somebody(bench, host));
    for (size_t i = 0; person_at(place, i, bench->turn, &person); i++) {
        const struct person *before = &bench->told_as[host][i];
        bool was_told = bench->was_told[host][i] && strcmp(before->name, person.name) == 0;
        bool is_told =
            person.is_there && is_wanted(place, &person) && (everybody_is_known || was_told);
        bool is_rated = is_told && was_told && before->bearer == person.bearer;
        char name[32];
        double number = NAN;
        sanitise(person.name, name);
        size_t count = count_told(bench, name, BEARER, &number);
        if (count != is_told || (is_told && number != (double)person.bearer))
            fail_msg("%s, turn %llu: %s told %zu times, not %d: %.9g for %llu", place->name,
                     (unsigned long long)bench->turn, name, count, is_told, number,
                     (unsigned long long)person.bearer);
        check_rates(bench, place, &person, name, is_rated);
        wanted += is_told ? (is_rated ? METRICS : 1) : 0;
        bench->was_told[host][i] = is_told;
        bench->told_as[host][i] = person;
    }
    if (bench->telling_count != wanted)
        fail_msg("%s, turn %llu: %zu values, not %zu", place->name, (unsigned long long)bench->turn,
                 bench->telling_count, wanted);
}

static void run_turn(struct bench *bench)
{
    bool done[HOSTS] = {false};
    for (size_t i = 0; i < HOSTS; i++) {
        size_t host = run_next_round(bench);
        assert_false(done[host]);
        done[host] = true;
        check_host(bench, host);
    }
    advance_simhost(bench);
}

/* The network's thread clears up after the last callback: the count when it stays what it is. */
static long settled_blocks(void)
{
    long blocks = live_blocks();
    for (int still = 0; still < 2000; still++) {
        sched_yield();
        if (live_blocks() != blocks)
            still = 0;
        blocks = live_blocks();
    }
    return blocks;
}

static unsigned long intervals(void)
{
    const char *text = getenv("MI_CHURN_INTERVALS");
    unsigned long count = strtoul(text != NULL ? text : INTERVALS, NULL, 10);
    return count > 100 ? count : 101;
}

static void of_a_thousand_intervals_each_tells_who_is_there_and_nothing_else(void **state)
{
    struct bench *bench = *state;
    unsigned long last = 100 + (intervals() - 100) / PERIOD * PERIOD;
    unsigned long turns = 0;
    for (; turns < 100; turns++)
        run_turn(bench);
    long blocks = settled_blocks(), bytes = live_bytes();
    size_t lines = bench->line_count;
    for (; turns < last; turns++)
        run_turn(bench);
    long blocks_after = settled_blocks(), bytes_after = live_bytes();
    print_message("# %lu intervals; memory after 100: %ld blocks, %ld bytes, after all: %ld, %ld; "
                  "lists: %llu by get, %llu of few\n",
                  turns, blocks, bytes, blocks_after, bytes_after,
                  (unsigned long long)bench->lists[1], (unsigned long long)bench->lists[2]);
    assert_int_equal(blocks_after, blocks);
    /* Buffers of the libraries grow with the longest text there was. */
    assert_true(bytes_after - bytes < 16384);
    assert_int_equal(bench->line_count, lines); /* nothing that happens again is said again */
    for (size_t i = 0; i < lines && i < MAX_LINES; i++)
        print_message("# %s\n", bench->lines[i]);
    /* One schema for three hosts of one build. */
    uint64_t declarations = 0;
    for (size_t i = 0; i < HOSTS; i++)
        declarations += sim_client_stat(&bench->control, places[i].name, "declarations");
    assert_int_equal(declarations, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_thousand_intervals_each_tells_who_is_there_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
