"""Deployments, and how their pods are replaced by others."""

from collections.abc import Mapping
from typing import Any

from winepipeline_operator.children.objects import metadata
from winepipeline_operator.identity import Component, Manifest, selector
from winepipeline_operator.spec import WinePipeline

ONE_BY_ONE: Mapping[str, Any] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
"""A successor is ready before a pod goes."""

STOP_THEN_START: Mapping[str, Any] = {"type": "Recreate"}
"""For what must not run twice."""

_KEPT_REVISIONS = 3


def deployment(
    pipeline: WinePipeline,
    component: Component,
    replicas: int | None,
    template: Mapping[str, Any],
    strategy: Mapping[str, Any] = ONE_BY_ONE,
) -> Manifest:
    """A Deployment; without `replicas` where somebody else owns their number."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(pipeline, component),
        "spec": {
            **({} if replicas is None else {"replicas": replicas}),
            "revisionHistoryLimit": _KEPT_REVISIONS,
            "selector": {"matchLabels": selector(pipeline, component)},
            "strategy": dict(strategy),
            "template": dict(template),
        },
    }
