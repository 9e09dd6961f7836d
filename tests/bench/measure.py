# SPDX-License-Identifier: MIT
"""What tests/bench/run measures and how: the rows (a client each), the host that all of them ask, the columns.

Every client of the first table fetches the recorded 39-property Win32_LogicalDisk of shared/replies over HTTP from one
simulated host, which runs for the whole table; those of the second do something else (what, their titles say) with recorded
replies, most without a network. Columns are slopes between two counts, so that start and end do not count.
"""
import collections
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import kdc  # pylint: disable=wrong-import-position
import stand  # pylint: disable=wrong-import-position

REALM = "SIM.TEST"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's modules
TOOLS = {"valgrind": "valgrind", "callgrind_annotate": "valgrind", "strace": "strace"}

# cpu: how many GetInstances for the CPU time; few, many: for the slopes; idle: the client for the idle sessions; slow: under
# callgrind; kind: of a GetInstance, or of something else, with the host or without.
GET, OTHER, LOCAL = "get", "other", "local"
Row = collections.namedtuple("Row", "name title client cpu few many idle slow kind", defaults=(None, False, GET))
FEW, MANY = 50, 250
ROWS = [
    Row("curl", "libcurl, reply discarded", ("curl",), 10000, FEW, MANY),
    Row("sax", "libcurl + no-op SAX", ("sax",), 10000, FEW, MANY),
    Row("mi", "mi, Basic", ("mi",), 10000, FEW, MANY, "idle"),
    Row("mi-64", "mi, Basic, 64 in flight", ("mi-64",), 10000, 320, 960),
    Row("mi-kerberos", "mi, Kerberos, sealed", ("mi-kerberos",), 4000, FEW, MANY, "idle-kerberos"),
    Row("mi-ntlm", "mi, NTLM, sealed", ("mi-ntlm",), 4000, FEW, MANY, "idle-ntlm"),
    Row("pywinrm", "pywinrm, Basic", (PYTHON, "basic"), 500, 2, 12, slow=True),
    Row("pywinrm-ntlm", "pywinrm, NTLM, sealed", (PYTHON, "ntlm"), 500, 2, 12, slow=True),
    Row("number", "a value, a number", ("number",), 100000, 1000, 5000, kind=LOCAL),
    Row("map", "a value, mapped, the last of 8 texts", ("map",), 100000, 1000, 5000, kind=LOCAL),
    Row("cook", "a value, cooked: BULK_COUNT", ("cook",), 100000, 1000, 5000, kind=LOCAL),
    Row("raw", "a value, raw: BULK_COUNT", ("raw",), 100000, 1000, 5000, kind=LOCAL),
    Row("type", "an instance typed, 51 properties", ("type",), 2000, FEW, MANY, kind=LOCAL),
    Row("class", "a class fetched, 51 properties, Basic", ("class",), 2000, FEW, MANY, "idle-class", kind=OTHER),
]
IDLE_FEW, IDLE_MANY = 100, 1100


class Needs(Exception):
    """Something is not installed or not built; the text says what."""


def require(tools=()):
    """Needs, naming all that is missing."""
    missing = sorted({"the package " + TOOLS[tool] for tool in tools if not shutil.which(tool)})
    for path in ("tests/sim/simhost", "tests/bench/get_instance"):
        if not os.path.exists(os.path.join(stand.BUILD, path)):
            missing.append("%s: make -C %s %s" % (path, stand.BUILD, path))
    if not os.path.isdir(stand.REPLIES):
        missing.append("recorded replies in %s, or MI_REPLIES" % stand.REPLIES)
    try:
        kdc.available()
    except stand.Skip:
        missing.append("the packages krb5-kdc and krb5-admin-server")
    if subprocess.run([PYTHON, "-c", "import winrm, requests_ntlm"], capture_output=True, check=False).returncode != 0:
        missing.append("the package python3-winrm")
    if missing:
        raise Needs("needs " + "; ".join(missing))


