/* SPDX-License-Identifier: MIT */
/*
 * A subset of WQL: SELECT * | property, ... FROM class [WHERE expression], of conditions (property
 * op value) with NOT, AND and OR, which bind in this order (OR after AND, and a NOT before each of
 * two conditions that AND joins: Microsoft's page "WQL (SQL for WMI)"), and parentheses, with
 * = <> != < > <= >= LIKE (% and _), values in single or double quotes (backslash escapes), numbers,
 * TRUE and FALSE. Anything else is an invalid query, as are more than 16 conditions or 32
 * parentheses within each other. Not the plugin's: the plugin has none.
 * Ownership: a query owns its text. Any one thread.
 */
#ifndef SIM_WQL_H
#define SIM_WQL_H

#include <stdbool.h>
#include <stddef.h>

#define SIM_WQL_COLUMNS_MAX    64
#define SIM_WQL_CONDITIONS_MAX 16
#define SIM_WQL_STEPS_MAX      (2 * SIM_WQL_CONDITIONS_MAX - 1)

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
    bool negated; /* behind an odd number of NOT */
};

/* An expression is worked off from left to right: a condition is laid upon a pile, AND and OR take
 * two off it and lay down one. A NOT is in the conditions (NOT (A AND B): NOT A OR NOT B). */
enum sim_wql_step { SIM_WQL_CONDITION, SIM_WQL_AND, SIM_WQL_OR };

struct sim_wql {
    const char *class_name;
    const char *columns[SIM_WQL_COLUMNS_MAX];
    size_t column_count; /* 0: * */
    struct sim_wql_condition conditions[SIM_WQL_CONDITIONS_MAX];
    size_t condition_count;
    enum sim_wql_step steps[SIM_WQL_STEPS_MAX];
    size_t step_count; /* 0: all */
    char *words;       /* what the above point into */
};

/* New content: sim_wql_free. 0, or -1: not such a query; query is empty then. */
int sim_wql_parse(const char *text, struct sim_wql *query);

/* Whether a value fulfils a condition: numbers as numbers, texts without case. NULL: the property
 * is null, which fulfils neither a condition nor its NOT, as in SQL. */
bool sim_wql_fulfils(const struct sim_wql_condition *condition, const char *value);

/* Whether the query wants an instance that fulfils these of its conditions, in their order. */
bool sim_wql_wants(const struct sim_wql *query, const bool fulfilled[SIM_WQL_CONDITIONS_MAX]);

void sim_wql_free(struct sim_wql *query);

#endif
