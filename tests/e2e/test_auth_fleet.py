#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The plugin under Kerberos and NTLM: tickets that end, passwords that change, a mute KDC, connections that are cut, and no
request that ever travels under another host's or user's context: the simulated host counts."""
import contextlib
import os
import random
import time

import kdc
import stand

REALM, OTHER = "SIM.TEST", "OTHER.TEST"
WINDOWS = ("--offer", "Negotiate", "--offer", "Kerberos")
AUTHS = """\
auths:
  password: {{user: alice@{realm}, password_file: {folder}/password}}
  keytab: {{user: keyed@{realm}, keytab: {folder}/keyed.keytab}}
  other: {{method: kerberos, user: carol@{other}, password_file: {folder}/password}}
  ntlm: {{method: ntlm, user: 'DOM\\bob', password_file: {folder}/password}}
defaults: {{auth: password, address: 127.0.0.1, port: {port}, interval: {interval}, timeout: {interval},
           modules: [os]}}
hosts:
"""


@contextlib.contextmanager
def realms(folder, hosts, *options):
    """KDCs of two realms, their users and hosts, and NTLM's user."""
    with kdc.Kdc(folder, REALM, OTHER) as own:
        own.user(REALM, "alice", "secret", *options)
        own.user(REALM, "keyed", "secret", *options)
        own.keytab(REALM, "keyed", folder + "/keyed.keytab")
        own.user(OTHER, "carol", "secret", *options)
        own.ntlm("DOM", "bob", "secret")
        stand.write(folder + "/password", "secret\n", 0o600)
        for realm, host in hosts:
            own.service(realm, host)
        yield own


def inventory(folder, port, lines, interval=stand.INTERVAL_S):
    return AUTHS.format(folder=folder, port=port, realm=REALM, other=OTHER, interval=interval) + "".join(
        "  %s\n" % line for line in lines)


def daemon(folder, own, hosts, **more):
    collectd = stand.Collectd(folder, hosts, **more)
    collectd.environment.update(own.environment)
    return collectd.start()


def all_ups_are_one(collectd, host):
    ups = collectd.up(host)
    assert ups and min(ups) == 1, "%s: %s" % (host, ups)


def every_auth_works_sealed_and_over_tls_with_strict_bindings(folder):
    certificate, key = stand.certificate(folder, "web01")
    os.makedirs(folder + "/client")
    client, client_key = stand.certificate(folder + "/client", "monitor")
    auths = {"password": "", "keytab": "", "other": "", "ntlm": "", "cache": "",
             "certificate": "method: certificate, cert_file: %s, key_file: %s" % (client, client_key)}
    with realms(folder, [(REALM, "web01"), (OTHER, "web01")]) as own:
        auths["cache"] = "user: alice@%s, credential_cache: 'FILE:%s/alice.cache'" % (REALM, folder)
        own.kinit(REALM, "alice", "secret", "FILE:" + folder + "/alice.cache")
        more = "".join("  %s: {%s}\n" % item for item in auths.items() if item[1])
        tls = ("--tls-cert", certificate, "--tls-key", key, "--cbt", "strict", "--client-ca", client)
        with stand.Simhost("--any-host", *WINDOWS, env=own.env()) as plain, \
                stand.Simhost("--any-host", *WINDOWS, *tls, env=own.env()) as bound:
            lines = ["%s-http: {auth: %s, server_name: web01}" % (name, name) for name in auths if name != "certificate"]
            lines += ["%s-https: {auth: %s, server_name: web01, transport: https, port: %d, ca_cert: %s}" %
                      (name, name, bound.port, certificate) for name in auths]
            text = inventory(folder, plain.port, lines).replace("defaults:", more + "defaults:", 1)
            with daemon(folder, own, text) as collectd:
                for line in lines:
                    host = line.split(":")[0]
                    collectd.wait_for(lambda name=host: collectd.rounds(name) >= 3, "rounds of " + host)
                    all_ups_are_one(collectd, host)
                collectd.finish()
                users = set(bound.stats("web01")["users"]) | set(plain.stats("web01")["users"])
                assert {"alice@" + REALM, "keyed@" + REALM, "carol@" + OTHER} <= users, users


def tickets_end_and_no_interval_is_missed(folder):
    """Lives of six seconds; three of them here, more by MI_TICKET_LIVES."""
    lives = int(os.environ.get("MI_TICKET_LIVES", "3"))
    life = int(os.environ.get("MI_TICKET_SECONDS", "6"))
    hosts = [(REALM, "web01"), (REALM, "web02")]
    with realms(folder, hosts, "-maxlife", "%dsec" % life) as own, \
            stand.Simhost("--any-host", *WINDOWS, env=own.env()) as simhost:
        text = inventory(folder, simhost.port, ["web01: {}", "web02: {auth: keytab}"])
        with daemon(folder, own, text) as collectd:
            collectd.wait_for(lambda: collectd.up("web01") and collectd.up("web02"), "first rounds")
            end = time.monotonic() + lives * life
            while time.monotonic() < end:
                collectd.wait_rounds("web01", 1)
            for host in ("web01", "web02"):
                all_ups_are_one(collectd, host)
                assert simhost.stats(host)["handshakes"] >= lives, simhost.stats(host)
                times = [row[0] for row in collectd.rows(host, "mi-host/gauge-up")]
                gap = max(later - before for before, later in zip(times, times[1:]))
                assert gap < 2.5 * stand.INTERVAL_S, "%s: a gap of %g s" % (host, gap)
            collectd.finish()


