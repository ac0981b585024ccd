"""A slice is sifted as each of its messages is judged alone."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.sample_events import MOVEMENT, ORDER
from winepipeline_consumer.sift import Sifted, sift
from winepipeline_events.fault import Rejection
from winepipeline_events.known import decode_known
from winepipeline_events.reason import Reason
from winepipeline_events.recurring import ENOUGH_EVENTS, Vocabulary
from winepipeline_events.validation import decode, validate

from .messages import LIMITS, encoded, messages, slice_of, valid_events

WINE = "🍷 Château".encode()


def well_read() -> Vocabulary:
    """Knows the texts of `ORDER` and `MOVEMENT`, by which most examples begin."""
    vocabulary = Vocabulary()
    sift(slice_of([encoded(ORDER), encoded(MOVEMENT)] * 2 * ENOUGH_EVENTS), LIMITS, vocabulary)
    vocabulary.decode(encoded(ORDER))
    vocabulary.decode(encoded(MOVEMENT))
    return vocabulary


def held_to_the_law(values: list[bytes | None]) -> Sifted:
    """Sift, and compare with `validate`, message by message; knowing nothing, then with all that was ever heard."""
    whole = slice_of(values)
    sifted = sift(whole, LIMITS, Vocabulary())
    again = sift(whole, LIMITS, WELL_READ)
    assert again.rejected == sifted.rejected
    assert again.rows.contents == sifted.rows.contents
    assert again.rows.lengths.tolist() == sifted.rows.lengths.tolist()
    verdicts = [validate(value, LIMITS) for value in values]
    assert sifted.rejected == {at: each for at, each in enumerate(verdicts) if isinstance(each, Rejection)}
    kept = [at for at, each in enumerate(verdicts) if not isinstance(each, Rejection)]
    rows = sifted.rows
    assert b"".join(rows.contents) == b"".join(values[at] or b"" for at in kept)
    assert rows.lengths.tolist() == [len(values[at] or b"") for at in kept]
    assert rows.partitions.tolist() == whole.partitions[kept].tolist()
    assert rows.offsets.tolist() == whole.offsets[kept].tolist()
    assert rows.timestamps_ms.tolist() == whole.timestamps_ms[kept].tolist()
    return sifted


WELL_READ = well_read()


@given(st.lists(messages, max_size=8))
@example([])
@example([None])
@example([encoded(ORDER), b"", encoded(MOVEMENT)])
def test_a_slice_is_judged_as_its_messages_are(values: list[bytes | None]) -> None:
    """However good and bad messages are mixed, just the bad ones are turned away, and the rest keeps its order."""
    held_to_the_law(values)


@given(valid_events(), st.data())
def test_an_event_cut_in_two_is_two_bad_messages(event: dict[str, object], data: st.DataObject) -> None:
    """A sale that reached the topic in two pieces is not put together again by accident, even inside a character."""
    value = encoded(event)
    cut = data.draw(st.integers(1, len(value) - 1))
    sifted = held_to_the_law([encoded(ORDER), value[:cut], value[cut:], encoded(MOVEMENT)])
    assert {1, 2} <= sifted.rejected.keys()


def test_a_character_shared_by_two_messages_is_in_neither() -> None:
    """Two messages that are UTF-8 only when read one after the other are both dead letters."""
    first = encoded(ORDER)[:-1] + b',"note":"' + WINE[:2]
    second = WINE[2:] + b'"}'
    sifted = held_to_the_law([first, second])
    assert {each.reason for each in sifted.rejected.values()} == {Reason.NOT_UTF8}


def test_a_slice_of_nothing_but_bad_messages_leaves_no_rows() -> None:
    """A tail of tombstones gives dead letters and no empty load of the target."""
    sifted = held_to_the_law([None, b"", b"bonjour"])
    assert (len(sifted.rows), len(sifted.rejected)) == (0, 3)


@pytest.mark.parametrize("bad", [0, 500, 999])
def test_one_bad_message_among_a_thousand(bad: int) -> None:
    """The size of a real slice makes no difference."""
    values: list[bytes | None] = [encoded({**ORDER, "customer_id": 1 + at}) for at in range(1000)]
    values[bad] = encoded({**ORDER, "total": 0})
    sifted = sift(slice_of(values), LIMITS, Vocabulary())
    assert list(sifted.rejected) == [bad]
    assert b"".join(sifted.rows.contents) == b"".join(value or b"" for at, value in enumerate(values) if at != bad)


@given(messages)
def test_the_fast_decoder_is_never_too_kind(value: bytes | None) -> None:
    """What the fast path takes without a second look can be wrong in nothing but its sums and its size."""
    try:
        event = decode_known(value)  # type: ignore[arg-type]  # a tombstone must be refused too
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
        return
    verdict = validate(value, LIMITS)
    if isinstance(verdict, Rejection):
        assert verdict.reason in {Reason.INCONSISTENT, Reason.TOO_LARGE}
    else:
        assert msgspec.to_builtins(event) == msgspec.to_builtins(verdict) == msgspec.to_builtins(decode(value or b""))
