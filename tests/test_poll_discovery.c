/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>

#include "discovery_fixture.h"
#include "metric/name.h"

static int set_up(void **state)
{
    static struct bench bench;
    fill_plan(&bench);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    stop(*state);
    return 0;
}

static void go(struct bench *bench)
{
    assert_int_equal(start(bench), 0);
}

static const char *instance_name(const MI_Instance *instance)
{
    MI_Value value;
    MI_Type type;
    assert_int_equal(MI_Instance_GetElement(instance, "Name", &value, &type, NULL, NULL),
                     MI_RESULT_OK);
    assert_int_equal(type, MI_STRING);
    return value.string;
}

/* What metric i of the member of that key is called: "plugin_instance/type_instance", or "-". */
static const char *title(struct bench *bench, const char *name, size_t i)
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

/* --- Passes --- */

static void newcomers_are_shown_after_the_end_with_what_brought_them(void **state)
{
    struct bench *bench = *state;
    const MI_Instance *instance;
    go(bench);
    poll_discovery_begin(bench->discovery);
    assert_null(arrive(bench, "Spooler"));
    assert_null(arrive(bench, "W32Time"));
    assert_int_equal(poll_discovery_count(bench->discovery), 0);
    assert_null(poll_discovery_newcomer(bench->discovery, 0, &instance));
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
    struct poll_member *member = poll_discovery_newcomer(bench->discovery, 0, &instance);
    assert_string_equal(member->object, "Win32_Service.Name=\"Spooler\"");
    assert_null(member->key);
    assert_string_equal(instance_name(instance), "Spooler");
    assert_non_null(poll_discovery_newcomer(bench->discovery, 1, &instance));
    assert_string_equal(instance_name(instance), "W32Time");
    assert_null(poll_discovery_newcomer(bench->discovery, 2, &instance));
    assert_int_equal(bench->line_count, 0);
}

static void who_is_known_is_told_at_once(void **state)
{
    struct bench *bench = *state;
    const MI_Instance *instance;
    go(bench);
    pass(bench, NAMES("Spooler", "W32Time"), true);
    poll_discovery_begin(bench->discovery);
    struct poll_member *member = arrive(bench, "W32TIME"); /* keys have no case */
    assert_non_null(member);
    assert_string_equal(member->object, "Win32_Service.Name=\"W32Time\"");
    assert_non_null(arrive(bench, "Spooler"));
    poll_discovery_end(bench->discovery, true);
    assert_null(poll_discovery_newcomer(bench->discovery, 0, &instance));
    assert_ptr_equal(find_member(bench, "W32Time"), member);
}

