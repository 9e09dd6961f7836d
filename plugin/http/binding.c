/* SPDX-License-Identifier: MIT */
#include "http/binding.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

static const char start[] = "tls-server-end-point:";
#define START_BYTES (sizeof start - 1)

_Static_assert(HTTP_BINDING_MAX_BYTES >= START_BYTES + EVP_MAX_MD_SIZE, "room for any hash");

/* RFC 5929 4.1: the signature's hash, SHA-256 for MD5 and SHA-1; a signature that names none
 * (Ed25519) is undefined there, and gets SHA-256 as everybody does. */
static const EVP_MD *hash_of(X509 *certificate)
{
    int nid = NID_undef;
    if (X509_get_signature_info(certificate, &nid, NULL, NULL, NULL) != 1)
        return EVP_sha256();
    if (nid == NID_undef || nid == NID_md5 || nid == NID_sha1 || nid == NID_md5_sha1)
        return EVP_sha256();
    const EVP_MD *hash = EVP_get_digestbynid(nid);
    return hash != NULL ? hash : EVP_sha256();
}

static int bind_to(X509 *certificate, struct http_binding *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_bytes = 0;
    if (X509_digest(certificate, hash_of(certificate), hash, &hash_bytes) != 1)
        return -1;
    memcpy(out->bytes, start, START_BYTES);
    memcpy(out->bytes + START_BYTES, hash, hash_bytes);
    out->size_bytes = START_BYTES + hash_bytes;
    return 0;
}

/* The marks: libcurl reads this thread's queue of errors, and ours are none of its. */
int http_binding_from_ssl(void *ssl, struct http_binding *out)
{
    if (ssl == NULL)
        return -1;
    ERR_set_mark();
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    int rc = certificate != NULL ? bind_to(certificate, out) : -1;
    X509_free(certificate);
    ERR_pop_to_mark();
    return rc;
}

int http_binding_from_der(const void *der, size_t count, struct http_binding *out)
{
    const unsigned char *at = der;
    if (count > LONG_MAX)
        return -1;
    ERR_set_mark();
    X509 *certificate = d2i_X509(NULL, &at, (long)count);
    int rc = -1;
    if (certificate != NULL && (size_t)(at - (const unsigned char *)der) == count)
        rc = bind_to(certificate, out);
    X509_free(certificate);
    ERR_pop_to_mark();
    return rc;
}
