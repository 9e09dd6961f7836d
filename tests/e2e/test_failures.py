#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every way in which a host fails, and what mi-get and the plugin say of it: MI_Result, category, native code, sentence.

What is seen must be what conf/failures.md says. `test_failures.py --write` writes that file; read every sentence then.
"""
import concurrent.futures
import contextlib
import difflib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

import hostile
import kdc
import stand

TABLE = os.path.join(stand.SOURCE, "conf", "failures.md")
NAMES_LIBRARY = os.path.join(stand.BUILD, "tests", "e2e", ".libs", "names.so")
WRITE = "--write" in sys.argv
DISK = 'Win32_LogicalDisk.DeviceID="C:"'
GOOD = "DeviceID\tC:\nSize\t5\n"
NONE = ("-a", "none", "--allow-unencrypted")
PEAK_MB = 64
REALM = "SIM.TEST"

INTRODUCTION = """\
# What goes wrong, and what it says

Every failure of a host, as collectd's log and mi-get tell it: the host with its port, what was being done, and what can be
done about it. `host` stands for the host's address. MI_Result is also mi-get's exit status; both it and the category are what
`mi-get --json` prints (`CIMStatusCode`, `error_Category`), and what a program gets from the MI API. No failure touches another
host, none gives a number, and all but wrong credentials are tried again at the next interval. What is wrong in a file of the
configuration is said with file, line and column when it is read. Lists of revoked certificates are not read: there is no option
for one yet.

This page is written by `tests/e2e/test_failures.py --write` from what it saw, and `make check` fails where it is not true.
"""
SECTIONS = ["Name", "Connection", "TLS", "HTTP", "Authentication", "Envelope", "Another instance than asked", "Fault", "Limits",
            "Time", "Unusual, but no failure"]


def constants(prefix):
    """{number: name} of Microsoft's enums, from the header that programs include."""
    text = stand.read(os.path.join(stand.SOURCE, "plugin", "cim", "types.h"))
    return {int(number): name for name, number in re.findall(r"%s(\w+) = (\d+)" % prefix, text)}


RESULTS, CATEGORIES = constants("MI_RESULT_"), constants("MI_ERRORCATEGORY_")


class Case:
    """One row: what happens, what mi-get is given for it, and what must come of it ("RESULT CATEGORY", or "OK")."""

    def __init__(self, section, what, wanted, answer=None, *, words=NONE, https=None, host="127.0.0.1", names="", url=None, scheme="http",
                 obj=DISK, env=None, pattern=""):
        self.scheme = "https" if https else scheme
        self.section, self.what, self.wanted = section, what, wanted
        self.answer, self.https = answer, https
        self.words, self.host, self.url, self.obj = list(words), host, url, obj
        self.names, self.env, self.pattern = names, env, pattern
        self.sentence = ""

    def run(self, folder):
        with contextlib.ExitStack() as stack:
            port = None
            if self.answer:
                port = stack.enter_context(hostile.Server(self.answer, self.https)).port
            url = self.url or "%s://%s:%d" % (self.scheme, self.host, port)
            status, out, errors, peak_mb = measure(["--json", *self.words, url, self.obj], self.names, self.env)
        self.judge(folder, status, out, errors, peak_mb)

    def judge(self, folder, status, out, errors, peak_mb):
        about = "%s: %s\n%s%s" % (self.what, status, out, errors)
        if not stand.SANITIZER:
            assert peak_mb < PEAK_MB, "%d MB: %s" % (peak_mb, about)
        if self.wanted == "OK":
            assert (status, errors) == (0, "") and json.loads(out)["Size"] == "5", about
            self.sentence = "(the instance is read)"
            return
        details = json.loads(out)["error"]
        seen = "%s %s" % (RESULTS[details["CIMStatusCode"]], CATEGORIES[details["error_Category"]])
        assert seen == self.wanted, "%s is no %s\n%s" % (seen, self.wanted, about)
        assert status == details["CIMStatusCode"] and errors == "mi-get: %s\n" % details["Message"], about
        self.sentence = normal(details["Message"], folder)
        assert re.match(r"\S+:(5985|5986): ", self.sentence), "no host in front: " + self.sentence
        assert re.search(self.pattern, self.sentence), "%r is not in: %s" % (self.pattern, self.sentence)


