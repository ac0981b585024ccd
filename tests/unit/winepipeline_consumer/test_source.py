"""The topic as a member of the group sees it: in which order librdkafka is asked."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from winepipeline_consumer.kafka import Source
from winepipeline_consumer.ownership import Listener
from winepipeline_consumer.settings import ConsumerSettings

SETTINGS = {
    "KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
    "SNOWFLAKE_ACCOUNT": "a",
    "SNOWFLAKE_USER": "u",
    "SNOWFLAKE_PASSWORD": "p",
}


class Recorder:
    """A client that notes what it is asked, and with which offsets."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.asked: list[tuple[str, list[int]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def note(partitions: Sequence[TopicPartition] = (), *_: Any, **__: Any) -> None:
            self.asked.append((name, [each.offset for each in partitions if isinstance(each, TopicPartition)]))

        return note


def test_a_partition_is_resumed_before_it_is_put_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resume that meets the start of the fetcher would leave the partition unread, on a busy machine now and then."""
    made: list[Recorder] = []

    def make(*_: Any, **__: Any) -> Recorder:
        made.append(Recorder())
        return made[-1]

    monkeypatch.setattr("winepipeline_consumer.kafka.Consumer", make)
    nobody = Listener(assigned=lambda _: None, revoked=lambda _: None, lost=lambda _: None)
    source = Source(ConsumerSettings.from_environment(SETTINGS), nobody)
    source.start({0: 7, 1: 9})
    assert made[0].asked[1:] == [("resume", [7, 9]), ("incremental_unassign", [7, 9]), ("incremental_assign", [7, 9])]
