"""The main loop: whatever the group, the broker and the warehouse do when, nothing is lost or doubled."""

from typing import Any

import pytest

from winepipeline_consumer.jobs import Done, Failed, Loaded
from winepipeline_consumer.worker import SLOTS
from winepipeline_warehouse.errors import Misconfigured
from winepipeline_warehouse.ledger import Origin

from .stand_ins import Bench, claimed, own, read_of


def fill(bench: Bench, batches: int) -> None:
    """Read batches of four from partition 0, from offset 100 on."""
    for number in range(batches):
        first = 100 + 4 * number
        bench.turn(read_of([(0, offset) for offset in range(first, first + 4)]))


def lag(bench: Bench, partition: int) -> float | None:
    value: float | None = bench.metrics.registry.get_sample_value(
        "kafka_consumer_lag", {"topic": "sales_events", "partition": str(partition)}
    )
    return value


def test_a_partition_is_claimed_started_read_and_handed_over(bench: Bench) -> None:
    """Reading begins where the ledger says, and a load says what it expects of the ledger."""
    own(bench, 0)
    assert [each.partitions for each in bench.worker.claims] == [{0}]
    assert bench.source.asked("start") == [{0: 100}]
    bench.turn(read_of([(0, 100), (0, 101), (0, 102), (0, 103)]))
    (batch,) = bench.worker.submitted
    (advance,) = batch.advances()
    assert (advance.start, advance.end, advance.epoch, advance.rejected) == (100, 104, 1, 4)


def test_messages_of_a_partition_that_is_not_claimed_are_not_taken(bench: Bench) -> None:
    """Whatever librdkafka still had in its queue stays in the topic."""
    bench.source.listener.assigned([0, 1])
    bench.turn(read_of([(0, 500), (1, 500)]))
    bench.worker.outcomes.put(claimed(0))
    bench.turn(read_of([(0, 100), (1, 501), (0, 101)]), seconds=2)
    bench.turn(seconds=2)
    (batch,) = bench.worker.submitted
    assert batch.ends == {0: 102}


def test_a_claim_that_is_answered_in_a_revocation_moves_no_partitions_there(bench: Bench) -> None:
    """While the group takes partitions away, librdkafka must hear of nothing but that."""
    own(bench, 0)
    fill(bench, 1)
    bench.source.listener.assigned([1])
    bench.turn()
    bench.source.calls.clear()
    bench.worker.outcomes.put(claimed(1))
    bench.worker.outcomes.put(Done(0, dropped=False))
    bench.source.listener.revoked([0])
    assert bench.source.asked("start") == []
    bench.turn()
    assert bench.source.asked("start") == []
    assert bench.worker.claims[-1].partitions == {1}


def test_an_offset_that_the_broker_lost_while_partitions_are_held_is_noticed(bench: Bench) -> None:
    """Retention that strikes while the warehouse is slow does not leave a partition unread for ever."""
    own(bench, 0, 1)
    fill(bench, 3)
    assert len(bench.worker.submitted) == SLOTS
    bench.turn()
    bench.turn(read_of([], lost_place=[1]), seconds=2)
    assert bench.reader.ownership.pending == {1}
    bench.turn(seconds=1)
    assert bench.worker.claims[-1].partitions == {1}


def test_what_was_read_before_the_broker_lost_the_rest_is_loaded_first(bench: Bench) -> None:
    """It may be all that is left of those events."""
    own(bench, 0)
    bench.turn(read_of([(0, 100)], lost_place=[0]))
    assert bench.reader.ownership.pending == set()
    bench.turn(seconds=2)
    (batch,) = bench.worker.submitted
    bench.worker.outcomes.put(Loaded(batch.ends, 0, 1))
    bench.worker.outcomes.put(Done(batch.generation, dropped=False))
    bench.turn()
    assert bench.reader.ownership.pending == {0}


def test_an_offset_that_stays_lost_is_asked_for_less_and_less_often(bench: Bench) -> None:
    """A log that lost its end does not make the ledger busy."""
    own(bench, 0)
    waits = []
    for _ in range(8):
        bench.turn(read_of([], lost_place=[0]))
        asked, waited = len(bench.worker.claims), 0.0
        while len(bench.worker.claims) == asked:
            bench.turn(seconds=0.5)
            waited += 0.5
        waits.append(waited)
        bench.worker.outcomes.put(claimed(0))
        bench.turn()
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.5, 5.0)


def test_the_lag_is_told_while_nothing_is_loaded(bench: Bench) -> None:
    """A dashboard sees the backlog grow while the warehouse is away, which is when it matters."""
    own(bench, 0)
    fill(bench, 3)
    bench.source.known_ends[0] = 150
    bench.turn(seconds=1)
    assert lag(bench, 0) == 50
    bench.source.known_ends[0] = 900
    bench.turn(seconds=1.5)
    assert lag(bench, 0) == 800
    assert bench.source.asked("ends")[-1] is True, "held partitions are not fetched, so the broker must be asked"


