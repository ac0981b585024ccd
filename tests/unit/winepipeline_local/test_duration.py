"""Spans of time as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_local.duration import clock, parse_seconds, shown_seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("45", 45), ("30s", 30), ("2m", 120), ("1h", 3600), (" 1.5 m ", 90), ("0.5", 0.5)]
)
def test_a_span_is_read_as_people_write_it(text: str, seconds: float) -> None:
    """`--for` takes seconds, with or without a unit."""
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-3", "2 days", "m", "1e3", "nan", "٣s"])
def test_what_is_no_span_is_refused_with_the_forms_that_are(text: str) -> None:
    """A slip after `--for` says what to write instead."""
    with pytest.raises(ValueError, match="30s, 2m or 1h"):
        parse_seconds(text)


@given(st.integers(1, 10_000), st.sampled_from(["s", "m", "h"]))
def test_units_are_multiples_of_seconds(number: int, unit: str) -> None:
    """A minute is sixty seconds, an hour sixty minutes."""
    assert parse_seconds(f"{number}{unit}") == number * {"s": 1, "m": 60, "h": 3600}[unit]


def test_the_clock_counts_minutes_and_hours() -> None:
    """The running clock of the live view reads like one."""
    assert [clock(each) for each in (0, 5.9, 65, 3600, 3725)] == ["0:00", "0:05", "1:05", "1:00:00", "1:02:05"]


def test_seconds_are_shown_with_three_digits_or_a_dash() -> None:
    """Freshness of any size can be compared at a glance."""
    assert [shown_seconds(each) for each in (None, 0.0421, 1.239, 33.3)] == ["–", "42 ms", "1.24 s", "33 s"]
