/* SPDX-License-Identifier: MIT */
#include "http/failure.h"

#include <errno.h>
#include <string.h>

static int describe_connect(const struct http_failure *f, struct err *err)
{
    if (f->os_errno == ECONNREFUSED)
        return err_set_code(err, ERR_UNREACHABLE, f->code,
                            "%s: connection refused; is WinRM running there and listening on this "
                            "port?",
                            f->where);
    if (f->os_errno == EHOSTUNREACH || f->os_errno == ENETUNREACH)
        return err_set_code(err, ERR_UNREACHABLE, f->code, "%s: no route to this host", f->where);
    if (f->os_errno != 0)
        return err_set_code(err, ERR_UNREACHABLE, f->code, "%s: cannot connect: %s", f->where,
                            strerror((int)f->os_errno));
    return err_set_code(err, ERR_UNREACHABLE, f->code, "%s: cannot connect: %s", f->where,
                        f->detail);
}

static int describe_certificate(const struct http_failure *f, struct err *err)
{
    return err_set_code(err, ERR_TLS, f->code,
                        "%s: the certificate of %s is not accepted (%s); name its authority with "
                        "ca_cert, or the name in it with server_name",
                        f->where, f->server_name, f->detail);
}

static int describe_broken(const struct http_failure *f, struct err *err)
{
    if (f->stage == HTTP_STAGE_REPLY)
        return err_set_code(err, ERR_PROTOCOL, f->code,
                            "%s: the connection closed in the middle of the reply", f->where);
    return err_set_code(err, ERR_UNREACHABLE, f->code,
                        "%s: the host closed the connection without a reply", f->where);
}

int http_failure_describe(const struct http_failure *f, struct err *err)
{
    switch (f->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_set_code(err, ERR_UNREACHABLE, f->code,
                            "%s: this name is not found; check DNS, or give an IP address as "
                            "address",
                            f->where);
    case CURLE_COULDNT_CONNECT:
        return describe_connect(f, err);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return describe_certificate(f, err);
    case CURLE_SSL_CACERT_BADFILE:
        return err_set_code(err, ERR_TLS, f->code, "%s: the ca_cert file cannot be used: %s",
                            f->where, f->detail);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return err_set_code(err, ERR_TLS, f->code, "%s: TLS handshake failed: %s", f->where,
                            f->detail);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return describe_broken(f, err);
    case CURLE_OUT_OF_MEMORY:
        if (f->stage < HTTP_STAGE_WAIT)
            return err_memory(err);
        /* libcurl 7.88 says so of a header line over 100 KB, too. */
        return err_set_code(err, ERR_LIMIT, f->code,
                            "%s: a header line of the reply is too long (or memory ran out)",
                            f->where);
    default:
        return err_set_code(err, ERR_PROTOCOL, f->code, "%s: %s", f->where,
                            f->detail[0] != '\0' ? f->detail : curl_easy_strerror(f->code));
    }
}

int http_failure_timeout(const char *where, enum http_stage stage, uint32_t timeout_ms,
                         struct err *err)
{
    static const char *const what[] = {
        [HTTP_STAGE_QUEUED] = "the request had to wait for others",
        [HTTP_STAGE_GRANT] = "no ticket or answer to authenticate with",
        [HTTP_STAGE_LEG] = "the handshake did not end",
        [HTTP_STAGE_RESOLVE] = "the name was not resolved",
        [HTTP_STAGE_CONNECT] = "no answer to the connection attempt",
        [HTTP_STAGE_TLS] = "the TLS handshake did not finish",
        [HTTP_STAGE_WAIT] = "connected, but no reply",
        [HTTP_STAGE_REPLY] = "the reply did not end",
    };
    return err_set_code(err, ERR_TIMEOUT, CURLE_OPERATION_TIMEDOUT, "%s: %s within %u.%03u s",
                        where, what[stage], timeout_ms / 1000, timeout_ms % 1000);
}