class Stand:
    """The simulated host, its users, and the request that our client sends to it. In a folder of the caller's."""

    def __init__(self, folder, simhost, environment):
        self.folder, self.environment = folder, environment
        self.port, self.host_pid, self._simhost = simhost.port, simhost.child.pid, simhost
        self.headers, self.request = None, os.path.join(folder, "request")
        self._share_request()
        self.reply_bytes = self.run("sax", 3)["reply_bytes"]
        names = simhost.get("127.0.0.1", "Win32_LogicalDisk", {"DeviceID": "c:"})
        assert len(names) == 39, "not the recorded instance: %s" % sorted(names)

    def _share_request(self):
        """Our client's request becomes that of the plain clients; then it is checked that they do send the same."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(8)
            port = listener.getsockname()[1]
            own, body = self._record(listener, "mi")
            # Those that libcurl writes by itself, from the URL, CURLOPT_USERPWD and the body's size.
            self.headers = ["%s: %s" % item for item in sorted(own.items()) if item[0] not in (
                "host", "authorization", "content-length")]
            self.headers += [name + ":" for name in ("Accept", "User-Agent", "Expect") if name.lower() not in own]
            for port_of in (port, self.port):  # the listener's for the comparison, then the host's
                with open(self.request, "wb") as file:
                    file.write(body.replace(b":%d/" % port, b":%d/" % port_of))
                if port_of == port:
                    plain = self._record(listener, "curl")
                    assert plain == (own, body), "the requests differ:\n%s\n%s" % (plain, (own, body))

    def _record(self, listener, client):
        """({header in lower case: value}, body) of the first request a client makes; no reply comes."""
        words = self._words(client, 1, listener.getsockname()[1])
        with subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as child:
            listener.settimeout(stand.PATIENCE_S)
            with listener.accept()[0] as stream, stream.makefile("rb") as lines:
                stream.settimeout(stand.PATIENCE_S)
                line, headers = lines.readline(), {}
                assert line.startswith(b"POST /wsman HTTP/1.1"), line
                for line in iter(lines.readline, b"\r\n"):
                    name, value = line.decode().split(":", 1)
                    headers[name.lower()] = value.strip()
                body = lines.read(int(headers["content-length"]))
            child.wait(stand.PATIENCE_S)
        return headers, body

    def requests(self):
        """How many the hosts have seen so far."""
        return sum(self._simhost.stats(host)["requests"] for host in ("127.0.0.1", "classes"))

    def _words(self, client, count, port=None):
        words = [os.path.join(stand.BUILD, "tests", "bench", "get_instance"), client, str(port or self.port), str(count)]
        if client in ("curl", "sax"):
            words += [self.request, *self.headers]
        return words

    def words(self, client, count):
        """The command of a client."""
        client = (client,) if isinstance(client, str) else client
        if client[0] == PYTHON:
            return [PYTHON, os.path.join(HERE, "pywinrm_client.py"), client[1], str(self.port), str(count), self.request]
        return self._words(client[0], count)

    def run(self, client, count, *before, **more):
        """Runs a client, under a program where before says so: what it printed, as numbers; AssertionError where it did
        not get everything it asked for. more: environment."""
        result = subprocess.run([*before, *self.words(client, count)], env=dict(self.environment, **more),
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        words = result.stdout.split()
        printed = dict(zip(words[::2], map(int, words[1::2]))) if result.returncode == 0 else {}
        assert printed.get("fetched") == count, "%s: %s%s" % (client, result.stdout, result.stderr[-4000:])
        seen = printed["reply_bytes"]
        assert seen == 0 or getattr(self, "reply_bytes", seen) == seen, "%s got %d bytes" % (client, seen)
        return printed


@contextlib.contextmanager
def start(folder):
    """A Stand. One host for all ways of authentication: plaintext is allowed, what comes sealed is answered sealed."""
    password = stand.write(os.path.join(folder, "password"), "secret\n", 0o600)
    with kdc.Kdc(folder, REALM) as own:
        own.user(REALM, "alice", "secret")
        own.service(REALM, "localhost")
        own.ntlm("DOM", "bob", "secret")
        environment = stand.search_leaks(own.env(
            MI_REPLIES=os.path.abspath(stand.REPLIES), OPENSSL_CONF=os.path.join(HERE, "..", "e2e", "openssl.cnf"),
            PYTHONDONTWRITEBYTECODE="1"))
        with stand.Simhost("--host", "127.0.0.1=replay=climbe", "--host", "classes=replay=ps_03", "--replies", stand.REPLIES, "--offer", "Negotiate",
                           "--offer", "Kerberos", "--unencrypted", "yes", secret=("monitor", password),
                           env=own.env()) as simhost:
            made = Stand(folder, simhost, environment)
            before = simhost.stats("127.0.0.1")["sealed"]
            made.run("mi-kerberos", 3)
            made.run("mi-ntlm", 3)
            assert simhost.stats("127.0.0.1")["sealed"] == before + 6, "not sealed"
            yield made


# ---- columns: each is (stand, client, count, a name for files) -> numbers ----

def instructions(made, client, count, name):
    """User-space instructions of all threads, by callgrind."""
    out = os.path.join(made.folder, "callgrind." + name)
    made.run(client, count, "valgrind", "--tool=callgrind", "--callgrind-out-file=" + out)
    text = stand.read(out)
    return {"instructions": int(re.search(r"^(?:summary|totals): (\d+)", text, re.M)[1])}


def allocations(made, client, count, name):
    """Calls of malloc, calloc, realloc and the bytes they asked for, by memcheck. Of Python every object is one."""
    log = os.path.join(made.folder, "memcheck." + name)
    made.run(client, count, "valgrind", "--leak-check=no", "--undef-value-errors=no", "--log-file=" + log,
             PYTHONMALLOC="malloc")
    found = re.search(r"total heap usage: ([\d,]+) allocs, .* ([\d,]+) bytes allocated", stand.read(log))
    return {"allocations": int(found[1].replace(",", "")), "allocated_bytes": int(found[2].replace(",", ""))}


def calls(made, client, count, name):
    """System calls of all threads, by strace."""
    out = os.path.join(made.folder, "strace." + name)
    made.run(client, count, "strace", "-f", "-c", "-o", out)
    total = [line.split() for line in stand.read(out).splitlines() if line.endswith(" total")]
    return {"calls": int(total[0][3])}


def slope(made, row, measure, times=1):
    """What one more costs: {name: number}. times: so many times the row's counts."""
    name = "%s.%s" % (row.name, measure.__name__)
    few = measure(made, row.client, row.few * times, name + ".few")
    many = measure(made, row.client, row.many * times, name + ".many")
    return {key: (many[key] - few[key]) / (row.many - row.few) / times for key in many}


@contextlib.contextmanager
def one_processor(made):
    """Clients and host on one CPU: elsewhere it is chance whether a request wakes another CPU, which on a virtual machine
    costs more than the request, and whose time that is."""
    threads = [os.getpid()] + [int(name) for name in os.listdir("/proc/%d/task" % made.host_pid)]
    every = os.sched_getaffinity(0)
    try:
        for thread in threads:
            os.sched_setaffinity(thread, {max(every)})
        yield
    finally:
        for thread in threads:
            os.sched_setaffinity(thread, every)


def processor(made, row):
    """CPU time of one after the first tenth of them, and the most memory that was resident."""
    printed = made.run(row.client, row.cpu)
    return {"cpu_us": printed["cpu_ns"] / 1000, "peak_kb": printed["peak_kb"]}


def idle(made, row):
    """Memory that one more idle session, or class, keeps resident."""
    few, many = (made.run(row.idle, count)["idle_kb"] for count in (IDLE_FEW, IDLE_MANY))
    return {"idle_kb": (many - few) / (IDLE_MANY - IDLE_FEW)}
