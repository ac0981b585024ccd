"""Repairs mend what they are for, touch nothing that is right, and never make an event of what is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_events.fault import Rejection
from winepipeline_events.repair import NAMES, REPAIRS, repaired
from winepipeline_events.repair_fields import Source
from winepipeline_events.validation import Limits, validate
from winepipeline_producer.malformed import FLAWS, TOO_LARGE
from winepipeline_producer.stream import Recipe, Stream

LIMITS = Limits()
SOURCE = Source("sales_events", 3, 1042, 1_795_000_000_123)
EVENTS = [each.value or b"" for each in Stream(Recipe(), seed=5).take(40, 1_795_000_000_000)]
ORDER = next(each for each in EVENTS if b"ORDER_CREATED" in each)
MOVEMENT = next(each for each in EVENTS if b"INVENTORY_ADJUSTED" in each)


def with_(event: bytes, **changes: Any) -> bytes:
    """The event with other values; None takes a field out."""
    document = {**json.loads(event), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


MENDED = {
    "utf16-to-utf8": b"\xff\xfe" + ORDER.decode().encode("utf-16-le"),
    "latin1-to-utf8": ORDER.replace(b'"name":"', b'"name":"Ros\xe9 \x80 \x81 ', 1),
    "python-to-json": str(json.loads(MOVEMENT)).encode(),
    "drop-trailing-commas": ORDER[:-1] + b', "note": [1, ], }',
    "trim-to-json": b"\xef\xbb\xbfINFO sent: " + ORDER + b" \x00",
    "unwrap": b"[" + ORDER + b"]",
    "infer-event-type": with_(MOVEMENT, event_type=None),
    "fold-case": with_(ORDER, event_type="Order-Created"),
    "drop-unknown-fields": with_(ORDER, note="x" * 1_048_576),
    "fill-schema-version": with_(ORDER, schema_version=None),
    "fill-event-id": with_(ORDER, event_id=None),
    "fill-timestamp": with_(MOVEMENT, timestamp=None),
    "assume-utc": with_(ORDER, timestamp="2026-11-24 08:30"),
    "coerce-numbers": with_(
        ORDER, quantity=str(json.loads(ORDER)["quantity"]), total=f" {json.loads(ORDER)['total']}", customer_id="42.0"
    ),
    "recompute-total": with_(ORDER, total=1.5),
    "fix-sign": with_(MOVEMENT, adjustment_type="SPOILAGE", quantity_change=6),
}


def test_every_repair_has_an_example() -> None:
    """Each repair that is offered is shown to work."""
    assert set(MENDED) == set(NAMES)
    assert all(repair.words.endswith(".") for repair in REPAIRS)


@pytest.mark.parametrize(("name", "value"), MENDED.items(), ids=MENDED)
def test_a_repair_mends_what_it_is_for(name: str, value: bytes) -> None:
    """A letter with the fault that a repair is for becomes an event by that repair alone, and by no other."""
    assert isinstance(validate(value, LIMITS), Rejection)
    found = repaired(value, [name], SOURCE, LIMITS)
    assert (found.rejection, found.applied) == (None, (name,))
    others = repaired(value, [each for each in NAMES if each != name], SOURCE, LIMITS)
    assert others.rejection is not None
    assert (others.value, others.applied) == (value, ())


@pytest.mark.parametrize("event", EVENTS[:10])
def test_an_event_is_left_as_it_is(event: bytes) -> None:
    """What is right is never changed, not by a byte."""
    assert repaired(event, NAMES, SOURCE, LIMITS).value == event


UNMENDABLE = {
    "an empty message": b"",
    "two events in one": ORDER + b"\n" + MOVEMENT,
    "a list of two": b"[" + ORDER + b"," + ORDER + b"]",
    "a type that nobody knows": with_(ORDER, event_type="ORDER_CANCELLED"),
    "a number in words": with_(ORDER, quantity="three"),
    "half a bottle": with_(ORDER, quantity="1.5"),
    "nothing to tell the type by": b'{"event_id": "e-1"}',
    "both types at once": with_(ORDER, event_type=None, adjustment_type="SPOILAGE"),
    "no customer": with_(ORDER, customer_id=None),
    "a change of nothing": with_(MOVEMENT, quantity_change=0),
}


@pytest.mark.parametrize("value", UNMENDABLE.values(), ids=UNMENDABLE)
def test_nothing_is_guessed(value: bytes) -> None:
    """Where a repair would have to guess what was meant, the letter stays a letter and says why."""
    assert repaired(value, NAMES, SOURCE, LIMITS).rejection is not None


def test_what_is_filled_in_comes_from_the_message() -> None:
    """An event id and a time that were missing are the same however often a letter is repaired."""
    found = repaired(with_(ORDER, event_id=None, timestamp=None), NAMES, SOURCE, LIMITS)
    document = json.loads(found.value or b"")
    assert document["event_id"] == "sales_events-3-1042"
    assert document["timestamp"] == "2026-11-18T11:06:40.123Z"
    assert found == repaired(with_(ORDER, event_id=None, timestamp=None), NAMES, SOURCE, LIMITS)


spoilt = st.builds(
    lambda flaw, event: flaw.spoil(event),
    st.sampled_from([*FLAWS, TOO_LARGE]).filter(lambda flaw: flaw.event_type is None),
    st.sampled_from(EVENTS),
)


@given(spoilt | st.binary(max_size=200) | st.none(), st.sets(st.sampled_from(NAMES)))
def test_laws(value: bytes | None, names: set[str]) -> None:
    """Only what was asked for is done, the verdict is that of the strict validation, and twice changes no more."""
    found = repaired(value, names, SOURCE, LIMITS)
    verdict = validate(found.value, LIMITS)
    assert set(found.applied) <= names
    assert found.rejection == (verdict if isinstance(verdict, Rejection) else None)
    assert (found.value == value) == (not found.applied)
    assert repaired(found.value, names, SOURCE, LIMITS).value == found.value
