"""When a running consumer audits, what it remembers of earlier audits, and what it tells."""

import datetime as dt
import random
import time
from collections.abc import Mapping
from typing import Any

import pytest

from winepipeline_consumer import auditor
from winepipeline_consumer.auditor import Auditor, Standing
from winepipeline_consumer.metrics import Metrics
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.recent import Mark, Recent
from winepipeline_warehouse.settings import WarehouseSettings

from .test_settings import LOGIN

ORIGIN = Origin("cluster", "sales_events", "id-1")
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


class Desk:
    """An auditor whose warehouse says what the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.metrics = Metrics()
        self.committed: dict[int, int] = {0: 10}
        self.origin = ORIGIN
        self.asked: list[dict[int, Mark | None]] = []
        self.now = NOW
        self.missing = 0
        self.fault: Exception | None = None
        monkeypatch.setattr(auditor, "Session", _NoSession)
        monkeypatch.setattr(auditor, "sweep", lambda *_: 0)
        monkeypatch.setattr(auditor, "recent_audit", self._audit)
        monkeypatch.setattr(auditor, "MOST_OFFSETS", 100)
        settings = WarehouseSettings.from_environment(LOGIN)
        self.auditor = Auditor(settings, 900, self.metrics, self._standing, random.Random(1))

    def _standing(self) -> Standing | None:
        return (self.origin, self.committed) if self.committed else None

    def _audit(self, *given: Any) -> dict[int, Recent]:
        marks: Mapping[int, Mark | None] = given[-1]
        self.asked.append(dict(marks))
        if self.fault is not None:
            raise self.fault
        return {p: Recent(Mark(self.committed[p], 0, 0, self.now), 1, self.missing, 0) for p in marks}

    def value(self, name: str) -> float:
        """A metric's."""
        return self.metrics.registry.get_sample_value(f"winepipeline_audit_{name}") or 0.0


class _NoSession:
    def __init__(self, _: object) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One of one partition."""
    return Desk(monkeypatch)


def test_an_idle_consumer_does_not_wake_the_warehouse(desk: Desk) -> None:
    """While nothing is loaded the last verdict stands, and a suspended warehouse sleeps on."""
    for _ in range(2):
        desk.auditor.look()
    assert desk.value("last_success_timestamp_seconds") > 0
    for _ in range(3):
        desk.auditor.look()
    assert len(desk.asked) == 2
    desk.committed = {0: 11}
    desk.auditor.look()
    assert len(desk.asked) == 3


def test_an_audit_looks_back_so_far_and_no_further(desk: Desk) -> None:
    """What an audit costs does not grow with the time that the consumer runs."""
    for end in (10, 60, 105, 150, 400):
        desk.committed = {0: end}
        desk.auditor.look()
    starts = [mark.next_offset if (mark := asked[0]) else None for asked in desk.asked]
    assert starts == [None, 10, 10, 10, 60]


def test_what_does_not_hold_is_told_and_looked_at_again(desk: Desk) -> None:
    """A missing event shows in the metric until it is there, and is no success."""
    desk.auditor.look()
    desk.missing = 2
    desk.committed = {0: 12}
    desk.auditor.look()
    assert (desk.value("missing_events"), desk.value("last_success_timestamp_seconds")) == (2, 0)
    desk.missing = 0
    desk.auditor.look()
    assert desk.value("missing_events") == 0
    assert desk.value("last_success_timestamp_seconds") > 0


def test_partitions_that_went_and_topics_made_anew_are_forgotten(desk: Desk) -> None:
    """A partition that comes back, and one of another topic of the same name, begins with a mark of its own."""
    desk.committed = {0: 10, 1: 10}
    desk.auditor.look()
    desk.committed = {0: 11}
    desk.auditor.look()
    desk.committed = {0: 12, 1: 20}
    desk.auditor.look()
    assert [asked.get(1, "gone") is None for asked in desk.asked] == [True, False, True]
    desk.origin = Origin("cluster", "sales_events", "id-2")
    desk.auditor.look()
    assert desk.asked[-1] == {0: None, 1: None}


def test_nothing_to_audit_and_nobody_to_ask(desk: Desk) -> None:
    """Before the first claim nothing is asked, and a warehouse that is away is asked again next time."""
    desk.committed = {}
    desk.auditor.look()
    assert desk.asked == []
    desk.committed = {0: 1}
    desk.fault = Unavailable("Unavailable", "away")
    desk.auditor.look()
    desk.fault = None
    desk.auditor.look()
    assert len(desk.asked) == 2


def test_a_partition_that_hardly_moves_does_not_hold_the_others_back(desk: Desk) -> None:
    """All partitions share one look at the tables, which goes back a day at most, however little one of them gets."""
    for day in range(3):
        desk.now = NOW + dt.timedelta(days=day)
        desk.committed = {0: 10 + day, 1: 10 + 50 * day}
        desk.auditor.look()
    desk.committed = {0: 13, 1: 160}
    desk.auditor.look()
    assert {mark and mark.at for mark in desk.asked[-1].values()} == {NOW + dt.timedelta(days=1)}


def test_how_long_no_audit_has_held_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert sees that audits fail: in intervals, from the start on, and 0 again once one holds."""
    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 4.5 * 900)
    desk.auditor.look()
    desk.fault = Unavailable("QueryCancelled", "SQL execution canceled")
    desk.auditor.look()
    assert desk.value("age_intervals") == pytest.approx(4.5, abs=0.1)
    desk.fault = None
    desk.auditor.look()
    assert desk.value("age_intervals") == 0
