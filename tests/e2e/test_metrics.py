#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The whole road: simulated Windows hosts, Debian's collectd with mi.so, values in csv files."""
import datetime
import http.server
import math
import threading

import shipped
import stand

HOSTS = ("web01", "web02", "sql01")
RAW = "Win32_PerfRawData_PerfOS_"
OS, CPU, MEMORY, SYSTEM = "Win32_OperatingSystem", RAW + "Processor", RAW + "Memory", RAW + "System"
TOTAL, C = {"Name": "_Total"}, {"DeviceID": "C:"}


def number(*names, factor=1):
    """These properties, each times the factor."""
    return lambda have: tuple(round(int(have[name]) * factor) for name in names)


def less(name, other, factor=1):
    return lambda have: ((int(have[name]) - int(have[other])) * factor,)


def share(name, other):
    return lambda have: (100 * int(have[name]) / int(have[other]),)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


# identity -> (class, keys, what it is made of): what conf/modules promises, written down a second time. Without what is made of
# two replies: the hosts' clock stands still.
SHIPPED = {
    "uptime/uptime": (OS, {}, lambda have: (moment(have["LocalDateTime"]) - moment(have["LastBootUpTime"]),)),
    "users/users": (OS, {}, number("NumberOfUsers")),
    "memory/memory-used": (OS, {}, less("TotalVisibleMemorySize", "FreePhysicalMemory", 1024)),
    "swap/swap-used": (OS, {}, less("SizeStoredInPagingFiles", "FreeSpaceInPagingFiles", 1024)),
    "swap/swap-free": (OS, {}, number("FreeSpaceInPagingFiles", factor=1024)),
    "mi-os/count-processes": (OS, {}, number("NumberOfProcesses")),
    "mi-os/bytes-total_visible_memory_size": (OS, {}, number("TotalVisibleMemorySize", factor=1024)),
    "mi-os/bytes-total_virtual_memory_size": (OS, {}, number("TotalVirtualMemorySize", factor=1024)),
    "mi-os/bytes-free_virtual_memory": (OS, {}, number("FreeVirtualMemory", factor=1024)),
    "mi-cpu/operations-interrupts": (CPU, TOTAL, number("InterruptsPersec")),
    "memory/memory-free": (MEMORY, {}, number("FreeAndZeroPageListBytes")),
    "memory/memory-cached": (MEMORY, {}, less("AvailableBytes", "FreeAndZeroPageListBytes")),
    "mi-memory/bytes-available": (MEMORY, {}, number("AvailableBytes")),
    "mi-memory/bytes-committed": (MEMORY, {}, number("CommittedBytes")),
    "mi-memory/bytes-commit_limit": (MEMORY, {}, number("CommitLimit")),
    "mi-memory/percent-committed_bytes_in_use": (MEMORY, {}, share("PercentCommittedBytesInUse", "PercentCommittedBytesInUse_Base")),
    "mi-memory/bytes-cache": (MEMORY, {}, number("CacheBytes")),
    "mi-memory/bytes-pool_paged": (MEMORY, {}, number("PoolPagedBytes")),
    "mi-memory/bytes-pool_nonpaged": (MEMORY, {}, number("PoolNonpagedBytes")),
    "mi-memory/operations-page_faults": (MEMORY, {}, number("PageFaultsPersec")),
    "mi-memory/vmpage_io-pages": (MEMORY, {}, number("PagesInputPersec", "PagesOutputPersec")),
    "mi-memory/operations-page_reads": (MEMORY, {}, number("PageReadsPersec")),
    "mi-memory/operations-page_writes": (MEMORY, {}, number("PageWritesPersec")),
    "df-C/df_complex-free": ("Win32_LogicalDisk", C, number("FreeSpace")),
    "df-C/df_complex-used": ("Win32_LogicalDisk", C, less("Size", "FreeSpace")),
    "df-C/percent_bytes-free": ("Win32_LogicalDisk", C, share("FreeSpace", "Size")),
    "df-C/percent_bytes-used": ("Win32_LogicalDisk", C, lambda have: (100 - 100 * int(have["FreeSpace"]) / int(have["Size"]),)),
    "mi-logical_disk-C/bytes-size": ("Win32_LogicalDisk", C, number("Size")),
    "contextswitch/contextswitch": (SYSTEM, {}, number("ContextSwitchesPersec")),
    "mi-system/queue_length-processor": (SYSTEM, {}, number("ProcessorQueueLength")),
    "mi-system/ps_count": (SYSTEM, {}, number("Processes", "Threads")),
    "mi-system/operations-system_calls": (SYSTEM, {}, number("SystemCallsPersec")),
    "mi-system/duration-up_time": (SYSTEM, {}, lambda have: ((int(have["Timestamp_Object"]) - int(have["SystemUpTime"])) /
                                                             int(have["Frequency_Object"]),)),
    "mi-system/percent-registry_quota_in_use": (SYSTEM, {}, share("PercentRegistryQuotaInUse", "PercentRegistryQuotaInUse_Base")),
}
# What two replies make, once the clock moves.
PERCENT = ("user", "system", "idle", "active")
COOKED = {"cpu/percent-" + state for state in PERCENT} | {"mi-cpu/percent-interrupt_time", "mi-cpu/percent-dpc_time"}


