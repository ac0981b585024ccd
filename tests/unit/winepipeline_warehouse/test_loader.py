"""A load until its outcome is known."""

import random
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import pytest

from winepipeline_warehouse import loader as loader_module
from winepipeline_warehouse.errors import DataRefused, Fenced, Misconfigured, Unavailable
from winepipeline_warehouse.ledger import Advance, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Interrupted, Loader
from winepipeline_warehouse.names import Names

WORK = Load("batch-1", Origin("c", "t", "id"), (Advance(0, 1, 0, 1, 1, 0),), rows=b"rows")


class FakeSession:
    """A session that knows only whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def abandon(self) -> None:
        """Note it."""
        self.closed = True


class Bench:
    """A loader whose steps fail as told, and who is told of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: BaseException | None) -> None:
        self.outcomes = list(outcomes)
        self.sessions: list[FakeSession] = []
        self.calls: list[str] = []
        self.told: list[str] = []
        self.pauses = 100
        self.settled = False
        monkeypatch.setattr(loader_module, "Session", self.open)
        monkeypatch.setattr(loader_module, "load", self.load)
        monkeypatch.setattr(loader_module, "settle", self.settle)
        monkeypatch.setattr(loader_module, "remove", lambda *_: self.calls.append("remove"))
        monkeypatch.setattr(loader_module, "prepare", self.prepare)
        self.loader = Loader(cast(Any, None), Names("D", "S", "T"), self, random.Random(1))

    def open(self, _: Any) -> FakeSession:
        """A new session."""
        self.sessions.append(FakeSession())
        return self.sessions[-1]

    def load(self, *arguments: Any) -> None:
        """The next outcome."""
        self.calls.append(f"load {arguments[4]}")
        self._next()

    def prepare(self, *_: Any, **__: Any) -> None:
        """The next outcome."""
        self.calls.append("prepare")
        self._next()

    def settle(self, *_: Any) -> bool:
        """As told."""
        self.calls.append("settle")
        return self.settled

    def _next(self) -> None:
        if self.outcomes and (outcome := self.outcomes.pop(0)):
            raise outcome

    def step(self, _: str) -> AbstractContextManager[None]:
        """Nothing to time."""
        return nullcontext()

    def trouble(self, error: Unavailable, delay_seconds: float) -> None:
        """Note it."""
        assert delay_seconds > 0
        self.told.append(error.reason)

    def recovered(self) -> None:
        """Note it."""
        self.told.append("recovered")

    def wait(self, _: float) -> bool:
        """Without waiting."""
        self.pauses -= 1
        return self.pauses < 0


AWAY = Unavailable("ConnectionClosed", "the connection broke")


def test_a_load_that_goes_well_is_one_call_and_keeps_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logging in once is enough for many loads."""
    bench = Bench(monkeypatch)
    bench.loader.load(WORK)
    bench.loader.load(WORK)
    assert (bench.calls, len(bench.sessions), bench.told) == (["load 0", "load 0"], 1, [])


def test_a_load_in_doubt_is_settled_in_a_fresh_session_before_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An older session may not see whether the COMMIT got in."""
    bench = Bench(monkeypatch, AWAY, AWAY, None)
    bench.loader.load(WORK)
    assert bench.calls == ["load 0", "settle", "load 1", "settle", "load 2"]
    assert [session.closed for session in bench.sessions] == [True, True, False]
    assert bench.told == ["ConnectionClosed", "ConnectionClosed", "recovered"]


def test_a_load_that_got_in_after_all_is_not_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger says so; only its files are left to remove."""
    bench = Bench(monkeypatch, AWAY)
    bench.settled = True
    bench.loader.load(WORK)
    assert bench.calls == ["load 0", "settle", "remove"]


@pytest.mark.parametrize("error", [Fenced("Fenced", "no"), DataRefused("R", "no"), Misconfigured("M", "no")])
def test_what_cannot_pass_comes_through_at_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """And the session that saw it is not used again."""
    bench = Bench(monkeypatch, error)
    with pytest.raises(type(error)):
        bench.loader.load(WORK)
    assert (bench.calls, bench.sessions[0].closed, bench.told) == (["load 0"], True, [])


def test_a_warehouse_that_answers_no_is_back_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an outage that ends with another consumer's owning the partition, nobody is told of trouble any more."""
    bench = Bench(monkeypatch, AWAY, Fenced("Fenced", "another consumer owns it"))
    with pytest.raises(Fenced):
        bench.loader.load(WORK)
    assert bench.told == ["ConnectionClosed", "recovered"]


def test_trying_ends_with_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop interrupts the pause, and nothing is claimed of the load's outcome."""
    bench = Bench(monkeypatch, *[AWAY] * 10)
    bench.pauses = 3
    with pytest.raises(Interrupted):
        bench.loader.load(WORK)
    assert bench.told == ["ConnectionClosed"] * 4


def test_tables_are_looked_after_until_it_goes_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warehouse that is away at the start is waited for."""
    bench = Bench(monkeypatch, AWAY, None)
    bench.loader.prepare()
    assert (bench.calls, bench.told) == (["prepare", "prepare"], ["ConnectionClosed", "recovered"])
