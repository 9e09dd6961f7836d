#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's prometheus scrapes collectd's write_prometheus: the numbers that PromQL gives are those of the simulated hosts."""
import re

import shipped
import stand
import writers

HOSTS = ("web01.example.com", "sql01")
# As an operator types them. All others follow from these rules (writers.prometheus_name).
NAMES = {
    ("users/users", "value"): 'collectd_users{instance="%s"}',
    ("memory/memory-free", "value"): 'collectd_memory{instance="%s",memory="free"}',
    ("swap/swap-used", "value"): 'collectd_swap{instance="%s",swap="used"}',
    ("df-C/df_complex-free", "value"): 'collectd_df_df_complex{instance="%s",df="C",type="free"}',
    ("cpu-0/cpu-idle", "value"): 'collectd_cpu_total{instance="%s",cpu="0",type="idle"}',
    ("disk-C/disk_octets", "read"): 'collectd_disk_disk_octets_read_total{instance="%s",disk="C"}',
    ("interface-Intel_R__PRO_1000/if_octets", "rx"):
        'collectd_interface_if_octets_rx_total{instance="%s",interface="Intel_R__PRO_1000"}',
    ("df-D/df_complex-free", "value"): 'collectd_df_df_complex{instance="%s",df="D",type="free"}',
    ("disk-disk1_D/disk_octets", "write"): 'collectd_disk_disk_octets_write_total{instance="%s",disk="disk1_D"}',
    ("mi-system/ps_count", "threads"): 'collectd_mi_ps_count_threads{instance="%s",mi="system"}',
}
UP = 'collectd_mi_gauge{instance="%s",mi="host",type="up"}'


def numbers_and_names_arrive_in_prometheus(folder):
    writers.needs("prometheus")
    with stand.start_hosts(folder, *HOSTS) as simhost, \
            writers.collectd(folder, simhost, HOSTS, prometheus=True) as collectd, \
            writers.Prometheus(folder + "/prometheus", collectd.prometheus_port) as prometheus:
        before = writers.values_of(simhost, HOSTS)
        names = {what: name_of(*what) for what in before}

        def wait_for(values, what_they_are):
            def arrived():
                there = {writers.name_of(labels): value for labels, value in prometheus.query('{__name__=~"collectd_.*"}')}
                return all(there.get(names[what]) == value for what, value in values.items())
            collectd.wait_for(arrived, "%s: %r" % (what_they_are, values))

        wait_for(before, "the hosts' first values")
        for host in HOSTS:
            for seen, query in NAMES.items():
                assert prometheus.value(query % host) == before[(host, *seen)], query
        simhost.advance(100)
        after = writers.values_of(simhost, HOSTS)
        wait_for(after, "the hosts' values 100 s later")
        # Over time: the counters grew by what the hosts counted, and the share of a processor's time follows.
        for host, identity, source in before:
            query = writers.selector(names[host, identity, source])
            grown = prometheus.value("max_over_time(%s[5m]) - min_over_time(%s[5m])" % (query, query))
            wanted = after[host, identity, source] - before[host, identity, source]
            assert grown == abs(wanted) and (wanted > 0 or (identity, source) not in writers.COUNTERS), (query, grown, wanted)
        for host in HOSTS:
            ticks = {state: after[host, "cpu-0/cpu-" + state, "value"] - before[host, "cpu-0/cpu-" + state, "value"]
                     for state in ("user", "system", "idle")}
            share = prometheus.value('sum(rate(collectd_cpu_total{instance="%s",cpu="0",type!="idle"}[5m]))'
                                     '/ sum(rate(collectd_cpu_total{instance="%s",cpu="0"}[5m]))' % (host, host))
            wanted = (ticks["user"] + ticks["system"]) / sum(ticks.values())
            assert abs(share - wanted) < 1e-9, (host, share, wanted)
        # Every identity that collectd has is a series there with one of its numbers, and no other series is.
        there = {writers.name_of(labels): value for labels, value in prometheus.query('{__name__=~"collectd_.*"}')}
        collectd.finish()
        written = {writers.prometheus_name(*what): values for what, values in writers.every_source(collectd, HOSTS).items()}
        assert set(there) == set(written), set(there) ^ set(written)
        for name, value in there.items():
            # csv has six decimals.
            assert any(abs(value - one) <= 1e-6 for one in written[name]), (name, value, written[name])
        assert not writers.complaints(collectd), collectd.log()


