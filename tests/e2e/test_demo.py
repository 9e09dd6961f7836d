#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contrib/demo/show.py, which contrib/demo/run starts after building."""
import os
import signal
import subprocess
import sys

import stand


def start(folder, *words):
    environment = dict(os.environ, MI_SOURCE=stand.SOURCE, MI_BUILD=stand.BUILD, TMPDIR=folder)
    return stand.Process([sys.executable, stand.SOURCE + "/contrib/demo/show.py", *words], env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def three_hosts_show_every_module(folder):
    with start(folder, "8") as demo:
        text = demo.child.communicate(timeout=stand.PATIENCE_S)[0]
        assert demo.child.returncode == 0, text
    for word in ("web01.example.com", "web02.example.com", "sql01.example.com", "df_df_complex C free", "cpu_percent active",
                 "contextswitch_total /s", "http://127.0.0.1:"):
        assert word in text, "no %s in\n%s" % (word, text)
    assert not os.listdir(folder), "left behind: %r" % os.listdir(folder)


def it_ends_well_at_ctrl_c(folder):
    for number in (signal.SIGINT, signal.SIGTERM):
        with start(folder) as demo:
            line = demo.child.stdout.readline()
            while line and not line.startswith("metric"):
                line = demo.child.stdout.readline()
            demo.child.send_signal(number)
            text = demo.child.communicate(timeout=stand.PATIENCE_S)[0]
            assert demo.child.returncode == 0, text
        assert not os.listdir(folder), "left behind: %r" % os.listdir(folder)


stand.main([three_hosts_show_every_module, it_ends_well_at_ctrl_c])
