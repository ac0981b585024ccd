"""What is an event, and what each message that is none is told."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sample_events import MOVEMENT, ORDER
from winepipeline_events.fault import Rejection
from winepipeline_events.order import OrderCreated
from winepipeline_events.reason import Reason
from winepipeline_events.schema import documents
from winepipeline_events.validation import Limits, decode, diagnose, validate

LIMITS = Limits()


def with_(event: dict[str, Any], path: str, value: Any) -> bytes:
    """The event as JSON with one value put at a dotted path."""
    changed = json.loads(json.dumps(event))
    *above, last = path.split(".")
    place = changed
    for step in above:
        place = place[step]
    place[last] = value
    return json.dumps(changed, ensure_ascii=False).encode()


def without(event: dict[str, Any], path: str) -> bytes:
    """The event as JSON with what stands at a dotted path taken out."""
    changed = json.loads(json.dumps(event))
    *above, last = path.split(".")
    place = changed
    for step in above:
        place = place[step]
    del place[last]
    return json.dumps(changed).encode()


CASES: list[tuple[str, bytes | None, Reason, str]] = [
    ("tombstone", None, Reason.EMPTY_VALUE, "tombstone"),
    ("empty", b"", Reason.EMPTY_VALUE, "0 bytes"),
    ("blank", b" \n", Reason.EMPTY_VALUE, "2 bytes"),
    ("latin-1", "Rosé".encode("latin-1"), Reason.NOT_UTF8, "byte 3: got e9"),
    (
        "latin-1 in a field nobody reads",
        with_(ORDER, "note", "é").decode().encode("latin-1", "ignore"),
        Reason.NOT_UTF8,
        "UTF-8",
    ),
    ("words", b"bonjour", Reason.NOT_JSON, "bonjour"),
    ("cut off", json.dumps(ORDER).encode()[:-1], Reason.NOT_JSON, "truncated"),
    ("two events", json.dumps(ORDER).encode() * 2, Reason.NOT_JSON, "trailing"),
    ("not a number", with_(ORDER, "total", float("nan")), Reason.NOT_JSON, "malformed"),
    ("array", b"[1]", Reason.NOT_AN_OBJECT, "got [1]"),
    ("number", b"7", Reason.NOT_AN_OBJECT, "7"),
    ("unknown type", with_(ORDER, "event_type", "ORDER_EATEN"), Reason.UNKNOWN_TYPE, "ORDER_CREATED"),
    ("no type", without(ORDER, "event_type"), Reason.MISSING_FIELD, "$.event_type: missing"),
    ("type of a wrong type", with_(ORDER, "event_type", 7), Reason.WRONG_TYPE, "$.event_type: got 7"),
    ("no total", without(ORDER, "total"), Reason.MISSING_FIELD, "$.total: missing"),
    ("no region", without(ORDER, "product.region"), Reason.MISSING_FIELD, "$.product.region: missing"),
    ("text for a number", with_(ORDER, "quantity", "three"), Reason.WRONG_TYPE, '$.quantity: got "three"'),
    ("fraction of a bottle", with_(ORDER, "quantity", 1.5), Reason.WRONG_TYPE, "a whole number"),
    ("null", with_(ORDER, "customer_id", None), Reason.WRONG_TYPE, "$.customer_id: got null"),
    ("text for an object", with_(ORDER, "product", "wine"), Reason.WRONG_TYPE, "an object with id"),
    ("no time zone", with_(ORDER, "timestamp", "2026-11-24T08:30:00"), Reason.WRONG_TYPE, "time zone"),
    ("no timestamp", with_(ORDER, "timestamp", "yesterday"), Reason.WRONG_TYPE, '"yesterday"'),
    ("no bottles", with_(ORDER, "quantity", 0), Reason.OUT_OF_RANGE, "from 1 and up to 10000"),
    ("a discount of all", with_(ORDER, "discount", 1), Reason.OUT_OF_RANGE, "$.discount: got 1"),
    ("no such channel", with_(ORDER, "channel", "Boutique Lille"), Reason.OUT_OF_RANGE, "Boutique Lyon"),
    ("no such category", with_(MOVEMENT, "product.category", "Rouge"), Reason.OUT_OF_RANGE, "Rouge 🍷"),
    ("a name too long", with_(ORDER, "product.name", "a" * 201), Reason.OUT_OF_RANGE, "1 to 200 characters"),
    ("later schema", with_(ORDER, "schema_version", 2), Reason.OUT_OF_RANGE, "$.schema_version: got 2"),
    ("a vast number", with_(ORDER, "customer_id", 10**30), Reason.OUT_OF_RANGE, "$.customer_id"),
    ("wrong sum", with_(ORDER, "total", 66.16), Reason.INCONSISTENT, "66.15"),
    ("spoilage that adds", with_(MOVEMENT, "quantity_change", 12), Reason.INCONSISTENT, "below 0"),
    ("movement of nothing", with_(MOVEMENT, "quantity_change", 0), Reason.INCONSISTENT, "any number but 0"),
    (
        "replenishment that takes",
        with_(MOVEMENT, "adjustment_type", "REPLENISHMENT"),
        Reason.INCONSISTENT,
        "above 0",
    ),
    ("too large", b"x" * (LIMITS.event_bytes + 1), Reason.TOO_LARGE, "1048577 bytes"),
    ("too deep", with_(ORDER, "note", json.loads("[" * 40 + "]" * 40)), Reason.TOO_DEEP, "32"),
    ("bottomless", b"[" * 100_000, Reason.TOO_DEEP, "32"),
]


@pytest.mark.parametrize(("value", "reason", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_malformed_message_is_told_its_reason_and_what_was_allowed(
    value: bytes | None, reason: Reason, said: str
) -> None:
    """An operator reads in the dead letter which rule was broken, where, by which value, and what is allowed."""
    rejection = validate(value, LIMITS)
    assert isinstance(rejection, Rejection), rejection
    assert (rejection.reason, said in rejection.detail, "allowed" in rejection.detail) == (reason, True, True), (
        rejection
    )


def test_every_reason_that_a_message_can_have_is_shown_above() -> None:
    """A new reason does not go into the product without an example."""
    assert {case[2] for case in CASES} == set(Reason) - {Reason.REFUSED_BY_WAREHOUSE}


@pytest.mark.parametrize("event", [ORDER, MOVEMENT, {**ORDER, "a_later_field": {"of": ["any", "kind"]}}])
def test_an_event_passes_and_fields_that_we_do_not_know_do_no_harm(event: dict[str, Any]) -> None:
    """A source may add fields before we know them, and its sales still arrive."""
    assert not isinstance(validate(json.dumps(event).encode(), LIMITS), Rejection)


def test_brackets_inside_strings_are_no_nesting() -> None:
    """A comment full of brackets does not cost a sale."""
    assert isinstance(validate(with_(ORDER, "note", "[{" * 100 + '\\"'), LIMITS), OrderCreated)


def test_a_valid_event_cannot_be_diagnosed() -> None:
    """A fast path that turns away what is valid fails loudly instead of losing a sale."""
    with pytest.raises(ValueError, match="a valid event"):
        diagnose(json.dumps(ORDER).encode(), LIMITS)


@given(st.integers(1, 10_000), st.integers(1, 100_000_000), st.integers(0, 99))
def test_any_total_rounded_to_the_cent_is_consistent(quantity: int, cents: int, percent: int) -> None:
    """However a shop rounds half a cent, its honest total is accepted."""
    exact = quantity * cents * (100 - percent)  # in hundredths of a cent
    for total in {exact // 100, -(-exact // 100)} if exact % 100 == 50 else {round(exact / 100)}:
        event = {**ORDER, "quantity": quantity, "unit_price": cents / 100, "discount": percent / 100}
        found = validate(json.dumps({**event, "total": total / 100}).encode(), LIMITS)
        assert not (isinstance(found, Rejection) and found.reason is Reason.INCONSISTENT), found


@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_bytes_at_all_end_as_an_event_or_a_rejection(junk: Any) -> None:
    """No message, however mangled, raises and so stops the consumer."""
    value = junk if isinstance(junk, bytes) else json.dumps(junk).encode()
    assert isinstance(validate(value, LIMITS), Rejection)


def test_what_is_decoded_is_encoded_again_alike() -> None:
    """The types lose nothing of an event."""
    event = decode(json.dumps(ORDER).encode())
    assert msgspec.json.decode(msgspec.json.encode(event)) == {**ORDER, "timestamp": "2026-11-24T08:30:00.123000Z"}


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_published_schema_is_the_code_s(name: str) -> None:
    """Who writes a producer from docs/reference/ writes events that we accept."""
    assert (Path(__file__).parents[3] / "docs/reference" / name).read_text() == documents()[name], "run `make docs`"
