"""The lag in seconds: how old the oldest event is that a consumer has in hand."""

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_consumer.waiting import Waiting

NOW_SECONDS = 2_000_000.0
batches = st.lists(st.lists(st.integers(0, int(NOW_SECONDS * 1000)), min_size=1, max_size=4), max_size=6)


@given(batches, st.data())
def test_the_lag_is_the_age_of_the_oldest_event_that_is_not_committed(
    batches: list[list[int]], data: st.DataObject
) -> None:
    """However many batches are under way, the alert sees the age of the event that has waited longest."""
    waiting = Waiting()
    for batch in batches:
        for produced_ms in batch:
            waiting.read(produced_ms)
        waiting.handed_over()
    committed = data.draw(st.integers(0, len(batches)))
    for _ in range(committed):
        waiting.done()
    left = [produced_ms for batch in batches[committed:] for produced_ms in batch]
    expected = NOW_SECONDS - min(left) / 1000 if left else 0.0
    assert waiting.oldest_seconds(NOW_SECONDS) == expected


def test_a_batch_that_is_still_being_read_counts() -> None:
    """Events wait from the moment they are read, not only once their batch is full."""
    waiting = Waiting()
    waiting.read(1_999_990_000)
    assert waiting.oldest_seconds(NOW_SECONDS) == 10.0


def test_what_was_dropped_is_not_in_hand() -> None:
    """After a rebalance the lag is not that of events which another consumer has now."""
    waiting = Waiting()
    waiting.read(1)
    waiting.dropped()
    waiting.done()
    assert waiting.oldest_seconds(NOW_SECONDS) == 0.0


def test_a_producer_whose_clock_is_ahead_makes_no_negative_lag() -> None:
    """A wrong clock does not hide the lag of others."""
    waiting = Waiting()
    waiting.read(int(NOW_SECONDS * 1000) + 5000)
    assert waiting.oldest_seconds(NOW_SECONDS) == 0.0
