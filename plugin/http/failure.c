/* SPDX-License-Identifier: MIT */
#include "http/failure.h"

#include <errno.h>
#include <string.h>

static int describe_connect(const struct http_failure *f, struct err *err)
{
    if (f->os_errno == ECONNREFUSED)
        return err_set_code(err, ERR_UNREACHABLE, f->code,
                            "%s: connection refused; is WinRM running there and listening on this "
                            "port (`winrm quickconfig`), and no firewall in between?",
                            f->where);
    if (f->os_errno == EHOSTUNREACH || f->os_errno == ENETUNREACH)
        return err_set_code(err, ERR_UNREACHABLE, f->code,
                            "%s: no route to this host; check its address and this machine's "
                            "network",
                            f->where);
    return err_set_code(err, ERR_UNREACHABLE, f->code,
                        "%s: cannot connect: %s; check address, port and firewalls", f->where,
                        f->os_errno != 0 ? strerror((int)f->os_errno) : f->detail);
}

/* What OpenSSL or libcurl says, and what the operator can do about it. */
struct cure {
    const char *symptom; /* found in libcurl's line */
    const char *sentence;
};

static const char *find_cure(const struct cure *cures, const char *detail)
{
    while (cures->symptom != NULL && strstr(detail, cures->symptom) == NULL)
        cures++;
    return cures->sentence;
}

static int describe_certificate(const struct http_failure *f, struct err *err)
{
    static const struct cure cures[] = {
        {"has expired", "renew it on the host (and check this machine's clock)"},
        {"not yet valid", "check the clocks of this machine and of the host"},
        {"too weak",
         "give the host a certificate of today: a key of 2048 bits, signed with SHA-256"},
        {"unsuitable certificate purpose", "give the host a certificate for server authentication"},
        {"does not match", "give a name that is in the certificate as server_name"},
        {"no alternative certificate", "give a name that is in the certificate as server_name"},
        {"self-signed certificate in", "name the file of its authority as ca_cert"},
        {"self-signed", "name the file of this certificate itself as ca_cert, or have an authority "
                        "sign it"},
        {NULL, "name the file of its authority as ca_cert"},
    };
    return err_set_code(err, ERR_TLS, f->code,
                        "%s: in the TLS handshake the certificate of %s is not accepted (%s); %s",
                        f->where, f->server_name, f->detail, find_cure(cures, f->detail));
}

/* OpenSSL's reason without its name, version and numbers: what stands behind the last "::". */
static const char *find_reason(const char *detail)
{
    const char *reason = strstr(detail, "error:"); /* else it may be an IPv6 address */
    if (reason == NULL)
        return detail;
    for (const char *at = strstr(reason, "::"); at != NULL; at = strstr(reason, "::"))
        reason = at + 2;
    return reason;
}

static int describe_handshake(const struct http_failure *f, struct err *err)
{
    static const struct cure cures[] = {
        {"wrong version number", "no TLS is spoken at this port; WinRM speaks it at 5986"},
        {"legacy sigalg",
         "the host speaks only TLS versions that are no longer safe; enable TLS 1.2 there"},
        {"unsupported protocol",
         "the host offers only TLS versions that are no longer safe; enable "
         "TLS 1.2 there"},
        {"alert protocol version",
         "the host speaks no TLS version that this machine allows; enable "
         "TLS 1.2 there"},
        {"certificate required", "the host wants a client certificate; use method certificate"},
        {NULL, "check what listens at this port and which TLS versions and ciphers it allows"},
    };
    return err_set_code(err, ERR_TLS, f->code, "%s: TLS handshake failed (%s); %s", f->where,
                        f->detail[0] != '\0' ? find_reason(f->detail) : curl_easy_strerror(f->code),
                        find_cure(cures, f->detail));
}

