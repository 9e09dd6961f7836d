/* SPDX-License-Identifier: MIT */
/*
 * A discovery of one host, and instances that arrive: for the tests of poll/discovery.c. Included
 * by one file of a test program, behind cmocka.h.
 */
#ifndef DISCOVERY_FIXTURE_H
#define DISCOVERY_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "poll/discovery.h"

#define MAX_LINES 64

static const struct model_type gauge = {.name = "gauge", .source_count = 1};

#define METRIC(instance, name)                                                                   \
    {                                                                                            \
        .plugin = "services", .plugin_instance = instance, .type = &gauge, .type_instance = name \
    }

/* Two metrics with the key in the plugin_instance, one with it in the type_instance. */
static const struct model_metric service_metrics[] = {
    METRIC("service-{Name}", "state"),
    METRIC("service-{Name}", "exit_code"),
    METRIC("", "{Name}"),
};
static const struct model_discovery_key any_name[] = {{.name = "Name"}};

/* Its own plan, so that a test may change it. */
struct bench {
    struct model_metric up[1]; /* of an instance that the configuration names */
    struct model_instance fixed;
    const struct model_instance *instances[1];
    struct model_discovery plan;
    const struct model_discovery *discoveries[1];
    struct model_round round;
    struct model_host host;
    struct model model;

    struct log log;
    char lines[MAX_LINES][1024];
    size_t line_count;
    struct poll_health health;
    struct poll_filters *filters;
    struct poll_names *names;
    struct poll_discovery *discovery;
};

static inline void record_line(void *context, enum log_level level, const char *line)
{
    struct bench *bench = context;
    (void)level;
    if (bench->line_count < MAX_LINES)
        snprintf(bench->lines[bench->line_count++], sizeof bench->lines[0], "%s", line);
}

static inline void fill_plan(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->log = (struct log){record_line, bench};
    bench->plan = (struct model_discovery){
        .rule = {.module = "services",
                 .namespace_name = "root/cimv2",
                 .class_name = "Win32_Service",
                 .metrics = service_metrics,
                 .metric_count = sizeof service_metrics / sizeof service_metrics[0],
                 .origin = {"services.yaml", 3, 5}},
        .keys = any_name,
        .key_count = 1,
        .max_instances = 1000};
    bench->up[0] = (struct model_metric)METRIC("service-fixed", "state");
    bench->fixed = (struct model_instance){.metrics = bench->up, .metric_count = 1};
    bench->instances[0] = &bench->fixed;
    bench->discoveries[0] = &bench->plan;
    bench->round = (struct model_round){.instances = bench->instances,
                                        .instance_count = 1,
                                        .discoveries = bench->discoveries,
                                        .discovery_count = 1};
    bench->host = (struct model_host){.name = "web", .rounds = &bench->round, .round_count = 1};
    bench->model.hosts = &bench->host;
    bench->model.host_count = 1;
}

static inline void stop(struct bench *bench)
{
    poll_discovery_free(bench->discovery);
    poll_names_free(bench->names);
    poll_filters_free(bench->filters);
    poll_health_free(&bench->health);
    bench->discovery = NULL;
    bench->names = NULL;
    bench->filters = NULL;
}

/* -1: no memory, and nothing is left to free. */
static inline int start(struct bench *bench)
{
    bench->filters = poll_filters_new(&bench->model, &bench->log, NULL);
    bench->names = poll_names_new(&bench->host, NULL);
    if (bench->filters != NULL && bench->names != NULL) {
        const struct poll_discovery_options options = {
            .plan = &bench->plan,
            .filter = poll_filters_find(bench->filters, &bench->plan),
            .names = bench->names,
            .health = &bench->health,
            .host_name = bench->host.name,
            .log = &bench->log};
        bench->discovery = poll_discovery_new(&options, NULL);
    }
    if (bench->discovery != NULL)
        return 0;
    stop(bench);
    return -1;
}

/* New, of a text key; NULL: no memory. */
static inline MI_Instance *make_instance(const char *name)
{
    MI_Value value = {.string = (MI_Char *)name};
    MI_Instance *instance = cim_instance_new("Win32_Service", strlen("Win32_Service"));
    if (instance != NULL &&
        MI_Instance_AddElement(instance, "Name", &value, MI_STRING, 0) == MI_RESULT_OK)
        return instance;
    if (instance != NULL)
        MI_Instance_Delete(instance);
    return NULL;
}

/* The member it is already, or NULL. */
static inline struct poll_member *arrive(struct bench *bench, const char *name)
{
    MI_Instance *instance = make_instance(name);
    if (instance == NULL)
        return NULL;
    struct poll_member *member = poll_discovery_arrive(bench->discovery, instance);
    MI_Instance_Delete(instance);
    return member;
}

/* A pass that shows these names, the last of which is NULL. */
static inline void pass(struct bench *bench, const char *const *names, bool complete)
{
    poll_discovery_begin(bench->discovery);
    for (; *names != NULL; names++)
        arrive(bench, *names);
    poll_discovery_end(bench->discovery, complete);
}

#define NAMES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

/* The member whose key is that. */
static inline struct poll_member *find_member(struct bench *bench, const char *name)
{
    char object[512];
    struct poll_member *member;
    snprintf(object, sizeof object, "Win32_Service.Name=\"%s\"", name);
    for (size_t i = 0; (member = poll_discovery_member(bench->discovery, i)) != NULL; i++)
        if (strcmp(member->object, object) == 0)
            return member;
    return NULL;
}

#endif
