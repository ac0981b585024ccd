"""Rows of SQLite as events: formatted as bytes, then judged as any other event. Pure, and the hot path.

An order with several lines becomes as many events, since an event is about one product: they share order number,
customer, time and channel. `event_id` follows from the history and the row's key: the same row is the same event,
however often it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from winepipeline_backfill.reading import Row
from winepipeline_events.fault import Rejection
from winepipeline_events.known import Known, decode_known
from winepipeline_events.validation import Limits, inconsistency, validate
from winepipeline_warehouse.rows import RejectedRow, Rows

ORDER_LINES_PARTITION = 0
MOVEMENTS_PARTITION = 1

_ORDER = (
    b'{"event_type":"ORDER_CREATED","event_id":"%b-L%d","schema_version":1,"source":"backfill","timestamp":%b,'
    b'"order_id":%b,"product":%b,"customer_id":%d,"quantity":%d,"unit_price":%d.%02d,"discount":0.%02d,'
    b'"total":%d.%02d,"currency":%b,"channel":%b}'
)
_MOVEMENT = (
    b'{"event_type":"INVENTORY_ADJUSTED","event_id":"%b-M%d","schema_version":1,"source":"backfill","timestamp":%b,'
    b'"adjustment_type":%b,"product":%b,"quantity_change":%d,"warehouse":%b,"batch":{"batch_id":%b,"supplier":%b,'
    b'"received_at":%b},"reason":%b}'
)

_LIMITS = Limits()

Labels = dict[int, bytes]
"""From a product's id to the event's `product`, as JSON."""


def labels(products: Sequence[tuple[int, str, str, str, int]]) -> Labels:
    """The labels of (id, name, category, region, vintage)."""
    return {
        key: msgspec.json.encode({"id": key, "name": name, "category": category, "region": region, "vintage": vintage})
        for key, name, category, region, vintage in products
    }


@dataclass(frozen=True, slots=True)
class Rendered:
    """Events that go into the table, and rows that are turned away; by rising key."""

    rows: Rows
    rejected: tuple[RejectedRow, ...] = ()

    def halves(self) -> "tuple[Rendered, Rendered]":
        """The first and the second half of the rows, to find the one that the warehouse refuses; rejects go along."""
        middle = len(self.rows) // 2
        cut = int(self.rows.offsets[middle])
        first = tuple(each for each in self.rejected if each.offset < cut)
        second = tuple(each for each in self.rejected if each.offset >= cut)
        return (
            Rendered(self.rows.take(0, middle), first),
            Rendered(self.rows.take(middle, len(self.rows)), second),
        )


def render_lines(found: Sequence[Row], mark: bytes, products: Labels) -> Rendered:
    """`reading.Database.lines` as events; `mark` begins each event's id."""
    # fmt: off
    values = [
        _ORDER % (
            mark, key, moment, number, products[product_id], customer_id, quantity, *divmod(price, 100), percent,
            *divmod(total, 100), currency, channel,
        )
        for key, _, product_id, moment, number, customer_id, quantity, price, percent, total, currency, channel in found
    ]
    # fmt: on
    return _judged(found, values, ORDER_LINES_PARTITION)


def render_movements(found: Sequence[Row], mark: bytes, products: Labels) -> Rendered:
    """`reading.Database.movements` as events; `mark` begins each event's id."""
    values = [
        _MOVEMENT % (mark, key, moment, kind, products[product_id], change, cellar, lot, supplier, received, reason)
        for key, _, product_id, moment, kind, change, cellar, lot, supplier, received, reason in found
    ]
    return _judged(found, values, MOVEMENTS_PARTITION)


def _judged(found: Sequence[Row], values: Sequence[bytes], partition: int) -> Rendered:
    """Exactly what `validate` turns away is turned away."""
    rejected: dict[int, Rejection] = {}
    for position, event in enumerate(_decoded(values)):
        if event is None or inconsistency(event) is not None:
            verdict = validate(values[position], _LIMITS)
            if isinstance(verdict, Rejection):
                rejected[position] = verdict
    letters = tuple(
        RejectedRow(partition, found[at][0], found[at][1] * 1000, why.reason, why.detail, values[at])
        for at, why in rejected.items()
    )
    if rejected:
        kept = [position for position in range(len(found)) if position not in rejected]
        found, values = [found[position] for position in kept], [values[position] for position in kept]
    return Rendered(_rows(found, values, partition), letters)


def _decoded(values: Sequence[bytes]) -> list[Known | None]:
    """An event for each value; None where there is none. The loop is in C, and goes on after a value that fails."""
    events: list[Known | None] = []
    rest = map(decode_known, values)
    while True:
        try:
            events.extend(rest)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            events.append(None)
        else:
            return events


def _rows(found: Sequence[Row], values: Sequence[bytes], partition: int) -> Rows:
    if not found:
        return Rows.none()
    return Rows(
        partitions=np.full(len(found), partition, np.int32),
        offsets=np.array([row[0] for row in found], np.int64),
        timestamps_ms=np.array([row[1] for row in found], np.int64) * 1000,
        contents=(b"".join(values),),
        lengths=np.array(list(map(len, values)), np.int32),
    )
