"""What the parts of a pipeline are called, and the labels by which they are found again."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from winepipeline_operator.spec import API_VERSION, GROUP, KIND, WinePipeline

Component = Literal["redpanda", "console", "emulator", "producer", "consumer", "backfill", "monitoring"]

FIELD_MANAGER: Final = "winepipeline-operator"
"""The owner of every field that the operator writes, but the one below (Server-Side Apply)."""

SCALER_FIELD_MANAGER: Final = "winepipeline-scaler"
"""The owner of the consumers' `spec.replicas` while the built-in scaling decides them."""

PAUSE_ANNOTATION: Final = f"{GROUP}/pause-reconciliation"
"""On the resource: `"true"` leaves everything as it is, also what drifts."""

CHECKSUM_ANNOTATION: Final = f"{GROUP}/checksum"
"""On a pod template: of all configuration and Secret keys that its containers read; a change rolls the pods."""

APPLIED_ANNOTATION: Final = f"{GROUP}/applied"
"""On every child: a fingerprint of the manifest as it was applied last, so that a restart knows what it left."""

FINALIZER: Final = f"{GROUP}/data"
"""On a resource with `deletionPolicy: Delete`: it stays until the operator has deleted an external broker's topics.

Volumes go by their owner references. If the policy is `Retain` by then, it stays until they belong to nobody.
"""

PIPELINE_LABEL: Final = f"{GROUP}/pipeline"
"""On every child: the pipeline's name."""

Manifest = Mapping[str, Any]
"""A Kubernetes object as the API takes it."""


def child_name(pipeline: WinePipeline, component: Component) -> str:
    """`albert-consumer`: the name of a component's Deployment or StatefulSet, and of its main Service."""
    return f"{pipeline.metadata.name}-{component}"


def selector(pipeline: WinePipeline, component: Component) -> dict[str, str]:
    """The labels that a component's pods are selected by; they never change."""
    return {
        "app.kubernetes.io/name": "winepipeline",
        "app.kubernetes.io/instance": pipeline.metadata.name,
        "app.kubernetes.io/component": component,
    }


def labels(pipeline: WinePipeline, component: Component) -> dict[str, str]:
    """The labels of a component's objects and pods."""
    return {
        **selector(pipeline, component),
        "app.kubernetes.io/managed-by": FIELD_MANAGER,
        "app.kubernetes.io/part-of": "winepipeline",
        PIPELINE_LABEL: pipeline.metadata.name,
    }


def owner_reference(pipeline: WinePipeline) -> dict[str, Any]:
    """What makes Kubernetes delete a child with its pipeline."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": pipeline.metadata.name,
        "uid": pipeline.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
