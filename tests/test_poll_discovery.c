/* SPDX-License-Identifier: MIT */
#include "discovery_bench.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
