#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A private MIT KDC on loopback, as an ordinary user: realms, principals, keytabs, and a KDC that is down or mute.

Nothing of the system is touched: every file is in a folder of the caller's, every socket is on 127.0.0.1, and the variables
are for children only. Python tests use the class. C tests (tests/sim/kdc.h) run this file as a program:

    kdc.py FOLDER REALM...     prints NAME=VALUE lines of the environment and "ready"; then a command a line on stdin,
                               each answered with "ok" or "failed: ..."; ends when stdin ends:
        start REALM | stop REALM | mute REALM
        user REALM NAME PASSWORD [ADDPRINC-OPTION...]
        service REALM HOST [SERVICE]         a principal with a random key, in the acceptor's keytab
        keytab REALM NAME FILE               the keys of a principal; kadmin makes new ones, its password ends
        password REALM NAME PASSWORD
        kadmin REALM QUERY...
        ntlm DOMAIN USER PASSWORD            a line of NTLM_USER_FILE
        kinit REALM NAME PASSWORD CACHE
"""
import os
import random
import shlex
import socket
import subprocess
import sys

import stand

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])

KRB5_CONF = """\
[libdefaults]
  default_realm = {default}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  default_ccache_name = FILE:{folder}/ccache
  default_keytab_name = FILE:{folder}/http.keytab
  default_client_keytab_name = FILE:{folder}/client.keytab
{more}
[realms]
{realms}
[domain_realm]
{domains}
"""
KDC_CONF = """\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
    max_life = 10h
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
  default = FILE:{folder}/kdc.log
