# SPDX-License-Identifier: MIT
"""What stands behind collectd's writers, private to a test: Debian's prometheus, carbon-cache and graphite-web.

Each keeps its files in a folder of the caller's, listens on a free port of 127.0.0.1 only and ends with its `with`. The
packages' own services are not used and need not run. Standard library only; Graphite's Python is used from its programs.
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.parse

import stand

SCRAPE_S = 0.5
# Debian's, which has Debian's modules; a python3 that stands before it in PATH has not.
PYTHON = "/usr/bin/python3"


def needs(*programs):
    """Skips a test of the writers where it cannot run or would say nothing new."""
    if stand.SANITIZER:
        raise stand.Skip("judges what collectd's writers make of our values, not our memory: without a sanitizer only")
    for program in programs:
        if not shutil.which(program):
            raise stand.Skip("%s is not installed (contrib/packages)" % program)


def ask(port, path, **fields):
    """GET with these fields: (status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=stand.PATIENCE_S)
    with contextlib.closing(connection):
        connection.request("GET", path + ("?" + urllib.parse.urlencode(fields, doseq=True) if fields else ""))
        reply = connection.getresponse()
        return reply.status, reply.read()


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Server(stand.Process):
    """A child that is ready when ready() says so; what it prints is in folder/log."""

    def __init__(self, folder, words, **more):
        self.folder = folder
        with open(os.path.join(folder, "log"), "wb") as log:
            super().__init__(words, stdout=log, stderr=log, **more)

    def wait_until(self, ready, what):
        stand.until(lambda: self.child.poll() is not None or ready(), what)
        assert self.child.poll() is None, "ended by itself:\n" + stand.read(self.folder + "/log")[-4000:]


PROMETHEUS = """\
global: {{scrape_interval: {scrape:g}s, evaluation_interval: {scrape:g}s}}
scrape_configs:
  - job_name: collectd
    honor_labels: true
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class Prometheus(Server):
    """Debian's prometheus, which scrapes collectd's write_prometheus at that port."""

    def __init__(self, folder, collectd_port, rules=()):
        os.makedirs(folder)
        text = PROMETHEUS.format(scrape=SCRAPE_S, port=collectd_port).replace("0.5s", "500ms")
        if rules:
            text += "rule_files: %s\n" % json.dumps(list(rules))
        config = stand.write(folder + "/prometheus.yml", text)
        self.port = stand.free_port()
        super().__init__(folder, ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + folder + "/data",
                                  "--web.listen-address=127.0.0.1:%d" % self.port, "--log.level=warn"])
        self.wait_until(lambda: listens(self.port) and ask(self.port, "/-/ready")[0] == 200, "prometheus")

    def api(self, path, **fields):
        status, body = ask(self.port, "/api/v1/" + path, **fields)
        reply = json.loads(body)
        assert status == 200 and reply["status"] == "success", (path, fields, reply)
        return reply["data"]

    def query(self, expression):
        """An instant vector: [(labels, value)]; labels as a dict with __name__."""
        result = self.api("query", query=expression)
        if result["resultType"] == "scalar":
            return [({}, float(result["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in result["result"]]

    def value(self, expression):
        """Of a query with one series; None where there is none."""
        found = self.query(expression)
        assert len(found) < 2, (expression, found)
        return found[0][1] if found else None


def name_of(labels):
    return labels["__name__"], frozenset((key, value) for key, value in labels.items() if key not in ("__name__", "job"))


def selector(name):
    return "%s{%s}" % (name[0], ",".join('%s="%s"' % pair for pair in sorted(name[1])))


CARBON = """\
[cache]
STORAGE_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
DATABASE = whisper
ENABLE_LOGROTATION = False
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {port}
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query_port}
CARBON_METRIC_INTERVAL = 0
LOG_UPDATES = False
LOG_CREATES = False
LOG_CACHE_QUEUE_SORTS = False
ENABLE_TAGS = False
"""
SCHEMAS = """\
[all]
pattern = .*
retentions = 1s:1h
"""


class Carbon(Server):
    """Debian's carbon-cache; whisper files of a second a point."""

    def __init__(self, folder):
        os.makedirs(folder + "/whisper")
        stand.write(folder + "/storage-schemas.conf", SCHEMAS)
        self.port, self.query_port = stand.free_port(), stand.free_port()
        config = stand.write(folder + "/carbon.conf",
                             CARBON.format(folder=folder, port=self.port, query_port=self.query_port))
        super().__init__(folder, ["carbon-cache", "--nodaemon", "--config", config, "start"])
        self.wait_until(lambda: listens(self.port), "carbon-cache")

    def points(self):
        """Of every metric what Debian's whisper reads in its file: {path: [(time, value), ...]} without the empty points."""
        text = subprocess.run([PYTHON, "-c", READ_WHISPER, self.folder + "/whisper"], check=True, capture_output=True,
                              text=True).stdout
        return {path[:-len(".wsp")].replace("/", "."): [tuple(point) for point in points]
                for path, points in json.loads(text).items()}


