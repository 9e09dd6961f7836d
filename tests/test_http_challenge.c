/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/base64.h"
#include "http/challenge.h"

#define N HTTP_OFFERS_NEGOTIATE
#define K HTTP_OFFERS_KERBEROS
#define B HTTP_OFFERS_BASIC
#define C HTTP_OFFERS_CREDSSP
#define O HTTP_OFFERS_OTHER

struct line_case {
    const char *lines[3];
    unsigned offered;
    const char *token; /* NULL: none */
    bool malformed;
};

static const struct line_case cases[] = {
    {{"Negotiate"}, N, NULL, false},
    {{"Negotiate Zm9v"}, N, "foo", false},
    {{"nEGOTIATE\t  Zm9vYg==  "}, N, "foob", false},
    {{"Negotiate", "Kerberos", "Basic realm=\"WSMAN\""}, N | K | B, NULL, false},
    {{"Negotiate", "CredSSP", "basic Realm=WSMAN"}, N | B | C, NULL, false},
    {{"Negotiate, Kerberos, Basic realm=\"WSMAN\", CredSSP"}, N | K | B | C, NULL, false},
    {{"Basic realm=\"a, Kerberos, b\\\", CredSSP\", charset=\"UTF-8\" , Negotiate Zm8="},
     B | N,
     "fo",
     false},
    {{" , ,, Basic realm = \"x\" ,Negotiate Zg==,"}, B | N, "f", false},
    {{"Digest realm=\"Negotiate Zm9v\", nonce=\"a\", qop=auth"}, O, NULL, false},
    {{"NTLM TlRMTVNTUAACAAAA"}, O, NULL, false},
    {{"Kerberos Zm9v, Negotiate"}, K | N, NULL, false}, /* another scheme's token is not ours */
    {{"Kerberos !!!, Negotiate Zm9v"}, K | N, "foo", false},
    {{"Negotiate realm=\"x\""}, N, NULL, false},
    {{"Negotiate", "Negotiate Zm9v"}, N, "foo", false},
    {{"Negotiater Zm9v"}, O, NULL, false},
    {{"Negotiate/Zm9v"}, 0, NULL, false},
    {{"\"Negotiate\""}, 0, NULL, false},
    {{""}, 0, NULL, false},
    {{"Basic realm=\"never closed, Negotiate Zm9v"}, B, NULL, false},
    {{"Basic realm=\"ends with \\"}, B, NULL, false},
    {{"Negotiate Zm9"}, N, NULL, true},
    {{"Negotiate Zm9v Zm9v"}, N, NULL, true},
    {{"Negotiate Zm9v; x"}, N, NULL, true},
    {{"Negotiate Zh=="}, N, NULL, true},
    {{"Negotiate ==="}, N, NULL, true},
    {{"Negotiate \"Zm9v\""}, N, NULL, true},
    {{"Negotiate Zm9v, Negotiate Zm9v"}, N, NULL, true},
    {{"Negotiate Zm9v", "Negotiate Zm9v", "Negotiate Zm9v"}, N, NULL, true},
    {{"Negotiate Z", "Negotiate Zm9v"}, N, NULL, true},
};

static void check(const struct line_case *c)
{
    struct http_challenge challenge;
    http_challenge_init(&challenge, "Negotiate");
    for (size_t i = 0; i < 3 && c->lines[i] != NULL; i++) {
        /* Without a NUL behind it, so that a sanitizer sees a step too far. */
        size_t count = strlen(c->lines[i]);
        char *copy = malloc(count + 1);
        memcpy(copy + 1, c->lines[i], count);
        http_challenge_add(&challenge, copy + 1, count);
        free(copy);
    }
    if (challenge.offered != c->offered || challenge.has_token != (c->token != NULL) ||
        challenge.malformed != c->malformed)
        fail_msg("\"%s\": offered %u, token %d, malformed %d", c->lines[0], challenge.offered,
                 challenge.has_token, challenge.malformed);
    assert_string_equal(buf_text(&challenge.token), c->token != NULL ? c->token : "");
    http_challenge_free(&challenge);
}

