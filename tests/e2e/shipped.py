#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What conf/modules promises: the names of conf/modules.md, and which instances of it a simulated host has.

As a program it prints a table in Markdown: what the metrics of the set `windows` (or of the modules that are named) are
called here, in Prometheus, in Graphite and by collectd's own plugins on Linux.
"""
import re
import sys

import stand
import writers

# What each module finds on a simulated host, as it stands in a name: key -> values. What is not here has none, or names its own.
FOUND = {
    "aspnet": ("Name", ["_LM_W3SVC_1_ROOT", "_LM_W3SVC_2_ROOT_shop"]),
    "cluster": ("Name", ["NODE1", "NODE2"]),
    "cluster_resources": ("Name", ["Cluster_Name", "File_Share"]),
    "cpus": ("Name", ["0", "1"]),
    "hyperv_guests": ("Name", ["6F8D2C5A-0B7E-4E0E-9D1E-6A1B2C3D4E5F", "7A8D2C5A-0B7E-4E0E-9D1E-6A1B2C3D4E5F"]),
    "iis_app_pools": ("Name", ["DefaultAppPool", "intranet"]),
    "interface": ("Name", ["Intel_R__PRO_1000", "Intel_R__PRO_1000__2"]),
    "logical_disk": ("DeviceID", ["C", "D"]),
    "logical_disk_io": ("Name", ["C", "D"]),
    "mssql_databases": ("Name", ["crm", "tempdb"]),
    "physical_disk": ("Name", ["0_C", "1_D"]),
    "print": ("Name", ["HP_LaserJet_4250", "Labels__2nd_floor_"]),
    "processes": ("Name", ["System", "svchost", "svchost_1", "sqlservr"]),
    "storage": ("DeviceID", ["__._PHYSICALDRIVE0", "__._PHYSICALDRIVE1"]),
    # Of names that are cut only the beginning is sure.
    "storage_health": ("ObjectId", None),
}
# What collectd gives of the host itself.
OWN = {"mi-host/gauge-up", "mi-host/response_time-get"}


def documented():
    """The names that conf/modules.md promises, module by module."""
    names, module = {}, None
    for line in stand.read(stand.SOURCE + "/conf/modules.md").split("\n"):
        if line.startswith("## "):
            module = line[3:]
            names[module] = []
        elif line.startswith("| `"):
            names[module].append(line.split("`")[1])
    return {module: of for module, of in names.items() if of}


def members(name):
    """The modules of a set."""
    return re.findall(r"^  - (\w+)$", stand.read(stand.MODULES + "/%s.yaml" % name), re.M)


def services():
    return re.search(r"keys: \{Name: \[(.+)\]\}$", stand.read(stand.MODULES + "/services.yaml"), re.M)[1].split(", ")


def identities(module, names):
    """What those names are on a simulated host."""
    key, found = FOUND.get(module, ("", [""]))
    if module == "services":  # its table shows one of them
        return {name.replace("-%s/" % services()[0], "-%s/" % one) for name in names for one in services()}
    return {name.replace("{%s}" % key, one) for name in names for one in found}


def of_windows(*more):
    """All identities of the set `windows`, and of more modules, on a simulated host."""
    promised = documented()
    return {one for module in [*members("windows"), *more] for one in identities(module, promised[module])}


# plugin and plugin_instance -> where collectd's own plugin puts it on Linux.
LINUX = {"cpu-{Name}": "cpu-0", "df-{DeviceID}": "df-root", "disk-{Name}": "disk-sda1", "disk-disk{Name}": "disk-sda",
         "interface-{Name}": "interface-eth0", "tcpconns-ipv4": "tcpconns-all", "tcpconns-ipv6": "tcpconns-all",
         "protocols-TCPv4": "protocols-Tcp", "protocols-TCPv6": "protocols-Tcp"}
# Types that plugins of collectd's have here alone.
ONLY_HERE = {"disk_latency"}


def on_linux(name):
    """What collectd's own plugin calls it; "" where there is none."""
    place, kind = name.split("/")
    if place.split("-")[0] == "mi" or kind in ONLY_HERE:
        return ""
    return LINUX.get(place, place) + "/" + kind


def rows(modules):
    yield "| module | here | Prometheus | Graphite | collectd on Linux |"
    yield "| --- | --- | --- | --- | --- |"
    promised = documented()
    for module in modules:
        for name in promised[module]:
            shown = name
            if module == "services":
                shown = name.replace("-%s/" % services()[0], "-{Name}/")
            prometheus = ["`%s`" % writers.selector(writers.prometheus_name("HOST", shown, *source))
                          for source in writers.data_sources(shown)]
            graphite = ["`%s`" % writers.graphite_name("collectd", "HOST", shown, source)
                        for source, _ in writers.data_sources(shown)]
            linux = on_linux(shown)
            yield "| %s | `%s` | %s | %s | %s |" % (module, shown, "<br>".join(prometheus), "<br>".join(graphite),
                                                    "`%s`" % linux if linux else "")


if __name__ == "__main__":
    print("\n".join(rows(sys.argv[1:] or members("windows"))))
