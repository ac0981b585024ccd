"""Where a partition is read from: at the ledger's offset, whatever librdkafka does with it."""

from dataclasses import replace

from .stand_ins import Bench, own, read_of


def test_a_partition_that_gives_nothing_is_read_anew(bench: Bench) -> None:
    """A partition that librdkafka forgets to fetch is put in again where it stands, and the others go on."""
    own(bench, 0, 1)
    bench.source.known_ends = {0: 140, 1: 100}
    for _ in range(13):
        bench.turn(seconds=1)
    assert bench.source.asked("start") == [{0: 100, 1: 100}, {0: 100}]
    bench.turn(read_of([(0, 100), (0, 101)]), seconds=1)
    assert bench.reader.ownership.next_offsets[0] == 102


def test_a_partition_that_begins_elsewhere_is_read_anew(bench: Bench) -> None:
    """Where librdkafka begins behind the ledger's offset, nothing of that is loaded, and no event is passed over."""
    own(bench, 0, 1)
    bench.turn(read_of([(1, 100), (0, 120), (0, 121)]))
    assert bench.reader.ownership.next_offsets == {0: 100, 1: 101}
    bench.turn(read_of([(0, 100), (0, 101)]))
    assert bench.source.asked("start") == [{0: 100, 1: 100}, {0: 100}]
    assert bench.reader.ownership.next_offsets == {0: 102, 1: 101}


def test_holes_where_reading_begins_are_passed_over(bench: Bench) -> None:
    """A marker or compaction may have left holes there: another client looks, once, and what comes is loaded."""
    own(bench, 0)
    bench.source.known_messages = {0: 103}
    bench.turn(read_of([(0, 103)]))
    bench.turn(read_of([(0, 110)]))
    assert bench.source.asked("first_from") == [(0, 100)]
    assert bench.reader.ownership.next_offsets == {0: 111}


def test_a_marker_at_the_end_is_passed_over_after_a_restart(bench: Bench) -> None:
    """Where nothing but a transaction's marker is left, the ledger comes to the topic's end, and nothing is put in."""
    own(bench, 0, 1)
    bench.source.known_ends, bench.source.known_holes = {0: 101, 1: 100}, {0: 101}
    for _ in range(13):
        bench.turn(seconds=1)
    assert bench.source.asked("first_from") == [(0, 100)]
    assert bench.source.asked("start") == [{0: 100, 1: 100}]
    assert bench.reader.ownership.next_offsets == {0: 101, 1: 100}
    (batch,) = bench.worker.submitted
    assert (len(batch), dict(batch.ends)) == (0, {0: 101})


def test_an_open_transaction_at_the_end_is_waited_for(bench: Bench) -> None:
    """While it is open nothing is put in again, and once it is given up the ledger comes to the topic's end soon."""
    own(bench, 0, 1)
    bench.turn(read_of([(1, 100)]))
    bench.source.known_ends, bench.source.known_holes = {0: 105, 1: 106}, {0: 100, 1: 101}
    for _ in range(60):
        bench.turn(seconds=1)
    assert bench.source.asked("start") == [{0: 100, 1: 100}]
    assert bench.reader.ownership.next_offsets == {0: 100, 1: 101}
    bench.source.known_holes = {0: 105}
    bench.turn(replace(read_of([]), ends={0: 105, 1: 106}), seconds=1)
    assert bench.reader.ownership.next_offsets == {0: 100, 1: 106}  # nothing was read of the first since its claim
    for _ in range(11):
        bench.turn(seconds=1)
    assert bench.reader.ownership.next_offsets == {0: 105, 1: 106}
