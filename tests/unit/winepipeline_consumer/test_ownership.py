"""Which partitions are ours, and how far each of them is."""

from winepipeline_consumer.batch import Batch, Place
from winepipeline_consumer.ownership import Ownership
from winepipeline_warehouse.ledger import Claim
from winepipeline_warehouse.rows import Rows


def claims(**next_offsets: int) -> dict[int, Claim]:
    """`claims(p0=5)`: partition 0 is claimed with epoch 3 and goes on at 5."""
    return {int(name[1:]): Claim(int(name[1:]), offset, epoch=3) for name, offset in next_offsets.items()}


def owned(**next_offsets: int) -> Ownership:
    """With these partitions claimed."""
    ownership = Ownership()
    ownership.gain(claims(**next_offsets))
    ownership.claimed(claims(**next_offsets))
    return ownership


def test_a_partition_is_read_only_once_it_is_claimed() -> None:
    """What the group gives us waits for the ledger's word where to begin."""
    ownership = Ownership()
    ownership.gain([0, 1])
    assert (ownership.assigned, ownership.pending, ownership.next_offsets) == ({0, 1}, {0, 1}, {})
    assert ownership.claimed(claims(p0=5)) == {0: 5}
    assert (ownership.assigned, ownership.pending, ownership.next_offsets) == ({0, 1}, {1}, {0: 5})
    assert ownership.places == {0: Place(3, 5)}


def test_a_claim_that_comes_too_late_claims_nothing() -> None:
    """The ledger's answer for a partition that has gone to another consumer meanwhile is not acted upon."""
    ownership = Ownership()
    ownership.gain([0, 1])
    ownership.lose([0])
    assert ownership.claimed(claims(p0=5, p1=6)) == {1: 6}
    assert ownership.assigned == {1}


def test_a_second_answer_moves_no_partition_that_is_being_read() -> None:
    """A partition is never set back while it is read."""
    ownership = owned(p0=5)
    ownership.read({0: 9})
    assert ownership.claimed(claims(p0=5)) == {}
    assert ownership.next_offsets == {0: 9}


def test_reading_and_handing_over_go_on_by_themselves() -> None:
    """The next batch begins where the last one handed over ends, however far the reading is."""
    ownership = owned(p0=5, p1=0)
    ownership.read({0: 9})
    ownership.handed_over(Batch(1, 0, Rows.none(), (), {0: Place(3, 5)}, {0: 8}))
    assert ownership.places == {0: Place(3, 8), 1: Place(3, 0)}
    assert ownership.next_offsets == {0: 9, 1: 0}


def test_what_is_lost_leaves_nothing_behind() -> None:
    """A partition that comes back later is claimed anew."""
    ownership = owned(p0=5, p1=6)
    ownership.lose([0, 7])
    assert (ownership.assigned, ownership.places, ownership.next_offsets) == ({1}, {1: Place(3, 6)}, {1: 6})
    ownership.gain([0])
    assert ownership.pending == {0}


def test_after_a_surprise_only_the_ledger_is_believed() -> None:
    """All partitions stay ours, and none is read until the ledger was asked again."""
    ownership = owned(p0=5, p1=6)
    ownership.gain([2])
    ownership.reset()
    assert (ownership.assigned, ownership.pending) == ({0, 1, 2}, {0, 1, 2})
    assert (ownership.places, ownership.next_offsets) == ({}, {})


def test_an_offset_that_the_broker_lost_waits_for_what_was_read_before() -> None:
    """What was read of a partition before retention took the rest is loaded before the ledger is asked again."""
    ownership = owned(p0=5, p1=6, p2=7)
    ownership.read({0: 9})
    committed = {0: 5, 1: 6, 2: 7}
    assert ownership.at_rest([0, 1, 3], committed) == [1]
    assert ownership.at_rest([0, 1], {**committed, 0: 9}) == [0, 1]


def test_a_partition_can_be_asked_for_again_alone() -> None:
    """The others are read on meanwhile."""
    ownership = owned(p0=5, p1=6)
    ownership.ask_again([1])
    assert (ownership.pending, ownership.places, ownership.next_offsets) == ({1}, {0: Place(3, 5)}, {0: 5})


def test_holes_at_the_end_are_passed_over_only_where_something_was_read() -> None:
    """A marker behind the last message moves a partition on; an end from before the ledger's answer does not."""
    ownership = owned(p0=5, p1=5)
    assert ownership.tails({0: 100, 1: 100, 2: 100}) == {}
    ownership.read({0: 9})
    assert ownership.tails({0: 10, 1: 100}) == {0: 10}
    assert ownership.tails({0: 9}) == ownership.tails({0: 8}) == {}
    ownership.reset()
    assert ownership.tails({0: 10}) == {}
    ownership.claimed(claims(p0=9, p1=5))
    assert ownership.tails({0: 10}) == {}
