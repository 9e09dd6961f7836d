#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What goes wrong in the hands of an operator: passwords, broken files, collectd -T. The daemon lives on in every case."""
import os

import stand


def a_wrong_password_is_tried_once_and_again_when_its_file_changes(folder):
    with stand.start_hosts(folder, "web01", "web02") as simhost:
        wrong = stand.write(folder + "/wrong", "not the secret\n", 0o600)
        hosts = stand.inventory(folder, simhost.port, "web01: {auth: wrong}", "web02: {}").replace(
            "auths:\n", "auths:\n  wrong: {method: basic, user: monitor, password_file: %s}\n" % wrong)
        with stand.Collectd(folder, hosts).start() as collectd:
            collectd.wait_for(lambda: simhost.stats("web01")["unauthorized"], "a 401")
            collectd.wait_rounds("web02", 10)
            counts = simhost.stats("web01")
            assert counts["requests"] == 1 and counts["unauthorized"] == 1, counts
            # As an operator mends it: a new file in place of the old one.
            os.rename(stand.write(folder + "/wrong.new", "secret\n", 0o600), wrong)
            collectd.wait_for(lambda: 1.0 in collectd.up("web01"), "web01 is up")
            counts = simhost.stats("web01")
            collectd.finish()
            assert counts["unauthorized"] == 1, counts
            assert len(collectd.said("web01: ")) == 2, "once on failure, once on recovery"
            assert not collectd.said("secret"), "the password is in the log"


def a_broken_host_costs_itself_only(folder):
    with stand.start_hosts(folder, "web01", "web02", "web03", "web04") as simhost:
        lines = ["web01: {modules: [no_such_module]}", "web02: {}", "web03: {auth: nobody}", "web04: {intervall: 3}"]
        with stand.Collectd(folder, stand.inventory(folder, simhost.port, *lines)).start() as collectd:
            for host in ("web02", "web04"):
                collectd.wait_for(lambda name=host: 1.0 in collectd.up(name), host + " is up")
            collectd.finish()
            where = folder + "/hosts.yaml:"
            assert collectd.said("[error]", where + "6:", "no_such_module"), "no complaint about line 6"
            assert collectd.said("[error]", where + "8:", "nobody"), "no complaint about line 8"
            assert collectd.said("[warning]", where + "9:", "intervall"), "no complaint about line 9"


def files_that_are_no_yaml_or_not_there_leave_the_daemon_running(folder):
    for number, hosts in enumerate(("hosts: [", "hosts: {a: {}, a: {}}\n", "\x00\x01\n", "hosts: &a {b: *a}\n", None)):
        with stand.Collectd("%s/%d" % (folder, number), hosts).start() as collectd:
            collectd.wait_for(lambda daemon=collectd: daemon.said("hosts.yaml"), "a complaint about %r" % hosts)
            collectd.wait_for(lambda daemon=collectd: daemon.said("entering read-loop"), "a daemon that runs")
            collectd.finish()


def an_unknown_option_in_the_plugin_block_is_a_warning(folder):
    with stand.start_hosts(folder, "web01") as simhost:
        collectd = stand.Collectd(folder, stand.inventory(folder, simhost.port, "web01: {}"))
        text = stand.read(collectd.config)
        stand.write(collectd.config, text.replace("<Plugin mi>\n", "<Plugin mi>\n  Colour \"red\"\n"))
        with collectd.start():
            collectd.wait_for(lambda: 1.0 in collectd.up("web01"), "web01 is up")
            collectd.finish()
            assert collectd.said("[warning]", "Colour"), "no warning"


def collectd_T_exits_with_0(folder):
    with stand.start_hosts(folder, "web01") as simhost:
        for host in ("web01: {}", "web02: {modules: [no_such_module]}"):
            status, words = stand.Collectd(folder, stand.inventory(folder, simhost.port, host)).test_configuration()
            assert status == 0, words


stand.main([
    a_wrong_password_is_tried_once_and_again_when_its_file_changes,
    a_broken_host_costs_itself_only,
    files_that_are_no_yaml_or_not_there_leave_the_daemon_running,
    an_unknown_option_in_the_plugin_block_is_a_warning,
    collectd_T_exits_with_0,
])
