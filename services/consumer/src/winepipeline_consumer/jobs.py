"""What the reading thread hands to the loading threads, and what comes back."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from winepipeline_consumer.batch import Batch
from winepipeline_warehouse.ledger import Claim, Origin
from winepipeline_warehouse.load import Load


@dataclass(frozen=True, slots=True)
class Claiming:
    """Claim partitions in the ledger.

    Attributes:
        partitions: which.
    """

    partitions: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class Loading:
    """Load a batch.

    Attributes:
        batch: what is in it.
        origin: the topic that it was read from.
        work: the batch as files and advances.
        begun: when its first message was read, by `time.monotonic`.
    """

    batch: Batch
    origin: Origin
    work: Load
    begun: float


@dataclass(frozen=True, slots=True)
class Claimed:
    """The ledger answered a `Claiming`."""

    claims: Mapping[int, Claim]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Loaded:
    """A batch, or a part of one, is committed.

    Attributes:
        ends: for each partition the offset after its last message.
        loaded: rows in the target.
        rejected: rows in the rejects.
    """

    ends: Mapping[int, int]
    loaded: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Done:
    """A batch needs its place no longer: it is committed, or it was dropped.

    Attributes:
        generation: the batch's.
        dropped: it was not loaded, and its generation with it: only the ledger knows where to go on.
        why: for a person; empty when the reader itself had broken it off.
    """

    generation: int
    dropped: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A loading thread ended: the process must.

    Attributes:
        error: why.
    """

    error: BaseException


Outcome = Claimed | Loaded | Done | Failed
