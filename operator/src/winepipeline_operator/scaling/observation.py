"""What the scaler sees at one moment: the topic's offsets, the group, the replicas and how busy each of them was.

The shell gathers it: offsets, log starts and the group's state from the broker's AdminClient, the replicas from the
Deployment (or the processes), the busy-seconds from each consumer's own metrics. It reads the committed offsets first
and the end offsets last, so that nothing is committed that has not ended yet. What could not be read is a `Failure`,
never a zero.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import with_config

from winepipeline_operator.scaling.instant import IN_STATUS, Instant


class GroupState(StrEnum):
    """A consumer group's state, in the words of Kafka's `org.apache.kafka.common.GroupState`."""

    STABLE = "Stable"
    EMPTY = "Empty"
    DEAD = "Dead"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    ASSIGNING = "Assigning"
    RECONCILING = "Reconciling"
    UNKNOWN = "Unknown"


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the topic.

    Attributes:
        number: from 0 on.
        end_offset: the offset that the next event will get.
        committed_offset: the group's; None as long as it has committed nothing here.
        log_start_offset: of the oldest event that is still kept.
    """

    number: int
    end_offset: int
    committed_offset: int | None = None
    log_start_offset: int = 0

    @property
    def position(self) -> int:
        """Where the group goes on reading; what retention has deleted cannot be read any more (KEDA counts it)."""
        if self.committed_offset is None:
            return self.log_start_offset
        return max(self.committed_offset, self.log_start_offset)

    @property
    def lag(self) -> int:
        """How many events wait here."""
        return max(0, self.end_offset - self.position)


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Busy:
    """A consumer's counter `winepipeline_busy_seconds_total`.

    Attributes:
        consumer: its instance name; a restarted one has the same name and a smaller counter.
        seconds: since its start.
    """

    consumer: str
    seconds: float


@with_config(IN_STATUS)
@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that could be read at one moment.

    Attributes:
        time_seconds: of the reading, since the epoch.
        partitions: in any order; one that could not be read is absent, and then the law holds.
        group_state: of the consumer group.
        replicas_wanted: what is asked of the Deployment now, by the last decision or by a person.
        replicas_ready: how many are ready; more than wanted while some stop.
        busy: of the consumers whose metrics could be read; the law does without those that are absent.
    """

    time_seconds: Instant
    partitions: tuple[Partition, ...]
    group_state: GroupState
    replicas_wanted: int
    replicas_ready: int
    busy: tuple[Busy, ...] = ()

    @property
    def lag(self) -> int:
        """How many events wait in the whole topic."""
        return sum(each.lag for each in self.partitions)

    def backlog(self, idle_lag_per_partition: int) -> tuple[float, ...]:
        """Events that wait in each partition, by its number, without offsets that never become events."""
        return tuple(float(max(0, each.lag - idle_lag_per_partition)) for each in self.by_number())

    def ends(self) -> tuple[int, ...]:
        """The end offsets in the partitions' order."""
        return tuple(each.end_offset for each in self.by_number())

    def by_number(self) -> tuple[Partition, ...]:
        """The partitions in order."""
        return tuple(sorted(self.partitions, key=lambda each: each.number))


@dataclass(frozen=True, slots=True)
class Failure:
    """That the reading failed.

    Attributes:
        time_seconds: of the attempt, since the epoch.
        detail: what went wrong, for a person; no credentials in it.
        replicas_wanted: as in `Observation`.
    """

    time_seconds: float
    detail: str
    replicas_wanted: int
