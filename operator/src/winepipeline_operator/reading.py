"""What a service says of itself at /metrics, as data: one process's, or the sum of many. Pure.

Counters start at 0 again with each life of a process; `Reading` adds up over processes and over lives.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from winepipeline_operator.histogram import Histogram


@dataclass(frozen=True, slots=True)
class Reading:
    """The sum of what one or many services have counted.

    Attributes:
        produced: events delivered to the topic.
        invalid: how many of them were malformed on purpose.
        delivery_failures: events that the broker did not take.
        consumed: events read.
        loaded: rows committed in the warehouse.
        rejected: dead letters by reason.
        batches: sizes of the batches.
        freshness: seconds from an event's making until it could be queried.
        rebalances: how often partitions moved.
        retrying: how many consumers wait for the warehouse now.
        busy_seconds: of work; None: it does not say, as a producer does not.
        committed: from each partition to the first offset that is not in the warehouse, as its consumer knows.
        since_commit_seconds: since the last commit of any, or its start; None: it does not say.
        history_rows: rows of the history that a backfill loads; None: it is none, or has not counted them yet.
        history_rows_done: of them, those that are in the warehouse.
    """

    produced: int = 0
    invalid: int = 0
    delivery_failures: int = 0
    consumed: int = 0
    loaded: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    batches: Histogram = field(default_factory=Histogram)
    freshness: Histogram = field(default_factory=Histogram)
    rebalances: int = 0
    retrying: int = 0
    busy_seconds: float | None = None
    committed: Mapping[int, int] = field(default_factory=dict)
    since_commit_seconds: float | None = None
    history_rows: int | None = None
    history_rows_done: int | None = None

    def __add__(self, other: "Reading") -> "Reading":
        """Both together."""
        reasons = {*self.rejected, *other.rejected}
        return Reading(
            produced=self.produced + other.produced,
            invalid=self.invalid + other.invalid,
            delivery_failures=self.delivery_failures + other.delivery_failures,
            consumed=self.consumed + other.consumed,
            loaded=self.loaded + other.loaded,
            rejected={reason: self.rejected.get(reason, 0) + other.rejected.get(reason, 0) for reason in reasons},
            batches=self.batches + other.batches,
            freshness=self.freshness + other.freshness,
            rebalances=self.rebalances + other.rebalances,
            retrying=self.retrying + other.retrying,
            busy_seconds=_either(lambda one, two: one + two, self.busy_seconds, other.busy_seconds),
            committed={
                number: max(self.committed.get(number, 0), other.committed.get(number, 0))
                for number in {*self.committed, *other.committed}
            },
            since_commit_seconds=_either(min, self.since_commit_seconds, other.since_commit_seconds),
            history_rows=self.history_rows if other.history_rows is None else other.history_rows,
            history_rows_done=self.history_rows_done if other.history_rows_done is None else other.history_rows_done,
        )

    def since(self, earlier: "Reading") -> "Reading":
        """What was counted after `earlier` by the same process: all of it when it has started anew since.

        What is no count (retrying, committed, since_commit_seconds, the history's rows) stays as it is.
        """
        if self.restarted_since(earlier):
            return self
        return replace(
            self,
            produced=self.produced - earlier.produced,
            invalid=self.invalid - earlier.invalid,
            delivery_failures=self.delivery_failures - earlier.delivery_failures,
            consumed=self.consumed - earlier.consumed,
            loaded=self.loaded - earlier.loaded,
            rejected={reason: count - earlier.rejected.get(reason, 0) for reason, count in self.rejected.items()},
            batches=self.batches.since(earlier.batches),
            freshness=self.freshness.since(earlier.freshness),
            rebalances=self.rebalances - earlier.rebalances,
            busy_seconds=_either(lambda one, two: one - two, self.busy_seconds, earlier.busy_seconds),
        )

    def restarted_since(self, earlier: "Reading") -> bool:
        """Whether a counter stands lower than before, as it does only in a new life."""
        pairs = (
            (self.produced, earlier.produced),
            (self.delivery_failures, earlier.delivery_failures),
            (self.consumed, earlier.consumed),
            (self.loaded, earlier.loaded),
            (self.rebalances, earlier.rebalances),
            (self.busy_seconds or 0.0, earlier.busy_seconds or 0.0),
            *((self.rejected.get(reason, 0), count) for reason, count in earlier.rejected.items()),
        )
        return any(now < before for now, before in pairs)

    @property
    def rejects(self) -> int:
        """All dead letters."""
        return sum(self.rejected.values())


def _either(both: Callable[[float, float], float], one: float | None, two: float | None) -> float | None:
    """Of two numbers that may be unknown: both together, or the one that is known."""
    if one is None or two is None:
        return two if one is None else one
    return both(one, two)
