"""Repairs of the fields of an object. Pure; each changes the object in place and leaves what it cannot mend."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

import msgspec
from msgspec import inspect

from winepipeline_events.inventory import AdjustmentType, InventoryAdjusted
from winepipeline_events.order import OrderCreated

Document = dict[str, Any]

ORDER, MOVEMENT = (str(each.__struct_config__.tag) for each in (OrderCreated, InventoryAdjusted))

_NUMBER = re.compile(r"\s*(-?\d{1,15})(\.\d{1,15})?\s*")
_NAIVE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message was read, for what is made up in its place.

    Attributes:
        topic, partition, offset: its place.
        timestamp_ms: when it was produced, in milliseconds since 1970.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int


def fold_case(document: Document, _: Source) -> None:
    """The event's type and every field with a list of allowed values: another case, blanks around, - for _."""
    _fold(document, "event_type", (ORDER, MOVEMENT))
    for place, name, info in _leaves(document):
        if isinstance(info, inspect.EnumType):
            _fold(place, name, tuple(str(member.value) for member in info.cls))


def infer_event_type(document: Document, _: Source) -> None:
    """A missing event_type, from a field that only one type has."""
    if "event_type" in document:
        return
    order, movement = "order_id" in document, "adjustment_type" in document
    if order != movement:
        document["event_type"] = ORDER if order else MOVEMENT


def fill_schema_version(document: Document, _: Source) -> None:
    """A missing schema_version becomes 1."""
    if document.get("schema_version") is None:
        document["schema_version"] = 1


def fill_event_id(document: Document, source: Source) -> None:
    """A missing event_id becomes the place of the message: the same however often it is repaired."""
    if document.get("event_id") is None:
        place = f"{source.partition}-{source.offset}"
        document["event_id"] = f"{source.topic[: 63 - len(place)]}-{place}"


def fill_timestamp(document: Document, source: Source) -> None:
    """A missing timestamp becomes the time at which the message was produced."""
    if document.get("timestamp") is None and source.timestamp_ms > 0:
        moment = dt.datetime.fromtimestamp(source.timestamp_ms / 1000, dt.UTC)
        document["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def assume_utc(document: Document, _: Source) -> None:
    """A timestamp without a time zone is taken for UTC."""
    stamp = document.get("timestamp")
    if isinstance(stamp, str) and (found := _NAIVE.fullmatch(stamp.strip())):
        clock = found[2] if found[2].count(":") > 1 else f"{found[2]}:00"
        document["timestamp"] = f"{found[1]}T{clock}Z"


def coerce_numbers(document: Document, _: Source) -> None:
    """Numbers that were written as texts."""
    for place, name, info in _leaves(document):
        value = place[name]
        if isinstance(value, str) and (found := _NUMBER.fullmatch(value)):
            if isinstance(info, inspect.IntType) and not (found[2] or "").strip(".0"):
                place[name] = int(found[1])
            elif isinstance(info, inspect.FloatType):
                place[name] = float(found[0])


def drop_unknown_fields(document: Document, _: Source) -> None:
    """Fields that the event's type does not have: what makes a message too large or too deep is often one of them."""
    known = _type_of(document)
    if known is not None:
        _drop_unknown(document, known, {"event_type"})


def recompute_total(document: Document, _: Source) -> None:
    """An order's total becomes quantity × unit_price × (1 - discount), to the cent."""
    quantity, price, discount = (document.get(name) for name in ("quantity", "unit_price", "discount"))
    if document.get("event_type") == ORDER and _is_number(quantity) and _is_number(price) and _is_number(discount):
        document["total"] = round(quantity * price * (1 - discount), 2)


def fix_sign(document: Document, _: Source) -> None:
    """A replenishment adds and spoilage takes away: the sign of quantity_change follows the adjustment_type."""
    change = document.get("quantity_change")
    if document.get("event_type") == MOVEMENT and _is_number(change):
        signs = {AdjustmentType.REPLENISHMENT.value: 1, AdjustmentType.SPOILAGE.value: -1}
        kind = document.get("adjustment_type")
        if isinstance(kind, str) and kind in signs:
            document["quantity_change"] = abs(change) * signs[kind]


FieldRepair = Callable[[Document, Source], None]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fold(place: Document, name: str, allowed: tuple[str, ...]) -> None:
    value = place.get(name)
    if isinstance(value, str) and value not in allowed:
        wanted = [each for each in allowed if _plain(each) == _plain(value)]
        if len(wanted) == 1:
            place[name] = wanted[0]


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).casefold()


def _type_of(document: Document) -> type[msgspec.Struct] | None:
    types: dict[object, type[msgspec.Struct]] = {ORDER: OrderCreated, MOVEMENT: InventoryAdjusted}
    tag = document.get("event_type")
    return types.get(tag) if isinstance(tag, str) else None


def _leaves(document: Document) -> Iterator[tuple[Document, str, inspect.Type]]:
    """Each plain field that is there: the object it stands in, its name and its type."""
    known = _type_of(document)
    if known is not None:
        info = inspect.type_info(known)
        assert isinstance(info, inspect.StructType)  # noqa: S101 - what `type_info` gives for a Struct
        yield from list(_leaves_of(document, info))


def _leaves_of(place: Document, info: inspect.StructType) -> Iterator[tuple[Document, str, inspect.Type]]:
    for field in info.fields:
        value = place.get(field.encode_name)
        if isinstance(field.type, inspect.StructType):
            if isinstance(value, dict):
                yield from _leaves_of(value, field.type)
        elif value is not None:
            yield place, field.encode_name, field.type


def _drop_unknown(place: Document, struct: type[msgspec.Struct], besides: set[str]) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for name in [name for name in place if name not in fields and name not in besides]:
        del place[name]
    for name, kind in fields.items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(place.get(name), dict):
            _drop_unknown(place[name], kind, set())
