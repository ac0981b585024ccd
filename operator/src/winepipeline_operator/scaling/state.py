"""What the law remembers from one observation to the next, small enough for a resource's status."""

from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter, with_config

from winepipeline_operator.scaling.instant import IN_STATUS, Instant
from winepipeline_operator.scaling.observation import Observation


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Change:
    """The last change of the replicas.

    Attributes:
        time_seconds: when it was decided, or first seen when somebody else decided it.
        replicas_before: how many there were.
        replicas_after: how many there are to be.
        consumption_before: events/s of the whole group if every partition lagged, to judge the change by; else None.
        resumed_seconds: when all were ready and the group stable again; None before that.
    """

    time_seconds: Instant
    replicas_before: int
    replicas_after: int
    consumption_before: float | None = None
    resumed_seconds: Instant | None = None


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Rate:
    """What one replica can do (μ).

    Attributes:
        events_per_second: of one replica that has enough to do, the best estimate.
        proven_per_second: what was last measured under a backlog; None: never yet, so that small batches may have
            made the estimate too small.
        best_per_second: the most that was ever measured under a backlog; a bad hour of the warehouse is no law.
        raise_after_seconds: until then, calm does not raise it: that has been wrong before.
    """

    events_per_second: float
    proven_per_second: float | None = None
    best_per_second: float = 0.0
    raise_after_seconds: Instant | None = None


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Advice:
    """How many replicas one observation asked for; the largest of the last minutes binds a scale-down."""

    time_seconds: Instant
    replicas: int


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class State:
    """Everything the law carries over.

    Attributes:
        window: the last minute's observations, oldest first, none from before the last change.
        replicas: what the law saw or asked for last; another number in an observation is somebody else's change.
        rate: what one replica can do; None before anything was consumed.
        restart_seconds: from a decision until all members are there and the group is stable (T_r), as measured.
        change: the last one.
        advice: of the last minutes, replicas falling from one to the next (what a later, larger one hides is gone).
        advice_since_seconds: since when there has been advice without a break.
        fewer_since_seconds: since when fewer replicas would do and the wait for them was over.
        quiet_since_seconds: since when nothing arrived and nothing waits.
        unready_since_seconds: since when fewer replicas are ready than wanted.
        ineffective_until_seconds: until when growing is not tried again, because it had not helped.
    """

    window: tuple[Observation, ...] = ()
    replicas: int | None = None
    rate: Rate | None = None
    restart_seconds: float = 30.0
    change: Change | None = None
    advice: tuple[Advice, ...] = ()
    advice_since_seconds: Instant | None = None
    fewer_since_seconds: Instant | None = None
    quiet_since_seconds: Instant | None = None
    unready_since_seconds: Instant | None = None
    ineffective_until_seconds: Instant | None = None

    @property
    def latest_seconds(self) -> float | None:
        """The latest moment it knows of; an observation from before that cannot be."""
        known = [each.time_seconds for each in self.window[-1:]] + [each.time_seconds for each in self.advice[-1:]]
        if self.change is not None:
            known.append(self.change.time_seconds)
        return max(known, default=None)

    def startled(self, time_seconds: float) -> Self:
        """After something that cannot be true: no rate is taken from before it, no moment later than now is kept."""
        latest = self.latest_seconds
        if latest is not None and latest > time_seconds:
            return type(self)(replicas=self.replicas, rate=self.rate, restart_seconds=self.restart_seconds)
        return replace(self, window=(), quiet_since_seconds=None)

    def changing(self, time_seconds: float, before: int, after: int, consumption: float | None = None) -> Self:
        """After a change of the replicas: what was seen of the old group says nothing of the new one."""
        return replace(
            self,
            window=(),
            replicas=after,
            change=Change(time_seconds, before, after, consumption),
            advice=(),
            advice_since_seconds=None,
            fewer_since_seconds=None,
            quiet_since_seconds=None,
            unready_since_seconds=None,
        )

    def lasting(self) -> Self:
        """Without the window, which is large and worth one minute: what is enough to store."""
        return replace(self, window=())

    def to_status(self) -> dict[str, Any]:
        """As JSON for the resource's status."""
        return dict(_STATE.dump_python(self, mode="json", by_alias=True, exclude_none=True))

    @classmethod
    def from_status(cls, status: object) -> "State":
        """From the resource's status; anything unreadable there counts as nothing remembered."""
        try:
            return _STATE.validate_python(status)
        except ValueError:
            return cls()


_STATE = TypeAdapter(State)