def a_changed_password_heals_and_the_kdc_is_asked_once_meanwhile(folder):
    hosts = [(REALM, "web%02d" % number) for number in range(12)]
    with realms(folder, hosts) as own, stand.Simhost("--any-host", *WINDOWS, env=own.env()) as simhost:
        stand.write(folder + "/password", "wrong\n", 0o600)
        text = inventory(folder, simhost.port, [host + ": {}" for _, host in hosts] + ["web99: {auth: ntlm}"])
        with daemon(folder, own, text) as collectd:
            collectd.wait_for(lambda: collectd.said("refuses the password"), "a complaint")
            collectd.wait_for(lambda: collectd.rounds("web00") >= 6, "some rounds")
            asked = own.requests(REALM, "AS_REQ", "alice@", "PREAUTH_FAILED")
            assert asked == 1, "the KDC was asked %d times with a wrong password" % asked
            stand.write(folder + "/password", "secret\n", 0o600)
            for _, host in hosts:
                collectd.wait_for(lambda name=host: 1.0 in collectd.up(name), host + " is up")
            collectd.finish()
            assert not collectd.said("secret"), "the password is in the log"


def a_mute_kdc_costs_those_who_need_it_only(folder):
    hosts = [(REALM, "web%02d" % number) for number in range(20)]
    others = ["ntlm01: {auth: ntlm}", "other01: {auth: other}"]
    with realms(folder, hosts + [(OTHER, "other01")]) as own, \
            stand.Simhost("--any-host", *WINDOWS, env=own.env()) as simhost:
        own.mute(REALM)
        text = inventory(folder, simhost.port, [host + ": {}" for _, host in hosts] + others)
        with daemon(folder, own, text) as collectd:
            for host in ("ntlm01", "other01"):
                collectd.wait_for(lambda name=host: collectd.rounds(name) >= 12, "rounds of " + host)
                all_ups_are_one(collectd, host)
            collectd.finish()  # with workers stuck in libkrb5


def five_hundred_hosts_of_two_users_and_two_realms_never_mix(folder):
    number_of_hosts = 60 if stand.SANITIZER else 500
    hosts = [(REALM if number % 2 else OTHER, "h%03d" % number) for number in range(number_of_hosts)]
    domains = {host: realm for realm, host in hosts}
    with kdc.Kdc(folder, REALM, OTHER, domains=domains) as own:
        own.user(REALM, "alice", "secret")
        own.user(OTHER, "carol", "secret")
        stand.write(folder + "/password", "secret\n", 0o600)
        for realm in (REALM, OTHER):
            names = ["HTTP/" + host for of, host in hosts if of == realm]
            own.batch(realm, ["addprinc -randkey " + name for name in names] +
                      ["ktadd -k %s/http.keytab %s" % (folder, name) for name in names])
        with stand.Simhost("--any-host", *WINDOWS, env=own.env()) as simhost:
            lines = ["%s: {auth: %s}" % (host, "password" if realm == REALM else "other") for realm, host in hosts]
            interval = 2
            with daemon(folder, own, inventory(folder, simhost.port, lines, interval), interval=interval) as collectd:
                collectd.wait_for(lambda: all(simhost.ask("GET", "stats")["hosts"].get(host, {}).get("handshakes")
                                              for _, host in hosts), "a handshake of every host")
                chance = random.Random(3)
                for _ in range(6):
                    some = chance.sample(hosts, number_of_hosts // 10)
                    for _, host in some:
                        simhost.set_mode(host, "close")
                    collectd.wait_rounds(hosts[0][1], 1)
                    for _, host in some:
                        simhost.set_mode(host, "normal")
                collectd.wait_rounds(hosts[0][1], 2)
                stats = simhost.ask("GET", "stats")["hosts"]
                collectd.finish()
        for realm, host in hosts:
            user = "alice@" + REALM if realm == REALM else "carol@" + OTHER
            assert stats[host]["wrong_context"] == 0, "%s: %s" % (host, stats[host])
            assert set(stats[host]["users"]) == {user}, "%s: %s" % (host, stats[host])
        cut = sum(stats[host]["handshakes"] > 1 for _, host in hosts)
        assert cut > number_of_hosts // 10, "only %d hosts were cut" % cut


def broken_sealed_replies_cost_their_host_only(folder):
    tricks = {"web01": "replayed", "web02": "skipped", "web03": "badsig", "web04": "extratoken"}
    hosts = [(REALM, host) for host in ["web00", *tricks]]
    with realms(folder, hosts) as own, stand.Simhost(*[word for _, host in hosts for word in ("--host", host)], *WINDOWS,
                                                     env=own.env()) as simhost:
        with daemon(folder, own, inventory(folder, simhost.port, [host + ": {}" for _, host in hosts])) as collectd:
            for _, host in hosts:
                collectd.wait_for(lambda name=host: 1.0 in collectd.up(name), host + " is up")
            for host, trick in tricks.items():
                simhost.set_mode(host, trick)
            for host in ("web01", "web02", "web03"):
                collectd.wait_for(lambda name=host: 0.0 in collectd.up(name), host + " is down")
                assert collectd.said(host, "trust") or collectd.said(host, "Length"), collectd.said(host)
                simhost.set_mode(host, "normal")
                collectd.wait_for(lambda name=host: collectd.up(name)[-1] == 1, host + " is up again")
            all_ups_are_one(collectd, "web00")
            collectd.finish()


if __name__ == "__main__":
    stand.main([
        every_auth_works_sealed_and_over_tls_with_strict_bindings,
        tickets_end_and_no_interval_is_missed,
        a_changed_password_heals_and_the_kdc_is_asked_once_meanwhile,
        a_mute_kdc_costs_those_who_need_it_only,
        five_hundred_hosts_of_two_users_and_two_realms_never_mix,
        broken_sealed_replies_cost_their_host_only,
    ])
