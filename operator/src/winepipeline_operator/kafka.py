"""What the operator asks of a broker, through librdkafka: topics, offsets, groups. Nothing else here knows it.

Every call blocks, for so many seconds at most, so it belongs into a thread; a `Cluster` may be used from several.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from winepipeline_operator.broker_errors import SILENT, TELLING, BrokerError, BrokerUnreachable, broker_error
from winepipeline_operator.login import Login
from winepipeline_operator.scaling.observation import GroupState, Partition
from winepipeline_operator.topics import GroupFacts, TopicFacts, WantedTopic

CALL_SECONDS = 10.0
"""What one call may take, all its questions together."""

LATEST, EARLIEST = -1, -2  # what ListOffsets is asked for in place of a time (Kafka's protocol)
RETENTION = "retention.ms"
URL_SAFE = str.maketrans("+/", "-_")  # a topic's id as Kafka's own tools and the consumers write it

_GROUP_STATES = {
    "STABLE": GroupState.STABLE,
    "EMPTY": GroupState.EMPTY,
    "DEAD": GroupState.DEAD,
    "PREPARING_REBALANCING": GroupState.PREPARING_REBALANCE,
    "COMPLETING_REBALANCING": GroupState.COMPLETING_REBALANCE,
    "ASSIGNING": GroupState.ASSIGNING,
    "RECONCILING": GroupState.RECONCILING,
}

# librdkafka tells of each refused connection; what matters of that comes as an error of the call that waited for it.
_QUIET = logging.getLogger(f"{__name__}.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class _Deadline:
    """How much is left of what a call may take."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; never so few that librdkafka would not ask at all."""
        return max(0.1, self._end - time.monotonic())


