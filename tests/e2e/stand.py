# SPDX-License-Identifier: MIT
"""The stand that the end-to-end tests and the demo share: a simulated Windows host and a private collectd.

Nothing of the system is touched: every file is in a folder of the caller's, every socket is on 127.0.0.1, and every process
ends with its parent's `with`. Standard library only.
"""
import base64
import contextlib
import ctypes
import glob
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import xml.sax.saxutils
from xml.etree import ElementTree

SOURCE = os.environ.get("MI_SOURCE") or os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("MI_BUILD") or os.path.join(SOURCE, "build-plain")
COLLECTD = os.environ.get("COLLECTD", "/usr/sbin/collectd")
STOCK_PLUGINS = os.environ.get("COLLECTD_PLUGINS", "/usr/lib/collectd")
MODULES = os.path.join(SOURCE, "conf", "modules")
REPLIES = os.environ.get("MI_REPLIES") or os.path.join(SOURCE, "..", "shared", "replies")
SANITIZER = os.environ.get("MI_SANITIZER", "")

# A guard against a test that hangs, not a measure: generous, and the same for everything.
PATIENCE_S = 60
# Of the hosts and of collectd. A round has to fit in even on a busy machine under a sanitizer.
INTERVAL_S = 1.5 if SANITIZER else 0.5


def until(condition, what, seconds=PATIENCE_S):
    """Waits until condition() is true and returns what it returned; AssertionError where it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError("waited in vain: " + what)


def die_with_parent():
    """Runs in the child between fork and exec: PR_SET_PDEATHSIG, so that a killed driver leaves nothing behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


class Process:
    """A child that ends with the `with` block."""

    def __init__(self, words, **more):
        self.child = subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        for stream in (self.child.stdout, self.child.stderr):
            if stream:
                stream.close()

    def stop(self, seconds):
        """SIGTERM; the exit status, or AssertionError where it still runs after that many seconds."""
        self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("still running %g s after SIGTERM" % seconds) from None


