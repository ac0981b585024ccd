"""What a person decides about the scaling; everything else the law measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScalingSettings:
    """The bounds and the patience of the law.

    Attributes:
        partitions: of the topic; more consumers than this would idle.
        min_replicas: 0 lets a quiet pipeline sleep.
        max_replicas: what the person allows; the topic's partitions bound it too.
        catch_up_seconds: within how long a backlog is to be drained.
        target_utilisation: how busy, of 1, the consumers are to be after a scaling; the rest is headroom.
        scale_down_after_seconds: for how long fewer replicas must have sufficed, without a break.
        sleep_after_seconds: for how long nothing may have arrived before the last consumer goes.
        settle_seconds: for how long to measure after a change before the next decision.
        idle_lag_per_partition: offsets that never become events (a transaction's marker is one); no work.
        in_hand_events: what one consumer holds at most of what is not committed. With less than that behind the whole
            group, its batches may be small ones, which cost as much as full ones and say nothing of its speed.
        acts: whether the decisions are carried out; when they are only told, the group goes on as it was.
    """

    partitions: int = 6
    min_replicas: int = 1
    max_replicas: int = 6
    catch_up_seconds: float = 120.0
    target_utilisation: float = 0.7
    scale_down_after_seconds: float = 300.0
    sleep_after_seconds: float = 300.0
    settle_seconds: float = 30.0
    idle_lag_per_partition: int = 1
    in_hand_events: int = 0
    acts: bool = True

    @property
    def ceiling(self) -> int:
        """No more replicas than this, ever: the maximum or the partitions, whichever is less."""
        return max(1, min(self.max_replicas, self.partitions))

    @property
    def floor(self) -> int:
        """No fewer replicas than this, ever; a minimum above the ceiling gives way."""
        return max(0, min(self.min_replicas, self.ceiling))

    @property
    def behind_seconds(self) -> float:
        """From how many seconds' work on the group is behind; less is what batches hold on their way."""
        return min(10.0, self.catch_up_seconds / 12)

    def clamp(self, replicas: int) -> int:
        """The allowed number that is nearest."""
        return min(max(replicas, self.floor), self.ceiling)
