"""One test's own topics and tables, what was produced into them, and the proof that it landed once."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer as KafkaConsumer
from confluent_kafka import Message, Producer, TopicPartition

from winepipeline_local.broker import Broker
from winepipeline_local.kafka import Cluster, Topic
from winepipeline_local.totals import with_ends
from winepipeline_producer.stream import Recipe, Stream
from winepipeline_warehouse.audit import Audit, audit
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.session import Session
from winepipeline_warehouse.settings import WarehouseSettings

from .process import Consumer, eventually

Place = tuple[int, int]
"""Partition and offset; the partitions of a topic that was made again count on from 1000, then from 2000, and so on."""

_ANOTHER_TOPIC = 1000

QUIET = logging.getLogger("librdkafka")
"""What the tests' own clients say of a broker that is stopped on purpose goes nowhere (see `Cluster`)."""

QUICK = {
    "BATCH_SIZE": "20",
    "MAX_BATCH_SIZE": "200",
    "CONSUMER_TIMEOUT_MS": "50",
    "CONSUMER_SESSION_TIMEOUT_MS": "6000",
    "STOP_SECONDS": "10",
    "SNOWFLAKE_LOGIN_TIMEOUT": "5",
    "SNOWFLAKE_NETWORK_TIMEOUT": "10",
    "SNOWFLAKE_LOCK_TIMEOUT": "5",
    "METRICS_HOST": "127.0.0.1",
    "METRICS_PORT": "0",
}