static void a_complete_pass_takes_away_who_is_gone(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a", "b", "c"), true);
    pass(bench, NAMES("c", "d"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
    assert_non_null(find_member(bench, "c"));
    assert_non_null(find_member(bench, "d"));
    pass(bench, NAMES(NULL), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 0);
}

static void a_pass_that_ends_early_takes_nobody_away(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    pass(bench, NAMES("c"), false);
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
    pass(bench, NAMES(NULL), false);
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
}

static void a_pass_that_never_ended_leaves_nothing(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a"), true);
    poll_discovery_begin(bench->discovery);
    arrive(bench, "b");
    arrive(bench, "a");
    poll_discovery_begin(bench->discovery);
    assert_non_null(arrive(bench, "a"));
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 1);
    poll_discovery_begin(bench->discovery);
    arrive(bench, "c"); /* and is freed with it */
}

static void outside_a_pass_nobody_arrives(void **state)
{
    struct bench *bench = *state;
    go(bench);
    assert_null(arrive(bench, "a"));
    pass(bench, NAMES("b"), true);
    poll_discovery_end(bench->discovery, true);
    assert_null(arrive(bench, "b"));
    assert_int_equal(poll_discovery_count(bench->discovery), 1);
}

static void what_is_remembered_stays_with_its_member(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a", "b", "c"), true);
    find_member(bench, "c")->place.identity = 7;
    find_member(bench, "b")->place.identity = 8;
    pass(bench, NAMES("d", "c", "b"), true);
    assert_int_equal(find_member(bench, "c")->place.identity, 7);
    pass(bench, NAMES("c"), true);
    assert_int_equal(find_member(bench, "c")->place.identity, 7);
    pass(bench, NAMES("c", "b"), true);
    assert_int_equal(find_member(bench, "b")->place.identity, 0);
}

static void what_is_not_wanted_is_not_there(void **state)
{
    static const char *const excludes[] = {"b*"};
    static const struct model_discovery_key key = {
        .name = "Name", .exclude = excludes, .exclude_count = 1};
    struct bench *bench = *state;
    bench->plan.keys = &key;
    go(bench);
    pass(bench, NAMES("a", "b", "bb", "_Total"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 1);
    assert_int_equal(bench->line_count, 0);
}

static void who_is_there_twice_counts_once_and_that_is_said_once(void **state)
{
    static const char said[] = "web: Win32_Service.Name=\"a\" is there more than once: the first "
                               "one counts";
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a", "A", "b", "b"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], said);
    poll_discovery_begin(bench->discovery);
    assert_non_null(arrive(bench, "a"));
    assert_null(arrive(bench, "a"));
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(bench->line_count, 1);
    pass(bench, NAMES("a"), false); /* shows nothing */
    pass(bench, NAMES("a", "a"), true);
    assert_int_equal(bench->line_count, 1);
    pass(bench, NAMES("a"), true);
    pass(bench, NAMES("a", "a"), true);
    assert_int_equal(bench->line_count, 2);
    assert_string_equal(bench->lines[1], said);
}

/* --- Asked for one by one --- */

static void members_have_keys_where_they_are_asked_for_one_by_one(void **state)
{
    struct bench *bench = *state;
    const MI_Instance *instance;
    MI_Uint32 flags;
    MI_Value value;
    bench->plan.fetch = MODEL_FETCH_GET;
    go(bench);
    pass(bench, NAMES("a \"b\"\\c"), true);
    struct poll_member *member = poll_discovery_newcomer(bench->discovery, 0, &instance);
    assert_non_null(member);
    assert_null(instance);
    assert_string_equal(member->object, "Win32_Service.Name=\"a \\\"b\\\"\\\\c\"");
    assert_int_equal(MI_Instance_GetElement(member->key, "Name", &value, NULL, &flags, NULL),
                     MI_RESULT_OK);
    assert_string_equal(value.string, "a \"b\"\\c");
    assert_true((flags & MI_FLAG_KEY) != 0);
}

static void one_that_is_dropped_lets_those_behind_it_move_up(void **state)
{
    struct bench *bench = *state;
    const MI_Instance *instance;
    bench->plan.fetch = MODEL_FETCH_GET;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    pass(bench, NAMES("a", "b", "c", "d"), true);
    poll_discovery_drop(bench->discovery, 0);
    assert_string_equal(poll_discovery_member(bench->discovery, 0)->object,
                        "Win32_Service.Name=\"b\"");
    assert_string_equal(poll_discovery_newcomer(bench->discovery, 0, &instance)->object,
                        "Win32_Service.Name=\"c\"");
    poll_discovery_drop(bench->discovery, 1);
    assert_string_equal(poll_discovery_newcomer(bench->discovery, 0, &instance)->object,
                        "Win32_Service.Name=\"d\"");
    assert_null(poll_discovery_newcomer(bench->discovery, 1, &instance));
    poll_discovery_drop(bench->discovery, 2); /* nobody */
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
    pass(bench, NAMES("a", "d"), true);
    assert_non_null(find_member(bench, "a"));
    assert_null(find_member(bench, "b"));
}

static void a_member_that_goes_fails_no_more(void **state)
{
    static const struct poll_failure failure = {.result = MI_RESULT_FAILED};
    struct bench *bench = *state;
    bench->plan.fetch = MODEL_FETCH_GET;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    assert_true(
        poll_health_fail_instance(&bench->health, &find_member(bench, "a")->mark, &failure));
    assert_false(
        poll_health_fail_instance(&bench->health, &find_member(bench, "b")->mark, &failure));
    pass(bench, NAMES("b"), true);
    assert_int_equal(bench->health.failing, 1);
    poll_discovery_drop(bench->discovery, 0);
    assert_int_equal(bench->health.failing, 0);
}

/* --- Too many --- */

static void who_is_a_member_comes_before_newcomers(void **state)
{
    struct bench *bench = *state;
    bench->plan.max_instances = 3;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    pass(bench, NAMES("x", "y", "z", "a", "b"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
    assert_non_null(find_member(bench, "a"));
    assert_non_null(find_member(bench, "b"));
    assert_non_null(find_member(bench, "x"));
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], "web: Win32_Service: 5 instances are wanted, and "
                                         "max_instances is 3: 2 are left out");
}

static void who_goes_makes_room_in_the_same_pass(void **state)
{
    struct bench *bench = *state;
    bench->plan.max_instances = 3;
    go(bench);
    pass(bench, NAMES("a", "b", "c"), true);
    pass(bench, NAMES("x", "y", "c"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
    assert_non_null(find_member(bench, "y"));
    assert_int_equal(bench->line_count, 0);
    pass(bench, NAMES("p", "q"), false); /* nobody goes: there is no room */
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
    assert_null(find_member(bench, "p"));
    assert_int_equal(bench->line_count, 0);
}

static void too_many_are_said_once_until_a_pass_is_without(void **state)
{
    struct bench *bench = *state;
    bench->plan.max_instances = 2;
    go(bench);
    pass(bench, NAMES("a", "b", "c", "d"), true);
    pass(bench, NAMES("a", "b", "c"), true);
    pass(bench, NAMES("a"), false);
    pass(bench, NAMES("c", "a", "b"), true);
    assert_int_equal(bench->line_count, 1);
    pass(bench, NAMES("b", "a"), true);
    pass(bench, NAMES("c", "a", "b"), false);
    assert_int_equal(bench->line_count, 2);
    pass(bench, NAMES("c", "a", "b"), true);
    assert_int_equal(bench->line_count, 2);
}

/* --- Those that are named --- */

static const char *const some_names[] = {"Spooler", "W32Time", "Spoler"};
static const struct model_discovery_key named[] = {
    {.name = "Name", .values = some_names, .value_count = 3}};

static void who_is_named_and_not_there_is_said_once_until_all_are(void **state)
{
    static const char said[] = "web: Win32_Service: no instance has Name \"Spoler\"";
    struct bench *bench = *state;
    bench->plan.keys = named;
    bench->plan.max_instances = 3;
    go(bench);
    pass(bench, NAMES("Spooler"), false); /* the others may follow */
    assert_int_equal(bench->line_count, 0);
    pass(bench, NAMES("a", "W32TIME", "Spooler"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], said);
    pass(bench, NAMES("W32Time"), true);
    assert_int_equal(bench->line_count, 1);
    pass(bench, NAMES("spoler", "W32Time", "Spooler"), true);
    assert_int_equal(bench->line_count, 1);
    pass(bench, NAMES("Spooler", "W32Time"), true);
    assert_int_equal(bench->line_count, 2);
    assert_string_equal(bench->lines[1], said);
}

static void of_several_who_are_not_there_the_first_is_said(void **state)
{
    struct bench *bench = *state;
    bench->plan.keys = named;
    bench->plan.where = "StartMode = 'Auto'";
    go(bench);
    pass(bench, NAMES("W32Time"), true);
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0],
                        "web: Win32_Service: no instance that 'where' lets pass has Name "
                        "\"Spooler\"; 1 more of those that are named is missing");
}

static void who_is_found_is_never_missing(void **state)
{
    static const char *const one[] = {"x"};
    static const struct model_discovery_key keys[] = {
        {.name = "Name"}, {.name = "Kind", .values = one, .value_count = 1}};
    struct bench *bench = *state;
    bench->plan.keys = keys;
    bench->plan.key_count = 2;
    go(bench);
    pass(bench, NAMES(NULL), true);
    assert_int_equal(bench->line_count, 0);
}

/* One with both keys of the test below. */
static void arrive_of_kind(struct bench *bench, const char *name, const char *kind)
{
    MI_Value value = {.string = (MI_Char *)kind};
    MI_Instance *instance = make_instance(name);
    assert_non_null(instance);
    assert_int_equal(MI_Instance_AddElement(instance, "Kind", &value, MI_STRING, 0), MI_RESULT_OK);
    poll_discovery_arrive(bench->discovery, instance);
    MI_Instance_Delete(instance);
}

static void of_several_keys_every_combination_is_named(void **state)
{
    char longest[400];
    const char *kinds[] = {"x", longest};
    const struct model_discovery_key keys[] = {
        {.name = "Name", .values = some_names, .value_count = 2},
        {.name = "Kind", .values = kinds, .value_count = 2}};
    struct bench *bench = *state;
    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    bench->plan.rule.metric_count = 0; /* of which no name would have the kind */
    bench->plan.keys = keys;
    bench->plan.key_count = 2;
    go(bench);
    poll_discovery_begin(bench->discovery);
    arrive_of_kind(bench, "Spooler", "x");
    arrive_of_kind(bench, "W32Time", longest);
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(bench->line_count, 1);
    char said[512];
    snprintf(said, sizeof said,
             "web: Win32_Service: no instance has Name \"Spooler\" and Kind \"%.*s...; 1 more of "
             "those that are named is missing",
             255 - (int)strlen("Name \"Spooler\" and Kind \""), longest);
    assert_string_equal(bench->lines[0], said);
    poll_discovery_begin(bench->discovery);
    arrive_of_kind(bench, "SPOOLER", longest);
    arrive_of_kind(bench, "Spooler", "X");
    arrive_of_kind(bench, "W32Time", longest);
    arrive_of_kind(bench, "W32Time", "x");
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 4);
    pass(bench, NAMES(NULL), true);
    assert_int_equal(bench->line_count, 2); /* news again */
}

/* --- Keys --- */

static struct poll_member *arrive_as(struct bench *bench, MI_Type type, const MI_Value *value,
                                     MI_Uint32 flags)
{
    MI_Instance *instance = cim_instance_new("Win32_Service", strlen("Win32_Service"));
    assert_non_null(instance);
    assert_int_equal(MI_Instance_AddElement(instance, "NAME", value, type, flags), MI_RESULT_OK);
    struct poll_member *member = poll_discovery_arrive(bench->discovery, instance);
    MI_Instance_Delete(instance);
    return member;
}

static void a_key_may_be_a_number_or_a_boolean(void **state)
{
    struct bench *bench = *state;
    go(bench);
    poll_discovery_begin(bench->discovery);
    arrive_as(bench, MI_UINT32, &(MI_Value){.uint32 = 17}, 0);
    arrive_as(bench, MI_SINT64, &(MI_Value){.sint64 = INT64_MIN}, 0);
    arrive_as(bench, MI_BOOLEAN, &(MI_Value){.boolean = MI_TRUE}, 0);
    arrive_as(bench, MI_REAL64, &(MI_Value){.real64 = 0.1}, 0);
    arrive_as(bench, MI_CHAR16, &(MI_Value){.char16 = 65}, 0);
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(bench->line_count, 0);
    assert_string_equal(title(bench, "17", 0), "service-17/state");
    assert_string_equal(title(bench, "-9223372036854775808", 2), "/-9223372036854775808");
    assert_string_equal(title(bench, "true", 2), "/true");
    assert_string_equal(title(bench, "0.1", 2), "/0.1");
    assert_string_equal(title(bench, "65", 2), "/65");
    /* As text it is the same one: a schema may come later. */
    poll_discovery_begin(bench->discovery);
    assert_non_null(arrive(bench, "17"));
    assert_non_null(arrive(bench, "TRUE"));
}

static void one_without_its_key_is_left_out_and_that_is_said_once(void **state)
{
    char long_text[POLL_DISCOVERY_MAX_KEY_BYTES + 2];
    const MI_Value number = {.uint32 = 1};
    MI_Uint32 numbers[] = {1};
    const MI_Value array = {.uint32a = {numbers, 1}};
    const MI_Value long_value = {.string = long_text};
    const MI_Value time = {.datetime = {.isTimestamp = 0}};
    struct bench *bench = *state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const struct {
        MI_Type type;
        const MI_Value *value;
        MI_Uint32 flags;
        const char *sentence;
    } cases[] = {
        {MI_UINT32, &number, MI_FLAG_NULL, "is null"},
        {MI_STRING, NULL, MI_FLAG_NULL, "is null"},
        {MI_UINT32A, &array, 0, "is no text, no number and no boolean"},
        {MI_DATETIME, &time, 0, "is no text, no number and no boolean"},
        {MI_STRING, &long_value, 0, "is too long"},
    };
    go(bench);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char said[256];
        bench->line_count = 0;
        pass(bench, NAMES("a"), true);
        poll_discovery_begin(bench->discovery);
        for (int twice = 0; twice < 2; twice++)
            assert_null(arrive_as(bench, cases[i].type, cases[i].value, cases[i].flags));
        assert_non_null(arrive(bench, "a"));
        poll_discovery_end(bench->discovery, true);
        assert_int_equal(poll_discovery_count(bench->discovery), 1);
        assert_int_equal(bench->line_count, 1);
        snprintf(said, sizeof said, "web: Win32_Service: an instance is left out: its key Name %s",
                 cases[i].sentence);
        assert_string_equal(bench->lines[0], said);
    }
}

