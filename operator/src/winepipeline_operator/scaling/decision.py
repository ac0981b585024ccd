"""What the law decided and why: an entry of the ledger in the resource's status."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, with_config

from winepipeline_operator.scaling.instant import IN_STATUS, Instant


class Action(StrEnum):
    """What becomes of the replicas."""

    KEEP = "Keep"
    HOLD = "Hold"
    UP = "Up"
    DOWN = "Down"
    WAKE = "Wake"
    SLEEP = "Sleep"
    CLAMP = "Clamp"


class Limit(StrEnum):
    """What kept the law from another number, or from deciding at all."""

    NOTHING = "Nothing"
    MIN_REPLICAS = "MinReplicas"
    MAX_REPLICAS = "MaxReplicas"
    PARTITIONS = "Partitions"
    PARTITION_BOUND = "PartitionBound"
    SCALING_INEFFECTIVE = "ScalingIneffective"
    SCALE_DOWN_WAIT = "ScaleDownWait"
    BACKLOG = "Backlog"
    OBSERVATION_FAILED = "ObservationFailed"
    OBSERVATION_CONTRADICTS = "ObservationContradicts"
    GROUP_UNSTABLE = "GroupUnstable"
    REPLICAS_NOT_READY = "ReplicasNotReady"
    SETTLING = "Settling"
    MEASURING = "Measuring"
    NOT_CONSUMING = "NotConsuming"
    RATE_UNKNOWN = "RateUnknown"


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Inputs:
    """What was seen, in sums over the topic.

    Attributes:
        end_offset: of all partitions together.
        position: of the group, in all partitions together.
        lag: events that wait.
        group_state: as the broker said it.
        replicas_ready: of the replicas.
        consumers_measured: of how many consumers the busy-seconds could be read.
    """

    end_offset: int
    position: int
    lag: int
    group_state: str
    replicas_ready: int
    consumers_measured: int


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Terms:
    """The formula's terms; see `law`.

    Attributes:
        partitions: N.
        arrival_per_second: λ, events/s.
        consumption_per_second: c, events/s.
        backlog: L, events.
        rate_per_second: μ, events/s of one replica.
        rate_proven: whether μ was measured under a backlog.
        restart_seconds: T_r.
        catch_up_seconds: C.
        target_utilisation: u.
        demand_per_second: D, events/s.
        replicas_exact: x.
        replicas_least: the fewest that keep up and drain in time.
        replicas_sized: with headroom, snapped to the partitions.
        backlog_seconds: of the partition that is furthest behind; None when nothing arrives where something waits.
        partitions_bound: partitions that ask for more than one replica can do.
    """

    partitions: int
    arrival_per_second: float
    consumption_per_second: float
    backlog: float
    rate_per_second: float
    rate_proven: bool
    restart_seconds: float
    catch_up_seconds: float
    target_utilisation: float
    demand_per_second: float
    replicas_exact: float
    replicas_least: int
    replicas_sized: int
    backlog_seconds: float | None = None
    partitions_bound: tuple[int, ...] = ()


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the ledger.

    Attributes:
        time_seconds: of the observation it was made from.
        action: what becomes of the replicas.
        replicas_before: how many were asked for until now.
        replicas: how many are asked for from now on.
        limit: what kept the law from another number.
        detail: that in words, with the values.
        next_change_seconds: before when nothing will change; None: the next observation may change it.
        effective: False while growing is not tried because it had not helped (`ScalingEffective=False`).
        inputs: what was seen; None when nothing could be.
        terms: the formula's; None when it was not reached.
    """

    time_seconds: Instant
    action: Action
    replicas_before: int
    replicas: int
    limit: Limit
    detail: str
    next_change_seconds: Instant | None = None
    effective: bool = True
    inputs: Inputs | None = None
    terms: Terms | None = None

    @property
    def changes(self) -> bool:
        """Whether the replicas are to be changed; such a decision belongs in the ledger and in an Event."""
        return self.replicas != self.replicas_before

    def to_status(self) -> dict[str, Any]:
        """As JSON for the resource's status."""
        return dict(_DECISION.dump_python(self, mode="json", by_alias=True, exclude_none=True))

    @classmethod
    def from_status(cls, status: object) -> "Decision":
        """From the resource's status.

        Raises:
            ValueError: it is no decision.
        """
        return _DECISION.validate_python(status)


_DECISION = TypeAdapter(Decision)
