#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark measures what it says: each of its clients gets what is recorded, with one request or without any, and the
table has numbers for what is asked for."""
import os
import subprocess
import sys

import measure
import stand


def require(tools=()):
    try:
        measure.require(tools)
    except measure.Needs as reason:
        raise stand.Skip(reason) from None


def every_client_of_the_benchmark_gets_what_it_is_for(folder):
    require()
    with measure.start(folder) as made:
        for row in measure.ROWS:
            before = made.requests()
            made.run(row.client, 3)
            asked = made.requests() - before
            assert (asked == 0) == (row.kind == measure.LOCAL) and (asked == 3 or row.kind != measure.OTHER), (row, asked)
            if row.idle:
                assert made.run(row.idle, 3)["idle_kb"] > 0, row


def the_table_has_numbers_for_the_rows_that_are_asked_for(_folder):
    if stand.SANITIZER:
        raise stand.Skip("valgrind runs no sanitizer's programs")
    require(measure.TOOLS)
    wanted = {row.name: row.title for row in measure.ROWS if row.name in ("cook", "type", "class")}
    words = [sys.executable, "-B", os.path.join(measure.HERE, "run"), "--markdown", stand.BUILD]
    for name in wanted:
        words += ["--row", name]
    printed = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100, check=False)
    assert printed.returncode == 0, printed.stderr
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.stdout.splitlines() if "|" in line]
    table = {line[0]: dict(zip(lines[0], line)) for line in lines[2:]}
    assert list(table) == list(wanted.values()), printed.stdout
    numbers = {name: float(table[title]["instructions"].replace(",", "")) for name, title in wanted.items()}
    assert 100 < numbers["cook"] < numbers["type"] < numbers["class"], numbers
    assert table[wanted["cook"]]["system calls"] == "-" and float(table[wanted["class"]]["KiB kept"]) > 1, table


if __name__ == "__main__":
    stand.main([every_client_of_the_benchmark_gets_what_it_is_for, the_table_has_numbers_for_the_rows_that_are_asked_for])
