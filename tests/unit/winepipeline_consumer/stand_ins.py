"""A topic and loading threads that do, in the test's own thread, exactly what the test says.

The races of the main loop are about who answers when; the real ones are used in the integration tests.
"""

import queue
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from winepipeline_consumer.batch import Batch
from winepipeline_consumer.jobs import Claimed, Claiming, Outcome
from winepipeline_consumer.ownership import Listener
from winepipeline_consumer.read import Read
from winepipeline_consumer.settings import ConsumerSettings
from winepipeline_consumer.sift import Slice
from winepipeline_warehouse.ledger import Claim, Origin

ORIGIN = Origin("cluster", "sales_events", "id-1")


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def perf_counter(self) -> float:
        """Seconds."""
        return self.now


@dataclass(frozen=True)
class Sent:
    """A message with what is asked of it."""

    key_: bytes | None = b"1000"

    def key(self) -> bytes | None:
        """The key."""
        return self.key_

    def headers(self) -> None:
        """None."""


class FakeSource:
    """A topic; `next_reads` are what `read` brings, one after the other, and `calls` is what was asked of it."""

    def __init__(self, settings: ConsumerSettings, listener: Listener) -> None:
        self.topic = settings.topic
        self.listener = listener
        self.calls: list[tuple[str, Any]] = []
        self.next_reads: list[Read] = []
        self.known_ends: dict[int, int] = {}
        self.known_holes: dict[int, int] = {}
        self.known_messages: dict[int, int] = {}

    def read(self, most: int, _: float) -> Read:
        """The next of `next_reads`; nothing when there is none."""
        self.calls.append(("read", most))
        return self.next_reads.pop(0) if self.next_reads else read_of([])

    def start(self, offsets: Mapping[int, int]) -> None:
        """Remember."""
        self.calls.append(("start", dict(offsets)))

    def hold(self, partitions: Iterable[int]) -> None:
        """Remember."""
        self.calls.append(("hold", sorted(partitions)))

    def release(self, partitions: Iterable[int]) -> None:
        """Remember."""
        self.calls.append(("release", sorted(partitions)))

    def commit(self, offsets: Mapping[int, int], **_: bool) -> None:
        """Remember."""
        self.calls.append(("commit", dict(offsets)))

    def ends(self, partitions: Iterable[int], *, ask: bool) -> dict[int, int]:
        """Of `known_ends`."""
        self.calls.append(("ends", ask))
        return {p: end for p, end in self.known_ends.items() if p in set(partitions)}

    def first_from(self, partition: int, offset: int) -> tuple[int, bool]:
        """The end by `known_holes`, or else the message by `known_messages`, or else one at this offset."""
        self.calls.append(("first_from", (partition, offset)))
        if partition in self.known_holes:
            return self.known_holes[partition], False
        return self.known_messages.get(partition, offset), True

    def close(self) -> None:
        """Leave the group, as librdkafka does: with a last revocation."""
        self.calls.append(("close", None))
        self.listener.revoked([0])

    def asked(self, what: str) -> list[Any]:
        """The arguments of each such call."""
        return [argument for name, argument in self.calls if name == what]


class Outcomes(list[Outcome]):
    """A queue that lets the clock go on instead of waiting."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.put = self.append

    def empty(self) -> bool:
        """Whether there is nothing."""
        return not self

    def get(self, *, block: bool = True, timeout: float | None = None) -> Outcome:
        """The first one."""
        if not self:
            self._clock.now += timeout or 0.0 if block else 0.0
            raise queue.Empty
        return self.pop(0)

    def get_nowait(self) -> Outcome:
        """The first one."""
        return self.get(block=False)


class FakeWorker:
    """Loading threads that keep what they are given."""

    def __init__(self, clock: Clock) -> None:
        self.outcomes = Outcomes(clock)
        self.submitted: list[Batch] = []
        self.claims: list[Claiming] = []
        self.broken: list[int] = []
        self.stop_seconds: list[float] = []
        self.last_words: list[Outcome] = []

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, batch: Batch, *_: object) -> None:
        """Keep."""
        self.submitted.append(batch)

    def claim(self, request: Claiming) -> None:
        """Keep."""
        self.claims.append(request)

    def break_off(self, generation: int) -> None:
        """Keep."""
        self.broken.append(generation)

    def stop(self, seconds: float) -> bool:
        """Say the last words."""
        self.stop_seconds.append(seconds)
        for outcome in self.last_words:
            self.outcomes.put(outcome)
        return True


def read_of(places: list[tuple[int, int]], value: bytes = b"?", lost_place: Iterable[int] = ()) -> Read:
    """What one look into the topic brings: a message at each (partition, offset)."""
    columns = Slice(
        [value] * len(places),
        np.array([p for p, _ in places], np.int32),
        np.array([o for _, o in places], np.int64),
        np.zeros(len(places), np.int64),
    )
    return Read(cast(Any, [Sent()] * len(places)), columns, list(lost_place))


@dataclass
class Bench:
    """A reader with everything around it."""

    reader: Any
    source: FakeSource
    worker: FakeWorker
    clock: Clock
    metrics: Any

    def turn(self, *reads: Read, seconds: float = 0.0) -> None:
        """Let so many seconds pass, and turn once for each read."""
        self.clock.now += seconds
        for read in reads or (read_of([]),):
            self.source.next_reads = [read]
            self.reader.turn()


def claimed(*partitions: int, at: int = 100, epoch: int = 1, origin: Origin = ORIGIN) -> Claimed:
    """The ledger's answer."""
    return Claimed({p: Claim(p, at, epoch) for p in partitions}, origin)


def own(bench: Bench, *partitions: int) -> None:
    """Assigned, claimed and started."""
    bench.source.listener.assigned(list(partitions))
    bench.turn()
    bench.worker.outcomes.put(claimed(*partitions))
    bench.turn()
