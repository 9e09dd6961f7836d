/* SPDX-License-Identifier: MIT */
/* A million of everything: each ends at a maximum, with a word, and the rest of the file is used.
 */
#include "config_fixture.h"

#include "config/discovery.h"
#include "config/document.h"
#include "config/keys.h"
#include "config/module.h"
#include "config/reading.h"
#include "config/uses.h"

#define MODULE "module: m\ninstances: [{class: C, metrics: [{property: P, type: gauge}]}]\n"
#define AUTHS  "auths: {a: {method: basic, user: u, password_file: secret}}\n"
#define FINE   "hosts:\n  fine: {auth: a, modules: [m]}\n"

static int begin(void **state)
{
    fixture_setup(state);
    assert_int_equal(mkdir("modules", 0700), 0);
    fixture_write("modules/m.yaml", MODULE);
    fixture_write("hosts.yaml", AUTHS FINE);
    return 0;
}

/* path: before, part a number of times with its number in it, behind. */
static void write_many(const char *path, const char *before, const char *part, size_t count,
                       const char *behind)
{
    FILE *file = fopen(path, "wb");
    const char *place = strchr(part, '#');
    assert_non_null(file);
    fputs(before, file);
    for (size_t i = 0; i < count; i++) {
        if (place != NULL)
            fprintf(file, "%.*s%zu%s", (int)(place - part), part, i, place + 1);
        else
            fputs(part, file);
    }
    fputs(behind, file);
    assert_int_equal(fclose(file), 0);
}

/* That alone is said, and the host that is fine is there. */
static void gives(struct fixture *fixture, const char *said)
{
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), said);
    assert_int_equal(fixture->model->host_count, 1);
    assert_string_equal(fixture->model->hosts[0].name, "fine");
}

static void a_million_hosts_are_more_than_one_file_holds(void **state)
{
    struct fixture *fixture = *state;
    write_many("hosts.yaml", AUTHS "hosts:\n", "  h#:\n", 1000000, "");
    fixture_load_here(fixture);
    assert_int_equal(fixture->model->host_count, 0);
    assert_non_null(strstr(fixture_said(fixture), ": more than 2000000 keys and values up to here: "
                                                  "the file is not read, split it\n"));
    assert_int_equal(fixture->line_count, 1);
}

/* Once these were taken for a lack of memory, which ended the whole load. */
static void a_million_modules_of_a_host_are_too_many(void **state)
{
    write_many("hosts.yaml", AUTHS FINE "  bad:\n    auth: a\n    modules: [", "m, ", 1000000,
               "]\n");
    gives(*state, "hosts.yaml:6:14: 'modules' has 1000000 entries, and 1000 are the maximum\n");
}

static void a_thousand_modules_of_a_host_are_not(void **state)
{
    struct fixture *fixture = *state;
    write_many("hosts.yaml", AUTHS FINE "  more:\n    auth: a\n    modules: [",
               "{m: {interval: #}}, ", CONFIG_USES_MAX, "]\n");
    fixture_load_here(fixture);
    assert_int_equal(fixture->model->host_count, 2);
}