static void one_that_lacks_a_key_is_left_out(void **state)
{
    struct bench *bench = *state;
    MI_Instance *instance = cim_instance_new("Win32_Service", 13);
    go(bench);
    poll_discovery_begin(bench->discovery);
    assert_null(poll_discovery_arrive(bench->discovery, instance));
    poll_discovery_end(bench->discovery, true);
    MI_Instance_Delete(instance);
    assert_int_equal(poll_discovery_count(bench->discovery), 0);
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0],
                        "web: Win32_Service: an instance is left out: its key Name is missing");
}

static void the_longest_key_fits_and_is_cut_for_a_person(void **state)
{
    char text[POLL_DISCOVERY_MAX_KEY_BYTES + 1];
    char name[METRIC_NAME_SIZE];
    char whole[POLL_DISCOVERY_MAX_KEY_BYTES + 16];
    struct bench *bench = *state;
    bench->plan.fetch = MODEL_FETCH_GET;
    for (size_t i = 0; i < sizeof text - 1; i += 2)
        memcpy(text + i, "\xc3\xa4", 2);
    text[sizeof text - 1] = '\0';
    go(bench);
    pass(bench, NAMES(text), true);
    struct poll_member *member = poll_discovery_member(bench->discovery, 0);
    assert_non_null(member);
    size_t bytes = strlen(member->object);
    assert_in_range(bytes, 250, 260);
    assert_string_equal(member->object + bytes - 5, "\xc3\xa4...");
    MI_Value value;
    assert_int_equal(MI_Instance_GetElement(member->key, "Name", &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    assert_string_equal(value.string, text);
    /* Each key by itself, then the whole. */
    metric_name_sanitise(text, name);
    assert_string_equal(member->place.titles[2].type_instance, name);
    snprintf(whole, sizeof whole, "service-%s", name);
    metric_name_sanitise(whole, name);
    assert_string_equal(member->place.titles[0].plugin_instance, name);
    poll_discovery_begin(bench->discovery);
    assert_ptr_equal(arrive(bench, text), member);
}

static void several_keys_tell_apart_together(void **state)
{
    static const struct model_discovery_key keys[] = {{.name = "Name"}, {.name = "Index"}};
    static const struct model_metric metric = METRIC("{Name}-{Index}", "state");
    static const char *const pairs[][2] = {{"a", "bc"}, {"ab", "c"}, {"A", "BC"}, {"", "abc"}};
    struct bench *bench = *state;
    bench->plan.keys = keys;
    bench->plan.key_count = 2;
    bench->plan.rule.metrics = &metric;
    bench->plan.rule.metric_count = 1;
    go(bench);
    poll_discovery_begin(bench->discovery);
    for (size_t i = 0; i < 4; i++) {
        MI_Instance *instance = make_instance(pairs[i][0]);
        MI_Value value = {.string = (MI_Char *)pairs[i][1]};
        MI_Instance_AddElement(instance, "Index", &value, MI_STRING, 0);
        assert_null(poll_discovery_arrive(bench->discovery, instance));
        MI_Instance_Delete(instance);
    }
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 3);
    const struct poll_member *member = poll_discovery_member(bench->discovery, 1);
    assert_string_equal(member->object, "Win32_Service.Name=\"ab\",Index=\"c\"");
    assert_string_equal(member->place.titles[0].plugin_instance, "ab-c");
    member = poll_discovery_member(bench->discovery, 2);
    assert_string_equal(member->place.titles[0].plugin_instance, "-abc");
}

/* --- Names --- */

static void metrics_get_the_templates_with_the_keys_in_them(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("C:", "a/b [1]"), true);
    assert_string_equal(title(bench, "C:", 0), "service-C/state");
    assert_string_equal(title(bench, "C:", 1), "service-C/exit_code");
    assert_string_equal(title(bench, "C:", 2), "/C");
    assert_string_equal(title(bench, "a/b [1]", 2), "/a_b__1_");
    const struct poll_title *titles = find_member(bench, "C:")->place.titles;
    assert_ptr_equal(titles[0].plugin_instance, titles[1].plugin_instance);
    assert_ptr_equal(titles[0].type_instance, service_metrics[0].type_instance);
    assert_int_equal(bench->line_count, 0);
}