@dataclass(frozen=True)
class Sent:
    """A message as it was sent."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    timestamp_ms: int = 0
    """When it was produced; 0 for now."""


@dataclass
class Scene:
    """See the module's docstring."""

    broker: Broker
    login: dict[str, str]
    topic: str
    dead_letter_topic: str
    table: str
    folder: Path
    sent: dict[Place, Sent] = field(default_factory=dict)
    expired: set[Place] = field(default_factory=set)
    consumers: list[Consumer] = field(default_factory=list)
    _session: Session | None = None
    _has_tables: bool = False
    _stream: Stream = field(default_factory=lambda: Stream(Recipe(invalid_probability=0.1), seed=1))

    def __post_init__(self) -> None:
        self.cluster = Cluster({"bootstrap.servers": self.broker.bootstrap})
        self.topic_ids = [self.cluster.reach(self.topic).topic_id]
        self.new_producer()

    def new_producer(self) -> None:
        """Produce with another client: an idempotent one takes nothing any more once a log has lost what it wrote."""
        self._producer = Producer(
            {
                "bootstrap.servers": self.broker.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 2,
                # Some malformed events are larger than a topic takes, but not when they are compressed.
                "compression.type": "zstd",
                "message.max.bytes": 8_000_000,
            },
            logger=QUIET,
        )

    # Consumers

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of a consumer of this scene."""
        return {
            **self.login,
            **QUICK,
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "KAFKA_TOPIC": self.topic,
            "KAFKA_DEAD_LETTER_TOPIC": self.dead_letter_topic,
            "CONSUMER_GROUP_ID": f"{self.topic}-group",
            "SNOWFLAKE_TABLE": self.table,
            "INSTANCE_NAME": f"consumer-{len(self.consumers)}",
            **settings,
        }

    def consumer(self, **settings: str) -> Consumer:
        """A new consumer; at the scene's end it is killed if it still runs."""
        log = self.folder / f"consumer-{len(self.consumers)}.log"
        started = Consumer(self.environment(**settings), log)
        self.consumers.append(started)
        return started

    # Messages

    def produce(self, count: int, seconds_ago: float = 0) -> None:
        """Send events, one in ten malformed, and wait until the broker has them."""
        now = int((time.time() - seconds_ago) * 1000)
        trace: list[tuple[str, bytes | None]] = [("trace", b"%d" % now)]
        at = now if seconds_ago else 0
        self.send([Sent(each.key, each.value, trace, at) for each in self._stream.take(count, now)])

    def send(self, messages: Sequence[Sent], partition: int = -1) -> None:
        """Send messages, and wait until the broker has them."""
        for message in messages:
            self._hand_over(message, partition)
        self.flush()

    def send_later(self, message: Sent) -> None:
        """Send a message; `flush` waits until the broker has it."""
        self._hand_over(message, -1)

    def flush(self) -> None:
        """Wait until the broker has all that was sent."""
        assert not self._producer.flush(60), "the broker does not take what the test sends"

    def _hand_over(self, message: Sent, partition: int) -> None:
        def delivered(error: Any, report: Message) -> None:
            assert error is None, error
            self.sent[self._place(self.topic_ids[-1], report.partition(), report.offset())] = message

        while True:
            try:
                self._producer.produce(
                    self.topic,
                    message.value,
                    message.key,
                    partition,
                    delivered,
                    timestamp=message.timestamp_ms,
                    headers=message.headers,
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return

    def remake_topic(self, partitions: int = 2) -> None:
        """Delete the topic and make one of the same name."""
        self.cluster.delete([self.topic])
        self.cluster.create([Topic(self.topic, partitions)])
        self.topic_ids.append(self.cluster.reach(self.topic).topic_id)

    def ends(self) -> dict[int, int]:
        """The end of each partition."""
        return dict(self.cluster.reach(self.topic).ends)

    def expire(self, offsets: Mapping[int, int]) -> None:
        """Have the broker forget what stands before these offsets of each partition, as retention does."""
        self.cluster.delete_records_before(self.topic, offsets)

    # What landed

    @property
    def names(self) -> Names:
        """The tables."""
        settings = self.settings
        return Names(settings.database, settings.schema_name, settings.table)

    @property
    def settings(self) -> WarehouseSettings:
        """How the test itself logs in: always straight to the emulator."""
        return WarehouseSettings.from_environment({**self.login, "SNOWFLAKE_TABLE": self.table})

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement; in a fresh session, if the last one has gone."""
        try:
            return self._open_session().query(statement)
        except Unavailable:
            self._open_session().close()
            self._session = None
            return self._open_session().query(statement)

    def _open_session(self) -> Session:
        self._session = self._session or Session(self.settings)
        return self._session

    def landed(self) -> tuple[list[Place], list[Place]]:
        """Where each row of the target and of the rejects comes from."""
        return self._places(self.names.target), self._places(self.names.rejected)

    def _places(self, table: str) -> list[Place]:
        rows = self.query(
            "SELECT EVENT_METADATA:topic_id::VARCHAR, EVENT_METADATA:partition::INTEGER, "  # noqa: S608
            f"EVENT_METADATA:offset::INTEGER FROM {table}"
        )
        return [self._place(str(topic_id), int(partition), int(offset)) for topic_id, partition, offset in rows]

    def _place(self, topic_id: str, partition: int, offset: int) -> Place:
        return _ANOTHER_TOPIC * self.topic_ids.index(topic_id) + partition, offset

    def count(self) -> int:
        """How many events have landed; 0 while there are no tables."""
        if not self._has_tables:
            self._has_tables = bool(self.query(f"SHOW TABLES LIKE '{self.table}_REJECTED' IN ACCOUNT"))
            return self.count() if self._has_tables else 0
        target, rejected = (f"(SELECT COUNT(*) FROM {table})" for table in (self.names.target, self.names.rejected))  # noqa: S608
        return int(self.query(f"SELECT {target} + {rejected}")[0][0])

    def audit(self) -> Audit:
        """The product's own audit, against the topic as it is now."""
        return with_ends(audit(self._open_session(), self.names, self.topic), self.cluster.reach(self.topic))

    # Proof

    def wait_until_landed(self, seconds: float = 40.0, at_least: int | None = None) -> None:
        """Wait until all that was sent, or so much, has landed, while the consumers that should run do."""
        wanted = len(self.sent) - len(self.expired) if at_least is None else at_least
        # Asked seldom: the warehouse has enough to do.
        eventually(lambda: self.count() >= wanted, f"{wanted} events landed", seconds, pause_seconds=0.15)

    def prove(self, *, everything: bool = True) -> Audit:
        """Nothing twice, nothing lost: by the audit, and by comparing places one by one without its SQL.

        Args:
            everything: all that was sent must have landed; otherwise, what the ledger says was loaded.
        """
        found = self.audit()
        loaded, rejected = self.landed()
        twice = [place for place, times in Counter(loaded + rejected).items() if times > 1]
        assert not twice, f"landed twice: {twice}"
        known = self.sent.keys() - self.expired
        strange = set(loaded + rejected) - self.sent.keys()
        assert not strange, f"landed, but never sent: {strange}"
        if everything:
            missing = known - set(loaded + rejected)
            assert not missing, f"never landed: {sorted(missing)}"
            assert found.total("in_flight") == 0
        assert found.holds, found
        assert found.total("duplicates") == found.total("missing") == found.total("skipped") == 0, found
        assert found.total("loaded") == len(loaded)
        assert found.total("rejected") == len(rejected)
        return found

    def dead_letters(self) -> list[Message]:
        """All that is in the dead-letter topic."""
        ends = self.cluster.end_offsets(self.dead_letter_topic, [0])
        reader = KafkaConsumer({"bootstrap.servers": self.broker.bootstrap, "group.id": "test"})
        reader.assign([TopicPartition(self.dead_letter_topic, 0, 0)])
        found: list[Message] = []
        try:
            while len(found) < ends[0]:
                found += [each for each in reader.consume(1000, 0.5) if each.error() is None]
        finally:
            reader.close()
        return found

    def close(self) -> None:
        """End what still runs."""
        for each in self.consumers:
            each.signal(9)
        for each in self.consumers:
            each.ended()
        if self._session is not None:
            self._session.close()


MakeScene = Callable[..., Scene]
