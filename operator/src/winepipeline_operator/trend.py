"""How the flow has moved over the last minutes. Pure: samples in, changes out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from winepipeline_operator.dataplane import DataPlane

JUDGED_SECONDS = 120.0
"""Over so long the flow is judged: one batch more or less says nothing."""

WINDOW_SECONDS = 600.0
"""How far back samples are kept."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted at one moment; what was not told is None, or absent.

    Attributes:
        time_seconds: when.
        positions: from each partition to the offset where the group goes on.
        lags: from each partition to the events that wait.
        rows: loaded so far.
        letters: rejected so far, by reason.
    """

    time_seconds: float
    positions: Mapping[int, int]
    lags: Mapping[int, int]
    rows: int | None
    letters: Mapping[str, int] | None

    @classmethod
    def of(cls, plane: DataPlane) -> "Sample":
        """The sample of a look."""
        partitions = plane.group.partitions if plane.group else ()
        return cls(
            time_seconds=plane.time_seconds,
            positions={each.number: each.position for each in partitions},
            lags={each.number: each.lag for each in partitions},
            rows=plane.rows_loaded,
            letters=plane.dead_letters,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What happened between two samples.

    Attributes:
        seconds: between them.
        lag_before, lag: of all partitions.
        taken: events that the group went past; None unless both samples know the same partitions.
        rows: loaded in between; None: not known.
        letters: rejected in between, by reason; None: not known.
    """

    seconds: float
    lag_before: int
    lag: int
    taken: int | None
    rows: int | None
    letters: Mapping[str, int] | None

    @property
    def taken_per_second(self) -> float:
        """Events in a second."""
        return (self.taken or 0) / self.seconds


@dataclass(frozen=True, slots=True)
class Trend:
    """The samples of the last minutes, the oldest first.

    Attributes:
        samples: they.
        judged_seconds: over how long the flow is judged.
    """

    samples: tuple[Sample, ...] = ()
    judged_seconds: float = JUDGED_SECONDS

    def after(self, sample: Sample) -> "Trend":
        """The trend with one more sample; a clock that was put back begins it anew."""
        if self.samples and sample.time_seconds <= self.samples[-1].time_seconds:
            return replace(self, samples=(sample,))
        oldest = sample.time_seconds - WINDOW_SECONDS
        return replace(self, samples=(*(each for each in self.samples if each.time_seconds >= oldest), sample))

    @property
    def change(self) -> Change | None:
        """What happened in the time that is judged, or a little longer; None as long as samples do not reach so far."""
        if not self.samples:
            return None
        last = self.samples[-1]
        early = [each for each in self.samples if each.time_seconds <= last.time_seconds - self.judged_seconds]
        return _change(early[-1], last) if early else None

    def standing_since(self, partition: int) -> float | None:
        """Since when events wait in a partition and nobody goes past one; None when somebody does, or none waits."""
        since = None
        for sample in reversed(self.samples):
            same = sample.positions.get(partition) == self.samples[-1].positions.get(partition)
            if not same or not sample.lags.get(partition):
                break
            since = sample.time_seconds
        return since


def _change(before: Sample, after: Sample) -> Change:
    known = before.positions.keys() == after.positions.keys() and bool(after.positions)
    taken = sum(after.positions.values()) - sum(before.positions.values()) if known else None
    rows = after.rows - before.rows if after.rows is not None and before.rows is not None else None
    letters = None
    if after.letters is not None:
        earlier = before.letters or {}
        gained = {reason: count - earlier.get(reason, 0) for reason, count in after.letters.items()}
        letters = {reason: count for reason, count in gained.items() if count > 0}
    return Change(
        seconds=after.time_seconds - before.time_seconds,
        lag_before=sum(before.lags.values()),
        lag=sum(after.lags.values()),
        taken=taken,
        rows=rows,
        letters=letters,
    )