/* "service-X_12345678/state" of a text. */
static const char *apart(const char *name)
{
    static char expected[2 * METRIC_NAME_SIZE];
    char text[1100];
    char part[METRIC_NAME_SIZE];
    snprintf(text, sizeof text, "service-%s", name);
    metric_name_tell_apart(text, part);
    snprintf(expected, sizeof expected, "%s/state", part);
    return expected;
}

static void a_name_that_runs_keeps_it_and_who_comes_later_gets_a_suffix(void **state)
{
    struct bench *bench = *state;
    char said[512];
    go(bench);
    pass(bench, NAMES("a b"), true);
    pass(bench, NAMES("a/b", "a b"), true);
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
    /* One for each name that collided. */
    assert_int_equal(bench->line_count, 3);
    snprintf(
        said, sizeof said,
        "web: Win32_Service.Name=\"a/b\": another has the name "
        "services-service-a_b/gauge-state: this one is dispatched as services-%.*s/gauge-state",
        (int)(strlen(apart("a/b")) - strlen("/state")), apart("a/b"));
    assert_string_equal(bench->lines[0], said);
    /* Also where its text needs no change. */
    pass(bench, NAMES("a/b", "a b", "a_b"), true);
    assert_string_equal(title(bench, "a_b", 0), apart("a_b"));
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_int_equal(bench->line_count, 3);
}

