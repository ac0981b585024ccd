"""The ledger's terms: where a partition stands, who may move it, and how far a load moves it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The one topic that offsets mean something in.

    A topic deleted and made again has another `topic_id`, and its offsets start at 0 again.

    Attributes:
        cluster_id: the Kafka cluster's id; empty where the broker has none.
        topic: the topic's name.
        topic_id: the topic's id; empty where the broker gives none.
    """

    cluster_id: str
    topic: str
    topic_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to load a partition, until somebody else claims it.

    Attributes:
        partition: the partition.
        next_offset: the first offset that is not loaded.
        epoch: raised with each claim; a load under an older one is refused.
        expired: offsets that retention deleted before this claim, and that nobody can load any more.
    """

    partition: int
    next_offset: int
    epoch: int
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Advance:
    """How one load moves one partition.

    Attributes:
        partition: the partition.
        epoch: that of the claim.
        start: the ledger's NEXT_OFFSET as it must stand before; not the first row's offset, since compaction and
            transaction markers leave holes.
        end: NEXT_OFFSET afterwards.
        loaded: rows that go into the target.
        rejected: rows that go into the rejects.
    """

    partition: int
    epoch: int
    start: int
    end: int
    loaded: int
    rejected: int

    @property
    def skipped(self) -> int:
        """Offsets of the range that held no event: compacted away, or a transaction's marker."""
        return self.end - self.start - self.loaded - self.rejected

    def __post_init__(self) -> None:
        if self.end <= self.start or min(self.loaded, self.rejected, self.skipped) < 0:
            raise ValueError(f"no load can be so: {self}")
