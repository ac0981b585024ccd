"""What a pipeline brings along for Prometheus and Grafana, and what happens where those are not installed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from winepipeline_operator.children.desired import desired
from winepipeline_operator.children.monitoring import missing_kinds, monitoring, rule_groups
from winepipeline_operator.identity import Manifest, labels, selector
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

EVERYTHING = frozenset({"ServiceMonitor", "PodMonitor", "PrometheusRule", "GrafanaDashboard"})
Make = Callable[[dict[str, Any]], WinePipeline]


def made(pipeline: WinePipeline, kinds: frozenset[str] = EVERYTHING) -> dict[tuple[str, str], Manifest]:
    """The objects by kind and name."""
    manifests = monitoring(pipeline, Observed(now_seconds=0, kinds=kinds), Platform())
    return {(each["kind"], each["metadata"]["name"]): each for each in manifests}


def test_prometheus_reads_every_component_each_quarter_minute(pipeline: Make) -> None:
    """Consumer, producer and broker are scraped at their ports, and each series says whose it is."""
    found = made(pipeline({}))
    ports = {"consumer": ("metrics", "/metrics"), "producer": ("metrics", "/metrics")}
    for component, place in {**ports, "redpanda": ("admin", "/public_metrics")}.items():
        monitor = found["ServiceMonitor", f"albert-{component}"]
        (endpoint,) = monitor["spec"]["endpoints"]
        assert (endpoint["port"], endpoint["path"]) == place
        assert endpoint["interval"] == "15s"
        assert monitor["spec"]["selector"]["matchLabels"] == selector(pipeline({}), component)  # type: ignore[arg-type]
        marks = [each for each in endpoint["relabelings"] if each["action"] == "replace"]
        replaced = {each["targetLabel"]: each["replacement"] for each in marks}
        assert replaced == {"pipeline": "albert", "component": component}


def test_every_pod_is_read_once(pipeline: Make) -> None:
    """No process is counted twice because two Services lead to it: one broker of three that is down is missed."""
    manifests = desired(pipeline({}), Observed(now_seconds=0, kinds=EVERYTHING), Platform())
    services = [each for each in manifests if each["kind"] == "Service"]
    for monitor in (each for each in manifests if each["kind"] == "ServiceMonitor"):
        (endpoint,) = monitor["spec"]["endpoints"]
        (kept,) = (each["regex"] for each in endpoint["relabelings"] if each["action"] == "keep")
        wanted = monitor["spec"]["selector"]["matchLabels"]
        selected = [each for each in services if wanted.items() <= each["metadata"]["labels"].items()]
        (read,) = (each for each in selected if each["metadata"]["name"] == kept)
        assert endpoint["port"] in {port["name"] for port in read["spec"]["ports"]}


def test_monitors_and_rules_carry_the_labels_that_prometheus_selects_by(pipeline: Make) -> None:
    """kube-prometheus-stack picks them up without being told, and another Prometheus once it is."""
    mine = {"team": "cellar"}
    asked = {"serviceMonitor": {"labels": mine}, "rules": {"labels": mine}}
    for change, expected in (({}, {"release": "kube-prometheus-stack"}), ({"monitoring": asked}, mine)):
        found = made(pipeline(change))
        for kind, name in found:
            if kind in {"ServiceMonitor", "PrometheusRule"}:
                carried = found[kind, name]["metadata"]["labels"]
                assert expected.items() <= carried.items()
                assert labels(pipeline({}), "monitoring").items() <= carried.items()


def test_the_pipeline_owns_what_it_brings_along(pipeline: Make) -> None:
    """Nothing stays in Prometheus or Grafana when the pipeline is deleted."""
    for each in made(pipeline({})).values():
        assert [owner["name"] for owner in each["metadata"]["ownerReferences"]] == ["albert"]
        assert each["metadata"]["namespace"] == "default"


@pytest.mark.parametrize("kinds", [frozenset(), frozenset({"ServiceMonitor"}), EVERYTHING])
def test_kinds_that_are_not_installed_are_left_out_and_named(pipeline: Make, kinds: frozenset[str]) -> None:
    """Without prometheus-operator everything else works, and the condition says what is missing."""
    found = {kind for kind, _ in made(pipeline({}), kinds)}
    assert found - {"ConfigMap"} <= kinds
    assert "ConfigMap" in found
    missing = missing_kinds(pipeline({}), Observed(now_seconds=0, kinds=kinds))
    assert set(missing) == {"ServiceMonitor", "PrometheusRule"} - kinds


def test_nothing_is_missing_that_nobody_asked_for(pipeline: Make) -> None:
    """Whoever turns monitoring off is not told that it is not there."""
    off = {"serviceMonitor": {"enabled": False}, "rules": {"enabled": False}, "grafana": {"enabled": False}}
    assert made(pipeline({"monitoring": off})) == {}
    assert missing_kinds(pipeline({"monitoring": off}), Observed(now_seconds=0)) == ()


def test_only_what_runs_is_scraped(pipeline: Make) -> None:
    """No target is down that was never meant to be up."""
    change = {
        "broker": {"redpanda": None, "external": {"bootstrapServers": "kafka:9092"}},
        "producer": {"enabled": False},
        "backfill": {"days": 7},
    }
    found = {each for each in made(pipeline(change)) if each[0].endswith("Monitor")}
    assert found == {("ServiceMonitor", "albert-consumer"), ("PodMonitor", "albert-backfill")}


def test_grafana_finds_both_dashboards_under_names_that_are_the_same_for_every_pipeline(pipeline: Make) -> None:
    """Two pipelines in one Grafana do not get in each other's way: the files are the same, to the letter."""
    config_map = made(pipeline({}))["ConfigMap", "albert-monitoring-dashboards"]
    assert config_map["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert set(config_map["data"]) == {"kafka-consumer-snowflake.json", "winepipeline-fleet.json"}
    for name, text in config_map["data"].items():
        assert json.loads(text)["uid"] == name.removesuffix(".json")
        assert "albert" not in text.replace("caves-albert", "")
    assert sum(map(len, config_map["data"].values())) < 900_000, "a ConfigMap holds 1 MiB"


def test_a_data_source_is_brought_along_where_asked(pipeline: Make) -> None:
    """A Grafana that does not know the pipeline's Prometheus learns of it."""
    asked = {"monitoring": {"grafana": {"datasource": {"url": "http://prometheus.wine:9090"}}}}
    config_map = made(pipeline(asked))["ConfigMap", "albert-monitoring-datasource"]
    assert config_map["metadata"]["labels"]["grafana_datasource"] == "1"
    (text,) = config_map["data"].values()
    (source,) = yaml.safe_load(text)["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus.wine:9090")


def test_grafana_operator_gets_resources_of_its_own(pipeline: Make) -> None:
    """Where grafana-operator runs Grafana, the dashboards come as its resources, out of the same ConfigMap."""
    asked = pipeline({"monitoring": {"grafana": {"instanceSelector": {"dashboards": "grafana"}}}})
    boards = [each for (kind, _), each in made(asked).items() if kind == "GrafanaDashboard"]
    assert [each["spec"]["configMapRef"]["key"] for each in boards] == [
        "kafka-consumer-snowflake.json",
        "winepipeline-fleet.json",
    ]
    assert all(each["spec"]["instanceSelector"] == {"matchLabels": {"dashboards": "grafana"}} for each in boards)
    assert missing_kinds(asked, Observed(now_seconds=0, kinds=EVERYTHING - {"GrafanaDashboard"})) == (
        "GrafanaDashboard",
    )


def test_at_a_faster_pace_only_the_times_are_shorter(pipeline: Make) -> None:
    """A test that cannot wait for hours tries the very rules that a cluster gets."""
    usual, fast = (rule_groups(pipeline({}), Platform(), pace) for pace in (1, 60))
    for one, other in zip(usual, fast, strict=True):
        for rule, faster in zip(one["rules"], other["rules"], strict=True):
            assert rule["alert"] == faster["alert"]
            assert rule["labels"]["severity"] == faster["labels"]["severity"]
            assert rule["expr"].split("[")[0] == faster["expr"].split("[")[0]
    first = usual[0]["rules"][0], fast[0]["rules"][0]
    assert [rule["for"] for rule in first] == ["2m", "2s"]
    assert [rule["labels"]["window"] for rule in first] == ["1h", "1m"]
