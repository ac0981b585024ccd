"""Dead letters hold what came, and say why it was turned away."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_consumer.letter import DETAIL_BYTES, PREFIX, cut, headers_of

from .messages import letter_at

NOON = dt.datetime(2026, 11, 24, 13, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def test_the_headers_say_what_when_where_from_and_why() -> None:
    """A person finds the message in its topic, and what to mend, by the headers alone."""
    letter = letter_at(3, 77, detail="$.total: got 1, allowed: 66.15 €")
    found = dict(headers_of(letter, "sales_events", "a-group", NOON))
    assert found == {
        "winepipeline.reason": b"NotJson",
        "winepipeline.detail": "$.total: got 1, allowed: 66.15 €".encode(),
        "winepipeline.topic": b"sales_events",
        "winepipeline.partition": b"3",
        "winepipeline.offset": b"77",
        "winepipeline.timestamp": b"770",
        "winepipeline.group": b"a-group",
        "winepipeline.time": b"2026-11-24T12:00:00.123Z",
    }


@given(st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=5)), max_size=5))
def test_the_original_headers_stand_first_and_untouched(headers: list[tuple[str, bytes | None]]) -> None:
    """Whoever sends a mended letter again finds its headers as they were, doubles and nulls included."""
    found = headers_of(letter_at(0, 0, headers=headers), "t", "g", NOON)
    assert found[: len(headers)] == headers
    assert len(found) == len(headers) + 8


@given(st.text(max_size=3000) | st.just("🍷" * 3000) | st.just("\ud800"))
def test_a_long_detail_is_cut_between_characters(detail: str) -> None:
    """Headers stay small and readable, whatever was wrong."""
    content = dict(headers_of(letter_at(0, 0, detail=detail), "t", "g", NOON))["winepipeline.detail"]
    assert content is not None
    assert len(content) <= DETAIL_BYTES
    assert detail.encode(errors="backslashreplace").startswith(content.decode().encode())


@given(
    st.none() | st.binary(max_size=40),
    st.none() | st.binary(max_size=40),
    st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=40)), max_size=3),
    st.integers(8, 30),
)
def test_a_letter_can_be_cut_to_any_size(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]], most_bytes: int
) -> None:
    """A letter that its topic does not take whole still says where it came from, why, and how large it was."""
    whole = headers_of(letter_at(1, 2, headers=headers), "t", "g", NOON)
    short_key, short_value, short_headers = cut((key, value, whole), most_bytes)
    assert short_key in (key, None)
    assert len(short_key or b"") <= most_bytes
    assert short_value == (value or b"")[:most_bytes]
    ours = [each for each in short_headers if each[0].startswith(PREFIX)]
    theirs = [each for each in short_headers if not each[0].startswith(PREFIX)]
    assert ours == [*whole[len(headers) :], ("winepipeline.cut_from_bytes", b"%d" % len(value or b""))]
    assert theirs in ([], headers)
    assert sum(len(name) + len(content or b"") for name, content in theirs) <= most_bytes


@pytest.mark.parametrize("value", [None, b""])
def test_a_tombstone_and_an_empty_value_stay_apart(value: bytes | None) -> None:
    """A null is sent on as a null."""
    assert letter_at(0, 0, value).value is value
