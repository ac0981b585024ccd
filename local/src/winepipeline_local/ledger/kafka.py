"""The topic and its group as whoever corrects a ledger needs them: which offsets hold messages, and who consumes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from winepipeline_local.topic.kafka import ASK_SECONDS, QUIET, Span, TopicReader, words
from winepipeline_warehouse.correction import Log
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.runs import RunsBuilder


class TopicLog:
    """One topic; for one thread."""

    def __init__(self, client_config: Mapping[str, Any], topic: str) -> None:
        self._topic = topic
        self._reader = TopicReader(client_config, topic, "winepipeline-ledger")
        self._admin = AdminClient({**client_config, "client.id": "winepipeline-ledger"}, logger=QUIET)

    def origin(self) -> Origin:
        """The topic as it is now.

        Raises:
            BrokerError: the broker does not answer, or there is no such topic.
        """
        try:
            described = self._admin.describe_topics(TopicCollection([self._topic]), request_timeout=ASK_SECONDS)
            topic = described[self._topic].result(ASK_SECONDS)
            cluster = self._admin.describe_cluster(request_timeout=ASK_SECONDS).result(ASK_SECONDS)
        except KafkaException as failure:
            raise self._reader.silent(words(failure)) from failure
        known = topic.topic_id.get_most_significant_bits() or topic.topic_id.get_least_significant_bits()
        topic_id = str(topic.topic_id).replace("+", "-").replace("/", "_").rstrip("=") if known else ""
        return Origin(cluster.cluster_id or "", self._topic, topic_id)

    def spans(self) -> dict[int, Span]:
        """From where to where the topic holds each partition."""
        return self._reader.spans()

    def offsets_at(self, moment: dt.datetime) -> dict[int, int]:
        """For each partition the first offset of a message that is not older; its end where there is none."""
        spans = self.spans()
        at_ms = int(moment.timestamp() * 1000)
        with self._reader.consumer() as consumer:
            asked = [TopicPartition(self._topic, partition, at_ms) for partition in spans]
            found = consumer.offsets_for_times(asked, timeout=ASK_SECONDS)
        return {each.partition: each.offset if each.offset >= 0 else spans[each.partition][1] for each in found}

    def logs(self, wanted: Mapping[int, Span]) -> dict[int, Log]:
        """What the topic holds of these offsets: read through once, keeping where messages are and no more.

        Raises:
            BrokerError: the broker does not answer.
        """
        spans = self.spans()
        held = {each: spans.get(each, (0, 0)) for each in wanted}
        found = {each: RunsBuilder() for each in wanted}
        there = {each: (max(first, held[each][0]), min(last, held[each][1])) for each, (first, last) in wanted.items()}
        for message in self._reader.messages(there):
            found[message.partition()].add([message.offset()])
        return {each: Log(*held[each], found[each].built().within(*wanted[each])) for each in wanted}

    def members(self, group: str) -> list[str]:
        """Who is in the group now, by the client's own name."""
        try:
            described = self._admin.describe_consumer_groups([group], request_timeout=ASK_SECONDS)[group]
            return sorted(each.client_id or each.member_id for each in described.result(ASK_SECONDS).members)
        except KafkaException as failure:
            if failure.args[0].code() in (KafkaError.GROUP_ID_NOT_FOUND, KafkaError.COORDINATOR_NOT_AVAILABLE):
                return []
            raise self._reader.silent(words(failure)) from failure

    def commit(self, group: str, offsets: Mapping[int, int]) -> str:
        """Have the group's committed offsets follow: advice for lag monitors; why not, where that could not be."""
        places = [TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()]
        try:
            asked = self._admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
            asked[group].result(ASK_SECONDS)
        except KafkaException as failure:
            return words(failure)
        return ""
