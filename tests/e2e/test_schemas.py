#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a module leaves open, the class's schema says: `property: PercentProcessorTime` alone gives right numbers where a host
declares its classes, one sentence and no number where it does not, and one request a class and build of Windows."""
import math
import os

import stand
import test_discovery

CPU = "Win32_PerfRawData_PerfOS_Processor"
PROCESS = test_discovery.PROCESS
# bare leaves all open, said does not; the first class has a fixed instance, the second those that the host names.
MODULES = {
    "bare": """\
module: bare
instances:
  - class: {cpu}
    keys: {{Name: [_Total]}}
    metrics: [{{property: PercentProcessorTime, type: gauge, type_instance: busy}}]
  - class: {process}
    keys: {{Name: "*"}}
    identity: IDProcess
    metrics:
      - {{property: PercentProcessorTime, type: gauge, type_instance: cpu}}
      - {{property: IDProcess, type: gauge, type_instance: id}}
""",
    "said": """\
module: said
instances:
  - class: {cpu}
    keys: {{Name: [_Total]}}
    metrics:
      - {{property: PercentProcessorTime, counter: PERF_100NSEC_TIMER_INV, type: gauge, type_instance: busy}}
""",
}
BUSY = "mi-bare-_Total/gauge-busy"
SAID = "mi-said-_Total/gauge-busy"
OWN = {"mi-host/gauge-up", "mi-host/response_time-get"}
RIGHT = OWN | {BUSY, SAID} | {"mi-bare-%s/gauge-%s" % (name, metric) for name in test_discovery.RESIDENTS for metric in ("cpu", "id")}


def run(folder, simhost, *hosts, interval=stand.INTERVAL_S):
    os.makedirs(folder + "/modules", exist_ok=True)
    for name, text in MODULES.items():
        stand.write("%s/modules/%s.yaml" % (folder, name), text.format(cpu=CPU, process=PROCESS))
    head = test_discovery.HEAD.format(folder=folder, port=simhost.port, interval=interval)
    lines = "".join("  %s: {modules: [bare, said]}\n" % host for host in hosts)
    return stand.Collectd(folder, head + lines, modules=folder + "/modules").start()


def check_right(collectd, host, identities):
    assert collectd.identities(host) == identities, (host, collectd.identities(host) ^ identities)
    for identity in identities & {BUSY, SAID}:
        for row in collectd.rows(host, identity):
            # user 150 and privileged 60 thousandths of the time; idle is what is counted.
            wanted = 100 * (150 + 60) / 1000 * (100 + test_discovery.fnv(host) % 100) / 100
            assert math.isclose(row[1], wanted, abs_tol=3e-4), (host, identity, row, wanted)
    for name, (number, percent) in test_discovery.RESIDENTS.items():
        for row in collectd.rows(host, "mi-bare-%s/gauge-cpu" % name):
            assert math.isclose(row[1], test_discovery.true_percent(host, percent), abs_tol=3e-4), (host, name, row)
        assert {row[1] for row in collectd.rows(host, "mi-bare-%s/gauge-id" % name)} <= {number}


def a_schema_is_asked_for_once_a_build_and_makes_right_numbers(folder):
    same, other = ["web%02d" % number for number in range(1, 9)], ["new01", "new02"]
    hosts = same + [host + "=build=10.0.20348,amended" for host in other]
    with stand.start_hosts(folder, *hosts, options=("--clock-rate", "1")) as simhost, \
            run(folder, simhost, *same, *other) as collectd:
        test_discovery.wait_rounds_of_all(collectd, same + other, 3)
        for group in (same, other):
            asked = sum(simhost.stats(host)["declarations"] for host in group)
            assert asked == 2, "%d declarations of 2 classes asked of %s" % (asked, group)
        collectd.finish()
        for host in same + other:
            check_right(collectd, host, RIGHT)
        assert not test_discovery.complaints(collectd), test_discovery.complaints(collectd)


def a_host_that_comes_back_as_another_build_is_asked_again(folder):
    with stand.start_hosts(folder, "web01", options=("--clock-rate", "1")) as simhost, run(folder, simhost, "web01") as collectd:
        collectd.wait_rounds("web01", 2)
        simhost.set_mode("web01", "close")
        collectd.wait_for(lambda: 0.0 in collectd.up("web01"), "web01 to be down")
        simhost.set_mode("web01", "build=10.0.26100")
        collectd.wait_for(lambda: simhost.stats("web01")["declarations"] == 4, "the classes of the new build")
        collectd.wait_rounds("web01", 2)
        assert simhost.stats("web01")["declarations"] == 4
        collectd.finish()
        check_right(collectd, "web01", RIGHT)


# host -> (mode, what is said of its schemas, and of its metrics)
NOT_TO_BE_HAD = "the schema of %s is not to be had, what the module says is taken: "
OPEN = ['%s.Name="_Total": PercentProcessorTime' % CPU, '%s.Name="System": PercentProcessorTime' % PROCESS,
        '%s.Name="System": IDProcess' % PROCESS]
DOUBTFUL = {
    "refuses": ("noschema", ["The resource URI names no class. (HRESULT 0x8033803b)"], " has no known counter type"),
    "lies": ("lyingschema", None, "_Base is missing"),
    "floods": ("bigschema=10", [" takes more than 2097152 bytes"], " has no known counter type"),
}


def without_a_schema_there_is_a_sentence_and_no_number(folder):
    hosts = ["%s=%s,build=10.0.%d" % (host, mode, number) for number, (host, (mode, *_)) in enumerate(DOUBTFUL.items())]
    with stand.start_hosts(folder, *hosts, "good", options=("--clock-rate", "1")) as simhost, \
            run(folder, simhost, *DOUBTFUL, "good", interval=4 if stand.SANITIZER else 2) as collectd:
        test_discovery.wait_rounds_of_all(collectd, [*DOUBTFUL, "good"], 2)
        asked = {host: simhost.stats(host)["declarations"] for host in DOUBTFUL}
        collectd.finish()
        assert set(asked.values()) == {2}, asked
        for host, (_, of_schema, of_metrics) in DOUBTFUL.items():
            check_right(collectd, host, OWN | {SAID})
            said = [line for line in test_discovery.complaints(collectd) if "plugin: %s: " % host in line]
            for metric in OPEN:
                assert sum("%s: %s%s" % (host, metric, of_metrics) in line for line in said) == 1, (metric, said)
            doubts = collectd.said("%s: %s: the module said takes PercentProcessorTime for PERF_100NSEC_TIMER_INV, the host declares "
                                   "PERF_AVERAGE_TIMER: the module is believed" % (host, CPU))
            assert len(doubts) == (1 if host == "lies" else 0) and len(said) == len(OPEN) + len(doubts), said
            # What a host simply does not have it says once, not of each class.
            for class_name in (CPU, PROCESS)[:1 if host == "refuses" else 2] if of_schema else ():
                assert len(collectd.said(host + ": " + NOT_TO_BE_HAD % class_name, *of_schema)) == 1, collectd.log()
        check_right(collectd, "good", RIGHT)
        assert not [line for line in test_discovery.complaints(collectd) if "plugin: good: " in line]


if __name__ == "__main__":
    stand.main([a_schema_is_asked_for_once_a_build_and_makes_right_numbers,
                a_host_that_comes_back_as_another_build_is_asked_again,
                without_a_schema_there_is_a_sentence_and_no_number])
