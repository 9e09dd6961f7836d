#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mi-get --class against simulated hosts: a class's declaration, recorded, simulated, refused, and one that lies."""
import json
import os
from xml.etree import ElementTree

import stand

HOST = "127.0.0.1"
RAW = "Win32_PerfRawData_PerfOS_Processor"
INVALID_CLASS, FAILED, NO_SUCH_PROPERTY, USAGE = 5, 1, 12, 64


def words(simhost, folder, *more):
    return ["-a", "basic", "-u", "monitor", "-P", folder + "/password", "--allow-unencrypted", *more,
            "http://%s:%d" % (HOST, simhost.port)]


def declared(path):
    """[(name, type, is key)] of a recorded declaration, by ElementTree."""
    found = []
    for child in next(ElementTree.parse(path).iter("CLASS")):
        if child.tag in ("PROPERTY", "PROPERTY.ARRAY"):
            keys = [qualifier for qualifier in child.findall("QUALIFIER") if qualifier.get("NAME") == "key"]
            found.append((child.get("NAME"), child.get("TYPE") + ("[]" if child.tag == "PROPERTY.ARRAY" else ""), bool(keys)))
    return found


def a_recorded_declaration_is_printed_as_a_second_parser_reads_it(folder):
    replies = stand.recorded_replies()
    with stand.start_hosts(folder, HOST, options=("--replies", replies)) as simhost:
        simhost.set_mode(HOST, "replay")
        for name, file in (("Win32_DiskDrive", "ps_03_Res_schema"),
                           ("Win32_OperatingSystem", "sam_Get_CLASS_Win32_OperatingSystem_body")):
            expected = declared(os.path.join(replies, file + ".xml"))
            assert len(expected) > 50
            status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), name)
            assert (status, errors) == (0, ""), errors
            assert out.splitlines() == ["\t".join([*row[:2], *(["key"] if row[2] else [])]) for row in expected]
            status, out, errors = stand.mi_get(*words(simhost, folder, "--class", "--json"), name.lower())
            assert (status, errors) == (0, ""), errors
            said = json.loads(out)
            assert said["class"] == name
            assert [(key, value["type"], value.get("key", False))
                    for key, value in said["properties"].items()] == expected


def a_counter_says_its_type(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), RAW, "name", "percentprocessortime")
        assert (status, errors) == (0, ""), errors
        assert out == "Name\tstring\tkey\nPercentProcessorTime\tuint64\tcounter=558957824\n", out
        said = json.loads(stand.mi_get(*words(simhost, folder, "--class", "--json"), "Win32_PerfRawData_PerfOS_Memory")[1])
        assert said["singleton"] and said["parent"] == "Win32_PerfRawData"
        assert said["properties"]["AvailableBytes"] == {"type": "uint64", "counter": 65792}
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), RAW, "Nonsense")
        assert status == NO_SUCH_PROPERTY and "has not all of these" in errors, errors


def a_host_that_refuses_is_told_in_a_sentence(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        simhost.set_mode(HOST, "noschema")
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), RAW)
        assert status == INVALID_CLASS and out == "" and "the host answers" in errors, errors
        assert stand.mi_get(*words(simhost, folder), RAW + '.Name="_Total"')[0] == 0  # instances are served all the same
        simhost.set_mode(HOST, "normal")
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), "Win32_Nothing")
        assert status == INVALID_CLASS and "the host answers" in errors, errors
        simhost.set_mode(HOST, "garbage")
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), RAW)
        assert status == FAILED and "no class came" in errors, errors


def a_declaration_that_lies_is_printed_as_it_came(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        simhost.set_mode(HOST, "lyingschema")
        status, out, errors = stand.mi_get(*words(simhost, folder, "--class"), RAW, "Name", "PercentProcessorTime")
        assert (status, errors) == (0, ""), errors
        assert out == "Name\tuint8\nPercentProcessorTime\tuint8\tcounter=805438464\n", out


def nonsense_is_refused_before_anything_is_sent(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        for bad in (["--class", "--all"], ["--class", "--query", "SELECT * FROM X"]):
            assert stand.mi_get(*words(simhost, folder, *bad), RAW)[0] == USAGE
        status, _, errors = stand.mi_get(*words(simhost, folder, "--class"), "no class")
        assert status == 4 and "a class name is letters" in errors, (status, errors)
        assert simhost.ask("GET", "stats")["requests"] == 0


stand.main([
    a_recorded_declaration_is_printed_as_a_second_parser_reads_it,
    a_counter_says_its_type,
    a_host_that_refuses_is_told_in_a_sentence,
    a_declaration_that_lies_is_printed_as_it_came,
    nonsense_is_refused_before_anything_is_sent,
])
