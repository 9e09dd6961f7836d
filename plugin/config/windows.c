/* SPDX-License-Identifier: MIT */
#include "config/windows.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/index.h"
#include "metric/name.h"

#define KEY_MAX_BYTES 1048576

/* Who has a name first, and whether others have it. */
struct bearer {
    const struct config_instance *instance;
    bool is_shared;
};

struct namer {
    struct config_work *work;
    struct config_index index;
    struct buf key;
};

/* number: of the instance, or of its keys. */
static void write_key(struct namer *namer, size_t number, const struct config_metric *metric)
{
    buf_reset(&namer->key);
    buf_add_format(&namer->key, "%zu %s %s", number, metric->model.type->name,
                   metric->windows_type_instance);
}

/* The bearer of the name under namer->key, which the instance may be itself. NULL: no memory. */
static struct bearer *claim(struct namer *namer, const struct config_instance *instance)
{
    struct config_work *work = namer->work;
    const char *key = buf_text(&namer->key);
    struct bearer *bearer = config_index_find(&namer->index, key);
    if (bearer != NULL)
        return bearer;
    bearer = config_work_alloc(work, work->scratch, 1, sizeof *bearer);
    char *copy = arena_strdup(work->scratch, key);
    if (bearer == NULL || copy == NULL || buf_failed(&namer->key, "a name", NULL) != 0) {
        config_work_memory(work);
        return NULL;
    }
    bearer->instance = instance;
    if (config_index_add(&namer->index, work, work->scratch, copy, bearer) != 0)
        return NULL;
    return bearer;
}

/* ---- Within an instance ---- */

static void append_type_instance(struct config_work *work, struct config_metric *metric)
{
    char own[METRIC_NAME_SIZE];
    char joined[2 * METRIC_NAME_SIZE];
    char name[METRIC_NAME_SIZE];
    metric_name_sanitise(metric->type_instance, own);
    if (*own == '\0' || strcmp(own, metric->windows_type_instance) == 0)
        return;
    snprintf(joined, sizeof joined, "%s_%s", metric->windows_type_instance, own);
    metric_name_sanitise(joined, name);
    const char *kept = config_work_keep(work, name);
    if (kept != NULL)
        metric->windows_type_instance = kept;
}

static int tell_metrics_apart(struct namer *namer, size_t number, struct config_instance *instance)
{
    struct bearer **bearers = config_work_alloc(namer->work, namer->work->scratch,
                                                instance->metric_count, sizeof bearers[0]);
    if (bearers == NULL)
        return -1;
    for (size_t i = 0; i < instance->metric_count; i++) {
        size_t count = namer->index.count;
        write_key(namer, number, &instance->metrics[i]);
        bearers[i] = claim(namer, instance);
        if (bearers[i] == NULL)
            return -1;
        bearers[i]->is_shared = bearers[i]->is_shared || namer->index.count == count;
    }
    for (size_t i = 0; i < instance->metric_count; i++)
        if (bearers[i]->is_shared)
            append_type_instance(namer->work, &instance->metrics[i]);
    return 0;
}

/* ---- Between instances ---- */

/* Win32_PerfRawData_Tcpip_TCPv4: TCPv4. */
static const char *short_class(const struct config_instance *instance)
{
    const char *last = strrchr(instance->class_name, '_');
    return last != NULL && last[1] != '\0' ? last + 1 : instance->class_name;
}

static int tell_instances_apart(struct namer *namer, struct config_module *module,
                                struct config_instance *instances)
{
    bool *shares = config_work_alloc(namer->work, namer->work->scratch, module->instance_count,
                                     sizeof *shares);
    if (shares == NULL)
        return -1;
    for (size_t i = 0; i < module->instance_count; i++)
        for (size_t k = 0; k < instances[i].metric_count; k++) {
            write_key(namer, instances[i].keys.count, &instances[i].metrics[k]);
            const struct bearer *bearer = claim(namer, &instances[i]);
            if (bearer == NULL)
                return -1;
            if (bearer->instance == &instances[i])
                continue;
            shares[i] = true;
            shares[bearer->instance - instances] = true;
        }
    for (size_t i = 0; i < module->instance_count; i++)
        if (shares[i])
            instances[i].windows_class = short_class(&instances[i]);
    return 0;
}

void config_windows_complete(struct config_work *work, struct config_module *module,
                             struct config_instance *instances)
{
    struct namer namer = {.work = work};
    int result = 0;
    buf_init(&namer.key, KEY_MAX_BYTES);
    for (size_t i = 0; result == 0 && i < module->instance_count; i++)
        result = tell_metrics_apart(&namer, i, &instances[i]);
    namer.index = (struct config_index){0};
    if (result == 0)
        tell_instances_apart(&namer, module, instances);
    buf_free(&namer.key);
}
