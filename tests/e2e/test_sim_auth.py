#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulated host's handshakes and sealing, judged by clients that are not ours: Debian's pywinrm (NTLM), curl (SPNEGO),
and MIT's initiator through Debian's python3-gssapi. The frames of that last one are written here, from MS-WSMV 2.2.9.1."""
import base64
import contextlib
import http.client
import os
import re
import ssl
import struct
import subprocess
import sys

CONF = os.path.join(os.path.dirname(os.path.realpath(__file__)), "openssl.cnf")
if os.environ.get("OPENSSL_CONF") != CONF:
    # Debian's Python, which has Debian's modules; and OpenSSL reads its configuration once.
    os.execve("/usr/bin/python3", ["/usr/bin/python3", *sys.argv], dict(os.environ, OPENSSL_CONF=CONF))

import kdc  # pylint: disable=wrong-import-position
import stand  # pylint: disable=wrong-import-position

try:
    import gssapi
    from gssapi import raw
except ImportError:
    gssapi = raw = None
try:
    import winrm
    import winrm.exceptions
    from winrm.transport import Transport
except ImportError:
    winrm = None

REALM = "SIM.TEST"
WINDOWS = ("--offer", "Negotiate", "--offer", "Kerberos")
SPNEGO = "1.3.6.1.5.5.2"
KRB5 = "1.2.840.113554.1.2.2"
NTLM = "1.3.6.1.4.1.311.2.2.10"
PROTOCOLS = {"Negotiate": "application/HTTP-SPNEGO-session-encrypted",
             "Kerberos": "application/HTTP-Kerberos-session-encrypted"}
GET = stand.GET_ENVELOPE % (stand.URI["wmi"] + "Win32_OperatingSystem", "")
GET_NOTHING = stand.GET_ENVELOPE % (stand.URI["wmi"] + "Win32_Nothing", "")
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


@contextlib.contextmanager
def realm(folder):
    """A KDC with alice, an acceptor for localhost and web01, and bob for NTLM; this process' Kerberos is its, for a while."""
    if gssapi is None:
        raise stand.Skip("no python3-gssapi")
    with kdc.Kdc(folder, REALM) as own:
        own.user(REALM, "alice", "secret")
        for host in ("localhost", "web01"):
            own.service(REALM, host)
        own.ntlm("DOM", "bob", "secret")
        own.kinit(REALM, "alice", "secret", folder + "/alice.cache")
        before = dict(os.environ)
        os.environ.update(own.environment, KRB5CCNAME="FILE:" + folder + "/alice.cache")
        try:
            yield own
        finally:
            for name in set(os.environ) - set(before):
                del os.environ[name]


