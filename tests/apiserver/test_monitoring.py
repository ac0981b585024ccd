"""Monitors and rules before a real API server that has prometheus-operator's own definitions, or has them later."""

import base64
import functools
import gzip
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.harness.failure import CannotRun
from tests.cluster.harness.layout import PROGRAMS
from tests.cluster.prometheus_stack.programs import OPERATOR, definitions
from tests.forks import die_with_the_parent
from tests.prometheus_binary import binary
from winepipeline_operator.children.monitoring import monitoring
from winepipeline_operator.identity import FIELD_MANAGER, Manifest
from winepipeline_operator.kinds import kind_of
from winepipeline_operator.lint import load
from winepipeline_operator.observed import Observed
from winepipeline_operator.platform import Platform

from .control_plane import ControlPlane
from .scene import REPOSITORY, Place, make_place, until

pytestmark = pytest.mark.long

GROUP = "monitoring.coreos.com/v1"
KINDS = frozenset({"ServiceMonitor", "PodMonitor", "PrometheusRule"})
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
APPLY = f"?fieldManager={FIELD_MANAGER}&force=true&fieldValidation=Strict"
LATER_SECONDS = 90.0


def install_kinds(plane: ControlPlane) -> None:
    """Teach the API server the kinds of prometheus-operator, as its release has them."""
    try:
        folder = definitions()
    except CannotRun as failure:
        pytest.skip(f"prometheus-operator's definitions come from its Go module: {failure}")
    for file in map(str, sorted(folder.glob("*.yaml"))):
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
    manifests = wanted(place, example)
    assert {each["kind"] for each in manifests} == {*KINDS, "ConfigMap"}
    bring_about(place, manifests)


def wanted(place: Place, example: Path) -> tuple[Manifest, ...]:
    """What an example brings along, with a backfill besides."""
    resource: dict[str, Any] = yaml.safe_load(example.read_text(encoding="utf-8"))
    resource["metadata"] |= {"namespace": place.namespace, "uid": "6f3e2b0a-0000-4000-8000-000000000000"}
    resource["spec"]["backfill"] = {"days": 7}
    return monitoring(load(yaml.safe_dump(resource)), Observed(now_seconds=0, kinds=KINDS), Platform())


def bring_about(place: Place, manifests: tuple[Manifest, ...]) -> None:
    """Apply objects, and refuse fields that nobody knows."""
    for manifest in manifests:
        path = kind_of(manifest).path(place.namespace, manifest["metadata"]["name"])
        status, answer = place.plane.call("PATCH", path + APPLY, manifest, "application/apply-patch+yaml")
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


@pytest.fixture
def prometheus_operator(served: ControlPlane, tmp_path: Path) -> Iterator[None]:
    """prometheus-operator itself, at work on that control plane."""
    program = PROGRAMS / "prometheus-operator"
    if not OPERATOR.built:
        pytest.skip(f"{program} has not been built: `make test-cluster PYTEST_ARGS='-k monitoring'` builds it")
    listen = "--web.listen-address=127.0.0.1:0"
    with (tmp_path / "prometheus-operator.log").open("wb") as log:
        reaching = {"KUBECONFIG": str(served.kubeconfig)}
        process = subprocess.Popen(
            [program, listen],
            stdout=log,
            stderr=log,
            env=reaching,
            preexec_fn=die_with_the_parent,  # noqa: PLW1509 - one libc call, loaded before the fork
        )
    yield
    process.terminate()
    process.wait(10)


def test_prometheus_operator_makes_a_configuration_of_monitors_and_rules(
    served: ControlPlane, prometheus_operator: None, tmp_path: Path
) -> None:
    """What Prometheus is given reads every component of the pipeline, and promtool takes it with all its rules."""
    place = make_place(served)
    bring_about(place, wanted(place, REPOSITORY / "examples" / "demo.yaml"))
    status, answer = served.call("POST", place.path("prometheuses", group=GROUP), prometheus(place))
    assert status == 201, answer

    def configured() -> dict[str, Any] | None:
        secret = place.get("secrets", "prometheus-tests") or {}
        packed = base64.b64decode(secret.get("data", {}).get("prometheus.yaml.gz", ""))
        found: dict[str, Any] = yaml.safe_load(gzip.decompress(packed)) if packed else {}
        return found if len(found.get("scrape_configs") or ()) == 4 else None

    config = until(configured, LATER_SECONDS)
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    for component in ("consumer", "producer", "redpanda"):
        job = jobs[f"serviceMonitor/{place.namespace}/albert-{component}/0"]
        assert job["scrape_interval"] == "15s"
        assert {"target_label": "pipeline", "replacement": "albert", "action": "replace"} in job["relabel_configs"]
    rules = until(lambda: place.get("configmaps", "prometheus-tests-rulefiles-0"), LATER_SECONDS)
    for name, text in rules["data"].items():
        (tmp_path / name).write_text(text)
    config["rule_files"] = [str(tmp_path / name) for name in rules["data"]]
    for job in config["scrape_configs"]:
        del job["kubernetes_sd_configs"]  # Debian's promtool is built without
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(config))
    command = [binary("promtool"), "check", "config", "--syntax-only", str(tmp_path / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [rule["alert"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert "WinePipelineFreshnessBurn" in names


def prometheus(place: Place) -> dict[str, Any]:
    """A Prometheus that takes what carries the labels that kube-prometheus-stack asks for."""
    selected = {"matchLabels": {"release": "kube-prometheus-stack"}}
    asked = {f"{kind}Selector": selected for kind in ("serviceMonitor", "podMonitor", "rule")}
    spec = {"version": "v2.42.0", "replicas": 1, **asked}
    metadata = {"name": "tests", "namespace": place.namespace}
    return {"apiVersion": GROUP, "kind": "Prometheus", "metadata": metadata, "spec": spec}