def normal(sentence, folder):
    """Without what changes from run to run."""
    sentence = re.sub(r"^127\.0\.0\.1:", "host:", sentence)
    port = "5986" if re.search(r"TLS|certificate|SSL", sentence) else "5985"
    sentence = re.sub(r"^([\w.-]+):\d+:", r"\1:%s:" % port, sentence)
    sentence = re.sub(r"uuid:[0-9A-F]{8}[0-9A-F-]{28}", "uuid:...", sentence)
    return sentence.replace(folder, "/etc/collectd/mi")


def preload(env, names):
    env["MI_TEST_NAMES"] = names
    env["LD_PRELOAD"] = NAMES_LIBRARY
    if stand.SANITIZER:
        env["LD_PRELOAD"] = stand.sanitizer_library(os.path.join(stand.BUILD, ".libs", "mi.so")) + " " + NAMES_LIBRARY
    return env


def measure(words, names, env):
    """(exit status, stdout, stderr, peak of its memory in MB) of mi-get. No name is ever asked of the real resolver."""
    env = preload(stand.search_leaks(env or os.environ), names)
    env.setdefault("KRB5_CONFIG", "/dev/null")
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen([os.path.join(stand.BUILD, "mi-get"), *words], env=env, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=errors)
        guard = threading.Timer(stand.PATIENCE_S, child.kill)
        guard.start()
        _, status, usage = os.wait4(child.pid, 0)
        guard.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        return child.returncode, out.read(), errors.read(), usage.ru_maxrss / 1024


# --- the cases ---

def names_and_connections(stack):
    yield Case("Name", "The name does not exist", "FAILED RESOURCE_UNAVAILABLE", url="http://nowhere.test:5985",
               pattern="nowhere.test.*not found")
    yield Case("Name", "The look-up does not end (30 s and more)", "FAILED OPERATION_TIMEOUT", url="http://slow.test:5985",
               names="slow.test=", words=("-t", "1", *NONE), pattern="not resolved within 1.000 s; check DNS")
    dead = ",".join("127.0.0.%d" % number for number in range(2, 11))
    closed = stack.enter_context(unused_port())
    yield Case("Name", "The name has ten addresses, and all refuse", "FAILED CONNECTION_ERROR",
               url="http://ten.test:%d" % closed, names="ten.test=%s,127.0.0.11" % dead, pattern="ten.test:.*refused")
    good = hostile.soap(hostile.disk())
    yield Case("Unusual, but no failure", "The name has ten addresses, and nine of them refuse", "OK", good, host="ten.test",
               names="ten.test=%s,127.0.0.1" % dead)
    server = stack.enter_context(hostile.Server(good))
    stack.enter_context(hostile.unanswering(server.port, "127.0.0.12"))
    yield Case("Unusual, but no failure", "The name has ten addresses, of which eight refuse and one does not answer", "OK",
               url="http://ten.test:%d" % server.port, words=("-t", "3", *NONE),
               names="ten.test=%s,127.0.0.12,127.0.0.1" % dead.rsplit(",", 1)[0])
    yield Case("Connection", "The port refuses", "FAILED CONNECTION_ERROR", url="http://127.0.0.1:%d" % closed,
               pattern="refused.*WinRM")
    silent = stack.enter_context(hostile.unanswering(0, "127.0.0.1"))
    yield Case("Connection", "The connection attempt is not answered (a firewall, a host that is down)",
               "FAILED OPERATION_TIMEOUT", url="http://127.0.0.1:%d" % silent, words=("-t", "2", *NONE),
               pattern="no answer to the connection attempt within 2.000 s; .*firewall")
    yield Case("Connection", "The host closes at once", "FAILED CONNECTION_ERROR", hostile.close, pattern="closed the conn")
    yield Case("Connection", "The host resets the connection after the request", "FAILED CONNECTION_ERROR", hostile.reset,
               pattern="closed the connection")
    yield Case("Connection", "The reply is cut in its headers", "FAILED PROTOCOL_ERROR",
               hostile.raw(b"HTTP/1.1 200 \r\nContent-"), pattern="no SOAP")
    yield Case("Connection", "The reply is cut in its body", "FAILED READ_ERROR",
               hostile.raw(lambda exchange: hostile.head("200 ", 5000) + hostile.open_envelope(exchange)),
               pattern="in the middle of the reply")
    yield Case("Connection", "A chunked reply is cut", "FAILED READ_ERROR",
               hostile.raw(lambda exchange: hostile.CHUNKED + hostile.chunks(hostile.open_envelope(exchange), 40)[:-7]),
               pattern="in the middle of the reply")


