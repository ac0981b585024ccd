"""The two threads behind the main loop."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from winepipeline_consumer import worker as worker_module
from winepipeline_consumer.batch import Batch, Gathering, Place
from winepipeline_consumer.jobs import Claimed, Claiming, Done, Failed, Loaded, Outcome
from winepipeline_consumer.metrics import Metrics
from winepipeline_consumer.worker import Worker
from winepipeline_warehouse.errors import Fenced, Misconfigured
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Interrupted
from winepipeline_warehouse.lost_end import Ends, LogLostItsEnd

from .messages import letter_at, rows_at

ORIGIN = Origin("c", "sales_events", "id-1")
SECONDS = 10.0


class FakeLoader:
    """A warehouse that waits for `go` before each load, and fails as told."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.calls: list[str] = []
        self.failures: list[BaseException | None] = []
        self.trouble: BaseException | None = None

    def prepare(self) -> None:
        """Note it."""
        self.calls.append("prepare")
        if self.trouble:
            raise self.trouble

    def claim(
        self, _: Origin, log_starts: dict[int, int], owner: str, accepted: str | None, ends: Ends
    ) -> dict[int, Claim]:
        """Note it; leave out logs that end before 7, until that is confirmed."""
        self.calls.append(f"claim {sorted(log_starts)} for {owner}, accepting {accepted}")
        if any(ends.offsets[p] < 7 for p in ends.confirmed):
            raise LogLostItsEnd("LogLostItsEnd", f"partitions {sorted(ends.confirmed)}")
        return {p: Claim(p, start, 1) for p, start in log_starts.items() if ends.offsets[p] >= start}

    def load(self, work: Load) -> None:
        """Note it."""
        self.begun.release()
        assert self.go.acquire(timeout=SECONDS)
        self.calls.append(f"load {work.name.split('-')[1]}")
        if self.failures and (failure := self.failures.pop(0)):
            raise failure

    def close(self) -> None:
        """Note it."""
        self.calls.append("close")


class FakeDesk:
    """A broker that answers."""

    def __init__(self) -> None:
        self.spans: dict[int, tuple[int, int]] = {0: (7, 9), 3: (7, 9)}

    def origin(self) -> Origin:
        """Always the same."""
        return ORIGIN

    def standing(self, partitions: frozenset[int]) -> tuple[Origin, dict[int, tuple[int, int]]]:
        """Those of `spans`."""
        return ORIGIN, {partition: span for partition, span in self.spans.items() if partition in partitions}

    def send(self, letters: Any) -> None:
        """Taken."""


class Threads:
    """A worker and what it works with."""

    def __init__(self) -> None:
        self.loader = FakeLoader()
        self.metrics = Metrics()
        self.desk = FakeDesk()
        self.worker = Worker(cast(Any, self.loader), cast(Any, self.desk), self.metrics, "me", "id-2")

    def next(self) -> Outcome:
        """What came of the next job."""
        return self.worker.outcomes.get(timeout=SECONDS)


@pytest.fixture
def threads() -> Iterator[Threads]:
    """Not started yet; stopped at the end."""
    found = Threads()
    yield found
    found.loader.go.release(100)
    if any(thread.is_alive() for thread in found.worker._threads):
        assert found.worker.stop(SECONDS)


def batch(number: int, generation: int = 0) -> Batch:
    gathering = Gathering()
    gathering.add(rows_at([(0, number)]), [letter_at(0, number + 100)], {0: number + 101})
    return gathering.batch(number, generation, {0: Place(1, 0)})


def test_tables_come_first_then_claims_and_loads_in_their_order(threads: Threads) -> None:
    """A claim that follows loads sees what they have done."""
    threads.worker.start()
    threads.worker.claim(Claiming(frozenset({0, 3})))
    assert threads.next() == Claimed({0: Claim(0, 7, 1), 3: Claim(3, 7, 1)}, ORIGIN)
    threads.loader.go.release(2)
    for number in (1, 2):
        threads.worker.submit(batch(number), ORIGIN, 0.0)
    found = [threads.next() for _ in range(4)]
    done = Done(0, dropped=False)
    assert found == [Loaded({0: 102}, 1, 1), done, Loaded({0: 103}, 1, 1), done]
    assert threads.loader.calls == ["prepare", "claim [0, 3] for me, accepting id-2", "load 1", "load 2"]


