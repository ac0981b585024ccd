"""The pipeline at one moment, as data: all that the live view shows, and nothing that it would have to ask. Pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from winepipeline_operator.reading import Reading

WINDOW_SECONDS = 5.0
FRESHNESS_WINDOW_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Partition:
    """How far a partition reaches and how far it is loaded."""

    number: int
    end_offset: int
    committed_offset: int

    @property
    def lag(self) -> int:
        """Events that are not loaded yet."""
        return max(0, self.end_offset - self.committed_offset)


@dataclass(frozen=True, slots=True)
class LandedRow:
    """A row of the table, in words."""

    time: str
    event_type: str
    product: str
    content: str
    place: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row of the rejects, in words."""

    time: str
    reason: str
    detail: str
    place: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Events a second over the last few seconds."""

    produced: float = 0.0
    consumed: float = 0.0
    loaded: float = 0.0
    rejected: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pipeline at one moment.

    Attributes:
        pipeline: the resource's name.
        topic, table: from where to where.
        running_seconds: since everything was up.
        remaining_seconds: until it stops by itself; None when it does not.
        session: the counts of this session.
        rates: of the last few seconds.
        freshness_p50_seconds, freshness_p99_seconds: of the last few seconds; None when nothing landed in them.
        partitions: in order of their numbers.
        rows: the last that landed, newest first.
        services: (name, state in one or two words) of each process.
        scaling: who decides how many consumers run, and what was decided last and why; empty where nobody does.
    """

    pipeline: str
    topic: str
    table: str
    running_seconds: float = 0.0
    remaining_seconds: float | None = None
    session: Reading = field(default_factory=Reading)
    rates: Rates = field(default_factory=Rates)
    freshness_p50_seconds: float | None = None
    freshness_p99_seconds: float | None = None
    partitions: tuple[Partition, ...] = ()
    rows: tuple[LandedRow, ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    scaling: str = ""

    @property
    def lag(self) -> int:
        """Events in the topic that are not loaded yet."""
        return sum(each.lag for each in self.partitions)


class History:
    """The readings of the last seconds, for rates and for the freshness of now."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, Reading]] = deque()

    def add(self, seconds: float, reading: Reading) -> None:
        """Note the reading of a moment, on a monotonic clock; what is too old to be needed is forgotten."""
        self._readings.append((seconds, reading))
        horizon = seconds - max(WINDOW_SECONDS, FRESHNESS_WINDOW_SECONDS)
        while len(self._readings) > 1 and self._readings[1][0] <= horizon:
            self._readings.popleft()

    def rates(self) -> Rates:
        """Events a second within the window; zeros before there are two readings."""
        if not self._readings:
            return Rates()
        (then, old), (now, new) = self._window(WINDOW_SECONDS), self._readings[-1]
        if now <= then:
            return Rates()
        span = now - then
        return Rates(
            produced=max(0, new.produced - old.produced) / span,
            consumed=max(0, new.consumed - old.consumed) / span,
            loaded=max(0, new.loaded - old.loaded) / span,
            rejected=max(0, new.rejects - old.rejects) / span,
        )

    def freshness_seconds(self, share: float) -> float | None:
        """A quantile of the freshness of what landed within its window; None when nothing did."""
        if not self._readings:
            return None
        _, old = self._window(FRESHNESS_WINDOW_SECONDS)
        return self._readings[-1][1].freshness.since(old.freshness).quantile(share)

    def _window(self, seconds: float) -> tuple[float, Reading]:
        newest = self._readings[-1][0]
        return next((each for each in self._readings if each[0] >= newest - seconds), self._readings[-1])


def partitions(
    ends: Mapping[int, int], starts: Mapping[int, int], committed: Mapping[int, int]
) -> tuple[Partition, ...]:
    """Each partition's state; one without a commit stands at its start."""
    return tuple(
        Partition(number, ends[number], committed.get(number, starts.get(number, 0))) for number in sorted(ends)
    )
