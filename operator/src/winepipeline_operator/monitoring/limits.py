"""From which value on something is wrong: the same figure in the alert's expression and in the panel's thresholds."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """A measure's limits, in the measure's own unit.

    Attributes:
        warning: from here on somebody should look in working hours; None where nothing less than `critical` counts.
        critical: from here on somebody should be woken.
        below: whether it is wrong to be below the limits, rather than above.
    """

    warning: float | None = None
    critical: float | None = None
    below: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """Those that there are."""
        return tuple(each for each in (self.warning, self.critical) if each is not None)


FRESHNESS_SECONDS: Final = Limit(critical=30)
"""An event is late when it can be queried later than this after it was produced. A bound of the histogram's buckets:
between two bounds nothing can be counted."""

FRESHNESS_OBJECTIVE: Final = 0.99
"""The share of events that should not be late, over `OBJECTIVE_DAYS`."""

OBJECTIVE_DAYS: Final = 30

LATE_SHARE: Final = Limit(warning=6 * (1 - FRESHNESS_OBJECTIVE), critical=14.4 * (1 - FRESHNESS_OBJECTIVE))
"""The share of late events at which the alerts on the objective fire: see `BURNS`."""

LAG_SECONDS: Final = Limit(warning=120, critical=900)
"""The age of the oldest event that waits. 120 s is how soon the scaling means to have drained a backlog, by default."""

STALLED_SECONDS: Final = Limit(critical=180)
"""So long without a commit while events wait. A batch is committed in seconds, a resuming warehouse in a minute."""

UNREAD_PARTITIONS: Final = Limit(critical=1)
"""Partitions of the topic that no consumer has claimed. While they move it is so for seconds."""

DEAD_LETTER_SHARE: Final = Limit(warning=0.05, critical=0.25)
"""The share of events that are turned away: a few are malformed; one in four means that a producer changed."""

WAREHOUSE_TROUBLE: Final = Limit(warning=1)
"""1 while a consumer tries the warehouse again."""

AUDIT_FAULTS: Final = Limit(critical=1)
"""Events that are missing or there twice."""

AUDIT_AGE: Final = Limit(warning=4)
"""Audits that should have held, and did not, since the last one that did: one that is put off is no news."""

CONSUMERS_UP: Final = Limit(critical=1, below=True)
"""Consumers whose metrics can be read."""

BROKERS_DOWN: Final = Limit(critical=1)
"""Brokers whose metrics cannot be read."""

UNAVAILABLE_PARTITIONS: Final = Limit(critical=1)
"""Partitions without a leader: nothing is read from them or written to them."""

DISK_FREE_SHARE: Final = Limit(warning=0.2, critical=0.1, below=True)
"""The share of a broker's disk that is free. Redpanda refuses to be written to when it is full."""

DELIVERY_FAILURES: Final = Limit(warning=0.001)
"""Events a second that the broker never took: any at all, above the noise of floating point."""

FAILING_RECONCILES: Final = Limit(warning=3)
"""Failed reconciles in a quarter of an hour: one is a hiccup of the API server."""

SILENT_SECONDS: Final = Limit(critical=300)
"""So long without a look at a pipeline: the operator looks at each at least once a minute."""

NOT_READY: Final = Limit(warning=1, below=True)
"""1 while the pipeline is Ready."""


@dataclass(frozen=True, slots=True)
class Burn:
    """A speed at which the budget of late events is used up; the two windows must both say so.

    Attributes:
        factor: times the speed that uses up the budget just at the end of `OBJECTIVE_DAYS`.
        long_seconds: is it serious?
        short_seconds: does it still go on? The alert ends soon after the trouble does.
        hold_seconds: how long it must hold.
    """

    severity: str
    factor: float
    long_seconds: int
    short_seconds: int
    hold_seconds: int


BURNS: Final = (
    Burn("critical", 14.4, 3600, 300, 120),
    Burn("warning", 6, 6 * 3600, 1800, 900),
)
"""The multi-window, multi-burn-rate alerts of the Site Reliability Workbook, chapter 5: 2 % of the month's budget in
an hour, 5 % in six hours. Its third, 10 % in three days, is left out: a kind cluster's Prometheus forgets sooner."""
