"""One law on one curve: second by second, to the four numbers that say how it went."""

from dataclasses import asdict, dataclass

from benchmarks.simulator.arrivals import Arrivals
from benchmarks.simulator.cluster import Cluster
from benchmarks.simulator.curves import Curve
from benchmarks.simulator.laws import Law
from benchmarks.simulator.machine import Machine


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a law did on a curve, or on all of them together.

    Attributes:
        late_seconds: during which an event had waited for longer than the target.
        replica_minutes: of replicas asked for, started or not.
        scalings: how often the number was changed; each one is a rebalance or more.
        largest_lag: events, at the worst poll.
        oldest_seconds: that an event waited at the most.
    """

    late_seconds: int
    replica_minutes: float
    scalings: int
    largest_lag: int
    oldest_seconds: int

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)

    def beats(self, other: "Outcome") -> bool:
        """Less late and fewer replica-minutes, both."""
        return self.late_seconds < other.late_seconds and self.replica_minutes < other.replica_minutes

    def no_worse(self, other: "Outcome") -> bool:
        """No later and no more replica-minutes than another."""
        return self.late_seconds <= other.late_seconds and self.replica_minutes <= other.replica_minutes


@dataclass(frozen=True, slots=True)
class Moment:
    """What a run was like at a poll, for a plot."""

    second: int
    lag: int
    oldest_seconds: int
    replicas: int


def simulate(machine: Machine, curve: Curve, rows: Arrivals, law: Law) -> tuple[Outcome, list[Moment]]:
    """Runs a curve to its end."""
    cluster = Cluster(machine, curve, rows)
    late = seconds = changes = largest = oldest = 0
    moments = []
    while cluster.second < curve.seconds:
        cluster.step()
        waited = cluster.oldest_seconds()
        late += waited > machine.late_after_seconds
        oldest = max(oldest, waited)
        seconds += len(cluster.members)
        if cluster.second % machine.poll_seconds == 0:
            lag, wanted = cluster.lag(), law.replicas(cluster.look())
            largest = max(largest, lag)
            changes += wanted != len(cluster.members)
            cluster.scale(wanted)
            moments.append(Moment(cluster.second, lag, waited, wanted))
    return Outcome(late, round(seconds / 60, 1), changes, largest, oldest), moments


def total(outcomes: list[Outcome]) -> Outcome:
    """Several curves together: sums, and the largest of the largest."""
    return Outcome(
        late_seconds=sum(each.late_seconds for each in outcomes),
        replica_minutes=round(sum(each.replica_minutes for each in outcomes), 1),
        scalings=sum(each.scalings for each in outcomes),
        largest_lag=max(each.largest_lag for each in outcomes),
        oldest_seconds=max(each.oldest_seconds for each in outcomes),
    )
