/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/build.h"
#include "config/document.h"
#include "config/index.h"
#include "config/inventory.h"
#include "config/pattern.h"
#include "config/shelf.h"
#include "config/work.h"

#define DEFAULT_INTERVAL_MS 10000

/* A document that is read; the inventory points into it. */
struct page {
    struct config_document document;
    dev_t device;
    ino_t inode;
    struct page *next;
};

struct loading {
    struct config_work work;
    struct config_shelf shelf;
    struct config_inventory inventory;
    struct config_index types;
    struct arena scratch;
    struct page *pages;
};

static void read_modules(struct loading *loading, const struct config_sources *sources)
{
    if (sources->shipped_module_dir != NULL)
        config_shelf_read(&loading->shelf, &loading->work, sources->shipped_module_dir, true);
    for (size_t i = 0; i < sources->module_dir_count; i++)
        config_shelf_read(&loading->shelf, &loading->work, sources->module_dirs[i], false);
}

static bool is_read(const struct loading *loading, const struct stat *status)
{
    for (const struct page *page = loading->pages; page != NULL; page = page->next)
        if (page->device == status->st_dev && page->inode == status->st_ino)
            return true;
    return false;
}

static void read_page(struct loading *loading, const char *name)
{
    struct config_work *work = &loading->work;
    struct stat status = {0};
    const char *path = config_work_keep(work, name);
    if (path == NULL)
        return;
    if (stat(path, &status) == 0 && is_read(loading, &status)) {
        config_complaint_warning(&work->complaints, &(struct model_origin){path, 0, 0},
                                 "this inventory is named twice, it is read once");
        return;
    }
    struct page *page = config_work_alloc(work, &loading->scratch, 1, sizeof *page);
    if (page == NULL)
        return;
    page->device = status.st_dev;
    page->inode = status.st_ino;
    page->next = loading->pages;
    loading->pages = page;
    if (config_document_load(&page->document, path, work) == 0)
        config_inventory_read(&loading->inventory, work, page->document.root, path);
}

static void read_found(void *context, const char *path)
{
    read_page(context, path);
}

static void read_pattern(struct loading *loading, const char *pattern)
{
    struct config_work *work = &loading->work;
    size_t errors = work->complaints.error_count;
    if (config_pattern_expand(work, pattern, read_found, loading) == 0 &&
        work->complaints.error_count == errors)
        config_complaint_warning(&work->complaints, NULL,
                                 "<Plugin mi> Inventory \"%s\": no file matches", pattern);
}

static void read_inventories(struct loading *loading, const struct config_sources *sources)
{
    for (size_t i = 0; i < sources->inventory_count; i++) {
        const char *name = sources->inventories[i];
        struct stat status;
        /* A name with brackets in it may be just that. */
        if (strpbrk(name, "*?[") == NULL || stat(name, &status) == 0)
            read_page(loading, name);
        else
            read_pattern(loading, name);
    }
}

static void load(struct loading *loading, const struct config_sources *sources, struct model *model,
                 struct config_report *report)
{
    struct config_complaints *complaints = &loading->work.complaints;
    uint64_t interval_ms = sources->default_interval_ms;
    read_modules(loading, sources);
    if (sources->inventory_count == 0)
        config_complaint_error(complaints, NULL,
                               "<Plugin mi>: no 'Inventory' names the file with the hosts");
    read_inventories(loading, sources);
    config_build(&loading->work, &loading->inventory, &loading->shelf,
                 interval_ms != 0 ? interval_ms : DEFAULT_INTERVAL_MS, model, report);
    config_complaint_finish(complaints);
    report->error_count = complaints->error_count;
    report->warning_count = complaints->warning_count;
}

static void free_loading(struct loading *loading)
{
    for (struct page *page = loading->pages; page != NULL; page = page->next)
        config_document_free(&page->document);
    arena_free(&loading->scratch);
    free(loading);
}

int config_load(const struct config_sources *sources, const struct model_type_lookup *types,
                const struct log *log, struct config_report *report, struct model **model,
                struct err *err)
{
    struct config_report counted = {0};
    struct loading *loading = calloc(1, sizeof *loading);
    struct model *made = model_new(err);
    int result = -1;
    if (loading == NULL || made == NULL) {
        free(loading);
        model_free(made);
        return err_memory(err);
    }
    arena_init(&loading->scratch, 65536);
    config_inventory_init(&loading->inventory);
    loading->work = (struct config_work){.complaints = {.log = log},
                                         .kept = &made->arena,
                                         .scratch = &loading->scratch,
                                         .types = types,
                                         .type_index = &loading->types};
    load(loading, sources, made, &counted);
    if (loading->work.out_of_memory) {
        model_free(made);
        err_memory(err);
    } else {
        *report = counted;
        *model = made;
        result = 0;
    }
    free_loading(loading);
    return result;
}
