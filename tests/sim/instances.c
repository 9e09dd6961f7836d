/* SPDX-License-Identifier: MIT */
#include "sim/instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXTRA_PREFIX "sim-"

static bool is_there(const struct sim_instance_source *source, size_t i, const char *key)
{
    uint64_t elapsed = source->moment.now_100ns - source->moment.epoch_100ns;
    if (!source->host->mode.churn || key == NULL || strcmp(key, "_Total") == 0)
        return true;
    return (i + elapsed / 600000000u) % 4 != 0;
}

static void extra_make(struct sim_instance_source *source, size_t number)
{
    snprintf(source->extra_key, sizeof(source->extra_key), EXTRA_PREFIX "%05zu", number);
    source->extra = (struct sim_instance){
        .key = source->extra_key,
        .amount = (unsigned)(number % 100 + 1),
        .mean = (unsigned)(number % 100 + 1),
    };
    source->instance = &source->extra;
    source->key_value = source->extra_key;
}

int sim_instances_at(struct sim_instance_source *source, size_t i)
{
    const struct sim_class *class = source->class;
    source->number = i;
    if (i < class->instance_count) {
        source->instance = &class->instances[i];
        source->key_value = source->instance->key;
        if (source->key_value != NULL && strcmp(source->key_value, "*") == 0)
            source->key_value = source->host->computer;
    } else {
        if (class->key == NULL || i - class->instance_count >= source->host->mode.many)
            return -1;
        extra_make(source, i - class->instance_count);
    }
    return is_there(source, i, source->key_value) ? 0 : 1;
}

int sim_instances_find(struct sim_instance_source *source, const char *key_value)
{
    const struct sim_class *class = source->class;
    source->key_value = key_value;
    source->instance =
        sim_classes_instance(class, key_value, source->host->computer, source->host->name);
    if (source->instance != NULL) {
        source->number = (size_t)(source->instance - class->instances);
        return is_there(source, source->number, source->instance->key) ? 0 : -1;
    }
    size_t prefix = sizeof(EXTRA_PREFIX) - 1;
    if (key_value == NULL || class->key == NULL ||
        strncasecmp(key_value, EXTRA_PREFIX, prefix) != 0 ||
        strspn(key_value + prefix, "0123456789") != strlen(key_value + prefix))
        return -1;
    size_t i = class->instance_count + strtoul(key_value + prefix, NULL, 10);
    if (sim_instances_at(source, i) != 0 || strcasecmp(source->extra_key, key_value) != 0)
        return -1;
    source->key_value = key_value;
    return 0;
}
