/* SPDX-License-Identifier: MIT */
#include "sim/classes.h"

#include "sim/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

__extension__ typedef unsigned __int128 wide; /* products of the formulas pass 64 bits */

uint64_t sim_classes_seed(const char *host_name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *host_name != '\0'; host_name++) {
        hash ^= (uint64_t)tolower((unsigned char)*host_name);
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

static const struct {
    const struct sim_class *classes;
    const size_t *count;
} tables[] = {
    {sim_classes_system, &sim_classes_system_count},
    {sim_classes_device, &sim_classes_device_count},
    {sim_classes_perf, &sim_classes_perf_count},
    {sim_classes_server, &sim_classes_server_count},
    {sim_classes_sql, &sim_classes_sql_count},
};

const struct sim_class *sim_classes_at(size_t i)
{
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
        if (i < *tables[t].count)
            return &tables[t].classes[i];
        i -= *tables[t].count;
    }
    return NULL;
}

const struct sim_class *sim_classes_find(const char *name)
{
    const struct sim_class *class = NULL;
    for (size_t i = 0; (class = sim_classes_at(i)) != NULL; i++) {
        if (strcasecmp(class->name, name) == 0)
            break;
    }
    return class;
}

const char *sim_classes_namespace(const struct sim_class *class)
{
    return class->namespace_name != NULL ? class->namespace_name : "root/cimv2";
}

static const struct sim_property *property_find(const struct sim_class *class, const char *name,
                                                size_t size)
{
    for (size_t i = 0; i < class->property_count; i++) {
        const char *candidate = class->properties[i].name;
        if (strncasecmp(candidate, name, size) == 0 && candidate[size] == '\0')
            return &class->properties[i];
    }
    return NULL;
}

const struct sim_property *sim_classes_property(const struct sim_class *class, const char *name)
{
    return property_find(class, name, strlen(name));
}

const struct sim_instance *sim_classes_instance(const struct sim_class *class, const char *value,
                                                const char *computer, const char *host_name)
{
    for (size_t i = 0; i < class->instance_count; i++) {
        const char *key = class->instances[i].key;
        if (key == NULL)
            return value == NULL ? &class->instances[i] : NULL;
        if (value == NULL)
            return NULL;
        bool own = strcmp(key, "*") == 0 &&
                   (strcasecmp(value, computer) == 0 || strcasecmp(value, host_name) == 0);
        if (own || strcasecmp(key, value) == 0)
            return &class->instances[i];
    }
    return NULL;
}

const char *sim_classes_part(const char *text, size_t i, size_t *size)
{
    for (; i > 0 && strchr(text, '|') != NULL; i--)
        text = strchr(text, '|') + 1;
    *size = strcspn(text, "|");
    return text;
}

/* What counters have counted for. */
static uint64_t counted(const struct sim_moment *moment)
{
    return moment->now_100ns - moment->epoch_100ns + moment->lead_100ns;
}

static unsigned host_percent(const struct sim_moment *moment)
{
    return 100 + (unsigned)(moment->seed % 100);
}

static uint64_t narrow(wide value, unsigned bits)
{
    return bits == 32 ? (uint32_t)value : (uint64_t)value;
}

static uint64_t counter(const struct sim_property *property, const struct sim_instance *instance,
                        const struct sim_moment *moment)
{
    uint64_t elapsed = counted(moment);
    wide grown = (wide)property->rate * host_percent(moment) * instance->amount * elapsed;
    return narrow(property->base + grown / ((wide)1000 * 100 * 100 * SIM_TICKS_PER_SECOND),
                  property->bits);
}

static uint64_t ticks(const struct sim_property *property, unsigned percent,
                      const struct sim_moment *moment)
{
    uint64_t elapsed = counted(moment);
    return (uint64_t)((wide)elapsed * property->rate * host_percent(moment) * percent /
                      (1000 * 100 * 100));
}

static uint64_t wave(const struct sim_property *property, const struct sim_instance *instance,
                     const struct sim_moment *moment)
{
    uint64_t elapsed = moment->now_100ns - moment->epoch_100ns;
    uint64_t period = (uint64_t)property->period_s * SIM_TICKS_PER_SECOND;
    uint64_t x = (elapsed + period / 100 * (host_percent(moment) - 100)) % period;
    uint64_t rise = x < period / 2 ? x : period - x;
    uint64_t level =
        property->base + (uint64_t)((wide)(property->rate - property->base) * rise / (period / 2));
    return property->unit * (uint64_t)((wide)level * instance->amount / 100);
}

/* Adds up the properties named in text; a name the tables do not hold counts 0 (tests/test_sim.c
 * looks for those). */
static wide named_sum(const struct sim_class *class, const char *text,
                      const struct sim_instance *instance, const struct sim_moment *moment)
{
    wide sum = 0;
    size_t size;
    for (const char *name = text;; name += size + 1) {
        size = strcspn(name, "|");
        uint64_t number = 0;
        const struct sim_property *property = property_find(class, name, size);
        if (property != NULL && sim_classes_number(class, property, instance, moment, &number) == 0)
            sum += number;
        if (name[size] == '\0')
            return sum;
    }
}

int sim_classes_number(const struct sim_class *class, const struct sim_property *property,
                       const struct sim_instance *instance, const struct sim_moment *moment,
                       uint64_t *number)
{
    uint64_t elapsed = moment->now_100ns - moment->epoch_100ns;
    switch (property->kind) {
    case SIM_COUNTER:
        *number = counter(property, instance, moment);
        return 0;
    case SIM_TICKS:
        *number = narrow(ticks(property, instance->amount, moment), property->bits);
        return 0;
    case SIM_MEAN:
        *number = narrow(ticks(property, instance->mean, moment), property->bits);
        return 0;
    case SIM_REST:
        *number = elapsed - (uint64_t)named_sum(class, property->text, instance, moment);
        return 0;
    case SIM_SUM:
    case SIM_SAME:
        *number = narrow(named_sum(class, property->text, instance, moment), property->bits);
        return 0;
    case SIM_WAVE:
        *number = wave(property, instance, moment);
        return 0;
    case SIM_BOOT:
        *number = moment->epoch_100ns;
        return 0;
    case SIM_NOW:
        *number = moment->now_100ns + property->base;
        return 0;
    case SIM_BEARER:
        *number = moment->bearer;
        return moment->bearer == 0 ? -1 : 0;
    case SIM_PERFTIME:
        *number = (uint64_t)((wide)elapsed * 25 / 4);
        return 0;
    default:
        return -1;
    }
}
