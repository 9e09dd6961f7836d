#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A fleet's files with thirty mistakes, a <Plugin mi> block with all of its own, and files that are none: what is wrong is in
the log with its place, each once, and every other host is asked."""
import os
import re

import stand

MODULE = """\
module: m
instances:
  - class: Win32_PerfRawData_PerfOS_Processor
    keys: {Name: [_Total]}
    metrics: [{property: InterruptsPersec, type: derive}]
"""
# As in tests/test_config_load.c: the first host is in line 5.
HEAD = """\
auths: {{a: {{method: basic, user: monitor, password_file: {folder}/password}}}}
defaults: {{auth: a, modules: [m]}}
groups: {{g: {{address: 127.0.0.1, port: {port}, transport: http, allow_unencrypted: true}}}}
hosts:
"""
FIRST_LINE = 5
# A sanitizer makes collectd and its thousands of connections several times as expensive.
HOSTS = 500 if stand.SANITIZER else 5000
INTERVAL_S = 10
# What a sentence says of its own host: the name, or the line.
PLACED = re.compile(r"(?:host\d{4}|line \d+)")


def mistakes():
    """(what is written, [what is said, without its line]) of tests/data/thirty_mistakes.txt."""
    found = []
    for line in stand.read(os.path.join(stand.SOURCE, "tests", "data", "thirty_mistakes.txt")).splitlines():
        if line.startswith("> "):
            found.append((line[2:], []))
        elif line and not line.startswith("#"):
            found[-1][1].append(line)
    assert len(found) == 30 and all(said for _, said in found), found
    return found


def bad_hosts():
    """Number of the host -> (what is written, what is said of it at which line)."""
    step, bad = HOSTS // 50, {}
    for index, (written, said) in enumerate(mistakes()):
        number = step * index + step // 2
        own = "host%04d" % number, "line %d" % (FIRST_LINE + number)
        bad[number] = written, ["hosts.yaml:%d:%s" % (FIRST_LINE + number, PLACED.sub(
            lambda match, own=own: own[match[0].startswith("line")], line)) for line in said]
    return bad


def prepare(folder, *hosts, options=()):
    os.makedirs(folder + "/modules")
    stand.write(folder + "/modules/m.yaml", MODULE)
    return stand.start_hosts(folder, *hosts, options=options)


def thirty_mistakes_are_said_and_all_other_hosts_are_asked(folder):
    bad = bad_hosts()
    with prepare(folder, options=("--any-host",)) as simhost:
        lines = ["  host%04d.example.com: %s\n" % (number, bad[number][0] if number in bad else
                                                   "{group: g, server_name: host%04d.example.com}" % number)
                 for number in range(HOSTS)]
        text = HEAD.format(folder=folder, port=simhost.port) + "".join(lines)
        good = {"host%04d.example.com" % number for number in range(HOSTS) if number not in bad}
        collectd = stand.Collectd(folder, text, interval=INTERVAL_S, more="", plugins=(), modules=folder + "/modules")
        with collectd.start():
            collectd.wait_for(lambda: len(answered(simhost)) >= len(good), "an answer to each of %d hosts" % len(good))
            seen = answered(simhost)
            collectd.finish()
        assert set(seen) == good, sorted(good.symmetric_difference(seen))[:10]
        log = collectd.log()
        for written, said in bad.values():
            for line in said:
                # Which modules else there are depends on what is installed.
                wanted = "%s/%s" % (folder, line.partition("; there are")[0])
                assert log.count(wanted) == 1, "%d times, not once, of %s: %s" % (log.count(wanted), written, wanted)
        told = collectd.said("/hosts.yaml:")
        assert len(told) == sum(len(said) for _, said in bad.values()), "\n".join(told)
        assert collectd.said("%d hosts, " % len(good), "30 hosts skipped"), log[-2000:]
        assert not collectd.said("FAILED") and not collectd.said("is down"), log[-2000:]


def answered(simhost):
    """The hosts that gave an instance, whatever came before."""
    return [name for name, counts in simhost.ask("GET", "stats")["hosts"].items()
            if counts["requests"] > counts["unauthorized"]]


BLOCK = """<Plugin mi>
  Colour "red"
  Password "hunter2"
  Inventory 5
  Inventory true
  Inventory "one.yaml" "two.yaml"
  Inventory ""
  ModuleDir 7.5
  ModuleDir "{folder}/nowhere"
  Inventory "{folder}/absent.yaml"
  Inventory "{folder}/nothing/*.yaml"
  Inventory "{folder}/fifo.yaml"
  <Host "web02">
    Address "127.0.0.1"
    Password "hunter2"
  </Host>
