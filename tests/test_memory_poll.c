/* SPDX-License-Identifier: MIT */
/* What a round remembers without memory: every allocation failed in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc_failure.h"
#include "metric/cook.h"
#include "poll/harvest.h"

static const struct model_metric metrics[] = {
    {.property_count = 2, .reading = MODEL_READING_RAW},
    {.property_count = 1, .reading = MODEL_READING_NUMBER},
    {.property_count = 1, .reading = MODEL_READING_COOKED, .counter_type = 272696576},
};
static const struct model_instance counting = {.metrics = metrics, .metric_count = 3};
static const struct model_instance plain = {.metrics = &metrics[1], .metric_count = 1};
static const struct model_instance *const instances[] = {&counting, &plain, &counting, &counting};

static int remember(void *context)
{
    const struct model_round *plan = context;
    struct poll_harvest harvest = {.memories = NULL};
    if (poll_harvest_init(&harvest, plan) != 0) {
        alloc_failure_check(harvest.memories == NULL, "nothing is left to free");
        return -1;
    }
    alloc_failure_check(harvest.memories[1] == NULL, "what needs no memory has none");
    alloc_failure_check(!harvest.memories[3][2].has_last, "a memory is empty at first");
    poll_harvest_free(&harvest, plan);
    return 0;
}

static void a_round_has_all_its_memories_or_none(void **state)
{
    struct model_round plan = {.instances = instances, .instance_count = 4};
    (void)state;
    alloc_failure_replay("remember", 4, remember, &plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_round_has_all_its_memories_or_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
