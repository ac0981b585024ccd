"""Bad resources at the real API server: each is refused at `kubectl apply`, with words that help."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.tree import part_types

from .scene import PIPELINES, Place, demo

BAD: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "unit/winepipeline_operator/bad.yaml").read_text(encoding="utf-8")
)
SENT = [each for each in BAD if "text" not in each]
"""Those that are YAML at all; the others are refused by kubectl itself."""

RULES = {rule.name: rule for _, part in part_types(WinePipeline) for rule in part.cross_field_rules}


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A copy of `base` with `change` laid over it; None removes a key."""
    result = deepcopy(base)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


@pytest.mark.parametrize("bad", SENT, ids=[each["name"] for each in SENT])
def test_a_bad_resource_is_refused(bad: dict[str, Any], plane_place: Place) -> None:
    """What `winepipeline lint` refuses the API server refuses too, naming the same field, by the same rule's words."""
    resource = merged(demo(), bad.get("resource") or {"spec": bad["spec"]})
    path = plane_place.path("winepipelines", group=PIPELINES) + "?fieldValidation=Strict&dryRun=All"
    status, answer = plane_place.plane.call("POST", path, resource)
    assert status in (400, 422), answer
    for said in bad["says"]:
        name = said.rpartition("[")[2].rstrip("]")
        if name in RULES:
            assert RULES[name].message in answer["message"]


EXTERNAL = {"redpanda": None, "external": {"bootstrapServers": "kafka:9092"}}
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("topic-name-immutable", {}, {"topic": {"name": "sales"}}),
    ("topic-partitions-never-shrink", {"topic": {"partitions": 6}}, {"topic": {"partitions": 5}}),
    (
        "replication-factor-never-shrinks",
        {"broker": EXTERNAL, "topic": {"replicationFactor": 3}},
        {"topic": {"replicationFactor": 2}},
    ),
    (
        "dead-letter-partitions-never-shrink",
        {"deadLetterTopic": {"partitions": 2}},
        {"deadLetterTopic": {"partitions": 1}},
    ),
    ("broker-kind-immutable", {}, {"broker": EXTERNAL}),
    ("brokers-never-shrink", {"broker": {"redpanda": {"replicas": 3}}}, {"broker": {"redpanda": {"replicas": 1}}}),
    (
        "storage-never-shrinks",
        {"broker": {"redpanda": {"storage": {"size": "5Gi"}}}},
        {"broker": {"redpanda": {"storage": {"size": "5000Mi"}}}},
    ),
    (
        "storage-class-immutable",
        {"broker": {"redpanda": {"storage": {"storageClassName": "ssd"}}}},
        {"broker": {"redpanda": {"storage": {"storageClassName": "hdd"}}}},
    ),
    ("emulator-storage-class-immutable", {}, {"warehouse": {"emulator": {"storageClassName": "ssd"}}}),
    ("group-id-immutable", {}, {"consumer": {"groupId": "another"}}),
]
TRANSITIONS = {rule.name: rule for _, part in part_types(WinePipeline) for rule in part.transition_rules}


@pytest.mark.parametrize(("rule", "before", "change"), CHANGES, ids=[each[0] for each in CHANGES])
def test_a_change_that_would_lose_something_is_refused(
    rule: str, before: dict[str, Any], change: dict[str, Any], plane_place: Place
) -> None:
    """A change that cannot be made without a loss is refused by the rule's own words; what stands goes on."""
    name = rule.replace("-", "")[:40]
    first = merged(demo(name), {"spec": before})
    plane_place.create(first)
    path = plane_place.path("winepipelines", name, PIPELINES)
    status, answer = plane_place.plane.call("PATCH", path, {"spec": change}, "application/merge-patch+json")
    assert status == 422, answer
    assert TRANSITIONS[rule].message in answer["message"]


def test_every_rule_about_changes_is_tried() -> None:
    """No rule about changes stands untried at the API server."""
    assert {each[0] for each in CHANGES} == set(TRANSITIONS)


def test_every_example_is_taken(plane_place: Place) -> None:
    """What the repository shows as an example is taken as it stands."""
    for example in sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")):
        for resource in yaml.safe_load_all(example.read_text(encoding="utf-8")):
            if resource["kind"] != "WinePipeline":
                continue
            path = plane_place.path("winepipelines", group=PIPELINES) + "?fieldValidation=Strict&dryRun=All"
            resource["metadata"].pop("namespace", None)
            status, answer = plane_place.plane.call("POST", path, resource)
            assert status == 201, answer
