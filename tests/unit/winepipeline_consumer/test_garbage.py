"""Python's search for cycles, set up for the consumer's loop."""

import gc
from collections.abc import Iterator

import pytest

from winepipeline_consumer.garbage import YOUNG_OBJECTS, settle_down


@pytest.fixture
def thresholds() -> Iterator[None]:
    """As they were, afterwards."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_cycles_are_still_found_but_seldom_looked_for(thresholds: None) -> None:
    """A slice of a thousand messages costs no search, and what forms a cycle all the same does not stay for ever."""
    settle_down()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == YOUNG_OBJECTS > 1000
