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
        for bad in (["--class", "--all"], ["--class", "--query", "SELECT * FROM X"], ["--class", "--typed"]):
            assert stand.mi_get(*words(simhost, folder, *bad), RAW)[0] == USAGE
        status, _, errors = stand.mi_get(*words(simhost, folder, "--class"), "no class")
        assert status == 4 and "a class name is letters" in errors, (status, errors)
        assert simhost.ask("GET", "stats")["requests"] == 0


PYTHON_TYPES = {"string": str, "datetime": str, "boolean": bool, "real32": float, "real64": float}


def assert_typed(instance, types):
    """Every property is what its class declares, and a null stays one."""
    for name, value in instance.items():
        declared = types[name]["type"]
        wanted = list if declared.endswith("[]") else PYTHON_TYPES.get(declared, int)
        assert value is None or type(value) is wanted, (name, declared, value)
        for item in value if wanted is list else ():
            assert type(item) is PYTHON_TYPES.get(declared[:-2], int), (name, declared, value)


def typed_instances_are_numbers_booleans_and_arrays(folder):
    seen = set()
    with stand.start_hosts(folder, HOST) as simhost:
        for name, key in ((RAW, '.Name="_Total"'), ("Win32_OperatingSystem", "=@"), ("Win32_Service", '.Name="WinRM"'),
                          ("Win32_LogicalDisk", '.DeviceID="C:"')):
            types = json.loads(stand.mi_get(*words(simhost, folder, "--class", "--json"), name)[1])["properties"]
            plain = json.loads(stand.mi_get(*words(simhost, folder, "--json"), name + key)[1])
            assert all(value is None or type(value) in (str, list) for value in plain.values()), plain
            status, out, errors = stand.mi_get(*words(simhost, folder, "--json", "--typed"), name + key)
            assert (status, errors) == (0, ""), errors
            assert list(json.loads(out)) == list(plain)
            assert_typed(json.loads(out), types)
            seen |= {type(value) for value in json.loads(out).values()}
    assert {int, str, bool} <= seen, seen


def typed_enumerations_and_queries_ask_for_the_class_once(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        types = json.loads(stand.mi_get(*words(simhost, folder, "--class", "--json"), RAW)[1])["properties"]
        for many in (["--all"], ["--query", "SELECT Name, PercentProcessorTime, InterruptsPersec FROM " + RAW]):
            counts = []
            for typed in ([], ["--typed"]):
                before = simhost.ask("GET", "stats")["requests"]
                where = [] if many[0] == "--query" else [RAW]
                status, out, errors = stand.mi_get(*words(simhost, folder, "--json", *typed, *many), *where)
                assert (status, errors) == (0, ""), errors
                instances = [json.loads(line) for line in out.splitlines()]
                counts.append((simhost.ask("GET", "stats")["requests"] - before, len(instances)))
            assert len(instances) > 1
            for instance in instances:
                assert_typed(instance, types)
                assert type(instance["PercentProcessorTime"]) is int
            assert counts[1] == (counts[0][0] + 1, counts[0][1]), counts


def what_the_host_refuses_stays_text(folder):
    with stand.start_hosts(folder, HOST) as simhost:
        simhost.set_mode(HOST, "noschema")
        plain = stand.mi_get(*words(simhost, folder, "--json"), RAW + '.Name="_Total"')
        status, out, errors = stand.mi_get(*words(simhost, folder, "--json", "--typed"), RAW + '.Name="_Total"')
        assert status == 0 and json.loads(out).keys() == json.loads(plain[1]).keys()
        assert all(value is None or type(value) is str for value in json.loads(out).values()), out
        assert "class %s stays text, for its types cannot be had: " % RAW in errors and "the host answers" in errors, errors
        status, out, errors = stand.mi_get(*words(simhost, folder, "--typed", "--all"), RAW)
        assert status == 0 and errors.count("stays text") == 1 and out.count("\nName\t") + out.startswith("Name\t") > 1, errors
        status, out, errors = stand.mi_get(*words(simhost, folder, "--typed"), "Win32_Nothing=@")
        assert status == INVALID_CLASS and "stays text" not in errors, errors


def types_that_lie_make_no_wrong_number(folder):
    with stand.start_hosts(folder, HOST, options=("--clock", "manual")) as simhost:
        simhost.set_mode(HOST, "lyingschema")
        plain = json.loads(stand.mi_get(*words(simhost, folder, "--json"), RAW + '.Name="_Total"')[1])
        status, out, errors = stand.mi_get(*words(simhost, folder, "--json", "--typed"), RAW + '.Name="_Total"')
        typed = json.loads(out)
        assert status == 0 and "properties are not of the type that class %s declares" % RAW in errors, errors
        assert typed.keys() == plain.keys()
        assert all(plain[name] == (value if value is None else str(value)) for name, value in typed.items()), (typed, plain)
        assert int in map(type, typed.values()) and str in map(type, typed.values())


stand.main([
    a_recorded_declaration_is_printed_as_a_second_parser_reads_it,
    a_counter_says_its_type,
    a_host_that_refuses_is_told_in_a_sentence,
    a_declaration_that_lies_is_printed_as_it_came,
    typed_instances_are_numbers_booleans_and_arrays,
    typed_enumerations_and_queries_ask_for_the_class_once,
    what_the_host_refuses_stays_text,
    types_that_lie_make_no_wrong_number,
    nonsense_is_refused_before_anything_is_sent,
])
