"""What the pods of a pipeline have counted altogether, over their restarts and departures. Pure.

A counter says how much since its process began. The sum over the pods that are there falls when one goes, and when one
restarts; this sum only grows. A pod that does not answer counts nothing, and what it did meanwhile counts once it
answers again.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from winepipeline_operator.histogram import Histogram
from winepipeline_operator.probe import Probe
from winepipeline_operator.reading import Reading

RATE_SECONDS = 60.0
FRESHNESS_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Tally:
    """The sum, and what it was made from.

    Attributes:
        total: of all pods that ever answered.
        pods: the last reading of each pod that is still there, by its name.
        carried: what was known before the first look: rows and letters told by an operator before this one.
        begun: whether anybody has answered yet.
    """

    total: Reading = field(default_factory=Reading)
    pods: Mapping[str, Reading] = field(default_factory=dict)
    carried: Reading = field(default_factory=Reading)
    begun: bool = False

    def after(self, probes: Iterable[Probe]) -> "Tally":
        """The sum after one more look; who is not asked any more is forgotten, who did not answer is not."""
        pods: dict[str, Reading] = {}
        gained = Reading()
        for each in probes:
            name, before = each.target.name, self.pods.get(each.target.name)
            if each.reading is None:
                if before is not None:
                    pods[name] = before
                continue
            pods[name] = each.reading
            gained += each.reading if before is None else each.reading.since(before)
        answered = any(each.reading is not None for each in probes)
        if answered and not self.begun:
            return Tally(_at_least(gained, self.carried), pods, begun=True)
        return replace(self, total=_counts(self.total + gained), pods=pods)


def carried(rows_loaded: int | None, dead_letters: int | None) -> Tally:
    """A tally that goes on from what the status says: the sum never falls because the operator restarted.

    What pods counted that went while no operator looked is not in it; the sum is then too small, never too large.
    """
    return Tally(carried=Reading(loaded=rows_loaded or 0, rejected={"": dead_letters} if dead_letters else {}))


class Marks:
    """The sums of the last minutes, for what happened within them."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, Reading]] = deque()

    def add(self, seconds: float, total: Reading) -> None:
        """Note the sum of a moment at which every consumer answered."""
        if self._marks and seconds <= self._marks[-1][0]:
            self._marks.clear()  # the clock was put back: nothing from before can be compared
        self._marks.append((seconds, total))
        while len(self._marks) > 1 and self._marks[1][0] <= seconds - FRESHNESS_SECONDS:
            self._marks.popleft()

    def rows_per_second(self, now_seconds: float) -> float | None:
        """Rows loaded in a second, over the last minute; None unless the first and the last look of it succeeded."""
        inside = self._since(now_seconds, RATE_SECONDS)
        if len(inside) < 2:  # noqa: PLR2004 - a rate takes two
            return None
        (then, before), (last, after) = inside[0], inside[-1]
        return max(0, after.loaded - before.loaded) / (last - then)

    def freshness(self, now_seconds: float) -> Histogram:
        """Of what landed within the last minutes."""
        inside = self._since(now_seconds, FRESHNESS_SECONDS)
        return inside[-1][1].freshness.since(inside[0][1].freshness) if len(inside) > 1 else Histogram()

    def _since(self, now_seconds: float, seconds: float) -> list[tuple[float, Reading]]:
        """The marks of the last seconds, with a little more, so that looks a minute apart are two; none if old."""
        return [each for each in self._marks if now_seconds - each[0] <= seconds * 1.25]


def _at_least(first: Reading, known: Reading) -> Reading:
    """The first sum, but no less than was known before; letters whose reason is forgotten have an empty one."""
    missing = known.rejects - first.rejects
    rejected = {**first.rejected, **({"": missing} if missing > 0 else {})}
    return _counts(replace(first, loaded=max(first.loaded, known.loaded), rejected=rejected))


def _counts(total: Reading) -> Reading:
    """Without what is no count but a state of now."""
    return replace(total, retrying=0, committed={}, since_commit_seconds=None)