class Client:
    """One connection of MIT's initiator: legs, then sealed requests."""

    def __init__(self, simhost, scheme="Negotiate", mech=KRB5, host="localhost", ca=None, binding=None):
        self.scheme, self.host = scheme, host
        self.mech = gssapi.OID.from_int_seq(mech)
        self.binding = raw.ChannelBindings(application_data=binding) if binding else None
        if ca:
            context = ssl.create_default_context(cafile=ca)
            self.connection = http.client.HTTPSConnection("localhost", simhost.port, timeout=stand.PATIENCE_S, context=context)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", simhost.port, timeout=stand.PATIENCE_S)
        self.context = None
        self.legs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def post(self, body=b"", kind=None, authorization=None, host=None):
        headers = {"Host": host or self.host}
        if kind:
            headers["Content-Type"] = kind
        if authorization:
            headers["Authorization"] = authorization
        self.connection.request("POST", "/wsman", body, headers)
        reply = self.connection.getresponse()
        return reply, reply.read()

    def credential(self, mechs):
        if self.mech.dotted_form == KRB5:
            return raw.acquire_cred(None, mechs=mechs, usage="initiate").creds
        name = raw.import_name(b"DOM\\bob", raw.NameType.user)
        return raw.acquire_cred_from({b"ntlmssp_password": b"secret"}, name, mechs=mechs, usage="initiate").creds

    def handshake(self):
        """Statuses of the legs; the context is complete where the last one is 200."""
        outer = gssapi.OID.from_int_seq(SPNEGO if self.scheme == "Negotiate" else KRB5)
        credential = self.credential([outer])
        if self.scheme == "Negotiate":
            raw.set_neg_mechs(credential, [self.mech])
        target = raw.import_name(b"HTTP@" + self.host.encode(), raw.NameType.hostbased_service)
        flags = [raw.RequirementFlag.mutual_authentication, raw.RequirementFlag.replay_detection,
                 raw.RequirementFlag.out_of_sequence_detection, raw.RequirementFlag.confidentiality,
                 raw.RequirementFlag.integrity]
        token, more = None, True
        while more:
            step = raw.init_sec_context(target, credential, self.context, outer, flags, channel_bindings=self.binding,
                                        input_token=token)
            self.context, more = step.context, step.more_steps
            if not step.token:
                break
            value = "%s %s" % (self.scheme, base64.b64encode(step.token).decode())
            reply, body = self.post(authorization=value)
            assert not body, body
            self.legs.append(reply.status)
            match = re.match(self.scheme + " (.+)", reply.headers.get("WWW-Authenticate", ""))
            token = base64.b64decode(match[1]) if match else None
            if token is None:
                break
        return self.legs

    def seal(self, text):
        """(signature, ciphertext)"""
        if self.mech.dotted_form == NTLM:
            sealed = raw.wrap(self.context, text, True).message
            return sealed[:16], sealed[16:]
        iov = raw.IOV(raw.IOVBufferType.header, text, raw.IOVBufferType.padding, std_layout=False)
        raw.wrap_iov(self.context, iov, True)
        return iov[0].value, iov[1].value + (iov[2].value or b"")

    def unseal(self, signature, ciphertext):
        if self.mech.dotted_form == NTLM:
            return raw.unwrap(self.context, signature + ciphertext).message
        iov = raw.IOV((raw.IOVBufferType.header, False, signature), ciphertext, std_layout=False)
        assert raw.unwrap_iov(self.context, iov).encrypted
        return iov[1].value

    def frame(self, signature, ciphertext, length=None):
        return (b"--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;"
                b"Length=%d\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n%s%s%s"
                b"--Encrypted Boundary--\r\n" % (PROTOCOLS[self.scheme].encode(), len(ciphertext) if length is None else length,
                                                 struct.pack("<I", len(signature)), signature, ciphertext))

    @staticmethod
    def kind_of(scheme):
        return 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % PROTOCOLS[scheme]

    def kind(self):
        return self.kind_of(self.scheme)

    def ask(self, text=GET, host=None):
        """(status, plaintext) of one sealed request whose reply must be sealed."""
        reply, body = self.post(self.frame(*self.seal(text.encode())), self.kind(), host=host)
        if reply.headers.get("Content-Type") != self.kind():
            raise AssertionError("not sealed: %d %s %r" % (reply.status, reply.headers.items(), body[:200]))
        shape = re.fullmatch(SHAPE % PROTOCOLS[self.scheme].encode(), body, re.DOTALL)
        assert shape, body[:300]
        size = struct.unpack("<I", shape[2][:4])[0]
        assert size < len(body), "a signature of %d bytes" % size
        signature, ciphertext = shape[2][4:4 + size], shape[2][4 + size:]
        assert len(ciphertext) == int(shape[1]), (len(ciphertext), shape[1])
        return reply.status, self.unseal(signature, ciphertext)


SHAPE = (rb"--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap\+xml;charset=UTF-8;"
         rb"Length=(\d+)\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n(.*)--Encrypted Boundary--\r\n")


def refused(action, *kinds):
    """The exception, which must come."""
    try:
        result = action()
    except kinds as error:
        return error
    raise AssertionError("was not refused: %r" % (result,))


KINDS = (("Negotiate", KRB5, [200], "alice@" + REALM), ("Kerberos", KRB5, [200], "alice@" + REALM),
         ("Negotiate", NTLM, [401, 200], "DOM\\bob"))


def the_frames_demanded_here_are_those_of_a_windows_host(_):
    """What Client.ask() wants of the simulated host holds for the recorded replies too."""
    with open(os.path.join(stand.recorded_replies(), "sealed", "server_stream.bin"), "rb") as file:
        stream = file.read()
    count = 0
    for head in re.finditer(rb"HTTP/1\.1 .*?\r\n\r\n", stream, re.DOTALL):
        kind = re.search(rb"\r\nContent-Type: (multipart/encrypted.*?)\r\n", head[0])
        if not kind:
            continue
        size = int(re.search(rb"\r\nContent-Length: (\d+)\r\n", head[0])[1])
        shape = re.fullmatch(SHAPE % PROTOCOLS["Negotiate"].encode(), stream[head.end():head.end() + size], re.DOTALL)
        assert kind[1].decode() == Client.kind_of("Negotiate") and shape, (kind[1], stream[head.end():head.end() + 300])
        assert shape[2][:4] == struct.pack("<I", 16) and len(shape[2]) == 20 + int(shape[1]), shape[2][:20]
        count += 1
    assert count > 0