static void those_who_come_together_all_get_a_suffix_in_whatever_order(void **state)
{
    static const char *const orders[][4] = {
        {"a b", "a/b", "a_b", NULL}, {"a_b", "a/b", "a b", NULL}, {"a/b", "a b", "a_b", NULL}};
    struct bench *bench = *state;
    for (size_t i = 0; i < 3; i++) {
        go(bench);
        pass(bench, orders[i], true);
        for (size_t j = 0; j < 3; j++)
            assert_string_equal(title(bench, orders[i][j], 0), apart(orders[i][j]));
        assert_int_equal(bench->line_count, 3);
        bench->line_count = 0;
        stop(bench);
    }
}

static void who_had_a_contested_name_gets_it_back(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("a b"), true);
    pass(bench, NAMES("a b", "a/b"), true);
    pass(bench, NAMES("a/b"), true);
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
    pass(bench, NAMES("a:b", "A B", "a/b"), true);
    assert_string_equal(title(bench, "A B", 0), "service-A_B/state"); /* names have case */
    pass(bench, NAMES("a/b"), true);
    pass(bench, NAMES("a b", "a?b", "a/b"), true);
    assert_string_equal(title(bench, "a b", 0), "service-a_b/state");
    assert_string_equal(title(bench, "a?b", 0), apart("a?b"));
    assert_string_equal(title(bench, "a/b", 0), apart("a/b"));
}

