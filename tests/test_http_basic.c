/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "http/scheme.h"

static struct secret *authorize(const char *user, const char *password, struct err *err)
{
    struct secret *secret = secret_new(password, strlen(password), NULL);
    assert_non_null(secret);
    struct http_credentials credentials = {.user = user, .password = secret};
    struct secret *line = http_scheme_basic.authorization(&credentials, err);
    secret_free(secret);
    return line;
}

/* RFC 7617 2 and 2.1, then RFC 4648's three lengths of a last group. */
static void the_lines_of_the_rfcs_come_out(void **state)
{
    (void)state;
    static const struct {
        const char *user, *password, *line;
    } cases[] = {
        {"Aladdin", "open sesame", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"test", "123\xC2\xA3", "Authorization: Basic dGVzdDoxMjPCow=="},
        {"f", "o", "Authorization: Basic Zjpv"},
        {"f", "oo", "Authorization: Basic Zjpvbw=="},
        {"f", "oob", "Authorization: Basic Zjpvb2I="},
        {"CORP\\monitor", ":", "Authorization: Basic Q09SUFxtb25pdG9yOjo="},
        {"u", "", "Authorization: Basic dTo="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct secret *line = authorize(cases[i].user, cases[i].password, NULL);
        assert_non_null(line);
        assert_string_equal(secret_text(line), cases[i].line);
        secret_free(line);
    }
}

static void a_colon_or_a_control_character_is_refused_without_telling_the_password(void **state)
{
    (void)state;
    static const struct {
        const char *user, *password;
    } cases[] = {{"a:b", "hunter2"}, {"a\nb", "hunter2"}, {"ab", "hunter2\r\nX-Evil: 1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = ERR_INIT;
        assert_null(authorize(cases[i].user, cases[i].password, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_null(strstr(err.text, "hunter2"));
    }
}

static void schemes_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(http_scheme_find("BASIC"), &http_scheme_basic);
    assert_null(http_scheme_find("digest"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lines_of_the_rfcs_come_out),
        cmocka_unit_test(a_colon_or_a_control_character_is_refused_without_telling_the_password),
        cmocka_unit_test(schemes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