@contextlib.contextmanager
def unused_port():
    """A port that is bound, so that nobody else gets it, and does not listen."""
    with contextlib.closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def certificates(folder):
    authority = hostile.Authority(folder)
    trusted = ("--cacert", authority.file)
    right = authority.sign("localhost")
    other, expired = authority.sign("somebody.else"), authority.sign("localhost", days=-1)
    own, own_key = stand.certificate(folder, "localhost")
    garbage = stand.write(folder + "/garbage.pem", "not a certificate\n")
    good = hostile.soap(hostile.disk())

    def case(what, wanted, pair, words, pattern, answer=good, old=False, section="TLS"):
        return Case(section, what, wanted, answer, https=hostile.tls(*pair, old=old), words=(*words, "-a", "none"),
                    host="localhost", names="localhost=127.0.0.1", pattern=pattern)
    security = "FAILED SECURITY_ERROR"
    yield case("The certificate is of another name", security, other, trusted, "TLS.*certificate.*server_name")
    yield case("The certificate has expired", security, expired, trusted, "TLS.*expired.*renew")
    yield case("The certificate is self-signed", security, (own, own_key), (), "TLS.*self-signed.*ca_cert")
    yield case("The certificate is of an unknown authority", security, right, (), "TLS.*ca_cert")
    yield case("ca_cert names a file without certificates", security, right, ("--cacert", garbage), "ca_cert.*TLS.*PEM")
    yield case("ca_cert names a file that is not there", security, right, ("--cacert", folder + "/nothing.pem"), "ca_cert.*TLS.*PEM")
    yield case("The host speaks TLS 1.0 only", security, right, trusted, "TLS 1.2", old=True)
    yield Case("TLS", "No TLS is spoken at the port", security, hostile.impatient, words=("-a", "none"),
               scheme="https", host="localhost", names="localhost=127.0.0.1", pattern="no TLS.*5986")
    yield Case("TLS", "TLS is spoken where http is asked for", "FAILED PROTOCOL_ERROR",
               hostile.raw(b"\x15\x03\x03\x00\x02\x02\x0a"), pattern="5986")
    yield case("The certificate is right", "OK", right, trusted, "", section="Unusual, but no failure")
    yield Case("TLS", "The TLS handshake is not answered", "FAILED OPERATION_TIMEOUT", hostile.deaf, host="localhost",
               names="localhost=127.0.0.1", words=("-t", "2", "-a", "none"), scheme="https", pattern="TLS handshake did not finish within")


