/* SPDX-License-Identifier: MIT */
/*
 * What the simulated host needs of TLS beside libmicrohttpd: the channel binding of its own
 * certificate and the judgement of a client's. GnuTLS, while the plugin's TLS is libcurl's.
 * Ownership: the caller's buffers. Any thread.
 */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include <stddef.h>

#define SIM_TLS_BINDING_MAX 96

/* Writes the tls-server-end-point application data of a PEM certificate (RFC 5929 4.1: by the hash
 * of its signature, SHA-256 instead of MD5, SHA-1 and unknown ones). 0, or -1: it cannot be read.
 */
int sim_tls_binding(const char *certificate, unsigned char binding[SIM_TLS_BINDING_MAX],
                    size_t *binding_size);

/* Writes the subject of the certificate that the peer of a gnutls_session_t presented, when it is
 * signed by the trusted authority. 0, or -1: there is none, or it is not trusted. */
int sim_tls_peer(void *session, char *subject, size_t subject_size);

#endif
