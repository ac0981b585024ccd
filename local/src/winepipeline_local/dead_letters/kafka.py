"""The topics as a replay needs them: all of the dead-letter topic, and a way to send all of something or nothing."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from winepipeline_consumer.headers import headers_of
from winepipeline_consumer.letter import Headers
from winepipeline_local.dead_letters.opened import Place, Raw
from winepipeline_local.errors import BrokerError
from winepipeline_local.topic.kafka import QUIET, TopicReader

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
        self._reader = TopicReader(client_config, topic, "winepipeline-dlq")

    def messages(self) -> Iterator[Raw]:
        """Every message that is committed, partition by partition as they come.

        Raises:
            BrokerError: the topic is not there, or the broker does not answer.
        """
        return map(_raw, self._reader.messages(self._reader.spans()))


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
            logger=QUIET,
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
            QUIET.debug("the transaction could not be aborted", exc_info=True)

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
    return Raw(place, message.key(), message.value(), headers_of(message))
