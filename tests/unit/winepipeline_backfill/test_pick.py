"""Picking by weight."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_backfill.pick import Urn, one_of, shares


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), min_size=1, max_size=400))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    """A history has exactly as many orders as were asked for, however they fall on the days."""
    found = shares(total, weights)
    assert len(found) == len(weights)
    assert sum(found) == total
    assert all(abs(share - total * each / sum(weights)) <= 1 + 1e-6 * total for share, each in zip(found, weights))  # noqa: B905


def test_an_urn_gives_as_the_weights_say() -> None:
    """A best seller sells as much more as its weight says, and what has no weight is never sold."""
    uniform = random.Random(1).random
    urn = Urn("abc", (1, 0, 3))
    counted = Counter(urn.draw(uniform) for _ in range(4_000))
    assert counted["b"] == 0
    assert 900 < counted["a"] < 1_100


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1, exclude_max=True))
def test_one_of_is_always_one_of_them(things: list[int], chance: float) -> None:
    """No draw falls out of the list."""
    assert one_of(things, lambda: chance) in things
