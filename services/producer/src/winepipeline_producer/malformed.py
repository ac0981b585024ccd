"""Events spoilt on purpose, one way for each thing that goes wrong between systems. Pure.

Each flaw is named for the reason that the validation must give for it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from winepipeline_events.reason import Reason

Chance = Callable[[], float]
"""Draws a number, 0 to below 1."""

TOO_LARGE_SHARE = 0.005
"""Of the malformed events; each is a megabyte."""

_TOO_LARGE_BYTES = 1_048_576
_TOO_DEEP_LEVELS = 40


class Flaw(NamedTuple):
    """A way to spoil an event.

    Attributes:
        reason: why the message will be turned away.
        words: what was done to it.
        spoil: from the event's bytes to the message's.
        event_type: the only type that it fits; None when it fits both.
    """

    reason: Reason
    words: str
    spoil: Callable[[bytes], bytes | None]
    event_type: str | None = None


def malformed(event: bytes, chance: Chance) -> tuple[str, bytes | None]:
    """What was done to the event, in words, and what became of it."""
    if chance() < TOO_LARGE_SHARE:
        flaw = TOO_LARGE
    else:
        fitting = _ORDER_FLAWS if event.startswith(b'{"event_type":"ORDER_CREATED"') else _MOVEMENT_FLAWS
        same_reason = fitting[int(chance() * len(fitting))]
        flaw = same_reason[int(chance() * len(same_reason))]
    return f"{flaw.reason}: {flaw.words}", flaw.spoil(event)


def _put(path: str, value: Any) -> Callable[[bytes], bytes]:
    """Another value at a dotted path."""

    def spoil(event: bytes) -> bytes:
        document, place, last = _at(event, path)
        place[last] = value
        return msgspec.json.encode(document)

    return spoil


def _without(path: str) -> Callable[[bytes], bytes]:
    def spoil(event: bytes) -> bytes:
        document, place, last = _at(event, path)
        del place[last]
        return msgspec.json.encode(document)

    return spoil


def _changed(path: str, change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Another value at a dotted path, made from the one there."""

    def spoil(event: bytes) -> bytes:
        document, place, last = _at(event, path)
        place[last] = change(place[last])
        return msgspec.json.encode(document)

    return spoil


def _at(event: bytes, path: str) -> tuple[Any, Any, str]:
    """The document, the object in it that holds the path's last step, and that step."""
    document = place = msgspec.json.decode(event)
    *above, last = path.split(".")
    for step in above:
        place = place[step]
    return document, place, last


def _reopened(addition: bytes) -> Callable[[bytes], bytes]:
    """One more field, written by hand."""
    return lambda event: event[:-1] + addition + b"}"


ORDER, MOVEMENT = "ORDER_CREATED", "INVENTORY_ADJUSTED"

TOO_LARGE = Flaw(
    Reason.TOO_LARGE,
    "a note of a megabyte",
    lambda event: event[:-1] + b',"note":"' + b"x" * (_TOO_LARGE_BYTES - len(event)) + b'"}',
)

