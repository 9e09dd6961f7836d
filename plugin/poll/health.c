/* SPDX-License-Identifier: MIT */
#include "poll/health.h"

#include <stdlib.h>

/* A mark is 0, the number of a kind + 1, or this where the table of kinds was full. */
#define MARK_UNSAID 255

void poll_health_free(struct poll_health *health)
{
    free(health->properties);
    *health = (struct poll_health)POLL_HEALTH_INIT;
}

static struct poll_health_kind *find_kind(struct poll_health *health, bool of_host,
                                          const struct poll_failure *failure)
{
    for (size_t i = 0; i < POLL_HEALTH_MAX_KINDS; i++) {
        struct poll_health_kind *kind = &health->kinds[i];
        if (kind->said && kind->of_host == of_host && kind->result == (uint8_t)failure->result &&
            kind->category == (uint8_t)failure->category)
            return kind;
    }
    return NULL;
}

static struct poll_health_kind *add_kind(struct poll_health *health, bool of_host,
                                         const struct poll_failure *failure)
{
    for (size_t i = 0; i < POLL_HEALTH_MAX_KINDS; i++) {
        struct poll_health_kind *kind = &health->kinds[i];
        if (kind->said)
            continue;
        *kind = (struct poll_health_kind){.said = true,
                                          .of_host = of_host,
                                          .result = (uint8_t)failure->result,
                                          .category = (uint8_t)failure->category};
        return kind;
    }
    return NULL;
}

bool poll_health_fail_host(struct poll_health *health, const struct poll_failure *failure)
{
    health->down = true;
    if (find_kind(health, true, failure) != NULL)
        return false;
    return add_kind(health, true, failure) != NULL;
}

/* The instance no longer fails with the kind of its mark. True where it was the last one. A kind
 * left because the instance now fails differently stays said: two that alternate are no news. */
static bool leave_kind(struct poll_health *health, poll_health_mark *mark)
{
    bool last = false;
    if (*mark != 0 && *mark != MARK_UNSAID)
        last = --health->kinds[*mark - 1].failing == 0;
    if (*mark != 0)
        health->failing--;
    *mark = 0;
    return last;
}

bool poll_health_fail_instance(struct poll_health *health, poll_health_mark *mark,
                               const struct poll_failure *failure)
{
    bool news = false;
    leave_kind(health, mark);
    struct poll_health_kind *kind = find_kind(health, false, failure);
    if (kind == NULL) {
        kind = add_kind(health, false, failure);
        news = kind != NULL;
    }
    health->failing++;
    if (kind == NULL || kind->failing == UINT16_MAX) {
        *mark = MARK_UNSAID;
        return false;
    }
    kind->failing++;
    *mark = (poll_health_mark)(kind - health->kinds + 1);
    return news;
}

static void forget_kinds(struct poll_health *health, bool of_host)
{
    for (size_t i = 0; i < POLL_HEALTH_MAX_KINDS; i++)
        if (health->kinds[i].of_host == of_host)
            health->kinds[i].said = false;
}

bool poll_health_answer(struct poll_health *health)
{
    bool news = health->down;
    if (news)
        forget_kinds(health, true);
    health->down = false;
    return news;
}

bool poll_health_recover_instance(struct poll_health *health, poll_health_mark *mark)
{
    if (*mark == 0)
        return false;
    size_t i = *mark - 1u;
    bool last = leave_kind(health, mark);
    if (last)
        health->kinds[i].said = false;
    if (health->failing == 0)
        forget_kinds(health, false);
    return last;
}

void poll_health_hold(struct poll_health *health, uint64_t now_ms, uint64_t generation)
{
    health->held = true;
    health->held_until_ms = now_ms + POLL_HEALTH_HOLD_MS;
    health->held_generation = generation;
}

bool poll_health_may_ask(struct poll_health *health, uint64_t now_ms, uint64_t generation)
{
    if (!health->held)
        return true;
    if (generation != health->held_generation)
        forget_kinds(health, true);
    else if (now_ms < health->held_until_ms)
        return false;
    health->held = false;
    return true;
}

/* FNV-1a over both names and the NUL between them; never 0, which means free. */
static uint64_t hash_names(const char *class_name, const char *property)
{
    const char *const names[] = {class_name, property};
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *c = (const unsigned char *)names[i];
        do
            hash = (hash ^ *c) * 1099511628211u;
        while (*c++ != '\0');
    }
    return hash != 0 ? hash : 1;
}

/* The place of a hash, or the free place where it belongs. capacity is a power of two. */
static size_t find_place(const uint64_t *properties, size_t capacity, uint64_t hash)
{
    size_t place = hash & (capacity - 1);
    while (properties[place] != 0 && properties[place] != hash)
        place = (place + 1) & (capacity - 1);
    return place;
}

static bool grow_properties(struct poll_health *health)
{
    size_t capacity = health->property_capacity > 0 ? health->property_capacity * 2 : 16;
    uint64_t *properties = calloc(capacity, sizeof *properties);
    if (properties == NULL)
        return false;
    for (size_t i = 0; i < health->property_capacity; i++)
        if (health->properties[i] != 0)
            properties[find_place(properties, capacity, health->properties[i])] =
                health->properties[i];
    free(health->properties);
    health->properties = properties;
    health->property_capacity = capacity;
    return true;
}

bool poll_health_first_property(struct poll_health *health, const char *class_name,
                                const char *property)
{
    uint64_t hash = hash_names(class_name, property);
    if (health->property_capacity > 0 &&
        health->properties[find_place(health->properties, health->property_capacity, hash)] != 0)
        return false;
    if (health->property_count == POLL_HEALTH_MAX_PROPERTIES)
        return false;
    if ((health->property_count + 1) * 2 > health->property_capacity && !grow_properties(health))
        return false;
    health->properties[find_place(health->properties, health->property_capacity, hash)] = hash;
    health->property_count++;
    return true;
}
