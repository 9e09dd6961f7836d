/* SPDX-License-Identifier: MIT */
#include "sim/wql.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARENTHESES_MAX 32

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

/* Whether a keyword or a sign comes next, and past it then. */
static bool accept(struct scanner *scanner, enum kind kind, const char *wanted)
{
    const struct scanner before = *scanner;
    const char *text;
    if (next(scanner, &text) == kind && strcasecmp(text, wanted) == 0)
        return true;
    *scanner = before;
    return false;
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

static int condition_take(struct scanner *scanner, struct sim_wql *query, bool negated)
{
    struct sim_wql_condition *condition = &query->conditions[query->condition_count];
    const char *text;
    if (query->condition_count == SIM_WQL_CONDITIONS_MAX ||
        next(scanner, &condition->property) != WORD)
        return -1;
    query->condition_count++;
    query->steps[query->step_count++] = SIM_WQL_CONDITION;
    condition->negated = negated;
    enum kind kind = next(scanner, &text);
    if ((kind != SIGN && kind != WORD) || comparison_find(text, &condition->comparison) != 0)
        return -1;
    kind = next(scanner, &condition->value);
    return kind == WORD || kind == QUOTED ? 0 : -1;
}

static int expression_take(struct scanner *scanner, struct sim_wql *query, bool negated,
                           size_t depth);

static int factor_take(struct scanner *scanner, struct sim_wql *query, bool negated, size_t depth)
{
    while (accept(scanner, WORD, "not"))
        negated = !negated;
    if (!accept(scanner, SIGN, "("))
        return condition_take(scanner, query, negated);
    if (depth == PARENTHESES_MAX || expression_take(scanner, query, negated, depth + 1) != 0)
        return -1;
    return accept(scanner, SIGN, ")") ? 0 : -1;
}

static int term_take(struct scanner *scanner, struct sim_wql *query, bool negated, size_t depth)
{
    if (factor_take(scanner, query, negated, depth) != 0)
        return -1;
    while (accept(scanner, WORD, "and")) {
        if (factor_take(scanner, query, negated, depth) != 0)
            return -1;
        query->steps[query->step_count++] = negated ? SIM_WQL_OR : SIM_WQL_AND;
    }
    return 0;
}

static int expression_take(struct scanner *scanner, struct sim_wql *query, bool negated,
                           size_t depth)
{
    if (term_take(scanner, query, negated, depth) != 0)
        return -1;
    while (accept(scanner, WORD, "or")) {
        if (term_take(scanner, query, negated, depth) != 0)
            return -1;
        query->steps[query->step_count++] = negated ? SIM_WQL_AND : SIM_WQL_OR;
    }
    return 0;
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
    if (!is_keyword(kind, text, "where") || expression_take(scanner, query, false, 0) != 0)
        return -1;
    return next(scanner, &text) == END ? 0 : -1;
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

static bool matches(const struct sim_wql_condition *condition, const char *value)
{
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

bool sim_wql_fulfils(const struct sim_wql_condition *condition, const char *value)
{
    return value != NULL && matches(condition, value) != condition->negated;
}

bool sim_wql_wants(const struct sim_wql *query, const bool fulfilled[SIM_WQL_CONDITIONS_MAX])
{
    bool pile[SIM_WQL_CONDITIONS_MAX + 1] = {true};
    size_t top = 0, condition = 0;
    for (size_t i = 0; i < query->step_count; i++) {
        if (query->steps[i] == SIM_WQL_CONDITION) {
            pile[++top] = fulfilled[condition++];
            continue;
        }
        bool last = pile[top--];
        pile[top] = query->steps[i] == SIM_WQL_AND ? pile[top] && last : pile[top] || last;
    }
    return pile[top];
}

void sim_wql_free(struct sim_wql *query)
{
    free(query->words);
    *query = (struct sim_wql){.words = NULL};
}