static void a_name_that_the_configuration_gave_is_never_another_s(void **state)
{
    struct bench *bench = *state;
    go(bench);
    pass(bench, NAMES("fixed"), true);
    assert_string_equal(title(bench, "fixed", 0), apart("fixed"));
    assert_string_equal(title(bench, "fixed", 1), "service-fixed/exit_code");
    assert_int_equal(bench->line_count, 1);
}

static void a_name_with_a_suffix_is_nobody_s_either(void **state)
{
    struct bench *bench = *state;
    char fake[METRIC_NAME_SIZE];
    go(bench);
    /* "a b" would become what this one is called already. */
    metric_name_tell_apart("a b", fake);
    pass(bench, NAMES("a/b", fake), true);
    pass(bench, NAMES("a/b", fake, "a b"), true);
    assert_string_equal(title(bench, fake, 2) + 1, fake);
    assert_string_equal(title(bench, "a/b", 2), "/a_b");
    assert_string_equal(title(bench, "a b", 2), "-");
    assert_string_equal(title(bench, "a b", 0), apart("a b")); /* service-... has another suffix */
    pass(bench, NAMES("a b"), true);
    assert_string_equal(title(bench, "a b", 2), "-");
}

static void nor_is_one_that_comes_together_with_those_who_want_it(void **state)
{
    struct bench *bench = *state;
    char fake[METRIC_NAME_SIZE];
    go(bench);
    metric_name_tell_apart("a b", fake);
    pass(bench, NAMES("a b", "a/b", fake), true);
    assert_string_equal(title(bench, fake, 2) + 1, fake);
    assert_string_equal(title(bench, "a b", 2), "-");
    assert_string_not_equal(title(bench, "a/b", 2), "-");
}

static void who_goes_gives_up_its_names(void **state)
{
    struct bench *bench = *state;
    go(bench);
    size_t before = poll_names_count(bench->names);
    pass(bench, NAMES("a b", "c", "d"), true);
    assert_int_equal(poll_names_count(bench->names), before + 9);
    poll_discovery_drop(bench->discovery, 2);
    pass(bench, NAMES("a/b", "c"), true);
    assert_string_equal(title(bench, "a/b", 0), "service-a_b/state");
    pass(bench, NAMES("a/b", "a b"), true); /* three names are contested */
    pass(bench, NAMES(NULL), true);
    assert_int_equal(poll_names_count(bench->names), before + 3);
}

static void two_metrics_of_one_instance_with_one_name_are_both_left_out(void **state)
{
    static const struct model_metric metrics[] = {METRIC("same", "state"), METRIC("same", "state"),
                                                  METRIC("{Name}", "state")};
    struct bench *bench = *state;
    bench->plan.rule.metrics = metrics;
    bench->plan.rule.metric_count = 3;
    go(bench);
    pass(bench, NAMES("a"), true);
    assert_string_equal(title(bench, "a", 0), "-");
    assert_string_equal(title(bench, "a", 1), "-");
    assert_string_equal(title(bench, "a", 2), "a/state");
    assert_int_equal(bench->line_count, 1);
    assert_string_equal(bench->lines[0], "web: Win32_Service.Name=\"a\": another has the name "
                                         "services-same/gauge-state: this metric is left out");
}

static void collisions_do_not_fill_the_log(void **state)
{
    struct bench *bench = *state;
    go(bench);
    poll_discovery_begin(bench->discovery);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d%c%d", i / 2, i % 2 ? '/' : ' ', i / 2);
        arrive(bench, name);
    }
    poll_discovery_end(bench->discovery, true);
    assert_int_equal(poll_discovery_count(bench->discovery), 200);
    assert_int_equal(bench->line_count, POLL_NAMES_MAX_SAID);
    assert_non_null(strstr(bench->lines[POLL_NAMES_MAX_SAID - 1],
                           "; of this host no more names are told that others have too"));
    assert_null(strstr(bench->lines[POLL_NAMES_MAX_SAID - 2], "no more"));
}

static void a_metric_of_a_rule_without_metrics_is_no_trouble(void **state)
{
    struct bench *bench = *state;
    bench->plan.rule.metric_count = 0;
    go(bench);
    pass(bench, NAMES("a", "b"), true);
    assert_int_equal(poll_discovery_count(bench->discovery), 2);
}

/* --- Hostile names --- */

