"""Which partitions are ours, and how far each is read and handed over. Pure bookkeeping."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from winepipeline_consumer.batch import Batch, Place
from winepipeline_warehouse.ledger import Claim

Partitions = list[int]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told when partitions come and go; in the thread that reads, while it reads."""

    assigned: Callable[[Partitions], None]
    revoked: Callable[[Partitions], None]
    lost: Callable[[Partitions], None]


@dataclass(slots=True)
class Ownership:
    """The partitions that the group gave us.

    Attributes:
        pending: assigned, but not claimed in the ledger yet; nothing of theirs is taken.
        places: claimed; where the next batch starts.
        next_offsets: claimed; the next offset to read.
        unread: claimed; those of which nothing was read since.
    """

    pending: set[int] = field(default_factory=set)
    places: dict[int, Place] = field(default_factory=dict)
    next_offsets: dict[int, int] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)

    @property
    def assigned(self) -> set[int]:
        """All that are ours."""
        return self.pending | self.places.keys()

    def gain(self, partitions: Iterable[int]) -> None:
        """The group gave us these."""
        self.pending.update(partitions)

    def lose(self, partitions: Iterable[int]) -> None:
        """The group took these away."""
        for partition in partitions:
            self.pending.discard(partition)
            self.places.pop(partition, None)
            self.next_offsets.pop(partition, None)
            self.unread.discard(partition)

    def claimed(self, claims: Mapping[int, Claim]) -> dict[int, int]:
        """The ledger answered; returns where to start reading, for those that are still ours."""
        starts = {}
        for partition in self.pending & claims.keys():
            claim = claims[partition]
            self.places[partition] = Place(claim.epoch, claim.next_offset)
            self.next_offsets[partition] = starts[partition] = claim.next_offset
        self.pending -= starts.keys()
        self.unread |= starts.keys()
        return starts

    def begin_again(self, partitions: Iterable[int]) -> None:
        """These are put in again where they stand: an end that is told now may be an older place's."""
        self.unread.update(partitions)

    def read(self, ends: Mapping[int, int]) -> None:
        """Messages up to these offsets were taken."""
        self.next_offsets.update(ends)
        self.unread -= ends.keys()

    def tails(self, ends: Mapping[int, int]) -> dict[int, int]:
        """Of partitions that were read to these ends, those with holes between the last message and the end.

        Where nothing was read yet, an end may be that of the place where the group put us before the ledger answered:
        to believe it would lose what lies between.
        """
        return {
            partition: end
            for partition, end in ends.items()
            if partition not in self.unread and end > self.next_offsets.get(partition, end)
        }

    def handed_over(self, batch: Batch) -> None:
        """A batch is on its way; the next one expects the ledger where this one leaves it."""
        for partition, end in batch.ends.items():
            self.places[partition] = Place(self.places[partition].epoch, end)

    def at_rest(self, partitions: Iterable[int], committed: Mapping[int, int]) -> Partitions:
        """Those of `partitions` of which nothing was read that is not committed."""
        return [p for p in partitions if p in self.places and self.next_offsets[p] == committed.get(p)]

    def ask_again(self, partitions: Iterable[int]) -> None:
        """Only the ledger knows now where these stand."""
        for partition in partitions:
            self.pending.add(partition)
            del self.places[partition], self.next_offsets[partition]
            self.unread.discard(partition)

    def reset(self) -> None:
        """Something went otherwise than expected: only the ledger knows now where each partition stands."""
        self.pending |= self.places.keys()
        self.places.clear()
        self.next_offsets.clear()
        self.unread.clear()