# A file without its whole header is one that carbon-cache is just making.
READ_WHISPER = """\
import glob, json, os, struct, sys, whisper
points = {}
for path in glob.glob(sys.argv[1] + "/**/*.wsp", recursive=True):
    try:
        (start, end, step), values = whisper.fetch(path, 0)
    except (struct.error, whisper.CorruptWhisperFile):
        continue
    points[os.path.relpath(path, sys.argv[1])] = [(start + i * step, v) for i, v in enumerate(values) if v is not None]
json.dump(points, sys.stdout)
"""

# No cache, and a database (of users, who are none) in memory: what is asked here is what is in the files now.
GRAPHITE_WEB = """\
import os
import wsgiref.simple_server
os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"
from graphite.wsgi import application
import django.core.management
django.core.management.call_command("migrate", run_syncdb=True, verbosity=0)

class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass

with wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
    with open({folder!r} + "/port.new", "w") as file:
        file.write(str(server.server_port))
    os.rename({folder!r} + "/port.new", {folder!r} + "/port")
    server.serve_forever()
"""
GRAPHITE_SETTINGS = """\
SECRET_KEY = "of a test"
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
STORAGE_DIR = LOG_DIR = INDEX_FILE = {folder!r}
WHISPER_DIR = {whisper!r}
STANDARD_DIRS = [WHISPER_DIR]
CARBONLINK_HOSTS = ["127.0.0.1:{query_port}"]
LOG_ROTATION = False
FIND_CACHE_DURATION = 0
DEFAULT_CACHE_DURATION = 0
"""


