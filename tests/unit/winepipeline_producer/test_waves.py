"""A load in waves: a rush, a calm, and again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_producer.waves import Waves

SECONDS = st.floats(0.1, 86_400)


@given(SECONDS, SECONDS, st.integers(0, 1000), st.floats(0.01, 0.99))
def test_a_rush_comes_first_and_comes_again(rush: float, calm: float, round_number: int, part: float) -> None:
    """However long a producer runs, each rush is followed by a calm of the length that was asked for."""
    waves = Waves(20_000, rush, 50, calm)
    begun = round_number * (rush + calm)
    assert waves.rate(begun + part * rush) == 20_000
    assert waves.rate(begun + rush + part * calm) == 50


@given(st.floats(0, 1e7))
def test_without_a_calm_the_load_is_always_there(age: float) -> None:
    """A producer without a calm keeps its one rate, and so does one whose rush is no more than the calm."""
    assert Waves(50, 30, None, 90).rate(age) == 50
    assert Waves(10, 30, 50, 90).rate(age) == 10
    assert Waves(None, 30, None, 90).rate(age) is None


@pytest.mark.parametrize(
    ("waves", "words"),
    [
        (Waves(50, 30, None, 90), "50 a second"),
        (Waves(50, 30, 50, 90), "50 a second"),
        (Waves(None, 30, None, 90), "as fast as the broker takes them"),
        (Waves(20_000, 30, 50, 90), "20,000 a second for 30 s, then 50 for 90 s, in turn"),
    ],
)
def test_the_log_says_what_load_to_expect(waves: Waves, words: str) -> None:
    """Whoever reads why a producer made so few events finds the waves in its first line."""
    assert waves.words == words
