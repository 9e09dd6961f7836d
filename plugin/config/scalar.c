/* SPDX-License-Identifier: MIT */
#include "config/scalar.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/word.h"

#define SECONDS_MIN_MS 100
#define SECONDS_MAX_MS 86400000

bool config_scalar_is_null(const struct config_node *node)
{
    static const char *const NULLS[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != CONFIG_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof NULLS / sizeof NULLS[0]; i++)
        if (strcmp(node->text, NULLS[i]) == 0)
            return true;
    return false;
}

/* Also the C1 controls, and U+FFFE and U+FFFF, which XML 1.0 (2.2, Char) cannot hold. */
static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char *byte = (const unsigned char *)text;
        if (byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0) ||
            (byte[0] == 0xef && byte[1] == 0xbf && byte[2] >= 0xbe))
            return true;
    }
    return false;
}

/* What stands there may be the password itself, put in the wrong place. */
static bool is_secret(const char *what)
{
    return strncmp(what, "password", sizeof "password" - 1) == 0;
}

/* {DeviceID} and [C: ] are what a text without quotes becomes. */
static int tell_mapping(struct config_work *work, const struct config_node *node, const char *what)
{
    const struct config_node *key = node->first;
    if (!is_secret(what) && key != NULL && key->next == NULL && key->value != NULL &&
        config_scalar_is_null(key->value))
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' should be a text, and without quotes this is a mapping: write "
                               "'{%s}' or '%s:' in quotes, whichever is meant",
                               what, config_complaint_shown(key->text).text,
                               config_complaint_shown(key->text).text);
    else
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' should be a text and is a mapping: a text with braces or ': ' "
                               "in it needs quotes, single ones where a backslash is",
                               what);
    return -1;
}

static int check_text(struct config_work *work, const struct config_node *node, const char *what)
{
    struct config_complaints *complaints = &work->complaints;
    if (node->refused)
        return -1;
    if (node->kind == CONFIG_MAPPING)
        return tell_mapping(work, node, what);
    if (node->kind == CONFIG_LIST)
        config_complaint_error(complaints, &node->at,
                               "'%s' should be one text and is a list: a text with brackets at its "
                               "beginning needs quotes, single ones where a backslash is",
                               what);
    else if (config_scalar_is_null(node))
        config_complaint_error(complaints, &node->at,
                               "'%s' is %s, which is nothing in YAML: give it a value, or quotes "
                               "(single ones where a backslash is) if this is meant as a text",
                               what, *node->text == '\0' ? "empty" : node->text);
    else if (has_control(node->text))
        config_complaint_error(complaints, &node->at,
                               "'%s' holds a control character or line end: in double quotes a "
                               "backslash begins an escape, put such a text in single quotes",
                               what);
    else
        return 0;
    return -1;
}

bool config_scalar_is_road(const char *text)
{
    return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

int config_scalar_text_or_empty(struct config_work *work, const struct config_node *node,
                                const char *what, const char **text)
{
    if (check_text(work, node, what) != 0)
        return -1;
    *text = node->text;
    return 0;
}

int config_scalar_text(struct config_work *work, const struct config_node *node, const char *what,
                       const char **text)
{
    if (check_text(work, node, what) != 0)
        return -1;
    if (*node->text == '\0') {
        config_complaint_error(&work->complaints, &node->at, "'%s' must not be empty", what);
        return -1;
    }
    *text = node->text;
    return 0;
}

int config_scalar_key(struct config_work *work, const struct config_node *key, const char *what)
{
    const char *text;
    return config_scalar_text(work, key, what, &text);
}

int config_scalar_word(struct config_work *work, const struct config_node *node, const char *what,
                       const char *const *words, size_t word_count, size_t *index)
{
    const char *text;
    char list[128];
    if (config_scalar_text(work, node, what, &text) != 0)
        return -1;
    for (size_t i = 0; i < word_count; i++)
        if (strcmp(text, words[i]) == 0) {
            *index = i;
            return 0;
        }
    config_word_list(words, word_count, list, sizeof list);
    config_complaint_error(&work->complaints, &node->at, "'%s' is '%s' and can only be one of: %s",
                           what, config_complaint_shown(text).text, list);
    return -1;
}

int config_scalar_boolean(struct config_work *work, const struct config_node *node,
                          const char *what, bool *value)
{
    static const char *const WORDS[] = {"false", "true"};
    size_t index;
    if (config_scalar_word(work, node, what, WORDS, 2, &index) != 0)
        return -1;
    *value = index == 1;
    return 0;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or behind the dot. strtold alone
 * takes hex, spaces, "inf". */
static bool is_decimal(const char *text)
{
    const char *digits = "0123456789";
    text += *text == '+' || *text == '-';
    size_t count = strspn(text, digits);
    text += count;
    if (*text == '.') {
        size_t decimals = strspn(text + 1, digits);
        count += decimals;
        text += 1 + decimals;
    }
    if (count == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        count = strspn(text, digits);
        text += count;
    }
    return count > 0 && *text == '\0';
}

/* The daemon's locale may write decimals with a comma; files do not. */
static int parse_decimal(const char *text, long double *value)
{
    if (!is_decimal(text))
        return -1;
    locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (locale == (locale_t)0)
        return -1;
    long double parsed = strtold_l(text, NULL, locale);
    freelocale(locale);
    if (!isfinite((double)parsed)) /* collectd's values are doubles */
        return -1;
    *value = parsed;
    return 0;
}

int config_scalar_real(struct config_work *work, const struct config_node *node, const char *what,
                       long double *value)
{
    const char *text;
    if (config_scalar_text(work, node, what, &text) != 0)
        return -1;
    if (parse_decimal(text, value) == 0)
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' is '%s' and should be a decimal number, as 1024, 0.5 or 1e-5",
                           what, config_complaint_shown(text).text);
    return -1;
}

int config_scalar_integer(struct config_work *work, const struct config_node *node,
                          const char *what, uint64_t min, uint64_t max, uint64_t *value)
{
    const char *text;
    if (config_scalar_text(work, node, what, &text) != 0)
        return -1;
    /* 18 digits cannot overflow. */
    bool digits = strspn(text, "0123456789") == strlen(text) && strlen(text) <= 18;
    uint64_t number = digits ? strtoull(text, NULL, 10) : 0;
    if (digits && number >= min && number <= max) {
        *value = number;
        return 0;
    }
    config_complaint_error(
        &work->complaints, &node->at, "'%s' is '%s' and should be a whole number from %llu to %llu",
        what, config_complaint_shown(text).text, (unsigned long long)min, (unsigned long long)max);
    return -1;
}

int config_scalar_seconds(struct config_work *work, const struct config_node *node,
                          const char *what, uint64_t *value_ms)
{
    const char *text;
    long double seconds;
    if (config_scalar_text(work, node, what, &text) != 0)
        return -1;
    if (parse_decimal(text, &seconds) == 0) {
        long double ms = roundl(seconds * 1000);
        if (ms >= SECONDS_MIN_MS && ms <= SECONDS_MAX_MS) {
            *value_ms = (uint64_t)ms;
            return 0;
        }
    }
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' is '%s' and should be a number of seconds from 0.1 to 86400, "
                           "without a unit",
                           what, config_complaint_shown(text).text);
    return -1;
}
