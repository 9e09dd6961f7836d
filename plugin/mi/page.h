/* SPDX-License-Identifier: MIT */
/*
 * page: the instances that one reply of an enumeration brought, until they are handed out. Owned by
 * its enumeration, which guards it.
 */
#ifndef MI_PAGE_H
#define MI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cim/instance.h"

/* Starts as zeros. */
struct mi_page {
    MI_Instance **items;
    size_t count, next, capacity;
    bool at_end; /* no page follows */
};

/* Takes item, but not on failure. ERR_MEMORY. */
int mi_page_add(struct mi_page *page, MI_Instance *item, struct err *err);
/* Frees what was not handed out; the page is then as at the start. */
void mi_page_free(struct mi_page *page);
/* Frees an instance that was handed out; NULL is fine. */
void mi_page_delete_item(MI_Instance *item);

#endif
