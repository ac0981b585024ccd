"""The series of Redpanda's `/public_metrics` that dashboards and alerts ask for, from what the broker says."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from .configuration import Node

SECONDS = 5.0
INTERNAL = "__"  # topics whose names begin so are Kafka's own


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series."""

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def text(samples: Iterator[Sample]) -> str:
    """Prometheus' text format."""
    lines: list[str] = []
    typed: set[str] = set()
    for sample in samples:
        if sample.name not in typed:
            typed.add(sample.name)
            kind = "counter" if sample.name.endswith("_total") else "gauge"
            lines.append(f"# TYPE {sample.name} {kind}")
        labels = ",".join(f'{name}="{value}"' for name, value in sample.labels)
        lines.append(f"{sample.name}{{{labels}}} {sample.value:.15g}")
    return "\n".join(lines) + "\n"


class Metrics:
    """Asks the broker anew at each scrape."""

    def __init__(self, node: Node, admin: AdminClient, bootstrap: str) -> None:
        self._node = node
        self._admin = admin
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "stand-in", "log_level": 0})
        self._started_seconds = time.monotonic()

    def samples(self) -> Iterator[Sample]:
        """All series, those of one name together."""
        yield Sample("redpanda_application_uptime_seconds_total", time.monotonic() - self._started_seconds)
        yield Sample("redpanda_application_build", 1, (("redpanda_version", "stand-in"),))
        disk = shutil.disk_usage(self._node.data_directory)
        yield Sample("redpanda_storage_disk_free_bytes", disk.free)
        yield Sample("redpanda_storage_disk_total_bytes", disk.total)
        yield Sample("redpanda_storage_disk_free_space_alert", 0)
        metadata = self._admin.list_topics(timeout=SECONDS)
        topics = {name: topic for name, topic in metadata.topics.items() if not name.startswith(INTERNAL)}
        partitions = [(name, number) for name, topic in topics.items() for number in topic.partitions]
        yield Sample("redpanda_cluster_brokers", len(metadata.brokers))
        yield Sample("redpanda_cluster_topics", len(topics))
        yield Sample("redpanda_cluster_partitions", len(partitions))
        leaderless = sum(each.leader < 0 for topic in topics.values() for each in topic.partitions.values())
        yield Sample("redpanda_cluster_unavailable_partitions", leaderless)
        for name, topic in topics.items():
            for number, each in topic.partitions.items():
                behind = len(each.replicas) - len(each.isrs)
                yield Sample("redpanda_kafka_under_replicated_replicas", behind, _place(name, number))
        ends = {place: self._consumer.get_watermark_offsets(TopicPartition(*place), SECONDS)[1] for place in partitions}
        for place, end in ends.items():
            yield Sample("redpanda_kafka_max_offset", end, _place(*place))
        yield from self._groups(ends)

    def _groups(self, ends: dict[tuple[str, int], int]) -> Iterator[Sample]:
        listed = self._admin.list_consumer_groups(request_timeout=SECONDS).result(SECONDS).valid
        committed = {each.group_id: self._committed(each.group_id) for each in listed}
        for group, offsets in committed.items():
            for place, offset in offsets.items():
                labels = (("redpanda_group", group), *_place(*place))
                yield Sample("redpanda_kafka_consumer_group_committed_offset", offset, labels)
        lags = {
            group: [max(0, ends[place] - offset) for place, offset in offsets.items() if place in ends]
            for group, offsets in committed.items()
        }
        for group, each in lags.items():
            yield Sample("redpanda_kafka_consumer_group_lag_sum", sum(each), (("redpanda_group", group),))
        for group, each in lags.items():
            yield Sample("redpanda_kafka_consumer_group_lag_max", max(each, default=0), (("redpanda_group", group),))

    def _committed(self, group: str) -> dict[tuple[str, int], int]:
        from confluent_kafka import ConsumerGroupTopicPartitions  # noqa: PLC0415 - the stubs do not name it

        asked = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=SECONDS)
        found = asked[group].result(SECONDS).topic_partitions
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}


def _place(topic: str, partition: int) -> tuple[tuple[str, str], ...]:
    return (("redpanda_namespace", "kafka"), ("redpanda_topic", topic), ("redpanda_partition", str(partition)))
