/* SPDX-License-Identifier: MIT */
#include "base/table.h"

#include <stdlib.h>

#define MIXER 0x9E3779B97F4A7C15u /* 2^64 over the golden ratio: odd, its bits spread */

void table_init(struct table *table)
{
    *table = (struct table){.buckets = table->few, .bucket_count = TABLE_FEW};
}

static void free_buckets(const struct table *table, struct table_link **buckets)
{
    if (buckets != table->few)
        free(buckets);
}

void table_free(struct table *table, void (*forget)(void *thing))
{
    for (size_t i = 0; forget != NULL && i < table->bucket_count; i++) {
        for (struct table_link *at = table->buckets[i], *next; at != NULL; at = next) {
            next = at->next;
            forget(at);
        }
    }
    free_buckets(table, table->buckets);
    table_init(table);
}

void table_sweep(struct table *table, bool (*forget)(void *thing))
{
    for (size_t i = 0; i < table->bucket_count; i++) {
        struct table_link **at = &table->buckets[i];
        while (*at != NULL) {
            struct table_link *link = *at, *next = link->next;
            if (forget(link)) {
                *at = next;
                table->count--;
            } else {
                at = &link->next;
            }
        }
    }
}

/* By an address, which a host does not know. Twice: after once the upper 16 bits of a hash are of
 * no account, and whoever chooses the others to fit has a chain for himself. */
static struct table_link **bucket_of(const struct table *table, uint64_t hash)
{
    uint64_t mixed = hash ^ (uintptr_t)table;
    mixed = (mixed ^ mixed >> 32) * MIXER;
    mixed = (mixed ^ mixed >> 32) * MIXER;
    return &table->buckets[mixed >> 32 & (table->bucket_count - 1)];
}

static void push(const struct table *table, struct table_link *link)
{
    struct table_link **bucket = bucket_of(table, link->hash);
    link->next = *bucket;
    *bucket = link;
}

static void grow(struct table *table)
{
    size_t old_count = table->bucket_count;
    struct table_link **old = table->buckets;
    struct table_link **buckets = calloc(old_count * 2, sizeof(struct table_link *));
    if (buckets == NULL)
        return;
    table->buckets = buckets;
    table->bucket_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++) {
        for (struct table_link *at = old[i], *next; at != NULL; at = next) {
            next = at->next;
            push(table, at);
        }
    }
    free_buckets(table, old);
}

void table_put(struct table *table, struct table_link *link, uint64_t hash)
{
    if (table->count >= table->bucket_count)
        grow(table);
    link->hash = hash;
    push(table, link);
    table->count++;
}

void table_take_out(struct table *table, struct table_link *link)
{
    struct table_link **at = bucket_of(table, link->hash);
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    table->count--;
}

static void *with_hash(struct table_link *link, uint64_t hash)
{
    while (link != NULL && link->hash != hash)
        link = link->next;
    return link;
}

void *table_first(const struct table *table, uint64_t hash)
{
    return with_hash(*bucket_of(table, hash), hash);
}

void *table_next(const struct table_link *link)
{
    return with_hash(link->next, link->hash);
}