def statuses(folder):
    basic = ("-a", "basic", "-u", "monitor", "-P", stand.write(folder + "/password", "secret\n", 0o600), "--allow-unencrypted")
    for status, what, wanted, pattern in (
            ("400 ", "400", "FAILED PROTOCOL_ERROR", "malformed"),
            ("403 ", "403", "ACCESS_DENIED ACCESS_DENIED", "Remote Management Users"),
            ("404 ", "404", "FAILED OBJECT_NOT_FOUND", "/wsman"),
            ("405 ", "405", "FAILED INVALID_OPERATION", "path"),
            ("413 ", "413", "SERVER_LIMITS_EXCEEDED LIMITS_EXCEEDED", "MaxEnvelopeSizekb"),
            ("500 ", "500, empty", "FAILED INVALID_RESULT", "https"),
            ("503 ", "503", "SERVER_IS_SHUTTING_DOWN RESOURCE_UNAVAILABLE", "next interval"),
            ("302 ", "A redirect", "FAILED PROTOCOL_ERROR", "redirect.*never followed"),
            ("418 ", "Any other status", "FAILED PROTOCOL_ERROR", "listens")):
        yield Case("HTTP", what, wanted, hostile.plain(status, headers="Location: http://elsewhere.test/\r\n"),
                   pattern="HTTP %s: .*%s" % (status.strip(), pattern))
    yield Case("HTTP", "200 with a page", "FAILED PROTOCOL_ERROR", hostile.plain("200 OK", b"<html/>", "text/html"),
               pattern="no SOAP.*WinRM")
    yield Case("HTTP", "404 with a page that calls itself XML", "FAILED OBJECT_NOT_FOUND",
               hostile.plain("404 ", b"<html><br></html>", "text/xml"), pattern="HTTP 404")
    yield Case("HTTP", "No HTTP at all", "FAILED PROTOCOL_ERROR", hostile.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), pattern="not HTTP")
    yield Case("HTTP", "A chunk without a length", "FAILED READ_ERROR", hostile.raw(hostile.CHUNKED + b"zz\r\nfive\r\n"),
               pattern="reply")
    yield Case("Authentication", "401, and no credentials were given", "ACCESS_DENIED AUTHENTICATION_ERROR",
               hostile.plain("401 ", headers='WWW-Authenticate: Basic realm="WSMAN"\r\n'), pattern="401.*credentials.*method")
    yield Case("Authentication", "401 to user and password (Basic)", "ACCESS_DENIED AUTHENTICATION_ERROR",
               hostile.plain("401 ", headers='WWW-Authenticate: Basic realm="WSMAN"\r\n'), words=basic, pattern="monitor")


def tricks(folder, stack):
    """Authentication against a simulated Windows host and a real KDC."""
    own = stack.enter_context(kdc.Kdc(folder, REALM))
    own.user(REALM, "alice", "secret")
    own.user(REALM, "locked", "secret", "-allow_tix")
    own.service(REALM, "localhost")
    own.ntlm("DOM", "bob", "secret")
    right = stand.write(folder + "/password", "secret\n", 0o600)
    wrong = stand.write(folder + "/wrong", "hunter2\n", 0o600)
    env = own.env(KRB5CCNAME="FILE:" + folder + "/nothing")
    simhost = stack.enter_context(stand.Simhost(
        "--host", "localhost", "--host", "127.0.0.1", "--offer", "Negotiate", "--offer", "Kerberos", env=own.env()))
    refused, argument = "ACCESS_DENIED AUTHENTICATION_ERROR", "INVALID_PARAMETER INVALID_ARGUMENT"

    def case(what, wanted, words, pattern, host="localhost", more=None, port=simhost.port):
        return Case("Authentication", what, wanted, url="http://%s:%d" % (host, port), words=("-t", "20", *words),
                    names="localhost=127.0.0.1", env=dict(env, **(more or {})), pattern=pattern)
    alice, bob = ("-u", "alice", "-P", right), ("-a", "ntlm", "-u", "DOM\\bob", "-P")
    yield case("The KDC refuses the password", refused, ("-u", "alice", "-P", wrong), "refuses the password.*correct")
    yield case("The KDC does not know the user", refused, ("-u", "nobody", "-P", right), "knows no user")
    yield case("The account is locked", refused, ("-u", "locked", "-P", right), "locked.*unlock")
    yield case("There is no ticket", refused, (), "no Kerberos ticket.*kinit")
    yield case("The KDC does not know the host's service", argument, (*alice, "--spn", "HTTP/other"), "knows no service.*spn")
    yield case("Kerberos is asked for an IP address", argument, alice, "IP address", host="127.0.0.1")
    yield case("No KDC of the realm is known", "FAILED CONNECTION_ERROR", ("-u", "alice@ELSEWHERE.TEST", "-P", right),
               "no KDC.*krb5.conf")
    yield case("The host refuses the password (NTLM)", refused, (*bob, wrong), "refused the credentials of DOM")
    yield case("NTLM, without the package for it", argument, (*bob, right), "gss-ntlmssp", more={"GSS_MECH_CONFIG": "/dev/null"})
    yield case("Basic over http, and nobody allowed that", "ACCESS_DENIED SECURITY_ERROR",
               ("-a", "basic", "-u", "alice", "-P", right),
               "HTTPS.*allow_unencrypted")
    yield case("Basic over http, where the host wants encryption", refused,
               ("-a", "basic", "-u", "alice", "-P", right, "--allow-unencrypted"), "refused.*way")
    negotiate = stack.enter_context(hostile.Server(
        hostile.plain("401 ", headers='WWW-Authenticate: Basic realm="WSMAN"\r\n')))
    yield case("The host offers Basic only, where Kerberos was asked for", refused, alice, "offers Basic", port=negotiate.port)


