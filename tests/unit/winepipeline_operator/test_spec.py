from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from winepipeline_operator.spec import WinePipeline
from winepipeline_operator.spec.tree import fields, part_types, refused_changes, rules_of

Make = Callable[[dict[str, Any]], WinePipeline]


def test_the_smallest_resource_has_the_documented_defaults(pipeline: Make) -> None:
    """Whoever names only broker and warehouse gets the defaults that the documentation promises."""
    spec = pipeline({}).spec
    assert (spec.topic.name, spec.topic.partitions, spec.topic.retention_hours) == ("sales_events", 6, 168)
    assert (spec.dead_letter_topic.name, spec.dead_letter_topic.partitions) == ("sales_events_dlq", 1)
    assert spec.producer.product_id_range == (1000, 1049)
    assert (spec.consumer.batch_size, spec.consumer.max_batch_size, spec.consumer.timeout_ms) == (100, 50_000, 1000)
    assert (spec.consumer.scaling.mode, spec.consumer.scaling.max_replicas) == ("Builtin", 6)
    assert (spec.paused, spec.deletion_policy, spec.backfill) == (False, "Retain", None)


def test_a_resource_cannot_be_changed_after_it_is_read(pipeline: Make) -> None:
    """What the operator decided upon stays what it was while it acts."""
    with pytest.raises(ValidationError, match="frozen"):
        pipeline({}).spec.topic.partitions = 7


def test_the_names_are_those_of_the_yaml(pipeline: Make) -> None:
    """A field in snake_case is refused here as the API server refuses it."""
    with pytest.raises(ValidationError, match="batch_size"):
        pipeline({"consumer": {"batch_size": 5}})


def test_a_number_in_quotes_is_refused(pipeline: Make) -> None:
    """A value of the wrong type is refused here as the API server refuses it."""
    with pytest.raises(ValidationError, match="partitions"):
        pipeline({"topic": {"partitions": "6"}})


def test_what_the_api_server_adds_is_let_through() -> None:
    """A resource read back from the cluster is understood with all that Kubernetes adds to it."""
    resource = {
        "apiVersion": "caves-albert.io/v1alpha1",
        "kind": "WinePipeline",
        "metadata": {"name": "albert", "namespace": "wine", "uid": "1", "generation": 3, "managedFields": []},
        "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}},
        "status": {"observedGeneration": 2},
    }
    pipeline = WinePipeline.model_validate(resource)
    assert (pipeline.metadata.namespace, pipeline.metadata.generation) == ("wine", 3)


def test_every_field_is_described_with_an_example() -> None:
    """`kubectl explain` and the reference page have words and an example for every field."""
    for path, part in part_types(WinePipeline):
        for name, field in fields(part).items():
            assert (field.description or "").endswith("."), (path, name)
            assert field.examples, (path, name)


def test_rules_have_names_of_their_own_and_point_to_fields_that_exist() -> None:
    """A finding can be looked up by its rule's name, and its line is one of the resource."""
    names: list[str] = []
    for path, part in part_types(WinePipeline):
        assert {rule.field.partition(".")[0] for rule in rules_of(part)} <= set(fields(part)), path
        names += [rule.name for rule in rules_of(part)]
    assert len(names) == len(set(names))


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("topic-name-immutable", {}, {"topic": {"name": "other"}}),
    ("topic-partitions-never-shrink", {}, {"topic": {"partitions": 5}}),
    (
        "replication-factor-never-shrinks",
        {"broker": {"redpanda": {"replicas": 3}}, "topic": {"replicationFactor": 3}},
        {"broker": {"redpanda": {"replicas": 3}}},
    ),
    ("dead-letter-partitions-never-shrink", {"deadLetterTopic": {"partitions": 2}}, {}),
    ("storage-never-shrinks", {}, {"broker": {"redpanda": {"storage": {"size": "5G"}}}}),
    ("storage-class-immutable", {}, {"broker": {"redpanda": {"storage": {"storageClassName": "ssd"}}}}),
    ("emulator-storage-class-immutable", {}, {"warehouse": {"emulator": {"storageClassName": "ssd"}}}),
    (
        "broker-kind-immutable",
        {},
        {"broker": {"redpanda": None, "external": {"bootstrapServers": "kafka:9092"}}},
    ),
    ("brokers-never-shrink", {"broker": {"redpanda": {"replicas": 3}}}, {}),
    ("group-id-immutable", {}, {"consumer": {"groupId": "another"}}),
]


@pytest.mark.parametrize(("name", "before", "after"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_a_change_that_would_lose_events_is_refused(
    pipeline: Make, name: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """A change that loses events or cannot be made is refused by the rule that says why."""
    assert [rule.name for _, rule in refused_changes(pipeline(before), pipeline(after))] == [name]


def test_every_transition_rule_has_a_change_that_it_refuses() -> None:
    """No rule about changes stands untried."""
    declared = {rule.name for _, part in part_types(WinePipeline) for rule in part.transition_rules}
    assert declared == {name for name, *_ in CHANGES}


def test_growth_and_renewal_are_allowed(pipeline: Make) -> None:
    """Partitions, brokers, volumes, retention and the dead-letter topic may change while the pipeline runs."""
    before = pipeline({"deadLetterTopic": {"partitions": 3}})
    after = pipeline(
        {
            "topic": {"partitions": 12, "retentionHours": 24, "replicationFactor": 3},
            "deadLetterTopic": {"name": "rejected", "partitions": 1},
            "broker": {"redpanda": {"replicas": 3, "storage": {"size": "10Gi"}}},
            "paused": True,
        }
    )
    assert list(refused_changes(before, after)) == []
