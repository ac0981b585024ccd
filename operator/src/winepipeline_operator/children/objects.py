"""The small objects that every component has some of: ServiceAccounts, Services, ConfigMaps, budgets, volumes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winepipeline_operator.identity import (
    Component,
    Manifest,
    child_name,
    labels,
    owner_reference,
    selector,
)
from winepipeline_operator.spec import WinePipeline


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a Service or a container.

    Attributes:
        name: at most 15 characters, as IANA has it.
        number: the same on the Service and on the pod.
    """

    name: str
    number: int


METRICS = Port("metrics", 8000)
"""Where each of our services shows its metrics and its health."""


def metadata(pipeline: WinePipeline, component: Component, name: str | None = None) -> dict[str, Any]:
    """Name, namespace, labels and owner of an object; without a name it has the component's own."""
    return {
        "name": name or child_name(pipeline, component),
        "namespace": pipeline.metadata.namespace,
        "labels": labels(pipeline, component),
        "ownerReferences": [owner_reference(pipeline)],
    }


def service_account(pipeline: WinePipeline, component: Component) -> Manifest:
    """An identity of the component's own, with no rights and no token in its pods: nothing here calls the API."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(pipeline, component),
        "automountServiceAccountToken": False,
    }


def service(pipeline: WinePipeline, component: Component, ports: tuple[Port, ...]) -> Manifest:
    """A Service with an address of its own, spread over the pods that are ready."""
    spec = {"type": "ClusterIP", "selector": selector(pipeline, component), "ports": _ports(ports)}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(pipeline, component), "spec": spec}


def headless_service(
    pipeline: WinePipeline,
    component: Component,
    ports: tuple[Port, ...],
    name: str | None = None,
    *,
    before_ready: bool = False,
) -> Manifest:
    """A Service that only names its pods in DNS, with `before_ready` also those that are not ready yet."""
    spec = {
        "type": "ClusterIP",
        "clusterIP": "None",
        **({"publishNotReadyAddresses": True} if before_ready else {}),
        "selector": selector(pipeline, component),
        "ports": _ports(ports),
    }
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(pipeline, component, name), "spec": spec}


def config_map(pipeline: WinePipeline, component: Component, data: Mapping[str, str]) -> Manifest:
    """Files for a component."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(pipeline, component),
        "data": dict(data),
    }


def disruption_budget(pipeline: WinePipeline, component: Component) -> Manifest:
    """Lets a drain of nodes take one pod at a time. One, not none: a drain must come through, a lone pod moves too.

    A pod that is not ready does nothing that could be disrupted, and must not hold up a drain for ever.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(pipeline, component),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(pipeline, component)},
        },
    }


def owner_of_volumes(pipeline: WinePipeline) -> dict[str, Any]:
    """What makes volumes go with their pipeline, and only under `deletionPolicy: Delete`.

    Not as the one controller that an object may have: a StatefulSet may still be that of its volumes.
    """
    if pipeline.spec.deletion_policy != "Delete":
        return {}
    return {"ownerReferences": [{**owner_reference(pipeline), "controller": False}]}


def volume_claim(
    pipeline: WinePipeline, component: Component, size: str, storage_class_name: str | None = None
) -> Manifest:
    """A volume. It belongs to the pipeline, and goes with it, only under `deletionPolicy: Delete`."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": child_name(pipeline, component),
            "namespace": pipeline.metadata.namespace,
            "labels": labels(pipeline, component),
            **owner_of_volumes(pipeline),
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            **({"storageClassName": storage_class_name} if storage_class_name else {}),
        },
    }


def _ports(ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    # Server-Side Apply knows a port by its number and protocol, so that the protocol must not be left to a default.
    return [{"name": port.name, "port": port.number, "targetPort": port.name, "protocol": "TCP"} for port in ports]
