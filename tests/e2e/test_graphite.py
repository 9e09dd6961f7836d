#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's carbon-cache takes what collectd's write_graphite sends: the whisper files hold the simulated hosts' numbers."""
import shipped
import stand
import writers

HOSTS = ("web01.example.com", "sql01")
# As an operator sees them, below prefix and host. All others follow from these rules (writers.graphite_name).
NAMES = {
    ("users/users", "value"): "users.users",
    ("memory/memory-free", "value"): "memory.memory-free",
    ("swap/swap-used", "value"): "swap.swap-used",
    ("df-C/df_complex-free", "value"): "df-C.df_complex-free",
    ("cpu-0/cpu-idle", "value"): "cpu-0.cpu-idle",
    ("disk-C/disk_octets", "read"): "disk-C.disk_octets.read",
    ("interface-Intel_R__PRO_1000/if_octets", "rx"): "interface-Intel_R__PRO_1000.if_octets.rx",
    ("df-D/df_complex-free", "value"): "df-D.df_complex-free",
    ("disk-disk1_D/disk_octets", "write"): "disk-disk1_D.disk_octets.write",
    ("mi-system/ps_count", "threads"): "mi-system.ps_count.threads",
}
# Above the second of a whisper point, so that no value is overwritten by the next.
INTERVAL_S = 1.2


def numbers_and_names_arrive_in_whisper_files(folder):
    writers.needs("carbon-cache")
    with stand.start_hosts(folder, *HOSTS) as simhost, writers.Carbon(folder + "/carbon") as carbon, \
            writers.collectd(folder, simhost, HOSTS, carbon=carbon, interval=INTERVAL_S) as collectd:
        def points_of(prefix):
            there = {path: [value for _, value in points] for path, points in carbon.points().items()}
            return {what: there.get(writers.graphite_name(prefix, *what), []) for what in before}

        def wait_for(values, what_they_are):
            def arrived():
                there = points_of("counters")
                return all(there[what][-1:] == [value] for what, value in values.items())
            collectd.wait_for(arrived, "%s: %r" % (what_they_are, values))

        before = writers.values_of(simhost, HOSTS)
        wait_for(before, "the hosts' first values")
        simhost.advance(100)
        after = writers.values_of(simhost, HOSTS)
        wait_for(after, "the hosts' values 100 s later")
        plain, rates = points_of("counters"), points_of("collectd")
        for what in before:
            assert set(plain[what]) == {before[what], after[what]}, (what, plain[what])
            if what[1:] in writers.COUNTERS:
                # Zero, but for the interval in which the counter grew.
                assert len([rate for rate in rates[what] if rate]) == 1, (what, rates[what])
            else:
                assert set(rates[what]) == {before[what], after[what]}, (what, rates[what])
        # The three come in one reply, so that their shares are those of the processor whatever the interval really was.
        for host in HOSTS:
            cpu = [(host, "cpu-0/cpu-" + state, "value") for state in ("user", "system", "idle")]
            for what in cpu:
                share = max(rates[what]) / sum(max(rates[one]) for one in cpu)
                wanted = (after[what] - before[what]) / sum(after[one] - before[one] for one in cpu)
                assert abs(share - wanted) < 1e-6, (what, share, wanted)
        # Every identity that collectd has is a file there with its numbers, and no other file is.
        collectd.finish()
        written = {writers.graphite_name(prefix, *what[:3]): (prefix, values) for prefix in ("collectd", "counters")
                   for what, values in writers.every_source(collectd, HOSTS).items()}
        try:
            stand.until(lambda: set(carbon.points()) >= set(written), "the last files", 10)
        except AssertionError:
            pass
        there = carbon.points()
        assert set(there) == set(written), set(there) ^ set(written)
        for path, points in there.items():
            prefix, values = written[path]
            for _, value in points if prefix == "counters" else ():
                # csv has six decimals.
                assert any(abs(value - one) <= 1e-6 for one in values), (path, value, values)
        for host in HOSTS:
            for (identity, source), path in NAMES.items():
                path = "counters.%s.%s" % (host.replace(".", "_"), path)
                assert there[path][-1][1] == after[host, identity, source], (path, there[path])
        assert not writers.complaints(collectd), collectd.log()


def every_metric_of_the_set_windows_is_there_under_its_native_name(folder):
    writers.needs("carbon-cache")
    host = HOSTS[0]
    wanted = {writers.graphite_name(prefix, host, identity, source) for prefix in ("collectd", "counters")
              for identity in shipped.of_windows("cpus", "processes") | shipped.OWN for source, _ in writers.data_sources(identity)}
    # The host's clock runs, so that there are averages too.
    with writers.start_running_host(folder, host, rate=10) as simhost, writers.Carbon(folder + "/carbon") as carbon, \
            writers.collectd(folder, simhost, [host], carbon=carbon) as collectd:
        there = set()

        def all_there():
            there.update(carbon.points())
            return there >= wanted
        try:
            collectd.wait_for(all_there, "all of %d files" % len(wanted))
        except AssertionError as reason:
            raise AssertionError("not there: %r" % sorted(wanted - there)) from reason
        assert there == wanted, "not promised: %r" % sorted(there - wanted)
        assert all(points for points in carbon.points().values())
        collectd.finish()
        assert not writers.complaints(collectd), collectd.log()


def graphite_web_renders_them(folder):
    writers.needs("carbon-cache", "graphite-manage")
    with stand.start_hosts(folder, *HOSTS) as simhost, writers.Carbon(folder + "/carbon") as carbon, \
            writers.GraphiteWeb(folder + "/web", carbon) as web, \
            writers.collectd(folder, simhost, HOSTS, carbon=carbon) as collectd:
        target = "aliasByNode(collectd.*.df-C.df_complex-free, 1)"
        wanted = {host.replace(".", "_"): int(simhost.get(host, "Win32_LogicalDisk", {"DeviceID": "C:"})["FreeSpace"])
                  for host in HOSTS}
        paths = {"collectd.%s.df-C.df_complex-free" % host for host in wanted}
        collectd.wait_for(lambda: set(carbon.points()) >= paths, "the files of both hosts")
        collectd.wait_for(lambda: {name: values[-1] for name, values in web.render(target) if values} == wanted,
                          "free space of both hosts: %r" % wanted)
        assert web.find("collectd.*") == sorted(wanted)
        # Names survive globs: no brackets are left in them.
        interfaces = ["interface-Intel_R__PRO_1000", "interface-Intel_R__PRO_1000__2"]
        collectd.wait_for(lambda: web.find("collectd.*.interface-*") == interfaces, "the interfaces")
        picture = web.ask("/render", target=target, format="png", **{"from": "-5min"})
        assert picture.startswith(b"\x89PNG"), picture[:100]
        collectd.finish()


stand.main([
    numbers_and_names_arrive_in_whisper_files,
    every_metric_of_the_set_windows_is_there_under_its_native_name,
    graphite_web_renders_them,
])
