"""The pace: an average rate that holds however unevenly the loop turns."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from winepipeline_producer.pace import DEBT_SECONDS, Pace

RATES = st.floats(1 / 3600, 1_000_000)
STEPS = st.lists(st.floats(0, DEBT_SECONDS / 2), min_size=1, max_size=60)
STARTS = st.floats(0, 1e7)


@given(RATES, STARTS, STEPS)
def test_the_average_rate_is_kept(rate: float, start: float, steps: list[float]) -> None:
    """After any time, as many events were made as the rate asks for, give or take one."""
    pace, now, made = Pace(rate, start), start, 0
    for step in steps:
        now += step
        due = pace.due(now)
        pace.take(due)
        made += due
        assert made == pytest.approx((now - start) * rate, abs=1 + 1e-3)


@given(RATES, STARTS, STEPS, st.integers(1, 500))
def test_a_loop_that_takes_less_than_is_due_makes_no_event_twice(
    rate: float, start: float, steps: list[float], most: int
) -> None:
    """A loop that is held up or makes its events in small chunks is never ahead of the rate."""
    pace, now, made = Pace(rate, start), start, 0
    for step in steps:
        now += step
        due = min(most, pace.due(now))
        pace.take(due)
        made += due
        assert made <= (now - start) * rate + 1 + 1e-3


@given(RATES, STARTS, st.floats(0, 1))
def test_the_wait_ends_when_an_event_is_due(rate: float, start: float, later: float) -> None:
    """Whoever sleeps as long as he is told finds an event to make, and nothing was due before."""
    pace = Pace(rate, start)
    pace.take(pace.due(start + later))
    wait_seconds = pace.wait_seconds(start + later)
    now = start + later + wait_seconds
    resolution = math.ulp(now) * rate * 4
    assume(resolution < 0.5)
    assert 0 <= wait_seconds <= 1 / rate + 1e-9
    assert pace.due(now + 4 * math.ulp(now)) >= 1
    assert pace.due(start + later) == 0


@given(RATES, STARTS, st.floats(DEBT_SECONDS * 1.1, 1e6))
def test_a_long_standstill_is_not_made_up_for(rate: float, start: float, standstill: float) -> None:
    """After an hour without a broker the events go on at their rate, without a flood of the hour's events."""
    pace = Pace(rate, start)
    now = start + standstill
    due = pace.due(now)
    assert due <= max(1.0, rate * DEBT_SECONDS) + 1e-3
    pace.take(due)
    assert pace.due(now) == 0


def test_the_first_event_is_due_at_once() -> None:
    """A producer with one event an hour makes its first one when it starts."""
    pace = Pace(1 / 3600, 100.0)
    assert pace.due(100.0) == 1
    pace.take(1)
    assert pace.wait_seconds(100.0) == pytest.approx(3600)
    assert pace.wait_seconds(1900.0) == pytest.approx(1800)
