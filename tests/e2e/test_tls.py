#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HTTPS: the certificate is checked by default, in mi-get and in the plugin."""
import stand

SYSTEM = "Win32_OperatingSystem=@"


def start_https(folder, name):
    certificate, key = stand.certificate(folder, name)
    return certificate, stand.start_hosts(folder, "localhost", "web01", options=("--tls-cert", certificate, "--tls-key", key))


def mi_get_trusts_the_authority_it_is_given_and_no_other(folder):
    certificate, simhost = start_https(folder, "localhost")
    with simhost:
        words = ["-a", "basic", "-u", "monitor", "-P", folder + "/password", "https://localhost:%d" % simhost.port, SYSTEM, "Caption"]
        status, out, errors = stand.mi_get(*words)
        assert status == 1 and "certificate" in errors.lower() and not out, (status, errors)
        status, out, errors = stand.mi_get("--cacert", certificate, *words)
        assert (status, out) == (0, "Caption\tSimulated Windows Server\n"), (status, errors)
        status, out, errors = stand.mi_get("-k", *words)
        assert status == 0, (status, errors)


def mi_get_wants_the_name_it_asked_for(folder):
    certificate, simhost = start_https(folder, "somebody.else")
    with simhost:
        words = ["-a", "basic", "-u", "monitor", "-P", folder + "/password", "https://localhost:%d" % simhost.port, SYSTEM]
        status, out, errors = stand.mi_get("--cacert", certificate, *words)
        assert status == 1 and not out, (status, errors)


def the_plugin_fetches_over_https(folder):
    certificate, simhost = start_https(folder, "web01")
    with simhost:
        tls = "transport: https, allow_unencrypted: false"
        hosts = stand.inventory(folder, simhost.port, "web01: {%s, ca_cert: %s}" % (tls, certificate),
                                "distrusted: {%s, server_name: web01}" % tls,
                                "misnamed: {%s, ca_cert: %s, server_name: other}" % (tls, certificate),
                                "careless: {%s, verify_peer: false, verify_host: false, server_name: web01}" % tls)
        with stand.Collectd(folder, hosts).start() as collectd:
            for host in ("web01", "careless", "distrusted", "misnamed"):
                collectd.wait_rounds(host, 2)
            collectd.finish()
            assert set(collectd.up("web01")) == {1.0} == set(collectd.up("careless"))
            assert set(collectd.up("distrusted")) == {0.0} == set(collectd.up("misnamed"))
            for host in ("distrusted", "misnamed"):
                assert len(collectd.said(host + ": ")) == 1, collectd.said(host)


stand.main([
    mi_get_trusts_the_authority_it_is_given_and_no_other,
    mi_get_wants_the_name_it_asked_for,
    the_plugin_fetches_over_https,
])
