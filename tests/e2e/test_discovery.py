#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instances that only the host can name: collectd writes a file for each that is wanted, as it comes, and for no other; a host
that lists them wrongly gets one sentence, and its neighbours do not notice."""
import math
import os
import re

import stand

PROCESS = "Win32_PerfRawData_PerfProc_Process"
# Of the tables of the simulated hosts (tests/sim/classes_perf.c): name -> (IDProcess, percent of the mean).
RESIDENTS = {"System": (4, 20), "svchost": (812, 60), "svchost_1": (936, 30), "sqlservr": (2044, 150)}

MODULE = """\
module: {name}
instances:
  - class: {process}
    keys: {{Name: "*"}}
    identity: IDProcess
    {more}
    metrics:
      - {{property: IDProcess, counter: PERF_COUNTER_RAWCOUNT, type: gauge, type_instance: id}}
      - {{property: PercentProcessorTime, counter: PERF_100NSEC_TIMER, type: gauge, type_instance: cpu}}
"""
HEAD = """\
auths: {{monitor: {{method: basic, user: monitor, password_file: {folder}/password}}}}
defaults: {{auth: monitor, transport: http, allow_unencrypted: true, address: 127.0.0.1, port: {port}, interval: {interval}}}
hosts:
"""


def run(folder, simhost, modules, *hosts):
    """modules: name -> what stands in it beside keys and metrics."""
    os.makedirs(folder + "/modules", exist_ok=True)
    for name, more in modules.items():
        stand.write("%s/modules/%s.yaml" % (folder, name),
                    MODULE.format(name=name, process=PROCESS, more="\n    ".join(more)))
    text = HEAD.format(folder=folder, port=simhost.port, interval=stand.INTERVAL_S)
    return stand.Collectd(folder, text + "".join("  %s\n" % host for host in hosts), modules=folder + "/modules").start()


def named(collectd, host, metric="id"):
    """The names of instances that have files."""
    tail = "/gauge-" + metric
    return {identity[:-len(tail)].split("-", 2)[2] for identity in collectd.identities(host)
            if identity.endswith(tail) and not identity.startswith("mi-host/")}


def fnv(name):
    number = 0xcbf29ce484222325
    for byte in name.encode():
        number = (number ^ byte) * 0x100000001b3 % 2**64
    return number


def true_percent(host, percent):
    """PercentProcessorTime of a host: user 40 and privileged 10 thousandths of the time, times host and instance."""
    return 100 * (40 + 10) / 1000 * (100 + fnv(host) % 100) / 100 * percent / 100


def the_files_are_those_of_the_wanted_instances(folder):
    modules = {"all": [], "by_get": ["fetch: get"], "without": ['exclude: ["svchost*", "/^idle$/"]'],
               "with": ['include: ["s*"]', 'exclude: ["*#*"]'], "where": ['where: "IDProcess > 900"'],
               "totals": ["totals: true", 'exclude: [System, "/^svc/"]']}
    residents = set(RESIDENTS)
    wanted = {"all": residents, "by_get": residents, "without": {"System", "sqlservr"},
              "with": {"System", "svchost", "sqlservr"}, "where": {"svchost_1", "sqlservr"}, "totals": {"sqlservr", "_Total"}}
    uses = {"use-include": ('{all: {include: ["SQL*"]}}', {"sqlservr"}), "use-get": ("{without: {fetch: get, exclude: []}}", residents),
            "use-keys": ("{with: {keys: {Name: [svchost, System]}}}", {"svchost", "System"}),
            "use-totals": ("{by_get: {totals: true, include: [_Total]}}", {"_Total"}),
            "use-or": ('{where: {where: "IDProcess > 2000 OR NOT (IDProcess > 4)"}}', {"System", "sqlservr"}),
            "use-max": ("{by_get: {max_instances: 2, include: [\"sv*\"]}}", {"svchost", "svchost_1"})}
    hosts = dict(wanted, **{host: names for host, (_, names) in uses.items()})
    lines = ["%s: {modules: [%s]}" % (host, uses[host][0] if host in uses else host) for host in hosts]
    with stand.start_hosts(folder, *hosts, options=("--clock-rate", "1")) as simhost, \
            run(folder, simhost, modules, *lines) as collectd:
        wait_rounds_of_all(collectd, hosts, 3)
        collectd.finish()
        for host, names in hosts.items():
            module = uses[host][0].partition(":")[0][1:] if host in uses else host
            assert collectd.identities(host) == {"mi-%s-%s/gauge-%s" % (module, name, metric) for name in names
                                                 for metric in ("id", "cpu")} | {"mi-host/gauge-up", "mi-host/response_time-get"}, \
                (host, collectd.identities(host))
            for name in names - {"_Total"}:
                number, percent = RESIDENTS[name]
                identity = "mi-%s-%s/gauge-" % (module, name)
                assert {row[1] for row in collectd.rows(host, identity + "id")} == {number}, (host, name)
                for row in collectd.rows(host, identity + "cpu"):
                    # Two whole numbers of ticks, of intervals of more than 0.1 s.
                    assert math.isclose(row[1], true_percent(host, percent), abs_tol=3e-4), (host, name, row)
        assert not complaints(collectd), complaints(collectd)


SERVICE = """\
module: service
instances:
  - class: Win32_Service
    keys: {Name: [W32Time, Spooler, AeLookupSvc, WinRM, EventLog, RpcSs, Schedule]}
    metrics:
      - {property: State, type: gauge, states: [Running, Stopped]}
      - {property: ExitCode, type: gauge}