def run(folder, simhost, *hosts, **more):
    return stand.Collectd(folder, stand.inventory(folder, simhost.port, *hosts), **more).start()


def three_hosts_give_the_values_that_their_clock_commands(folder):
    lines = ["%s: {}" % host for host in HOSTS]
    with stand.start_hosts(folder, *HOSTS) as simhost, run(folder, simhost, *lines) as collectd:
        for host in HOSTS:
            collectd.wait_rounds(host, 3)
        collectd.finish()
        promised = set(SHIPPED) | shipped.OWN
        for host in HOSTS:
            assert collectd.identities(host) == promised, (host, collectd.identities(host) ^ promised)
            for identity, (class_name, keys, made) in SHIPPED.items():
                wanted = made(simhost.get(host, class_name, keys))
                for row in collectd.rows(host, identity):
                    assert row[1:] == wanted or all(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-6) for a, b in zip(row[1:], wanted)), \
                        (host, identity, row, wanted)
            assert set(collectd.up(host)) == {1.0}
            assert all(row[1] > 0 for row in collectd.rows(host, "mi-host/response_time-get"))
        values = [collectd.rows(host, "df-C/df_complex-free")[0][1] for host in HOSTS]
        assert len(set(values)) == len(HOSTS), "the hosts differ, their values do not: %r" % values


def counters_advance_with_the_hosts_clock(folder):
    with stand.start_hosts(folder, "web01") as simhost, run(folder, simhost, "web01: {extra_modules: [cpus]}") as collectd:
        collectd.wait_rounds("web01", 1)
        simhost.advance(100)
        collectd.wait_rounds("web01", 2)
        collectd.finish()
        for processor in ("cpu-0", "cpu-1"):
            total = [sum(collectd.rows("web01", "%s/cpu-%s" % (processor, state))[row][1] for state in ("user", "system", "idle"))
                     for row in (0, -1)]
            # user + system + idle is the time that passed, in hundredths of a second; each of the three is rounded.
            assert abs(total[1] - total[0] - 100 * 100) <= 3, (processor, total)
        promised = set(SHIPPED) | shipped.OWN | COOKED | shipped.identities("cpus", shipped.documented()["cpus"])
        assert collectd.identities("web01") == promised, collectd.identities("web01") ^ promised
        percent = {state: collectd.rows("web01", "cpu/percent-" + state)[-1][1] for state in PERCENT}
        assert math.isclose(percent["user"] + percent["system"] + percent["idle"], 100, abs_tol=1e-6), percent
        assert math.isclose(percent["idle"] + percent["active"], 100, abs_tol=1e-6), percent
        assert math.isclose(percent["user"] / percent["system"], 150 / 60, rel_tol=1e-6), percent


NEVER_SCANNED = "mi-defender/duration-quick_scan_age"  # its property is null


def share_of(name, time, inverse=False):
    """100 dN / dT, or what is left of 100."""
    def percent(before, after):
        part = 100 * grown(before, after, name, 64) / grown(before, after, time, 64)
        return (100 - part if inverse else part,)
    return percent


