#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What N instances of one class cost on the wire: by N GetInstances, by an enumeration, by a projected query.

fetch_cost.py SIMHOST MI-GET [N...]    prints a table in Markdown: requests and bytes, both ways, HTTP headers included.

Plain HTTP to one simulated host on loopback, counted by a relay; no authentication, so that only the messages count (a sealed
message is some 300 bytes more). The enumeration is SELECT *, which brings the same items as an Enumerate of the class.
"""
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

CLASS = "Win32_PerfRawData_PerfProc_Process"
COLUMNS = ["Name", "PercentProcessorTime", "WorkingSet", "ThreadCount", "HandleCount", "Timestamp_Sys100NS"]


class Relay:
    """Counts POSTs and bytes between its clients and the host."""

    def __init__(self, port):
        self.target = port
        self.lock = threading.Lock()
        self.reset()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        self.requests = self.sent = self.received = 0

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, sink, out):
        try:
            while data := source.recv(65536):
                with self.lock:
                    if out:
                        self.sent += len(data)
                        self.requests += data.count(b"POST /wsman HTTP/1.1\r\n")
                    else:
                        self.received += len(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def start_host(simhost, folder):
    path = folder + "/port"
    process = subprocess.Popen([simhost, "--host", "127.0.0.1", "--clock", "manual", "--port-file", path],
                               stdout=subprocess.DEVNULL)
    for _ in range(1000):
        try:
            with open(path) as file:
                text = file.read()
            if text.endswith("\n") or text.isdigit():
                return process, int(text)
        except OSError:
            pass
        time.sleep(0.01)
    raise SystemExit("simhost does not start")


def get(mi_get, relay, *arguments):
    command = [mi_get, "-a", "none", "--allow-unencrypted", "--json"]
    url = "http://127.0.0.1:%d" % relay.port
    words = [url if word == "URL" else word for word in arguments]
    done = subprocess.run(command + words, stdout=subprocess.PIPE, check=True, timeout=120)
    return done.stdout.count(b"\n")


def measure(relay, work, expected):
    relay.reset()
    count = work()
    if count != expected:
        raise SystemExit("%d instances instead of %d" % (count, expected))
    return relay.requests, relay.sent, relay.received


def one_by_one(mi_get, relay, n):
    return sum(get(mi_get, relay, "URL", '%s.Name="sim-%05d"' % (CLASS, i)) for i in range(n))


def main():
    simhost, mi_get = sys.argv[1:3]
    counts = [int(word) for word in sys.argv[3:]] or [1, 4, 20, 200]
    with tempfile.TemporaryDirectory() as folder:
        process, port = start_host(simhost, folder)
        relay = Relay(port)
        print("| N | way | requests | bytes sent | bytes received | bytes an instance |\n| --- | --- | --- | --- | --- | --- |")
        try:
            for n in counts:
                urllib.request.urlopen(urllib.request.Request(
                    "http://127.0.0.1:%d/_sim/host/127.0.0.1/mode?set=many=%d" % (port, n), method="POST"))
                where = " FROM %s WHERE Name LIKE 'sim-%%'" % CLASS
                ways = {
                    "N GetInstances": lambda: one_by_one(mi_get, relay, n),
                    "enumeration": lambda: get(mi_get, relay, "--query", "SELECT *" + where, "URL"),
                    "query of %d columns" % len(COLUMNS):
                        lambda: get(mi_get, relay, "--query", "SELECT " + ", ".join(COLUMNS) + where, "URL"),
                    "query of the key": lambda: get(mi_get, relay, "--query", "SELECT Name" + where, "URL"),
                }
                for name, work in ways.items():
                    requests, sent, received = measure(relay, work, n)
                    print("| %d | %s | %d | %d | %d | %d |" % (n, name, requests, sent, received, (sent + received) / n))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