static void a_million_values_of_a_key_are_too_many(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/bad.yaml", "module: bad\ninstances:\n  - class: C\n    keys: {Name: [",
               "#, ", 1000000, "]}\n    metrics: [{property: P, type: gauge}]\n");
    gives(fixture, "modules/bad.yaml:4:18: 'Name' has 1000000 values, and 1000 instances are the "
                   "maximum\n");
}

static void a_hundred_thousand_keys_are_too_many(void **state)
{
    write_many("modules/bad.yaml", "module: bad\ninstances:\n  - class: C\n    keys: {", "k#: 1, ",
               100000, "}\n    metrics: [{property: P, type: gauge}]\n");
    gives(*state, "modules/bad.yaml:4:11: 'keys' has 100000 entries, and 64 are the maximum\n");
}

/* Compared each with each these would take an hour. */
static void three_hundred_thousand_metrics_are_too_many(void **state)
{
    write_many("modules/bad.yaml", "module: bad\ninstances:\n  - class: C\n    metrics: [",
               "{property: P#, type: gauge}, ", 300000, "]\n");
    gives(*state,
          "modules/bad.yaml:4:14: 'metrics' has 300000 entries, and 1000 are the maximum\n");
}

#define METRIC_BEFORE                                                                    \
    "module: bad\ninstances:\n  - class: C\n    metrics:\n      - property: P\n        " \
    "type: gauge\n        "

static void a_hundred_thousand_states_are_too_many(void **state)
{
    write_many("modules/bad.yaml", METRIC_BEFORE "states: [", "s#, ", 100000, "]\n");
    gives(*state, "modules/bad.yaml:7:17: 'states' has 100000 entries, and 64 are the maximum\n");
}

static void sixty_four_states_are_as_many_metrics(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml",
               "module: m\ninstances:\n  - class: C\n    metrics:\n      "
               "- {property: P, type: gauge, states: [",
               "s#, ", CONFIG_READING_MAX_STATES, "]}\n");
    gives(fixture, "");
    assert_int_equal(fixture->report.metric_count, CONFIG_READING_MAX_STATES);
}

static void a_thousand_states_in_many_metrics_are_too_many(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml", "module: m\ninstances:\n  - class: C\n    metrics:\n",
               "      - {property: P, type: gauge, plugin_instance: p#, states: [a, b]}\n", 501,
               "");
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture),
                        "modules/m.yaml:5:7: 'metrics' amounts to 1002 with all its states, and "
                        "1000 are the maximum\n"
                        "hosts.yaml:3:3: host 'fine' has nothing to collect, since nothing is left "
                        "of its modules\n");
}

static void a_hundred_thousand_mapped_texts_are_too_many(void **state)
{
    write_many("modules/bad.yaml", METRIC_BEFORE "map: {", "s#: 1, ", 100000, "}\n");
    gives(*state, "modules/bad.yaml:7:14: 'map' has 100000 entries, and 256 are the maximum\n");
}

static void a_mapped_text_and_a_state_have_256_bytes_at_most(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml",
               "module: m\ninstances:\n  - class: C\n    metrics:\n"
               "      - {property: P, type: gauge, map: {",
               "x", CONFIG_READING_MAX_TEXT_BYTES, ": 1}}\n");
    gives(fixture, "");
    write_many("modules/bad.yaml", METRIC_BEFORE "map: {", "x", CONFIG_READING_MAX_TEXT_BYTES + 1,
               ": 1}\n");
    gives(fixture, "modules/bad.yaml:7:15: 'map' has the text "
                   "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', "
                   "257 bytes long, and 256 are the maximum\n");
    write_many("modules/bad.yaml", METRIC_BEFORE "states: [", "x",
               CONFIG_READING_MAX_TEXT_BYTES + 1, "]\n");
    gives(fixture, "modules/bad.yaml:7:18: 'states' has "
                   "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', "
                   "257 bytes long, and 256 are the maximum\n");
}

static void a_hundred_thousand_instances_are_too_many(void **state)
{
    write_many("modules/bad.yaml", "module: bad\ninstances:\n",
               "  - {class: C#, metrics: [{property: P, type: gauge}]}\n", 100000, "");
    gives(*state,
          "modules/bad.yaml:3:3: 'instances' has 100000 entries, and 1000 are the maximum\n");
}

static void a_hundred_thousand_unknown_keys_end_in_a_number(void **state)
{
    struct fixture *fixture = *state;
    write_many("hosts.yaml", AUTHS FINE "  bad:\n    auth: a\n    modules: [m]\n", "    key#: 1\n",
               100000, "");
    fixture_load_here(fixture);
    assert_int_equal(fixture->model->host_count, 2);
    assert_int_equal(fixture->line_count, 1001);
    assert_int_equal(fixture->report.warning_count, 100000);
}

