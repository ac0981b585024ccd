"""How long is waited between tries."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_warehouse.backoff import delays_seconds


@given(st.integers(), st.floats(0.01, 1.0), st.floats(1.0, 60.0))
def test_waits_grow_up_to_a_bound(seed: int, first: float, most: float) -> None:
    """A short fault costs little, a long one does not make the warehouse busy, and nobody waits for ever longer."""
    waits = list(itertools.islice(delays_seconds(first, most, random.Random(seed)), 40))
    for number, wait in enumerate(waits):
        bound = min(most, first * 2**number)
        assert bound / 10 <= wait * 1.000001
        assert wait <= bound * 1.000001


def test_consumers_do_not_knock_together() -> None:
    """After an outage the tries of many consumers are spread."""
    waits = {next(delays_seconds(10, 30, random.Random(seed))) for seed in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > 5