def envelopes():
    parser, soap, body, disk = "FAILED PARSER_ERROR", hostile.soap, hostile.body, hostile.disk

    def case(what, answer, pattern, wanted=parser):
        return Case("Envelope", what, wanted, answer, pattern=pattern)
    yield case("Not XML", hostile.plain("200 ", b"gone fishing", hostile.SOAP_TYPE), "not XML.*port")
    yield case("Empty", hostile.plain("200 ", b"", hostile.SOAP_TYPE), "", "FAILED PROTOCOL_ERROR")
    yield case("The envelope is cut, and the length says so", body(hostile.open_envelope), "ends before|not XML")
    yield case("A DOCTYPE", body(lambda exchange: b'<!DOCTYPE a [<!ENTITY b "c">]>' + exchange.envelope(disk()).encode()),
               "DOCTYPE")
    yield case("A page, well-formed", hostile.plain("200 ", b"<html><body/></html>", hostile.SOAP_TYPE), "no SOAP envelope")
    yield case("SOAP 1.1", hostile.plain("200 ", b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>',
                                         "text/xml"), "SOAP 1.1")
    yield case("Two replies in one", body(lambda exchange: exchange.envelope(disk()).encode() * 2), "Extra content")
    yield case("Two instances in one", soap(disk() + disk("D:")), "second element")
    yield case("The reply to another request",
               hostile.plain("200 ", (hostile.ENVELOPE % ("5B1F1B0C-7C3F-4F3B-9E42-0F8C8B6F2A11", disk())).encode(),
                             hostile.SOAP_TYPE), "another request")
    yield case("EBCDIC", body(lambda exchange: ('<?xml version="1.0"?>' + exchange.envelope(disk())).encode("cp037")),
               "neither UTF-8 nor UTF-16")
    yield case("Bytes that are not UTF-8", body(lambda exchange: exchange.envelope(disk()).encode().replace(b">5<", b">\xff<")),
               "UTF-8")
    yield case("An instance with status 500", soap(disk(), "500 "), "HTTP status 500")
    yield case("An empty Body", soap(""), "Body is empty")
    yield case("Null and content at once",
               soap(disk(inside='<p:X xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">5</p:X>')), "nil")
    for what, mark, encoding in (("UTF-8 with a byte order mark", b"\xef\xbb\xbf", "utf-8"),
                                 ("UTF-16, little-endian", b"\xff\xfe", "utf-16-le"),
                                 ("UTF-16, big-endian", b"\xfe\xff", "utf-16-be")):
        yield Case("Unusual, but no failure", "The reply is in " + what, "OK",
                   body(lambda exchange, mark=mark, encoding=encoding: mark + exchange.envelope(disk()).encode(encoding)))
    yield Case("Unusual, but no failure", "The reply declares an encoding that nobody knows", "OK",
               body(lambda exchange: b'<?xml version="1.0" encoding="x-klingon"?>' + exchange.envelope(disk()).encode()))
    yield Case("Unusual, but no failure", "The reply is chunked, byte by byte", "OK",
               hostile.raw(lambda exchange: hostile.CHUNKED + hostile.chunks(exchange.envelope(disk()).encode(), 1)))
    yield Case("Unusual, but no failure", "A second HTTP reply behind the first", "OK",
               hostile.raw(lambda exchange: (hostile.head("200 ", len(exchange.envelope(disk()))) +
                                             exchange.envelope(disk()).encode()) * 2))


