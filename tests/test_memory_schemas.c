/* SPDX-License-Identifier: MIT */
/* The cache of schemas without memory: every allocation failed in turn. Nobody is left waiting for
 * an answer that never comes, and a reading is whole or none. */
#include "class_fixture.h"

#include "alloc_failure.h"
#include "poll/schemas.h"

#define CLASS_NAME "Win32_PerfRawData_X_Y"
#define TIMER      542180608u

static const char declaration[] =
    "<CLASS NAME=\"" CLASS_NAME "\">" CLASS_COUNTER("Busy", "uint64", "542180608") "</CLASS>";

static MI_Class *declared;

static int refuse_many(struct poll_schemas *schemas)
{
    struct poll_schema *schema;
    int rc = 0;
    for (size_t slot = 0; slot < 6 && rc == 0; slot++) {
        enum poll_schemas_state state =
            poll_schemas_find(schemas, "6.1.7601", "root/cimv2", CLASS_NAME, slot, 0, &schema);
        if (state == POLL_SCHEMAS_NONE)
            return -1;
        alloc_failure_check(state == POLL_SCHEMAS_ASK, "nobody asks, and it was not refused");
        alloc_failure_check(poll_schemas_refuse(schemas, schema, slot, true, 0), "told before");
        state = poll_schemas_find(schemas, "6.1.7601", "root/cimv2", CLASS_NAME, slot, 0, &schema);
        rc = state == POLL_SCHEMAS_NONE ? 0 : -1; /* it was forgotten */
        if (rc != 0)
            poll_schemas_give_up(schemas, schema);
    }
    return rc;
}

static int read_completed(struct poll_schemas *schemas, struct poll_schema *schema)
{
    static const struct model_type type = {"gauge", 1, {MODEL_GAUGE}};
    static const char *const properties[] = {"Busy"};
    static const struct model_metric metric = {
        .properties = properties, .property_count = 1, .type = &type, .scale = 1};
    static const struct model_instance rule = {
        .class_name = CLASS_NAME, .metrics = &metric, .metric_count = 1};
    const struct poll_reading *reading = poll_schemas_reading(schemas, &rule, schema, NULL);
    if (reading == NULL)
        return -1;
    alloc_failure_check(reading->metric_count == 1 && reading->memory_count == 1 &&
                            reading->metrics[0].counter_type == TIMER,
                        "the reading is not whole");
    return 0;
}

static int take(struct poll_schemas *schemas)
{
    struct poll_schema *schema, *again;
    struct err err = ERR_INIT;
    if (poll_schemas_find(schemas, "10.0.17763", "root/cimv2", CLASS_NAME, 0, 0, &schema) !=
        POLL_SCHEMAS_ASK) {
        alloc_failure_check(schema == NULL, "none for want of memory has no schema");
        return -1;
    }
    int rc = poll_schemas_take(schemas, schema, declared, 0, &err);
    enum poll_schemas_state state =
        poll_schemas_find(schemas, "10.0.17763", "root/cimv2", CLASS_NAME, 1, 0, &again);
    alloc_failure_check(state == (rc == 0 ? POLL_SCHEMAS_HERE : POLL_SCHEMAS_NONE),
                        "what is not taken counts as refused");
    alloc_failure_check(rc == 0 || err.kind == ERR_MEMORY, "no memory is said so");
    alloc_failure_check(poll_schemas_count(schemas) == (rc == 0), "what is here is counted");
    return rc == 0 ? read_completed(schemas, schema) : -1;
}

static int play(void *context)
{
    (void)context;
    struct err err = ERR_INIT;
    struct poll_schemas *schemas = poll_schemas_new(&err);
    if (schemas == NULL) {
        alloc_failure_check(err.kind == ERR_MEMORY, "no memory is said so");
        return -1;
    }
    int taken = take(schemas);
    int refused = refuse_many(schemas);
    poll_schemas_free(schemas);
    return taken == 0 && refused == 0 ? 0 : -1;
}

static void a_cache_without_memory_leaves_nobody_waiting(void **state)
{
    (void)state;
    declared = class_read(declaration);
    alloc_failure_replay("schemas", 7, play, NULL);
    MI_Class_Delete(declared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cache_without_memory_leaves_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
