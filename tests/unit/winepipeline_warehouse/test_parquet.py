"""What is written into a file is what was read from the topic."""

import io
import itertools
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.reason import Reason
from winepipeline_warehouse.parquet import encode_rejected, encode_rows
from winepipeline_warehouse.rows import PREVIEW_BYTES, RejectedRow, Rows

Event = tuple[int, int, int, str]
"""Partition, offset, timestamp and content."""

events: st.SearchStrategy[list[Event]] = st.lists(
    st.tuples(
        st.integers(0, 2**31 - 1),
        st.integers(0, 2**62),
        st.integers(-1, 2**50),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    ),
    max_size=10,
)


def rows_of(found: list[Event]) -> Rows:
    contents = [event[3].encode() for event in found]

    def column(place: int, kind: Any) -> Any:
        return np.array([event[place] for event in found], kind)

    return Rows(
        partitions=column(0, np.int32),
        offsets=column(1, np.int64),
        timestamps_ms=column(2, np.int64),
        contents=(b"".join(contents),) if contents else (),
        lengths=np.array(list(map(len, contents)), np.int32),
    )


def read(file: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(io.BytesIO(file)).to_pylist()
    return found


def as_dictionaries(found: list[Event]) -> list[dict[str, Any]]:
    return [
        {
            "KAFKA_PARTITION": partition,
            "KAFKA_OFFSET": offset,
            "KAFKA_TIMESTAMP": timestamp,
            "EVENT_CONTENT": content,
        }
        for partition, offset, timestamp, content in found
    ]


@given(st.lists(events.filter(bool), min_size=1, max_size=4))
def test_a_file_of_events_says_what_they_were(parts: list[list[Event]]) -> None:
    """Every event arrives with its place, time and very text, however the slices were cut."""
    file = encode_rows(Rows.join([rows_of(part) for part in parts]))
    assert read(file) == as_dictionaries([event for part in parts for event in part])


@given(st.lists(events, min_size=1, max_size=4), st.data())
def test_rows_can_be_taken_out_and_joined_again(parts: list[list[Event]], data: st.DataObject) -> None:
    """Cutting a load into pieces loses and doubles nothing, not even where a piece is empty."""
    whole = Rows.join([rows_of(part) for part in parts])
    found = [event for part in parts for event in part]
    assert len(whole) == len(found)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(found)), max_size=3)))
    bounds = [0, *cuts, len(found)]
    pieces = [whole.take(start, stop) for start, stop in itertools.pairwise(bounds)]
    for (start, stop), piece in zip(itertools.pairwise(bounds), pieces, strict=True):
        assert piece.content_bytes == sum(len(event[3].encode()) for event in found[start:stop])
    again = Rows.join(pieces)
    assert b"".join(again.contents) == b"".join(whole.contents)
    if found:
        assert read(encode_rows(again)) == as_dictionaries(found)


def test_no_rows_are_no_rows() -> None:
    """A batch of dead letters alone has an empty half."""
    assert (len(Rows.none()), Rows.none().content_bytes) == (0, 0)


rejected_rows = st.builds(
    RejectedRow,
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**62),
    timestamp_ms=st.integers(-1, 2**50),
    reason=st.sampled_from(Reason),
    detail=st.text(max_size=50) | st.sampled_from(["\ud800", "a\0b"]),
    value=st.none() | st.binary(max_size=40) | st.just("🍷".encode() * 2000),
)


@given(st.lists(rejected_rows, min_size=1, max_size=5))
def test_a_file_of_rejects_can_always_be_written(rejected: list[RejectedRow]) -> None:
    """No bytes, however mangled, stop the consumer when they are turned away; their beginning can be read."""
    for row, found in zip(rejected, read(encode_rejected(rejected)), strict=True):
        assert (found["REASON"], found["DETAIL"]) == (row.reason.value, row.words)
        assert (found["KAFKA_PARTITION"], found["KAFKA_OFFSET"]) == (row.partition, row.offset)
        assert found["KAFKA_TIMESTAMP"] == row.timestamp_ms
        assert found["EVENT_PREVIEW"] == row.preview
        assert "\0" not in found["EVENT_PREVIEW"] + found["DETAIL"]


def test_what_is_readable_stays_as_it_is() -> None:
    """A person reads the value itself, cut where it is long, and never a broken character as a question mark."""
    row = RejectedRow(0, 0, 0, Reason.NOT_JSON, "got é", 'Rosé 🌸\0\n"'.encode() + b"\xff")
    assert (row.words, row.preview) == ("got é", 'Rosé 🌸\\x00\n"\\xff')
    long = RejectedRow(0, 0, 0, Reason.TOO_LARGE, "", b"x" * 10 * PREVIEW_BYTES)
    assert long.preview == "x" * PREVIEW_BYTES
    assert RejectedRow(0, 0, 0, Reason.EMPTY_VALUE, "", None).preview == ""
