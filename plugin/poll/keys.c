/* SPDX-License-Identifier: MIT */
#include "poll/keys.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cim/objectpath.h"
#include "poll/key.h"

struct poll_keys {
    size_t count;
    struct poll_key keys[]; /* sorted by the instance's address */
};

static int compare(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct poll_key *)a)->instance;
    uintptr_t y = (uintptr_t)((const struct poll_key *)b)->instance;
    return (x > y) - (x < y);
}

static size_t count_instances(const struct model *model)
{
    size_t count = 0;
    for (size_t h = 0; h < model->host_count; h++)
        for (size_t r = 0; r < model->hosts[h].round_count; r++)
            count += model->hosts[h].rounds[r].instance_count;
    return count;
}

/* Sorted, each once. */
static void collect_instances(const struct model *model, struct poll_keys *keys)
{
    size_t count = 0;
    for (size_t h = 0; h < model->host_count; h++)
        for (size_t r = 0; r < model->hosts[h].round_count; r++)
            for (size_t i = 0; i < model->hosts[h].rounds[r].instance_count; i++)
                keys->keys[count++].instance = model->hosts[h].rounds[r].instances[i];
    qsort(keys->keys, count, sizeof keys->keys[0], compare);
    keys->count = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || keys->keys[i].instance != keys->keys[keys->count - 1].instance)
            keys->keys[keys->count++].instance = keys->keys[i].instance;
}

/* Borrowed text -> new: what a person calls it. */
static char *name_object(const MI_Instance *key)
{
    struct buf path;
    buf_init(&path, CIM_OBJECTPATH_MAX_BYTES);
    cim_objectpath_print(&path, key);
    char *object = strdup(buf_text(&path));
    buf_free(&path);
    return object;
}

static int make_key(const struct log *log, struct poll_key *key, struct err *err)
{
    const struct model_instance *instance = key->instance;
    MI_Result result;
    key->key = poll_key_new(instance->class_name, instance->keys, instance->key_count, &result);
    if (key->key == NULL) {
        log_write(log, LOG_LEVEL_ERROR,
                  "%s:%u:%u: no request can be made for %s: MI_Result %d; it is left out",
                  instance->origin.path, instance->origin.line, instance->origin.column,
                  instance->class_name, (int)result);
        return 0;
    }
    key->object = name_object(key->key);
    return key->object != NULL ? 0 : err_memory(err);
}

struct poll_keys *poll_keys_new(const struct model *model, const struct log *log, struct err *err)
{
    struct poll_keys *keys =
        calloc(1, sizeof *keys + count_instances(model) * sizeof keys->keys[0]);
    if (keys == NULL) {
        err_memory(err);
        return NULL;
    }
    collect_instances(model, keys);
    for (size_t i = 0; i < keys->count; i++) {
        if (make_key(log, &keys->keys[i], err) != 0) {
            poll_keys_free(keys);
            return NULL;
        }
    }
    return keys;
}

void poll_keys_free(struct poll_keys *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].key != NULL)
            MI_Instance_Delete(keys->keys[i].key);
        free(keys->keys[i].object);
    }
    free(keys);
}

const struct poll_key *poll_keys_find(const struct poll_keys *keys,
                                      const struct model_instance *instance)
{
    struct poll_key wanted = {.instance = instance};
    return bsearch(&wanted, keys->keys, keys->count, sizeof keys->keys[0], compare);
}
