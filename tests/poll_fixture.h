/* SPDX-License-Identifier: MIT */
/*
 * A poller with hosts of a model, a false MI API (fake/mi.h) and a clock that the test turns: for
 * the tests of poll/host.c and poll/poller.c. Included by one file of a test program.
 */
#ifndef POLL_FIXTURE_H
#define POLL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake/mi.h"
#include "fake_clock.h"
#include "poll/poller.h"
#include "poll/schedule.h"

#define MAX_HOSTS  5000
#define MAX_VALUES 20000
#define MAX_LINES  64
#define WALL_NS    1800000000000000000u

struct value {
    const struct model_host *host;
    char plugin_instance[40], type_instance[40]; /* copies: an instance may go */
    double number;
    uint64_t interval_ms;
    uint64_t time_ns;
};

struct bench {
    char dir[32], password_file[64];
    time_t modified;
    struct fake_clock clock, wall;
    struct model_auth auth;
    struct model_host *hosts;
    struct model_round (*rounds)[2];
    char (*names)[32];
    struct model model;
    struct poll_secrets *secrets;
    struct poller *poller;
    uint64_t next_ms;

    pthread_mutex_t lock; /* of what follows, for the test with threads */
    pthread_cond_t changed;
    struct log log;
    char lines[MAX_LINES][512];
    enum log_level levels[MAX_LINES];
    size_t line_count;
    struct value *values;
    size_t value_count;
    size_t gets;
    bool ended;
};

/* --- What is asked for --- */

static const struct model_type gauge = {
    .name = "gauge", .source_count = 1, .sources = {MODEL_GAUGE}};
static const char *const properties[] = {"Free"};

#define METRIC(instance)                                                                    \
    {                                                                                       \
        .properties = properties, .property_count = 1, .type = &gauge, .plugin = "mi",      \
        .plugin_instance = "disk", .type_instance = instance, .scale = 1.0L, .offset = 0.0L \
    }
#define DISK(letter, metric)                                                      \
    {                                                                             \
        .module = "disk", .namespace_name = "root/cimv2", .class_name = "Disk",   \
        .keys = (const struct model_key[]){{"DeviceID", letter}}, .key_count = 1, \
        .metrics = metric, .metric_count = 1, .origin = {                         \
            "disk.yaml",                                                          \
            3,                                                                    \
            5                                                                     \
        }                                                                         \
    }

static const struct model_metric metric_c = METRIC("c");
static const struct model_metric metric_d = METRIC("d");
static const struct model_metric metric_os = METRIC("os");
static const struct model_instance disk_c = DISK("C:", &metric_c);
static const struct model_instance disk_d = DISK("D:", &metric_d);
static const struct model_instance os = {.module = "os",
                                         .namespace_name = "root/cimv2",
                                         .class_name = "System",
                                         .metrics = &metric_os,
                                         .metric_count = 1,
                                         .origin = {"os.yaml", 3, 5}};
static const struct model_instance unaskable = {.module = "odd",
                                                .namespace_name = "root/cimv2",
                                                .class_name = "Odd",
                                                .keys =
                                                    (const struct model_key[]){{"not a name", "x"}},
                                                .key_count = 1,
                                                .origin = {"odd.yaml", 7, 9}};

static const struct model_instance *const three[] = {&disk_c, &disk_d, &os};
static const struct model_instance *const disks[] = {&disk_c, &disk_d};
static const struct model_instance *const only_os[] = {&os};
static const struct model_instance *const with_odd[] = {&unaskable, &os};

/* --- Where it goes --- */

static inline void record_line(void *context, enum log_level level, const char *line)
{
    struct bench *bench = context;
    pthread_mutex_lock(&bench->lock);
    assert_true(bench->line_count < MAX_LINES);
    bench->levels[bench->line_count] = level;
    snprintf(bench->lines[bench->line_count++], sizeof bench->lines[0], "%s", line);
    pthread_mutex_unlock(&bench->lock);
}

