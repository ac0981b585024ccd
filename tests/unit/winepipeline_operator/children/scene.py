"""A cluster as it is seen, for the tests of what a pipeline should consist of in it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from winepipeline_operator.children.desired import desired
from winepipeline_operator.environment import kafka_secrets, warehouse_secrets
from winepipeline_operator.identity import Manifest
from winepipeline_operator.observed import ChildId, Observed, SecretFacts
from winepipeline_operator.platform import Platform
from winepipeline_operator.spec import WinePipeline

Make = Callable[[Mapping[str, Any]], WinePipeline]

ALL_KINDS = frozenset({"ServiceMonitor", "PodMonitor", "PrometheusRule", "GrafanaDashboard", "ScaledObject"})
PLATFORM = Platform()

SNOWFLAKE = {
    "emulator": None,
    "snowflake": {"account": "caves-albert", "credentialsSecret": {"name": "snowflake"}},
}
KAFKA = {
    "redpanda": None,
    "external": {
        "bootstrapServers": "kafka-0:9093,kafka-1:443",
        "securityProtocol": "SASL_SSL",
        "credentialsSecret": {"name": "kafka-user"},
        "caSecret": {"name": "kafka-ca"},
    },
}


def secrets_of(pipeline: WinePipeline, content: str = "first") -> dict[str, SecretFacts]:
    """Every Secret that the resource names, with the keys it asks for."""
    keys: dict[str, dict[str, str]] = {}
    for each in (*kafka_secrets(pipeline), *warehouse_secrets(pipeline)):
        checksum = hashlib.sha256(f"{content} {each.key}".encode()).hexdigest()
        keys.setdefault(each.secret, {})[each.key] = checksum
    return {name: SecretFacts(checksums) for name, checksums in keys.items()}


def seen(
    children: Iterable[Manifest] = (),
    secrets: Mapping[str, SecretFacts] | None = None,
    kinds: frozenset[str] = ALL_KINDS,
) -> Observed:
    """What is observed of a cluster with these children."""
    return Observed(
        now_seconds=1_800_000_000.0,
        children={ChildId.of(child): child for child in children},
        secrets=secrets or {},
        kinds=kinds,
    )


def wanted(pipeline: WinePipeline, observed: Observed | None = None, platform: Platform = PLATFORM) -> list[Manifest]:
    """What the pipeline should consist of, with all its Secrets there unless something else is seen."""
    return list(desired(pipeline, observed or seen(secrets=secrets_of(pipeline)), platform))


def the(manifests: Iterable[Manifest], kind: str, name: str) -> Manifest:
    """The object of that kind and name."""
    return next(each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name))


def names(manifests: Iterable[Manifest], kind: str) -> list[str]:
    """The names of all objects of a kind."""
    return sorted(each["metadata"]["name"] for each in manifests if each["kind"] == kind)


def pod_specs(manifests: Iterable[Manifest]) -> dict[str, Any]:
    """From each workload's name to the spec of its pods."""
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in manifests if _has_pods(each)}


def checksums(manifests: Iterable[Manifest]) -> dict[str, str]:
    """From each workload's name to its checksum annotation, empty where it has none."""
    found = {each["metadata"]["name"]: each["spec"]["template"]["metadata"] for each in manifests if _has_pods(each)}
    return {name: metadata["annotations"].get("caves-albert.io/checksum", "") for name, metadata in found.items()}


def _has_pods(manifest: Manifest) -> bool:
    return manifest["kind"] in ("Deployment", "StatefulSet", "Job")
