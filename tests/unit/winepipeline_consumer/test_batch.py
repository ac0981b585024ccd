"""What is read becomes batches, and batches move the ledger, without a message lost, doubled or out of order."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from winepipeline_consumer.batch import Batch, Gathering, Place, advanced, ends_of, unread
from winepipeline_consumer.letter import OVERHEAD_BYTES

from .messages import letter_at, places_of, rows_at

Places = list[tuple[int, int]]

PLACES = {partition: Place(epoch=10 + partition, ledger=100 * partition) for partition in range(4)}
"""Where the ledger stands before each batch of these tests."""


@st.composite
def reads(draw: st.DrawFn) -> Places:
    """Places as they come from the broker: in each partition rising, with holes, the partitions mixed in runs."""
    next_offsets = {partition: place.ledger for partition, place in PLACES.items()}
    found: Places = []
    for partition in draw(st.lists(st.sampled_from(sorted(PLACES)), max_size=8)):
        for hole in draw(st.lists(st.integers(0, 2), min_size=1, max_size=4)):
            found.append((partition, next_offsets[partition] + hole))
            next_offsets[partition] += hole + 1
    return found


@st.composite
def batches(draw: st.DrawFn, least_rows: int = 0) -> Batch:
    """A batch as the reader makes it: slice by slice, any message a row or a letter."""
    read = draw(reads())
    bad = draw(st.sets(st.sampled_from(read))) if read else set()
    gathering = Gathering()
    while read:
        size = draw(st.integers(1, len(read)))
        part, read = read[:size], read[size:]
        add(gathering, part, bad)
    batch = gathering.batch(7, 3, PLACES)
    if len(batch.rows) < least_rows:
        return draw(batches(least_rows))
    return batch


def add(gathering: Gathering, places: Places, bad: set[tuple[int, int]]) -> None:
    """Gather a slice."""
    rows = rows_at([place for place in places if place not in bad])
    letters = [letter_at(*place) for place in places if place in bad]
    partitions, offsets = columns(places)
    gathering.add(rows, letters, ends_of(partitions, offsets))


def columns(places: Places) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in places], np.int32), np.array([o for _, o in places], np.int64)


def letters_of(batch: Batch) -> Places:
    return [(letter.partition, letter.offset) for letter in batch.letters]


def loaded(batches: Sequence[Batch]) -> dict[int, int]:
    """Where the ledger stands after these, loaded one after the other; each must find it where it expects it."""
    ledger = {partition: place.ledger for partition, place in PLACES.items()}
    for each in batches:
        for advance in each.advances():
            assert advance.start == ledger[advance.partition]
            assert advance.epoch == PLACES[advance.partition].epoch
            ledger[advance.partition] = advance.end
    return ledger


@settings(max_examples=50)
@given(batches())
def test_a_batch_moves_the_ledger_over_all_that_was_read_and_no_further(batch: Batch) -> None:
    """After a load the ledger stands behind the last message of each partition, be it a sale or a dead letter."""
    advances = batch.advances()
    rows, letters = places_of(batch.rows), letters_of(batch)
    assert [each.partition for each in advances] == sorted({p for p, _ in rows + letters})
    for each in advances:
        assert each.end == 1 + max(offset for p, offset in rows + letters if p == each.partition)
        assert each.loaded == sum(p == each.partition for p, _ in rows)
        assert each.rejected == sum(p == each.partition for p, _ in letters)
        assert each.loaded + each.rejected + each.skipped == each.end - PLACES[each.partition].ledger


@settings(max_examples=50)
@given(batches(least_rows=2))
def test_halves_are_the_whole(batch: Batch) -> None:
    """Splitting a load to find the row that the warehouse refuses loses nothing and doubles nothing."""
    first, second = batch.halves()
    assert len(first.rows) > 0
    assert len(second.rows) > 0
    assert places_of(first.rows) + places_of(second.rows) == places_of(batch.rows)
    assert b"".join(first.rows.contents + second.rows.contents) == b"".join(batch.rows.contents)
    assert sorted(letters_of(first) + letters_of(second)) == sorted(letters_of(batch))
    assert (first.number, first.generation) == (second.number, second.generation) == (batch.number, batch.generation)


@settings(max_examples=50)
@given(batches(least_rows=2))
def test_halves_are_loaded_one_after_the_other(batch: Batch) -> None:
    """The second half finds the ledger where the first has left it, and leaves it where the whole would have."""
    first, second = batch.halves()
    assert loaded([first, second]) == loaded([batch])
    for p in batch.ends:
        early = [o for q, o in places_of(first.rows) + letters_of(first) if q == p]
        late = [o for q, o in places_of(second.rows) + letters_of(second) if q == p]
        assert max(early, default=-1) < min(late, default=2**63)


@settings(max_examples=50)
@given(batches())
def test_halving_to_the_end(batch: Batch) -> None:
    """However often a load is split, its parts in their order are still the load, each with one row at most."""

    def parts(of: Batch) -> Iterator[Batch]:
        if len(of.rows) <= 1:
            yield of
        else:
            yield from itertools.chain.from_iterable(map(parts, of.halves()))

    found = list(parts(batch))
    assert [place for part in found for place in places_of(part.rows)] == places_of(batch.rows)
    assert sorted(place for part in found for place in letters_of(part)) == sorted(letters_of(batch))
    assert loaded(found) == loaded([batch])


def test_what_was_gathered_counts_with_all_that_it_holds_in_memory() -> None:
    """Large headers fill a batch as large values do, so that memory stays bounded whatever comes."""
    gathering = Gathering()
    headers: list[tuple[str, bytes | None]] = [("trace", b"x" * 5000), ("none", None)]
    gathering.add(rows_at([(0, 0)]), [letter_at(0, 1, b"bad", key=b"1000", headers=headers)], {0: 2})
    row_bytes = len(b'{"at":"0/0"}')
    assert gathering.count == 2
    assert gathering.size_bytes == row_bytes + OVERHEAD_BYTES + len(b"bad") + len(b"1000") + 5000 + len("tracenone")


def test_a_batch_without_rows_is_one_all_the_same() -> None:
    """A tail of dead letters moves the ledger too."""
    gathering = Gathering()
    gathering.add(rows_at([]), [letter_at(1, 105)], {1: 106})
    batch = gathering.batch(1, 0, PLACES)
    assert len(batch) == 1
    assert [(each.start, each.end, each.loaded, each.rejected) for each in batch.advances()] == [(100, 106, 0, 1)]


def naively_unread(places: Places, next_offsets: dict[int, int]) -> list[bool]:
    """The law of `unread`, message by message."""
    following = dict(next_offsets)
    found = []
    for partition, offset in places:
        found.append(partition in following and offset >= following[partition])
        if found[-1]:
            following[partition] = offset + 1
    return found


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=12),
    st.dictionaries(st.integers(0, 3), st.integers(0, 4)),
)
@example([(0, 3), (0, 1), (0, 2), (0, 4)], {0: 0})
def test_only_what_is_ours_and_new_is_taken(places: Places, next_offsets: dict[int, int]) -> None:
    """A message that comes again, or of a partition that is not ours (yet), goes into no batch."""
    partitions, offsets = columns(places)
    assert unread(partitions, offsets, next_offsets).tolist() == naively_unread(places, next_offsets)


@given(
    st.one_of(reads(), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=8)).filter(bool),
    st.dictionaries(st.integers(0, 3), st.integers(0, 2)),
)
def test_the_short_way_agrees_with_the_long_one(places: Places, next_offsets: dict[int, int]) -> None:
    """Reading fast takes exactly the messages that reading carefully takes."""
    partitions, offsets = columns(places)
    ends = advanced(partitions, offsets, next_offsets)
    if all(naively_unread(places, next_offsets)):
        assert ends == ends_of(partitions, offsets)
    else:
        assert ends is None


@pytest.mark.parametrize("places", [[], [(0, 5)], [(0, 5), (1, 2), (0, 7)]])
def test_a_read_ends_behind_its_last_message(places: Places) -> None:
    """The next read goes on right behind this one, in each partition."""
    assert ends_of(*columns(places)) == {p: 1 + max(o for q, o in places if q == p) for p, _ in places}
