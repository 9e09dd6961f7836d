#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mi-get against simulated hosts: every property of every recorded reply as a second XML parser reads it, and its failures."""
import json
import os
import sys
from xml.etree import ElementTree

import stand

sys.path.insert(0, os.path.join(stand.SOURCE, "tests"))
import reply_oracle  # noqa: E402  pylint: disable=wrong-import-position

HOST = "127.0.0.1"
FAILED, ACCESS_DENIED, NOT_FOUND, NO_SUCH_PROPERTY, USAGE, NO_INPUT = 1, 2, 6, 12, 64, 66
ESCAPES = {"\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


def url(simhost):
    return "http://%s:%d" % (HOST, simhost.port)


def secret(folder):
    return ["-a", "basic", "-u", "monitor", "-P", folder + "/password", "--allow-unencrypted"]


def object_path(item):
    if item["key"] is None:
        return item["class"] + "=@"
    return '%s.%s="%s"' % (item["class"], item["key"], item["value"].replace("\\", "\\\\").replace('"', '\\"'))


def read_reply(text):
    """[(name, [value or None])] in the reply's order, by ElementTree."""
    properties = {}
    for element in ElementTree.fromstring(text).find(stand.SOAP_BODY)[0]:
        properties.setdefault(element.tag.rsplit("}", 1)[-1], []).append(reply_oracle.value(element)[1])
    return properties


def recorded(folder, check):
    """check(simhost, words of mi-get, properties by the second parser) for every recorded instance."""
    with stand.start_hosts(folder, HOST, options=("--replies", stand.recorded_replies())) as simhost:
        items = simhost.ask("GET", "replies")
        assert len(items) >= 30, "only %d recorded instances" % len(items)
        for item in items:
            simhost.set_mode(HOST, "replay=" + item["file"])
            keys = {item["key"]: item["value"]} if item["key"] else {}
            properties = read_reply(simhost.fetch(HOST, item["class"], keys, item["form"]))
            assert len(properties) > 1, item
            check([*secret(folder), "--resource-uri", item["form"], url(simhost), object_path(item)], properties)


def every_recorded_property_is_printed_as_a_second_parser_reads_it(folder):
    def check(words, properties):
        lines = ["%s\t%s" % (name, "(null)" if value is None else "".join(ESCAPES.get(c, c) for c in value))
                 for name, values in properties.items() for value in values]
        status, out, errors = stand.mi_get(*words)
        assert status == 0, (words, status, errors)
        assert out.split("\n")[:-1] == lines, (words, set(out.split("\n")) ^ set(lines))
    recorded(folder, check)


def json_says_the_same(folder):
    def check(words, properties):
        status, out, errors = stand.mi_get("--json", *words)
        assert status == 0, (words, status, errors)
        wanted = {name: values if len(values) > 1 else values[0] for name, values in properties.items()}
        assert json.loads(out) == wanted, (words, out, wanted)
    recorded(folder, check)


def wanted_properties_are_chosen_without_regard_to_case(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        status, out, errors = stand.mi_get(*secret(folder), url(simhost), 'Win32_LogicalDisk.DeviceID="C:"', "size", "NAME")
        assert (status, [line.split("\t")[0] for line in out.splitlines()]) == (0, ["Name", "Size"]), (out, errors)
        status, out, errors = stand.mi_get(*secret(folder), url(simhost), "Win32_OperatingSystem=@", "Nonsense")
        assert status == NO_SUCH_PROPERTY and "Nonsense" in errors, (status, errors)


def a_failure_is_a_sentence_and_the_result_code(folder):
    stand.write(folder + "/wrong", "not it\n", 0o600)
    system, disk = "Win32_OperatingSystem=@", 'Win32_LogicalDisk.DeviceID="Q:"'
    with stand.start_hosts(folder, HOST) as simhost:
        where, right = url(simhost), secret(folder)
        cases = [
            (ACCESS_DENIED, "401", ["-a", "basic", "-u", "monitor", "-P", folder + "/wrong", "--allow-unencrypted", where, system]),
            (ACCESS_DENIED, "", ["-a", "basic", "-u", "monitor", "-P", folder + "/password", where, system]),
            (NOT_FOUND, "", [*right, where, disk]),
            (FAILED, "", [*right, "http://127.0.0.1:1", system]),
            (USAGE, "URL", [*right, "ftp://127.0.0.1", system]),
            (USAGE, "", [*right, where, "Win32_LogicalDisk.DeviceID="]),
            (USAGE, "", [where]),
            (NO_INPUT, folder + "/none", ["-a", "basic", "-u", "monitor", "-P", folder + "/none", "--allow-unencrypted", where, system]),
            (NO_INPUT, folder + "/none", ["-a", "kerberos", "-u", "a@B", "--keytab", folder + "/none", where, system]),
        ]
        for wanted, word, words in cases:
            status, out, errors = stand.mi_get(*words)
            assert status == wanted and word in errors and errors.startswith("mi-get: ") and not out, \
                (words, status, out, errors)
        for mode, word in (("mute", ""), ("garbage", ""), ("cut=200", ""), ("close", ""), ("status=404", "404"),
                           ("status=500", "500")):
            simhost.set_mode(HOST, mode)
            status, out, errors = stand.mi_get(*right, "-t", "0.3" if mode == "mute" else "30", where, system)
            assert status == FAILED and word in errors and not out, (mode, status, out, errors)


def all_instances_and_queries_are_printed(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        where, right = url(simhost), secret(folder)
        query = "SELECT Name, State FROM Win32_Service WHERE Name LIKE 'W%' AND State = 'Running'"
        cases = [
            (["--all", "--keys", where, "Win32_LogicalDisk"], "DeviceID\tC:\n\nDeviceID\tD:\n\nDeviceID\tE:\n"),
            (["--all", where, "Win32_Service", "Name"], None),
            (["--query", query, "--json", where], '{"Name": "W32Time", "State": "Running"}\n{"Name": "WinRM", "State": "Running"}\n'
                                                  '{"Name": "Winmgmt", "State": "Running"}\n'),
            (["--query", "SELECT Name FROM Win32_Service WHERE Name = 'none'", where], ""),
        ]
        for words, wanted in cases:
            status, out, errors = stand.mi_get(*right, *words)
            assert status == 0 and not errors, (words, status, out, errors)
            assert out == wanted if wanted is not None else out.count("Name\t") == 9, (words, out)
        for wanted, words in ((15, ["--query", "SELECT", where]), (5, ["--all", where, "Win32_None"]),
                              (USAGE, ["--all", where]), (USAGE, ["--keys", where, "X=@"]), (USAGE, ["--all", "--query", "x", where, "X"])):
            status, out, errors = stand.mi_get(*right, *words)
            assert status == wanted and errors.startswith("mi-get: ") and not out, (words, status, out, errors)


stand.main([
    every_recorded_property_is_printed_as_a_second_parser_reads_it,
    json_says_the_same,
    wanted_properties_are_chosen_without_regard_to_case,
    all_instances_and_queries_are_printed,
    a_failure_is_a_sentence_and_the_result_code,
])
