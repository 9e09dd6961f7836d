/* SPDX-License-Identifier: MIT */
#include "sim/wql.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Reads words out of the text into a buffer of the same size, each ended by a zero. */
struct scanner {
    const char *at;
    char *room;
};

enum kind { END, WORD, QUOTED, SIGN, BROKEN };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static enum kind quoted_take(struct scanner *scanner)
{
    char quote = *scanner->at++;
    while (*scanner->at != quote) {
        if (*scanner->at == '\\' && scanner->at[1] != '\0')
            scanner->at++;
        if (*scanner->at == '\0')
            return BROKEN;
        *scanner->room++ = *scanner->at++;
    }
    scanner->at++;
    return QUOTED;
}

/* The next word, in *text. */
static enum kind next(struct scanner *scanner, const char **text)
{
    enum kind kind = WORD;
    while (isspace((unsigned char)*scanner->at))
        scanner->at++;
    *text = scanner->room;
    if (*scanner->at == '\0')
        return END;
    if (*scanner->at == '\'' || *scanner->at == '"') {
        kind = quoted_take(scanner);
    } else if (is_word(*scanner->at)) {
        while (is_word(*scanner->at))
            *scanner->room++ = *scanner->at++;
    } else {
        kind = SIGN;
        *scanner->room++ = *scanner->at++;
        if (strchr("<>!", scanner->at[-1]) != NULL && (*scanner->at == '=' || *scanner->at == '>'))
            *scanner->room++ = *scanner->at++;
    }
    *scanner->room++ = '\0';
    return kind;
}

static bool is_keyword(enum kind kind, const char *text, const char *keyword)
{
    return kind == WORD && strcasecmp(text, keyword) == 0;
}

/* The columns up to and including FROM. */
static int columns_take(struct scanner *scanner, struct sim_wql *query)
{
    const char *text;
    enum kind kind = next(scanner, &text);
    if (kind == SIGN && strcmp(text, "*") == 0) {
        kind = next(scanner, &text);
        return is_keyword(kind, text, "from") ? 0 : -1;
    }
    for (;;) {
        if (kind != WORD || query->column_count == SIM_WQL_COLUMNS_MAX)
            return -1;
        query->columns[query->column_count++] = text;
        kind = next(scanner, &text);
        if (is_keyword(kind, text, "from"))
            return 0;
        if (kind != SIGN || strcmp(text, ",") != 0)
            return -1;
        kind = next(scanner, &text);
    }
}

static int comparison_find(const char *text, enum sim_wql_comparison *comparison)
{
    static const char *const names[] = {"=", "<>", "<", ">", "<=", ">=", "like"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(text, names[i]) == 0) {
            *comparison = (enum sim_wql_comparison)i;
            return 0;
        }
    }
    *comparison = SIM_WQL_UNEQUAL;
    return strcmp(text, "!=") == 0 ? 0 : -1;
}

static int condition_take(struct scanner *scanner, struct sim_wql *query)
{
    struct sim_wql_condition *condition = &query->conditions[query->condition_count];
    const char *text;
    if (query->condition_count++ == SIM_WQL_CONDITIONS_MAX ||
        next(scanner, &condition->property) != WORD)
        return -1;
    enum kind kind = next(scanner, &text);
    if ((kind != SIGN && kind != WORD) || comparison_find(text, &condition->comparison) != 0)
        return -1;
    kind = next(scanner, &condition->value);
    return kind == WORD || kind == QUOTED ? 0 : -1;
}

static int query_take(struct scanner *scanner, struct sim_wql *query)
{
    const char *text;
    enum kind kind = next(scanner, &text);
    if (!is_keyword(kind, text, "select") || columns_take(scanner, query) != 0 ||
        next(scanner, &query->class_name) != WORD)
        return -1;
    kind = next(scanner, &text);
    if (kind == END)
        return 0;
    if (!is_keyword(kind, text, "where"))
        return -1;
    do {
        if (condition_take(scanner, query) != 0)
            return -1;
        kind = next(scanner, &text);
    } while (is_keyword(kind, text, "and"));
    return kind == END ? 0 : -1;
}

int sim_wql_parse(const char *text, struct sim_wql *query)
{
    *query = (struct sim_wql){.words = malloc(2 * strlen(text) + 2)};
    if (query->words == NULL)
        return -1;
    struct scanner scanner = {text, query->words};
    if (query_take(&scanner, query) == 0)
        return 0;
    sim_wql_free(query);
    return -1;
}

/* % stands for any text, _ for one character. */
static bool like(const char *value, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '%') {
            for (; *value != '\0'; value++)
                if (like(value, pattern + 1))
                    return true;
            continue;
        }
        if (*value == '\0' ||
            (*pattern != '_' && tolower((unsigned char)*value) != tolower((unsigned char)*pattern)))
            return false;
        value++;
    }
    return *value == '\0';
}

static bool is_number(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static int compare(const char *a, const char *b)
{
    if (!is_number(a) || !is_number(b))
        return strcasecmp(a, b);
    uint64_t left = strtoull(a, NULL, 10), right = strtoull(b, NULL, 10);
    return left < right ? -1 : left > right;
}

bool sim_wql_fulfils(const struct sim_wql_condition *condition, const char *value)
{
    if (value == NULL)
        return false;
    int order = compare(value, condition->value);
    switch (condition->comparison) {
    case SIM_WQL_EQUAL:
        return order == 0;
    case SIM_WQL_UNEQUAL:
        return order != 0;
    case SIM_WQL_LESS:
        return order < 0;
    case SIM_WQL_GREATER:
        return order > 0;
    case SIM_WQL_LESS_EQUAL:
        return order <= 0;
    case SIM_WQL_GREATER_EQUAL:
        return order >= 0;
    case SIM_WQL_LIKE:
        return like(value, condition->value);
    }
    return false;
}

void sim_wql_free(struct sim_wql *query)
{
    free(query->words);
    *query = (struct sim_wql){.words = NULL};
}
