#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""collectd writes csv from replies recorded at real Windows hosts, with a mute and a refusing host beside them."""
import os

import stand

MODULE = """\
module: recorded
instances:
  - class: Win32_LogicalDisk
    keys: {DeviceID: ["C:", "D:"]}
    metrics:
      - {property: FreeSpace, type: bytes}
      - {property: Size, type: bytes}
  - class: Win32_OperatingSystem
    metrics:
      - {property: NumberOfProcesses, type: count}
  - class: Win32_PerfRawData_PerfDisk_PhysicalDisk
    keys: {Name: ["0 C:", "1 D:", _Total]}
    metrics:
      - {properties: [DiskReadBytesPersec, DiskWriteBytesPersec], type: disk_octets}
  - class: Win32_PerfRawData_Tcpip_NetworkInterface
    keys: {Name: ["RedHat PV NIC Driver _2", "isatap.solutions.loc"]}
    metrics:
      - {properties: [BytesReceivedPersec, BytesSentPersec], type: if_octets, plugin: interface, plugin_instance: "{Name}"}
"""
DISK, PERFDISK = "Win32_LogicalDisk", "Win32_PerfRawData_PerfDisk_PhysicalDisk"
NETWORK = "Win32_PerfRawData_Tcpip_NetworkInterface"
WANTED = {
    "mi-recorded-C/bytes-free_space": (DISK, {"DeviceID": "C:"}, ["FreeSpace"]),
    "mi-recorded-D/bytes-size": (DISK, {"DeviceID": "D:"}, ["Size"]),
    "mi-recorded/count-number_of_processes": ("Win32_OperatingSystem", {}, ["NumberOfProcesses"]),
    "mi-recorded-0_C/disk_octets": (PERFDISK, {"Name": "0 C:"}, ["DiskReadBytesPersec", "DiskWriteBytesPersec"]),
    "mi-recorded-_Total/disk_octets": (PERFDISK, {"Name": "_Total"}, ["DiskReadBytesPersec", "DiskWriteBytesPersec"]),
    "interface-RedHat_PV_NIC_Driver__2/if_octets":
        (NETWORK, {"Name": "RedHat PV NIC Driver _2"}, ["BytesReceivedPersec", "BytesSentPersec"]),
    "interface-isatap.solutions.loc/if_octets":
        (NETWORK, {"Name": "isatap.solutions.loc"}, ["BytesReceivedPersec", "BytesSentPersec"]),
}


def recorded_windows_replies_become_csv_beside_a_mute_and_a_refusing_host(folder):
    hosts = ["windows=replay=tx_2008R2", "mute=mute"]
    lines = ["windows: {modules: [recorded]}", "mute: {modules: [recorded]}", "refusing: {port: 1, modules: [recorded]}"]
    with stand.start_hosts(folder, *hosts, options=("--replies", stand.recorded_replies())) as simhost:
        modules = folder + "/modules"
        collectd = stand.Collectd(folder, stand.inventory(folder, simhost.port, *lines), modules=modules)
        os.mkdir(modules)
        stand.write(modules + "/recorded.yaml", MODULE)
        with collectd.start():
            collectd.wait_rounds("windows", 10)
            collectd.wait_rounds("mute", 1)
            collectd.wait_rounds("refusing", 1)
            counts = simhost.stats("windows")
            collectd.finish()
        assert counts["connections"] == 1, counts
        assert set(collectd.up("windows")) == {1.0}
        assert set(collectd.up("mute")) == {0.0} == set(collectd.up("refusing"))
        for identity, (class_name, keys, properties) in WANTED.items():
            instance = simhost.get("windows", class_name, keys)
            # collectd reads a 64-bit DERIVE as signed; none recorded is that large.
            wanted = tuple(float(instance[name]) for name in properties)
            rows = collectd.rows("windows", identity)
            assert len(rows) >= 9 and {row[1:] for row in rows} == {wanted}, (identity, wanted, rows[:3])
            times = [row[0] for row in rows]
            assert times == sorted(set(times)), "times of %s do not increase" % identity


stand.main([recorded_windows_replies_become_csv_beside_a_mute_and_a_refusing_host])
