#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contrib/grafana and contrib/prometheus against what is really there: every query of every panel is asked of Debian's
Prometheus and Graphite, filled by a simulated host through collectd, and has to find something."""
import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import stand
import writers

HOST = "web01.example.com"
DASHBOARDS = stand.SOURCE + "/contrib/grafana/windows-%s.json"
RULES = stand.SOURCE + "/contrib/prometheus/windows.rules.yaml"
# What Grafana would put in: names it has itself, and the values of the dashboards' variables.
VARIABLES = {"prometheus": {"host": HOST, "__rate_interval": "1m"},
             "graphite": {"host": HOST.replace(".", "_"), "prefix": "collectd"}}
KINDS = {"row", "stat", "timeseries", "state-timeline", "bargauge"}
UNITS = {"none", "percent", "s", "ms", "bytes", "Bps", "iops", "pps"}


def load(kind):
    with open(DASHBOARDS % kind, encoding="utf-8") as file:
        return json.load(file)


def panels_of(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries(kind):
    """[(panel's title, query with the variables filled in)]."""
    for panel in panels_of(load(kind)):
        for target in panel["targets"]:
            text = target["expr" if kind == "prometheus" else "target"]
            for name, value in VARIABLES[kind].items():
                text = text.replace("$" + name, value)
            unknown = re.findall(r"\$\{?\w+", text)
            assert not unknown, "%s: what is %s?" % (panel["title"], unknown)
            yield panel["title"], text


def the_dashboards_are_what_grafana_reads(_folder):
    titles = {}
    for kind in VARIABLES:
        dashboard = load(kind)
        assert dashboard["schemaVersion"] >= 36 and dashboard["uid"] and dashboard["title"], dashboard
        assert "id" not in dashboard and "__inputs" not in dashboard, "made for import as it is"
        variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
        assert variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == kind
        assert set(variables) == {"datasource", *VARIABLES[kind]} - {"__rate_interval"}, sorted(variables)
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(ids)) == len(ids), "an id stands twice: %r" % ids
        taken = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            assert cells and not cells & taken and max(x for x, _ in cells) < 24, "%s lies on another panel" % panel["title"]
            taken |= cells
            assert panel["type"] in KINDS, panel["type"]
        for panel in panels_of(dashboard):
            assert panel["datasource"] == {"type": kind, "uid": "${datasource}"}, panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
            letters = [target["refId"] for target in panel["targets"]]
            assert letters and len(set(letters)) == len(letters), panel["title"]
            assert all(target["datasource"] == panel["datasource"] for target in panel["targets"]), panel["title"]
        assert [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"] == ["Fleet", "$host"]
        titles[kind] = [panel["title"] for panel in dashboard["panels"]]
        for _, query in queries(kind):
            assert query.count("(") == query.count(")"), query
    assert titles["prometheus"] == titles["graphite"], "both show the same"


def promtool_accepts_the_rules_and_their_tests_pass(_folder):
    writers.needs("promtool")
    for words in (["check", "rules", RULES], ["test", "rules", RULES.replace(".rules.yaml", "_test.yaml")]):
        result = subprocess.run(["promtool", *words], capture_output=True, text=True, timeout=stand.PATIENCE_S, check=False)
        assert result.returncode == 0 and "SUCCESS" in result.stdout, result.stdout + result.stderr


def every_query_finds_something(folder):
    writers.needs("prometheus", "carbon-cache", "graphite-manage")
    # The host's clock runs, so that rates are not zero.
    with writers.start_running_host(folder, HOST) as simhost, writers.Carbon(folder + "/carbon") as carbon, \
            writers.collectd(folder, simhost, [HOST], prometheus=True, carbon=carbon) as collectd, \
            writers.Prometheus(folder + "/prometheus", collectd.prometheus_port, [RULES]) as prometheus, \
            writers.GraphiteWeb(folder + "/web", carbon) as web:
        def empty(asked, find):
            """Those that find nothing; [] is what is waited for, and one look more so that the failure names them."""
            left = list(asked)

            def all_found():
                left[:] = [(title, query) for title, query in left if not find(query)]
                return not left
            try:
                collectd.wait_for(all_found, "every query")
            except AssertionError:
                return left
            return []

        def has_numbers(series):
            return bool(series) and all(value == value for _, value in series)

        def of_graphite(query):
            return any(any(value is not None for value in values) for _, values in web.render(query))

        nothing = empty(queries("prometheus"), lambda query: has_numbers(prometheus.query(query)))
        assert not nothing, "\n".join(["PromQL that finds nothing:", *map(str, nothing)])
        stand.until(lambda: carbon.points(), "whisper files")
        nothing = empty(queries("graphite"), of_graphite)
        assert not nothing, "\n".join(["Graphite targets that find nothing:", *map(str, nothing)])
        # Of the processors those of the whole host, although each is there for itself, too.
        for title, wanted in (("Processor used", 1), ("Processor time", 3)):
            for kind, find in (("prometheus", prometheus.query), ("graphite", web.render)):
                series = [one for panel, query in queries(kind) if panel == title for one in find(query)]
                assert len(series) == wanted, (kind, title, series)
        # The variables of the dashboards offer the host.
        assert web.find("collectd.*") == [HOST.replace(".", "_")]
        assert prometheus.api("label/instance/values", **{"match[]": 'collectd_mi_gauge{mi="host",type="up"}'}) == [HOST]
        # The rules: what they record is there, and every series that an alert looks at is.
        groups = prometheus.api("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        nothing = empty([(rule["name"], rule["name"]) for rule in rules if rule["type"] == "recording"], prometheus.query)
        assert not nothing, "recorded as nothing: %r" % nothing
        selectors = {(rule["name"], selector) for rule in rules
                     for selector in re.findall(r"collectd_\w+(?:\{[^}]*\})?", rule["query"])}
        nothing = empty(selectors, lambda selector: prometheus.query(selector))
        assert not nothing, "rules look at what is not there: %r" % nothing
        assert all(rule["health"] == "ok" for rule in rules), rules
        simhost.set_mode(HOST, "close")
        collectd.wait_for(lambda: prometheus.query('ALERTS{alertname="WindowsHostDown",instance="%s"}' % HOST),
                          "the alert of a host that went down")
        collectd.finish()


def the_picture_of_the_readme_can_be_drawn_again(folder):
    writers.needs("prometheus")
    path = folder + "/picture.svg"
    subprocess.run([sys.executable, stand.SOURCE + "/contrib/demo/picture", path, "2"], check=True, timeout=stand.PATIENCE_S,
                   env=dict(os.environ, MI_SOURCE=stand.SOURCE, MI_BUILD=stand.BUILD), stdin=subprocess.DEVNULL)
    for where in (path, stand.SOURCE + "/contrib/demo/picture.svg"):
        drawn = ElementTree.parse(where).getroot()
        lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
        assert len(lines) == 12 and all(len(line.get("points").split()) > 1 for line in lines), "four graphs of three hosts"
        assert os.path.getsize(where) < 60 << 10, where


stand.main([
    the_dashboards_are_what_grafana_reads,
    promtool_accepts_the_rules_and_their_tests_pass,
    every_query_finds_something,
    the_picture_of_the_readme_can_be_drawn_again,
])