class Simhost(Process):
    """tests/sim/simhost: many simulated Windows hosts behind one port, told apart by the Host header."""

    def __init__(self, *options, secret=None, env=None):
        """env: of the process, where it shall know a KDC's realms (kdc.Kdc.env())."""
        if secret:
            options += ("--user", secret[0], "--password-file", secret[1])
        super().__init__([os.path.join(BUILD, "tests", "sim", "simhost"), *options], stdout=subprocess.PIPE, text=True,
                         env=env)
        line = self.child.stdout.readline()
        if not line.startswith("listening "):
            raise AssertionError("simhost did not start: status %s" % self.child.wait())
        self.port = int(line.rsplit(":", 1)[1])
        self.tls = "--tls-cert" in options

    def ask(self, method, path):
        if self.tls:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE_S,
                                                     context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request(method, "/_sim/" + path)
            reply = connection.getresponse()
            text = reply.read()
            if reply.status != 200:
                raise AssertionError("%s: %d %s" % (path, reply.status, text))
            return json.loads(text)

    def stats(self, host):
        return self.ask("GET", "stats?host=" + host)["hosts"][host]

    def set_mode(self, host, mode):
        self.ask("POST", "host/%s/mode?set=%s" % (host, urllib.parse.quote(mode)))

    def advance(self, seconds):
        self.ask("POST", "clock?advance=%g" % seconds)

    def fetch(self, host, class_name, keys=None, form="wmi"):
        """One instance, fetched without any of our code: the bytes of the reply."""
        keys = dict(keys or {}, **({"__cimnamespace": "root/cimv2"} if form == "dmtf" else {}))
        selectors = "".join('<w:Selector Name="%s">%s</w:Selector>' % (name, xml.sax.saxutils.escape(value))
                            for name, value in keys.items())
        envelope = GET_ENVELOPE % (URI[form] + class_name, "<w:SelectorSet>%s</w:SelectorSet>" % selectors if keys else "")
        headers = {"Host": host, "Content-Type": "application/soap+xml;charset=UTF-8",
                   "Authorization": "Basic " + base64.b64encode(b"monitor:secret").decode()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request("POST", "/wsman", envelope.encode(), headers)
            reply = connection.getresponse()
            text = reply.read()
        assert reply.status == 200, "%s of %s: %d %r" % (class_name, host, reply.status, text[:400])
        return text

    def get(self, host, class_name, keys=None):
        """The same, read with the second XML parser: property -> text or None, a list of texts where it repeats."""
        properties = {}
        for element in ElementTree.fromstring(self.fetch(host, class_name, keys)).find(SOAP_BODY)[0]:
            name = element.tag.rsplit("}", 1)[-1]
            value = None if element.get(NIL) == "true" else "".join(element.itertext())
            if name in properties:
                before = properties[name]
                properties[name] = (before if isinstance(before, list) else [before]) + [value]
            else:
                properties[name] = value
        return properties


URI = {"wmi": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/",
       "dmtf": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"}
GET_ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" \
xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>\
<a:To>http://127.0.0.1/wsman</a:To><w:ResourceURI s:mustUnderstand="true">%s\
</w:ResourceURI><a:ReplyTo><a:Address>\
http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><a:Action s:mustUnderstand="true">\
http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><w:MaxEnvelopeSize s:mustUnderstand="true">512000\
</w:MaxEnvelopeSize><a:MessageID>uuid:5B1F1B0C-7C3F-4F3B-9E42-0F8C8B6F2A11</a:MessageID>%s<w:OperationTimeout>PT60.000S\
</w:OperationTimeout></s:Header><s:Body/></s:Envelope>"""
SOAP_BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def recorded_replies():
    if not os.path.isdir(REPLIES):
        raise Skip("no recorded replies in " + REPLIES)
    return REPLIES


def certificate(folder, name):
    """A key and a self-signed certificate of a day for that name: (certificate, key)."""
    paths = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-out", paths[0], "-keyout", paths[1]],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return paths


def search_leaks(env):
    """A copy of an environment, in which a program of a tree of --enable-asan looks for our leaks, not for gss-ntlmssp's."""
    env = dict(env)
    if SANITIZER == "asan":  # whole stacks, so that the suppressed library is found in them
        env["ASAN_OPTIONS"] = "fast_unwind_on_malloc=0"
        env["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + os.path.join(SOURCE, "tests", "lsan.supp")
    return env


def mi_get(*words, env=None, before=()):
    """(exit status, stdout, stderr) of mi-get; before: a program that runs it, as faketime does."""
    env = search_leaks(env or os.environ)
    result = subprocess.run([*before, os.path.join(BUILD, "mi-get"), *words], env=env, stdin=subprocess.DEVNULL,
                            capture_output=True,
                            text=True, encoding="utf-8", timeout=PATIENCE_S, check=False)
    return result.returncode, result.stdout, result.stderr


def start_hosts(folder, *hosts, options=()):
    """Simulated hosts NAME[=MODE] that want a password; their clock stands still."""
    words = [word for host in hosts for word in ("--host", host)]
    password = write(folder + "/right-password", "secret\n", 0o600)
    write(folder + "/password", "secret\n", 0o600)
    return Simhost("--clock", "manual", *words, *options, secret=("monitor", password))


INVENTORY = """\
auths:
  monitor: {{method: basic, user: monitor, password_file: {folder}/password}}
defaults: {{auth: monitor, transport: http, allow_unencrypted: true, address: 127.0.0.1, port: {port}, interval: {interval},
           timeout: {interval}, modules: [os, cpu, memory, {{logical_disk: {{keys: {{DeviceID: ["C:"]}}}}}}, system]}}
hosts:
"""


def inventory(folder, port, *hosts):
    """hosts.yaml: these lines, hosts at that port, defaults for the rest. The first host is in line 6."""
    return INVENTORY.format(folder=folder, port=port, interval=INTERVAL_S) + "".join("  %s\n" % host for host in hosts)


CONFIG = """
Hostname "collector"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
PluginDir "{folder}/plugins"
TypesDB "/usr/share/collectd/types.db"
Interval {interval}
LoadPlugin logfile
<Plugin logfile>
  LogLevel "info"
  File "{folder}/log"
  Timestamp true
  PrintSeverity true
</Plugin>
{more}
<LoadPlugin mi>
  Interval {interval}
</LoadPlugin>
<Plugin mi>
  ModuleDir "{modules}"
  Inventory "{folder}/hosts.yaml"
</Plugin>
"""
CSV = """
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}/csv"
  StoreRates false
</Plugin>
"""


class Collectd(Process):
    """Debian's collectd, private: own configuration, own folders, own plugin folder with the stock plugins it needs."""

    def __init__(self, folder, hosts, interval=INTERVAL_S, more=CSV, plugins=("csv",), modules=MODULES):
        self.folder = folder
        os.makedirs(os.path.join(folder, "plugins"), exist_ok=True)
        for name in ("logfile",) + tuple(plugins):
            shutil.copy(os.path.join(STOCK_PLUGINS, name + ".so"), os.path.join(folder, "plugins"))
        plugin = os.path.join(BUILD, ".libs", "mi.so")
        shutil.copy(plugin, os.path.join(folder, "plugins"))
        if hosts is not None:
            write(os.path.join(folder, "hosts.yaml"), hosts)
        names = dict(folder=folder, interval=interval, modules=modules)
        self.config = write(os.path.join(folder, "collectd.conf"), CONFIG.format(more=more.format(**names), **names))
        self.environment = dict(os.environ)
        if SANITIZER:
            self.environment["LD_PRELOAD"] = sanitizer_library(plugin)
            # collectd itself leaks at its end; our leaks are looked for by the unit tests.
            self.environment["ASAN_OPTIONS"] = "detect_leaks=0:log_path=%s/sanitizer" % folder
            self.environment["UBSAN_OPTIONS"] = "print_stacktrace=1:log_path=%s/sanitizer" % folder
            self.environment["TSAN_OPTIONS"] = "log_path=%s/sanitizer" % folder

    def start(self):
        with open(os.path.join(self.folder, "stderr"), "w", encoding="utf-8") as errors:
            super().__init__([COLLECTD, "-f", "-C", self.config], env=self.environment, stdout=errors, stderr=errors)
        return self

    def test_configuration(self, option="-T"):
        """collectd -T: its exit status and what it said."""
        result = subprocess.run([COLLECTD, option, "-C", self.config], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S,
                                check=False)
        return result.returncode, result.stdout

    def alive(self):
        return self.child.poll() is None

    def finish(self, seconds=5):
        """Stops it as systemd would and checks that it ended well and that no sanitizer complained."""
        status = self.stop(seconds)
        reports = glob.glob(os.path.join(self.folder, "sanitizer*"))
        assert not reports, "\n".join(read(report) for report in reports)
        assert status == 0, "collectd ended with %d\n%s\n%s" % (status, read(self.folder + "/stderr"), self.log())

    def log(self):
        return read(os.path.join(self.folder, "log"))

    def rows(self, host, identity):
        """The csv rows of host/plugin-instance/type-instance: [(time, value, ...)], [] where there is none yet."""
        rows = []
        for path in sorted(glob.glob(os.path.join(glob.escape(os.path.join(self.folder, "csv", host, identity)) + "-20*"))):
            # Without the heading, and without what stands behind the last line end: a row being written.
            for line in read(path).split("\n")[1:-1]:
                rows.append(tuple(float(cell) for cell in line.split(",")))
        return rows

    def rounds(self, host):
        """How many rounds of the host have ended."""
        return len(self.up(host))

    def up(self, host):
        return [row[1] for row in self.rows(host, "mi-host/gauge-up")]

    def wait_for(self, condition, what):
        until(lambda: condition() or not self.alive(), what)
        assert self.alive(), "collectd ended by itself"

    def wait_rounds(self, host, more):
        """Waits for so many more rounds of the host."""
        wanted = self.rounds(host) + more
        self.wait_for(lambda: self.rounds(host) >= wanted, "%d rounds of %s" % (wanted, host))

    def said(self, *words):
        """Lines of the log that hold all the words."""
        return [line for line in self.log().splitlines() if all(word in line for word in words)]

    def identities(self, host):
        """Everything written for a host: {"mi-os/gauge-number_of_processes", ...}."""
        found = set()
        for folder, _, files in os.walk(os.path.join(self.folder, "csv", host)):
            plugin = os.path.relpath(folder, os.path.join(self.folder, "csv", host))
            found.update("%s/%s" % (plugin, re.sub(r"-\d{4}-\d\d-\d\d$", "", name)) for name in files)
        return found


def sanitizer_library(plugin):
    out = subprocess.run(["ldd", plugin], check=True, capture_output=True, text=True).stdout
    return re.search(r"lib[at]san\S* => (\S+)", out)[1]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Skip(Exception):
    """Raised by a test that cannot run here."""


def main(tests):
    """Runs test functions, each with a folder of its own that goes with it; TAP on stdout. Names are sentences."""
    wanted = sys.argv[1:]
    tests = [test for test in tests if not wanted or test.__name__ in wanted]
    print("1..%d" % len(tests), flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        title = "%d - %s" % (number, test.__name__.replace("_", " "))
        folder = tempfile.mkdtemp(prefix="mi-")
        try:
            test(folder)
            print("ok " + title, flush=True)
        except Skip as reason:
            print("ok %s # SKIP %s" % (title, reason), flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print("not ok " + title)
            place = error.__traceback__.tb_next
            while place and place.tb_next and place.tb_next.tb_frame.f_code.co_filename != __file__:
                place = place.tb_next
            text = "%s:%d: %s: %s" % (os.path.basename(place.tb_frame.f_code.co_filename), place.tb_lineno,
                                      type(error).__name__, error)
            for path in sorted(path for name in ("log", "stderr", "sanitizer*")
                               for path in glob.glob("%s/**/%s" % (folder, name), recursive=True)):
                text += "\n--- %s\n%s" % (path, read(path)[-4000:])
            print("\n".join("# " + line for line in text.splitlines()), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)
