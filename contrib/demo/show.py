# SPDX-License-Identifier: MIT
"""show.py [SECONDS]: the demo behind contrib/demo/run, which builds what it starts (MI_BUILD, MI_SOURCE).

Starts three simulated Windows hosts and a private collectd with the plugin and write_prometheus, reads the metrics back from
the Prometheus endpoint and shows them: as a table that refreshes in a terminal, as a table an interval elsewhere. Exit 0 when
every host has shown every module of the set `windows`, 1 otherwise.
"""
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.environ["MI_SOURCE"], "tests", "e2e"))
import stand  # noqa: E402  pylint: disable=wrong-import-position

HOSTS = ("web01.example.com", "web02.example.com", "sql01.example.com")
# Something in the names of each module of the set `windows`; tcp's are those of collectd's tcpconns plugin.
MODULES = ("os", "cpu", "memory", "paging", "logical_disk", "logical_disk_io", "physical_disk", "interface", "system", "tcpconns",
           "services", "sessions", "time")
INTERVAL_S = 2

INVENTORY = """\
auths:
  monitor: {{method: basic, user: monitor, password_file: {folder}/monitor.password}}
defaults:
  auth: monitor
  transport: http             # simulated hosts: plain HTTP on loopback
  allow_unencrypted: true
  address: 127.0.0.1
  port: {port}
  modules: [windows]
hosts:
{hosts}
"""
PROMETHEUS = """
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Host "127.0.0.1"
  Port "%d"
</Plugin>
"""
SAMPLE = re.compile(r'^(\w+)\{(.*)\} (\S+) (\d+)$', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Table:
    """Rows are metrics, columns are hosts; counters are shown as rates."""

    def __init__(self):
        self.before = {}  # (metric, host) -> (time_ms, value)
        self.shown = {}   # (metric, host) -> number

    def take(self, text):
        """Reads what the endpoint says; whether anything is new."""
        new = False
        for name, labels, value, time_ms in SAMPLE.findall(text):
            labels = dict(LABEL.findall(labels))
            host = labels.pop("instance", "")
            key = (" ".join([name.removeprefix("collectd_")] + [labels[label] for label in labels]), host)
            sample = (int(time_ms), float(value))
            before = self.before.get(key)
            if before == sample or (before and before[0] >= sample[0]):
                continue
            new = True
            self.before[key] = sample
            if not name.endswith("_total"):
                self.shown[key] = sample[1]
            elif before:
                self.shown[key] = (sample[1] - before[1]) / (sample[0] - before[0]) * 1000
        return new

    def lines(self, columns):
        metrics = sorted({metric for metric, _ in self.shown})
        labels = [metric + (" /s" if metric.split()[0].endswith("_total") else "") for metric in metrics]
        first = max(map(len, labels + ["metric"])) + 1
        wide = columns >= first + 20 * len(HOSTS)
        cell = "%20s" if wide else "%13s"
        yield "metric".ljust(first) + "".join(cell % (host if wide else host.split(".")[0]) for host in HOSTS)
        for metric, label in zip(metrics, labels):
            yield label.ljust(first) + "".join(cell % number(self.shown.get((metric, host))) for host in HOSTS)


def number(value):
    if value is None:
        return "-"
    return "%d" % value if value == int(value) and abs(value) < 1e15 else "%.6g" % value


def seen(table, host, module):
    """Whether a metric of the module came: its name, or the plugin instance, is the module's or begins with it."""
    return any(where == host and re.search(r"(^| )%s\b|^%s_" % (module, module), metric) for metric, where in table.before)


def show(table, headline):
    if not sys.stdout.isatty():
        print("\n".join([time.strftime("%H:%M:%S"), *table.lines(140)]) + "\n", flush=True)
        return
    columns, rows = shutil.get_terminal_size()
    lines = [line[:columns - 1] for line in [*headline, *table.lines(columns)]]
    if len(lines) > rows - 1:
        lines = lines[:rows - 2] + ["... %d more at the endpoint" % (len(lines) - rows + 2)]
    sys.stdout.write("\033[H" + "".join(line + "\033[K\n" for line in lines) + "\033[J")
    sys.stdout.flush()


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.read().decode()
    except (urllib.error.URLError, OSError):
        return ""


def watch(collectd, url, seconds, table):
    end = time.monotonic() + seconds if seconds else float("inf")
    headline = ["collectd-mi: three simulated Windows hosts, asked every %d s%s" %
                (INTERVAL_S, "" if seconds else "; Ctrl-C ends it"), "Prometheus: " + url, ""]
    print("\033[2J\033[H" if sys.stdout.isatty() else "", end="")
    print("\n".join(headline), flush=True)
    pause = 0 if sys.stdout.isatty() else INTERVAL_S
    new, shown = False, 0
    while time.monotonic() < end:
        if not collectd.alive():
            sys.exit("demo: collectd ended by itself\n" + stand.read(collectd.folder + "/stderr") + collectd.log())
        new = table.take(fetch(url)) or new
        if new and time.monotonic() - shown >= pause:
            show(table, headline)
            new, shown = False, time.monotonic()
        time.sleep(max(0, min(0.5, end - time.monotonic())))


def missing(table):
    return ["%s of %s" % (module, host) for host in HOSTS for module in MODULES if not seen(table, host, module)]


def demo(folder, seconds):
    secret = stand.write(os.path.join(folder, "monitor.password"), "simulated\n", 0o600)
    options = [word for host in HOSTS for word in ("--host", host)]
    table = Table()
    with stand.Simhost(*options, secret=("monitor", secret)) as simhost:
        inventory = INVENTORY.format(folder=folder, port=simhost.port, hosts="\n".join("  %s: {}" % host for host in HOSTS))
        port = stand.free_port()
        with stand.Collectd(folder, inventory, INTERVAL_S, PROMETHEUS % port, ("write_prometheus",)).start() as collectd:
            try:
                watch(collectd, "http://127.0.0.1:%d/metrics" % port, seconds, table)
            except KeyboardInterrupt:
                seconds = 0
            collectd.stop(10)
            complaints = [line for line in collectd.log().splitlines() if "[error]" in line or "[warning]" in line]
    if seconds and missing(table):
        sys.exit("\n".join(["demo: nothing seen from " + what for what in missing(table)] + complaints))
    print("demo: ended; %d metrics of %d hosts" % (len(table.before), len({host for _, host in table.before})))


def main():
    # SIGTERM as Ctrl-C: the same way out, through every `with`.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="mi-demo-") as folder:
        try:
            demo(folder, int(sys.argv[1]) if len(sys.argv) > 1 else 0)
        except KeyboardInterrupt:
            pass


main()
