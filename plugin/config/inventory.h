/* SPDX-License-Identifier: MIT */
/*
 * inventory: what all inventory files say together, not yet merged: auths, defaults, groups, hosts.
 *
 * All files form one: a name that two of them define is told, and the first stays. Owned by the
 * load's scratch arena; what the model will point to by the model's. The documents must live as
 * long as the inventory.
 */
#ifndef CONFIG_INVENTORY_H
#define CONFIG_INVENTORY_H

#include <stddef.h>

#include "config/document.h"
#include "config/index.h"
#include "config/settings.h"
#include "config/work.h"
#include "model/auth.h"

/* Each of these begins with its place, which is what a second one of its name is told. */
struct config_auth {
    struct model_origin at;
    struct model_auth model;
    bool broken; /* told */
    struct config_loss loss;
    const struct model_auth *placed; /* in the model's array */
    struct config_auth *next;
};

struct config_group {
    struct model_origin at;
    const char *name; /* NULL: `defaults` */
    bool broken;      /* told */
    struct config_loss loss;
    struct config_settings settings;
    struct config_group *next;
};

struct config_host {
    struct model_origin at;
    const char *name;
    bool broken;                      /* told */
    const struct config_node *group;  /* the name, or NULL */
    struct config_settings *settings; /* NULL: none of its own */
    struct config_host *next;
};

struct config_inventory {
    struct config_group defaults; /* broken: of no host is known what was meant */
    struct config_index auth_index;
    struct config_index group_index;
    struct config_index host_index; /* without regard to case */
    struct config_auth *auths;
    struct config_group *groups;
    struct config_host *hosts; /* in the files' order */
    struct config_host **hosts_tail;
    struct config_auth **auths_tail;
    struct config_group **groups_tail;
    size_t auth_count;
    size_t host_count;
};

void config_inventory_init(struct config_inventory *inventory);

/* Adds what one file says; root NULL: nothing. */
void config_inventory_read(struct config_inventory *inventory, struct config_work *work,
                           const struct config_node *root, const char *path);

#endif
