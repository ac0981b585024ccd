"""What a consumer writes into the dead-letter topic is read back as it was, and so is the mark of a replay."""

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_consumer.letter import Headers, cut
from winepipeline_local.dead_letters.folded import folded
from winepipeline_local.dead_letters.opened import (
    OF_REPLAY,
    Letter,
    Mark,
    Place,
    Raw,
    event_headers,
    mark_headers,
    opened,
)

from .letters import TOPIC, letter, raw

names = st.text(max_size=5) | st.sampled_from(
    [f"winepipeline.{name}" for name in ("reason", "topic", "offset", "replayed", "replay", "attempt", "time", "to")]
)
theirs = st.lists(st.tuples(names, st.none() | st.binary(max_size=5)), max_size=6)


@given(theirs, st.none() | st.binary(max_size=20), st.none() | st.binary(max_size=20))
def test_a_letter_is_read_back_as_it_was_written(headers: Headers, key: bytes | None, value: bytes | None) -> None:
    """Key, value and headers of an event are those that it had, even where it has headers that look like ours."""
    found = letter(value, key=key, headers=headers)
    assert (found.key, found.value, found.headers) == (key, value, headers)
    assert (found.source.topic, found.source.partition, found.source.offset, found.group) == (TOPIC, 3, 7, "the-group")


@given(theirs)
def test_attempts_are_counted(headers: Headers) -> None:
    """An event that is sent again and turned away again is a letter of the next attempt, with its own headers."""
    first = letter(headers=headers)
    second = letter(headers=event_headers(first, ("unwrap",), "a-replay"))
    third = letter(headers=event_headers(second, (), "another"))
    assert (second.attempt, third.attempt) == (first.attempt + 1, first.attempt + 2)
    kept = [header for header in headers if header[0] not in OF_REPLAY]
    assert [header for header in third.headers if header[0] not in OF_REPLAY] == kept


def test_a_mark_is_read_back() -> None:
    """What a replay notes of a letter is what the next replay finds."""
    source = letter().source
    mark = Mark(source, 2, "5:77", ("edited", "unwrap"), "a-replay", "2026-11-24T08:30:00.000Z")
    assert opened(Raw(Place(0, 9), b"key", b"{}", mark_headers(mark))) == mark


def test_a_cut_letter_says_so() -> None:
    """A letter of which only the beginning is there is not taken for the whole."""
    whole = raw(b"x" * 5000)
    key, value, headers = cut((whole.key, whole.value, whole.headers), 1000)
    found = opened(Raw(Place(0, 0), key, value, headers))
    assert isinstance(found, Letter)
    assert (found.cut_from_bytes, len(found.value or b"")) == (5000, 1000)


def test_what_others_write_there_is_no_letter() -> None:
    """A message without our headers, or with broken ones, is counted and nothing else."""
    for headers in ([], [("winepipeline.reason", b"NotJson")], [("winepipeline.replayed", b"true")]):
        assert opened(Raw(Place(0, 0), None, b"hello", list(headers))) is None


def test_copies_of_a_letter_count_once() -> None:
    """A letter that was written again after a crash is one letter, in whatever partition its copies stand."""
    source = letter().source
    mark = Mark(source, 2, "5:77", (), "a-replay", "2026-11-24T08:30:00.000Z")
    messages = [
        raw(at=Place(0, 0)),
        raw(at=Place(1, 0)),
        raw(offset=8, at=Place(0, 1)),
        raw(topic="another", at=Place(0, 2)),
        Raw(Place(0, 3), None, b"?", []),
        Raw(Place(0, 4), None, None, mark_headers(mark)),
    ]
    found = folded(messages, TOPIC)
    assert found.copies == {source: [Place(0, 0), Place(1, 0)], letter(offset=8).source: [Place(0, 1)]}
    assert (found.repeats, found.foreign, found.elsewhere, found.marks) == (1, 1, 1, {source: mark})
