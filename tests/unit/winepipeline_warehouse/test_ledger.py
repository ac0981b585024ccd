"""How a load moves the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_warehouse.ledger import Advance

counts = st.integers(0, 50)


@given(st.integers(0, 100), st.integers(-5, 150), st.integers(-2, 50), st.integers(-2, 50))
def test_an_advance_accounts_for_every_offset(start: int, length: int, loaded: int, rejected: int) -> None:
    """A load that would cover more rows than offsets, or go backwards, is refused before it is tried."""
    possible = length > 0 and min(loaded, rejected) >= 0 and loaded + rejected <= length
    if possible:
        advance = Advance(0, 1, start, start + length, loaded, rejected)
        assert advance.loaded + advance.rejected + advance.skipped == advance.end - advance.start
    else:
        with pytest.raises(ValueError, match="no load can be so"):
            Advance(0, 1, start, start + length, loaded, rejected)


@given(st.lists(st.tuples(counts, counts, counts).filter(any), min_size=1, max_size=5))
def test_advances_that_follow_each_other_add_up(steps: list[tuple[int, int, int]]) -> None:
    """Many small loads account for the same offsets as one large one."""
    advances, start = [], 7
    for loaded, rejected, skipped in steps:
        end = start + loaded + rejected + skipped
        advances.append(Advance(0, 1, start, end, loaded, rejected))
        start = end
    whole = Advance(0, 1, 7, start, sum(each.loaded for each in advances), sum(each.rejected for each in advances))
    assert whole.skipped == sum(each.skipped for each in advances)
