/* SPDX-License-Identifier: MIT */
#include "config/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t find_slot(const struct config_shelf *shelf, const char *name)
{
    size_t i = 0;
    while (i < shelf->count && strcmp(shelf->names[i], name) != 0)
        i++;
    return i;
}

struct config_module *config_shelf_find(const struct config_shelf *shelf, const char *name)
{
    size_t i = find_slot(shelf, name);
    return i < shelf->count ? shelf->modules[i] : NULL;
}

static void put(struct config_shelf *shelf, struct config_work *work, struct config_module *module)
{
    size_t i = find_slot(shelf, module->name);
    if (i == CONFIG_SHELF_MAX_MODULES) {
        config_complaint_error(&work->complaints, &module->at,
                               "more than %d modules: this one is left out",
                               CONFIG_SHELF_MAX_MODULES);
        return;
    }
    if (i < shelf->count && shelf->dirs[i] == shelf->dir_count) {
        const struct model_origin *first = &shelf->modules[i]->at;
        config_complaint_error(&work->complaints, &module->at,
                               "a module named '%s' is at %s:%u:%u already, which stays",
                               module->name, first->path, first->line, first->column);
        return;
    }
    if (i == shelf->count)
        shelf->count++;
    shelf->modules[i] = module;
    shelf->names[i] = module->name;
    shelf->dirs[i] = shelf->dir_count;
}

static void read_file(struct config_shelf *shelf, struct config_work *work, const char *dir,
                      const char *file)
{
    struct config_document document;
    size_t size = strlen(dir) + strlen(file) + 2;
    char *path = config_work_alloc(work, work->kept, size, 1);
    if (path == NULL)
        return;
    snprintf(path, size, "%s/%s", dir, file);
    if (config_document_load(&document, path, work) == 0) {
        struct config_module *module = config_module_parse(work, document.root, path);
        if (module != NULL)
            put(shelf, work, module);
    }
    config_document_free(&document);
}

static int is_module(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* By bytes: the daemon's locale must not decide which file is first. */
static int order_files(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void config_shelf_read(struct config_shelf *shelf, struct config_work *work, const char *dir,
                       bool is_shipped)
{
    struct dirent **files = NULL;
    shelf->dir_count++;
    dir = config_work_keep(work, dir);
    if (dir == NULL)
        return;
    int count = scandir(dir, &files, is_module, order_files);
    if (count < 0 && errno == ENOMEM)
        config_work_memory(work);
    else if (count < 0)
        config_complaint_warning(&work->complaints, NULL, "%s \"%s\": cannot be read: %s",
                                 is_shipped ? "the shipped modules," : "<Plugin mi> ModuleDir", dir,
                                 strerror(errno));
    for (int i = 0; i < count; i++) {
        read_file(shelf, work, dir, files[i]->d_name);
        free(files[i]);
    }
    free(files);
}