def instances():
    def case(what, payload, wanted="FAILED INVALID_RESULT", pattern="", obj=DISK):
        return Case("Another instance than asked" if wanted != "OK" else "Unusual, but no failure", what, wanted,
                    hostile.soap(payload), pattern=pattern, obj=obj)
    yield case("Another class, without the key", hostile.disk(None, "Win32_OperatingSystem"), pattern="no DeviceID")
    yield case("Another value of the key", hostile.disk("D:"), pattern="D:")
    yield case("Another namespace", hostile.disk(space="root/other"), pattern="root/other")
    yield case("A derived class, in its own XML namespace", hostile.disk("c:", "My_LogicalDisk", "ROOT/CIMV2"), "OK")


def faults(folder, stack):
    names = {"refused": "fault=5", "quota": "fault=803381A6", "timeout": "fault=80338029", "status": "fault=803381DD",
             "stopping": "fault=80041033", "good": "normal"}
    simhost = stack.enter_context(stand.start_hosts(folder, *("%s.test=%s" % item for item in names.items())))

    def case(what, wanted, host, pattern, obj=DISK, words=()):
        return Case("Fault", what, wanted, url="http://%s.test:%d" % (host, simhost.port), obj=obj, pattern=pattern,
                    words=("-a", "basic", "-u", "monitor", "-P", folder + "/password", "--allow-unencrypted", *words),
                    names=" ".join("%s.test=127.0.0.1" % name for name in names))
    yield case("The instance does not exist", "NOT_FOUND OBJECT_NOT_FOUND", "good", "keys", 'Win32_LogicalDisk.DeviceID="Q:"')
    yield case("The class does not exist", "INVALID_CLASS METADATA_ERROR", "good", "class", "Win32_Nonsense=@")
    yield case("The namespace does not exist", "INVALID_NAMESPACE METADATA_ERROR", "good", "namespace", words=("-n", "root/no"))
    yield case("A class with keys is asked for without", "INVALID_PARAMETER INVALID_ARGUMENT", "good", "keys",
               "Win32_LogicalDisk=@")
    yield case("The account has not the rights", "ACCESS_DENIED ACCESS_DENIED", "refused", "rights")
    yield case("Remote access is switched off", "ACCESS_DENIED NOT_ENABLED", "status", "")
    yield case("A quota is used up", "SERVER_LIMITS_EXCEEDED QUOTA_EXCEEDED", "quota", "quotas")
    yield case("WMI was too slow for the host itself", "FAILED OPERATION_TIMEOUT", "timeout", "timeout")
    yield case("WMI is stopping", "SERVER_IS_SHUTTING_DOWN RESOURCE_UNAVAILABLE", "stopping", "next interval")
    fault = ("<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>It went wrong.</s:Text></s:Reason>"
             "</s:Fault>")
    yield Case("Fault", "A fault without a code", "FAILED NOT_SPECIFIED", hostile.soap(fault, "500 "), pattern="It went wrong")
    coded = fault.replace("</s:Fault>", '<s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
                          'Code="2150858752"/></s:Detail></s:Fault>')
    yield Case("Fault", "A fault with status 200", "NOT_FOUND OBJECT_NOT_FOUND", hostile.soap(coded), pattern="It went wrong")


