/* SPDX-License-Identifier: MIT */
#include "sim/instances.h"

#include "sim/clock.h"
#include "sim/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXTRA_PREFIX "sim-"

#define X10   "xxxxxxxxxx"
#define X100  X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100

static const char *const odd_keys[] = {
    "double \"quotes\"",
    "single 'quotes'",
    "back\\slashes\\",
    "[brackets] (round) {Name} {{",
    "Gr\303\266\303\237e \316\251 \346\274\242\345\255\227 \360\237\226\245",
    "a/b:c;d,e=f|g.h",
    "<tag attribute=\"1\">&amp;</tag>",
    "100 %s%n%20 *",
    " spaces around ",
    "colliding name",
    "colliding_name",
    "colliding/name",
    "",
    X1000,
};
#define ODD_KEYS (sizeof(odd_keys) / sizeof(odd_keys[0]))

static const struct sim_mode *mode_of(const struct sim_instance_source *source)
{
    return sim_mode_for(&source->host->mode, source->class->name);
}

static uint64_t elapsed_100ns(const struct sim_instance_source *source)
{
    return source->moment.now_100ns - source->moment.epoch_100ns;
}

static bool is_there(const struct sim_instance_source *source, size_t i, const char *key)
{
    if (!mode_of(source)->churn || key == NULL || strcmp(key, "_Total") == 0)
        return true;
    return (i + elapsed_100ns(source) / 600000000u) % 4 != 0;
}

static void extra_make(struct sim_instance_source *source, size_t number, const char *key)
{
    source->extra = (struct sim_instance){
        .key = key,
        .amount = (unsigned)(number % 100 + 1),
        .mean = (unsigned)(number % 100 + 1),
    };
    source->instance = &source->extra;
    source->key_value = key;
}

/* 0, or 1: not in this turn. */
static int member_make(struct sim_instance_source *source, size_t number)
{
    struct sim_crowd_member member;
    uint64_t turn = elapsed_100ns(source) / SIM_TICKS_PER_SECOND / mode_of(source)->turn_s;
    bool is_in = sim_crowd_at(source->host->seed, number, turn, &member);
    memcpy(source->extra_key, member.name, sizeof(member.name));
    extra_make(source, number, source->extra_key);
    source->extra.amount = member.amount;
    source->extra.mean = member.amount;
    source->moment.lead_100ns = member.lead_100ns;
    source->moment.bearer = member.bearer;
    return is_in ? 0 : 1;
}

/* Number i of those that the mode adds. 0; 1: it is not there now; -1: past the last. */
static int added_at(struct sim_instance_source *source, size_t i)
{
    const struct sim_mode *mode = mode_of(source);
    size_t crowd = mode->crowd > 0 ? mode->crowd + 1 : 0;
    if (i < mode->many) {
        snprintf(source->extra_key, sizeof(source->extra_key), EXTRA_PREFIX "%05zu", i);
        extra_make(source, i, source->extra_key);
        return 0;
    }
    i -= mode->many;
    if (i < crowd)
        return member_make(source, i);
    i -= crowd;
    if (!mode->odd_keys || i >= ODD_KEYS)
        return -1;
    extra_make(source, i, odd_keys[i]);
    return 0;
}

int sim_instances_at(struct sim_instance_source *source, size_t i)
{
    const struct sim_class *class = source->class;
    source->number = i;
    if (i >= class->instance_count) {
        int found = class->key == NULL ? -1 : added_at(source, i - class->instance_count);
        return found == 0 && !is_there(source, i, source->key_value) ? 1 : found;
    }
    source->instance = &class->instances[i];
    source->key_value = source->instance->key;
    if (source->key_value != NULL && strcmp(source->key_value, "*") == 0)
        source->key_value = source->host->computer;
    return is_there(source, i, source->key_value) ? 0 : 1;
}

/* Where to look for an added one of that key: those of many=N have their number in it. */
static size_t added_from(const struct sim_instance_source *source, const char *key_value)
{
    size_t prefix = sizeof(EXTRA_PREFIX) - 1;
    bool is_extra = strncasecmp(key_value, EXTRA_PREFIX, prefix) == 0;
    size_t number = is_extra ? strtoul(key_value + prefix, NULL, 10) : SIZE_MAX;
    size_t many = mode_of(source)->many;
    return source->class->instance_count + (number < many ? number : many);
}

int sim_instances_find(struct sim_instance_source *source, const char *key_value)
{
    const struct sim_class *class = source->class;
    const struct sim_instance_source asked = *source;
    source->key_value = key_value;
    source->instance =
        sim_classes_instance(class, key_value, source->host->computer, source->host->name);
    if (source->instance != NULL) {
        source->number = (size_t)(source->instance - class->instances);
        return is_there(source, source->number, source->instance->key) ? 0 : -1;
    }
    if (key_value == NULL || class->key == NULL)
        return -1;
    for (size_t i = added_from(source, key_value);; i++) {
        *source = asked;
        int found = sim_instances_at(source, i);
        if (found < 0)
            return -1;
        if (found == 0 && strcasecmp(source->key_value, key_value) == 0)
            break;
    }
    source->key_value = key_value;
    return 0;
}
