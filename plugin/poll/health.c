/* SPDX-License-Identifier: MIT */
#include "poll/health.h"

#include <stdlib.h>

#include "base/hash.h"

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

/* Never 0, which means free. */
static uint64_t hash_names(const char *class_name, const char *property)
{
    uint64_t hash = hash_text(hash_text(HASH_START, class_name), property);
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

/* --- One auth --- */

static void renew(struct poll_health_auth *auth, uint64_t generation)
{
    if (generation <= auth->generation) /* read before another host's newer one */
        return;
    *auth = (struct poll_health_auth){.host_count = auth->host_count,
                                      .generation = generation,
                                      .turn = auth->turn + 1,
                                      .first_waiting = auth->first_waiting,
                                      .last_waiting = auth->last_waiting};
}

/* True: the host was counted among those that ask. */
static bool finish(struct poll_health_auth *auth, struct poll_health_trial *trial)
{
    bool counted = trial->asking && trial->generation == auth->generation;
    if (counted)
        auth->asking_count--;
    trial->asking = false;
    return counted;
}

static void begin_turn(struct poll_health_auth *auth)
{
    auth->turn++;
    auth->tried_count = 0;
}

static void mark_tried(struct poll_health_auth *auth, struct poll_health_trial *trial)
{
    if (trial->turn == auth->turn)
        return;
    trial->turn = auth->turn;
    auth->tried_count++;
}

static bool may_probe(const struct poll_health_auth *auth, const struct poll_health_trial *trial,
                      uint64_t now_ms)
{
    bool was_tried = trial->turn == auth->turn;
    return auth->asking_count == 0 &&
           now_ms >= auth->probe_ms + (was_tried ? POLL_HEALTH_TURN_MS : 0);
}

static void begin_waiting(struct poll_health_auth *auth, struct poll_health_trial *trial)
{
    trial->next = NULL;
    if (auth->last_waiting != NULL)
        auth->last_waiting->next = trial;
    else
        auth->first_waiting = trial;
    auth->last_waiting = trial;
}

enum poll_health_leave poll_health_auth_ask(struct poll_health_auth *auth,
                                            struct poll_health_trial *trial, uint64_t now_ms,
                                            uint64_t generation)
{
    renew(auth, generation);
    if (trial->generation != auth->generation)
        trial->asking = false;
    if (trial->asking || auth->accepted)
        return POLL_HEALTH_GO;
    if (auth->held && !may_probe(auth, trial, now_ms))
        return POLL_HEALTH_HELD;
    if (!auth->held && auth->tried_count + auth->asking_count >= POLL_HEALTH_MAX_REFUSALS) {
        begin_waiting(auth, trial);
        return POLL_HEALTH_WAIT;
    }
    trial->asking = true;
    trial->generation = auth->generation;
    auth->asking_count++;
    return POLL_HEALTH_GO;
}

bool poll_health_auth_accept(struct poll_health_auth *auth, struct poll_health_trial *trial,
                             uint64_t generation)
{
    bool was_held = auth->held;
    bool was_trial = finish(auth, trial);
    if (generation != auth->generation)
        return false;
    /* A session that was made before the KDC refused says nothing about the account of now. */
    if (auth->of_account && !was_trial)
        return false;
    if (auth->tried_count > 0)
        begin_turn(auth);
    auth->accepted = true;
    auth->held = auth->of_account = false;
    return was_held;
}

enum poll_health_say poll_health_auth_refuse(struct poll_health_auth *auth,
                                             struct poll_health_trial *trial, uint64_t now_ms,
                                             uint64_t generation)
{
    bool was_held = auth->held;
    finish(auth, trial);
    if (generation != auth->generation)
        return POLL_HEALTH_SAY_HOST;
    auth->accepted = false;
    mark_tried(auth, trial);
    auth->held = was_held || auth->tried_count >= POLL_HEALTH_MAX_REFUSALS;
    if (auth->tried_count >= auth->host_count)
        begin_turn(auth);
    if (!auth->held)
        return POLL_HEALTH_SAY_HOST;
    /* One that was under way when the KDC refused must not bring the next probe nearer. */
    if (auth->probe_ms < now_ms + POLL_HEALTH_HOLD_MS)
        auth->probe_ms = now_ms + POLL_HEALTH_HOLD_MS;
    return was_held ? POLL_HEALTH_SAY_NOTHING : POLL_HEALTH_SAY_AUTH;
}

enum poll_health_say poll_health_auth_refuse_account(struct poll_health_auth *auth,
                                                     struct poll_health_trial *trial,
                                                     uint64_t now_ms, uint64_t generation)
{
    bool was_said = auth->of_account;
    finish(auth, trial);
    if (generation != auth->generation)
        return POLL_HEALTH_SAY_HOST;
    auth->accepted = false;
    auth->held = auth->of_account = true;
    auth->probe_ms = now_ms + POLL_HEALTH_ACCOUNT_MS;
    begin_turn(auth);
    return was_said ? POLL_HEALTH_SAY_NOTHING : POLL_HEALTH_SAY_AUTH;
}

bool poll_health_auth_end(struct poll_health_auth *auth, struct poll_health_trial *trial,
                          uint64_t now_ms)
{
    bool was_asking = trial->asking;
    if (finish(auth, trial) && auth->held) {
        mark_tried(auth, trial);
        if (auth->tried_count >= auth->host_count)
            begin_turn(auth);
        if (auth->probe_ms < now_ms + POLL_HEALTH_TURN_MS)
            auth->probe_ms = now_ms + POLL_HEALTH_TURN_MS;
    }
    return was_asking;
}

struct poll_health_trial *poll_health_auth_take_waiting(struct poll_health_auth *auth)
{
    struct poll_health_trial *first = auth->first_waiting;
    auth->first_waiting = auth->last_waiting = NULL;
    return first;
}

void poll_health_auth_stop_waiting(struct poll_health_auth *auth, struct poll_health_trial *trial)
{
    struct poll_health_trial *before = NULL;
    for (struct poll_health_trial *one = auth->first_waiting; one != trial; one = one->next)
        before = one;
    if (before != NULL)
        before->next = trial->next;
    else
        auth->first_waiting = trial->next;
    if (auth->last_waiting == trial)
        auth->last_waiting = before;
}