def every_metric_of_the_set_windows_is_there_under_its_native_name(folder):
    writers.needs("prometheus")
    host = HOSTS[0]
    identities = shipped.of_windows("cpus", "processes") | shipped.OWN
    wanted = {writers.prometheus_name(host, identity, *source) for identity in identities
              for source in writers.data_sources(identity)}
    # The host's clock runs, so that there are averages too.
    with writers.start_running_host(folder, host, rate=10) as simhost, \
            writers.collectd(folder, simhost, [host], prometheus=True) as collectd, \
            writers.Prometheus(folder + "/prometheus", collectd.prometheus_port) as prometheus:
        def there():
            return {writers.name_of(labels) for labels, _ in prometheus.query('{__name__=~"collectd_.*"}')}
        try:
            collectd.wait_for(lambda: there() >= wanted, "all of %d series" % len(wanted))
        except AssertionError as reason:
            raise AssertionError("not there: %r" % sorted(map(writers.selector, wanted - there()))) from reason
        assert there() == wanted, "not promised: %r" % sorted(map(writers.selector, there() - wanted))
        collectd.finish()
        assert not writers.complaints(collectd), collectd.log()


def name_of(host, identity, source):
    counter = dict(writers.data_sources(identity))[source]
    return writers.prometheus_name(host, identity, source, counter)


# query -> (class, key, formula of two instances of it, relative error): facts/windows.md, Counter types.
def share_of_time(name):
    return lambda a, b: 100 * (b[name] - a[name]) / (b["Timestamp_Sys100NS"] - a["Timestamp_Sys100NS"])


def share_of_base(name):
    return lambda a, b: 100 * (b[name] - a[name]) / (b[name + "_Base"] - a[name + "_Base"])


ALL, SECOND = ((writers.RAW + "PerfOS_Processor", {"Name": name}) for name in ("_Total", "1"))
DRIVE = (writers.RAW + "PerfDisk_LogicalDisk", {"Name": "C:"})
COOKED = {
    'collectd_cpu_percent{cpu="user"}': (*ALL, share_of_time("PercentUserTime"), 1e-5),
    'collectd_cpu_percent{cpu="system"}': (*ALL, share_of_time("PercentPrivilegedTime"), 1e-5),
    'collectd_cpu_percent{cpu="idle"}': (*ALL, share_of_time("PercentIdleTime"), 1e-5),
    'collectd_cpu_percent{cpu="active"}': (*ALL, lambda a, b: 100 - share_of_time("PercentProcessorTime")(a, b), 1e-5),
    'collectd_cpu_percent{cpu="1",type="user"}': (*SECOND, share_of_time("PercentUserTime"), 1e-5),
    'collectd_mi_percent{mi="logical_disk_io-C",type="idle_time"}': (*DRIVE, share_of_base("PercentIdleTime"), 1e-5),
    'collectd_mi_queue_length{mi="logical_disk_io-C",type="average"}':
        (*DRIVE, lambda a, b: share_of_time("AvgDiskQueueLength")(a, b) / 100, 1e-5),
}


def counters_are_cooked_as_the_hosts_own_clock_says(folder):
    writers.needs("prometheus")
    # This host's clock runs, ten times as fast as ours: who divides by our time is ten times off.
    with writers.start_running_host(folder, HOSTS[0], rate=10) as simhost, \
            writers.collectd(folder, simhost, HOSTS[:1], prometheus=True) as collectd, \
            writers.Prometheus(folder + "/prometheus", collectd.prometheus_port) as prometheus:
        def instances():
            return {query: {name: int(value) for name, value in simhost.get(HOSTS[0], *source[:2]).items()
                            if isinstance(value, str) and re.fullmatch(r"-?\d+", value)} for query, source in COOKED.items()}

        first = instances()
        collectd.wait_for(lambda: all(prometheus.query(query) for query in COOKED), "the cooked values")
        last = instances()
        for query, (_, _, formula, error) in COOKED.items():
            value, wanted = prometheus.value(query), formula(first[query], last[query])
            assert wanted > 0 and abs(value - wanted) <= error * wanted, (query, value, wanted)
        collectd.finish()


def a_host_that_stops_answering_is_zero_there_and_comes_back(folder):
    writers.needs("prometheus")
    with stand.start_hosts(folder, *HOSTS) as simhost, \
            writers.collectd(folder, simhost, HOSTS, prometheus=True) as collectd, \
            writers.Prometheus(folder + "/prometheus", collectd.prometheus_port) as prometheus:
        def up():
            return [prometheus.value(UP % host) for host in HOSTS]

        collectd.wait_for(lambda: up() == [1, 1], "both up")
        simhost.set_mode(HOSTS[0], "unauthorized")
        collectd.wait_for(lambda: up() == [0, 1], "one of them down")
        simhost.set_mode(HOSTS[0], "normal")
        simhost.set_mode(HOSTS[1], "close")
        collectd.wait_for(lambda: up()[1] == 0, "the other down")
        collectd.finish()


stand.main([
    numbers_and_names_arrive_in_prometheus,
    every_metric_of_the_set_windows_is_there_under_its_native_name,
    counters_are_cooked_as_the_hosts_own_clock_says,
    a_host_that_stops_answering_is_zero_there_and_comes_back,
])
