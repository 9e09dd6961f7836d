#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""collectd ends at once, whatever its hosts are at: one test a phase in which a host holds the plugin, then SIGTERM. How long
it took is printed; that is for the reader, the tests only guard against a hang."""
import contextlib
import os
import socket
import threading
import time

import hostile
import kdc
import stand

REALM = "SIM.TEST"
NAMES = os.path.join(stand.BUILD, "tests", "e2e", ".libs", "names.so")
GUARD_S = 5
HOSTS = 12
# Long, so that nothing ends by itself meanwhile.
SLOW = "interval: 20, timeout: 20"


def end(collectd, phase):
    began = time.monotonic()
    collectd.finish(seconds=GUARD_S * (4 if stand.SANITIZER else 1))
    print("# %s: ended %.2f s after SIGTERM" % (phase, time.monotonic() - began), flush=True)


def hosts_of(port, **more):
    """Many hosts at that port: each is asked at its own moment of the interval, so that one of them is soon."""
    words = "".join(", %s: %s" % item for item in more.items())
    return ["host%02d: {port: %d, modules: [os], %s%s}" % (number, port, SLOW, words) for number in range(HOSTS)]


@contextlib.contextmanager
def running(folder, lines, environment=None):
    """collectd with these hosts; a healthy one beside them shows that the plugin works."""
    with stand.start_hosts(folder, "web01") as simhost:
        collectd = stand.Collectd(folder, stand.inventory(folder, simhost.port, "web01: {modules: [os]}", *lines))
        for name, value in (environment or {}).items():
            before = collectd.environment.get(name)
            collectd.environment[name] = before + " " + value if name == "LD_PRELOAD" and before else value
        with collectd.start():
            collectd.wait_rounds("web01", 1)
            yield collectd


class Listener:
    """Takes connections and does nothing with them, but for what answer() does to the first bytes."""

    def __init__(self, backlog=64):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(backlog)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        self.socket.settimeout(stand.PATIENCE_S)
        connection = self.socket.accept()[0]
        connection.settimeout(stand.PATIENCE_S)
        return connection


def while_names_are_being_looked_up(folder):
    environment = {"LD_PRELOAD": NAMES, "MI_TEST_NAMES": "hang.test="}
    lines = hosts_of(1, address="hang.test")
    with running(folder, lines, environment) as collectd:
        # A look-up is a thread of its own, and those that hang add up.
        tasks = "/proc/%d/task" % collectd.child.pid
        usual = len(os.listdir(tasks))
        collectd.wait_for(lambda: len(os.listdir(tasks)) > usual + 2, "three look-ups that hang")
        end(collectd, "a name that never resolves")


def while_a_connection_is_being_made(folder):
    with Listener(backlog=0) as full, contextlib.ExitStack() as fillers:
        for _ in range(3):  # the queue is full: who knocks now gets no answer
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", full.port))
        with running(folder, hosts_of(full.port)) as collectd:
            collectd.wait_for(lambda: connecting(full.port) > 3, "a connection that is not answered")
            end(collectd, "an address that does not answer")


def connecting(port):
    """Sockets to that port that are connected or have sent SYN (state 01, 02 of /proc/net/tcp)."""
    lines = stand.read("/proc/net/tcp").splitlines()[1:]
    return sum(line.split()[2].endswith(":%04X" % port) and line.split()[3] in ("01", "02") for line in lines)


def while_a_host_is_mute_in_tls(folder):
    with Listener() as mute, running(folder, hosts_of(mute.port, transport="https")) as collectd:
        with mute.accept() as connection:
            assert connection.recv(1) == b"\x16"  # the hello of TLS
            end(collectd, "mute in TLS")


def while_the_kdc_is_mute(folder):
    with kdc.Kdc(folder, REALM) as own:
        own.mute(REALM)
        stream = own.deaf[REALM][0]
        lines = hosts_of(1, auth="kerberos", server_name="web01")
        with running_with_auth(folder, lines, own.environment) as collectd:
            stream.settimeout(stand.PATIENCE_S)
            with stream.accept()[0]:
                end(collectd, "a mute KDC")


@contextlib.contextmanager
def running_with_auth(folder, lines, environment):
    """Likewise, with users of Kerberos and NTLM."""
    text = "  kerberos: {user: 'alice@%s', password_file: %s/password}\n" % (REALM, folder)
    text += "  ntlm: {method: ntlm, user: 'DOM\\bob', password_file: %s/password}\n" % folder
    with stand.start_hosts(folder, "web01") as simhost:
        inventory = stand.inventory(folder, simhost.port, "web01: {modules: [os]}", *lines)
        collectd = stand.Collectd(folder, inventory.replace("defaults:", text + "defaults:", 1))
        collectd.environment.update(environment)
        with collectd.start():
            collectd.wait_rounds("web01", 1)
            yield collectd


def while_a_leg_is_not_answered(folder):
    with Listener() as mute, running_with_auth(folder, hosts_of(mute.port, auth="ntlm"), {}) as collectd:
        with mute.accept() as connection:
            assert connection.recv(4) == b"POST"
            end(collectd, "mute between the legs of a handshake")


def while_a_reply_is_awaited(folder):
    with Listener() as mute, running(folder, hosts_of(mute.port)) as collectd:
        with mute.accept() as connection:
            assert connection.recv(4) == b"POST"
            end(collectd, "mute after the request")


def while_a_reply_drips(folder):
    over = threading.Event()
    sent = threading.Event()

    def drip(exchange):
        exchange.read()
        exchange.send(hostile.head("200 OK", 100000))
        while not over.wait(0.05):
            exchange.send(b"<")
            sent.set()

    with hostile.Server(drip) as server, running(folder, hosts_of(server.port)) as collectd:
        assert sent.wait(stand.PATIENCE_S)
        end(collectd, "a reply that drips")
        over.set()


def while_hosts_wait_for_their_next_attempt(folder):
    lines = ["host%02d: {port: 1, modules: [os]}" % number for number in range(HOSTS)]
    with running(folder, lines) as collectd:
        for number in range(HOSTS):
            collectd.wait_for(lambda name="host%02d" % number: collectd.rounds(name) >= 3, "three failures of each")
        end(collectd, "hosts that refuse, between two attempts")


if __name__ == "__main__":
    stand.main([
        while_names_are_being_looked_up,
        while_a_connection_is_being_made,
        while_a_host_is_mute_in_tls,
        while_the_kdc_is_mute,
        while_a_leg_is_not_answered,
        while_a_reply_is_awaited,
        while_a_reply_drips,
        while_hosts_wait_for_their_next_attempt,
    ])
