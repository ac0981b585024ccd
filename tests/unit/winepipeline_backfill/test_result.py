"""What a backfill came to, and how far it is."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_backfill.errors import Disagreement
from winepipeline_backfill.progress import Phase, Progress, Tempo, words
from winepipeline_backfill.reading import Sums
from winepipeline_backfill.result import Result, compare
from winepipeline_warehouse.history import HistorySums

SOURCE = Sums(
    customers=2, products=3, orders=4, order_lines=7, bottles_sold=20, total_cents=12_345, movements=5, bottles_moved=-3
)
THERE = HistorySums(
    order_lines=7,
    order_line_keys=7,
    orders=4,
    bottles_sold=20,
    total_cents=12_345,
    movements=5,
    movement_keys=5,
    bottles_moved=-3,
    customers=2,
    customer_keys=2,
    products=3,
    product_keys=3,
)


def test_equal_sides_agree() -> None:
    """Equal counts and sums end in success."""
    compare(SOURCE, THERE, 0)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(HistorySums) if field.name != "orders"])
def test_a_difference_of_one_is_found(field: str) -> None:
    """A row, a bottle or a cent too many or too few, or a key that stands twice, is told with both numbers."""
    with pytest.raises(Disagreement, match="both sides were counted and differ"):
        compare(SOURCE, dataclasses.replace(THERE, **{field: getattr(THERE, field) + 1}), 0)


def test_what_was_turned_away_is_not_missed() -> None:
    """With rejects the counts still have to add up, and only those."""
    fewer = dataclasses.replace(THERE, order_lines=6, order_line_keys=6, total_cents=9_000, bottles_sold=17)
    compare(SOURCE, fewer, 1)
    with pytest.raises(Disagreement, match="events: 12 in SQLite, 13 in the warehouse"):
        compare(SOURCE, fewer, 2)


def test_the_result_is_one_flat_object() -> None:
    """A script reads the sums without digging."""
    found = Result("albert", "made", SOURCE, THERE, loaded=12, rejected=0, added=12, seconds=1.23456).as_json()
    assert found["total_cents"] == 12_345
    assert found["seconds"] == 1.235
    assert not any(isinstance(value, dict | list) for value in found.values())


@given(st.lists(st.tuples(st.floats(0.1, 10), st.integers(0, 10_000)), min_size=1, max_size=50), st.integers(1, 5_000))
def test_the_rate_is_that_of_the_last_seconds(steps: list[tuple[float, int]], speed: int) -> None:
    """After a while of even work the rate, and so the time left, is that of the work, whatever was before."""
    tempo, now, done = Tempo(), 0.0, 0
    for seconds, more in steps:
        now, done = now + seconds, done + more
        assert tempo.rate(now, done) >= 0
    for _ in range(40):
        now, done = now + 1, done + speed
        rate = tempo.rate(now, done)
    assert rate == pytest.approx(speed)
    assert Progress(Phase.LOADING, done, done + 10 * speed, rate).seconds_left == pytest.approx(10)


def test_progress_is_said_in_words() -> None:
    """A line says how far it is, how fast it goes and how long it takes."""
    assert words(Progress(Phase.LOADING, 60_000, 120_000, 20_000)) == (
        "loading 60,000 of 120,000 (50.0 %), 20,000/s, 3 s left"
    )
    assert words(Progress(Phase.MAKING, 1, 365, 0)) == "making 1 of 365 days (0.3 %)"
    assert words(Progress(Phase.COUNTING)) == "counting"
