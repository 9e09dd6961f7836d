/* SPDX-License-Identifier: MIT */
/*
 * A subset of WQL: SELECT * | property, ... FROM class [WHERE property op value [AND ...]], with
 * = <> != < > <= >= LIKE (% and _), values in single or double quotes (backslash escapes), numbers,
 * TRUE and FALSE. Anything else is an invalid query. Not the plugin's: the plugin has none.
 * Ownership: a query owns its text. Any one thread.
 */
#ifndef SIM_WQL_H
#define SIM_WQL_H

#include <stdbool.h>
#include <stddef.h>

#define SIM_WQL_COLUMNS_MAX    64
#define SIM_WQL_CONDITIONS_MAX 16

enum sim_wql_comparison {
    SIM_WQL_EQUAL,
    SIM_WQL_UNEQUAL,
    SIM_WQL_LESS,
    SIM_WQL_GREATER,
    SIM_WQL_LESS_EQUAL,
    SIM_WQL_GREATER_EQUAL,
    SIM_WQL_LIKE,
};

struct sim_wql_condition {
    const char *property;
    enum sim_wql_comparison comparison;
    const char *value;
};

struct sim_wql {
    const char *class_name;
    const char *columns[SIM_WQL_COLUMNS_MAX];
    size_t column_count; /* 0: * */
    struct sim_wql_condition conditions[SIM_WQL_CONDITIONS_MAX];
    size_t condition_count;
    char *words; /* what the above point into */
};

/* New content: sim_wql_free. 0, or -1: not such a query; query is empty then. */
int sim_wql_parse(const char *text, struct sim_wql *query);

/* Whether a value (NULL: the property is null, which fulfils nothing) fulfils a condition: numbers
 * as numbers, texts without case. */
bool sim_wql_fulfils(const struct sim_wql_condition *condition, const char *value);

void sim_wql_free(struct sim_wql *query);

#endif