def test_a_partition_that_is_gone_shows_no_lag(bench: Bench) -> None:
    """Two consumers never report one partition, even when it went while it was being claimed anew."""
    own(bench, 0, 1)
    bench.source.known_ends.update({0: 150, 1: 150})
    bench.turn(seconds=1)
    bench.reader._break_off()
    bench.source.listener.revoked([1])
    assert (lag(bench, 0), lag(bench, 1)) == (50, None)


def test_only_offsets_of_partitions_of_ours_are_committed(bench: Bench) -> None:
    """A load that was committed after its partition had gone does not set the new owner's offset back."""
    own(bench, 0, 1)
    bench.turn(read_of([(0, 100), (1, 100), (0, 101), (1, 101)]))
    bench.source.listener.lost([1])
    bench.worker.outcomes.put(Loaded({0: 102, 1: 102}, 4, 0))
    bench.turn()
    assert bench.source.asked("commit") == [{0: 102}]


def test_a_lost_partition_takes_everything_in_hand_with_it(bench: Bench) -> None:
    """Nothing that was read under the old assignment is loaded under the new one."""
    own(bench, 0, 1)
    bench.turn(read_of([(1, 100)]))
    bench.source.listener.lost([1])
    assert bench.worker.broken == [0]
    bench.turn()
    bench.worker.outcomes.put(claimed(0, epoch=2))
    bench.turn(read_of([(0, 100), (0, 101)]), seconds=5)
    bench.turn(seconds=5)
    (batch,) = bench.worker.submitted
    assert (batch.generation, batch.ends, batch.starts[0].epoch) == (1, {0: 102}, 2)


def test_a_revocation_waits_for_loads_in_hand_but_not_for_ever(bench: Bench) -> None:
    """A rebalance is not held up by a warehouse that hangs."""
    own(bench, 0)
    fill(bench, 1)
    began = bench.clock.now
    bench.source.listener.revoked([0])
    assert 4 <= bench.clock.now - began <= 6
    assert bench.reader.ownership.assigned == set()


def test_a_fenced_load_drops_what_comes_after_it(bench: Bench) -> None:
    """Whoever was overtaken asks the ledger again, for every partition, and starts over."""
    own(bench, 0)
    fill(bench, 2)
    bench.worker.outcomes.put(Done(0, dropped=True, why="another consumer owns the rest"))
    bench.worker.outcomes.put(Done(0, dropped=True))
    bench.turn()
    assert bench.worker.broken == [0]
    assert bench.worker.claims[-1].partitions == {0}
    assert bench.source.asked("hold")[-1] == [0]


def test_a_topic_made_again_drops_what_was_read_of_the_old_one(bench: Bench) -> None:
    """Messages of the old topic are never loaded under the new one's id."""
    own(bench, 0)
    bench.turn(read_of([(0, 100)]))
    bench.source.listener.assigned([1])
    bench.turn()
    bench.worker.outcomes.put(claimed(1, origin=Origin("cluster", "sales_events", "id-2")))
    bench.turn(seconds=5)
    bench.turn(seconds=5)
    assert bench.worker.submitted == []
    assert bench.reader.ownership.pending == {0}


def test_a_stop_with_nothing_in_hand_is_short(bench: Bench) -> None:
    """A consumer that only waits for the warehouse stops at once, and says that nothing was left."""
    own(bench, 0)
    assert bench.reader.stop(20.0) is True
    assert bench.worker.stop_seconds[0] <= 2.0


@pytest.mark.parametrize(
    ("last_words", "finished"),
    [
        ([Loaded({0: 104}, 0, 4), Done(0, dropped=False)], True),
        ([Done(0, dropped=True)], False),
        ([Failed(Misconfigured("NoWarehouse", "none is set"))], False),
        ([], False),
    ],
)
def test_a_stop_finishes_the_load_in_hand(bench: Bench, last_words: list[Any], finished: bool) -> None:
    """It has the time that the settings give, says whether the load got in, and waits for nothing afterwards."""
    own(bench, 0)
    fill(bench, 1)
    bench.worker.last_words = last_words
    began = bench.clock.now
    assert bench.reader.stop(20.0) is finished
    assert bench.worker.stop_seconds == [20.0]
    assert bench.clock.now == began
    assert bench.source.asked("commit")[-1] == {0: 104 if finished else 100}


def test_what_ends_a_loading_thread_ends_the_loop(bench: Bench) -> None:
    """A table with other columns stops the process instead of leaving it to read for nobody."""
    bench.worker.outcomes.put(Failed(Misconfigured("TableMismatch", "column X is missing")))
    with pytest.raises(Misconfigured):
        bench.turn()
