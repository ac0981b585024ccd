"""A Prometheus histogram as data, and quantiles of it. Pure."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Histogram:
    """Cumulative counts by upper bound, ascending; the last bound is infinity.

    Attributes:
        bounds: upper bounds, each inclusive.
        counts: how many observations were at or below each bound.
        total: the sum of the observations.
    """

    bounds: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()
    total: float = 0.0

    @property
    def count(self) -> int:
        """How many observations there were."""
        return int(self.counts[-1]) if self.counts else 0

    @property
    def mean(self) -> float | None:
        """The mean observation; None without any."""
        return self.total / self.count if self.count else None

    def __add__(self, other: "Histogram") -> "Histogram":
        """Both together: two processes, or two lives of one."""
        if not self.bounds or not other.bounds:
            return self if self.bounds else other
        pairs = zip(self.counts, other.counts, strict=True)
        return Histogram(self.bounds, tuple(a + b for a, b in pairs), self.total + other.total)

    def since(self, earlier: "Histogram") -> "Histogram":
        """What was observed after `earlier`, a reading of the same histogram."""
        if not earlier.bounds:
            return self
        pairs = zip(self.counts, earlier.counts, strict=True)
        return Histogram(self.bounds, tuple(a - b for a, b in pairs), self.total - earlier.total)

    def quantile(self, share: float) -> float | None:
        """The value that `share` of the observations do not exceed, linear within a bucket; None without any.

        As Prometheus' histogram_quantile: an answer in the last bucket is the greatest finite bound.
        """
        if not self.count:
            return None
        rank = share * self.count
        lower, below = 0.0, 0.0
        for bound, count in zip(self.bounds, self.counts, strict=True):
            if count >= rank and count > below:
                if bound == inf:
                    return lower
                return min(bound, lower + (bound - lower) * (rank - below) / (count - below))
            lower, below = bound, count
        return lower
