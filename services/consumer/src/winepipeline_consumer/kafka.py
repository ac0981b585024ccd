"""Kafka: the topic we read, the group we are in, the dead letters we write. The only module that knows librdkafka."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from winepipeline_consumer import client_config
from winepipeline_consumer.errors import BrokerRefuses, BrokerUnavailable
from winepipeline_consumer.headers import headers_of
from winepipeline_consumer.letter import Headers, Outgoing, Unsent
from winepipeline_consumer.ownership import Listener, Partitions
from winepipeline_consumer.read import Read
from winepipeline_consumer.repeats import Repeats
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.sift import Slice
from winepipeline_consumer.spans import Span, told
from winepipeline_consumer.topic_id import id_text
from winepipeline_warehouse.ledger import Origin

_LOG = logging.getLogger(__name__)
_LIBRDKAFKA = logging.getLogger(f"{__name__}.librdkafka")
_LIBRDKAFKA.addFilter(Repeats())

_ADMIN_SECONDS = 10.0
_ENDS_SECONDS = 1.0
_SPAN_SECONDS = 2.0
_LEAVE_SECONDS = 5.0
_GONE = {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}  # noqa: SLF001 - librdkafka's public name for it
_AT_END = KafkaError._PARTITION_EOF  # noqa: SLF001 - the same


class Source:
    """The topic, as one member of the group sees it. For one thread, but for what asks the broker and waits for it."""

    def __init__(self, settings: ConsumerSettings, listener: Listener) -> None:
        self.topic = settings.topic
        self._listener = listener
        self._settings = settings
        self._consumer = _made(Consumer, client_config.consumer_config(settings))
        self._admin = _made(AdminClient, client_config.admin_config(settings))
        self._asker = _made(Consumer, client_config.asker_config(settings))
        self._consumer.subscribe([self.topic], self._on_assign, self._on_revoke, self._on_lost)

    def read(self, most: int, timeout_seconds: float) -> Read:
        """Up to `most` messages; waits until there are so many, or for `timeout_seconds`."""
        messages = self._consumer.consume(most, timeout_seconds)
        lost_place: Partitions = []
        ends: dict[int, int] = {}
        if any(map(Message.error, messages)):  # a KafkaError is always true; comparing it with None would fail
            errors = [(each, each.error()) for each in messages]
            ends = {each.partition(): each.offset() for each, error in errors if error and error.code() == _AT_END}
            lost_place = _partitions_without_place(messages)
            messages = [message for message in messages if message.error() is None]
        columns = Slice(
            list(map(Message.value, messages)),
            np.fromiter(map(Message.partition, messages), np.int32, len(messages)),
            np.fromiter(map(Message.offset, messages), np.int64, len(messages)),
            np.fromiter([stamp[1] for stamp in map(Message.timestamp, messages)], np.int64, len(messages)),
        )
        return Read(messages, columns, lost_place, ends)

    def start(self, offsets: Mapping[int, int]) -> None:
        """Go on reading partitions of ours at these offsets.

        A partition is taken out and put in again rather than sought: a seek fails while its fetcher is starting. It is
        resumed before, never after: librdkafka drops one of the two where a resume meets a start (docs/adr/0006).
        """
        again = [TopicPartition(self.topic, partition, offset) for partition, offset in offsets.items()]
        self._consumer.resume(again)
        self._consumer.incremental_unassign(again)
        self._consumer.incremental_assign(again)

    def hold(self, partitions: Iterable[int]) -> None:
        """Read no more from these until `start` or `release`."""
        self._consumer.pause(self._named(partitions))

    def release(self, partitions: Iterable[int]) -> None:
        """Go on where `hold` stopped."""
        self._consumer.resume(self._named(partitions))

    def spans(self, partitions: Iterable[int]) -> dict[int, Span]:
        """Where each partition begins and ends whose leader tells; `BrokerUnavailable` if none says who leads.

        Asked through a consumer, with fresh metadata: librdkafka 2.16's administrative ListOffsets keeps a leader epoch
        from before a broker's restart, and has crashed the process while leaders moved.
        """
        try:
            topic = self._asker.list_topics(self.topic, timeout=_ADMIN_SECONDS).topics[self.topic]
        except KafkaException as error:
            raise BrokerUnavailable(f"the broker does not tell who leads {self.topic}: {_words(error)}") from error
        return told(partitions, {p: found.leader for p, found in topic.partitions.items()}, self._span)

    def _span(self, partition: int) -> Span | None:
        try:
            start, end = self._asker.get_watermark_offsets(TopicPartition(self.topic, partition), _SPAN_SECONDS)
        except KafkaException:
            return None
        return int(start), int(end)

    def ends(self, partitions: Iterable[int], *, ask: bool) -> dict[int, int]:
        """The end of each partition of which one is known: what the last fetch told.

        With `ask` the broker is asked, as is needed for those that are held.
        """
        ends = {}
        for tp in self._named(partitions):
            try:
                high = self._consumer.get_watermark_offsets(tp, timeout=_ENDS_SECONDS, cached=not ask)[1]
            except KafkaException:
                break
            if high >= 0:
                ends[tp.partition] = high
        return ends

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Tell the broker how far we are. Advice for lag monitors only: the ledger decides where we go on."""
        positions = [TopicPartition(self.topic, partition, offset) for partition, offset in offsets.items()]
        try:
            self._consumer.commit(offsets=positions, asynchronous=True)
        except KafkaException as error:
            _LOG.debug("the broker did not take the offsets: %s", _words(error))

    def origin(self) -> Origin:
        """The topic as it is now.

        Raises:
            BrokerUnavailable: nobody answers, or the topic is not there.
        """
        try:
            described = self._admin.describe_topics(TopicCollection([self.topic]), request_timeout=_ADMIN_SECONDS)
            topic = described[self.topic].result()
            cluster = self._admin.describe_cluster(request_timeout=_ADMIN_SECONDS).result()
            return Origin(cluster.cluster_id or "", self.topic, id_text(topic.topic_id))
        except KafkaException as error:
            raise BrokerUnavailable(f"the broker does not describe topic {self.topic}: {_words(error)}") from error

    def key_and_headers(self, partition: int, offset: int, value: bytes) -> tuple[bytes | None, Headers]:
        """Those of the message with this value, read again by a client of its own; none where it is there no more.

        Raises:
            BrokerUnavailable: it does not answer.
        """
        message = self._again(partition, offset)
        error = message.error()
        if error is not None and error.code() not in _GONE:
            raise BrokerUnavailable(f"the broker does not give message {offset} of {partition}: {error.str()}")
        if error is not None or message.offset() != offset or message.value() != value:
            return None, []  # retention, compaction, or another topic by that name
        return message.key(), headers_of(message)

    def first_from(self, partition: int, offset: int) -> tuple[int, bool]:
        """Where a client of its own finds the first message from here on, and True; where but the end, and False.

        Raises:
            BrokerUnavailable: it does not answer.
        """
        message = self._again(partition, offset)
        error = message.error()
        told = error is None or error.code() == _AT_END  # where it is refused, something is there
        return (message.offset(), error is None) if told else (offset, True)

    def _again(self, partition: int, offset: int) -> Message:
        reader = _made(Consumer, client_config.again_config(self._settings))
        try:
            reader.assign([TopicPartition(self.topic, partition, offset)])
            message = reader.poll(_ADMIN_SECONDS)
        finally:
            reader.close()
        if message is None:
            raise BrokerUnavailable(f"the broker does not give what is at {offset} of partition {partition} again")
        return message

    def close(self) -> None:
        """Leave the group once the last commits are answered; without a word when the broker does not answer."""
        leaving = threading.Thread(target=self._consumer.close, name="leave", daemon=True)
        leaving.start()
        leaving.join(_LEAVE_SECONDS)

    def _named(self, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self.topic, partition) for partition in partitions]

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # Held until the ledger says where to start. A late answer to where the end is would replace it (docs/adr/0006).
        consumer.incremental_assign([TopicPartition(each.topic, each.partition, 0) for each in partitions])
        consumer.pause(partitions)
        self._listener.assigned([each.partition for each in partitions])

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._listener.revoked([each.partition for each in partitions])
        consumer.incremental_unassign(partitions)

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._listener.lost([each.partition for each in partitions])
        consumer.incremental_unassign(partitions)


