"""The CRD of DeadLetterReplay and its reference page, generated from the model: `make docs` writes both."""

from typing import Any

import yaml

from winepipeline_operator.crd import definition
from winepipeline_operator.dead_letter_replay.resource import (
    KIND,
    PLURAL,
    SHORT_NAME,
    DeadLetterReplay,
    ReplaySpec,
    ReplayStatus,
)
from winepipeline_operator.reference import section
from winepipeline_operator.spec import API_VERSION, GROUP, VERSION, Metadata
from winepipeline_operator.spec.tree import part_types
from winepipeline_operator.structural import structural_schema

FILE = f"crds/{PLURAL}.{GROUP}.yaml"
PAGE = "docs/reference/dead-letter-replay.md"

_COLUMNS = [
    {"name": "Pipeline", "type": "string", "jsonPath": ".spec.pipelineRef.name"},
    {"name": "Dry run", "type": "boolean", "jsonPath": ".spec.dryRun"},
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
    {"name": "Matched", "type": "integer", "jsonPath": ".status.counts.matched"},
    {"name": "Sent", "type": "integer", "jsonPath": ".status.counts.sent"},
    {"name": "Invalid", "type": "integer", "jsonPath": ".status.counts.invalid"},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]

_HEAD = f"""\
<!-- Generated from the resource's model by `make docs`; change the model instead. -->
# The resource {KIND}

`{API_VERSION}`, short name `{SHORT_NAME}`. It does in a cluster what `winepipeline dlq replay` does on a laptop.

Every field has a default unless it says *required*. A field that is not listed here is refused.
"""


def custom_resource_definition() -> dict[str, Any]:
    """The CRD as the API server takes it."""
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": _COLUMNS,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": _schema()},
    }
    return definition(KIND, PLURAL, SHORT_NAME, version)


def documents() -> dict[str, str]:
    """From each file's path in the repository to its text."""
    text = yaml.safe_dump(custom_resource_definition(), sort_keys=False, width=120, allow_unicode=True)
    return {
        FILE: f"# Generated from the resource's model by `make crds`; change the model instead.\n{text}",
        PAGE: _page(),
    }


def _page() -> str:
    parts = [*part_types(ReplaySpec, ("spec",)), *part_types(ReplayStatus, ("status",))]
    whole = [section((), DeadLetterReplay), section(("metadata",), Metadata)]
    sections = [_HEAD, *whole, *(section(path, part) for path, part in parts)]
    return "\n".join(each.rstrip("\n") + "\n" for each in sections)


def _schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": DeadLetterReplay.__doc__,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural_schema(ReplaySpec),
            "status": structural_schema(ReplayStatus),
        },
    }
