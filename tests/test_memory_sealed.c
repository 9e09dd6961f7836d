/* SPDX-License-Identifier: MIT */
/* The sealed framing, challenges and the Basic line without memory: every allocation failed in
 * turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_failure.h"
#include "http/base64.h"
#include "http/challenge.h"
#include "http/scheme.h"
#include "http/sealed.h"

#define PLAIN_BYTES     30000
#define SIGNATURE_BYTES 16
#define TOKEN_BYTES     20000

static unsigned char sealed[SIGNATURE_BYTES + PLAIN_BYTES];

static void fill(void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)(i * 7 + i / 256);
}

static int read_back(const struct buf *body)
{
    struct err err = ERR_INIT;
    struct http_sealed_part part;
    int rc = http_sealed_read(http_sealed_content_type(HTTP_SEALED_SPNEGO), HTTP_SEALED_SPNEGO,
                              body->data, body->size_bytes, &part, &err);
    alloc_failure_check(rc == 0, "what was written is not read");
    alloc_failure_check(part.plain_bytes == PLAIN_BYTES && part.ciphertext_bytes == PLAIN_BYTES &&
                            part.signature_bytes == SIGNATURE_BYTES &&
                            memcmp(part.signature, sealed, SIGNATURE_BYTES) == 0 &&
                            memcmp(part.ciphertext, sealed + SIGNATURE_BYTES, PLAIN_BYTES) == 0,
                        "what is read is not what was written");
    return rc;
}

static int write_sealed(void *context)
{
    (void)context;
    struct err err = ERR_INIT;
    struct buf out;
    buf_init(&out, 1024 * 1024);
    const struct http_sealed_part part = {
        .plain_bytes = PLAIN_BYTES,
        .signature = (const unsigned char *)sealed,
        .signature_bytes = SIGNATURE_BYTES,
        .ciphertext = (const unsigned char *)sealed + SIGNATURE_BYTES,
        .ciphertext_bytes = sizeof sealed - SIGNATURE_BYTES,
    };
    int rc = http_sealed_write(&out, HTTP_SEALED_SPNEGO, &part, &err);
    if (rc == 0)
        rc = read_back(&out);
    else
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
    buf_free(&out);
    return rc;
}

static void a_sealed_body_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    fill(sealed, sizeof sealed);
    alloc_failure_replay("a sealed body", 1, write_sealed, NULL);
}

/* The line of a leg, as the connection writes and reads them. */
static int take_challenge(void *context)
{
    const char *line = context;
    struct http_challenge challenge;
    struct buf names;
    http_challenge_init(&challenge, "Negotiate");
    http_challenge_add(&challenge, line, strlen(line));
    int rc = challenge.malformed ? -1 : 0;
    alloc_failure_check(challenge.offered == (HTTP_OFFERS_NEGOTIATE | HTTP_OFFERS_BASIC),
                        "what is offered got lost");
    if (rc != 0)
        alloc_failure_check(!challenge.has_token && challenge.token.size_bytes == 0,
                            "half a token stayed");
    else
        alloc_failure_check(challenge.has_token && challenge.token.size_bytes == TOKEN_BYTES &&
                                memcmp(challenge.token.data, sealed, TOKEN_BYTES) == 0,
                            "the token is another");
    buf_init(&names, 4096);
    http_challenge_names(&challenge, &names);
    if (buf_failed(&names, "names", NULL) != 0)
        rc = -1;
    else
        alloc_failure_check_text(buf_text(&names), "Negotiate, Basic");
    buf_free(&names);
    http_challenge_free(&challenge);
    return rc;
}

static void a_token_is_kept_whole_or_the_challenge_is_malformed(void **state)
{
    (void)state;
    static char line[HTTP_BASE64_ENCODED_BYTES(TOKEN_BYTES) + 64] = "Basic realm=\"x\", Negotiate ";
    fill(sealed, sizeof sealed);
    http_base64_encode(line + strlen(line), sealed, TOKEN_BYTES);
    alloc_failure_replay("a challenge", 2, take_challenge, line);
}

static int write_basic(void *context)
{
    (void)context;
    struct err err = ERR_INIT;
    struct secret *password = secret_new("open sesame", 11, &err);
    struct http_credentials credentials = {.user = "Aladdin", .password = password};
    struct secret *line =
        password != NULL ? http_scheme_basic.authorization(&credentials, &err) : NULL;
    if (line == NULL)
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
    else
        alloc_failure_check_text(secret_text(line),
                                 "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    int rc = line != NULL ? 0 : -1;
    secret_free(line);
    secret_free(password);
    return rc;
}

static void a_basic_line_is_right_or_none(void **state)
{
    (void)state;
    alloc_failure_replay("a Basic line", 1, write_basic, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_body_is_written_whole_or_not_at_all),
        cmocka_unit_test(a_token_is_kept_whole_or_the_challenge_is_malformed),
        cmocka_unit_test(a_basic_line_is_right_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