static void a_value_of_a_key_has_four_thousand_bytes_at_most(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml", "module: m\ninstances:\n  - class: C\n    keys: {Name: [\"", "x",
               CONFIG_KEYS_MAX_VALUE_BYTES, "\"]}\n    metrics: [{property: P, type: gauge}]\n");
    gives(fixture, "");
    write_many("modules/m.yaml", "module: m\ninstances:\n  - class: C\n    keys: {Name: [\"", "x",
               3000000, "\", short]}\n    metrics: [{property: P, type: gauge}]\n");
    gives(fixture, "modules/m.yaml:4:19: 'Name' is "
                   "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', "
                   "3000000 bytes long, and 4096 are the maximum\n");
}

#define FINDS "module: bad\ninstances:\n  - class: C\n    keys: {Name: \"*\"}\n"
#define FOUND "    metrics: [{property: P, type: gauge}]\n"

static void a_hundred_thousand_patterns_are_too_many(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/bad.yaml", FINDS "    include: [", "a#, ", CONFIG_DISCOVERY_MAX_PATTERNS,
               "]\n" FOUND);
    gives(fixture, "");
    write_many("modules/bad.yaml", FINDS "    include: [", "a#, ", 100000, "]\n" FOUND);
    gives(fixture,
          "modules/bad.yaml:5:14: 'include' has 100000 patterns, and 256 are the maximum\n");
    write_many("modules/bad.yaml", FINDS "    exclude: {", "k#: a, ", 100000, "}\n" FOUND);
    gives(fixture, "modules/bad.yaml:5:14: 'exclude' has 100000 entries, and 64 are the maximum\n");
}

static void a_pattern_has_a_thousand_bytes_at_most(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/bad.yaml", FINDS "    include: ", "x", 1024, "\n" FOUND);
    gives(fixture, "");
    write_many("modules/bad.yaml", FINDS "    include: ", "x", 3000000, "\n" FOUND);
    gives(fixture, "modules/bad.yaml:5:14: 'include' has the pattern "
                   "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', "
                   "which is longer than 1024 bytes\n");
}

static void a_where_has_four_thousand_bytes_at_most(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/bad.yaml", FINDS "    where: ", "x", CONFIG_DISCOVERY_MAX_WHERE_BYTES,
               "\n" FOUND);
    gives(fixture, "");
    write_many("modules/bad.yaml", FINDS "    where: ", "x", 3000000, "\n" FOUND);
    gives(fixture,
          "modules/bad.yaml:5:12: 'where' is 3000000 bytes long, and 4096 are the maximum\n");
}

static void a_discovery_is_one_of_the_thousand_instances_of_a_host(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml", "module: m\ninstances:\n",
               "  - {class: C, keys: {Name: \"*\"}, metrics: [{property: P#, type: gauge}]}\n",
               1000, "");
    gives(fixture, "");
    assert_int_equal(fixture->report.discovery_count, 1000);
    fixture_write("modules/n.yaml", "module: n\ninstances: [{class: C, keys: {Name: \"*\"}, "
                                    "metrics: [{property: P, type: gauge}]}]\n");
    fixture_write("hosts.yaml", AUTHS "hosts:\n  fine: {auth: a, modules: [m, n]}\n");
    gives(fixture, "hosts.yaml:3:32: host 'fine' has 1000 instances, the maximum: what follows is "
                   "left out\n");
    assert_int_equal(fixture->report.discovery_count, 1000);
}

/* What a use says of them comes to their places, and needs none of its own. */
static void a_thousand_discoveries_of_a_host_can_be_overridden(void **state)
{
    struct fixture *fixture = *state;
    write_many("modules/m.yaml", "module: m\ninstances:\n",
               "  - {class: C, keys: {Name: \"*\"}, include: [a, b], "
               "metrics: [{property: P#, type: gauge}]}\n",
               1000, "");
    fixture_write("modules/s.yaml", "module: s\nmodules: [m]\n");
    fixture_write("hosts.yaml", AUTHS
                  "hosts:\n  fine: {auth: a, modules: [s], extra_modules: [{m: {include: a}}]}\n");
    gives(fixture, "");
    assert_int_equal(fixture->report.discovery_count, 1000);
    const struct model_round *round = &fixture->model->hosts[0].rounds[0];
    assert_int_equal(round->discovery_count, 1000);
    for (size_t i = 0; i < round->discovery_count; i++) {
        assert_int_equal(round->discoveries[i]->keys[0].include_count, 1);
        assert_string_equal(round->discoveries[i]->keys[0].include[0], "a");
    }
}

