/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "alloc_failure.h"
#include "base/table.h"

enum { MANY = 4096 };

struct thing {
    struct table_link link;
    unsigned forgotten;
};

static struct table table;
static struct thing things[MANY];

static int make(void **state)
{
    (void)state;
    table_init(&table);
    memset(things, 0, sizeof things);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    table_free(&table, NULL);
    return 0;
}

static bool is_in(const struct table *where, const struct thing *thing, uint64_t hash)
{
    const struct thing *at = table_first(where, hash);
    while (at != NULL && at != thing)
        at = table_next(&at->link);
    return at != NULL;
}

static size_t count_of(uint64_t hash)
{
    size_t count = 0;
    for (const struct thing *at = table_first(&table, hash); at != NULL; at = table_next(&at->link))
        count++;
    return count;
}

static size_t longest_chain(void)
{
    size_t longest = 0;
    for (size_t i = 0; i < table.bucket_count; i++) {
        size_t length = 0;
        for (const struct table_link *at = table.buckets[i]; at != NULL; at = at->next)
            length++;
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* Of those in the buckets, whatever their hash. */
static size_t count_linked(void)
{
    size_t count = 0;
    for (size_t i = 0; i < table.bucket_count; i++)
        for (const struct table_link *at = table.buckets[i]; at != NULL; at = at->next)
            count++;
    return count;
}

static void one_without_things_has_none(void **state)
{
    (void)state;
    assert_null(table_first(&table, 0));
    assert_null(table_first(&table, 7));
    table_free(&table, NULL);
    assert_null(table_first(&table, 7));
}

static void things_are_found_by_their_hash_until_they_are_taken_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        table_put(&table, &things[i].link, i);
    assert_int_equal(table.count, MANY);
    assert_true(table.bucket_count >= MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_ptr_equal(table_first(&table, i), &things[i]);
        assert_null(table_next(&things[i].link));
    }
    for (size_t i = 0; i < MANY; i += 3)
        table_take_out(&table, &things[i].link);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(is_in(&table, &things[i], i), i % 3 != 0);
    assert_int_equal(table.count, MANY - (MANY + 2) / 3);
}

static void those_that_share_a_hash_are_all_found_and_no_other(void **state)
{
    enum { HASHES = 5 };
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        table_put(&table, &things[i].link, i % HASHES);
    for (size_t i = 0; i < MANY; i++)
        assert_true(is_in(&table, &things[i], i % HASHES));
    size_t before = count_of(2);
    assert_int_equal(before, MANY / HASHES + (MANY % HASHES > 2));
    assert_int_equal(count_of(HASHES), 0);
    table_take_out(&table, &things[2 + HASHES].link);
    assert_false(is_in(&table, &things[2 + HASHES], 2));
    assert_int_equal(count_of(2), before - 1);
}

static void one_may_be_put_in_again_with_another_hash(void **state)
{
    (void)state;
    table_put(&table, &things[0].link, 1);
    table_take_out(&table, &things[0].link);
    table_put(&table, &things[0].link, 2);
    assert_null(table_first(&table, 1));
    assert_ptr_equal(table_first(&table, 2), &things[0]);
    assert_int_equal(table.count, 1);
}

static void check_spread(uint64_t step)
{
    for (size_t i = 0; i < MANY; i++)
        table_put(&table, &things[i].link, i * step);
    assert_int_equal(table.count, table.bucket_count);
    if (longest_chain() > 64)
        fail_msg("steps of %#llx: a chain of %zu", (unsigned long long)step, longest_chain());
    table_free(&table, NULL);
}

/* Whatever bits they differ in. A table of that many that are drawn has chains of 7 or 8. */
static void hashes_that_are_alike_do_not_share_a_chain(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift <= 64 - 12; shift++)
        check_spread((uint64_t)1 << shift);
    for (unsigned shift = 0; shift <= 32 - 12; shift++)
        check_spread((uint64_t)0x100000001 << shift); /* the upper half undoes the lower */
}