def sealed_requests_and_faults_go_both_ways_with_every_mechanism(folder):
    with realm(folder), stand.Simhost("--host", "localhost", *WINDOWS) as simhost:
        for number, (scheme, mech, legs, principal) in enumerate(KINDS, 1):
            with Client(simhost, scheme, mech) as client:
                assert client.handshake() == legs, (scheme, mech, client.legs)
                for _ in range(3):
                    status, text = client.ask()
                    assert status == 200 and b"Simulated Windows Server" in text, (status, text)
                status, text = client.ask(GET_NOTHING)
                assert status == 500 and b"Fault>" in text, (status, text)
                stats = simhost.stats("localhost")
                assert stats["user"] == principal and stats["handshakes"] == number, stats
                assert stats["sealed"] == 4 * number and stats["wrong_context"] == 0, stats
        assert stats["users"] == {"alice@" + REALM: 8, "DOM\\bob": 4} and stats["legs"] == 4, stats


def pywinrm_talks_ntlm_with_every_message_sealed(folder):
    if winrm is None:
        raise stand.Skip("no python3-winrm")
    with realm(folder), stand.Simhost("--host", "localhost", *WINDOWS) as simhost:
        def transport(password):
            return Transport("http://localhost:%d/wsman" % simhost.port, username="DOM\\bob", password=password,
                             auth_method="ntlm", message_encryption="always", read_timeout_sec=stand.PATIENCE_S)
        good = transport("secret")
        for _ in range(3):
            assert "Simulated Windows Server" in str(good.send_message(GET))
        error = refused(lambda: good.send_message(GET_NOTHING), winrm.exceptions.WinRMTransportError)
        assert error.code == 500 and "Fault>" in str(error.response_text), error
        stats = simhost.stats("localhost")
        assert stats["sealed"] == 4 and stats["user"] == "DOM\\bob" and stats["handshakes"] == 1, stats
        refused(lambda: transport("wrong").send_message(GET), winrm.exceptions.InvalidCredentialsError)
        assert simhost.stats("localhost")["handshakes"] == 1


def curl_shakes_hands_and_a_new_connection_begins_at_zero(folder):
    with realm(folder), stand.Simhost("--host", "localhost", *WINDOWS) as simhost:
        url = "http://localhost:%d/wsman" % simhost.port
        words = ["curl", "-s", "-o", folder + "/out", "-w", "%{http_code} ", "-d", ""]
        out = subprocess.run([*words, "--negotiate", "-u", ":", url], capture_output=True, text=True, check=True).stdout
        assert out == "200 ", out
        out = subprocess.run([*words, url], capture_output=True, text=True, check=True).stdout
        assert out == "401 ", out
        assert simhost.stats("localhost")["handshakes"] == 1


def what_is_sent_unencrypted_is_refused_as_windows_does(folder):
    secret = stand.write(folder + "/password", "secret\n", 0o600)
    for unencrypted in ("no", "yes"):
        os.makedirs(folder + "/" + unencrypted)
        with realm(folder + "/" + unencrypted), \
                stand.Simhost("--host", "localhost", *WINDOWS, "--unencrypted", unencrypted, secret=("basic", secret)) as simhost:
            for scheme, mech, _, _ in KINDS:
                with Client(simhost, scheme, mech) as client:
                    assert client.handshake()[-1] == 200
                    reply, body = client.post(GET.encode(), "application/soap+xml;charset=UTF-8")
                    if unencrypted == "yes":
                        assert reply.status == 200 and b"Simulated" in body, (reply.status, body)
                    elif mech == NTLM:
                        assert reply.status == 401 and not body and reply.headers["Connection"].lower() == "close"
                        assert reply.headers.get_all("WWW-Authenticate") == ["Negotiate"], reply.headers.items()
                    else:
                        assert reply.status == 500 and not body, (reply.status, body)
            with Client(simhost) as client:
                reply, body = client.post(GET.encode(), "application/soap+xml;charset=UTF-8",
                                          "Basic " + base64.b64encode(b"basic:secret").decode())
                assert (reply.status, bool(body)) == ((500, False) if unencrypted == "no" else (200, True)), reply.status