def limits():
    def case(what, answer, pattern):
        return Case("Limits", what, "FAILED LIMITS_EXCEEDED", answer, pattern=pattern)

    def opened(exchange):
        return hostile.open_envelope(exchange)

    def names(number):
        return b"".join(b"<n%05x/>" % (number * 1000 + i) for i in range(1000))
    megabyte = b"x" * (1 << 20)
    yield case("A value of a gigabyte", hostile.stream_of(lambda exchange: opened(exchange) + b"<p:X>", megabyte), "larger|more")
    yield case("A page of a gigabyte", hostile.stream_of(lambda _: b"", megabyte, kind="text/html"), "larger")
    yield case("A comment of a gigabyte", hostile.stream_of(lambda exchange: opened(exchange) + b"<!--", megabyte), "comment")
    yield case("10,000 elements deep", hostile.body(lambda exchange: opened(exchange) + b"<p:a>" * 10000), "deeper")
    yield case("A million elements", hostile.stream_of(opened, b"<p:a/>" * 1000, length=6000000), "elements")
    yield case("209,000 names, none of them twice",
               hostile.stream_of(lambda exchange: exchange.envelope("").split("<a:RelatesTo>")[0].encode(), names, length=209 * 8000),
               "elements")
    yield case("100 attributes on an element",
               hostile.body(lambda exchange: opened(exchange) + b"<p:a " + b" ".join(b'a%d=""' % i for i in range(100)) + b"/>"),
               "attributes")
    yield case("Headers of a megabyte", hostile.plain("200 ", headers="X-%s: y\r\n" % ("a" * 1000) * 1000), "headers")
    yield case("A header line of a megabyte", hostile.plain("200 ", headers="X: %s\r\n" % ("a" * 1000000)), "header line")


def times():
    def case(what, answer, pattern):
        return Case("Time", what, "FAILED OPERATION_TIMEOUT", answer, words=("-t", "2", *NONE), pattern=pattern)
    yield case("The host takes the request and says nothing", hostile.mute, "no reply within 2.000 s; .*timeout")
    yield case("The host takes no request", hostile.deaf, "no reply within")
    yield case("The reply comes with a byte a second", hostile.drip, "did not end within")


# --- the table ---

def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def lines_of(case):
    result, _, category = case.wanted.partition(" ")
    return "| %s | %s | %s | %s |" % (cell(case.what), result, category, cell(case.sentence))


def table(cases):
    text = INTRODUCTION
    for section in SECTIONS:
        rows = [lines_of(case) for case in cases if case.section == section]
        if rows:
            text += "\n## %s\n| what happens | MI_Result | category | what is said |\n| --- | --- | --- | --- |\n" % section
            text += "\n".join(rows) + "\n"
    return text


def run_all(cases, folder):
    """Side by side, for most wait. Every mistake is told."""
    mistakes = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for case, future in [(case, pool.submit(case.run, folder)) for case in cases]:
            try:
                future.result()
            except Exception as error:  # pylint: disable=broad-except
                mistakes.append("%s: %s: %s" % (case.what, type(error).__name__, error))
    assert not mistakes, "\n".join(mistakes)


def compare(cases, partly):
    """partly: rows that could not be produced here stand in the table all the same."""
    seen, said = table(cases), stand.read(TABLE)
    if WRITE and not partly:
        stand.write(TABLE, seen)
        return
    if partly:
        said = "\n".join(line for line in said.splitlines() if line in seen.splitlines())
        seen = "\n".join(line for line in seen.splitlines() if line)
        said = "\n".join(line for line in said.splitlines() if line)
    diff = "\n".join(difflib.unified_diff(said.splitlines(), seen.splitlines(), "conf/failures.md", "seen", lineterm="", n=0))
    assert not diff, "the table is not true; after reading every sentence: test_failures.py --write\n" + diff


