"""Dashboards and alerts ask for metrics that the services have, with labels that they have."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from prometheus_client import generate_latest

from tests.prometheus_binary import binary
from tools.exposed import SERVICES
from tools.metrics_page import LABELS, families
from winepipeline_operator.children.monitoring import DASHBOARDS, rule_groups
from winepipeline_operator.lint import load
from winepipeline_operator.monitoring import limits
from winepipeline_operator.platform import Platform

PIPELINE = """
apiVersion: caves-albert.io/v1alpha1
kind: WinePipeline
metadata: {name: albert, namespace: wine}
spec: {broker: {redpanda: {}}, warehouse: {emulator: {}}, consumer: {scaling: {minReplicas: 0}}}
"""

OF_THE_TARGET = {"namespace", "pod", "instance", "job", "pipeline", "component"}
"""The labels that Prometheus and our monitors put on every series."""

OF_PROMETHEUS = {"up": set[str](), "ALERTS": {"alertname", "alertstate", "severity"}}

OF_REDPANDA: dict[str, set[str]] = {
    "redpanda_cluster_unavailable_partitions": set(),
    "redpanda_storage_disk_free_bytes": set(),
    "redpanda_storage_disk_total_bytes": set(),
}
"""From Redpanda's reference of public metrics; the broker itself is nobody's code here."""

SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
MATCHER = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")
GROUPING = re.compile(r"\b(?:by|on) \(([^)]*)\)")


def series_of_services() -> dict[str, set[str]]:
    """From each series that a service exposes to its labels."""
    found: dict[str, set[str]] = {}
    for registry in SERVICES.values():
        for family in families(registry()):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """Every query of every panel, variable, annotation and alert, with where it stands."""
    for board in DASHBOARDS:
        for panels in board.rows.values():
            for panel in panels:
                for query in panel.queries:
                    yield f"{board.uid}: {panel.title}", query.expression
        for annotation in board.annotations:
            yield f"{board.uid}: {annotation.name}", annotation.expression
        for variable in board.variables:
            yield f"{board.uid}: ${variable.name}", variable.query
    for group in rule_groups(load(PIPELINE), Platform()):
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


EXPRESSIONS = [pytest.param(expression, id=f"{where} {n}") for n, (where, expression) in enumerate(expressions())]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_in_a_query_exists(expression: str) -> None:
    """No panel is empty, and no alert silent, because a metric was renamed."""
    exposed = {**series_of_services(), **OF_PROMETHEUS, **OF_REDPANDA}
    selectors = SELECTOR.findall(expression)
    assert selectors, "a query asks for something"
    labels = set(OF_THE_TARGET)
    for name, matchers in selectors:
        assert name in exposed
        labels |= exposed[name]
        assert set(MATCHER.findall(matchers)) <= exposed[name] | OF_THE_TARGET
    for names in GROUPING.findall(expression):
        assert {name.strip() for name in names.split(",") if name.strip()} <= labels | {"le"}


def test_the_objective_is_a_bound_of_the_histogram() -> None:
    """The share of late events is counted, not guessed between two buckets."""
    samples = [
        sample
        for family in families(SERVICES["Consumer"]())
        if family.name == "winepipeline_event_freshness_seconds"
        for sample in family.samples
    ]
    assert str(float(limits.FRESHNESS_SECONDS.values[0])) in {sample.labels.get("le") for sample in samples}


def test_every_label_has_few_values() -> None:
    """No label grows with the number of events: each is on the page with what it can be."""
    assert {label for labels in series_of_services().values() for label in labels} - {"le"} <= set(LABELS)


@pytest.mark.parametrize("service", SERVICES)
def test_promtool_finds_nothing_to_say_about_a_service_s_metrics(service: str) -> None:
    """Names, units, kinds and help texts are as Prometheus' conventions want them."""
    exposition = generate_latest(SERVICES[service]())
    done = subprocess.run(
        [binary("promtool"), "check", "metrics"], input=exposition, capture_output=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout.decode() + done.stderr.decode()) == (0, "")
