/* SPDX-License-Identifier: MIT */
/* What the test programs of poll/discovery.c share besides discovery_fixture.h: a bench a test, and
 * what is looked at. Included by one file of a test program. */
#ifndef DISCOVERY_BENCH_H
#define DISCOVERY_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "discovery_fixture.h"
#include "metric/name.h"

static inline int set_up(void **state)
{
    static struct bench bench;
    fill_plan(&bench);
    *state = &bench;
    return 0;
}

static inline int tear_down(void **state)
{
    stop(*state);
    return 0;
}

static inline void go(struct bench *bench)
{
    assert_int_equal(start(bench), 0);
}

static inline const char *instance_name(const MI_Instance *instance)
{
    MI_Value value;
    MI_Type type;
    assert_int_equal(MI_Instance_GetElement(instance, "Name", &value, &type, NULL, NULL),
                     MI_RESULT_OK);
    assert_int_equal(type, MI_STRING);
    return value.string;
}

/* What metric i of the member of that key is called: "plugin_instance/type_instance", or "-". */
static inline const char *title(struct bench *bench, const char *name, size_t i)
{
    static char text[2 * METRIC_NAME_SIZE];
    const struct poll_member *member = find_member(bench, name);
    assert_non_null(member);
    const struct poll_title *titles = member->place.titles;
    assert_non_null(titles);
    if (titles[i].plugin_instance == NULL)
        return "-";
    snprintf(text, sizeof text, "%s/%s", titles[i].plugin_instance, titles[i].type_instance);
    return text;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
