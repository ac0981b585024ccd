"""The broker as the loading thread needs it."""

import logging
import random
from collections.abc import Sequence
from typing import Any, cast

import pytest

from winepipeline_consumer.desk import Desk
from winepipeline_consumer.letter import Outgoing, Unsent
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.watch import Watch
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.loader import Interrupted

from .messages import letter_at

OLD, NEW = Origin("c", "sales_events", "id-1"), Origin("c", "sales_events", "id-2")


class Hasty(Watch):
    """Does not wait; wants to stop after so many pauses."""

    def __init__(self, pauses: int = 100) -> None:
        self.metrics = Metrics()
        super().__init__(self.metrics, random.Random(1))
        self.pauses = pauses

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - the pause that is left out
        """At once."""
        self.pauses -= 1
        return self.pauses < 0


class FakeSink:
    """A dead-letter topic that takes batches up to so many bytes, after failing so many times."""

    topic = "sales_events_dlq"

    def __init__(self, most_bytes: int = 1_000_000, failures: int = 0, leaderless: bytes | None = None) -> None:
        self.most_bytes = most_bytes
        self.failures = failures
        self.leaderless = leaderless
        self.taken: list[Outgoing] = []

    def send(self, letters: Sequence[Outgoing]) -> Unsent:
        """As `kafka.Sink` does: letters travel together, and a batch that is too large is refused as a whole."""
        if self.failures:
            self.failures -= 1
            waiting = [each for each in letters if self.leaderless in (None, each[0])]
            self.taken.extend(each for each in letters if each not in waiting)
            return Unsent([], waiting, "no broker answers")
        if sum(len(key or b"") + len(value or b"") for key, value, _ in letters) > self.most_bytes:
            return Unsent(list(letters), [])
        self.taken.extend(letters)
        return Unsent([], [])


class FakeSource:
    """A topic whose id is each of `origins` in turn, the last one for ever."""

    topic = "sales_events"

    def __init__(self, *origins: Origin) -> None:
        self.origins = list(origins)

    def origin(self) -> Origin:
        """Its id at this moment."""
        return self.origins.pop(0) if len(self.origins) > 1 else self.origins[0]

    def spans(self, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        """One start for each topic."""
        return dict.fromkeys(partitions, (100 if self.origins[0] == OLD else 0, 200))


def desk(sink: FakeSink | None = None, watch: Watch | None = None, source: FakeSource | None = None) -> Desk:
    return Desk(cast(Any, source or FakeSource(OLD)), cast(Any, sink or FakeSink()), "a-group", watch or Hasty())


def offsets(sink: FakeSink) -> list[bytes | None]:
    return [dict(headers)["winepipeline.offset"] for _, _, headers in sink.taken]


def test_letters_are_sent_until_the_broker_has_them(caplog: pytest.LogCaptureFixture) -> None:
    """A broker that is away delays dead letters and loses none, and the log says so."""
    sink = FakeSink(failures=3)
    desk(sink).send([letter_at(0, 1), letter_at(0, 2)])
    assert offsets(sink) == [b"1", b"2"]
    assert caplog.text.count("BrokerUnavailable: no broker answers") == 3


def test_only_letters_without_an_acknowledgement_are_sent_again() -> None:
    """One partition without a leader does not fill the others with copies of the same letters."""
    sink = FakeSink(failures=3, leaderless=b"b")
    desk(sink).send([letter_at(0, 1, key=b"a"), letter_at(0, 2, key=b"b"), letter_at(0, 3, key=b"a")])
    assert offsets(sink) == [b"1", b"3", b"2"]


def test_letters_that_cannot_be_sent_are_seen(caplog: pytest.LogCaptureFixture) -> None:
    """While the broker takes no letter, the metric, the probe's reason and the log say so, and what to look at."""
    watch = Hasty(pauses=1)
    with pytest.raises(Interrupted):
        desk(FakeSink(failures=1000), watch).send([letter_at(0, 1)])
    value = watch.metrics.registry.get_sample_value
    assert value("winepipeline_warehouse_retrying") == 1
    assert value("winepipeline_warehouse_errors_total", {"reason": "BrokerUnavailable"}) == 2
    assert watch.broker_is_away
    assert watch.trouble_reason.startswith(
        "BrokerUnavailable: no broker answers. What to do: look at sales_events_dlq: its leaders"
    )
    assert "the broker does not take it" in caplog.text
    desk(FakeSink(failures=1), watch := Hasty()).send([letter_at(0, 1)])
    assert (watch.metrics.registry.get_sample_value("winepipeline_warehouse_retrying"), watch.trouble_reason) == (0, "")


def test_a_stop_ends_the_waiting() -> None:
    """A consumer that is to stop does not wait for the broker for ever."""
    with pytest.raises(Interrupted):
        desk(FakeSink(failures=1000), Hasty(pauses=5)).send([letter_at(0, 1)])


def test_letters_that_are_too_large_only_together_are_sent_whole() -> None:
    """A topic with a small limit gets small letters one by one, uncut."""
    sink = FakeSink(most_bytes=2500)
    desk(sink).send([letter_at(0, offset, b"x" * 1000) for offset in range(4)])
    assert offsets(sink) == [b"0", b"1", b"2", b"3"]
    assert {len(value or b"") for _, value, _ in sink.taken} == {1000}


@pytest.mark.parametrize(("most_bytes", "kept"), [(100_000, 65_536), (20_000, 1024)])
def test_a_letter_that_is_too_large_is_cut(most_bytes: int, kept: int, caplog: pytest.LogCaptureFixture) -> None:
    """The consumer goes on, the letter's beginning and its place are kept, and the log says what to raise."""
    sink = FakeSink(most_bytes)
    with caplog.at_level(logging.ERROR):
        desk(sink).send([letter_at(0, 1, b"x" * 300_000), letter_at(0, 2, b"small")])
    found = {dict(headers)["winepipeline.offset"]: value for _, value, headers in sink.taken}
    assert found == {b"1": b"x" * kept, b"2": b"small"}
    assert "sales_events_dlq does not take a dead letter of 300000 bytes: raise its max.message.bytes" in caplog.text


def test_a_topic_that_takes_nothing_is_waited_for() -> None:
    """A limit that not even a cut letter passes is a person's to mend: nothing is lost meanwhile, nor is it endless."""
    with pytest.raises(Interrupted):
        desk(FakeSink(most_bytes=10), Hasty(pauses=5)).send([letter_at(0, 1, b"x" * 300_000)])


def test_the_log_s_starts_are_those_of_the_topic_beside_them() -> None:
    """A topic that is made again between two questions does not begin where the old one did."""
    assert desk(source=FakeSource(OLD, NEW)).standing([0]) == (NEW, {0: (0, 200)})
    assert desk(source=FakeSource(OLD)).standing([0, 3]) == (OLD, {0: (100, 200), 3: (100, 200)})
