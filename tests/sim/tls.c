/* SPDX-License-Identifier: MIT */
#include "sim/tls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static gnutls_digest_algorithm_t binding_hash(gnutls_x509_crt_t certificate)
{
    int signature = gnutls_x509_crt_get_signature_algorithm(certificate);
    gnutls_digest_algorithm_t hash =
        signature < 0 ? GNUTLS_DIG_UNKNOWN
                      : gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)signature);
    return hash == GNUTLS_DIG_UNKNOWN || hash == GNUTLS_DIG_NULL || hash == GNUTLS_DIG_MD5 ||
                   hash == GNUTLS_DIG_SHA1
               ? GNUTLS_DIG_SHA256
               : hash;
}

int sim_tls_binding(const char *certificate, unsigned char binding[SIM_TLS_BINDING_MAX],
                    size_t *binding_size)
{
    static const char prefix[] = "tls-server-end-point:";
    gnutls_datum_t pem = {(void *)(unsigned long)certificate, (unsigned)strlen(certificate)};
    gnutls_datum_t der = {NULL, 0};
    gnutls_x509_crt_t parsed = NULL;
    int failed = gnutls_x509_crt_init(&parsed);
    if (failed != 0)
        return -1;
    failed = gnutls_x509_crt_import(parsed, &pem, GNUTLS_X509_FMT_PEM);
    if (failed == 0)
        failed = gnutls_x509_crt_export2(parsed, GNUTLS_X509_FMT_DER, &der);
    gnutls_digest_algorithm_t hash = failed == 0 ? binding_hash(parsed) : GNUTLS_DIG_SHA256;
    if (failed == 0)
        failed = gnutls_hash_fast(hash, der.data, der.size, binding + sizeof(prefix) - 1);
    if (failed == 0) {
        memcpy(binding, prefix, sizeof(prefix) - 1);
        *binding_size = sizeof(prefix) - 1 + (size_t)gnutls_hash_get_len(hash);
    }
    gnutls_free(der.data);
    gnutls_x509_crt_deinit(parsed);
    return failed == 0 ? 0 : -1;
}

int sim_tls_peer(void *session, char *subject, size_t subject_size)
{
    unsigned status = 0;
    unsigned count = 0;
    gnutls_x509_crt_t certificate = NULL;
    const gnutls_datum_t *list = gnutls_certificate_get_peers(session, &count);
    if (list == NULL || count == 0 || gnutls_certificate_verify_peers2(session, &status) != 0 ||
        status != 0 || gnutls_x509_crt_init(&certificate) != 0)
        return -1;
    int failed = gnutls_x509_crt_import(certificate, &list[0], GNUTLS_X509_FMT_DER);
    if (failed == 0)
        failed = gnutls_x509_crt_get_dn(certificate, subject, &subject_size);
    gnutls_x509_crt_deinit(certificate);
    return failed == 0 ? 0 : -1;
}