static void whatever_a_key_holds_its_names_are_clean_and_apart(void **state)
{
    static const char *const hostile[] = {"",
                                          " ",
                                          "\"",
                                          "\\",
                                          "'",
                                          "[",
                                          "]",
                                          "{Name}",
                                          "%s%n",
                                          "..",
                                          ".",
                                          "/",
                                          "a\nweb: forged",
                                          "\x1b[31m",
                                          "\xff\xfe",
                                          "\xe4",
                                          "\xc3\xa4",
                                          "\xd0\x96",
                                          "\x01",
                                          "-",
                                          ":",
                                          "a:",
                                          "_Total2",
                                          "\"\"\"\"",
                                          "\\\\.\\PHYSICALDRIVE2",
                                          "Name=\"x\"",
                                          "{",
                                          "}",
                                          "a,b",
                                          "a=b"};
    enum { COUNT = sizeof hostile / sizeof hostile[0] };
    struct bench *bench = *state;
    go(bench);
    for (int again = 0; again < 3; again++) {
        poll_discovery_begin(bench->discovery);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(arrive(bench, hostile[i]) != NULL, again > 0);
        poll_discovery_end(bench->discovery, true);
    }
    assert_int_equal(poll_discovery_count(bench->discovery), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const struct poll_title *mine = poll_discovery_member(bench->discovery, i)->place.titles;
        assert_true(metric_name_is_clean(mine[0].plugin_instance));
        assert_true(metric_name_is_clean(mine[2].type_instance));
        for (size_t j = 0; j < i; j++) {
            const struct poll_title *other =
                poll_discovery_member(bench->discovery, j)->place.titles;
            assert_string_not_equal(mine[0].plugin_instance, other[0].plugin_instance);
            assert_string_not_equal(mine[2].type_instance, other[2].type_instance);
        }
    }
    for (size_t i = 0; i < bench->line_count; i++) {
        assert_memory_equal(bench->lines[i], "web: ", 5);
        for (const char *c = bench->lines[i]; *c != '\0'; c++)
            assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    }
}

static void ten_thousand_are_found_without_looking_at_all_of_them(void **state)
{
    enum { COUNT = MODEL_DISCOVERY_MAX_INSTANCES };
    struct bench *bench = *state;
    bench->plan.max_instances = COUNT;
    go(bench);
    for (int again = 0; again < 2; again++) {
        poll_discovery_begin(bench->discovery);
        for (int i = 0; i < COUNT + 5; i++) {
            char name[64];
            snprintf(name, sizeof name, "a process with a name#%d", i);
            assert_int_equal(arrive(bench, name) != NULL, again > 0 && i < COUNT);
        }
        poll_discovery_end(bench->discovery, true);
        assert_int_equal(poll_discovery_count(bench->discovery), COUNT);
    }
    assert_int_equal(bench->line_count, 1);
}

/* --- 1,000 passes against a list --- */

enum { ALL = 60, PASSES = 1000 };

/* Three of each would have one name. */
static void write_name(size_t i, char name[32])
{
    snprintf(name, 32, "k%zu%cx", i / 3, "_ /"[i % 3]);
}

struct ledger {
    bool is_there[ALL];
    char titles[ALL][3][2 * METRIC_NAME_SIZE]; /* what each is called as long as it is there */
};

