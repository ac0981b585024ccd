"""Topics at a real broker outside of the cluster: made, left alone, deleted only when asked to."""

from collections.abc import Iterator
from typing import Any

import pytest

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic

from .scene import PIPELINES, Operator, Place, demo, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
"""A busy machine takes its time; each wait within has bounds of its own."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka."""
    kafka = Broker(tmp_path_factory.mktemp("broker") / "kafka")
    kafka.start()
    yield kafka
    kafka.stop()


def outside(broker: Broker, name: str, **spec: Any) -> dict[str, Any]:
    """A pipeline on that broker, its topics named after it."""
    topics = {"topic": {"name": name, "partitions": 2}, "deadLetterTopic": {"name": f"{name}_dlq"}}
    external = {"external": {"bootstrapServers": broker.bootstrap}}
    return {**demo(), "spec": {"broker": external, "warehouse": {"emulator": {}}, **topics, **spec}}


def reasons(place: Place) -> set[str]:
    """Of the Events that are there by now."""
    return {each["reason"] for each in place.plane.call("GET", place.path("events"))[1]["items"]}


def test_topics_are_made_and_then_left_alone(broker: Broker, place: Place, operator: Operator) -> None:
    """Both topics are made, and Events say so; more partitions than that are for the broker's owner to give."""
    cluster = Cluster({"bootstrap.servers": broker.bootstrap})
    place.create(outside(broker, "made"))
    until(lambda: place.condition("albert", "TopicsReady").get("status") == "True", 60)
    made = {"made": 2, "made_dlq": 1}
    assert {name: count for name, count in cluster.partition_counts().items() if name.startswith("made")} == made
    assert place.condition("albert", "BrokerReady")["status"] == "True"
    assert {each["name"] for each in place.pipeline("albert")["status"]["topics"]} == set(made)
    place.change("albert", {"topic": {"partitions": 5}})
    until(lambda: place.condition("albert", "TopicsReady").get("reason") == "TopicTooFewPartitions", 60)
    assert "--alter --topic made --partitions 5" in place.condition("albert", "TopicsReady")["message"]
    assert cluster.partition_counts()["made"] == 2
    cluster.grow("made", 5)
    until(lambda: place.condition("albert", "TopicsReady").get("status") == "True", 60)
    until(lambda: place.pipeline("albert")["status"].get("lag") == 0, 60)
    until(lambda: "TopicCreated" in reasons(place))


def test_topics_are_kept_unless_the_policy_says_otherwise(broker: Broker, place: Place, operator: Operator) -> None:
    """Under `Retain` the topics outlive the resource; under `Delete` those go with it that it made, and no other."""
    cluster = Cluster({"bootstrap.servers": broker.bootstrap})
    place.create(outside(broker, "kept"))
    until(lambda: "kept_dlq" in cluster.partition_counts(), 60)
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: place.get("winepipelines", "albert", PIPELINES) is None)
    place.create(outside(broker, "gone", deletionPolicy="Delete"))
    until(lambda: "gone_dlq" in cluster.partition_counts(), 60)
    until(lambda: place.pipeline("albert")["metadata"].get("finalizers"))
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: place.get("winepipelines", "albert", PIPELINES) is None, 60)
    left = cluster.partition_counts()
    assert "kept" in left
    assert "kept_dlq" in left
    until(lambda: not any(name.startswith("gone") for name in cluster.partition_counts()))
    cluster.create([Topic("company", 2)])
    place.create(outside(broker, "company", deletionPolicy="Delete"))
    until(lambda: "company_dlq" in cluster.partition_counts(), 60)
    until(lambda: place.pipeline("albert")["metadata"].get("finalizers"))
    place.delete("winepipelines", "albert", PIPELINES)
    until(lambda: place.get("winepipelines", "albert", PIPELINES) is None, 60)
    until(lambda: "company_dlq" not in cluster.partition_counts())
    assert "company" in cluster.partition_counts()


def test_a_topic_that_somebody_made_is_taken_as_it_is(broker: Broker, place: Place, operator: Operator) -> None:
    """More partitions than wanted stay, and the status says what to write."""
    cluster = Cluster({"bootstrap.servers": broker.bootstrap})
    cluster.create([Topic("theirs", 7)])
    place.create(outside(broker, "theirs"))
    until(lambda: place.condition("albert", "TopicsReady").get("status") == "True", 60)
    assert "write partitions: 7" in place.condition("albert", "TopicsReady")["message"]
    assert cluster.partition_counts()["theirs"] == 7


def test_a_broker_that_is_not_there_is_told(place: Place, operator: Operator) -> None:
    """The status names the address at which nobody answers, and everything else is made all the same."""
    external = {"external": {"bootstrapServers": "127.0.0.1:1"}}
    place.create({**demo(), "spec": {"broker": external, "warehouse": {"emulator": {}}}})
    until(lambda: place.condition("albert", "BrokerReady").get("reason") == "BrokerUnreachable", 60)
    assert "127.0.0.1:1" in place.condition("albert", "BrokerReady")["message"]
    assert place.get("deployments", "albert-consumer", "apps/v1")
