/* SPDX-License-Identifier: MIT */
/*
 * table: things found by a hash of 64 bits. Whoever puts in says what the hash is of, and tells
 * apart those that share one; a thing is in one table at most.
 *
 * A struct table_link is the first member of each thing, so that a pointer to one is a pointer to
 * the other: what is here a void * is the thing. The things are the caller's, and stay where they
 * are; of the table are only its buckets. They double where things get more than they are, and
 * where there is no memory for that the chains get longer: nothing fails. In which bucket a hash
 * belongs depends on the table's address, so a table is never moved, and a host cannot tell; a
 * hash that a host may choose must be seeded as well, for two of the same share a chain always.
 *
 * Owned by whoever embeds it. Any thread, one at a time; those that only look may look together.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_FEW 16 /* a power of two */

struct table_link {
    struct table_link *next; /* in its bucket */
    uint64_t hash;
};

struct table {
    struct table_link **buckets; /* a power of two of them */
    size_t bucket_count;
    size_t count;                      /* of things */
    struct table_link *few[TABLE_FEW]; /* the buckets of a table that did not grow */
};

void table_init(struct table *table);
/* Frees the buckets. forget: called with each thing that is in it; NULL: the caller has them
 * elsewhere. */
void table_free(struct table *table, void (*forget)(void *thing));

/* Calls forget with each thing; one of which it says true is out of the table then, and it may free
 * that one. */
void table_sweep(struct table *table, bool (*forget)(void *thing));

void table_put(struct table *table, struct table_link *link, uint64_t hash);
/* One that is in it. */
void table_take_out(struct table *table, struct table_link *link);

/* Borrowed: one after the other the things of a hash, in no order. NULL: no (other) one. */
void *table_first(const struct table *table, uint64_t hash);
void *table_next(const struct table_link *link);

#endif
