"""Messages and batches for the tests: valid, mutated, and taken apart."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.unit.sample_events import MOVEMENT, ORDER, PRODUCT
from winepipeline_consumer.letter import Headers, Letter
from winepipeline_consumer.sift import Slice
from winepipeline_events.fault import Rejection
from winepipeline_events.reason import Reason
from winepipeline_events.validation import Limits
from winepipeline_warehouse.rows import Rows

LIMITS = Limits(event_bytes=3000, depth=6)
"""Small, so that examples come to them."""


def encoded(event: Any) -> bytes:
    """The JSON that a producer sends."""
    return json.dumps(event, ensure_ascii=False).encode(errors="surrogatepass")


def slice_of(values: Sequence[bytes | None]) -> Slice:
    """A slice with places and times that tell its messages apart."""
    positions = np.arange(len(values), dtype=np.int64)
    return Slice(values, (positions % 3).astype(np.int32), positions * 7, positions * 1000 + 1)


def rows_at(places: Sequence[tuple[int, int]]) -> Rows:
    """One row for each (partition, offset); its content says which it is."""
    contents = [b'{"at":"%d/%d"}' % place for place in places]
    partitions, offsets = (np.array([place[axis] for place in places], np.int64) for axis in (0, 1))
    return Rows(
        partitions=partitions.astype(np.int32),
        offsets=offsets,
        timestamps_ms=offsets * 10,
        contents=(b"".join(contents),),
        lengths=np.array(list(map(len, contents)), np.int32),
    )


def letter_at(
    partition: int,
    offset: int,
    value: bytes | None = b"?",
    *,
    key: bytes | None = b"1000",
    headers: Headers | None = None,
    detail: str = "not JSON",
) -> Letter:
    """A dead letter from there."""
    return Letter(partition, offset, offset * 10, key, value, headers or [], Rejection(Reason.NOT_JSON, detail))


def places_of(rows: Rows) -> list[tuple[int, int]]:
    """Partition and offset of each row."""
    return list(zip(rows.partitions.tolist(), rows.offsets.tolist(), strict=True))


_JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([{}, [], [[[[[[[]]]]]]], {"a": {"b": {"c": {"d": {"e": {"f": {}}}}}}}, "x" * 201, 2**53, 1e300]),
)


@st.composite
def valid_events(draw: st.DrawFn) -> dict[str, Any]:
    """An event that passes, perhaps with fields that we do not know."""
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
    product = {**PRODUCT, "id": draw(st.integers(1, 2**53 - 1)), "name": draw(text)}
    if draw(st.booleans()):
        quantity, cents = draw(st.integers(1, 10_000)), draw(st.integers(1, 100_000))
        percent = draw(st.sampled_from([0, 5, 10, 33]))
        total = round(quantity * cents * (100 - percent) / 100) / 100
        event = {
            **ORDER,
            "product": product,
            "customer_id": draw(st.integers(1, 2**53 - 1)),
            "quantity": quantity,
            "unit_price": cents / 100,
            "discount": percent / 100,
            "total": total,
        }
    else:
        kind = draw(st.sampled_from(["REPLENISHMENT", "CORRECTION", "SPOILAGE"]))
        change = draw(st.integers(1, 100_000)) * (-1 if kind == "SPOILAGE" else 1)
        event = {**MOVEMENT, "product": product, "adjustment_type": kind, "quantity_change": change}
    if draw(st.booleans()):
        event["a_later_field"] = draw(st.sampled_from([1, "été", ["[[[["], {"of": ["any", {"kind": "{[{["}]}]))
    return event


@st.composite
def _mutated_events(draw: st.DrawFn) -> bytes:
    """An event with one value taken out or replaced, in the event or one level below."""
    event = json.loads(json.dumps(draw(valid_events())))
    place = event
    name = draw(st.sampled_from(sorted(place)))
    if isinstance(place[name], dict) and place[name] and draw(st.booleans()):
        place = place[name]
        name = draw(st.sampled_from(sorted(place)))
    if draw(st.booleans()):
        del place[name]
    else:
        place[name] = draw(_JUNK)
    return encoded(event)


@st.composite
def _mangled_bytes(draw: st.DrawFn) -> bytes:
    """An event with bytes put in, taken out or cut off."""
    value = encoded(draw(valid_events()))
    start = draw(st.integers(0, len(value)))
    stop = min(len(value), start + draw(st.integers(0, 3)))
    put = draw(st.sampled_from([b"", b"\xff", b"\x00", b"\xe2\x82", b'"', b"{", b"]", b"\\", b"\\ud800", b" ", b"9"]))
    return value[:start] + put + value[stop:] if draw(st.booleans()) else value[:start] + put


@st.composite
def _with_a_field_nobody_reads(draw: st.DrawFn) -> bytes:
    """An event with a field that we do not know, which holds what could only hide there."""
    hidden = draw(
        st.sampled_from(
            [
                b'"\xff"',
                b'"caf\xe9"',
                b'"\xed\xa0\x80"',
                b'"\\ud800"',
                b"[" * 5 + b"]" * 5,
                b"[" * 6 + b"]" * 6,
                b'{"a":' * 40 + b"1" + b"}" * 40,
                b'"' + b"[" * 60 + b'"',
                b'"' + b"x" * 3000 + b'"',
            ]
        )
    )
    event = encoded(draw(valid_events()))
    return event[:-1] + b',"note":' + hidden + b"}"


messages: st.SearchStrategy[bytes | None] = st.one_of(
    valid_events().map(encoded),
    valid_events().map(encoded),
    _mutated_events(),
    _mangled_bytes(),
    _with_a_field_nobody_reads(),
    st.binary(max_size=20),
    st.sampled_from([None, b"", b" \n", b"null", b"[]", b"{}", b"x" * 3001, b" " * 3001, b"[" * 2000]),
)
"""What a topic may hold."""