"""
SAID = [
    ("[warning]", "unknown option \"Colour\"; it knows ModuleDir and Inventory"),
    ("[warning]", "unknown option \"Password\"; it knows ModuleDir and Inventory"),
    ("[warning]", "unknown option \"Host\"; it knows ModuleDir and Inventory"),
    ("[warning]", "ModuleDir \"{folder}/nowhere\": cannot be read: No such file or directory"),
    ("[error]", "{folder}/absent.yaml: cannot be read: No such file or directory"),
    ("[warning]", "Inventory \"{folder}/nothing/*.yaml\": no file matches"),
    ("[error]", "{folder}/fifo.yaml: not a regular file"),
]


def all_mistakes_of_the_block_are_said_and_the_rest_of_it_counts(folder):
    with prepare(folder, "web01") as simhost:
        text = HEAD.format(folder=folder, port=simhost.port) + "  web01: {group: g, server_name: web01}\n"
        os.mkfifo(folder + "/fifo.yaml")
        collectd = stand.Collectd(folder, text, modules=folder + "/modules")
        config = stand.read(collectd.config)
        stand.write(collectd.config, config.replace("<Plugin mi>\n", BLOCK.format(folder=folder)))
        with collectd.start():
            collectd.wait_for(lambda: 1.0 in collectd.up("web01"), "web01 is up")
            collectd.finish()
        for level, words in SAID:
            lines = collectd.said(level, words.format(folder=folder))
            assert len(lines) == 1, "%d times: %s" % (len(lines), words)
        wrong = [len(collectd.said("[error]", "<Plugin mi>: %s wants one path in quotes" % option))
                 for option in ("Inventory", "ModuleDir")]
        assert wrong == [4, 1], wrong
        assert not collectd.said("hunter2"), "a password is in the log"


def without_a_block_the_daemon_runs_and_says_what_is_missing(folder):
    for number, block in enumerate(("", "<Plugin mi>\n</Plugin>\n")):
        collectd = stand.Collectd("%s/%d" % (folder, number), None)
        config = stand.read(collectd.config)
        stand.write(collectd.config, config[:config.index("<Plugin mi>")] + block)
        with collectd.start():
            collectd.wait_for(lambda daemon=collectd: daemon.said("[error]", "no 'Inventory' names the file with the hosts"),
                              "a complaint")
            collectd.wait_for(lambda daemon=collectd: daemon.said("entering read-loop"), "a daemon that runs")
            collectd.finish()


def passwords_in_the_wrong_place_are_not_in_the_log(folder):
    """The file of tests/data/config/bad_passwords, through collectd itself."""
    case = os.path.join(stand.SOURCE, "tests", "data", "config", "bad_passwords")
    variable = "auths:\n  variable: {user: u, password_env: hunter2}\n"  # a name as good as any
    text = stand.read(case + "/hosts.yaml").replace("auths:\n", variable, 1).replace(
        "hosts:\n", "hosts:\n  variable: {auth: variable}\n", 1)
    collectd = stand.Collectd(folder, text, modules=case + "/modules")
    with collectd.start():
        collectd.wait_for(lambda: collectd.said("hosts skipped"), "the summary")
        collectd.wait_for(lambda: collectd.said("environment variable", "not set"), "a complaint about the variable")
        collectd.finish()
    assert len(collectd.said("/hosts.yaml:")) >= 35, collectd.log()
    assert not collectd.said("hunter2"), "a password is in the log"


stand.main([
    thirty_mistakes_are_said_and_all_other_hosts_are_asked,
    all_mistakes_of_the_block_are_said_and_the_rest_of_it_counts,
    without_a_block_the_daemon_runs_and_says_what_is_missing,
    passwords_in_the_wrong_place_are_not_in_the_log,
])