static void shuffle(unsigned *seed, size_t *order)
{
    for (size_t i = 0; i < ALL; i++)
        order[i] = i;
    for (size_t i = ALL - 1; i > 0; i--) {
        size_t j = (size_t)rand_r(seed) % (i + 1);
        size_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* Shows some, in some order, some twice. */
static void show_some(struct bench *bench, struct ledger *ledger, unsigned *seed, bool *is_shown)
{
    size_t order[ALL];
    int share = 1 + rand_r(seed) % 4;
    shuffle(seed, order);
    for (size_t i = 0; i < ALL; i++) {
        char name[32];
        size_t which = order[i];
        is_shown[which] = rand_r(seed) % 4 < share;
        if (!is_shown[which])
            continue;
        write_name(which, name);
        name[0] = rand_r(seed) % 8 > 0 || !ledger->is_there[which] ? 'k' : 'K';
        struct poll_member *member = arrive(bench, name);
        assert_int_equal(member != NULL, ledger->is_there[which]);
        if (rand_r(seed) % 16 == 0)
            assert_null(arrive(bench, name));
    }
}

static void check_newcomers(struct bench *bench, const struct ledger *ledger, const bool *is_shown)
{
    const MI_Instance *instance;
    const struct poll_member *member;
    size_t expected = 0;
    size_t count = 0;
    for (size_t i = 0; i < ALL; i++)
        expected += is_shown[i] && !ledger->is_there[i];
    for (; (member = poll_discovery_newcomer(bench->discovery, count, &instance)) != NULL; count++)
        assert_non_null(strstr(member->object, instance_name(instance)));
    assert_int_equal(count, expected);
}

static void check_one(struct bench *bench, struct ledger *ledger, size_t i, bool is_new)
{
    char name[32];
    write_name(i, name);
    assert_int_equal(find_member(bench, name) != NULL, ledger->is_there[i]);
    if (!ledger->is_there[i])
        return;
    for (size_t m = 0; m < 3; m++) {
        const char *text = title(bench, name, m);
        assert_string_not_equal(text, "-");
        if (is_new)
            snprintf(ledger->titles[i][m], sizeof ledger->titles[i][m], "%s", text);
        else
            assert_string_equal(ledger->titles[i][m], text);
    }
}

static void check_all_differ(const struct ledger *ledger)
{
    for (size_t i = 0; i < ALL; i++)
        for (size_t j = 0; j < i; j++)
            for (size_t m = 0; ledger->is_there[i] && ledger->is_there[j] && m < 3; m++)
                assert_string_not_equal(ledger->titles[i][m], ledger->titles[j][m]);
}

static void one_pass(struct bench *bench, struct ledger *ledger, unsigned *seed)
{
    bool is_shown[ALL];
    bool complete = rand_r(seed) % 4 > 0;
    size_t count = 0;
    poll_discovery_begin(bench->discovery);
    show_some(bench, ledger, seed, is_shown);
    poll_discovery_end(bench->discovery, complete);
    check_newcomers(bench, ledger, is_shown);
    for (size_t i = 0; i < ALL; i++) {
        bool was_there = ledger->is_there[i];
        ledger->is_there[i] = is_shown[i] || (was_there && !complete);
        count += ledger->is_there[i];
        check_one(bench, ledger, i, !was_there);
    }
    check_all_differ(ledger);
    assert_int_equal(poll_discovery_count(bench->discovery), count);
}

static void run_passes(struct bench *bench)
{
    struct ledger ledger = {{false}, {{""}}};
    unsigned seed = 20261123;
    go(bench);
    for (int i = 0; i < PASSES; i++)
        one_pass(bench, &ledger, &seed);
    stop(bench);
}

/* 0 under a sanitizer, which finds leaks itself. */
static size_t live_bytes(void)
{
    return mallinfo2().uordblks;
}

static void a_thousand_passes_end_as_a_list_says_and_leave_nothing(void **state)
{
    struct bench *bench = *state;
    run_passes(bench); /* the allocator's own caches fill up */
    size_t before = live_bytes();
    run_passes(bench);
    size_t after = live_bytes();
    /* 20,000 newcomers came; a byte of each would be more. */
    assert_true(after <= before + 8192);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(newcomers_are_shown_after_the_end_with_what_brought_them),
        TEST(who_is_known_is_told_at_once),
        TEST(a_complete_pass_takes_away_who_is_gone),
        TEST(a_pass_that_ends_early_takes_nobody_away),
        TEST(a_pass_that_never_ended_leaves_nothing),
        TEST(outside_a_pass_nobody_arrives),
        TEST(what_is_remembered_stays_with_its_member),
        TEST(what_is_not_wanted_is_not_there),
        TEST(who_is_there_twice_counts_once_and_that_is_said_once),
        TEST(members_have_keys_where_they_are_asked_for_one_by_one),
        TEST(one_that_is_dropped_lets_those_behind_it_move_up),
        TEST(a_member_that_goes_fails_no_more),
        TEST(who_is_a_member_comes_before_newcomers),
        TEST(who_goes_makes_room_in_the_same_pass),
        TEST(too_many_are_said_once_until_a_pass_is_without),
        TEST(who_is_named_and_not_there_is_said_once_until_all_are),
        TEST(of_several_who_are_not_there_the_first_is_said),
        TEST(who_is_found_is_never_missing),
        TEST(of_several_keys_every_combination_is_named),
        TEST(a_key_may_be_a_number_or_a_boolean),
        TEST(one_without_its_key_is_left_out_and_that_is_said_once),
        TEST(one_that_lacks_a_key_is_left_out),
        TEST(the_longest_key_fits_and_is_cut_for_a_person),
        TEST(several_keys_tell_apart_together),
        TEST(metrics_get_the_templates_with_the_keys_in_them),
        TEST(a_name_that_runs_keeps_it_and_who_comes_later_gets_a_suffix),
        TEST(those_who_come_together_all_get_a_suffix_in_whatever_order),
        TEST(who_had_a_contested_name_gets_it_back),
        TEST(a_name_that_the_configuration_gave_is_never_another_s),
        TEST(a_name_with_a_suffix_is_nobody_s_either),
        TEST(nor_is_one_that_comes_together_with_those_who_want_it),
        TEST(who_goes_gives_up_its_names),
        TEST(two_metrics_of_one_instance_with_one_name_are_both_left_out),
        TEST(collisions_do_not_fill_the_log),
        TEST(a_metric_of_a_rule_without_metrics_is_no_trouble),
        TEST(whatever_a_key_holds_its_names_are_clean_and_apart),
        TEST(ten_thousand_are_found_without_looking_at_all_of_them),
        TEST(a_thousand_passes_end_as_a_list_says_and_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