static int describe_broken(const struct http_failure *f, struct err *err)
{
    if (f->stage == HTTP_STAGE_REPLY)
        return err_set_code(err, ERR_PROTOCOL, f->code,
                            "%s: the connection closed in the middle of the reply; did WinRM "
                            "restart there, or does a proxy or firewall cut connections?",
                            f->where);
    return err_set_code(err, ERR_UNREACHABLE, f->code,
                        "%s: the host closed the connection without a reply; is WinRM at this "
                        "port, and is it starting or stopping?",
                        f->where);
}

static int describe_other(const struct http_failure *f, struct err *err)
{
    const char *detail = f->detail[0] != '\0' ? f->detail : curl_easy_strerror(f->code);
    if (f->stage < HTTP_STAGE_WAIT)
        return err_set_code(err, ERR_PROTOCOL, f->code, "%s: no request could be sent: %s",
                            f->where, detail);
    return err_set_code(
        err, ERR_PROTOCOL, f->code,
        "%s: what came back is not HTTP as WinRM speaks it (%s); does something else "
        "listen at this port (WinRM's http is 5985, its https 5986), or stand in "
        "between?",
        f->where, detail);
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
        return err_set_code(err, ERR_TLS, f->code,
                            "%s: the ca_cert file cannot be used for TLS (%s); it must be readable "
                            "and hold certificates in PEM",
                            f->where, f->detail);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return describe_handshake(f, err);
    case CURLE_SSL_CERTPROBLEM:
        return err_set_code(err, ERR_TLS, f->code,
                            "%s: the client certificate cannot be used (%s); cert_file and "
                            "key_file must be PEM and belong together",
                            f->where, f->detail);
    case CURLE_RECV_ERROR: /* with TLS 1.3 this alert comes when the handshake is over */
        return strstr(f->detail, "alert certificate required") != NULL ? describe_handshake(f, err)
                                                                       : describe_broken(f, err);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return describe_broken(f, err);
    case CURLE_OUT_OF_MEMORY:
        if (f->stage < HTTP_STAGE_WAIT)
            return err_memory(err);
        /* libcurl 7.88 says so of a header line over 100 KB, too. */
        return err_set_code(err, ERR_LIMIT, f->code,
                            "%s: a header line of the reply is too long (or memory ran out); what "
                            "else listens at this port, or stands in between?",
                            f->where);
    default:
        return describe_other(f, err);
    }
}

int http_failure_timeout(const char *where, enum http_stage stage, uint32_t timeout_ms,
                         struct err *err)
{
    static const struct {
        const char *what, *cure;
    } stages[] = {
        [HTTP_STAGE_QUEUED] = {"the request had to wait for others",
                               "a longer timeout or interval gives them time"},
        [HTTP_STAGE_GRANT] = {"no ticket or answer to authenticate with",
                              "do the KDCs of krb5.conf answer?"},
        [HTTP_STAGE_LEG] = {"the handshake did not end",
                            "is the host overloaded, or cut off from its domain controller?"},
        [HTTP_STAGE_RESOLVE] = {"the name was not resolved",
                                "check DNS, or give an IP address as address"},
        [HTTP_STAGE_CONNECT] = {"no answer to the connection attempt",
                                "is the host up, and does a firewall let this port through?"},
        [HTTP_STAGE_TLS] = {"the TLS handshake did not finish",
                            "is TLS spoken at this port, and is the host overloaded?"},
        [HTTP_STAGE_WAIT] = {"connected, but no reply",
                             "is WMI stuck there, or the host overloaded? A longer timeout gives "
                             "it time"},
        [HTTP_STAGE_REPLY] = {"the reply did not end",
                              "a slow network or an overloaded host; a longer timeout gives it "
                              "time"},
    };
    return err_set_code(err, ERR_TIMEOUT, CURLE_OPERATION_TIMEDOUT, "%s: %s within %u.%03u s; %s",
                        where, stages[stage].what, timeout_ms / 1000, timeout_ms % 1000,
                        stages[stage].cure);
}
