"""A Prometheus in the cluster as people have it: prometheus-operator makes it from a resource and configures it."""

import json
import math
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.cluster.api import Refused
from tests.cluster.cluster import Cluster, wait_until
from tests.cluster.harness import images
from tests.cluster.harness.layout import CACHE, KUBECONFIG, PROGRAMS, REPOSITORY, RUN
from tests.cluster.prometheus_stack.programs import PROMETHEUS_VERSION, VERSION, definitions

NAMESPACE: Final = "monitoring"
RELEASE: Final = "kube-prometheus-stack"
PROMETHEUS_IMAGE: Final = f"winepipeline-test-prometheus:{PROMETHEUS_VERSION}"
RELOADER_IMAGE: Final = f"winepipeline-test-config-reloader:{VERSION}"
EVALUATION: Final = "5s"
STOP_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Stack:
    """The Prometheus of the cluster, asked through the API server."""

    cluster: Cluster

    def get(self, path: str, **parameters: str) -> Any:
        """What its API answers."""
        url = f"/api/v1/namespaces/{NAMESPACE}/services/prometheus-operated:web/proxy/api/v1/{path}"
        return self.cluster.api.get(url, **parameters)["data"]

    def values(self, expression: str) -> list[float]:
        """The values that an expression has now, one a series."""
        found = [float(each["value"][1]) for each in self.get("query", query=expression)["result"]]
        return [each for each in found if not math.isnan(each)]

    def health(self, namespace: str) -> dict[str, str]:
        """From each component that is scraped in a namespace to its worst health."""
        found: dict[str, str] = {}
        for target in self.get("targets", state="active")["activeTargets"]:
            labels = target["labels"]
            if labels.get("namespace") == namespace:
                component = labels.get("component", labels.get("service", "?"))
                found[component] = target["health"] if found.get(component) != "down" else "down"
        return found

    def rules(self, group: str) -> list[dict[str, Any]]:
        """The rules of the groups whose names begin so."""
        groups = self.get("rules")["groups"]
        return [rule for each in groups if each["name"].startswith(group) for rule in each["rules"]]

    def firing(self, **labels: str) -> set[str]:
        """The alerts that fire, of those that carry these labels."""
        return {
            each["labels"]["alertname"]
            for each in self.get("alerts")["alerts"]
            if each["state"] == "firing" and labels.items() <= each["labels"].items()
        }


def install_definitions(cluster: Cluster) -> None:
    """Teach the cluster prometheus-operator's kinds, as its release has them."""
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(definitions()))
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "prometheuses.monitoring.coreos.com")


def remove_definitions(cluster: Cluster) -> None:
    """Let the cluster forget them, and all objects of those kinds with them."""
    cluster.kubectl("delete", "--ignore-not-found", "-f", str(definitions()))


@contextmanager
def running(cluster: Cluster) -> Iterator[Stack]:
    """prometheus-operator beside the cluster, and a Prometheus in it that takes monitors and rules by label."""
    _load_images()
    for manifest in _manifests():
        cluster.kubectl("apply", "-f", "-", namespace=NAMESPACE, text=json.dumps(manifest))
    with (RUN / "prometheus-operator.log").open("wb") as log:
        process = subprocess.Popen(
            [
                PROGRAMS / "prometheus-operator",
                f"--prometheus-config-reloader={RELOADER_IMAGE}",
                "--web.listen-address=127.0.0.1:0",
            ],
            stdout=log,
            stderr=log,
            env={"KUBECONFIG": str(KUBECONFIG)},
        )
    try:
        cluster.kubectl("apply", "-f", "-", namespace=NAMESPACE, text=json.dumps(_prometheus()))
        stack = Stack(cluster)
        try:
            wait_until(lambda: stack.get("status/buildinfo")["version"], "Prometheus answers")
        except AssertionError as failure:
            failure.add_note(_words(cluster))
            raise
        yield stack
    finally:
        cluster.kubectl("delete", "prometheus", "tests", "--ignore-not-found", namespace=NAMESPACE)
        process.terminate()
        process.wait(STOP_SECONDS)


def _words(cluster: Cluster) -> str:
    """What a person would look at when there is no Prometheus."""
    asked = (
        ("get", "all", "-o", "wide"),
        ("get", "events"),
        ("logs", "prometheus-tests-0", "--all-containers", "--tail=15", "--ignore-errors"),
    )
    said = (RUN / "prometheus-operator.log").read_text(encoding="utf-8")[-4000:]
    for command in asked:
        try:
            said += "\n\n" + cluster.kubectl(*command, namespace=NAMESPACE)[-4000:]
        except Refused as refused:
            said += f"\n\n{refused}"
    return said


def _load_images() -> None:
    context = CACHE / "prometheus_stack"
    context.mkdir(parents=True, exist_ok=True)
    for name in ("prometheus-kubernetes", "prometheus-config-reloader"):
        shutil.copy2(PROGRAMS / name, context / name)
    file = Path("Dockerfile")
    shutil.copy2(REPOSITORY / "tests" / "cluster" / "prometheus_stack" / file, context / file)
    wanted = (
        images.Image(PROMETHEUS_IMAGE, file, context, "prometheus"),
        images.Image(RELOADER_IMAGE, file, context, "config-reloader"),
    )
    for image, identity in images.build(wanted):
        images.load(image, identity)


def _prometheus() -> Mapping[str, Any]:
    selected = {"matchLabels": {"release": RELEASE}}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "tests", "namespace": NAMESPACE},
        "spec": {
            "image": PROMETHEUS_IMAGE,
            "version": f"v{PROMETHEUS_VERSION}",
            "imagePullPolicy": "Never",
            "replicas": 1,
            "serviceAccountName": "prometheus",
            "evaluationInterval": EVALUATION,
            "serviceMonitorSelector": selected,
            "serviceMonitorNamespaceSelector": {},
            "podMonitorSelector": selected,
            "podMonitorNamespaceSelector": {},
            "ruleSelector": selected,
            "ruleNamespaceSelector": {},
            "securityContext": {"runAsUser": 1000, "runAsNonRoot": True, "fsGroup": 2000},
            "resources": {"requests": {"memory": "100Mi"}},
        },
    }


def _manifests() -> Iterator[Mapping[str, Any]]:
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    account = {"name": "prometheus", "namespace": NAMESPACE}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account}
    reads = ["get", "list", "watch"]
    rules = [
        {"apiGroups": [""], "resources": ["services", "endpoints", "pods", "nodes"], "verbs": reads},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": reads},
    ]
    name, api = "winepipeline-test-prometheus", "rbac.authorization.k8s.io"
    yield {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    yield {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", **account}],
    }
