"""Monitors and rules before a real API server that has prometheus-operator's own definitions, or has them later."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.harness.failure import CannotRun
from tests.cluster.prometheus_stack.programs import definitions
from winepipeline_operator.children.monitoring import monitoring
from winepipeline_operator.identity import FIELD_MANAGER
from winepipeline_operator.kinds import kind_of
from winepipeline_operator.lint import load
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform

from .control_plane import ControlPlane
from .scene import REPOSITORY, make_place, until

GROUP = "monitoring.coreos.com/v1"
KINDS = frozenset({"ServiceMonitor", "PodMonitor", "PrometheusRule"})
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
APPLY = f"?fieldManager={FIELD_MANAGER}&force=true&fieldValidation=Strict"
LATER_SECONDS = 90.0


def install_kinds(plane: ControlPlane) -> None:
    """Teach the API server the kinds of prometheus-operator that a pipeline uses, as its release has them."""
    try:
        folder = definitions()
    except CannotRun as failure:
        pytest.skip(f"prometheus-operator's definitions come from its Go module: {failure}")
    for plural in ("servicemonitors", "podmonitors", "prometheusrules"):
        file = str(folder / f"monitoring.coreos.com_{plural}.yaml")
        applied = plane.kubectl("apply", "--server-side", "-f", file)
        assert applied.returncode == 0, applied.stderr
        until(functools.partial(established, plane, file))


def established(plane: ControlPlane, file: str) -> bool:
    """Whether the API server serves the kind of a definition."""
    return plane.kubectl("wait", "--for=condition=Established", "-f", file).returncode == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that knows those kinds."""
    from .conftest import _plane  # noqa: PLC0415 - the session's plane must not know them

    for plane in _plane(tmp_path_factory.mktemp("monitoring-plane")):
        install_kinds(plane)
        yield plane


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_every_field_is_one_that_prometheus_operator_knows(served: ControlPlane, example: Path) -> None:
    """No monitor and no rule has a misspelt field, and no rule an expression that the definitions refuse."""
    place = make_place(served)
    resource: dict[str, Any] = yaml.safe_load(example.read_text(encoding="utf-8"))
    resource["metadata"] |= {"namespace": place.namespace, "uid": "6f3e2b0a-0000-4000-8000-000000000000"}
    resource["spec"]["backfill"] = {"days": 7}
    pipeline = load(yaml.safe_dump(resource))
    manifests = monitoring(pipeline, Observed(now_seconds=0, kinds=KINDS), Platform())
    assert {each["kind"] for each in manifests} == {*KINDS, "ConfigMap"}
    for manifest in manifests:
        path = kind_of(manifest).path(place.namespace, manifest["metadata"]["name"])
        status, answer = served.call("PATCH", path + APPLY, manifest, "application/apply-patch+yaml")
        assert status in (200, 201), answer


def test_monitors_and_rules_appear_once_their_kinds_do(own_plane: ControlPlane, start_operator: Any) -> None:
    """Whoever installs Prometheus after the pipeline need not touch the pipeline; until then a condition says so."""
    place = make_place(own_plane)
    start_operator(own_plane, WATCH_NAMESPACES=place.namespace)
    resource = yaml.safe_load((REPOSITORY / "examples" / "demo.yaml").read_text(encoding="utf-8"))
    resource["metadata"]["namespace"] = place.namespace
    place.create(resource)
    missing = until(lambda: place.condition("albert", "MonitoringReady"))
    assert missing["reason"] == "MonitoringNotServed"
    assert "ServiceMonitor" in missing["message"]
    assert "PrometheusRule" in missing["message"]
    until(lambda: place.get("configmaps", "albert-monitoring-dashboards"))

    install_kinds(own_plane)

    for component in ("consumer", "producer", "redpanda"):
        until(functools.partial(place.get, "servicemonitors", f"albert-{component}", GROUP), LATER_SECONDS)
    rules = until(lambda: place.get("prometheusrules", "albert-monitoring", GROUP), LATER_SECONDS)
    assert {group["name"] for group in rules["spec"]["groups"]} == {
        "winepipeline.albert.pipeline",
        "winepipeline.albert.operator",
    }
    until(lambda: place.condition("albert", "MonitoringReady")["reason"] == "MonitoringInPlace", LATER_SECONDS)
