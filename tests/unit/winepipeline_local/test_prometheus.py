"""`winepipeline up --prometheus`: what Prometheus is told, and what a person is told where there is none."""

import json
from pathlib import Path

import pytest

from winepipeline_local import prometheus_config
from winepipeline_local.errors import UsageError
from winepipeline_local.plan import ServicePlan
from winepipeline_local.prometheus import Prometheus, find_prometheus
from winepipeline_local.resource import pipeline_of, text_of

PLANS = (
    ServicePlan("producer-1", "winepipeline_producer", {}, 4001),
    ServicePlan("consumer-1", "winepipeline_consumer", {}, 4002),
)


def test_every_service_is_read_with_the_labels_of_a_cluster() -> None:
    """The dashboards show a laptop's pipeline as they show a cluster's."""
    pipeline = pipeline_of(text_of(None), "the demo")
    found = {each["targets"][0]: each["labels"] for each in prometheus_config.targets(pipeline, PLANS)}
    assert set(found) == {"127.0.0.1:4001", "127.0.0.1:4002"}
    assert found["127.0.0.1:4002"] == {
        "namespace": "default",
        "pipeline": "albert",
        "component": "consumer",
        "pod": "consumer-1",
    }


def test_only_alerts_about_what_runs_here_are_raised() -> None:
    """A laptop has no Redpanda and no operator, and nobody is told that they are down."""
    names = {
        rule["alert"]
        for group in prometheus_config.rules(pipeline_of(text_of(None), "the demo"))["groups"]
        for rule in group["rules"]
    }
    assert "WinePipelineConsumerDown" in names
    assert not [name for name in names if "Broker" in name or "Operator" in name or "Reconcile" in name]


def test_where_prometheus_is_missing_a_person_learns_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The command ends at once, before anything is started, and names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(UsageError) as refused:
        find_prometheus()
    assert "no program `prometheus`" in refused.value.message
    assert "apt-get install prometheus" in refused.value.hint


def test_prometheus_follows_consumers_that_come_and_go(tmp_path: Path) -> None:
    """A consumer that the scaling adds is read as well, and one that it takes away is not missed."""
    pipeline = pipeline_of(text_of(None), "the demo")
    prometheus = Prometheus("prometheus", tmp_path, tmp_path / "log")
    for plans in (PLANS, PLANS[:1]):
        prometheus.follow(pipeline, plans)
        written = json.loads((tmp_path / prometheus_config.TARGETS_FILE).read_text(encoding="utf-8"))
        assert [each["labels"]["pod"] for each in written] == [plan.name for plan in plans]
    assert prometheus_config.config(pipeline)["scrape_configs"][0]["file_sd_configs"] == [{"files": ["targets.json"]}]