def a_spoiled_frame_is_400_and_ends_the_session(folder):
    with realm(folder), stand.Simhost("--host", "localhost", *WINDOWS) as simhost:
        for scheme, mech, _, _ in KINDS:
            for spoil in ("length", "boundary", "tail", "cut", "signature", "protocol", "skipped"):
                with Client(simhost, scheme, mech) as client:
                    client.handshake()
                    assert client.ask()[0] == 200
                    signature, ciphertext = client.seal(GET.encode())
                    kind = client.kind()
                    if spoil == "signature":
                        signature = signature[:-5] + bytes([signature[-5] ^ 1]) + signature[-4:]
                    if spoil == "skipped":
                        signature, ciphertext = client.seal(GET.encode())
                    if spoil == "protocol":
                        kind = kind.replace("SPNEGO", "X").replace("Kerberos", "SPNEGO").replace("HTTP-X", "HTTP-Kerberos")
                    frame = client.frame(signature, ciphertext, len(ciphertext) + 1 if spoil == "length" else None)
                    if spoil == "boundary":
                        frame = frame.replace(b"Boundary\r\n", b"Bound\r\n", 1)
                    frame = frame + b"x" if spoil == "tail" else frame[:-30] if spoil == "cut" else frame
                    reply, body = client.post(frame, kind)
                    assert reply.status == 400 and not body, (scheme, mech, spoil, reply.status, body)
                    reply, _ = client.post(client.frame(*client.seal(GET.encode())), client.kind())
                    assert reply.status == 401, (scheme, mech, spoil, reply.status)


def a_request_under_another_hosts_context_is_counted(folder):
    with realm(folder), stand.Simhost("--host", "localhost", "--host", "web01", *WINDOWS) as simhost:
        with Client(simhost, host="web01") as client:
            client.handshake()
            assert client.ask()[0] == 200
            assert client.ask(host="localhost")[0] == 200
        assert simhost.stats("web01")["wrong_context"] == 0
        assert simhost.stats("localhost")["wrong_context"] == 1


def one_acceptor_serves_hosts_of_two_realms(folder):
    if gssapi is None:
        raise stand.Skip("no python3-gssapi")
    with kdc.Kdc(folder, "ONE.TEST", "TWO.TEST", domains={"db01": "TWO.TEST"}) as own:
        for name, user, host in (("ONE.TEST", "alice", "web01"), ("TWO.TEST", "bob", "db01")):
            own.user(name, user, "secret")
            own.service(name, host)
            own.kinit(name, user, "secret", folder + "/" + host)
        before = dict(os.environ)
        os.environ.update(own.environment)
        try:
            with stand.Simhost("--host", "web01", "--host", "db01", *WINDOWS) as simhost:
                for host, principal in (("web01", "alice@ONE.TEST"), ("db01", "bob@TWO.TEST")):
                    os.environ["KRB5CCNAME"] = "FILE:" + folder + "/" + host
                    with Client(simhost, host=host) as client:
                        assert client.handshake() == [200]
                        assert client.ask()[0] == 200
                    assert simhost.stats(host)["users"] == {principal: 1}, simhost.stats(host)
        finally:
            for name in set(os.environ) - set(before):
                del os.environ[name]


