/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

static int open_types(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture_begin(fixture);
    *state = fixture;
    return 0;
}

static int close_types(void **state)
{
    fixture_end(*state);
    free(*state);
    return 0;
}

static int find(const struct config_typesdb *db, const char *name, struct model_type *type)
{
    struct model_type_lookup lookup = config_typesdb_lookup(db);
    return lookup.find(lookup.context, name, type);
}

static void a_type_has_its_sources_in_order(void **state)
{
    const struct fixture *fixture = *state;
    struct model_type type;
    assert_int_equal(find(fixture->types, "mixed", &type), 0);
    assert_int_equal(type.source_count, 4);
    assert_int_equal(type.sources[0], MODEL_GAUGE);
    assert_int_equal(type.sources[1], MODEL_DERIVE);
    assert_int_equal(type.sources[2], MODEL_COUNTER);
    assert_int_equal(type.sources[3], MODEL_ABSOLUTE);
    assert_int_equal(find(fixture->types, "last", &type), 0);
    assert_int_equal(type.source_count, 1);
}

static void of_two_lines_with_one_name_the_later_counts(void **state)
{
    const struct fixture *fixture = *state;
    struct model_type type;
    assert_int_equal(find(fixture->types, "twice", &type), 0);
    assert_int_equal(type.source_count, 2);
    assert_int_equal(type.sources[1], MODEL_DERIVE);
}

static void what_is_no_type_is_not_found(void **state)
{
    static const char *const names[] = {"",       "#",       "nosuch",    "nothing",
                                        "broken", "Gauge",   "seventeen", "value:GAUGE:0:U",
                                        "gauge ", "if_octet"};
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct model_type type = {.source_count = 77};
        assert_int_equal(find(fixture->types, names[i], &type), -1);
        assert_int_equal(type.source_count, 77);
    }
}

static void a_file_that_is_none_is_refused_with_its_path(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_null(config_typesdb_new("/nonexistent/types.db", &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.text,
                        "/nonexistent/types.db: cannot be read: No such file or directory");
    err_clear(&err);
    assert_null(config_typesdb_new("/tmp", &err));
    assert_int_equal(err.kind, ERR_CONFIG);
}

static void an_empty_file_has_no_types(void **state)
{
    struct err err = ERR_INIT;
    struct model_type type;
    (void)state;
    fixture_write("empty.db", "");
    struct config_typesdb *db = config_typesdb_new("empty.db", &err);
    assert_non_null(db);
    assert_int_equal(find(db, "gauge", &type), -1);
    config_typesdb_free(db);
}

#define TYPES_TEST(test) cmocka_unit_test_setup_teardown(test, open_types, close_types)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPES_TEST(a_type_has_its_sources_in_order),
        TYPES_TEST(of_two_lines_with_one_name_the_later_counts),
        TYPES_TEST(what_is_no_type_is_not_found),
        TYPES_TEST(a_file_that_is_none_is_refused_with_its_path),
        TYPES_TEST(an_empty_file_has_no_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
