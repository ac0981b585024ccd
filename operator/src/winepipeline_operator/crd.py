"""The CustomResourceDefinition, generated from the resource's model: `make crds` writes it, a test holds it in step."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from winepipeline_operator.spec import GROUP, KIND, PLURAL, SHORT_NAME, VERSION, Spec, WinePipeline
from winepipeline_operator.spec.status import Status
from winepipeline_operator.structural import structural_schema, validations

FILE = f"crds/{PLURAL}.{GROUP}.yaml"

_READY = '.status.conditions[?(@.type=="Ready")]'
_COLUMNS = [
    {"name": "Ready", "type": "string", "jsonPath": f"{_READY}.status"},
    {"name": "Reason", "type": "string", "jsonPath": f"{_READY}.reason"},
    {"name": "Lag", "type": "integer", "jsonPath": ".status.lag"},
    {"name": "Rows/s", "type": "number", "jsonPath": ".status.rowsPerSecond"},
    {"name": "Replicas", "type": "integer", "jsonPath": ".status.replicas"},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    {"name": "Dead letters", "type": "integer", "jsonPath": ".status.deadLetters", "priority": 1},
    {"name": "Freshness", "type": "number", "jsonPath": ".status.freshnessSeconds", "priority": 1},
    {"name": "Broker", "type": "string", "jsonPath": ".status.broker", "priority": 1},
]


def definition(
    kind: str, plural: str, short_name: str, version: Mapping[str, Any], categories: Sequence[str] = ()
) -> dict[str, Any]:
    """The CRD of one of our kinds, with its only version."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": [short_name],
                **({"categories": list(categories)} if categories else {}),
            },
            "versions": [dict(version)],
        },
    }


def custom_resource_definition() -> dict[str, Any]:
    """The CRD as the API server takes it."""
    return definition(KIND, PLURAL, SHORT_NAME, _version(), categories=("all",))


def documents() -> dict[str, str]:
    """From the file's path in the repository to its text."""
    text = yaml.safe_dump(custom_resource_definition(), sort_keys=False, width=120, allow_unicode=True)
    return {FILE: f"# Generated from the resource's model by `make crds`; change the model instead.\n{text}"}


def _version() -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": _COLUMNS,
        "subresources": {
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.consumer.replicas",
                "statusReplicasPath": ".status.replicas",
                "labelSelectorPath": ".status.selector",
            },
        },
        "schema": {"openAPIV3Schema": _schema()},
    }


def _schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": WinePipeline.__doc__,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural_schema(Spec),
            "status": structural_schema(Status),
        },
        "x-kubernetes-validations": validations(WinePipeline),
    }
