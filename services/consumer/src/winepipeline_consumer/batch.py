"""Batches: what is read until it is worth a load, and how a load moves the ledger. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from winepipeline_consumer.letter import Letter
from winepipeline_warehouse.ledger import Advance
from winepipeline_warehouse.rows import Int32, Int64, Rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a partition of ours stands.

    Attributes:
        epoch: that of the claim under which it is loaded.
        ledger: NEXT_OFFSET as it will stand once all that was handed over before is loaded.
    """

    epoch: int
    ledger: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows and letters that go into the warehouse in one transaction.

    Attributes:
        number: counts up within the process.
        generation: batches of a generation stand or fall together: after a failed one, the later ones expect a
            ledger that will never be.
        rows: the events.
        letters: the others.
        starts: for each partition the place where the ledger must stand.
        ends: for each partition the offset after the last one in here.
    """

    number: int
    generation: int
    rows: Rows
    letters: tuple[Letter, ...]
    starts: Mapping[int, Place]
    ends: Mapping[int, int]

    def __len__(self) -> int:
        return len(self.rows) + len(self.letters)

    def advances(self) -> tuple[Advance, ...]:
        """How it moves the ledger, in the order of the partitions."""
        loaded = _counts(self.rows.partitions)
        rejected = _counts(np.array([letter.partition for letter in self.letters], np.int32))
        return tuple(
            Advance(
                partition=partition,
                epoch=self.starts[partition].epoch,
                start=self.starts[partition].ledger,
                end=end,
                loaded=loaded.get(partition, 0),
                rejected=rejected.get(partition, 0),
            )
            for partition, end in sorted(self.ends.items())
        )

    def halves(self) -> "tuple[Batch, Batch]":
        """The first and the second half of the rows, to find the one that the warehouse refuses.

        In each partition the first half's offsets come before the second's, so that the halves can be loaded one
        after the other. Letters go with the half that holds their place.
        """
        middle = len(self.rows) // 2
        first, second = self.rows.take(0, middle), self.rows.take(middle, len(self.rows))
        cut = _cut(first, second)
        early = tuple(letter for letter in self.letters if letter.offset < cut.get(letter.partition, 0))
        late = tuple(letter for letter in self.letters if letter.offset >= cut.get(letter.partition, 0))
        first_ends = _ends(first.partitions, first.offsets, early)
        places = dict(self.starts)
        for partition, end in first_ends.items():
            places[partition] = Place(places[partition].epoch, end)
        second_ends = {p: end for p, end in self.ends.items() if end > places[p].ledger}
        return (
            Batch(self.number, self.generation, first, early, self.starts, first_ends),
            Batch(self.number, self.generation, second, late, places, second_ends),
        )


@dataclass(slots=True)
class Gathering:
    """The batch that is being read.

    Attributes:
        rows: slices of events.
        letters: the others.
        ends: for each partition the offset after the last one read.
        count: messages so far.
        size_bytes: about what they take in memory.
    """

    rows: list[Rows] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    count: int = 0
    size_bytes: int = 0

    def add(self, rows: Rows, letters: Sequence[Letter], ends: Mapping[int, int]) -> None:
        """Take in a slice; `ends` are the offsets after its last message of each partition."""
        if len(rows):
            self.rows.append(rows)
        self.letters.extend(letters)
        self.ends.update(ends)
        self.count += len(rows) + len(letters)
        self.size_bytes += rows.content_bytes + sum(letter.size_bytes for letter in letters)

    def batch(self, number: int, generation: int, places: Mapping[int, Place]) -> Batch:
        """What was gathered, to be loaded from `places`."""
        rows = Rows.join(self.rows) if self.rows else Rows.none()
        starts = {partition: places[partition] for partition in self.ends}
        return Batch(number, generation, rows, tuple(self.letters), starts, dict(self.ends))


def advanced(partitions: Int32, offsets: Int64, next_offsets: Mapping[int, int]) -> dict[int, int] | None:
    """Where each partition goes on after messages that are all ours, all unread and in rising order; else None.

    Messages come in runs of one partition, so that looking at the ends of the runs is enough.
    """
    turns = partitions[1:] != partitions[:-1]
    if not (turns | (offsets[1:] > offsets[:-1])).all():
        return None
    ends: dict[int, int] = {}
    starts = [0, *(turns.nonzero()[0] + 1).tolist()]
    for start, stop in zip(starts, [*starts[1:], len(offsets)], strict=True):
        partition = int(partitions[start])
        floor = ends.get(partition, next_offsets.get(partition))
        if floor is None or offsets[start] < floor:
            return None
        ends[partition] = int(offsets[stop - 1]) + 1
    return ends


def ends_of(partitions: Int32, offsets: Int64) -> dict[int, int]:
    """For each partition the offset after the last message."""
    return {int(p): int(offsets[partitions == p].max()) + 1 for p in np.unique(partitions)}


def unread(
    partitions: Int32, offsets: Int64, next_offsets: Mapping[int, int]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which messages are to be taken: of partitions of ours, not read before, in rising order.

    Args:
        partitions: of each message.
        offsets: of each message.
        next_offsets: for each partition of ours the next offset to read; what comes from others is not ours.
    """
    take = np.zeros(len(offsets), np.bool_)
    for partition in np.unique(partitions):
        floor = next_offsets.get(int(partition))
        if floor is None:
            continue
        places = np.flatnonzero(partitions == partition)
        here = offsets[places]
        highest_before = np.maximum.accumulate(np.concatenate(([floor - 1], here[:-1])))
        take[places] = here > highest_before
    return take


def _counts(partitions: Int32) -> dict[int, int]:
    values, counts = np.unique(partitions, return_counts=True)
    return {int(p): int(n) for p, n in zip(values, counts, strict=True)}


def _cut(first: Rows, second: Rows) -> dict[int, int]:
    """For each partition an offset that parts the halves; everything of a partition of one half is on its side."""
    cut = dict.fromkeys(ends_of(first.partitions, first.offsets), 2**63 - 1)
    for p in np.unique(second.partitions):
        cut[int(p)] = int(second.offsets[second.partitions == p].min())
    return cut


def _ends(partitions: Int32, offsets: Int64, letters: Sequence[Letter]) -> dict[int, int]:
    ends = ends_of(partitions, offsets)
    for letter in letters:
        ends[letter.partition] = max(ends.get(letter.partition, 0), letter.offset + 1)
    return ends
