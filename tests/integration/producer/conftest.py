"""The producer as a process of its own, and what it wrote."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster

from .running import SECONDS, Running


@pytest.fixture
def produce(broker: Broker, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a producer with the variables given; whatever still runs at the end is killed."""
    started: list[Running] = []

    def start(topic: str, **variables: str) -> Running:
        environment = {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "KAFKA_TOPIC": topic, "LOG_FORMAT": "json"}
        running = Running({**environment, **variables}, tmp_path / f"producer-{len(started)}.log")
        started.append(running)
        return running

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def ends(broker: Broker) -> Callable[[str], dict[int, int]]:
    """How many messages each partition of a topic has had."""

    def count(topic: str) -> dict[int, int]:
        cluster = Cluster({"bootstrap.servers": broker.bootstrap})
        return cluster.end_offsets(topic, range(cluster.partition_counts()[topic]))

    return count


@pytest.fixture
def messages(broker: Broker, ends: Callable[[str], dict[int, int]]) -> Callable[[str], list[Any]]:
    """All messages of a topic, those of a partition in their order."""

    def read(topic: str) -> list[Any]:
        reached = ends(topic)
        reader = Consumer(
            {"bootstrap.servers": broker.bootstrap, "group.id": "test", "fetch.message.max.bytes": 4_000_000}
        )
        reader.assign([TopicPartition(topic, partition, 0) for partition in reached])
        found: list[Any] = []
        deadline = time.monotonic() + SECONDS
        while len(found) < sum(reached.values()) and time.monotonic() < deadline:
            found += [each for each in reader.consume(1000, 0.5) if each.error() is None]
        reader.close()
        return found

    return read
