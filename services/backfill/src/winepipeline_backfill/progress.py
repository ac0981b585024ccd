"""How far a backfill is, and how long it will take. Pure: the clock is an argument."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

_WINDOW_SECONDS = 15.0


class Phase(StrEnum):
    """What a backfill does, in this order."""

    MAKING = "making"
    CHECKING = "checking"
    LOADING = "loading"
    COUNTING = "counting"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is.

    Attributes:
        phase: what it does now.
        done: days made, or rows loaded, those of earlier runs among them.
        total: how many there are.
        rate: of them in a second, lately; 0 before anything is known.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    rate: float = 0.0

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until the phase is over; None while nobody knows."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Tempo:
    """The rate of the last seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def rate(self, now_seconds: float, done: int) -> float:
        """Note how far it is, and say how fast it goes: over the last 15 s, or since the start."""
        self._points.append((now_seconds, done))
        while len(self._points) > 2 and self._points[1][0] <= now_seconds - _WINDOW_SECONDS:  # noqa: PLR2004 - a span
            self._points.popleft()
        then, before = self._points[0]
        return (done - before) / (now_seconds - then) if now_seconds > then else 0.0


def words(progress: Progress) -> str:
    """`loading 60,000 of 134,121 (44.7 %), 21,000/s, 4 s left`."""
    if progress.phase not in (Phase.MAKING, Phase.LOADING):
        return str(progress.phase)
    left = progress.seconds_left
    unit = " days" if progress.phase is Phase.MAKING else ""
    rest = "" if left is None else f", {progress.rate:,.0f}{unit}/s, {left:.0f} s left"
    return f"{progress.phase} {progress.done:,} of {progress.total:,}{unit} ({100 * progress.share:.1f} %){rest}"
