"""Sets of offsets as runs: a topic of a hundred million messages with few holes is a few pairs of numbers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Run = tuple[int, int]
"""From an offset (inclusive) to one (exclusive)."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Offsets; `runs` rise, do not touch, and none is empty."""

    runs: tuple[Run, ...] = ()

    @classmethod
    def of(cls, runs: Iterable[Run]) -> "Runs":
        """The offsets of some runs, in any order, which may overlap."""
        merged: list[list[int]] = []
        for start, stop in sorted(run for run in runs if run[0] < run[1]):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], stop)
            else:
                merged.append([start, stop])
        return cls(tuple((start, stop) for start, stop in merged))

    @property
    def count(self) -> int:
        """How many offsets."""
        return sum(stop - start for start, stop in self.runs)

    def within(self, start: int, stop: int) -> "Runs":
        """Those from `start` to before `stop`."""
        return Runs(tuple((a, b) for a, b in ((max(a, start), min(b, stop)) for a, b in self.runs) if a < b))

    def without(self, other: "Runs") -> "Runs":
        """Those that are not in `other`."""
        left: list[Run] = []
        for start, stop in self.runs:
            place = start
            for a, b in other.within(start, stop).runs:
                if place < a:
                    left.append((place, a))
                place = b
            if place < stop:
                left.append((place, stop))
        return Runs(tuple(left))

    def shown(self, most: int = 5) -> str:
        """For a person: `3, 7–12, 40`."""
        words = [str(start) if stop == start + 1 else f"{start}–{stop - 1}" for start, stop in self.runs[:most]]
        return ", ".join(words) + (f", … ({len(self.runs) - most} more)" if len(self.runs) > most else "")


class RunsBuilder:
    """Takes offsets in rising order, a batch at a time."""

    def __init__(self) -> None:
        self._runs: list[list[int]] = []

    def add(self, offsets: Sequence[int]) -> None:
        """So many offsets more, all above those before."""
        for offset in offsets:
            if self._runs and offset == self._runs[-1][1]:
                self._runs[-1][1] = offset + 1
            else:
                self._runs.append([offset, offset + 1])

    def built(self) -> Runs:
        """All of them."""
        return Runs(tuple((start, stop) for start, stop in self._runs))
