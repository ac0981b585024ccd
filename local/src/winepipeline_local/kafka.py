"""What the local runtime asks of a Kafka cluster: is it there, make topics, how far do they reach."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from winepipeline_local.errors import BrokerError
from winepipeline_local.totals import Ends

POLL_SECONDS = 0.05
URL_SAFE = str.maketrans("+/", "-_")  # a topic's id as Kafka's own tools and the consumer write it
REQUEST_SECONDS = 10.0
# What time does not change. Everything else may pass: a topic just made has no leader yet, a broker just restarted
# has not told everybody its new epoch.
PERMANENT = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.POLICY_VIOLATION,
    KafkaError._AUTHENTICATION,  # noqa: SLF001 - librdkafka's own codes are named so
)

# librdkafka tells of each refused connection; what matters of that comes as an error of the call that waited for it.
_QUIET = logging.getLogger("winepipeline_local.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be."""

    name: str
    partitions: int
    replication_factor: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


class Cluster:
    """An administrator's view of one Kafka cluster; may be used from several threads."""

    def __init__(self, client_config: Mapping[str, Any], group: str = "winepipeline-local") -> None:
        """`client_config` is librdkafka's; `group` is whose committed offsets are asked for, without joining it."""
        self.bootstrap = str(client_config["bootstrap.servers"])
        self._config = {"client.id": "winepipeline-local", **client_config}
        self._admin = AdminClient(self._config, logger=_QUIET)
        self._producer: Producer | None = None
        self._consumer = Consumer({**self._config, "group.id": group, "enable.auto.commit": False}, logger=_QUIET)

    def warm_up(self) -> None:
        """Have the broker give out its first producer id, in the background: it refuses once and costs half a second.

        Services that come later then get theirs at once.
        """
        self._producer = Producer({**self._config, "enable.idempotence": True}, logger=_QUIET)

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
            except TimeoutError as failure:
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
            except TimeoutError as failure:
                raise self._refused(f"delete the topic {name}", failure) from failure
        deadline = time.monotonic() + REQUEST_SECONDS
        while set(names) & set(self.partition_counts()) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def delete_records_before(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Move each partition's log start to an offset, as retention does."""
        wanted = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]

        def ask() -> None:
            # A client of its own: one that has seen a restart asks for ever with the leader epoch from before.
            admin = AdminClient(self._config, logger=_QUIET)
            for future in admin.delete_records(wanted).values():
                future.result(REQUEST_SECONDS)

        self._asked(ask)

    def grow(self, topic: str, partitions: int) -> None:
        """Give a topic more partitions."""
        future = self._admin.create_partitions([NewPartitions(topic, partitions)])[topic]
        try:
            future.result(REQUEST_SECONDS)
        except (KafkaException, TimeoutError) as failure:
            raise self._refused(f"give the topic {topic} {partitions} partitions", failure) from failure

    def reach(self, topic: str) -> Ends:
        """The topic's id, and from where to where each of its partitions holds events."""

        def describe() -> Any:
            asked = self._admin.describe_topics(TopicCollection([topic]), request_timeout=REQUEST_SECONDS)
            return asked[topic].result(REQUEST_SECONDS)

        description = self._asked(describe)
        numbers = [each.id for each in description.partitions]
        spans = self._spans(topic, numbers)
        return Ends(
            str(description.topic_id).translate(URL_SAFE).rstrip("="),
            {number: start for number, (start, _) in spans.items()},
            {number: end for number, (_, end) in spans.items()},
        )

    def committed(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The offsets that the group has committed; partitions without a commit are left out."""
        try:
            found = self._consumer.committed([TopicPartition(topic, each) for each in partitions], REQUEST_SECONDS)
        except KafkaException:  # the group's coordinator is not there yet
            return {}
        return {each.partition: each.offset for each in found if each.error is None and each.offset >= 0}

    def start_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The first offset each partition still holds."""
        return {number: start for number, (start, _) in self._spans(topic, partitions).items()}

    def end_offsets(self, topic: str, partitions: Sequence[int]) -> dict[int, int]:
        """The offset that each partition's next message will get."""
        return {number: end for number, (_, end) in self._spans(topic, partitions).items()}

    def _spans(self, topic: str, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        """First and next offset of each partition.

        Asked through the consumer: librdkafka 2.16's administrative ListOffsets keeps a leader epoch from before a
        broker's restart, and has crashed the process while leaders moved.
        """
        return {number: self._asked(partial(self._span, topic, number)) for number in partitions}

    def _span(self, topic: str, partition: int) -> tuple[int, int]:
        # Without it librdkafka may go on believing that a topic is not there which was made a moment ago.
        self._consumer.list_topics(topic, timeout=REQUEST_SECONDS)
        start, end = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), REQUEST_SECONDS)
        return int(start), int(end)

    def _asked(self, request: Callable[[], Any]) -> Any:
        """Ask until there is an answer, an error that lasts, or no time left."""
        deadline = time.monotonic() + REQUEST_SECONDS
        while True:
            try:
                return request()
            except (KafkaException, TimeoutError) as failure:
                lasts = isinstance(failure, KafkaException) and failure.args[0].code() in PERMANENT
                if lasts or time.monotonic() > deadline:
                    raise self._refused("answer", failure) from failure
            time.sleep(POLL_SECONDS)

    def _refused(self, what: str, failure: KafkaException | TimeoutError) -> BrokerError:
        timed_out = f"it said nothing for {REQUEST_SECONDS:.0f} s"
        why = failure.args[0].str() if isinstance(failure, KafkaException) else timed_out
        return BrokerError(
            f"The broker at {self.bootstrap} did not {what}: {why}.",
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