class Sink:
    """The dead-letter topic, written with an idempotent producer."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self.topic = settings.dead_letter_topic
        self._config = client_config.producer_config(settings)
        self._producer = _made(Producer, self._config)

    def send(self, letters: Sequence[Outgoing]) -> Unsent:
        """Write letters and wait until the broker has them; returns those of which it does not say so."""
        refused = self._deliver(letters)
        waiting = [(letter, error) for letter, error in refused if error.code() != KafkaError.MSG_SIZE_TOO_LARGE]
        why = "; ".join(sorted({error.str() for _, error in waiting}))
        return Unsent(
            too_large=[letter for letter, error in refused if error.code() == KafkaError.MSG_SIZE_TOO_LARGE],
            waiting=[letter for letter, _ in waiting],
            why=f"{len(waiting)} dead letters of {len(letters)} not delivered to {self.topic}: {why}"
            if waiting
            else "",
        )

    def _deliver(self, letters: Sequence[Outgoing]) -> list[tuple[Outgoing, KafkaError]]:
        """Those that were not delivered, and why."""
        refused: list[tuple[Outgoing, KafkaError]] = []
        waiting = set(range(len(letters)))

        def report(number: int) -> Callable[[KafkaError | None, Any], None]:
            def done(error: KafkaError | None, _: Any) -> None:
                waiting.discard(number)
                if error is not None:
                    refused.append((letters[number], error))

            return done

        for number, letter in enumerate(letters):
            self._produce(letter, report(number))
        self._producer.flush(client_config.LETTER_SECONDS)
        refused.extend((letters[number], KafkaError(KafkaError._TIMED_OUT)) for number in waiting)  # noqa: SLF001
        if any(map(_is_fatal, (error for _, error in refused))):
            # An idempotent producer that has lost count takes nothing any more; a new one counts from the beginning.
            self._producer = _made(Producer, self._config)
        return refused

    def _produce(self, letter: Outgoing, done: Callable[[KafkaError | None, Any], None]) -> None:
        """Hand a message to librdkafka, waiting for room in its queue."""
        key, value, headers = letter
        while True:
            try:
                self._producer.produce(self.topic, value, key, headers=headers, on_delivery=done)
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                done(error.args[0], None)
                return
            else:
                return


def _made(client: Callable[..., Any], config: dict[str, Any]) -> Any:
    """One of librdkafka's clients."""
    try:
        return client(config, logger=_LIBRDKAFKA)
    except KafkaException as error:
        raise BrokerRefuses(f"librdkafka does not take the settings: {_words(error)}", "mend KAFKA_…") from error


def _is_fatal(error: KafkaError) -> bool:
    return bool(error.fatal()) or error.code() == KafkaError._FATAL  # noqa: SLF001


def _partitions_without_place(messages: Sequence[Message]) -> Partitions:
    """Partitions to claim anew; errors that are not fatal pass by themselves, since librdkafka tries again."""
    found = []
    for message in messages:
        error = message.error()
        if error is None or error.code() == _AT_END:
            continue
        if _is_fatal(error):
            raise BrokerRefuses(
                f"the group has no place for this process any more: {error.str()}",
                "is GROUP_INSTANCE_ID given to two processes? Each needs one of its own",
            )
        if error.code() in _GONE:
            found.append(message.partition())
        else:
            _LOG.warning("reading is interrupted: %s", error.str())
    return found


def _words(error: KafkaException) -> str:
    return str(error.args[0].str() if error.args and isinstance(error.args[0], KafkaError) else error)
