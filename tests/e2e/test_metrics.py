#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The whole road: simulated Windows hosts, Debian's collectd with mi.so, values in csv files."""
import http.server
import threading

import stand

HOSTS = ("web01", "web02", "sql01")
RAW = "Win32_PerfRawData_PerfOS_"
# identity -> (class, keys, properties, factor): what conf/modules promises, written down a second time.
SHIPPED = {
    "users/users": ("Win32_OperatingSystem", {}, ["NumberOfUsers"], 1),
    "mi-os/count-processes": ("Win32_OperatingSystem", {}, ["NumberOfProcesses"], 1),
    "mi-os/bytes-total_visible_memory_size": ("Win32_OperatingSystem", {}, ["TotalVisibleMemorySize"], 1024),
    "mi-os/bytes-free_virtual_memory": ("Win32_OperatingSystem", {}, ["FreeVirtualMemory"], 1024),
    "cpu-_Total/cpu-user": (RAW + "Processor", {"Name": "_Total"}, ["PercentUserTime"], 1e-5),
    "cpu-_Total/cpu-system": (RAW + "Processor", {"Name": "_Total"}, ["PercentPrivilegedTime"], 1e-5),
    "cpu-_Total/cpu-idle": (RAW + "Processor", {"Name": "_Total"}, ["PercentProcessorTime"], 1e-5),
    "memory/memory-free": (RAW + "Memory", {}, ["AvailableBytes"], 1),
    "mi-memory/bytes-committed_bytes": (RAW + "Memory", {}, ["CommittedBytes"], 1),
    "mi-memory/bytes-cache_bytes": (RAW + "Memory", {}, ["CacheBytes"], 1),
    "mi-memory/bytes-pool_paged_bytes": (RAW + "Memory", {}, ["PoolPagedBytes"], 1),
    "mi-memory/bytes-pool_nonpaged_bytes": (RAW + "Memory", {}, ["PoolNonpagedBytes"], 1),
    "df-C/df_complex-free": ("Win32_LogicalDisk", {"DeviceID": "C:"}, ["FreeSpace"], 1),
    "mi-logical_disk-C/bytes-size": ("Win32_LogicalDisk", {"DeviceID": "C:"}, ["Size"], 1),
    "mi-system/queue_length-processor": (RAW + "System", {}, ["ProcessorQueueLength"], 1),
    "mi-system/ps_count": (RAW + "System", {}, ["Processes", "Threads"], 1),
}
OWN = {"mi-host/gauge-up", "mi-host/response_time-get"}


def run(folder, simhost, *hosts, **more):
    return stand.Collectd(folder, stand.inventory(folder, simhost.port, *hosts), **more).start()


def three_hosts_give_the_values_that_their_clock_commands(folder):
    lines = ["%s: {}" % host for host in HOSTS]
    with stand.start_hosts(folder, *HOSTS) as simhost, run(folder, simhost, *lines) as collectd:
        for host in HOSTS:
            collectd.wait_rounds(host, 3)
        collectd.finish()
        for host in HOSTS:
            assert collectd.identities(host) == set(SHIPPED) | OWN, (host, collectd.identities(host) ^ (set(SHIPPED) | OWN))
            for identity, (class_name, keys, properties, factor) in SHIPPED.items():
                instance = simhost.get(host, class_name, keys)
                wanted = tuple(round(int(instance[name]) * factor) for name in properties)
                for row in collectd.rows(host, identity):
                    assert row[1:] == wanted, (host, identity, row, wanted)
            assert set(collectd.up(host)) == {1.0}
            assert all(row[1] > 0 for row in collectd.rows(host, "mi-host/response_time-get"))
        values = [collectd.rows(host, "df-C/df_complex-free")[0][1] for host in HOSTS]
        assert len(set(values)) == len(HOSTS), "the hosts differ, their values do not: %r" % values


def counters_advance_with_the_hosts_clock(folder):
    with stand.start_hosts(folder, "web01") as simhost, run(folder, simhost, "web01: {}") as collectd:
        collectd.wait_rounds("web01", 1)
        simhost.advance(100)
        collectd.wait_rounds("web01", 2)
        collectd.finish()
        total = [sum(collectd.rows("web01", "cpu-_Total/cpu-" + state)[row][1] for state in ("user", "system", "idle"))
                 for row in (0, -1)]
        # user + system + idle is the time that passed, in hundredths of a second; each of the three is rounded.
        assert abs(total[1] - total[0] - 100 * 100) <= 3, total


def a_libcurl_gnutls_plugin_works_beside_ours(folder):
    class Xml(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<r><v>42</v></r>")

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Xml)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    more = stand.CSV + """
LoadPlugin curl_xml
<Plugin curl_xml>
  <URL "http://127.0.0.1:%d/">
    Host "other"
    Instance "x"
    <XPath "/r">
      Type "gauge"
      ValuesFrom "v"
    </XPath>
  </URL>
</Plugin>
""" % server.server_port
    try:
        with stand.start_hosts(folder, "web01") as simhost, \
                run(folder, simhost, "web01: {}", more=more, plugins=("csv", "curl_xml")) as collectd:
            collectd.wait_rounds("web01", 5)
            collectd.wait_for(lambda: len(collectd.rows("other", "curl_xml-x/gauge")) >= 5, "values of curl_xml")
            collectd.finish()
            assert collectd.rows("other", "curl_xml-x/gauge")[0][1] == 42
            assert set(collectd.up("web01")) == {1.0}
    finally:
        server.shutdown()
        server.server_close()


stand.main([
    three_hosts_give_the_values_that_their_clock_commands,
    counters_advance_with_the_hosts_clock,
    a_libcurl_gnutls_plugin_works_beside_ours,
])