static inline void record(struct bench *bench, const struct poll_stamp *stamp,
                          const char *plugin_instance, const char *type_instance, double number)
{
    pthread_mutex_lock(&bench->lock);
    assert_false(bench->ended);
    assert_true(bench->value_count < MAX_VALUES);
    struct value *value = &bench->values[bench->value_count++];
    *value = (struct value){.host = stamp->host,
                            .number = number,
                            .interval_ms = stamp->interval_ms,
                            .time_ns = stamp->time_ns};
    snprintf(value->plugin_instance, sizeof value->plugin_instance, "%s", plugin_instance);
    snprintf(value->type_instance, sizeof value->type_instance, "%s", type_instance);
    pthread_cond_broadcast(&bench->changed);
    pthread_mutex_unlock(&bench->lock);
}

static inline void record_sample(void *context, const struct poll_stamp *stamp,
                                 const struct metric_sample *sample)
{
    record(context, stamp, sample->plugin_instance, sample->type_instance, sample->values[0].gauge);
}

static inline void record_own(void *context, const struct poll_stamp *stamp,
                              const struct poll_own *own, double number)
{
    record(context, stamp, "host", own->type_instance, number);
}

/* How many values of a type instance there were, and the last of them. */
static inline size_t count_values(const struct bench *bench, const char *type_instance,
                                  struct value *last)
{
    size_t count = 0;
    if (last != NULL)
        memset(last, 0, sizeof *last);
    for (size_t i = 0; i < bench->value_count; i++) {
        if (strcmp(bench->values[i].type_instance, type_instance) != 0)
            continue;
        count++;
        if (last != NULL)
            *last = bench->values[i];
    }
    return count;
}

static inline void assert_last(const struct bench *bench, const char *type_instance, double number)
{
    struct value last;
    assert_true(count_values(bench, type_instance, &last) > 0);
    assert_true(last.number > number - 1e-9);
    assert_true(last.number < number + 1e-9);
}

static inline size_t count_lines(const struct bench *bench, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->line_count; i++)
        count += strstr(bench->lines[i], text) != NULL;
    return count;
}

/* --- The bench --- */

static inline void write_password(struct bench *bench, const char *text)
{
    FILE *file = fopen(bench->password_file, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(bench->password_file, 0600);
    struct timespec times[2] = {{++bench->modified, 0}, {bench->modified, 0}};
    utimensat(0, bench->password_file, times, 0);
    if (bench->secrets != NULL)
        poll_secrets_refresh(bench->secrets);
}

static inline int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    char dir[] = "/tmp/test_pollerXXXXXX";
    assert_non_null(mkdtemp(dir));
    memcpy(bench->dir, dir, sizeof dir);
    snprintf(bench->password_file, sizeof bench->password_file, "%s/password", dir);
    bench->hosts = calloc(MAX_HOSTS, sizeof bench->hosts[0]);
    bench->rounds = calloc(MAX_HOSTS, sizeof bench->rounds[0]);
    bench->names = calloc(MAX_HOSTS, sizeof bench->names[0]);
    bench->values = calloc(MAX_VALUES, sizeof bench->values[0]);
    bench->modified = 1700000000;
    pthread_mutex_init(&bench->lock, NULL);
    pthread_cond_init(&bench->changed, NULL);
    bench->log = (struct log){record_line, bench};
    bench->auth = (struct model_auth){.name = "monitor",
                                      .method = MODEL_METHOD_BASIC,
                                      .user = "CORP\\monitor",
                                      .place = bench->password_file,
                                      .origin = {"hosts.yaml", 2, 3}};
    fake_clock_init(&bench->clock);
    fake_clock_init(&bench->wall);
    atomic_store(&bench->wall.now_ns, WALL_NS);
    fake_mi_reset();
    write_password(bench, "secret");
    *state = bench;
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *bench = *state;
    poll_poller_stop(bench->poller);
    assert_int_equal(fake_mi_running_count(), 0);
    assert_int_equal(fake_mi_leaks(), 0);
    assert_int_equal(fake_mi_misuses(), 0);
    for (size_t i = 0; i < fake_mi_session_count(); i++)
        assert_true(fake_mi_session(i).parallel <= 1);
    for (size_t i = 0; i < bench->line_count; i++)
        assert_null(strstr(bench->lines[i], "secret"));
    poll_secrets_free(bench->secrets);
    unlink(bench->password_file);
    rmdir(bench->dir);
    free(bench->hosts);
    free(bench->rounds);
    free(bench->names);
    free(bench->values);
    free(bench);
    fake_mi_reset();
    return 0;
}

