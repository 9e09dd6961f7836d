#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Connections, silence and refusal: what one host does costs no other host anything."""
import stand

HOSTS = ("web01", "web02", "sql01")
# Mute hosts with a long interval: each is asked at its own moment, the first of twenty soon.
MUTE = ["mute%d" % number for number in range(20)]
MUTE_LINES = ["%s: {interval: 60, timeout: 60}" % host for host in MUTE]


def run(folder, simhost, *hosts):
    return stand.Collectd(folder, stand.inventory(folder, simhost.port, *hosts)).start()


def asked(simhost):
    """The first mute host that has a request in flight."""
    return next((host for host in MUTE if simhost.stats(host)["in_flight"]), None)


def one_connection_a_host_over_50_intervals(folder):
    lines = ["%s: {interval: 0.5}" % host for host in HOSTS]
    with stand.start_hosts(folder, *HOSTS) as simhost, run(folder, simhost, *lines) as collectd:
        for host in HOSTS:
            collectd.wait_rounds(host, 50 - collectd.rounds(host))
        stats = [simhost.stats(host) for host in HOSTS]
        collectd.finish()
        for counts in stats:
            assert counts["requests"] >= 50 * 5, counts
            assert counts["connections"] == 1 and counts["unauthorized"] == 0, counts
            assert counts["in_flight_peak"] == 1, "instances are fetched one after another: %r" % counts


def mute_and_refusing_hosts_cost_the_others_nothing(folder):
    hosts = ["web01"] + [host + "=mute" for host in MUTE]
    # Port 1 of loopback: nobody listens there.
    lines = ["web01: {}", "refusing: {port: 1, modules: [os]}"] + MUTE_LINES
    with stand.start_hosts(folder, *hosts) as simhost, run(folder, simhost, *lines) as collectd:
        mute = stand.until(lambda: asked(simhost), "a mute host is asked")
        # While that one request waits, the good host makes round after round, and so does the failing one.
        collectd.wait_rounds("web01", 20)
        collectd.wait_rounds("refusing", 1)
        counts = simhost.stats(mute)
        collectd.finish()
        assert counts["requests"] == 1 and counts["in_flight"] == 1, counts
        assert set(collectd.up("web01")) == {1.0}
        assert len(collectd.up("refusing")) >= 10 and set(collectd.up("refusing")) == {0.0}
        assert collectd.identities("refusing") == {"mi-host/gauge-up"}, collectd.identities("refusing")
        assert len(collectd.said("refusing: ")) == 1, "a failure is said once"


def a_mute_host_is_down_after_its_timeout_and_up_when_it_speaks_again(folder):
    with stand.start_hosts(folder, "quiet=mute") as simhost, run(folder, simhost, "quiet: {modules: [os]}") as collectd:
        collectd.wait_rounds("quiet", 2)
        simhost.set_mode("quiet", "normal")
        collectd.wait_for(lambda: 1.0 in collectd.up("quiet"), "values after the silence")
        collectd.finish()
        assert collectd.up("quiet")[:2] == [0.0, 0.0], collectd.up("quiet")
        assert collectd.rows("quiet", "users/users")
        assert len(collectd.said("quiet: ")) == 2, "once on failure, once on recovery"


def collectd_ends_at_once_with_mute_hosts_in_flight(folder):
    hosts = [host + "=mute" for host in MUTE]
    with stand.start_hosts(folder, *hosts) as simhost, run(folder, simhost, *MUTE_LINES) as collectd:
        stand.until(lambda: asked(simhost), "a mute host is asked")
        collectd.finish(seconds=5)


stand.main([
    one_connection_a_host_over_50_intervals,
    mute_and_refusing_hosts_cost_the_others_nothing,
    a_mute_host_is_down_after_its_timeout_and_up_when_it_speaks_again,
    collectd_ends_at_once_with_mute_hosts_in_flight,
])
