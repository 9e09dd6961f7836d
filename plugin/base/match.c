/* SPDX-License-Identifier: MIT */
#include "base/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define MAX_HEAP_KIB 1024 /* of one test */
/* A glob of one byte repeated becomes at most so many. */
#define EXPRESSION_MAX_BYTES (8 * MATCH_MAX_BYTES)
#define OPTIONS \
    (PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C)

struct match {
    pcre2_code *code;
    pcre2_match_context *limits;
};

/* --- Globs --- */

/* Without any meaning of its own. */
static void add_literal(struct buf *expression, char c)
{
    bool may_mean = (unsigned char)c < 0x80 && strchr("\\^$.[]|()?*+{}-#&~", c) != NULL;
    if (may_mean)
        buf_add_char(expression, '\\');
    buf_add_char(expression, c);
}

/* [:digit:] within a list: its length; 0: there is none. */
static size_t count_kind(const char *at)
{
    const char *end = at[0] == '[' && at[1] == ':' ? strstr(at + 2, ":]") : NULL;
    return end != NULL ? (size_t)(end + 2 - at) : 0;
}

/* at: behind '['. Returns behind ']'; NULL: there is none. */
static const char *add_list(struct buf *expression, const char *at)
{
    buf_add_char(expression, '[');
    if (*at == '!' || *at == '^') {
        buf_add_char(expression, '^');
        at++;
    }
    for (bool is_first = true; *at != '\0' && (is_first || *at != ']'); is_first = false) {
        size_t kind_bytes = count_kind(at);
        bool is_range = *at == '-' && !is_first && at[1] != ']';
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (kind_bytes > 0 || is_range) {
            size_t count = kind_bytes > 0 ? kind_bytes : 1;
            buf_add(expression, at, count);
            at += count;
            continue;
        }
        add_literal(expression, *at++);
    }
    buf_add_char(expression, ']');
    return *at == ']' ? at + 1 : NULL;
}

static int translate(const char *glob, struct buf *expression, struct err *err)
{
    while (*glob != '\0') {
        char c = *glob++;
        if (c == '*') {
            glob += strspn(glob, "*");
            buf_add_text(expression, ".*");
        } else if (c == '?') {
            buf_add_char(expression, '.');
        } else if (c == '[') {
            if ((glob = add_list(expression, glob)) == NULL)
                return err_set(err, ERR_CONFIG, "has a '[' without its ']': '\\[' is a bracket");
        } else if (c == '\\' && *glob == '\0') {
            return err_set(
                err, ERR_CONFIG,
                "ends with a backslash, which takes the meaning off what follows it: two "
                "of them stand for one");
        } else {
            add_literal(expression, c == '\\' ? *glob++ : c);
        }
    }
    return buf_failed(expression, "a pattern", err);
}

/* --- Both --- */

/* byte: between the slashes; 0: of a glob, whose bytes are not those that were compiled. */
static int refuse(int error, size_t byte, struct err *err)
{
    unsigned char sentence[128];
    if (error == PCRE2_ERROR_HEAP_FAILED || error == PCRE2_ERROR_NOMEMORY)
        return err_memory(err);
    if (pcre2_get_error_message(error, sentence, sizeof sentence) < 0)
        sentence[0] = '\0';
    if (byte == 0)
        return err_set(err, ERR_CONFIG, "is not right: %s", (const char *)sentence);
    return err_set(err, ERR_CONFIG, "is not right at byte %zu: %s", byte, (const char *)sentence);
}

static int compile(struct match *match, const char *expression, size_t bytes, uint32_t options,
                   struct err *err)
{
    int error;
    size_t offset;
    pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
    if (limits == NULL)
        return err_memory(err);
    pcre2_set_parens_nest_limit(limits, MATCH_MAX_DEPTH);
    match->code =
        pcre2_compile((PCRE2_SPTR)expression, bytes, OPTIONS | options, &error, &offset, limits);
    pcre2_compile_context_free(limits);
    if (match->code != NULL)
        return 0;
    bool is_glob = (options & PCRE2_ANCHORED) != 0;
    return refuse(error, is_glob ? 0 : offset + 1, err);
}

static int compile_glob(struct match *match, const char *glob, struct err *err)
{
    struct buf expression;
    buf_init(&expression, EXPRESSION_MAX_BYTES);
    int rc = translate(glob, &expression, err);
    if (rc == 0)
        rc = compile(match, buf_text(&expression), expression.size_bytes,
                     PCRE2_ANCHORED | PCRE2_ENDANCHORED, err);
    buf_free(&expression);
    return rc;
}

static int compile_expression(struct match *match, const char *pattern, size_t bytes,
                              struct err *err)
{
    if (bytes < 2 || pattern[bytes - 1] != '/')
        return err_set(err, ERR_CONFIG,
                       "begins with '/' as a regular expression does, and does not end with one: "
                       "put a backslash before it where it is part of a name");
    if (bytes == 2)
        return err_set(err, ERR_CONFIG, "has nothing between its slashes");
    return compile(match, pattern + 1, bytes - 2, 0, err);
}

static int limit(struct match *match, struct err *err)
{
    match->limits = pcre2_match_context_create(NULL);
    if (match->limits == NULL)
        return err_memory(err);
    pcre2_set_match_limit(match->limits, MATCH_MAX_STEPS);
    pcre2_set_heap_limit(match->limits, MAX_HEAP_KIB);
    return 0;
}

static int fill(struct match *match, const char *pattern, struct err *err)
{
    size_t bytes = strnlen(pattern, MATCH_MAX_BYTES + 1);
    if (bytes == 0)
        return err_set(err, ERR_CONFIG, "is empty");
    if (bytes > MATCH_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "is longer than %d bytes", MATCH_MAX_BYTES);
    int rc = pattern[0] == '/' ? compile_expression(match, pattern, bytes, err)
                               : compile_glob(match, pattern, err);
    return rc == 0 ? limit(match, err) : rc;
}

struct match *match_new(const char *pattern, struct err *err)
{
    struct match *match = calloc(1, sizeof *match);
    if (match == NULL) {
        err_memory(err);
        return NULL;
    }
    if (fill(match, pattern, err) == 0)
        return match;
    match_free(match);
    return NULL;
}

void match_free(struct match *match)
{
    if (match == NULL)
        return;
    pcre2_match_context_free(match->limits);
    pcre2_code_free(match->code);
    free(match);
}

bool match_test(const struct match *match, const char *text)
{
    /* Only whether, not where. */
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    if (found == NULL)
        return false;
    int count = pcre2_match(match->code, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, found,
                            match->limits);
    pcre2_match_data_free(found);
    return count >= 0;
}
