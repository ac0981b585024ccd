"""The parts of the ledger's machine: a warehouse that breaks when told, topics, and consumers with the real loader."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from winepipeline_events.reason import Reason
from winepipeline_warehouse.errors import Unavailable
from winepipeline_warehouse.ledger import Advance, Claim, Origin
from winepipeline_warehouse.load import Load
from winepipeline_warehouse.loader import Loader
from winepipeline_warehouse.names import Names
from winepipeline_warehouse.parquet import encode_rejected, encode_rows
from winepipeline_warehouse.rows import RejectedRow, Rows
from winepipeline_warehouse.session import Session

PARTITIONS = (0, 1)
EVENT = b'{"a":1}'

Place = tuple[str, int, int]
"""Topic id, partition and offset."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, once: at the statement that begins so, before it is carried out or after."""

    statement: str
    after: bool


class World(ABC):
    """A warehouse whose sessions break where they are told."""

    names: Names
    steps_before_a_lock: tuple[str, ...] = ("upload", "begin", "copy", "copy_rejected", "ledger")
    steps: tuple[str, ...] = (*steps_before_a_lock, "commit")
    """Where another consumer may interfere."""

    def __init__(self) -> None:
        self.fault: Fault | None = None

    @abstractmethod
    def open(self) -> Session:
        """A new session, in which `self.fault` strikes."""

    @abstractmethod
    def landed(self) -> list[Place]:
        """Everything in the target and in the rejects."""

    @abstractmethod
    def ledger(self) -> dict[tuple[str, int], dict[str, int]]:
        """From topic id and partition to FIRST_OFFSET, NEXT_OFFSET and the counts, in lower case."""

    @abstractmethod
    def staged(self) -> list[str]:
        """The files in the stage."""

    @abstractmethod
    def check(self) -> None:
        """What else must hold after each rule."""

    def strike(self, statement: str, carry_out: Callable[[], Any], lose_connection: Callable[[], None]) -> Any:
        """Carry out a statement, unless the fault is for it."""
        fault = self.fault
        if fault is None or not statement.startswith(fault.statement):
            return carry_out()
        self.fault = None
        if fault.after:
            carry_out()
        lose_connection()
        raise Unavailable("ConnectionClosed", f"the connection broke at {statement[:40]}")


@dataclass
class Topic:
    """A topic of one id: what was ever produced, and where its log begins now."""

    origin: Origin
    offsets: dict[int, list[int]] = field(default_factory=lambda: {p: [] for p in PARTITIONS})
    ends: dict[int, int] = field(default_factory=lambda: dict.fromkeys(PARTITIONS, 0))
    starts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(PARTITIONS, 0))


class Consumer:
    """A consumer as the ledger sees it; also its loader's watcher."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.loader = Loader(world, world.names, self, _Steady())  # type: ignore[arg-type]  # see `open_session`
        self.topic: Topic | None = None
        self.places: dict[int, Claim] = {}
        self.interloper: tuple[str, Callable[[], None]] | None = None
        self._patience = 0

    def try_so_often(self, patience: int) -> None:
        """Before the next call of the loader's."""
        self._patience = patience

    @contextmanager
    def step(self, stage: str) -> Iterator[None]:
        """Let the interloper in."""
        if self.interloper and self.interloper[0] == stage:
            act, self.interloper = self.interloper[1], None
            act()
        yield

    def trouble(self, error: Unavailable, delay_seconds: float) -> None:
        """No news."""

    def recovered(self) -> None:
        """No news."""

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - nobody waits here
        """Whether to give up."""
        self._patience -= 1
        return self._patience < 0

    def read(self, partitions: set[int], most: int) -> list[tuple[int, int]]:
        """Partition and offset of what comes next, at most so many of each partition."""
        found: list[tuple[int, int]] = []
        for p in sorted(partitions & self.places.keys()):
            assert self.topic is not None
            offsets = [o for o in self.topic.offsets[p] if o >= self.places[p].next_offset]
            found += [(p, o) for o in offsets[:most]]
        return found

    def work(self, name: str, read: list[tuple[int, int]]) -> Load:
        """A load of what was read; every third offset is turned away."""
        assert self.topic is not None
        good, bad = ([place for place in read if (place[1] % 3 == 0) is is_bad] for is_bad in (False, True))
        advances = []
        for p in sorted({p for p, _ in read}):
            end = 1 + max(o for q, o in read if q == p)
            loaded, rejected = (sum(q == p for q, _ in places) for places in (good, bad))
            advances.append(Advance(p, self.places[p].epoch, self.places[p].next_offset, end, loaded, rejected))
        letters = [RejectedRow(p, o, 0, Reason.NOT_JSON, "?", b"?") for p, o in bad]
        return Load(
            name=name,
            origin=self.topic.origin,
            advances=tuple(advances),
            rows=encode_rows(_rows(good)) if good else b"",
            rejected=encode_rejected(letters) if letters else b"",
        )


class _Steady:
    """No chance where none is needed."""

    def uniform(self, low: float, _: float) -> float:
        """The low end."""
        return low


def open_session(world: Any) -> Session:
    """In the place of `loader.Session`: the machine gives the loader a world instead of settings."""
    session: Session = world.open()
    return session


def _rows(places: list[tuple[int, int]]) -> Rows:
    count = len(places)
    return Rows(
        partitions=np.array([p for p, _ in places], np.int32),
        offsets=np.array([o for _, o in places], np.int64),
        timestamps_ms=np.zeros(count, np.int64),
        contents=(EVENT * count,),
        lengths=np.full(count, len(EVENT), np.int32),
    )
