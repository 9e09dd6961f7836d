/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http/base64.h"

/* RFC 4648 10. */
static const struct {
    const char *plain, *digits;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void the_vectors_of_the_rfc_go_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char digits[16] = "", plain[16] = "";
        size_t count = 99;
        http_base64_encode(digits, vectors[i].plain, strlen(vectors[i].plain));
        assert_string_equal(digits, vectors[i].digits);
        assert_int_equal(HTTP_BASE64_ENCODED_BYTES(strlen(vectors[i].plain)), strlen(digits));
        assert_int_equal(http_base64_decode(digits, strlen(digits), plain, &count), 0);
        assert_int_equal(count, strlen(vectors[i].plain));
        assert_string_equal(plain, vectors[i].plain);
    }
}

static void every_byte_survives(void **state)
{
    (void)state;
    unsigned char bytes[256], back[258];
    char digits[HTTP_BASE64_ENCODED_BYTES(256)];
    size_t decoded = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    for (size_t count = 0; count <= sizeof bytes; count++) {
        http_base64_encode(digits, bytes, count);
        assert_int_equal(
            http_base64_decode(digits, HTTP_BASE64_ENCODED_BYTES(count), back, &decoded), 0);
        assert_int_equal(decoded, count);
        assert_memory_equal(back, bytes, count);
    }
}

static void what_is_not_exactly_base64_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Z",        "Zg",       "Zg=",      "Zm9vZ",    "====",
        "=",        "Z===",     "Zg=g",     "Zg==Zm9v", "Zm9=",
        "Zh==",     "Zm9v Zg=", "Zm9\n",    "Zm-v",     "Zm_v",
        "Zm.v",     "=g==",     "Zm8=Zm8=", "Z=8=",     "\xff\xff\xff\xff",
        "Zm9v====",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];
        size_t count = 77;
        if (http_base64_decode(cases[i], strlen(cases[i]), out, &count) != -1)
            fail_msg("\"%s\" was decoded", cases[i]);
        assert_int_equal(count, 77);
    }
    char out[16];
    size_t count = 77;
    assert_int_equal(http_base64_decode("Zm\0v", 4, out, &count), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_go_there_and_back),
        cmocka_unit_test(every_byte_survives),
        cmocka_unit_test(what_is_not_exactly_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
