/* SPDX-License-Identifier: MIT */
/*
 * binding: the channel binding of a TLS connection, tls-server-end-point (RFC 5929 4): a hash of
 * the server's certificate, which Windows with CbtHardeningLevel=Strict demands in the handshake
 * (shared/facts/auth.md "Channel binding"). Not a check of that certificate. No state; any thread
 * that may touch the connection.
 */
#ifndef HTTP_BINDING_H
#define HTTP_BINDING_H

#include <stddef.h>

#define HTTP_BINDING_MAX_BYTES (21 + 64) /* "tls-server-end-point:" and the longest hash */

/* What goes to GSS as application_data. */
struct http_binding {
    unsigned char bytes[HTTP_BINDING_MAX_BYTES];
    size_t size_bytes;
};

/* Of the certificate that the server of this connection sent. ssl: an OpenSSL SSL *, as libcurl's
 * CURLINFO_TLS_SSL_PTR gives it where its backend is CURLSSLBACKEND_OPENSSL; borrowed. -1: no
 * certificate, or no memory; *out is untouched then, and OpenSSL's error queue always. */
int http_binding_from_ssl(void *ssl, struct http_binding *out);
/* Of one certificate in DER. -1 also where the bytes are no certificate or more than one. */
int http_binding_from_der(const void *der, size_t count, struct http_binding *out);

#endif
