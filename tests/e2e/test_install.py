#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make install into a DESTDIR: what lies there, a real collectd and mi-get that run from there, and make uninstall."""
import os
import subprocess

import stand

HOST = "web01.example.com"
PLUGINS, TOOLS, MODULES = "/usr/lib/collectd", "/usr/bin", "/usr/share/collectd-mi/modules"
EXPECTED = os.path.join(stand.SOURCE, "tests", "data", "installed")


def make(target, folder):
    """Of the build tree, as a package would. Paths are given, so that those of the configure in use do not matter."""
    if stand.SANITIZER:
        raise stand.Skip("what is installed is not a build with a sanitizer")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    result = subprocess.run(["make", "-C", stand.BUILD, target, "DESTDIR=" + folder, "prefix=/usr", "plugindir=" + PLUGINS],
                            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=stand.PATIENCE_S, check=False)
    assert result.returncode == 0, result.stdout


def installed(folder):
    """Lines "MODE PATH" of every file in the DESTDIR."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            yield "%o %s" % (os.stat(path).st_mode & 0o7777, path[len(folder):])


def every_installed_file_is_expected_and_uninstall_leaves_none(folder):
    make("install", folder)
    assert sorted(installed(folder)) == sorted(stand.read(EXPECTED).splitlines()), sorted(installed(folder))
    make("uninstall", folder)
    assert not list(installed(folder)), list(installed(folder))


def collectd_loads_the_plugin_and_its_modules_from_there(folder):
    root = folder + "/root"
    make("install", root)
    # The last PluginDir before <LoadPlugin mi> is in force; the copy that the stand makes is not to be found.
    more = stand.CSV + 'PluginDir "%s%s"\n' % (root, PLUGINS)
    with stand.start_hosts(folder, HOST) as simhost:
        collectd = stand.Collectd(folder, stand.inventory(folder, simhost.port, HOST + ": {}"), more=more,
                                  modules=root + MODULES)
        os.remove(folder + "/plugins/mi.so")
        with collectd.start():
            collectd.wait_rounds(HOST, 2)
            assert root + PLUGINS + "/mi.so" in stand.read("/proc/%d/maps" % collectd.child.pid)
            simulated = int(simhost.get(HOST, "Win32_OperatingSystem")["NumberOfUsers"])
            assert collectd.rows(HOST, "users/users")[0][1:] == (simulated,), collectd.rows(HOST, "users/users")
            assert collectd.up(HOST)[-1] == 1
            collectd.finish()


def mi_get_runs_from_there(folder):
    root = folder + "/root"
    make("install", root)
    with stand.start_hosts(folder, "127.0.0.1") as simhost:
        words = [root + TOOLS + "/mi-get", "-a", "basic", "-u", "monitor", "-P", folder + "/password",
                 "--allow-unencrypted", "http://127.0.0.1:%d" % simhost.port, "Win32_OperatingSystem=@"]
        result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=stand.PATIENCE_S, check=False)
        assert result.returncode == 0 and "\nNumberOfUsers\t" in result.stdout, result


if __name__ == "__main__":
    stand.main([
        every_installed_file_is_expected_and_uninstall_leaves_none,
        collectd_loads_the_plugin_and_its_modules_from_there,
        mi_get_runs_from_there,
    ])
