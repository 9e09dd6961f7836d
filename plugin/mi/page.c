/* SPDX-License-Identifier: MIT */
#include "mi/page.h"

#include <stdlib.h>

void mi_page_delete_item(MI_Instance *item)
{
    if (item == NULL)
        return;
    cim_instance_hold(item, false);
    MI_Instance_Delete(item);
}

void mi_page_free(struct mi_page *page)
{
    for (size_t i = page->next; i < page->count; i++)
        mi_page_delete_item(page->items[i]);
    free(page->items);
    *page = (struct mi_page){.items = NULL};
}

int mi_page_add(struct mi_page *page, MI_Instance *item, struct err *err)
{
    if (page->count == page->capacity) {
        size_t capacity = page->capacity > 0 ? page->capacity * 2 : 16;
        MI_Instance **items = realloc(page->items, capacity * sizeof *items);
        if (items == NULL)
            return err_memory(err);
        page->items = items;
        page->capacity = capacity;
    }
    page->items[page->count++] = item;
    return 0;
}
