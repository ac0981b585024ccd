"""Is this message an event? The law for one message; the consumer's batches obey the same one.

`validate` is the definition. A fast path may use its pieces (`decode`, `inconsistency`) on many messages at
once, as long as it turns away exactly the same messages; `diagnose` then says why.
"""

from dataclasses import dataclass

import msgspec

from winepipeline_events.constraint import constraints
from winepipeline_events.fault import Rejection, describe_fault, shown
from winepipeline_events.inventory import AdjustmentType, InventoryAdjusted
from winepipeline_events.nesting import nests_deeper
from winepipeline_events.order import OrderCreated
from winepipeline_events.reason import Reason

Event = OrderCreated | InventoryAdjusted
EVENT_TYPES: tuple[type[Event], ...] = (OrderCreated, InventoryAdjusted)
TYPE_NAMES: tuple[str, ...] = tuple(str(each.__struct_config__.tag) for each in EVENT_TYPES)

HALF_A_CENT = 0.005 + 1e-8
"""How far a total may be from the exact product: half a cent, and what binary fractions add to it."""

decode = msgspec.json.Decoder[Event](OrderCreated | InventoryAdjusted).decode
"""`bytes -> Event`; raises `msgspec.MsgspecError`, `UnicodeDecodeError` or `RecursionError`."""

_CONSTRAINTS = {name: constraints(each) for name, each in zip(TYPE_NAMES, EVENT_TYPES, strict=True)}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a message may be at most.

    Attributes:
        event_bytes: the largest value, in bytes.
        depth: the deepest nesting of objects and arrays; an event of ours has 2.
    """

    event_bytes: int = 1_048_576
    depth: int = 32


def validate(value: bytes | None, limits: Limits) -> Event | Rejection:
    """The event in a Kafka message's value, or why there is none.

    Args:
        value: the message's value as it came; None for a tombstone.
        limits: sizes beyond which a message is not looked at.
    """
    if value is None or _fault_of_form(value, limits) is not None:
        return diagnose(value, limits)
    try:
        event = decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return diagnose(value, limits)
    wrong = inconsistency(event)
    return event if wrong is None else Rejection(Reason.INCONSISTENT, wrong)


def inconsistency(event: Event) -> str | None:
    """What contradicts itself in an event whose fields are each well formed; None when nothing does."""
    if isinstance(event, OrderCreated):
        exact = event.quantity * event.unit_price * (1 - event.discount)
        if abs(exact - event.total) <= HALF_A_CENT:
            return None
        return (
            f"$.total: got {event.total}, allowed: quantity × unit_price × (1 - discount) = "
            f"{event.quantity} × {event.unit_price} × (1 - {event.discount}) = {exact:.2f}"
        )
    change = event.quantity_change
    if change == 0:
        return "$.quantity_change: got 0, allowed: a change, so any number but 0"
    if event.adjustment_type is AdjustmentType.REPLENISHMENT and change < 0:
        return f"$.quantity_change: got {change}, allowed: a REPLENISHMENT adds, so above 0"
    if event.adjustment_type is AdjustmentType.SPOILAGE and change > 0:
        return f"$.quantity_change: got {change}, allowed: SPOILAGE takes away, so below 0"
    return None


def diagnose(value: bytes | None, limits: Limits) -> Rejection:
    """Why `value` is no event.

    Raises:
        ValueError: it is one; a fast path that says otherwise is wrong.
    """
    if value is None:
        return Rejection(Reason.EMPTY_VALUE, "the value is null (a tombstone), allowed: one JSON object")
    form = _fault_of_form(value, limits)
    if form is not None:
        return form
    try:
        document = msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Rejection(Reason.NOT_JSON, f"{error}; got {shown(value)}, allowed: one JSON object")
    if not isinstance(document, dict):
        return Rejection(Reason.NOT_AN_OBJECT, f"$: got {shown(document)}, allowed: an object")
    try:
        event = decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        tag = document.get("event_type")
        fields = _CONSTRAINTS.get(tag, {}) if isinstance(tag, str) else {}
        return describe_fault(str(error), document, fields, TYPE_NAMES)
    wrong = inconsistency(event)
    if wrong is None:
        raise ValueError(f"a valid event was to be diagnosed: {shown(value)}")
    return Rejection(Reason.INCONSISTENT, wrong)


def _fault_of_form(value: bytes, limits: Limits) -> Rejection | None:
    """What is wrong with the bytes before anybody reads them as JSON."""
    if not value or value.isspace():
        return Rejection(Reason.EMPTY_VALUE, f"the value is {len(value)} bytes of nothing, allowed: one JSON object")
    if len(value) > limits.event_bytes:
        return Rejection(Reason.TOO_LARGE, f"got {len(value)} bytes, allowed: at most {limits.event_bytes}")
    try:
        value.decode()
    except UnicodeDecodeError as error:
        got = value[error.start : error.start + 4].hex(" ")
        return Rejection(Reason.NOT_UTF8, f"byte {error.start}: got {got}, {error.reason}, allowed: UTF-8")
    if nests_deeper(value, limits.depth):
        return Rejection(Reason.TOO_DEEP, f"got more than {limits.depth} levels of nesting, allowed: {limits.depth}")
    return None
