/* SPDX-License-Identifier: MIT */
/*
 * One property P of an instance that the test changes, and the memory of its counter: for the tests
 * of metric/cook.c. Included by one file of a test program.
 */
#ifndef COOK_FIXTURE_H
#define COOK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cim/instance.h"
#include "metric/cook.h"

#define COUNTER     272696320u
#define BULK        272696576u
#define TIMER       542180608u
#define TIMER_INV   558957824u
#define AVERAGE     1073874176u
#define ELAPSED     807666944u
#define FRACTION    537003008u
#define MULTI       575735040u
#define PRECISION   542573824u
#define RAWCOUNT    65536u
#define OBJECT_TIME 543229184u
#define AVG_TIMER   805438464u
#define DOUBLE_RAW  73728u

struct world {
    MI_Instance *instance;
    struct model_metric metric;
    const char *properties[1];
    struct metric_memory memory;
    struct metric_number number;
    struct metric_refusal refusal;
};

static inline void forget(struct world *world)
{
    if (world->instance != NULL)
        MI_Instance_Delete(world->instance);
    world->instance = cim_instance_new("C", 1);
}

static inline int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    world->properties[0] = "P";
    world->metric = (struct model_metric){.properties = world->properties,
                                          .property_count = 1,
                                          .plugin = "mi",
                                          .plugin_instance = "",
                                          .type_instance = "",
                                          .scale = 1,
                                          .reading = MODEL_READING_COOKED};
    forget(world);
    *state = world;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *world = *state;
    MI_Instance_Delete(world->instance);
    free(world);
    return 0;
}

static inline void begin(struct world *world, enum model_reading reading, uint32_t code)
{
    world->metric.reading = reading;
    world->metric.counter_type = code;
    memset(&world->memory, 0, sizeof world->memory);
}

/* NULL: a null. */
static inline void add(struct world *world, const char *name, const char *text)
{
    MI_Value value = {.string = (char *)text};
    assert_int_equal(MI_Instance_AddElement(world->instance, name, text != NULL ? &value : NULL,
                                            MI_STRING, text == NULL ? MI_FLAG_NULL : 0),
                     MI_RESULT_OK);
}

static inline void add_number(struct world *world, const char *name, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    add(world, name, text);
}

static inline enum metric_outcome take(struct world *world)
{
    world->number = (struct metric_number){.is_real = true, .real = -4711};
    memset(&world->refusal, 0x55, sizeof world->refusal);
    enum metric_outcome outcome = metric_cook_take(world->instance, &world->metric, 0,
                                                   &world->memory, &world->number, &world->refusal);
    if (outcome != METRIC_SAMPLE_OK) {
        assert_true(world->number.is_real && world->number.real == -4711);
        assert_int_equal(world->refusal.outcome, outcome);
    }
    return outcome;
}

/* A whole instance at a second of the host's uptime, with P as text and a base of its own. */
static inline void put(struct world *world, const char *text, uint64_t uptime_s, uint64_t base)
{
    forget(world);
    add(world, "P", text);
    add_number(world, "P_Base", base);
    add_number(world, "Timestamp_PerfTime", uptime_s * 3579545);
    add_number(world, "Frequency_PerfTime", 3579545);
    add_number(world, "Timestamp_Sys100NS", 130000000000000000 + uptime_s * 10000000);
    add_number(world, "Frequency_Sys100NS", 10000000);
    add_number(world, "Timestamp_Object", uptime_s * 1000);
    add_number(world, "Frequency_Object", 1000);
}

static inline enum metric_outcome take_at(struct world *world, uint64_t value, uint64_t uptime_s)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    put(world, text, uptime_s, 1);
    return take(world);
}

static inline void assert_cooked(struct world *world, double value)
{
    if (!world->number.is_real || !(fabs(world->number.real - value) <= 1e-12 * fabs(value)))
        fail_msg("%.17g, not %.17g", world->number.real, value);
}

static inline void assert_refused(struct world *world, const char *property, bool of_base)
{
    assert_string_equal(world->refusal.property, property);
    assert_int_equal(world->refusal.of_base, of_base);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
