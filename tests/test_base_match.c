/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/match.h"

struct row {
    const char *pattern;
    const char *text;
    bool matches;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct err err = ERR_INIT;
        struct match *match = match_new(rows[i].pattern, &err);
        if (match == NULL)
            fail_msg("%s: %s", rows[i].pattern, err.text);
        if (match_test(match, rows[i].text) != rows[i].matches)
            fail_msg("%s and %s: not %d", rows[i].pattern, rows[i].text, rows[i].matches);
        match_free(match);
    }
}

static void a_glob_is_the_whole_name_without_regard_to_case(void **state)
{
    static const struct row rows[] = {
        {"Intel*", "Intel[R] PRO_1000", true},
        {"intel*", "INTEL", true},
        {"Intel*", "an Intel", false},
        {"?:", "C:", true},
        {"?:", "HarddiskVolume1", false},
        {"[CD]:", "d:", true},
        {"[!CD]:", "d:", false},
        {"*", "", true},
        {"*", "a/b", true}, /* no path */
        {"*.exe", ".exe", true},
        {"*\\**", "0 * 1", true},
        {"*\\**", "0 1", false},
        {"\\/x", "/x", true},
        {"a\\\\b", "a\\b", true},
        {"a.c", "abc", false},
        {"[]a]", "]", true},
        {"[!]a]", "]", false},
        {"[a-]", "-", true},
        {"[\\]]", "]", true},
        {"[^a]", "b", true},
        {"[a&&b~~c]", "&", true},
        {"[\\d]", "d", true},
        {"[\\d]", "1", false},
        {"[a-c\\-x]", "-", true},
        {"a+b(c)$^|#", "A+B(C)$^|#", true},
        {"[[:digit:]-]", "-", true},
        {"[[:digit:]a-c]", "B", true},
        {"Intel\\[R\\]*", "Intel[R] PRO", true},
        {"Intel[R]*", "Intel[R] PRO", false},
        {"?", "\xc3\xbc", true},
        {"*", "\xc3\xbc\xff", false}, /* no UTF-8 */
        {"[\xc3\xa0-\xc3\xbc]", "\xc3\xa9", true},
        {"{a,b}", "{a,b}", true},
        {"{a,b}", "a", false},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void a_regular_expression_is_anywhere_in_the_name(void **state)
{
    static const struct row rows[] = {
        {"/^(w3wp|sqlservr)$/", "W3WP", true},
        {"/^(w3wp|sqlservr)$/", "w3wp#1", false},
        {"/wp/", "w3wp#1", true},
        {"/#[0-9]+$/", "w3wp#12", true},
        {"/a\\{2\\}/", "a{2}", true},
        {"/a\\{2\\}/", "aa", false},
        {"/^a{2}$/", "aa", true},
        {"/^\\d+$/", "12", true},
        {"/^(?:a)$/", "a", true},
        {"/\\\\1/", "a\\1", true},
        {"/a/b/", "xa/b", true},
        {"/[[:digit:]]/", "a1", true},
        {"/^$/", "", true},
        {"/^$/", "a", false},
        {"/a$b/", "a", false},
        {"/^a$/", "a\n", false},
        {"/x^/", "x", false},
        {"/^a|b$/", "xb", true},
        {"/^a|b$/", "xa", false},
        {"/^(a|b|c|)$/", "", true},
        {"/^(a|b|c)$/", "c", true},
        {"/^(a|b|c)$/", "d", false},
        {"/^(ab|a)(bc|c)?d$/", "abcd", true},
        {"/^(ab|a)(bc|c)?d$/", "abbcd", true},
        {"/^(ab|a)(bc|c)?d$/", "abbd", false},
        {"/^a*$/", "", true},
        {"/^a+$/", "", false},
        {"/^a+$/", "aaa", true},
        {"/^a?$/", "aa", false},
        {"/^a?b$/", "b", true},
        {"/^(a*)*$/", "aaaa", true},
        {"/^(a*)+b$/", "aaaac", false},
        {"/^()*$/", "", true},
        {"/^(a|b)*(c|d)+(e|f)?$/", "abbadcf", true},
        {"/^(a|b)*(c|d)+(e|f)?$/", "abbaf", false},
        {"/^((a|(b|c))d)+$/", "adbdcd", true},
        {"/^((a|(b|c))d)+$/", "adbdc", false},
        {"/^.$/", "\xc3\xbc", true},
        {"/^..$/", "\xc3\xbc", false},
        {"/^[^a]$/", "\xc3\xbc", true},
        {"/^[^A]$/", "a", false},
        {"/^[]a]+$/", "]a", true},
        {"/^[0-9-]+$/", "1-2", true},
        {"/^[x-]$/", "-", true},
        {"/^[A-C]$/", "b", true},
        {"/^[^[:space:]]+$/", "a b", false},
        {"/[[:punct:]]/", "a#1", true},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void what_is_no_pattern_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *pattern;
        const char *reason;
    } rows[] = {
        {"", "empty"},
        {"/", "does not end with one"},
        {"/a", "does not end with one"},
        {"//", "nothing between"},
        {"/(/", "parenthesis"},
        {"/a)/", "parenthesis"},
        {"/[a/", "]"},
        {"/[z-a]/", "range"},
        {"/[[:digits:]]/", "POSIX"},
        {"/*a/", "at byte 1: "},
        {"/\\C/", "at byte 3: "},
        {"/a\\/", "\\ at end"},
        {"[C", "'[' without its ']'"},
        {"[", "'[' without its ']'"},
        {"[!]", "'[' without its ']'"},
        {"[z-a]*", "range"},
        {"C:\\", "ends with a backslash"},
        {"\\\\\\", "ends with a backslash"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = ERR_INIT;
        if (match_new(rows[i].pattern, &err) != NULL)
            fail_msg("%s is taken", rows[i].pattern);
        assert_int_equal(err.kind, ERR_CONFIG);
        if (strstr(err.text, rows[i].reason) == NULL)
            fail_msg("%s: %s", rows[i].pattern, err.text);
    }
    match_free(NULL);
}

static void a_pattern_has_a_longest(void **state)
{
    char pattern[MATCH_MAX_BYTES + 2];
    struct err err = ERR_INIT;
    (void)state;
    memset(pattern, '(', sizeof pattern);
    pattern[0] = '/';
    pattern[MATCH_MAX_BYTES - 1] = '/';
    pattern[MATCH_MAX_BYTES] = '\0';
    assert_null(match_new(pattern, &err));
    assert_non_null(strstr(err.text, "parenthes"));
    err_clear(&err);
    memset(pattern, '*', sizeof pattern);
    pattern[MATCH_MAX_BYTES + 1] = '\0';
    assert_null(match_new(pattern, &err));
    assert_non_null(strstr(err.text, "longer than 1024 bytes"));
    pattern[MATCH_MAX_BYTES] = '\0';
    struct match *match = match_new(pattern, &err);
    assert_non_null(match);
    assert_true(match_test(match, "C:"));
    match_free(match);
}

/* As long as a key's value may be; what would take for ever is given up. */
static void no_pattern_takes_for_ever(void **state)
{
    static const char *const PATTERNS[] = {"*a*a*a*a*a*a*a*a*a*a*a*a*b",
                                           "*?*?*?*?*?*?*?*?*?*?*b",
                                           "*[!b]*[!b]*[!b]*[!b]*[!b]*[!b]b",
                                           "/^(a*)*(a*)*(a*)*b$/",
                                           "/(a|aa)+b$/",
                                           "/(a?a?a?)+b/",
                                           "/^(a+)+(?1)\\1b$/"};
    char text[4097];
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        struct match *match = match_new(PATTERNS[i], NULL);
        assert_non_null(match);
        assert_false(match_test(match, text));
        match_free(match);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_glob_is_the_whole_name_without_regard_to_case),
        cmocka_unit_test(a_regular_expression_is_anywhere_in_the_name),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_a_reason),
        cmocka_unit_test(a_pattern_has_a_longest),
        cmocka_unit_test(no_pattern_takes_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