FLAWS = (
    Flaw(Reason.EMPTY_VALUE, "a tombstone", lambda _: None),
    Flaw(Reason.EMPTY_VALUE, "no bytes", lambda _: b""),
    Flaw(Reason.EMPTY_VALUE, "blanks", lambda _: b" \r\n"),
    Flaw(Reason.NOT_UTF8, "an é in Latin-1", lambda event: event.replace(b'"name":"', b'"name":"Ros\xe9 ', 1)),
    Flaw(Reason.NOT_UTF8, "half an emoji", lambda event: event.replace(b'","region"', b'\xf0\x9f","region"', 1)),
    Flaw(Reason.NOT_UTF8, "UTF-16", lambda event: b"\xff\xfe" + event.decode().encode("utf-16-le")),
    Flaw(Reason.NOT_JSON, "cut off", lambda event: event[: len(event) * 2 // 3].decode(errors="ignore").encode()),
    Flaw(Reason.NOT_JSON, "Python's quotes", lambda event: str(msgspec.json.decode(event)).encode()),
    Flaw(Reason.NOT_JSON, "a comma too many", _reopened(b",")),
    Flaw(Reason.NOT_JSON, "NaN", _reopened(b',"weight":NaN')),
    Flaw(Reason.NOT_JSON, "two events in one", lambda event: event + b"\n" + event),
    Flaw(Reason.NOT_JSON, "CSV", lambda event: b"ORDER_CREATED;%d;2026-11-24" % len(event)),
    Flaw(Reason.NOT_AN_OBJECT, "in a list", lambda event: b"[" + event + b"]"),
    Flaw(Reason.NOT_AN_OBJECT, "encoded twice", lambda event: msgspec.json.encode(event.decode())),
    Flaw(Reason.NOT_AN_OBJECT, "null", lambda _: b"null"),
    Flaw(Reason.UNKNOWN_TYPE, "ORDER_CANCELLED", _put("event_type", "ORDER_CANCELLED")),
    Flaw(Reason.UNKNOWN_TYPE, "lower case", _changed("event_type", str.lower)),
    Flaw(Reason.MISSING_FIELD, "no event_type", _without("event_type")),
    Flaw(Reason.MISSING_FIELD, "no event_id", _without("event_id")),
    Flaw(Reason.MISSING_FIELD, "no timestamp", _without("timestamp")),
    Flaw(Reason.MISSING_FIELD, "no product.category", _without("product.category")),
    Flaw(Reason.MISSING_FIELD, "no customer_id", _without("customer_id"), ORDER),
    Flaw(Reason.MISSING_FIELD, "no warehouse", _without("warehouse"), MOVEMENT),
    Flaw(Reason.WRONG_TYPE, "a product id as text", _changed("product.id", str)),
    Flaw(Reason.WRONG_TYPE, "a date as people write it", _put("timestamp", "24/11/2026 08:30")),
    Flaw(Reason.WRONG_TYPE, "a quantity as text", _changed("quantity", str), ORDER),
    Flaw(Reason.WRONG_TYPE, "a discount in per cent", _put("discount", "10 %"), ORDER),
    Flaw(Reason.WRONG_TYPE, "null for a change", _put("quantity_change", None), MOVEMENT),
    Flaw(Reason.OUT_OF_RANGE, "a vintage before the vine", _put("product.vintage", 12)),
    Flaw(Reason.OUT_OF_RANGE, "a category of its own", _put("product.category", "Cidre 🍏")),
    Flaw(Reason.OUT_OF_RANGE, "a schema of the future", _put("schema_version", 99)),
    Flaw(Reason.OUT_OF_RANGE, "no bottles", _put("quantity", 0), ORDER),
    Flaw(Reason.OUT_OF_RANGE, "francs", _put("currency", "FRF"), ORDER),
    Flaw(Reason.OUT_OF_RANGE, "more than all let off", _put("discount", 1.5), ORDER),
    Flaw(Reason.OUT_OF_RANGE, "more bottles than there are", _put("quantity_change", 10_000_000), MOVEMENT),
    Flaw(Reason.INCONSISTENT, "a cent and more off", _changed("total", lambda total: round(total + 0.02, 2)), ORDER),
    Flaw(Reason.INCONSISTENT, "a total before the discount", _changed("total", lambda total: total * 2 + 1), ORDER),
    Flaw(Reason.INCONSISTENT, "a change of nothing", _put("quantity_change", 0), MOVEMENT),
    Flaw(
        Reason.INCONSISTENT,
        "spoilage that adds",
        lambda event: _put("adjustment_type", "SPOILAGE")(_put("quantity_change", 6)(event)),
        MOVEMENT,
    ),
    Flaw(
        Reason.TOO_DEEP,
        "lists in lists",
        _reopened(b',"note":' + b"[" * _TOO_DEEP_LEVELS + b"]" * _TOO_DEEP_LEVELS),
    ),
)
"""All but the too large, which is drawn apart."""


def _by_reason(event_type: str) -> tuple[tuple[Flaw, ...], ...]:
    """The flaws that fit a type, those of one reason together, so that each reason is as likely."""
    fitting = [flaw for flaw in FLAWS if flaw.event_type in (None, event_type)]
    return tuple(tuple(flaw for flaw in fitting if flaw.reason is reason) for reason in _reasons(fitting))


def _reasons(flaws: list[Flaw]) -> list[Reason]:
    return list(dict.fromkeys(flaw.reason for flaw in flaws))


_ORDER_FLAWS = _by_reason(ORDER)
_MOVEMENT_FLAWS = _by_reason(MOVEMENT)