class Cluster:
    """One broker, or several that belong together, as one user sees them."""

    def __init__(self, login: Login, call_seconds: float = CALL_SECONDS) -> None:
        """Connects at the first question.

        Raises:
            LoginUnusable: librdkafka does not take the settings.
        """
        self.address = login.bootstrap_servers
        self.unanswered = False
        """Whether a question went without an answer: this connection may never recover, a new one does at once."""
        self._call_seconds = call_seconds
        self._told: dict[str, tuple[float, str]] = {}
        config = {
            **login.client_config(),
            "client.id": "winepipeline-operator",
            "error_cb": self._note,
            "socket.timeout.ms": int(call_seconds * 1000),
            "log_level": 0,
            "reconnect.backoff.ms": 250,
        }
        try:
            self._admin = AdminClient(config, logger=_QUIET)
            # It joins no group: ListOffsets through it asks all partitions at once, and goes on after a broker's
            # restart; the admin client's own has kept a leader's epoch from before, and crashed while leaders moved.
            looks = {"group.id": "winepipeline-operator-looks", "enable.auto.commit": False}
            self._consumer = Consumer({**config, **looks}, logger=_QUIET)
        except KafkaException as failure:
            raise _error("take this login", self.address, failure) from failure

    def close(self) -> None:
        """Let go of the connections; nobody may ask any more."""
        self._consumer.close()
        # The threads end with the clients, which know us by `error_cb`: a circle that would wait for the collector.
        del self._consumer, self._admin

    def topics(self, names: Sequence[str]) -> dict[str, TopicFacts]:
        """The topics of these that there are.

        Raises:
            BrokerError: it does not tell.
        """
        with self._asking("describe the topics") as deadline:
            asked = self._admin.describe_topics(TopicCollection(list(names)), request_timeout=deadline.left)
            described = {name: _there(future, deadline) for name, future in asked.items()}
            there = [name for name, description in described.items() if description is not None]
            kept = self._retentions(there, deadline)
            return {name: _facts(described[name], kept.get(name)) for name in there}

    def create(self, topic: WantedTopic) -> bool:
        """Make a topic; False when it is there already, as it is.

        Raises:
            BrokerError: it will not.
        """
        config = {} if topic.retention_ms is None else {RETENTION: str(topic.retention_ms)}
        wanted = NewTopic(topic.name, topic.partitions, topic.replication_factor, config=config)
        with self._asking(f"make the topic {topic.name}") as deadline:
            asked = self._admin.create_topics([wanted], operation_timeout=deadline.left, request_timeout=deadline.left)
            try:
                asked[topic.name].result(deadline.left)
            except KafkaException as failure:
                if failure.args[0].name() != "TOPIC_ALREADY_EXISTS":
                    raise
                return False
            return True

    def grow(self, topic: str, partitions: int) -> None:
        """Give a topic more partitions; as many as asked for altogether.

        Raises:
            BrokerError: it will not.
        """
        with self._asking(f"give the topic {topic} {partitions} partitions") as deadline:
            asked = self._admin.create_partitions([NewPartitions(topic, partitions)], request_timeout=deadline.left)
            asked[topic].result(deadline.left)

    def keep_for(self, topic: str, retention_ms: int) -> None:
        """Set for how long a topic keeps its events; everything else of its configuration stays.

        Raises:
            BrokerError: it will not.
        """
        entry = ConfigEntry(RETENTION, str(retention_ms), incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        with self._asking(f"set how long {topic} keeps its events") as deadline:
            asked = self._admin.incremental_alter_configs([resource], request_timeout=deadline.left)
            asked[resource].result(deadline.left)

    def delete(self, topics: Sequence[str]) -> None:
        """Delete topics with all their events; one that is not there is no error.

        Raises:
            BrokerError: it will not.
        """
        with self._asking(f"delete {', '.join(topics)}") as deadline:
            asked = self._admin.delete_topics(list(topics), request_timeout=deadline.left)
            for future in asked.values():
                _there(future, deadline)

    def group(self, topic: str, group: str) -> GroupFacts:
        """How far the topic reaches and the group has come: first what it committed, last where the topic ends.

        Raises:
            BrokerError: it does not tell.
        """
        with self._asking(f"tell the offsets of {topic}") as deadline:
            # Asked here: without fresh metadata librdkafka goes on with the leader's epoch from before a restart.
            metadata = self._consumer.list_topics(topic, timeout=deadline.left).topics[topic]
            if metadata.error is not None:
                raise KafkaException(metadata.error)
            numbers = sorted(metadata.partitions)
            committed = self._committed(topic, group, numbers, deadline)
            state = self._state(group, deadline)
            starts = self._offsets(topic, numbers, EARLIEST, deadline)
            ends = self._offsets(topic, numbers, LATEST, deadline)
            both = [number for number in numbers if number in starts and number in ends]
            partitions = tuple(Partition(each, ends[each], committed.get(each), starts[each]) for each in both)
            return GroupFacts(partitions, state, len(numbers))

    def _committed(self, topic: str, group: str, numbers: Sequence[int], deadline: _Deadline) -> dict[int, int]:
        """What the group has committed; partitions without a commit are left out, as is what may be uncertain."""
        wanted = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, each) for each in numbers])
        asked = self._admin.list_consumer_group_offsets([wanted], request_timeout=deadline.left)
        found = asked[group].result(deadline.left).topic_partitions
        for each in found:
            if each.error is not None:
                raise KafkaException(each.error)
        return {each.partition: int(each.offset) for each in found if each.offset >= 0}

    def _state(self, group: str, deadline: _Deadline) -> GroupState:
        asked = self._admin.describe_consumer_groups([group], request_timeout=deadline.left)
        state = asked[group].result(deadline.left).state
        return _GROUP_STATES.get(str(state.name), GroupState.UNKNOWN)

    def _offsets(self, topic: str, numbers: Sequence[int], which: int, deadline: _Deadline) -> dict[int, int]:
        """One question for each broker that leads any of them; partitions without an answer are left out."""
        wanted = [TopicPartition(topic, each, which) for each in numbers]
        found = self._consumer.offsets_for_times(wanted, deadline.left)
        return {each.partition: int(each.offset) for each in found if each.error is None and each.offset >= 0}

    def _retentions(self, names: Sequence[str], deadline: _Deadline) -> dict[str, int]:
        """For how long each topic keeps its events; a topic whose configuration the user may not see is left out."""
        if not names:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        found = {}
        for resource, future in self._admin.describe_configs(resources, request_timeout=deadline.left).items():
            try:
                found[resource.name] = int(future.result(deadline.left)[RETENTION].value)
            except (KafkaException, KeyError, TypeError, ValueError):
                continue
        return found

    @contextmanager
    def _asking(self, what: str) -> Iterator[_Deadline]:
        """Bounds what happens within in time, and says in our words what goes wrong."""
        self._drain()
        begun = time.monotonic()
        try:
            yield _Deadline(self._call_seconds)
        except KafkaException as failure:
            error = _error(what, self.address, failure)
            if isinstance(error, BrokerUnreachable):
                self.unanswered = True
                error = self._telling(what, begun) or error
            raise error from failure
        except FutureTimeout as failure:
            self.unanswered = True
            raise self._telling(what, begun) or BrokerUnreachable(_silence(what, self.address)) from failure

    def _telling(self, what: str, begun: float) -> BrokerError | None:
        """The error that says why nobody answered, if librdkafka has told since then."""
        self._drain()
        for name, (told, words) in self._told.items():
            if told >= begun:
                return broker_error(name, f"the broker at {self.address} did not {what}: {words}")
        return None

    def _note(self, error: Any) -> None:
        if error.name() in TELLING:
            self._told[error.name()] = time.monotonic(), error.str()

    def _drain(self) -> None:
        """Have librdkafka tell what it has to tell; it keeps it for ever otherwise."""
        self._admin.poll(0)
        self._consumer.consume(100, 0)


def _there(future: Any, deadline: _Deadline) -> Any:
    """The answer, or None where there is no such topic."""
    try:
        return future.result(deadline.left)
    except KafkaException as failure:
        if failure.args[0].name() != "UNKNOWN_TOPIC_OR_PART":
            raise
        return None


def _facts(description: Any, retention_ms: int | None) -> TopicFacts:
    unique = description.topic_id
    known = unique is not None and (unique.get_most_significant_bits() or unique.get_least_significant_bits())
    return TopicFacts(
        name=description.name,
        topic_id=str(unique).translate(URL_SAFE).rstrip("=") if known else "",
        partitions=len(description.partitions),
        replication_factor=min((len(each.replicas) for each in description.partitions), default=0),
        leaderless=tuple(each.id for each in description.partitions if each.leader is None),
        retention_ms=retention_ms,
    )


def _silence(what: str, address: str) -> str:
    return f"nobody answers at {address}, asked to {what}"


def _error(what: str, address: str, failure: KafkaException) -> BrokerError:
    error = failure.args[0]
    if error.name() in SILENT:  # librdkafka's words for it say which of its timers ran out
        return BrokerUnreachable(_silence(what, address))
    return broker_error(error.name(), f"the broker at {address} did not {what}: {error.str()}")