def grown(before, after, name, bits):
    return (int(after[name]) - int(before[name])) % (1 << bits)


def latency(before, after):
    """Milliseconds: (dN / F) / dB, both of 32 bits."""
    return tuple(1000 * grown(before, after, name, 32) / int(after["Frequency_PerfTime"]) / grown(before, after, name + "_Base", 32)
                 for name in ("AvgDisksecPerRead", "AvgDisksecPerWrite"))


def queue(before, after):
    return (grown(before, after, "AvgDiskQueueLength", 64) / grown(before, after, "Timestamp_Sys100NS", 64),)


# identity -> (class, Name, what two replies make of it): the formulas of shared/facts/windows.md, written down a second time.
DISK, LP = "Win32_PerfRawData_PerfDisk_PhysicalDisk", "Win32_PerfRawData_HvStats_HyperVHypervisorLogicalProcessor"
FORMULAS = {
    "cpu/percent-user": (CPU, "_Total", share_of("PercentUserTime", "Timestamp_Sys100NS")),
    "cpu/percent-active": (CPU, "_Total", share_of("PercentProcessorTime", "Timestamp_Sys100NS", True)),
    "cpu-1/percent-active": (CPU, "1", share_of("PercentProcessorTime", "Timestamp_Sys100NS", True)),
    "disk-disk0_C/disk_latency": (DISK, "0 C:", latency),
    "mi-physical_disk-0_C/percent-idle_time": (DISK, "0 C:", share_of("PercentIdleTime", "PercentIdleTime_Base")),
    "mi-physical_disk-0_C/gauge-percent_disk_time": (DISK, "0 C:", share_of("PercentDiskTime", "PercentDiskTime_Base")),
    "mi-physical_disk-0_C/queue_length-average": (DISK, "0 C:", queue),
    "mi-processes-sqlservr/gauge-percent_processor_time":
        ("Win32_PerfRawData_PerfProc_Process", "sqlservr", share_of("PercentProcessorTime", "Timestamp_Sys100NS")),
    "mi-hyperv-_Total/percent-total_run_time": (LP, "_Total", share_of("PercentTotalRunTime", "PercentTotalRunTime_Base")),
}


def replies(simhost):
    return {one: simhost.get("web01", of[0], {"Name": of[1]}) for one, of in FORMULAS.items()}


def every_module_gives_what_its_table_promises(folder):
    promised = shipped.documented()
    uses = ", ".join("{%s: {interval: 2}}" % name for name in promised)
    line = "%%s: {interval: 2, timeout: 2, modules: [%s]}" % uses
    # The second refuses class declarations, as Windows does before 2012: the modules say themselves what counts how.
    with stand.start_hosts(folder, "web01", "old=noschema,build=6.1.7601") as simhost, \
            run(folder, simhost, line % "web01", line % "old") as collectd:
        collectd.wait_rounds("web01", 1)
        collectd.wait_rounds("old", 1)
        before = replies(simhost)
        simhost.advance(100)
        after = replies(simhost)
        collectd.wait_rounds("web01", 3)
        collectd.wait_rounds("old", 3)
        collectd.finish()
        for identity, (_, _, formula) in FORMULAS.items():
            rows, wanted = collectd.rows("web01", identity), formula(before[identity], after[identity])
            assert len(rows) == 1 and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6) for a, b in zip(rows[0][1:], wanted)), \
                (identity, rows, wanted)
        for host in ("web01", "old"):
            check_identities(promised, collectd.identities(host) - shipped.OWN)


def check_identities(promised, seen):
    for module, names in promised.items():
        if shipped.FOUND.get(module, ("", ()))[1] is None:
            kept = {one for one in seen if one.startswith("mi-%s-" % module)}
            assert len(kept) == 2 * len(names), (module, kept, names)
            seen -= kept
            continue
        wanted = shipped.identities(module, names) - {NEVER_SCANNED}
        assert wanted <= seen, "%s: not seen: %r" % (module, sorted(wanted - seen))
        seen -= wanted
    assert not seen, "not documented: %r" % sorted(seen)


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
    every_module_gives_what_its_table_promises,
    a_libcurl_gnutls_plugin_works_beside_ours,
])