"""


def available():
    """stand.Skip where the packages of contrib/packages are not here."""
    for program in ("krb5kdc", "kadmin.local", "kdb5_util"):
        if not any(os.access(os.path.join(folder, program), os.X_OK) for folder in PATH.split(os.pathsep)):
            raise stand.Skip("no %s: krb5-kdc and krb5-admin-server are not installed" % program)


def own_port():
    """A port that nobody who binds port 0 gets meanwhile: a KDC starts long after its port was written down, and another
    test's KDC on it would answer for the same realm with other users."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            try:
                stream.bind(("127.0.0.1", port))
                datagram.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Kdc:
    """One or several realms, each with a KDC of its own. Ends with the `with` block."""

    def __init__(self, folder, *realms, domains=None, more=""):
        """domains: {"web01": "REALM"} for host names of other realms than the first; more: lines of [libdefaults]."""
        available()
        self.folder = folder
        self.realms = realms
        self.domains = domains or {}
        self.more = more
        self.ports = {realm: own_port() for realm in realms}
        self.children = {}
        self.deaf = {}
        self.environment = {
            "KRB5_CONFIG": folder + "/krb5.conf",
            "KRB5_KTNAME": "FILE:" + folder + "/http.keytab",
            "KRB5RCACHENAME": "none:",
            "NTLM_USER_FILE": folder + "/ntlm.users",
        }
        stand.write(folder + "/ntlm.users", "", 0o600)
        for realm in realms:
            os.makedirs(os.path.join(folder, realm))
        self._configure()
        for realm in realms:
            self._run(realm, "kdb5_util", "create", "-s", "-P", "master-of-a-test")

    def _configure(self):
        stand.write(self.folder + "/krb5.conf", KRB5_CONF.format(
            default=self.realms[0], folder=self.folder, more=self.more,
            realms="".join("  %s = {\n    kdc = 127.0.0.1:%d\n  }\n" % item for item in self.ports.items()),
            domains="".join("  %s = %s\n" % item for item in self.domains.items())))
        for realm in self.realms:
            own = os.path.join(self.folder, realm)
            stand.write(own + "/kdc.conf", KDC_CONF.format(realm=realm, folder=own, port=self.ports[realm]))

    def __enter__(self):
        for realm in self.realms:
            for attempt in range(5):  # the port may have been taken since it was free
                try:
                    self.start(realm)
                    break
                except AssertionError:
                    if attempt == 4:
                        raise
                    self.ports[realm] = own_port()
                    self._configure()
        return self

    def __exit__(self, *_):
        for realm in self.realms:
            self.stop(realm)

    def env(self, **more):
        """The environment of a child that shall know these realms."""
        return dict(os.environ, **self.environment, **more)

    def _profile(self, realm):
        return dict(self.env(), KRB5_KDC_PROFILE=os.path.join(self.folder, realm, "kdc.conf"), PATH=PATH)

    def _run(self, realm, program, *words):
        result = subprocess.run([program, "-r", realm, *words], env=self._profile(realm), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=stand.PATIENCE_S,
                                check=False)
        if result.returncode != 0:
            raise AssertionError("%s %s: %s" % (program, " ".join(words), result.stdout))
        return result.stdout

    def kadmin(self, realm, query, done=""):
        """One query of kadmin.local, and what it printed. It tells of failures by its text only: done must be in it."""
        out = self._run(realm, "kadmin.local", "-q", query)
        if done not in out:
            raise AssertionError("kadmin.local %s: %s" % (query, out))
        return out

    def _query(self, realm, done, *words):
        return self.kadmin(realm, " ".join('"%s"' % word.replace('"', '""') for word in words), done)

    def batch(self, realm, queries):
        """Many queries of kadmin.local in one go; the caller's test notices what did not happen."""
        subprocess.run(["kadmin.local", "-r", realm], env=self._profile(realm), input="\n".join(queries) + "\n",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, timeout=stand.PATIENCE_S, check=True)

    def start(self, realm):
        self.stop(realm)
        own = os.path.join(self.folder, realm)
        starts = stand.read(own + "/kdc.log").count("commencing operation")
        with open(own + "/stdio", "a", encoding="utf-8") as stdio:
            child = stand.Process(["krb5kdc", "-n", "-r", realm, "-P", own + "/pid"], env=self._profile(realm),
                                  stdout=stdio, stderr=stdio)
        self.children[realm] = child

        # Its own word that it has its sockets: on a taken port somebody else's KDC would answer.
        def answers():
            if child.child.poll() is not None:
                raise AssertionError("krb5kdc ended: " + stand.read(own + "/stdio") + stand.read(own + "/kdc.log"))
            return stand.read(own + "/kdc.log").count("commencing operation") > starts
        stand.until(answers, "the KDC of " + realm)

    def stop(self, realm):
        for listener in self.deaf.pop(realm, ()):
            listener.close()
        child = self.children.pop(realm, None)
        if child:
            child.__exit__()

    def mute(self, realm):
        """In its place sockets that take everything and answer nothing."""
        self.stop(realm)
        self.deaf[realm] = []
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            listener = socket.socket(socket.AF_INET, kind)
            self.deaf[realm].append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.ports[realm]))
            if kind == socket.SOCK_STREAM:
                listener.listen(1024)

    def user(self, realm, name, password, *options):
        """options of addprinc: ("-maxlife", "12sec"), ("-pwexpire", "2001-01-01 00:00:00"), ("-allow_tix",) ..."""
        # As in Active Directory, where the KDC itself judges a password.
        self._query(realm, "created.", "addprinc", "-pw", password, "+requires_preauth", *options, name)

    def password(self, realm, name, password):
        self._query(realm, "changed.", "cpw", "-pw", password, name)

    def service(self, realm, host, service="HTTP"):
        name = service + "/" + host
        self._query(realm, "created.", "addprinc", "-randkey", name)
        self.keytab(realm, name, self.folder + "/http.keytab")

    def keytab(self, realm, name, path):
        self._query(realm, "added to keytab", "ktadd", "-k", path, name)
        return path

    def ntlm(self, domain, user, password):
        with open(self.folder + "/ntlm.users", "a", encoding="utf-8") as file:
            file.write("%s:%s:%s\n" % (domain, user, password))

    def kinit(self, realm, name, password, cache):
        subprocess.run(["kinit", "-c", cache, name + "@" + realm], env=self.env(), input=password + "\n", text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=stand.PATIENCE_S, check=True)
        return cache

    def requests(self, realm, *words):
        """How many lines of the KDC's log hold all the words: requests it was asked ("AS_REQ", "alice@REALM")."""
        log = stand.read(os.path.join(self.folder, realm, "kdc.log"))
        return sum(1 for line in log.splitlines() if all(word in line for word in words))


def obey(kdc, line):
    words = shlex.split(line)
    if words[0] == "kadmin":
        kdc.kadmin(words[1], " ".join(words[2:]))
    elif words[0] in ("start", "stop", "mute", "user", "service", "keytab", "password", "ntlm", "kinit"):
        getattr(kdc, words[0])(*words[1:])
    else:
        raise AssertionError("an unknown command")


def program():
    stand.die_with_parent()
    try:
        kdc = Kdc(sys.argv[1], *sys.argv[2:])
    except stand.Skip as reason:
        print("skip: %s" % reason, flush=True)
        sys.exit(77)
    with kdc:
        for name, value in kdc.environment.items():
            print("%s=%s" % (name, value))
        print("ready", flush=True)
        for line in sys.stdin:
            try:
                obey(kdc, line)
                print("ok", flush=True)
            except Exception as error:  # pylint: disable=broad-except
                print("failed: %s" % str(error).replace("\n", " "), flush=True)


if __name__ == "__main__":
    program()
