/* SPDX-License-Identifier: MIT */
#include "config/syntax.h"

#include <stdbool.h>
#include <string.h>

/* libyaml 0.2.5's words, a part of them, and ours. */
static const struct {
    const char *problem;
    const char *sentence;
    bool is_open; /* what began earlier is worth naming */
} SENTENCES[] = {
    {"tab character", "a tab: YAML is indented with spaces only", false},
    {"mapping values are not allowed",
     "a ':' where no key can stand: indent the line as its neighbours are, or put a text that "
     "holds ': ' or ends in ':' in quotes",
     false},
    {"found unexpected ':'",
     "a text that ends in ':' needs quotes, as \"C:\", and an empty value "
     "a space before what follows",
     false},
    {"unknown escape character",
     "a backslash in double quotes begins an escape: put this text in single quotes", false},
    {"hexdecimal number",
     "a backslash in double quotes begins an escape: put this text in single quotes", false},
    {"invalid Unicode character escape",
     "a backslash in double quotes begins an escape: put this text in single quotes", false},
    {"unexpected end of stream", "a quote is never closed", true},
    {"expected ',' or '}'", "a brace is not closed or a comma is missing", true},
    {"expected ',' or ']'", "a bracket is not closed or a comma is missing", true},
    {"expected key",
     "this fits nothing above it: wrong indentation, or a bracket, brace or quote too many", true},
    {"expected '-' indicator", "a list goes on without its '- ', or the indentation is wrong",
     true},
    {"could not find expected ':'", "a line that is neither 'key: value' nor part of one", true},
    {"expected node content", "a value is missing here", false},
    {"block sequence entries are not allowed",
     "a list cannot begin here: put each '- ' on a line of its own below the key", false},
    {"mapping keys are not allowed", "a key cannot stand here: put it on a line of its own", false},
    {"alphabetic or numeric character",
     "a text that begins with '*' or '&' needs quotes (anchors and aliases are refused anyway)",
     false},
    {"comment or line break",
     "behind '|' or '>' only a line end can stand: a text that begins with one of them needs "
     "quotes",
     false},
    {"tag", "a text that begins with '!' needs quotes (tags have no meaning here)", false},
    {"invalid Unicode character", "not UTF-8: save the file as UTF-8", false},
    {"UTF-8", "not UTF-8: save the file as UTF-8", false},
    {"UTF-16", "not UTF-16 as its first bytes promise: save the file as UTF-8", false},
    {"surrogate", "not UTF-16 as its first bytes promise: save the file as UTF-8", false},
    {"incompatible YAML",
     "a line that begins with '%' is a YAML directive, which no file here needs", false},
    {"directive", "a line that begins with '%' is a YAML directive, which no file here needs",
     false},
    {"<document start>", "text after the end of the document ('...')", false},
    {"control characters", "a control character: this is not a plain text file", false},
};

#define SENTENCE_COUNT (sizeof SENTENCES / sizeof SENTENCES[0])

/* The bytes of one line, up to a column counted in characters; NULL past the end. UTF-8 only. */
static const char *find_place(const char *bytes, size_t count, size_t line, size_t column)
{
    const char *end = bytes + count;
    const char *at = bytes;
    for (; line > 0 && at < end; line--) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline != NULL ? newline + 1 : end;
    }
    for (; column > 0 && at < end; column--)
        do
            at++;
        while (at < end && ((unsigned char)*at & 0xc0) == 0x80);
    return at < end ? at : NULL;
}

/* "cannot start any token" is a tab, or a character that YAML keeps for itself. */
static void explain_character(const yaml_parser_t *parser, const char *bytes, size_t count,
                              struct err *err)
{
    const yaml_mark_t *mark = &parser->problem_mark;
    const char *at = find_place(bytes, count, mark->line, mark->column);
    if (at != NULL && *at == '\t')
        err_set(err, ERR_CONFIG, "not YAML: a tab: YAML is indented with spaces only");
    else if (at != NULL && strchr("@`%", *at) != NULL && *at != '\0')
        err_set(err, ERR_CONFIG, "not YAML: a text that begins with '%c' needs quotes", *at);
    else
        err_set(err, ERR_CONFIG, "not YAML: %s", parser->problem);
}

static void explain_problem(const yaml_parser_t *parser, struct err *err)
{
    const char *problem = parser->problem != NULL ? parser->problem : "unknown";
    size_t i = 0;
    while (i < SENTENCE_COUNT && strstr(problem, SENTENCES[i].problem) == NULL)
        i++;
    if (i < SENTENCE_COUNT && SENTENCES[i].is_open && parser->context != NULL &&
        parser->context_mark.line < parser->problem_mark.line)
        err_set(err, ERR_CONFIG, "not YAML: %s (what is open began in line %zu)",
                SENTENCES[i].sentence, parser->context_mark.line + 1);
    else
        err_set(err, ERR_CONFIG, "not YAML: %s",
                i < SENTENCE_COUNT ? SENTENCES[i].sentence : problem);
}

/* UTF-16 has a NUL beside every ASCII character, and libyaml knows it by its byte order mark only.
 */
static bool is_wide_without_mark(const char *bytes, size_t count)
{
    return count >= 4 && ((bytes[0] == '\0' && bytes[2] == '\0' && bytes[1] != '\0') ||
                          (bytes[1] == '\0' && bytes[3] == '\0' && bytes[0] != '\0' &&
                           (unsigned char)bytes[0] < 0x80));
}

/* libyaml tells the byte only, where it could not decode. */
static void find_offset(const yaml_parser_t *parser, const char *bytes, size_t count,
                        struct model_origin *at)
{
    bool wide =
        parser->encoding == YAML_UTF16LE_ENCODING || parser->encoding == YAML_UTF16BE_ENCODING;
    size_t step = wide ? 2 : 1;
    size_t low = parser->encoding == YAML_UTF16BE_ENCODING ? 1 : 0;
    size_t i = wide ? 2 : count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    at->line = at->column = 1;
    for (; i + step <= count && i < parser->problem_offset; i += step) {
        bool newline = bytes[i + low] == '\n' && (!wide || bytes[i + 1 - low] == '\0');
        if (newline) {
            at->line++;
            at->column = 1;
        } else if (wide || ((unsigned char)bytes[i] & 0xc0) != 0x80) {
            at->column++;
        }
    }
}

void config_syntax_explain(const yaml_parser_t *parser, const char *bytes, size_t count,
                           struct model_origin *at, struct err *err)
{
    at->line = (unsigned)parser->problem_mark.line + 1;
    at->column = (unsigned)parser->problem_mark.column + 1;
    if (parser->error == YAML_READER_ERROR) {
        find_offset(parser, bytes, count, at);
        if (is_wide_without_mark(bytes, count))
            err_set(err, ERR_CONFIG,
                    "not YAML: UTF-16 without its first two bytes: save the file as UTF-8");
        else if (parser->problem_value == 0)
            err_set(err, ERR_CONFIG, "not YAML: a NUL byte: this is not a plain text file");
        else
            explain_problem(parser, err);
    } else if (parser->problem != NULL && strstr(parser->problem, "cannot start any token")) {
        explain_character(parser, bytes, count, err);
    } else {
        explain_problem(parser, err);
    }
}