static void every_line_of_the_table_is_read_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void the_token_of_kerberos_is_kept_where_it_is_wanted(void **state)
{
    (void)state;
    static const char line[] = "Negotiate Zm9v, kerberos Zm8=";
    struct http_challenge challenge;
    http_challenge_init(&challenge, "Kerberos");
    http_challenge_add(&challenge, line, sizeof line - 1);
    assert_true(challenge.has_token);
    assert_string_equal(buf_text(&challenge.token), "fo");
    http_challenge_reset(&challenge);
    assert_int_equal(challenge.offered, 0);
    assert_false(challenge.has_token);
    assert_string_equal(buf_text(&challenge.token), "");
    http_challenge_add(&challenge, line, sizeof line - 1);
    assert_string_equal(buf_text(&challenge.token), "fo");
    http_challenge_free(&challenge);
}

static void add_token_of(struct http_challenge *challenge, size_t bytes)
{
    static const char start[] = "Negotiate ";
    size_t count = sizeof start - 1 + HTTP_BASE64_ENCODED_BYTES(bytes);
    char *line = malloc(count);
    unsigned char *token = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        token[i] = (unsigned char)(i * 31 + i / 256);
    memcpy(line, start, sizeof start - 1);
    http_base64_encode(line + sizeof start - 1, token, bytes);
    http_challenge_add(challenge, line, count);
    if (challenge->has_token) {
        assert_int_equal(challenge->token.size_bytes, bytes);
        assert_memory_equal(challenge->token.data, token, bytes);
    }
    free(token);
    free(line);
}

static void a_token_is_kept_up_to_the_maximum_and_refused_beyond(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        bool kept;
    } sizes[] = {
        {1, true},     {767, true},    {768, true},    {769, true},    {65535, true},
        {65536, true}, {65537, false}, {65538, false}, {65539, false}, {1024 * 1024, false},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct http_challenge challenge;
        http_challenge_init(&challenge, "Negotiate");
        add_token_of(&challenge, sizes[i].bytes);
        assert_int_equal(challenge.has_token, sizes[i].kept);
        assert_int_equal(challenge.malformed, !sizes[i].kept);
        assert_true(challenge.token.size_bytes <= HTTP_CHALLENGE_MAX_TOKEN_BYTES);
        http_challenge_free(&challenge);
    }
}

/* A group padded in the middle, where the decoder's pieces meet. */
static void padding_between_two_pieces_is_refused(void **state)
{
    (void)state;
    char line[10 + 1024 + 4];
    struct http_challenge challenge;
    memcpy(line, "Negotiate ", 10);
    memset(line + 10, 'A', 1028);
    line[10] = '/'; /* else it would be the name of a parameter */
    line[10 + 1023] = '=';
    http_challenge_init(&challenge, "Negotiate");
    http_challenge_add(&challenge, line, sizeof line);
    assert_true(challenge.malformed);
    http_challenge_free(&challenge);
}

static void the_names_are_our_own_words(void **state)
{
    (void)state;
    static const struct {
        const char *line, *names;
    } names[] = {
        {"basic realm=x, NEGOTIATE", "Negotiate, Basic"},
        {"Evil, CredSSP, Kerberos", "Kerberos, CredSSP, another scheme"},
        {"Evil", "another scheme"},
        {"", "nothing"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct http_challenge challenge;
        struct buf out;
        buf_init(&out, 1000);
        http_challenge_init(&challenge, "Negotiate");
        http_challenge_add(&challenge, names[i].line, strlen(names[i].line));
        http_challenge_names(&challenge, &out);
        assert_string_equal(buf_text(&out), names[i].names);
        buf_free(&out);
        http_challenge_free(&challenge);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_table_is_read_as_it_says),
        cmocka_unit_test(the_token_of_kerberos_is_kept_where_it_is_wanted),
        cmocka_unit_test(a_token_is_kept_up_to_the_maximum_and_refused_beyond),
        cmocka_unit_test(padding_between_two_pieces_is_refused),
        cmocka_unit_test(the_names_are_our_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
