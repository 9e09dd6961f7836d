#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mi-get against a host set as Windows ships (AllowUnencrypted false, Negotiate and Kerberos only), with a real KDC: every way
to prove who asks, sealed over HTTP and bound to the channel over TLS; every refusal with its own sentence."""
import contextlib
import os
import shutil
import subprocess

import kdc
import stand

REALM = "SIM.TEST"
WINDOWS = ("--any-host", "--offer", "Negotiate", "--offer", "Kerberos")
DISK = 'Win32_LogicalDisk.DeviceID="C:"'
SIZE = "Size\t107374182400\n"


class Stand:
    """A realm with alice (password, keytab, ticket) and bob for NTLM."""

    def __init__(self, folder, own):
        self.folder, self.kdc = folder, own
        own.user(REALM, "alice", "secret")
        own.user(REALM, "keyed", "secret")
        own.user(REALM, "expired", "secret", "-pwexpire", "2001-01-01 00:00:00")
        own.user(REALM, "locked", "secret", "-allow_tix")
        own.service(REALM, "localhost")
        own.ntlm("DOM", "bob", "secret")
        self.keytab = own.keytab(REALM, "keyed", folder + "/keyed.keytab")
        self.cache = "FILE:" + folder + "/alice.cache"
        own.kinit(REALM, "alice", "secret", self.cache)
        self.password = stand.write(folder + "/password", "secret\n", 0o600)
        self.wrong = stand.write(folder + "/wrong", "hunter2\n", 0o600)
        self.ways = {
            "Kerberos by password": ("-u", "alice", "-P", self.password),
            "Kerberos by keytab": ("-u", "keyed", "--keytab", self.keytab),
            "Kerberos by the keytab alone": ("--keytab", self.keytab),
            "Kerberos by a cache": ("--ccache", self.cache),
            "Kerberos by the ticket of kinit": (),
            "bare Kerberos": ("-a", "kerberos", "-u", "alice@" + REALM, "-P", self.password),
            "NTLM": ("-a", "ntlm", "-u", "DOM\\bob", "-P", self.password),
            "NTLM where Kerberos has no service": ("-u", "DOM\\bob", "-P", self.password, "--realm", REALM, "--spn",
                                                   "HTTP/nobody", "--fallback", "ntlm"),
        }

    def get(self, url, *words, before=(), **env):
        env = dict(self.kdc.env(KRB5CCNAME=self.cache), **env)
        return stand.mi_get("-t", "20", *words, url, DISK, "Size", env=env, before=before)


@contextlib.contextmanager
def start(folder, more=""):
    with kdc.Kdc(folder, REALM, more=more) as own:
        yield Stand(folder, own)


def a_host_as_windows_ships_is_read_in_every_way(folder):
    with start(folder) as made, stand.Simhost(*WINDOWS, env=made.kdc.env()) as simhost:
        for name, words in made.ways.items():
            if "no service" in name:
                continue
            got = made.get("http://localhost:%d" % simhost.port, *words)
            assert got == (0, SIZE, ""), "%s: %s" % (name, got)
        fault = stand.mi_get("-u", "alice", "-P", made.password, "http://localhost:%d" % simhost.port, "Win32_Nothing=@",
                             env=made.kdc.env())
        assert fault[0] == 5, fault


def over_tls_the_handshake_is_bound_to_the_channel(folder):
    certificate, key = stand.certificate(folder, "localhost")
    with start(folder) as made, stand.Simhost(*WINDOWS, "--tls-cert", certificate, "--tls-key", key, "--cbt", "strict",
                                              env=made.kdc.env()) as simhost:
        for name, words in made.ways.items():
            if "no service" in name:
                continue
            got = made.get("https://localhost:%d" % simhost.port, "--cacert", certificate, *words)
            assert got == (0, SIZE, ""), "%s: %s" % (name, got)


def a_client_certificate_is_enough(folder):
    server, key = stand.certificate(folder, "localhost")
    os.makedirs(folder + "/client")
    client, client_key = stand.certificate(folder + "/client", "monitor")
    with stand.Simhost("--any-host", "--user", "nobody", "--password-file", stand.write(folder + "/password", "x\n"),
                       "--tls-cert", server, "--tls-key", key, "--client-ca", client) as simhost:
        words = ("--cacert", server, "https://localhost:%d" % simhost.port, DISK, "Size")
        assert stand.mi_get("-a", "certificate", "--cert", client, "--key", client_key, *words) == (0, SIZE, "")
        assert stand.mi_get("-a", "none", *words)[0] == 2


def fallback_to_ntlm_is_the_operators_choice_only(folder):
    with start(folder) as made, stand.Simhost(*WINDOWS, env=made.kdc.env()) as simhost:
        url = "http://localhost:%d" % simhost.port
        words = made.ways["NTLM where Kerberos has no service"]
        user = ("-u", "alice", "-P", made.password, "--spn", "HTTP/nobody")
        made.kdc.ntlm("", "alice", "secret")
        status, _, said = made.get(url, *user)
        assert status == 4 and "HTTP/nobody" in said, said
        got = made.get(url, *user, "--fallback", "ntlm")
        assert got == (0, SIZE, ""), (words, got)


def each_refusal_of_the_kdc_has_its_sentence(folder):
    with start(folder) as made, stand.Simhost(*WINDOWS, env=made.kdc.env()) as simhost:
        url = "http://localhost:%d" % simhost.port
        cases = [
            (2, "refuses the password", ("-u", "alice", "-P", made.wrong), {}),
            (2, "knows no user", ("-u", "nobody", "-P", made.password), {}),
            (2, "has expired", ("-u", "expired", "-P", made.password), {}),
            (2, "locked", ("-u", "locked", "-P", made.password), {}),
            (4, "knows no service HTTP/other", ("-u", "alice", "-P", made.password, "--spn", "HTTP/other"), {}),
            (2, "kinit", (), {"KRB5CCNAME": "FILE:" + folder + "/nothing"}),
            (4, "gss-ntlmssp", ("-a", "ntlm", "-u", "DOM\\bob", "-P", made.password),
             {"GSS_MECH_CONFIG": "/nonexistent"}),
            (2, "refused the credentials", ("-a", "ntlm", "-u", "DOM\\bob", "-P", made.wrong), {}),
            (2, "refused the credentials", ("-a", "basic", "-u", "alice", "-P", made.password, "--allow-unencrypted"), {}),
        ]
        for status, sentence, words, env in cases:
            got = made.get(url, *words, **env)
            assert got[0] == status and sentence in got[2], "%s: %s" % (words, got)
            assert "hunter2" not in got[2] and "secret" not in got[2], got
        got = made.get("http://127.0.0.1:%d" % simhost.port, "-u", "alice", "-P", made.password)
        assert got[0] == 4 and "IP address" in got[2], got
        made.kdc.stop(REALM)
        got = made.get(url, "-u", "alice", "-P", made.password)
        assert got[0] == 1 and "KDC" in got[2] and REALM in got[2], got
        made.kdc.mute(REALM)
        got = made.get(url, "-t", "1.5", "-u", "alice", "-P", made.password)
        assert got[0] == 1 and "within 1.500 s" in got[2], got


def a_skewed_clock_is_named(folder):
    if not shutil.which("faketime"):
        raise stand.Skip("no faketime")
    if stand.SANITIZER:
        raise stand.Skip("faketime and sanitizers both want to be preloaded")
    # MIT's client corrects its clock by the KDC's unless it is told not to; so two hours of skew work as a rule.
    for more, status, sentence in (("", 0, ""), ("  kdc_timesync = 0\n", 4, "clock")):
        os.makedirs(folder + "/" + str(status))
        with start(folder + "/" + str(status), more) as made, stand.Simhost(*WINDOWS, env=made.kdc.env()) as simhost:
            got = made.get("http://localhost:%d" % simhost.port, "-u", "alice", "-P", made.password,
                           before=("faketime", "-f", "+2h"))
            assert got[0] == status and sentence in got[2], got


# What a hostile or broken host does, the exit status, and what is said.
TRICKS = [
    ("plainreply", 1, "plain text"),
    ("badsig", 1, "cannot be trusted"),
    ("lyinglength", 1, "Length"),
    ("lyingsignature", 1, ""),
    ("downgrade", 2, "offers Basic"),
    ("denied", 2, "refused the credentials"),
    ("cuttoken", 1, ""),
    ("bigtoken", 1, "header line"),
    ("closebetween", 1, "closes the connection"),
    ("status=400,afterlegs", 1, "HTTP 400"),
    ("unauthorized,afterlegs", 2, "refused the credentials"),
]


def a_hostile_host_gets_its_sentence_and_nothing_else(folder):
    with start(folder) as made, stand.Simhost("--host", "localhost", "--connection-memory", "4194304", *WINDOWS,
                                              env=made.kdc.env()) as simhost:
        for words in (made.ways["Kerberos by password"], made.ways["NTLM"]):
            for mode, status, sentence in TRICKS:
                simhost.set_mode("localhost", mode)
                got = made.get("http://localhost:%d" % simhost.port, "-t", "10", *words)
                assert got[0] == status and sentence in got[2] and got[1] == "", "%s %s: %s" % (mode, words, got)
            simhost.set_mode("localhost", "normal")
            assert made.get("http://localhost:%d" % simhost.port, *words) == (0, SIZE, "")


def the_password_is_in_no_command_line_and_valgrind_is_content(folder):
    if stand.SANITIZER or not shutil.which("valgrind"):
        raise stand.Skip("no valgrind here")
    with start(folder) as made, stand.Simhost(*WINDOWS, env=made.kdc.env()) as simhost:
        program = os.path.join(stand.BUILD, ".libs", "mi-get")
        if not os.path.exists(program):
            program = os.path.join(stand.BUILD, "mi-get")
        for name in ("Kerberos by password", "NTLM"):
            result = subprocess.run(
                ["valgrind", "--quiet", "--error-exitcode=99", program, *made.ways[name],
                 "http://localhost:%d" % simhost.port, DISK, "Size"], env=made.kdc.env(), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=stand.PATIENCE_S * 2, check=False)
            assert (result.returncode, result.stdout) == (0, SIZE), "%s: %s" % (name, result.stderr)


if __name__ == "__main__":
    stand.main([
        a_host_as_windows_ships_is_read_in_every_way,
        over_tls_the_handshake_is_bound_to_the_channel,
        a_client_certificate_is_enough,
        fallback_to_ntlm_is_the_operators_choice_only,
        each_refusal_of_the_kdc_has_its_sentence,
        a_skewed_clock_is_named,
        a_hostile_host_gets_its_sentence_and_nothing_else,
        the_password_is_in_no_command_line_and_valgrind_is_content,
    ])