"""


def those_that_are_named_come_by_one_query(folder):
    os.makedirs(folder + "/modules")
    stand.write(folder + "/modules/service.yaml", SERVICE)
    hosts = {"get": "service", "query": "{service: {fetch: query}}",
             "typo": '{service: {keys: {Name: [W32Time, Spoler]}, fetch: query, where: "StartMode = \'Auto\'"}}'}
    with stand.start_hosts(folder, *hosts, options=("--clock-rate", "1")) as simhost, \
            run(folder, simhost, {}, *("%s: {modules: [%s]}" % host for host in hosts.items())) as collectd:
        wait_rounds_of_all(collectd, hosts, 3)
        collectd.finish()
        rounds = {host: collectd.rounds(host) for host in hosts}
        counts = {host: simhost.stats(host) for host in hosts}
        # A Get each, against a query and what its first reply had no room for; of the last round there may be a part only.
        assert counts["get"]["enumerations"] == 0 and counts["get"]["requests"] >= 7 * rounds["get"], counts
        assert rounds["query"] <= counts["query"]["enumerations"] <= rounds["query"] + 1, (rounds, counts)
        assert counts["query"]["pulls"] <= counts["query"]["enumerations"], counts
        assert counts["query"]["requests"] == counts["query"]["enumerations"] + counts["query"]["pulls"], counts
        values = {host: {identity: {row[1] for row in collectd.rows(host, identity)} for identity in collectd.identities(host)
                         if not identity.startswith("mi-host/")} for host in hosts}
        assert len(values["get"]) == 21 and values["query"] == values["get"], values
        assert values["query"]["mi-service-AeLookupSvc/gauge-exit_code"] == {1077}, values["query"]
        assert values["typo"] == {identity: seen for identity, seen in values["get"].items() if "-W32Time/" in identity}, values
        said = complaints(collectd)
        assert len(said) == 1 and said[0].endswith("typo: Win32_Service: no instance that 'where' lets pass has Name \"Spoler\""), said


def wait_rounds_of_all(collectd, hosts, more):
    before = {host: collectd.rounds(host) for host in hosts}
    for host in hosts:
        collectd.wait_rounds(host, max(0, before[host] + more - collectd.rounds(host)))


def complaints(collectd):
    """Lines that are worse than info, but for the one that says that nothing is installed here."""
    return [line for line in collectd.log().splitlines() if ("[warning]" in line or "[error]" in line) and
            "the shipped modules" not in line]


def those_that_come_and_go_have_their_values_while_they_are_there(folder):
    """The crowd of tests/sim/crowd.h: number 4 and 10 are another with another name in every turn of 10 s."""
    crowd = 10
    hosts = ("query", "get")
    modes = ["%s=crowd=%d" % (host, crowd) for host in hosts]
    modules = {"query": ["exclude: [Idle]"], "get": ["exclude: [Idle]", "fetch: get", "refresh: 3600"]}
    with stand.start_hosts(folder, *modes, options=("--clock-start", "3605")) as simhost, \
            run(folder, simhost, modules, *("%s: {modules: [%s]}" % (host, host) for host in hosts)) as collectd:
        for turn in range(360, 366):
            for host in hosts:
                for once in (4, 10):
                    collectd.wait_for(lambda host=host, once=once, turn=turn: "once-%05d-%d" % (once, turn) in
                                      named(collectd, host), "turn %d of %s" % (turn, host))
            simhost.advance(10)
        collectd.finish()
        for host in hosts:
            once = {name for name in named(collectd, host) if name.startswith("once")}
            assert {"once-%05d-%d" % (number, turn) for number in (4, 10) for turn in range(360, 366)} <= once, once
            assert len(once) in (12, 14), once  # of the turn that began last too, or not
            assert RESIDENTS.keys() < named(collectd, host), named(collectd, host)
            # Number 2 is there always; in every third turn it is another, which the values show and the rates do not.
            bearers = [row[1] for row in collectd.rows(host, "mi-%s-reborn-00002/gauge-id" % host)]
            lives = [4 * (2 + 10000 * life) for life in (120, 121, 122)]
            assert sorted(set(bearers)) in (lives, lives[:2]), set(bearers)
            assert bearers == sorted(bearers), bearers
            rates = [row[1] for row in collectd.rows(host, "mi-%s-reborn-00002/gauge-cpu" % host)]
            assert rates and all(0 < rate <= true_percent(host, 100) + 1e-6 for rate in rates), rates
            assert not collectd.rows(host, "mi-%s-once-00004-361/gauge-cpu" % host)
        assert not complaints(collectd), complaints(collectd)


# The keys of tests/sim/instances.c, as names; those of the three that collide and of the one with 1,000 characters end in digits
# that depend on them.
ODD = {"", "100__s_n_20__", "Gr__e_______", "_brackets___round___Name____", "_spaces_around_", "_tag_attribute__1___amp___tag_",
       "a_b_c_d_e_f_g.h", "back_slashes_", "double__quotes_", "single__quotes_"}
TOLD_APART = re.compile(r"(colliding_name|x{80,126})_[0-9a-f]{8}$")


def keys_that_are_hard_to_write_are_names(folder):
    hosts = ("query", "get")
    modules = {"query": [], "get": ["fetch: get"]}
    with stand.start_hosts(folder, *(host + "=oddkeys" for host in hosts), options=("--clock-rate", "1")) as simhost, \
            run(folder, simhost, modules, *("%s: {modules: [%s]}" % (host, host) for host in hosts)) as collectd:
        wait_rounds_of_all(collectd, hosts, 3)
        collectd.finish()
        for host in hosts:
            for metric in ("id", "cpu"):
                names = named(collectd, host, metric)
                apart = {name for name in names if TOLD_APART.match(name)}
                assert names - apart == ODD | set(RESIDENTS), (host, metric, names)
                assert len(apart) == 4, (host, metric, apart)
            said = [line for line in complaints(collectd) if "plugin: %s: " % host in line]
            assert len(said) == 2 and all("another has the name mi-%s-colliding_name/gauge-" % host in line for line in said), said
        assert len(complaints(collectd)) == 4, complaints(collectd)


# host -> (mode for the one class, what is said of it, names that have files; None: some of the residents or none).
MANY = 20000
HOSTILE = {
    "endless": ("endless", ["the enumeration was not at its end after ", "\"System\" is there more than once: the first one counts"],
                None),
    "nothing": ("empty", ["the enumeration has no end: 32 replies without an instance, one after another, and more to come"], set()),
    "expired": ("expire=1,page=1", ["0x8033801b"], None),
    "twice": ("twice", ["\"System\" is there more than once: the first one counts"], set(RESIDENTS)),
    "keyless": ("nokey", ["an instance is left out: its key Name is missing"], {"System", "svchost_1"}),
    "many": ("many=%d" % MANY, ["%d instances are wanted, and max_instances is 1000: %d are left out" % (MANY + 4, MANY - 996)], None),
}


def a_host_that_lists_wrongly_is_told_once_and_disturbs_nobody(folder):
    service = "module: service\ninstances: [{class: Win32_Service, keys: {Name: \"*\"}, " \
              "metrics: [{property: State, type: gauge, type_instance: running, map: {Running: 1}, map_default: 0}]}]\n"
    fetches = {"query": [], "get": ["fetch: get"]}
    # Each by a query and by a list of keys, which must be as good.
    cases = {"%s-%s" % (host, fetch): (fetch, *case) for host, case in HOSTILE.items() for fetch in fetches}
    # Long enough for 20,000 instances; the endless one has a second for its class, and the rest for the next.
    interval = 6 if stand.SANITIZER else 4
    lines = ["%s: {modules: [%s, service], interval: %d, timeout: %d}" %
             (host, fetch, interval, 1 if "endless" in host else interval - 1) for host, (fetch, *_) in cases.items()]
    with stand.start_hosts(folder, "good", *("%s=%s,of=%s" % (host, mode, PROCESS) for host, (_, mode, *_) in cases.items()),
                           options=("--clock-rate", "1")) as simhost:
        os.makedirs(folder + "/modules")
        stand.write(folder + "/modules/service.yaml", service)
        with run(folder, simhost, fetches, "good: {modules: [query, service]}", *lines) as collectd:
            for host in cases:
                collectd.wait_for(lambda host=host: collectd.rounds(host) > 0, "a round of " + host)
            collectd.wait_rounds("good", 1)
            collectd.finish()
        for host, (fetch, _, said, names) in cases.items():
            lines = [line for line in complaints(collectd) if "plugin: %s: " % host in line]
            assert len(lines) == len(said) and all(any(text in line for line in lines) for text in said), (host, lines)
            assert all(host + ": " + PROCESS in line for line in lines), lines
            found = {identity.split("-", 2)[2].rpartition("/")[0] for identity in collectd.identities(host)
                     if identity.startswith("mi-%s-" % fetch)}
            if host.startswith("many"):
                assert len(found) == 1000 and set(RESIDENTS) < found, len(found)
            elif names is None:
                assert found <= set(RESIDENTS), found
            else:
                assert found == names, (host, found)
            # The host's other class came none the less.
            assert "mi-service-Spooler/gauge-running" in collectd.identities(host), (host, collectd.identities(host))
            until_none_is_kept(simhost, host)
        assert not [line for line in complaints(collectd) if "plugin: good: " in line], complaints(collectd)
        assert set(collectd.up("good")) == {1.0}, collectd.up("good")
        assert named(collectd, "good") == set(RESIDENTS)


def until_none_is_kept(simhost, host):
    """Enumerations that we gave up are given up at the host too."""
    stand.until(lambda: simhost.stats(host)["contexts"] == 0, "the release of the enumerations of " + host)


if __name__ == "__main__":
    stand.main([the_files_are_those_of_the_wanted_instances,
                those_that_are_named_come_by_one_query,
                those_that_come_and_go_have_their_values_while_they_are_there,
                keys_that_are_hard_to_write_are_names,
                a_host_that_lists_wrongly_is_told_once_and_disturbs_nobody])
