/* SPDX-License-Identifier: MIT */
/*
 * settings: the keys that `defaults`, a group and a host share, each read by one row of a table,
 * merged key by key.
 *
 * A value that cannot be read spoils every host that would take it, and no other. Owned by the
 * load's scratch arena, texts by the model's.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/document.h"
#include "config/uses.h"
#include "config/work.h"

enum config_setting_name {
    CONFIG_ADDRESS,
    CONFIG_SERVER_NAME,
    CONFIG_TRANSPORT,
    CONFIG_PORT,
    CONFIG_PATH,
    CONFIG_AUTH,
    CONFIG_INTERVAL,
    CONFIG_TIMEOUT,
    CONFIG_CA_CERT,
    CONFIG_VERIFY_PEER,
    CONFIG_VERIFY_HOST,
    CONFIG_ALLOW_UNENCRYPTED,
    CONFIG_RESOURCE_URI,
    CONFIG_NAMING,
    CONFIG_MODULES,
    CONFIG_EXTRA_MODULES,
    CONFIG_SETTING_COUNT
};

/* Hosts that one mistake costs: the mistake is told once, they are counted. */
struct config_loss {
    size_t host_count;
    const char *first_host;
};

struct config_setting {
    struct model_origin at; /* of the value; path NULL: not set */
    bool broken;            /* told */
    bool warned;            /* told, of what costs nothing */
    struct config_loss loss;
    union {
        const char *text;
        uint64_t number; /* port, milliseconds, or an index into an enum */
        bool flag;
        struct config_uses uses;
    } value;
};

struct config_settings {
    struct config_setting of[CONFIG_SETTING_COUNT];
};

/* Reads one key into settings; a key that is set already (an earlier file) is told and stays.
 * True: it was a key of this table. */
bool config_settings_take(struct config_work *work, const struct config_node *key,
                          struct config_settings *settings);

/* A warning about a key nobody knows; `x-` keys pass. */
void config_settings_warn_unknown(struct config_work *work, const struct config_node *key,
                                  const char *of_what);

/* The setting that counts: the last of the levels that sets it, else NULL. levels go from
 * defaults to host; NULL ones are skipped. */
struct config_setting *config_settings_find(struct config_settings *const *levels,
                                            size_t level_count, enum config_setting_name name);

/* One more host lost. */
void config_settings_count_loss(struct config_loss *loss, const char *host);

#endif