/* A text of three million bytes behind each of these keys. */
static void a_text_without_end_is_shown_by_its_beginning(void **state)
{
    static const char *const KEYS[] = {"address", "server_name", "transport",    "port",
                                       "path",    "auth",        "interval",     "group",
                                       "modules", "verify_peer", "resource_uri", "unknown"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        char before[256];
        snprintf(before, sizeof before, AUTHS FINE "  bad:\n    %s%s: \"",
                 strcmp(KEYS[i], "auth") == 0 ? "" : "auth: a\n    ", KEYS[i]);
        write_many("hosts.yaml", before, "y", 3000000, "\"\n");
        fixture_load_here(fixture);
        assert_in_range(fixture->line_count, 1, 2);
        assert_true(fixture->said.size_bytes < 1024);
        assert_int_equal(fixture->model->host_count, 1);
        assert_non_null(strstr(fixture_said(fixture), "hosts.yaml:"));
    }
}

static void ten_thousand_levels_are_too_deep(void **state)
{
    struct fixture *fixture = *state;
    static const char *const OPENERS[] = {"[", "{a: ", "- "};
    for (size_t i = 0; i < sizeof OPENERS / sizeof OPENERS[0]; i++) {
        write_many("modules/bad.yaml", "module: bad\ninstances:\n  ", OPENERS[i], 10000, "");
        fixture_load_here(fixture);
        assert_int_equal(fixture->line_count, 1);
        assert_non_null(strstr(fixture_said(fixture), "modules/bad.yaml:3:"));
        assert_non_null(strstr(fixture_said(fixture),
                               ": nested deeper than 32 levels: the file is not read\n"));
        assert_int_equal(fixture->model->host_count, 1);
    }
}

#define SIZES_TEST(test) cmocka_unit_test_setup_teardown(test, begin, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIZES_TEST(a_million_hosts_are_more_than_one_file_holds),
        SIZES_TEST(a_million_modules_of_a_host_are_too_many),
        SIZES_TEST(a_thousand_modules_of_a_host_are_not),
        SIZES_TEST(a_million_values_of_a_key_are_too_many),
        SIZES_TEST(a_hundred_thousand_keys_are_too_many),
        SIZES_TEST(three_hundred_thousand_metrics_are_too_many),
        SIZES_TEST(a_hundred_thousand_states_are_too_many),
        SIZES_TEST(sixty_four_states_are_as_many_metrics),
        SIZES_TEST(a_thousand_states_in_many_metrics_are_too_many),
        SIZES_TEST(a_hundred_thousand_mapped_texts_are_too_many),
        SIZES_TEST(a_mapped_text_and_a_state_have_256_bytes_at_most),
        SIZES_TEST(a_hundred_thousand_instances_are_too_many),
        SIZES_TEST(a_hundred_thousand_unknown_keys_end_in_a_number),
        SIZES_TEST(a_value_of_a_key_has_four_thousand_bytes_at_most),
        SIZES_TEST(a_hundred_thousand_patterns_are_too_many),
        SIZES_TEST(a_pattern_has_a_thousand_bytes_at_most),
        SIZES_TEST(a_where_has_four_thousand_bytes_at_most),
        SIZES_TEST(a_discovery_is_one_of_the_thousand_instances_of_a_host),
        SIZES_TEST(a_thousand_discoveries_of_a_host_can_be_overridden),
        SIZES_TEST(a_text_without_end_is_shown_by_its_beginning),
        SIZES_TEST(ten_thousand_levels_are_too_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