def test_after_a_fenced_load_nothing_of_its_generation_is_loaded(threads: Threads) -> None:
    """What follows expects a ledger that will never be; the next generation is loaded again."""
    threads.loader.failures = [Fenced("Fenced", "another consumer owns the rest")]
    threads.loader.go.release(2)
    threads.worker.start()
    for number, generation in ((1, 0), (2, 0), (3, 1)):
        threads.worker.submit(batch(number, generation), ORIGIN, 0.0)
    found = [threads.next() for _ in range(4)]
    assert found[0] == Done(0, dropped=True, why="another consumer owns the rest")
    assert Done(0, dropped=True) in found
    assert Done(1, dropped=False) in found
    assert threads.loader.calls == ["prepare", "load 1", "load 3"]
    assert threads.metrics.registry.get_sample_value("winepipeline_fenced_batches_total") == 1


def test_what_is_broken_off_is_not_loaded(threads: Threads) -> None:
    """After a rebalance nothing goes in that was read before it, but for the load that is under way."""
    threads.worker.start()
    for number in (1, 2):
        threads.worker.submit(batch(number), ORIGIN, 0.0)
    assert threads.loader.begun.acquire(timeout=SECONDS)
    threads.worker.break_off(0)
    threads.loader.go.release(2)
    found = [threads.next() for _ in range(3)]
    assert found == [Loaded({0: 102}, 1, 1), Done(0, dropped=False), Done(0, dropped=True)]
    assert threads.loader.calls == ["prepare", "load 1"]


def test_a_stop_finishes_what_was_submitted(threads: Threads) -> None:
    """And closes the session."""
    threads.worker.start()
    threads.worker.submit(batch(1), ORIGIN, 0.0)
    threads.loader.go.release()
    assert threads.worker.stop(SECONDS) is True
    assert threads.loader.calls == ["prepare", "load 1", "close"]


def test_a_stop_does_not_wait_for_ever(threads: Threads) -> None:
    """A warehouse that hangs is left behind, and the caller is told."""
    threads.worker.start()
    threads.worker.submit(batch(1), ORIGIN, 0.0)
    assert threads.worker.stop(0.05) is False


def test_what_ends_a_thread_is_told(threads: Threads) -> None:
    """Tables with other columns end the process, not only a thread of it."""
    threads.loader.trouble = Misconfigured("TableMismatch", "column X is missing")
    threads.worker.start()
    outcome = threads.next()
    assert isinstance(outcome, Failed)
    assert outcome.error is threads.loader.trouble


def test_a_load_given_up_at_a_stop_is_no_failure(threads: Threads) -> None:
    """The process ends in good order, and the load is done again by the next one."""
    threads.loader.failures = [Interrupted()]
    threads.loader.go.release()
    threads.worker.start()
    threads.worker.submit(batch(1), ORIGIN, 0.0)
    assert threads.worker.stop(SECONDS) is True
    assert threads.worker.outcomes.empty()


def test_a_partition_without_a_leader_keeps_no_other_from_being_loaded(threads: Threads) -> None:
    """Partitions that have one are claimed, and batches of them go in; where none has, the warehouse is not asked."""
    threads.desk.spans = {3: (7, 9)}
    threads.loader.go.release()
    threads.worker.start()
    threads.worker.claim(Claiming(frozenset({0, 3})))
    assert threads.next() == Claimed({3: Claim(3, 7, 1)}, ORIGIN)
    threads.worker.claim(Claiming(frozenset({0})))
    assert threads.next() == Claimed({}, ORIGIN)
    threads.worker.submit(batch(1), ORIGIN, 0.0)
    assert threads.next() == Loaded({0: 102}, 1, 1)
    assert threads.loader.calls == ["prepare", "claim [3] for me, accepting id-2", "load 1"]


def test_only_a_log_that_stays_short_has_lost_its_end(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new leader whose end trails for a moment stops nobody; one that goes on telling it ends the consumer."""
    now = [1000.0]
    monkeypatch.setattr(worker_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    threads.worker.start()
    found = []
    for seconds, end in ((0, 5), (4, 5), (4, 9), (4, 5), (4, 5), (4, 5)):
        now[0] += seconds
        threads.desk.spans = {0: (7, end)}
        threads.worker.claim(Claiming(frozenset({0})))
        found.append(threads.next())
    short, whole = Claimed({}, ORIGIN), Claimed({0: Claim(0, 7, 1)}, ORIGIN)
    assert found[:5] == [short, short, whole, short, short]
    assert isinstance(found[5], Failed)
