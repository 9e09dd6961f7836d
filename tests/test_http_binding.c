/* SPDX-License-Identifier: MIT */
/*
 * Channel bindings of certificates in tests/data/http_binding, made with `openssl req -x509`; the
 * hashes in "expected" are of Python's hashlib. And of a TLS connection in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/binding.h"

#define PREFIX       "tls-server-end-point:"
#define PREFIX_BYTES (sizeof PREFIX - 1)

static FILE *open_file(const char *name)
{
    const char *source = getenv("MI_SOURCE");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/http_binding/%s", source != NULL ? source : ".",
             name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    return file;
}

static size_t read_certificate(const char *name, unsigned char *der, size_t max)
{
    char file_name[64];
    snprintf(file_name, sizeof file_name, "%s.der", name);
    FILE *file = open_file(file_name);
    size_t count = fread(der, 1, max, file);
    fclose(file);
    assert_in_range(count, 100, max - 1);
    return count;
}

static void check(const char *name, const char *expected)
{
    unsigned char der[4096];
    char digits[129] = "";
    struct http_binding binding;
    size_t count = read_certificate(name, der, sizeof der);
    assert_int_equal(http_binding_from_der(der, count, &binding), 0);
    assert_in_range(binding.size_bytes, PREFIX_BYTES + 32, HTTP_BINDING_MAX_BYTES);
    assert_memory_equal(binding.bytes, PREFIX, PREFIX_BYTES);
    for (size_t i = PREFIX_BYTES; i < binding.size_bytes; i++)
        snprintf(digits + 2 * (i - PREFIX_BYTES), 3, "%02x", binding.bytes[i]);
    if (strcmp(digits, expected) != 0)
        fail_msg("%s: %s instead of %s", name, digits, expected);
}

static void each_certificate_is_hashed_as_its_signature_says(void **state)
{
    (void)state;
    char name[64], hash[129];
    size_t count = 0;
    FILE *file = open_file("expected");
    for (; fscanf(file, "%63s %128s", name, hash) == 2; count++)
        check(name, hash);
    fclose(file);
    assert_int_equal(count, 8);
}

static void bytes_that_are_no_certificate_leave_everything_as_it_was(void **state)
{
    (void)state;
    unsigned char der[4096];
    struct http_binding binding = {.size_bytes = 77};
    size_t count = read_certificate("sha256", der, sizeof der - 1);
    der[count] = 0;
    ERR_clear_error();
    assert_int_equal(http_binding_from_der(der, count + 1, &binding), -1);
    for (size_t cut = 0; cut < count; cut++)
        assert_int_equal(http_binding_from_der(der, cut, &binding), -1);
    der[0] ^= 0xff;
    assert_int_equal(http_binding_from_der(der, count, &binding), -1);
    assert_int_equal(http_binding_from_ssl(NULL, &binding), -1);
    assert_int_equal(binding.size_bytes, 77);
    assert_int_equal(ERR_peek_error(), 0);
}

/* ---- A connection ---- */

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    assert_non_null(certificate);
    X509_NAME *name = X509_get_subject_name(certificate);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"web02", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    assert_true(X509_sign(certificate, key, EVP_sha512()) > 0);
    return certificate;
}

/* Two ends of one connection, over memory. */
static void connect_ends(SSL *client, SSL *server)
{
    BIO *to_server, *to_client;
    assert_int_equal(BIO_new_bio_pair(&to_client, 0, &to_server, 0), 1);
    SSL_set_bio(client, to_client, to_client);
    SSL_set_bio(server, to_server, to_server);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (int i = 0; i < 20 && !(SSL_is_init_finished(client) && SSL_is_init_finished(server));
         i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    assert_true(SSL_is_init_finished(client));
}

static void a_connection_is_bound_to_the_certificate_of_its_server(void **state)
{
    (void)state;
    struct http_binding from_ssl = {.size_bytes = 77}, from_der;
    unsigned char *der = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    X509 *certificate = make_certificate(key);
    int der_bytes = i2d_X509(certificate, &der);
    SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX *server_context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(server_context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server_context, key), 1);
    SSL *client = SSL_new(client_context), *server = SSL_new(server_context);

    assert_int_equal(http_binding_from_ssl(client, &from_ssl), -1); /* before the handshake */
    assert_int_equal(from_ssl.size_bytes, 77);
    connect_ends(client, server);
    assert_int_equal(http_binding_from_ssl(client, &from_ssl), 0);
    assert_int_equal(http_binding_from_der(der, (size_t)der_bytes, &from_der), 0);
    assert_int_equal(from_ssl.size_bytes, PREFIX_BYTES + 64);
    assert_int_equal(from_ssl.size_bytes, from_der.size_bytes);
    assert_memory_equal(from_ssl.bytes, from_der.bytes, from_der.size_bytes);

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(client_context);
    SSL_CTX_free(server_context);
    OPENSSL_free(der);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_certificate_is_hashed_as_its_signature_says),
        cmocka_unit_test(bytes_that_are_no_certificate_leave_everything_as_it_was),
        cmocka_unit_test(a_connection_is_bound_to_the_certificate_of_its_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
