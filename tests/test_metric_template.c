/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "metric/template.h"

static const struct model_key KEYS[] = {{"Name", "C: D"}, {"Kind", ""}, {"Side", "{Name}"}};

static void check(const char *template_text, bool sanitise, const char *expected)
{
    struct buf text;
    buf_init(&text, 4096);
    metric_template_fill(template_text, KEYS, sizeof KEYS / sizeof KEYS[0], sanitise, &text);
    assert_int_equal(buf_failed(&text, "a name", NULL), 0);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void a_key_in_braces_becomes_its_value(void **state)
{
    (void)state;
    check("", false, "");
    check("plain", false, "plain");
    check("{Name}", false, "C: D");
    check("a-{Name}-{Name}-b", false, "a-C: D-C: D-b");
    check("{Kind}", false, "");
}

static void names_of_keys_have_no_case(void **state)
{
    (void)state;
    check("{nAME}", false, "C: D");
    check("{Nam}", false, "");
    check("{Names}", false, "");
}

static void each_value_is_sanitised_by_itself(void **state)
{
    (void)state;
    check("{Name}", true, "C__D");
    check("a b-{Name}", true, "a b-C__D");
}

/* Values come from hosts. */
static void a_value_is_no_template(void **state)
{
    (void)state;
    check("{Side}", false, "{Name}");
    check("{Side}", true, "_Name_");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_in_braces_becomes_its_value),
        cmocka_unit_test(names_of_keys_have_no_case),
        cmocka_unit_test(each_value_is_sanitised_by_itself),
        cmocka_unit_test(a_value_is_no_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