def hostile_modes_do_what_they_say(folder):
    with realm(folder), \
            stand.Simhost("--host", "localhost", *WINDOWS, "--connection-memory", "4194304") as simhost:
        def client_of(mode, scheme, mech):
            simhost.set_mode("localhost", mode)
            return Client(simhost, scheme, mech)
        for scheme, mech, legs, _ in KINDS:
            for mode in ("plainreply", "lyinglength", "lyingsignature"):
                with client_of(mode, scheme, mech) as client:
                    assert client.handshake() == legs
                    refused(client.ask, AssertionError)
            for mode in ("badsig", "skipped"):
                with client_of(mode, scheme, mech) as client:
                    assert client.handshake() == legs
                    refused(client.ask, gssapi.exceptions.GSSError)
            with client_of("replayed", scheme, mech) as client:
                assert client.handshake() == legs and client.ask()[0] == 200
                refused(client.ask, gssapi.exceptions.GSSError)
            with client_of("downgrade", scheme, mech) as client:
                assert client.handshake() == [401]
                reply, _ = client.post()
                assert reply.headers.get_all("WWW-Authenticate") == ['Basic realm="WSMAN"'], reply.headers.items()
            with client_of("denied", scheme, mech) as client:
                assert client.handshake()[-1] == 401 and len(client.legs) == len(legs), client.legs
            with client_of("extratoken", scheme, mech) as client:
                client.handshake()
                reply, _ = client.post(client.frame(*client.seal(GET.encode())), client.kind())
                assert reply.status == 200 and reply.headers["WWW-Authenticate"].startswith("Negotiate "), reply.status
            with client_of("cuttoken", scheme, mech) as client:
                refused(client.handshake, gssapi.exceptions.GSSError)
            with client_of("bigtoken", scheme, mech) as client:
                # http.client takes no header line beyond 64 KB.
                assert "header line" in str(refused(client.handshake, http.client.LineTooLong))
            with client_of("closebetween", scheme, mech) as client:
                assert client.handshake() == legs
                client.connection.auto_open = 0
                refused(client.ask, http.client.HTTPException, ConnectionError)
            with client_of("status=503,afterlegs", scheme, mech) as client:
                assert client.handshake() == legs
                reply, _ = client.post(client.frame(*client.seal(GET.encode())), client.kind())
                assert reply.status == 503, reply.status


def end_point(certificate):
    text = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], check=True,
                          capture_output=True, text=True).stdout
    return b"tls-server-end-point:" + bytes.fromhex(text.split("=")[1].replace(":", ""))


def over_tls_nothing_is_sealed_and_bindings_are_judged(folder):
    certificate, key = stand.certificate(folder, "localhost")
    right = end_point(certificate)
    wrong = right[:-1] + bytes([right[-1] ^ 1])
    for level, good, bad in (("strict", (right,), (wrong, None)), ("relaxed", (right, None), (wrong,)),
                             ("none", (right, wrong, None), ())):
        os.makedirs(folder + "/" + level)
        with realm(folder + "/" + level), stand.Simhost("--host", "localhost", *WINDOWS, "--tls-cert", certificate,
                                                        "--tls-key", key, "--cbt", level) as simhost:
            for scheme, mech, _, _ in KINDS:
                for binding in good + bad:
                    with Client(simhost, scheme, mech, ca=certificate, binding=binding) as client:
                        status = client.handshake()[-1]
                        assert status == (200 if binding in good else 401), (level, scheme, mech, binding, status)
                        if status == 200:
                            reply, body = client.post(GET.encode(), "application/soap+xml;charset=UTF-8")
                            assert reply.status == 200 and b"Simulated" in body, (reply.status, body)


def a_client_certificate_of_the_authority_is_enough(folder):
    pairs = {}
    for name in ("localhost", "alice", "mallory"):
        os.makedirs(folder + "/" + name)
        pairs[name] = stand.certificate(folder + "/" + name, name)
    options = ("--tls-cert", pairs["localhost"][0], "--tls-key", pairs["localhost"][1], "--client-ca", pairs["alice"][0])
    with stand.Simhost("--host", "localhost", *options) as simhost:
        for name, header, wanted in (("alice", MUTUAL, "200"), ("mallory", MUTUAL, "401"), (None, MUTUAL, "401"),
                                     ("alice", "", "401")):
            words = ["--cert", pairs[name][0], "--key", pairs[name][1]] if name else []
            out = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", pairs["localhost"][0], *words,
                                  "-H", "Authorization: " + header, "-H", "Content-Type: application/soap+xml;charset=UTF-8",
                                  "--data-binary", GET, "https://localhost:%d/wsman" % simhost.port],
                                 capture_output=True, text=True, check=True).stdout
            assert out == wanted, (name, header, out)
        assert simhost.stats("localhost")["users"] == {"CN=alice": 1}, simhost.stats("localhost")


stand.main([
    the_frames_demanded_here_are_those_of_a_windows_host,
    sealed_requests_and_faults_go_both_ways_with_every_mechanism,
    pywinrm_talks_ntlm_with_every_message_sealed,
    curl_shakes_hands_and_a_new_connection_begins_at_zero,
    what_is_sent_unencrypted_is_refused_as_windows_does,
    a_spoiled_frame_is_400_and_ends_the_session,
    a_request_under_another_hosts_context_is_counted,
    one_acceptor_serves_hosts_of_two_realms,
    hostile_modes_do_what_they_say,
    over_tls_nothing_is_sealed_and_bindings_are_judged,
    a_client_certificate_of_the_authority_is_enough,
])
