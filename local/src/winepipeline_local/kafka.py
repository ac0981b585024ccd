"""What the local runtime asks of a Kafka cluster: is it there, make topics, how far do they reach."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic, OffsetSpec

from winepipeline_local.errors import BrokerError
from winepipeline_local.totals import Ends

POLL_SECONDS = 0.05
REQUEST_SECONDS = 10.0
NOT_YET = (
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError._NOENT,  # noqa: SLF001 - librdkafka's own codes are named so; this one: no leaders found
    KafkaError._TRANSPORT,  # noqa: SLF001
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be."""

    name: str
    partitions: int
    replication_factor: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


class Cluster:
    """An administrator's view of one Kafka cluster; `client_config` is librdkafka's."""

    def __init__(self, client_config: Mapping[str, Any]) -> None:
        self.bootstrap = str(client_config["bootstrap.servers"])
        quiet = logging.getLogger("librdkafka")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
        self._admin = AdminClient({"client.id": "winepipeline-local", **client_config}, logger=quiet)

    def answers(self, seconds: float = 1.0) -> bool:
        """Whether a broker answers with metadata within so many seconds."""
        try:
            return bool(self._admin.list_topics(timeout=seconds).brokers)
        except KafkaException:
            return False

    def partition_counts(self) -> dict[str, int]:
        """Each topic's number of partitions."""
        metadata = self._asked(lambda: self._admin.list_topics(timeout=REQUEST_SECONDS))
        return {name: len(topic.partitions) for name, topic in metadata.topics.items() if topic.error is None}

    def create(self, topics: Sequence[Topic]) -> tuple[str, ...]:
        """Create the topics that are missing; returns their names. One that stands is left as it is."""
        new = [
            NewTopic(
                t.name, num_partitions=t.partitions, replication_factor=t.replication_factor, config=dict(t.settings)
            )
            for t in topics
        ]
        created = []
        for name, future in self._admin.create_topics(new, operation_timeout=REQUEST_SECONDS).items():
            try:
                future.result(REQUEST_SECONDS)
                created.append(name)
            except KafkaException as failure:
                if failure.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise self._refused(f"create the topic {name}", failure) from failure
        for topic in topics:
            if topic.name in created:
                self.start_offsets(topic.name, range(topic.partitions))  # until each partition has its leader
        return tuple(created)

    def delete(self, names: Sequence[str]) -> None:
        """Delete topics and wait until they are gone; one that does not exist is no error."""
        for name, future in self._admin.delete_topics(list(names), operation_timeout=REQUEST_SECONDS).items():
            try:
                future.result(REQUEST_SECONDS)
            except KafkaException as failure:
                if failure.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise self._refused(f"delete the topic {name}", failure) from failure
        deadline = time.monotonic() + REQUEST_SECONDS
        while set(names) & set(self.partition_counts()) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def delete_records_before(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Move each partition's log start to an offset, as retention does."""
        wanted = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
        for future in self._admin.delete_records(wanted).values():
            self._asked(partial(future.result, REQUEST_SECONDS))

    def grow(self, topic: str, partitions: int) -> None:
        """Give a topic more partitions."""
        future = self._admin.create_partitions([NewPartitions(topic, partitions)])[topic]
        try:
            future.result(REQUEST_SECONDS)
        except KafkaException as failure:
            raise self._refused(f"give the topic {topic} {partitions} partitions", failure) from failure

    def reach(self, topic: str) -> Ends:
        """The topic's id, and from where to where each of its partitions holds events."""
        described = self._admin.describe_topics(TopicCollection([topic]), request_timeout=REQUEST_SECONDS)[topic]
        description = self._asked(partial(described.result, REQUEST_SECONDS))
        numbers = [each.id for each in description.partitions]
        return Ends(str(description.topic_id), self.start_offsets(topic, numbers), self.end_offsets(topic, numbers))

    def committed(self, group: str, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The offsets that a group has committed; partitions without a commit are left out."""
        wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, each) for each in partitions])
        future = self._admin.list_consumer_group_offsets([wanted], request_timeout=REQUEST_SECONDS)[group]
        try:
            found = future.result(REQUEST_SECONDS).topic_partitions
        except KafkaException:  # the group's coordinator is not there yet
            return {}
        return {each.partition: each.offset for each in found if each.error is None and each.offset >= 0}

    def start_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The first offset each partition still holds."""
        return self._offsets(topic, partitions, OffsetSpec.earliest())

    def end_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The offset that each partition's next message will get."""
        return self._offsets(topic, partitions, OffsetSpec.latest())

    def _offsets(self, topic: str, partitions: Sequence[int], spec: Any) -> dict[int, int]:
        where = {TopicPartition(topic, partition): spec for partition in partitions}

        def ask() -> dict[int, int]:
            # Without this, librdkafka asks for ever with the leader epoch from before a broker's restart.
            self._admin.list_topics(topic, timeout=REQUEST_SECONDS)
            asked = self._admin.list_offsets(where, request_timeout=REQUEST_SECONDS)
            return {which.partition: future.result(REQUEST_SECONDS).offset for which, future in asked.items()}

        return dict(self._asked(ask))

    def _asked(self, request: Callable[[], Any]) -> Any:
        """Ask again while the broker says it will know soon: a new topic's leader is not there at once."""
        deadline = time.monotonic() + REQUEST_SECONDS
        while True:
            try:
                return request()
            except KafkaException as failure:
                if failure.args[0].code() not in NOT_YET or time.monotonic() > deadline:
                    raise self._refused("answer", failure) from failure
            time.sleep(POLL_SECONDS)

    def _refused(self, what: str, failure: KafkaException) -> BrokerError:
        return BrokerError(
            f"The broker at {self.bootstrap} did not {what}: {failure.args[0].str()}.",
            "Look at the broker's log, or check with `winepipeline check -f FILE` that it can be reached.",
        )


def wait_until_it_answers(client_config: Mapping[str, Any], seconds: float) -> bool:
    """Whether the cluster answered with metadata before so many seconds had passed."""
    cluster = Cluster(client_config)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if cluster.answers():
            return True
        time.sleep(POLL_SECONDS)
    return False
