"""Malformed events: each kind that the consumer turns away, for the reason that its name says."""

from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Limits, validate
from winepipeline_producer.malformed import FLAWS, MOVEMENT, ORDER, TOO_LARGE, TOO_LARGE_SHARE, Flaw
from winepipeline_producer.stream import Recipe, Stream

NOON_MS = 1_795_521_600_123
FOUND_IN_MESSAGES = set(Reason) - {Reason.REFUSED_BY_WAREHOUSE}
SEEDS = st.integers(0, 2**32)


def whole(event_type: str, seed: int) -> bytes:
    """An event that nobody spoilt."""
    recipe = Recipe(order_probability=float(event_type == ORDER))
    return Stream(recipe, seed).take(1, NOON_MS)[0].value or b""


@pytest.mark.parametrize("flaw", [*FLAWS, TOO_LARGE], ids=lambda flaw: f"{flaw.reason}-{flaw.words}")
@given(seed=SEEDS)
def test_each_flaw_is_turned_away_for_its_reason(flaw: Flaw, seed: int) -> None:
    """A dead letter's reason is the one that the producer's log gave when it made the event malformed."""
    for event_type in [flaw.event_type] if flaw.event_type else [ORDER, MOVEMENT]:
        found = validate(flaw.spoil(whole(event_type, seed)), Limits())
        assert isinstance(found, Rejection)
        assert found.reason is flaw.reason


@pytest.mark.parametrize("event_type", [ORDER, MOVEMENT])
def test_both_types_are_spoilt_in_every_way(event_type: str) -> None:
    """For each reason that a message can have by itself, there is a malformed order and a malformed movement."""
    fitting = {flaw.reason for flaw in [*FLAWS, TOO_LARGE] if flaw.event_type in (None, event_type)}
    assert fitting == FOUND_IN_MESSAGES


def test_a_malformed_stream_shows_every_reason_and_seldom_the_dear_one() -> None:
    """Every reason turns up about as often as another, but for the events of a megabyte, which are rare."""
    messages = Stream(Recipe(invalid_probability=1), 3).take(4000, NOON_MS)
    counts = Counter(message.flaw.partition(":")[0] for message in messages)
    assert set(counts) == FOUND_IN_MESSAGES
    assert 0 < counts.pop(Reason.TOO_LARGE) < 4000 * TOO_LARGE_SHARE * 2
    assert max(counts.values()) < 2 * min(counts.values())


def test_too_large_is_just_too_large() -> None:
    """The event that is too large goes a few bytes beyond a mebibyte, so that a broker with default limits takes it."""
    sizes = [
        len(TOO_LARGE.spoil(whole(each, seed)) or b"")
        for each, seed in chain.from_iterable([(each, seed) for seed in range(5)] for each in (ORDER, MOVEMENT))
    ]
    assert all(Limits().event_bytes < size < Limits().event_bytes + 100 for size in sizes)