def every_failure_has_its_result_category_and_sentence_and_the_table_says_so(folder):
    partly = False
    with contextlib.ExitStack() as stack:
        cases = list(names_and_connections(stack))
        for make in (certificates, statuses):
            os.makedirs(folder + "/" + make.__name__)
            cases += make(folder + "/" + make.__name__)
        for make in (envelopes, instances, limits, times):
            cases += make()
        for make in (faults, tricks):
            own = folder + "/" + make.__name__
            os.makedirs(own)
            try:
                cases += make(own, stack)
            except stand.Skip:
                partly = True
        run_all(cases, folder)
    compare(cases, partly)


def the_plugin_says_the_same_in_collectds_log(folder):
    rows = {}
    for line in stand.read(TABLE).splitlines():
        cells = line.split(" | ")
        if line.startswith("| ") and len(cells) == 4:
            rows[cells[0][2:]] = cells[3][:-2]
    authority = hostile.Authority(folder)
    certificate = hostile.tls(*authority.sign("somebody.else"))
    answers = {
        "refused": ("The port refuses", None, None),
        "mute": ("The host takes the request and says nothing", hostile.mute, None),
        "unauthorized": ("401 to user and password (Basic)", hostile.plain(
            "401 ", headers='WWW-Authenticate: Basic realm="WSMAN"\r\n'), None),
        "misnamed": ("The certificate is of another name", hostile.soap(hostile.disk()), certificate),
        "nonsense": ("Not XML", hostile.plain("200 ", b"gone fishing", hostile.SOAP_TYPE), None),
        "other": ("Another value of the key", hostile.soap(hostile.disk("D:")), None),
        "nowhere.test": ("The name does not exist", None, None),
    }
    module = "module: one\ninstances:\n  - {class: Win32_LogicalDisk, keys: {DeviceID: ['C:']}, " \
             "metrics: [{property: Size, type: bytes}]}\n"
    with contextlib.ExitStack() as stack:
        closed = stack.enter_context(unused_port())
        lines = []
        for name, (_, answer, tls) in answers.items():
            port = stack.enter_context(hostile.Server(answer, tls)).port if answer else closed
            more = ", transport: https, ca_cert: %s, server_name: localhost" % authority.file if tls else ""
            more += ", address: nowhere.test" if name == "nowhere.test" else ""
            port = 5985 if name == "nowhere.test" else port
            lines.append("%s: {port: %d, timeout: 1, interval: 1, modules: [one]%s}" % (name, port, more))
        os.makedirs(folder + "/modules")
        stand.write(folder + "/modules/one.yaml", module)
        stand.write(folder + "/password", "secret\n", 0o600)
        collectd = stand.Collectd(folder, stand.inventory(folder, 1, *lines), modules=folder + "/modules")
        preload(collectd.environment, "")
        with collectd.start():
            for name in answers:
                collectd.wait_for(lambda name=name: collectd.said(" " + name + ": "),
                                  "a sentence about " + name)
            collectd.finish()
        for name, (what, _, _) in answers.items():
            # A round's instances share its second, so a mute one has had a little less.
            said = re.sub(r"within \d\.\d+ s", "within 2.000 s", " ".join(collectd.said(" %s: " % name)))
            sentence = rows[what].split(": ", 1)[1]
            assert sentence in said, "%s: %s\nis not in: %s" % (name, sentence, said)


if __name__ == "__main__":
    sys.argv = [word for word in sys.argv if word != "--write"]
    stand.main([every_failure_has_its_result_category_and_sentence_and_the_table_says_so,
                the_plugin_says_the_same_in_collectds_log])
