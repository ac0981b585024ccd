"""A partition that has more and gives nothing is put in again, and no other one is."""

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_consumer.standstill import FIRST_SECONDS, MOST_SECONDS, Standstill


def test_only_the_one_that_gives_nothing_is_put_in_again() -> None:
    """One partition gives, one is at its end, one has more and gives nothing: the third goes on where it stands."""
    standstill = Standstill()
    for second in range(int(FIRST_SECONDS)):
        assert standstill.look(second, {0: 100 + second, 1: 50, 2: 7}, {0: 999, 1: 50, 2: 8}) == {}
    assert standstill.look(FIRST_SECONDS, {0: 200, 1: 50, 2: 7}, {0: 999, 1: 50, 2: 8}) == {2: 7}


def test_it_is_tried_again_less_and_less_often() -> None:
    """A broker that is merely slow is not asked anew every ten seconds for ever."""
    standstill = Standstill()
    tries = [second for second in range(2000) if standstill.look(second, {0: 0}, {0: 1})]
    waits = [after - before for before, after in zip([0, *tries], tries, strict=False)]
    assert waits[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert set(waits[5:]) == {MOST_SECONDS}


def test_what_is_fetched_and_not_taken_yet_is_no_standstill() -> None:
    """While the warehouse is slow a partition's messages may wait in the queue: that time does not count."""
    standstill = Standstill()
    for second in range(100):
        standstill.rest()
        assert standstill.look(second, {0: 0}, {0: 1}) == {}


@given(st.lists(st.tuples(st.floats(0.1, 9.9), st.integers(1, 50)), max_size=60))
def test_a_partition_that_gives_is_left_alone(steps: list[tuple[float, int]]) -> None:
    """Whoever gives something now and then, be it every ten seconds, is never interrupted."""
    standstill, now, offset = Standstill(), 0.0, 0
    for seconds, messages in steps:
        now, offset = now + seconds, offset + messages
        assert standstill.look(now, {0: offset}, {0: offset + 1}) == {}
