#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The native names against the real thing: what Debian's collectd calls the metrics of this machine."""
import glob
import os

import shipped
import stand

CONFIG = """
Hostname "here"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
PluginDir "{plugins}"
TypesDB "/usr/share/collectd/types.db"
Interval {interval}
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}/csv"
  StoreRates false
</Plugin>
LoadPlugin contextswitch
LoadPlugin cpu
<Plugin cpu>
  {cpu}
</Plugin>
LoadPlugin df
<Plugin df>
  ValuesPercentage true
</Plugin>
LoadPlugin disk
LoadPlugin interface
LoadPlugin memory
LoadPlugin processes
<Plugin processes>
  Process "collectd"
</Plugin>
LoadPlugin protocols
LoadPlugin swap
LoadPlugin tcpconns
<Plugin tcpconns>
  AllPortsSummary true
</Plugin>
LoadPlugin uptime
LoadPlugin users
"""
CPU = ("", "ValuesPercentage true", "ValuesPercentage true\n  ReportByState false", "ReportByCpu false",
       "ReportByCpu false\n  ReportByState false")
# disk.c tells it of disks that had requests under way; no plugin has the others.
RARE = {"pending_operations"} | shipped.ONLY_HERE


def shape(identity):
    """The identity without the names of single disks, interfaces and so on."""
    (plugin, _, instance), kind = identity.split("/")[0].partition("-"), identity.split("/")[1]
    return plugin, bool(instance), kind


def names_of_this_machine(folder, cpu):
    os.makedirs(folder)
    config = stand.write(folder + "/collectd.conf", CONFIG.format(folder=folder, plugins=stand.STOCK_PLUGINS, cpu=cpu,
                                                                 interval=stand.INTERVAL_S))
    with open(folder + "/stderr", "w", encoding="utf-8") as errors, \
            stand.Process([stand.COLLECTD, "-f", "-C", config], stdout=errors, stderr=errors) as collectd:
        def looks():
            return [stand.read(path).count("\n") - 1 for path in glob.glob(folder + "/csv/here/uptime/uptime-*")]
        # Shares of time need two looks; the third is over when the next has begun.
        stand.until(lambda: any(count > 3 for count in looks()), "four looks at this machine")
        collectd.stop(10)
    return {"%s/%s" % (os.path.relpath(where, folder + "/csv/here"), name[:-len("-2000-01-01")])
            for where, _, names in os.walk(folder + "/csv/here") for name in names}


def native_names_are_those_of_collectds_own_plugins(folder):
    if stand.SANITIZER:
        raise stand.Skip("looks at collectd's plugins, not at ours: without a sanitizer only")
    linux = set().union(*(names_of_this_machine("%s/%d" % (folder, number), cpu) for number, cpu in enumerate(CPU)))
    shapes, plugins = set(map(shape, linux)), {shape(name)[0] for name in linux}
    promised = shipped.documented()
    names = {name for module in [*shipped.members("windows"), "cpus", "processes"] for name in promised[module]}
    native = {name for name in names if not name.startswith("mi-") and name.split("/")[1] not in RARE}
    assert len(native) > 40, native
    assert "cpu" in plugins, "every machine has a processor: %r" % plugins
    # A container may have no disks, file systems or swap.
    unknown = {name for name in native if shape(name)[0] in plugins and shape(name) not in shapes}
    assert not unknown, "collectd has no such names on Linux: %r, but: %r" % (sorted(unknown), sorted(map(str, shapes)))


stand.main([native_names_are_those_of_collectds_own_plugins])