/* A host of one round, timeout 8 s of 10. */
static inline struct model_host *add_host(struct bench *bench,
                                          const struct model_instance *const *asked, size_t count)
{
    size_t i = bench->model.host_count++;
    struct model_host *host = &bench->hosts[i];
    snprintf(bench->names[i], sizeof bench->names[i], "web%04zu.example.com", i + 1);
    bench->rounds[i][0] = (struct model_round){
        .interval_ms = 10000, .timeout_ms = 8000, .instances = asked, .instance_count = count};
    *host = (struct model_host){.name = bench->names[i],
                                .address = bench->names[i],
                                .server_name = bench->names[i],
                                .transport = MODEL_TRANSPORT_HTTPS,
                                .port = 5986,
                                .path = "/wsman",
                                .auth = &bench->auth,
                                .verify_peer = true,
                                .verify_host = true,
                                .rounds = bench->rounds[i],
                                .round_count = 1,
                                .origin = {"hosts.yaml", 12, 3}};
    return host;
}

static inline void add_round(struct bench *bench, struct model_host *host, uint64_t interval_ms,
                             const struct model_instance *const *asked, size_t count)
{
    bench->rounds[host - bench->hosts][1] = (struct model_round){.interval_ms = interval_ms,
                                                                 .timeout_ms = 8000,
                                                                 .instances = asked,
                                                                 .instance_count = count};
    host->round_count = 2;
}

/* With the hosts and auths that the model has. */
static inline void restart(struct bench *bench, bool threadless)
{
    bench->secrets =
        poll_secrets_new(bench->model.auths, bench->model.auth_count, &bench->log, NULL);
    assert_non_null(bench->secrets);
    poll_secrets_refresh(bench->secrets);
    struct poll_poller_options options = {.model = &bench->model,
                                          .secrets = bench->secrets,
                                          .sink = {record_sample, record_own, bench},
                                          .log = bench->log,
                                          .clock = threadless ? &bench->clock.clock : NULL,
                                          .wall = threadless ? &bench->wall.clock : NULL,
                                          .threadless = threadless};
    bench->poller = poll_poller_start(&options, NULL);
    assert_non_null(bench->poller);
    if (threadless)
        bench->next_ms = poll_poller_step(bench->poller, clock_now_ms(&bench->clock.clock));
}

static inline void start(struct bench *bench, bool threadless)
{
    bench->model.hosts = bench->hosts;
    bench->model.auths = &bench->auth;
    bench->model.auth_count = 1;
    restart(bench, threadless);
}

static inline void pass_ms(struct bench *bench, uint64_t ms)
{
    fake_clock_advance_ms(&bench->clock, ms);
    fake_clock_advance_ms(&bench->wall, ms);
}

/* Lets time pass and begins what becomes due meanwhile, as the poller's thread would. */
static inline void run_ms(struct bench *bench, uint64_t ms)
{
    uint64_t end_ms = clock_now_ms(&bench->clock.clock) + ms;
    while (bench->next_ms <= end_ms) {
        pass_ms(bench, bench->next_ms - clock_now_ms(&bench->clock.clock));
        bench->next_ms = poll_poller_step(bench->poller, bench->next_ms);
    }
    pass_ms(bench, end_ms - clock_now_ms(&bench->clock.clock));
}

/* Until the next round of any host is due. */
static inline void run_to_next_round(struct bench *bench)
{
    run_ms(bench, bench->next_ms - clock_now_ms(&bench->clock.clock));
}

static inline size_t running(void)
{
    size_t number = fake_mi_running(0);
    assert_true(number != SIZE_MAX);
    return number;
}

/* The one GetInstance under way is for this key ("" for the singleton). */
static inline size_t running_for(const char *key)
{
    assert_int_equal(fake_mi_running_count(), 1);
    assert_string_equal(fake_mi_operation(running()).key, key);
    return running();
}

static inline void answer_all(const char *number)
{
    while (fake_mi_running(0) != SIZE_MAX)
        fake_mi_answer(fake_mi_running(0), "Free", number, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
