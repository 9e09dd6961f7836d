/* SPDX-License-Identifier: MIT */
/* Who is there and what is remembered of it, without memory: every allocation failed in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "alloc_failure.h"
#include "metric/cook.h"
#include "poll/discovery.h"
#include "poll/host.h"

#define PERF "Win32_PerfRawData_PerfProc_Process"

static const struct model_type gauge = {
    .name = "gauge", .source_count = 1, .sources = {MODEL_GAUGE}};
static const char *const rates[] = {"Rate"};
static const struct model_metric metric = {
    .properties = rates,
    .property_count = 1,
    .type = &gauge,
    .plugin = "mi",
    .plugin_instance = "{Name}",
    .type_instance = "rate",
    .scale = 1.0L,
    .reading = MODEL_READING_COOKED,
    .counter_type = 272696576, /* PERF_COUNTER_BULK_COUNT */
};
static const struct model_discovery_key any_name = {.name = "Name"};
static const struct model_discovery plan = {
    .rule = {.module = "processes",
             .namespace_name = "root/cimv2",
             .class_name = PERF,
             .metrics = &metric,
             .metric_count = 1,
             .identity = "IDProcess"},
    .keys = &any_name,
    .key_count = 1,
    .max_instances = 10,
};
static const struct model_discovery *const discoveries[] = {&plan};
static const struct model_round round_plan = {
    .interval_ms = 10000, .discoveries = discoveries, .discovery_count = 1};
static const struct model_host host_plan = {
    .name = "web01", .rounds = &round_plan, .round_count = 1};
static const struct model model = {.hosts = &host_plan, .host_count = 1};

static void ignore_line(void *context, enum log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static const struct log no_log = {ignore_line, NULL};

/* --- Discovery and harvest --- */

struct pass {
    const char *names[3];
    MI_Instance *instances[3];
};

struct bench {
    struct pass first, second;
    size_t sample_count;
};

static void count_sample(void *context, const struct poll_stamp *stamp,
                         const struct metric_sample *sample)
{
    struct bench *bench = context;
    (void)stamp;
    bench->sample_count++;
    alloc_failure_check(sample->values[0].gauge == 50.0, "a rate is right or not there");
}

static uint64_t no_time(void *context)
{
    (void)context;
    return 0;
}

static void harvest(struct poll_host *host, const struct poll_reading *reading,
                    struct poll_member *member, const MI_Instance *instance)
{
    const struct poll_harvest harvest = {.rule = &plan.rule,
                                         .reading = reading,
                                         .object = member->object,
                                         .place = &member->place,
                                         .interval_ms = 10000};
    poll_harvest_take(host, &harvest, instance);
}

static void run_pass(struct poll_host *host, struct poll_discovery *found,
                     const struct poll_reading *reading, const struct pass *pass)
{
    struct poll_member *member;
    const MI_Instance *instance;
    poll_discovery_begin(found);
    for (size_t i = 0; i < 3 && pass->instances[i] != NULL; i++)
        if ((member = poll_discovery_arrive(found, pass->instances[i])) != NULL)
            harvest(host, reading, member, pass->instances[i]);
    poll_discovery_end(found, true);
    for (size_t i = 0; (member = poll_discovery_newcomer(found, i, &instance)) != NULL; i++)
        harvest(host, reading, member, instance);
}

static int follow(struct bench *bench, struct poll_shared *shared)
{
    struct err err = ERR_INIT;
    struct poll_round round = {.plan = &round_plan};
    struct poll_host host = {.plan = &host_plan, .shared = shared, .rounds = &round};
    const struct poll_reading *reading =
        poll_schemas_reading(shared->schemas, &plan.rule, NULL, NULL);
    host.names = poll_names_new(&host_plan, &err);
    host.round = &round;
    const struct poll_discovery_options options = {
        .plan = &plan,
        .filter = poll_filters_find(shared->filters, &plan),
        .names = host.names,
        .health = &host.health,
        .host_name = "web01",
        .log = &no_log,
    };
    struct poll_discovery *found =
        host.names != NULL && reading != NULL ? poll_discovery_new(&options, &err) : NULL;
    bench->sample_count = 0;
    size_t count = 0;
    if (found != NULL) {
        run_pass(&host, found, reading, &bench->first);
        run_pass(&host, found, reading, &bench->second);
        count = poll_discovery_count(found);
    }
    poll_discovery_free(found);
    poll_names_free(host.names);
    poll_health_free(&host.health);
    /* a/b and a_b stay, c went, d came. */
    return count == 3 && bench->sample_count == 2 ? 0 : -1;
}

static int discover(void *context)
{
    static const struct clock wall = {.now_ns = no_time};
    struct bench *bench = context;
    struct err err = ERR_INIT;
    struct poll_shared shared = {
        .log = no_log, .wall = &wall, .sink = {.sample = count_sample, .context = bench}};
    int rc = -1;
    shared.filters = poll_filters_new(&model, &no_log, &err);
    shared.schemas = poll_schemas_new(&err);
    if (shared.filters != NULL && shared.schemas != NULL)
        rc = follow(bench, &shared);
    poll_filters_free(shared.filters);
    poll_schemas_free(shared.schemas);
    return rc;
}

static void add(MI_Instance *instance, const char *name, const char *text)
{
    MI_Value value = {.string = (MI_Char *)text};
    assert_int_equal(MI_Instance_AddElement(instance, name, &value, MI_STRING, 0), MI_RESULT_OK);
}

static void fill_pass(struct pass *pass, const char *rate, const char *time)
{
    for (size_t i = 0; i < 3 && pass->names[i] != NULL; i++) {
        pass->instances[i] = cim_instance_new(PERF, sizeof PERF - 1);
        add(pass->instances[i], "Name", pass->names[i]);
        add(pass->instances[i], "Rate", rate);
        add(pass->instances[i], "Timestamp_PerfTime", time);
        add(pass->instances[i], "Frequency_PerfTime", "1000");
        add(pass->instances[i], "IDProcess", pass->names[i]);
    }
}

static void who_is_there_is_known_whole_or_not_at_all(void **state)
{
    struct bench bench = {.first = {.names = {"a/b", "a_b", "c"}},
                          .second = {.names = {"d", "a_b", "a/b"}}};
    (void)state;
    fill_pass(&bench.first, "1000", "5000");
    fill_pass(&bench.second, "1500", "15000");
    alloc_failure_replay("discovery", 20, discover, &bench);
    for (size_t i = 0; i < 3; i++) {
        MI_Instance_Delete(bench.first.instances[i]);
        MI_Instance_Delete(bench.second.instances[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_there_is_known_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
