"""When what was read is worth a load."""

import dataclasses
from typing import Any, cast

import pytest

from tests.unit.sample_events import ORDER
from winepipeline_consumer import gather
from winepipeline_consumer.gather import SLICE_MESSAGES, Gatherer
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.ownership import Listener, Ownership
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_warehouse.ledger import Claim

from .messages import encoded
from .stand_ins import Clock, FakeSource, read_of
from .test_settings import LOGIN

EVENT = encoded(ORDER)


class Desk:
    """A gatherer of one partition, from offset 0."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
        self.clock = Clock()
        monkeypatch.setattr(gather, "time", self.clock)
        given = ConsumerSettings.from_environment(LOGIN | settings)
        self.source = FakeSource(given, Listener(*[lambda _: None] * 3))
        self.metrics = Metrics()
        self.gatherer = Gatherer(given, cast(Any, self.source), self.metrics)
        self.ownership = Ownership()
        self.ownership.gain([0])
        self.ownership.claimed({0: Claim(0, 0, 1)})

    def read(self, count: int, value: bytes = EVENT) -> None:
        """Read so many further messages."""
        first = self.ownership.next_offsets[0]
        self.source.next_reads = [read_of([(0, offset) for offset in range(first, first + count)], value)]
        self.gatherer.read(self.ownership)

    def value(self, name: str) -> float | None:
        """A metric's."""
        return self.metrics.registry.get_sample_value(name)


def test_a_quiet_topic_loads_after_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single sale does not wait for a hundred others."""
    desk = Desk(monkeypatch, BATCH_SIZE="100", CONSUMER_TIMEOUT_MS="1000")
    desk.read(1)
    desk.clock.now += 0.9
    assert not desk.gatherer.worth_a_load()
    desk.clock.now += 0.1
    assert desk.gatherer.worth_a_load()


def test_a_batch_s_worth_loads_as_soon_as_no_more_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A steady topic is loaded soon, and not in crumbs while more is at hand."""
    desk = Desk(monkeypatch, BATCH_SIZE="100", MAX_BATCH_SIZE="50000")
    desk.read(SLICE_MESSAGES)
    assert not desk.gatherer.worth_a_load(), "a whole slice: there may be more at once"
    desk.read(7)
    assert desk.gatherer.worth_a_load()


def test_a_backlog_loads_in_the_largest_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catching up needs no tuning."""
    desk = Desk(monkeypatch, BATCH_SIZE="100", MAX_BATCH_SIZE="1500")
    desk.read(SLICE_MESSAGES)
    assert not desk.gatherer.worth_a_load()
    desk.read(500)
    assert desk.source.asked("read")[-1] == 500, "no more than there is room for"
    assert desk.gatherer.full
    assert desk.gatherer.worth_a_load()


def test_large_messages_fill_a_batch_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by bytes, and after the first large ones no more are asked for than fit."""
    desk = Desk(monkeypatch, MAX_BATCH_BYTES="200000")
    large = encoded({**ORDER, "note": "x" * 10_000})
    desk.read(10, large)
    assert not desk.gatherer.full
    desk.read(1, large)
    assert desk.source.asked("read")[-1] <= 10
    desk.read(9, large)
    assert desk.gatherer.full


def test_headers_fill_a_batch_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead letters hold their headers in memory, however small their values are."""
    desk = Desk(monkeypatch, MAX_BATCH_BYTES="200000")
    desk.read(100, b"?")
    assert desk.gatherer.full
    assert desk.value("kafka_event_size_bytes_sum") == 100


def test_what_comes_twice_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that the broker gives again, or of a partition that is not ours, is in no batch and in no count."""
    desk = Desk(monkeypatch)
    desk.source.next_reads = [read_of([(0, 0), (0, 1), (0, 0), (1, 5), (0, 2)], EVENT)]
    desk.gatherer.read(desk.ownership)
    batch = desk.gatherer.batch(1, 0, desk.ownership)
    assert (batch.rows.offsets.tolist(), dict(batch.ends)) == ([0, 1, 2], {0: 3})
    assert desk.value("kafka_events_consumed_total") == 3
    assert (desk.gatherer.count, desk.value("kafka_current_batch_size")) == (0, 0)


def test_the_gauge_follows_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dashboard sees the batch grow, and the sizes of its messages."""
    desk = Desk(monkeypatch)
    desk.read(3)
    assert (desk.value("kafka_current_batch_size"), desk.value("kafka_event_size_bytes_count")) == (3, 3)
    assert desk.value("kafka_event_size_bytes_sum") == 3 * len(EVENT)
    desk.gatherer.drop()
    assert desk.value("kafka_current_batch_size") == 0


def test_a_marker_at_the_end_is_worth_a_load_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a producer's transaction the ledger comes to the topic's end, though no message stands there."""
    desk = Desk(monkeypatch, BATCH_SIZE="100", CONSUMER_TIMEOUT_MS="1000")
    desk.read(3)
    desk.gatherer.batch(1, 0, desk.ownership)
    desk.source.next_reads = [dataclasses.replace(read_of([]), ends={0: 4})]
    desk.gatherer.read(desk.ownership)
    assert not desk.gatherer.worth_a_load()
    desk.clock.now += 1.0
    assert desk.gatherer.worth_a_load()
    batch = desk.gatherer.batch(2, 0, desk.ownership)
    assert (len(batch), dict(batch.ends)) == (0, {0: 4})
    assert not desk.gatherer.worth_a_load()
