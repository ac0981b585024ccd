"""Reads a topic, or a part of it, once: as nobody's group member, committing nothing, seeing only what is committed."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from winepipeline_local.errors import BrokerError

QUIET: Final = logging.getLogger("winepipeline_local.librdkafka")
"""What librdkafka tells of connections comes as an error of the call that waited for one."""
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False

ASK_SECONDS: Final = 15.0

_SILENCE_SECONDS = 60.0
"""A topic that gives nothing for so long, though it is not at its end, does not answer."""

_BATCH = 1000

Span = tuple[int, int]
"""From an offset (inclusive) to one (exclusive)."""


class TopicReader:
    """One topic; for one thread."""

    def __init__(self, client_config: Mapping[str, Any], topic: str, client_id: str) -> None:
        self.topic = topic
        self._config = {
            **client_config,
            "client.id": client_id,
            "group.id": client_id,  # librdkafka wants one; it is never joined
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "queued.max.messages.kbytes": 32_768,
            "fetch.wait.max.ms": 100,
        }

    @contextmanager
    def consumer(self) -> Iterator[Consumer]:
        """A consumer of its own, for a question or for reading.

        Raises:
            BrokerError: what was asked of it was refused.
        """
        consumer = Consumer(self._config, logger=QUIET)
        try:
            yield consumer
        except KafkaException as failure:
            raise self.silent(words(failure)) from failure
        finally:
            consumer.close()

    def spans(self) -> dict[int, Span]:
        """From where to where the topic holds each partition.

        Raises:
            BrokerError: the topic is not there, or the broker does not answer.
        """
        with self.consumer() as consumer:
            known = consumer.list_topics(self.topic, timeout=ASK_SECONDS).topics[self.topic]
            if known.error is not None:
                raise self.silent(known.error.str())
            return {
                each: consumer.get_watermark_offsets(TopicPartition(self.topic, each), timeout=ASK_SECONDS)
                for each in known.partitions
            }

    def messages(self, wanted: Mapping[int, Span]) -> Iterator[Message]:
        """Every committed message from and to these offsets, partition by partition as they come.

        A transaction that is open ends its partition: what comes after it cannot be read yet.

        Raises:
            BrokerError: the broker does not answer.
        """
        ends = {partition: end for partition, (start, end) in wanted.items() if start < end}
        with self.consumer() as consumer:
            consumer.assign([TopicPartition(self.topic, partition, wanted[partition][0]) for partition in ends])
            heard = time.monotonic()
            while ends:
                batch = consumer.consume(_BATCH, 1.0)
                if batch:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _SILENCE_SECONDS:
                    raise self.silent(f"it gave nothing for {_SILENCE_SECONDS:.0f} s")
                yield from self._within(consumer, batch, ends)

    def silent(self, why: str) -> BrokerError:
        """The error of a topic that cannot be read."""
        return BrokerError(
            f"The topic {self.topic} cannot be read: {why}.",
            "Is that the pipeline's topic? `winepipeline check -f FILE` looks at broker and topics.",
        )

    def _within(self, consumer: Consumer, batch: list[Message], ends: dict[int, int]) -> Iterator[Message]:
        """Those that are wanted; a partition that is read as far as wanted leaves `ends`, and is read no further."""
        for message in batch:
            partition, error = message.partition(), message.error()
            if partition not in ends:
                continue
            if error is None and message.offset() < ends[partition]:
                yield message
            done = error.code() == KafkaError._PARTITION_EOF if error else message.offset() + 1 >= ends[partition]  # noqa: SLF001
            if done:
                del ends[partition]
                consumer.pause([TopicPartition(self.topic, partition)])


def words(failure: KafkaException) -> str:
    """What librdkafka says of a failure."""
    error = failure.args[0]
    return error.str() if isinstance(error, KafkaError) else str(error)
