"""The topics as a replay needs them: all of the dead-letter topic, and a way to send all of something or nothing."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from winepipeline_consumer.letter import Headers
from winepipeline_local.dead_letters.opened import Place, Raw
from winepipeline_local.errors import BrokerError

# What librdkafka tells of connections comes as an error of the call that waited for one.
_QUIET = logging.getLogger("winepipeline_local.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False

_ASK_SECONDS = 15.0
_SILENCE_SECONDS = 60.0
"""A topic that gives nothing for so long, though it is not at its end, does not answer."""

_TRANSACTION_MS = 15_000
"""After so long the broker breaks off what a killed replay had begun: until then consumers wait at it."""

_SEND_SECONDS = 30.0


class Overtaken(BrokerError):
    """Another replay of the same topic has begun."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    partition: int = -1


class LetterTopic:
    """The dead-letter topic, read from its beginning to where it ends when the reading begins."""

    def __init__(self, client_config: Mapping[str, Any], topic: str) -> None:
        self._config = {
            **client_config,
            "client.id": "winepipeline-dlq",
            "group.id": "winepipeline-dlq",  # librdkafka wants one; it is never joined, and nothing is committed
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "queued.max.messages.kbytes": 32_768,
            "fetch.wait.max.ms": 100,
        }
        self._topic = topic

    def messages(self) -> Iterator[Raw]:
        """Every message that is committed, partition by partition as they come.

        Raises:
            BrokerError: the topic is not there, or the broker does not answer.
        """
        consumer = Consumer(self._config, logger=_QUIET)
        try:
            unread = {partition for partition, (start, end) in self._spans(consumer).items() if start < end}
            consumer.assign([TopicPartition(self._topic, partition, 0) for partition in unread])
            yield from self._until_ends(consumer, unread)
        finally:
            consumer.close()

    def _until_ends(self, consumer: Consumer, unread: set[int]) -> Iterator[Raw]:
        heard = time.monotonic()
        while unread:
            batch = consumer.consume(500, 1.0)
            if batch:
                heard = time.monotonic()
            elif time.monotonic() - heard > _SILENCE_SECONDS:
                raise self._silent(f"it gave nothing for {_SILENCE_SECONDS:.0f} s")
            for message in batch:
                error = message.error()
                if error is None:
                    yield _raw(message)
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's name for it
                    unread.discard(message.partition())

    def _spans(self, consumer: Consumer) -> dict[int, tuple[int, int]]:
        try:
            known = consumer.list_topics(self._topic, timeout=_ASK_SECONDS).topics[self._topic]
            if known.error is not None:
                raise self._silent(known.error.str())
            return {
                each: consumer.get_watermark_offsets(TopicPartition(self._topic, each), timeout=_ASK_SECONDS)
                for each in known.partitions
            }
        except KafkaException as failure:
            raise self._silent(_words(failure)) from failure

    def _silent(self, why: str) -> BrokerError:
        return BrokerError(
            f"The topic {self._topic} cannot be read: {why}.",
            "Is that the pipeline's dead-letter topic? `winepipeline check -f FILE` looks at broker and topics.",
        )


class Sender:
    """Sends in transactions: what one holds is seen by consumers as a whole, or not at all, and at most once.

    All replays of one topic go by one transactional id. Beginning a replay therefore breaks off whatever another one
    has not committed, and keeps that other one from sending any more (KIP-98): of two that work at the same time the
    later one wins, and what it finds marked as sent is all that was sent.
    """

    def __init__(self, client_config: Mapping[str, Any], transactional_id: str) -> None:
        """Begin; breaks off what an earlier replay left open.

        Raises:
            BrokerError: the broker does not answer, or does not take transactions.
        """
        self._producer = Producer(
            {
                **client_config,
                "client.id": "winepipeline-dlq",
                "transactional.id": transactional_id,
                "transaction.timeout.ms": _TRANSACTION_MS,
                "message.timeout.ms": _TRANSACTION_MS,
                "compression.type": "zstd",
                "message.max.bytes": 100_000_000,
                "linger.ms": 5,
            },
            logger=_QUIET,
        )
        self._do("begin", lambda: self._producer.init_transactions(_SEND_SECONDS))

    def begin(self) -> None:
        """Begin a transaction."""
        self._do("begin a transaction", self._producer.begin_transaction)

    def commit(self) -> None:
        """Make all of it visible.

        Raises:
            BrokerError: it may be visible or not: only the dead-letter topic's marks tell.
        """
        self._do("commit", lambda: self._producer.commit_transaction(_SEND_SECONDS))

    def abort(self) -> None:
        """Best effort: the broker breaks off by itself what is not committed in time."""
        try:
            self._producer.abort_transaction(_SEND_SECONDS)
        except KafkaException:
            _QUIET.debug("the transaction could not be aborted", exc_info=True)

    def send(self, messages: Sequence[Outgoing]) -> list[Place]:
        """Write messages within the transaction and wait until the broker has them; where each of them stands.

        Raises:
            BrokerError: one was not taken; the transaction is to be aborted.
        """
        placed: dict[int, Place] = {}
        refused: list[KafkaError] = []

        def done(number: int, error: KafkaError | None, report: Message) -> None:
            if error is not None:
                refused.append(error)
            else:
                placed[number] = Place(report.partition(), report.offset())

        for number, each in enumerate(messages):
            self._hand_over(each, lambda error, report, number=number: done(number, error, report))
        try:
            self._producer.flush(_SEND_SECONDS)
        except KafkaException as failure:
            raise self._failure("send", failure.args[0]) from failure
        if refused:
            raise self._failure("send", refused[0])
        if len(placed) != len(messages):
            raise self._failure("send", KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001
        return [placed[number] for number in range(len(messages))]

    def _hand_over(self, message: Outgoing, done: Any) -> None:
        while True:
            try:
                self._producer.produce(
                    message.topic, message.value, message.key, message.partition, done, headers=message.headers
                )
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as failure:
                raise self._failure("send", failure.args[0]) from failure
            else:
                return

    def _do(self, what: str, action: Any) -> None:
        deadline = time.monotonic() + _SEND_SECONDS
        while True:
            try:
                action()
            except KafkaException as failure:
                error = failure.args[0]
                if not error.retriable() or time.monotonic() > deadline:
                    raise self._failure(what, error) from failure
                time.sleep(0.1)
            else:
                return

    def _failure(self, what: str, error: KafkaError) -> BrokerError:
        if error.code() in (KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH):  # noqa: SLF001
            return Overtaken(
                "Another replay of this topic has begun, and this one sends nothing more.",
                "Let that one finish; what this one has sent is marked, and is not sent again.",
            )
        return BrokerError(
            f"The replay could not {what}: {error.str()}.",
            "Nothing was sent twice. Run it again; the broker must take transactions, "
            "and the user must be allowed to write to both topics and to the transactional id.",
        )


def _raw(message: Message) -> Raw:
    place = Place(message.partition(), message.offset())
    return Raw(place, message.key(), message.value(), list(message.headers() or []))


def _words(failure: KafkaException) -> str:
    error = failure.args[0]
    return error.str() if isinstance(error, KafkaError) else str(error)