/* The number of a thing's bucket. */
static size_t bucket_number(const struct table *where, const struct thing *thing)
{
    for (size_t i = 0; i < where->bucket_count; i++)
        for (const struct table_link *at = where->buckets[i]; at != NULL; at = at->next)
            if (at == &thing->link)
                return i;
    fail_msg("it is in no bucket");
    return 0;
}

/* Else whoever knows which hashes share a bucket in one table knows it of all. */
static void where_a_hash_belongs_differs_from_table_to_table(void **state)
{
    static struct table tables[4];
    size_t first = 0;
    bool differs = false;
    (void)state;
    for (size_t t = 0; t < 4; t++) {
        table_init(&tables[t]);
        for (size_t i = 0; i < MANY; i++)
            table_put(&tables[t], &things[i].link, i);
        size_t number = bucket_number(&tables[t], &things[1]);
        first = t == 0 ? number : first;
        differs = differs || number != first;
        table_free(&tables[t], NULL);
    }
    assert_true(differs);
}

static void forget(void *thing)
{
    struct thing *forgotten = thing;
    forgotten->forgotten++;
    memset(&forgotten->link, 0xff, sizeof forgotten->link);
}

static void one_that_is_freed_forgets_each_of_its_things_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        table_put(&table, &things[i].link, i / 3);
    table_take_out(&table, &things[4].link);
    table_free(&table, forget);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(things[i].forgotten, i != 4);
    assert_int_equal(table.count, 0);
    assert_null(table_first(&table, 0));
}

static bool forget_every_third(void *thing)
{
    bool is_third = ((struct thing *)thing - things) % 3 == 0;
    if (is_third)
        forget(thing);
    else
        ((struct thing *)thing)->forgotten += 100;
    return is_third;
}

static void of_those_that_are_swept_who_is_not_forgotten_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        table_put(&table, &things[i].link, i / 10);
    table_sweep(&table, forget_every_third);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(things[i].forgotten, i % 3 == 0 ? 1 : 100);
        assert_int_equal(is_in(&table, &things[i], i / 10), i % 3 != 0);
    }
    assert_int_equal(table.count, MANY - (MANY + 2) / 3);
    assert_int_equal(count_linked(), table.count);
}

static int play(void *context)
{
    bool are_all_there = true;
    (void)context;
    table_init(&table);
    for (size_t i = 0; i < 300; i++)
        table_put(&table, &things[i].link, i / 2);
    for (size_t i = 0; i < 300; i += 3)
        table_take_out(&table, &things[i].link);
    for (size_t i = 0; i < 300; i++)
        are_all_there = are_all_there && is_in(&table, &things[i], i / 2) == (i % 3 != 0);
    alloc_failure_check(are_all_there, "who was put in is there");
    alloc_failure_check(table.count == 200, "they are counted");
    table_free(&table, NULL);
    return alloc_failure_happened() ? -1 : 0;
}

static void one_that_has_no_memory_to_grow_has_all_its_things(void **state)
{
    (void)state;
    alloc_failure_replay("table", 5, play, NULL); /* 32, 64, 128, 256, 512 buckets */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_without_things_has_none, make, drop),
        cmocka_unit_test_setup_teardown(things_are_found_by_their_hash_until_they_are_taken_out,
                                        make, drop),
        cmocka_unit_test_setup_teardown(those_that_share_a_hash_are_all_found_and_no_other, make,
                                        drop),
        cmocka_unit_test_setup_teardown(one_may_be_put_in_again_with_another_hash, make, drop),
        cmocka_unit_test_setup_teardown(hashes_that_are_alike_do_not_share_a_chain, make, drop),
        cmocka_unit_test_setup_teardown(where_a_hash_belongs_differs_from_table_to_table, make,
                                        drop),
        cmocka_unit_test_setup_teardown(one_that_is_freed_forgets_each_of_its_things_once, make,
                                        drop),
        cmocka_unit_test_setup_teardown(of_those_that_are_swept_who_is_not_forgotten_stays, make,
                                        drop),
        cmocka_unit_test_setup_teardown(one_that_has_no_memory_to_grow_has_all_its_things, make,
                                        drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
