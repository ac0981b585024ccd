"""The topic and its group as whoever corrects a ledger needs them: which offsets hold messages, and who consumes."""

import datetime as dt
import logging
import time
from collections.abc import Mapping
from typing import Any

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from winepipeline_local.errors import BrokerError
from winepipeline_warehouse.correction import Log
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.runs import RunsBuilder

_QUIET = logging.getLogger("winepipeline_local.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False

_ASK_SECONDS = 15.0
_SILENCE_SECONDS = 60.0

Span = tuple[int, int]
"""From an offset (inclusive) to one (exclusive)."""


class TopicLog:
    """One topic; for one thread."""

    def __init__(self, client_config: Mapping[str, Any], topic: str) -> None:
        self._topic = topic
        base = {**client_config, "client.id": "winepipeline-ledger"}
        self._admin = AdminClient(base, logger=_QUIET)
        self._config = {
            **base,
            "group.id": "winepipeline-ledger",  # never joined
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "queued.max.messages.kbytes": 32_768,
            "fetch.wait.max.ms": 100,
        }

    def origin(self) -> Origin:
        """The topic as it is now.

        Raises:
            BrokerError: the broker does not answer, or there is no such topic.
        """
        try:
            described = self._admin.describe_topics(TopicCollection([self._topic]), request_timeout=_ASK_SECONDS)
            topic = described[self._topic].result(_ASK_SECONDS)
            cluster = self._admin.describe_cluster(request_timeout=_ASK_SECONDS).result(_ASK_SECONDS)
        except KafkaException as failure:
            raise self._silent(failure) from failure
        known = topic.topic_id.get_most_significant_bits() or topic.topic_id.get_least_significant_bits()
        topic_id = str(topic.topic_id).replace("+", "-").replace("/", "_").rstrip("=") if known else ""
        return Origin(cluster.cluster_id or "", self._topic, topic_id)

    def spans(self) -> dict[int, Span]:
        """From where to where the topic holds each partition."""
        consumer = Consumer(self._config, logger=_QUIET)
        try:
            known = consumer.list_topics(self._topic, timeout=_ASK_SECONDS).topics[self._topic]
            return {
                each: consumer.get_watermark_offsets(TopicPartition(self._topic, each), timeout=_ASK_SECONDS)
                for each in known.partitions
            }
        except KafkaException as failure:
            raise self._silent(failure) from failure
        finally:
            consumer.close()

    def offsets_at(self, moment: dt.datetime) -> dict[int, int]:
        """For each partition the first offset of a message that is not older; its end where there is none."""
        spans = self.spans()
        at_ms = int(moment.timestamp() * 1000)
        consumer = Consumer(self._config, logger=_QUIET)
        try:
            asked = [TopicPartition(self._topic, partition, at_ms) for partition in spans]
            found = consumer.offsets_for_times(asked, timeout=_ASK_SECONDS)
        except KafkaException as failure:
            raise self._silent(failure) from failure
        finally:
            consumer.close()
        return {each.partition: each.offset if each.offset >= 0 else spans[each.partition][1] for each in found}

    def logs(self, wanted: Mapping[int, Span]) -> dict[int, Log]:
        """What the topic holds of these offsets: read through once, keeping where messages are and no more.

        Raises:
            BrokerError: the broker does not answer.
        """
        spans = self.spans()
        found: dict[int, RunsBuilder] = {}
        unread: dict[int, int] = {}
        places = []
        for partition, (first, last) in wanted.items():
            start, end = spans.get(partition, (0, 0))
            found[partition] = RunsBuilder()
            if max(first, start) < min(last, end):
                unread[partition] = min(last, end)
                places.append(TopicPartition(self._topic, partition, max(first, start)))
        self._read(places, unread, found)
        return {
            partition: Log(*spans.get(partition, (0, 0)), found[partition].built().within(*wanted[partition]))
            for partition in wanted
        }

    def members(self, group: str) -> list[str]:
        """Who is in the group now, by the client's own name."""
        try:
            described = self._admin.describe_consumer_groups([group], request_timeout=_ASK_SECONDS)[group]
            return sorted(each.client_id or each.member_id for each in described.result(_ASK_SECONDS).members)
        except KafkaException as failure:
            if failure.args[0].code() in (KafkaError.GROUP_ID_NOT_FOUND, KafkaError.COORDINATOR_NOT_AVAILABLE):
                return []
            raise self._silent(failure) from failure

    def commit(self, group: str, offsets: Mapping[int, int]) -> str:
        """Have the group's committed offsets follow: advice for lag monitors; why not, where that could not be."""
        places = [TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()]
        try:
            asked = self._admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
            asked[group].result(_ASK_SECONDS)
        except KafkaException as failure:
            return _words(failure)
        return ""

    def _read(self, places: list[TopicPartition], unread: dict[int, int], found: dict[int, RunsBuilder]) -> None:
        consumer = Consumer(self._config, logger=_QUIET)
        try:
            consumer.assign(places)
            heard = time.monotonic()
            while unread:
                batch = consumer.consume(5000, 1.0)
                if batch:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _SILENCE_SECONDS:
                    raise BrokerError(f"The topic {self._topic} gives nothing.", "Look at the broker, and try again.")
                for message in batch:
                    partition, error = message.partition(), message.error()
                    if error is None:
                        found[partition].add([message.offset()])
                    if (error is not None and error.code() == KafkaError._PARTITION_EOF) or (  # noqa: SLF001
                        error is None and message.offset() + 1 >= unread.get(partition, 0)
                    ):
                        unread.pop(partition, None)
                consumer.pause([each for each in places if each.partition not in unread])
        finally:
            consumer.close()

    def _silent(self, failure: KafkaException) -> BrokerError:
        return BrokerError(
            f"The topic {self._topic} cannot be looked at: {_words(failure)}.",
            "`winepipeline check -f FILE` looks at broker and topics.",
        )


def _words(failure: KafkaException) -> str:
    error = failure.args[0]
    return error.str() if isinstance(error, KafkaError) else str(error)