class GraphiteWeb(Server):
    """Debian's graphite-web on the whisper files of a Carbon: what Grafana's Graphite data source asks."""

    def __init__(self, folder, carbon):
        os.makedirs(folder)
        stand.write(folder + "/mi_settings.py",
                    GRAPHITE_SETTINGS.format(folder=folder, whisper=carbon.folder + "/whisper",
                                             query_port=carbon.query_port))
        program = stand.write(folder + "/server.py", GRAPHITE_WEB.format(folder=folder))
        environment = dict(os.environ, GRAPHITE_SETTINGS_MODULE="mi_settings", PYTHONPATH=folder,
                           PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore")
        super().__init__(folder, [PYTHON, program], env=environment)
        self.wait_until(lambda: os.path.exists(folder + "/port"), "graphite-web")
        self.port = int(stand.read(folder + "/port"))

    def ask(self, path, **fields):
        status, body = ask(self.port, path, **fields)
        assert status == 200, "%s %r: %d %s\n%s" % (path, fields, status, body.decode(errors="replace")[-2000:],
                                                   stand.read(self.folder + "/exception.log")[-2000:])
        return body

    def render(self, target, seconds=600):
        """[(name, [value, ...])] of the last so many seconds, without empty points; [] while carbon-cache makes a file of it."""
        status, body = ask(self.port, "/render", target=target, format="json", **{"from": "-%ds" % seconds})
        if status == 500 and b"struct.error" in body:
            return []
        assert status == 200, "%s: %d %s" % (target, status, body.decode(errors="replace")[-2000:])
        return [(one["target"], [value for value, _ in one["datapoints"] if value is not None]) for one in json.loads(body)]

    def find(self, query):
        """The last nodes that a path with asterisks leads to, as Grafana's variables want them."""
        return sorted({node["text"] for node in json.loads(self.ask("/metrics/find", query=query))})


WRITE_PROMETHEUS = """
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "%d"
</Plugin>
"""
# Counters as rates, which is what dashboards want and collectd's default, and once more as they are.
WRITE_GRAPHITE = """
LoadPlugin write_graphite
<Plugin write_graphite>
  <Node "rates">
    Host "127.0.0.1"
    Port "%d"
    Prefix "collectd."
  </Node>
  <Node "counters">
    Host "127.0.0.1"
    Port "%d"
    Prefix "counters."
    StoreRates false
  </Node>
</Plugin>
"""
# What a usual host is asked for: what everyone wants, every processor and every process.
MODULES = "[windows, cpus, processes]"


def start_running_host(folder, *hosts, rate=1):
    """As stand.start_hosts(), but their clock runs, so many times as fast as ours."""
    password = stand.write(folder + "/right-password", "secret\n", 0o600)
    stand.write(folder + "/password", "secret\n", 0o600)
    names = [word for host in hosts for word in ("--host", host)]
    return stand.Simhost("--clock-rate", str(rate), *names, secret=("monitor", password))


def collectd(folder, simhost, hosts, prometheus=False, carbon=None, interval=stand.INTERVAL_S):
    """A private collectd that asks these hosts for the shipped modules and writes csv and to what is wanted; started."""
    more, plugins, port = stand.CSV, ["csv"], 0
    if prometheus:
        port = stand.free_port()
        more += WRITE_PROMETHEUS % port
        plugins.append("write_prometheus")
    if carbon:
        more += WRITE_GRAPHITE % (carbon.port, carbon.port)
        plugins.append("write_graphite")
    lines = ["%s: {interval: %g, modules: %s}" % (host, interval, MODULES) for host in hosts]
    child = stand.Collectd(folder, stand.inventory(folder, simhost.port, *lines), more=more, plugins=plugins)
    child.prometheus_port = port
    return child.start()


RAW = "Win32_PerfRawData_"


def number(simhost, host, class_name, keys, *names):
    """What a host says, read with the second XML parser: the first property, less the second where there are two."""
    instance = simhost.get(host, class_name, keys)
    return int(instance[names[0]]) - sum(int(instance[name]) for name in names[1:])


# What conf/modules promises, written down a second time. identity, data source -> (class, keys, properties, factor).
SEEN = {
    ("users/users", "value"): ("Win32_OperatingSystem", {}, ["NumberOfUsers"], 1),
    ("memory/memory-free", "value"): (RAW + "PerfOS_Memory", {}, ["FreeAndZeroPageListBytes"], 1),
    ("memory/memory-used", "value"): ("Win32_OperatingSystem", {}, ["TotalVisibleMemorySize", "FreePhysicalMemory"], 1024),
    ("swap/swap-used", "value"): ("Win32_OperatingSystem", {}, ["SizeStoredInPagingFiles", "FreeSpaceInPagingFiles"], 1024),
    ("df-C/df_complex-free", "value"): ("Win32_LogicalDisk", {"DeviceID": "C:"}, ["FreeSpace"], 1),
    ("df-C/df_complex-used", "value"): ("Win32_LogicalDisk", {"DeviceID": "C:"}, ["Size", "FreeSpace"], 1),
    ("cpu-0/cpu-user", "value"): (RAW + "PerfOS_Processor", {"Name": "0"}, ["PercentUserTime"], 1e-5),
    ("cpu-0/cpu-system", "value"): (RAW + "PerfOS_Processor", {"Name": "0"}, ["PercentPrivilegedTime"], 1e-5),
    ("cpu-0/cpu-idle", "value"): (RAW + "PerfOS_Processor", {"Name": "0"}, ["PercentProcessorTime"], 1e-5),
    ("disk-C/disk_octets", "read"): (RAW + "PerfDisk_LogicalDisk", {"Name": "C:"}, ["DiskReadBytesPersec"], 1),
    ("disk-C/disk_octets", "write"): (RAW + "PerfDisk_LogicalDisk", {"Name": "C:"}, ["DiskWriteBytesPersec"], 1),
    ("df-D/df_complex-free", "value"): ("Win32_LogicalDisk", {"DeviceID": "D:"}, ["FreeSpace"], 1),
    ("disk-disk1_D/disk_octets", "write"): (RAW + "PerfDisk_PhysicalDisk", {"Name": "1 D:"}, ["DiskWriteBytesPersec"], 1),
    ("processes-svchost_1/ps_rss", "value"): (RAW + "PerfProc_Process", {"Name": "svchost#1"}, ["WorkingSet"], 1),
    ("interface-Intel_R__PRO_1000__2/if_octets", "tx"):
        (RAW + "Tcpip_NetworkInterface", {"Name": "Intel[R] PRO_1000 _2"}, ["BytesSentPersec"], 1),
    ("interface-Intel_R__PRO_1000/if_octets", "rx"):
        (RAW + "Tcpip_NetworkInterface", {"Name": "Intel[R] PRO_1000"}, ["BytesReceivedPersec"], 1),
    ("interface-Intel_R__PRO_1000/if_octets", "tx"):
        (RAW + "Tcpip_NetworkInterface", {"Name": "Intel[R] PRO_1000"}, ["BytesSentPersec"], 1),
    ("mi-system/ps_count", "threads"): (RAW + "PerfOS_System", {}, ["Threads"], 1),
}
COUNTERS = {(identity, source) for identity, source in SEEN if re.split("[-/]", identity)[0] in ("cpu", "disk", "interface")}


def values_of(simhost, hosts):
    """{(host, identity, source): value} of all SEEN, as the simulated hosts say it now."""
    return {(host, *seen): round(number(simhost, host, class_name, keys, *names) * factor)
            for host in hosts for seen, (class_name, keys, names, factor) in SEEN.items()}


def every_source(daemon, hosts):
    """{(host, identity, source, whether a counter): [value, ...]} of all that collectd wrote, from its csv files."""
    found = {}
    for host in hosts:
        for identity in daemon.identities(host):
            rows = daemon.rows(host, identity)
            for number_of, (source, counter) in enumerate(data_sources(identity), 1):
                found[host, identity, source, counter] = [row[number_of] for row in rows]
    return found


def complaints(daemon):
    """What collectd's log holds of the writers' errors, but for one that Debian's write_prometheus has at every start."""
    return [line for line in daemon.said("[error]") if "MHD_OPTION_EXTERNAL_LOGGER" not in line and "mi plugin:" not in line]


def prometheus_name(host, identity, source, counter):
    """(name, labels) that write_prometheus gives a data source of plugin-instance/type-instance."""
    (plugin, plugin_instance), (kind, type_instance) = parts(identity)
    name = "_".join(["collectd", plugin] + ([kind] if kind != plugin else []) + ([source] if source != "value" else []))
    labels = {"instance": host}
    if plugin_instance:
        labels[plugin] = plugin_instance
    if type_instance:
        labels["type" if plugin_instance else plugin] = type_instance
    return name + ("_total" if counter else ""), frozenset(labels.items())


def graphite_name(prefix, host, identity, source):
    """The path that write_graphite gives it: the data source's name only where the type has several."""
    path = [re.sub(r'[\s."\\:!,/()]', "_", part) for part in [host] + identity.split("/")]
    return ".".join([prefix] + path + ([source] if len(data_sources(identity)) > 1 else []))


def parts(identity):
    for part in identity.split("/"):
        name, _, instance = part.partition("-")
        yield name, instance


def data_sources(identity):
    """[(name, whether it is a counter)] of the identity's type, from collectd's types.db."""
    kind = list(parts(identity))[1][0]
    for line in stand.read("/usr/share/collectd/types.db").splitlines():
        words = line.replace(",", " ").split()
        if words and words[0] == kind:
            return [(word.split(":")[0], word.split(":")[1] in ("COUNTER", "DERIVE", "ABSOLUTE")) for word in words[1:]]
    raise AssertionError("no type %s in types.db" % kind)
