"""What the log says of events, for a person. Pure."""

from collections.abc import Mapping
from typing import Any

from winepipeline_events.order import OrderCreated
from winepipeline_events.validation import decode
from winepipeline_producer.message import BAD_MOVEMENT, BAD_ORDER, MOVEMENT, ORDER, Kind, Message

Line = tuple[str, dict[str, Any]]
"""Words and, for a collector, fields."""


def event_line(message: Message) -> Line:
    """`🍷 ORDER_CREATED 3 × Château …, 66.15 EUR via Boutique Lyon`."""
    fields: dict[str, Any] = {"event_type": message.kind.event_type, "key": message.key.decode()}
    if message.value is None or message.kind.validity == "invalid":
        return f"🧨 {message.kind.event_type} made malformed: {message.flaw}", {**fields, "flaw": message.flaw}
    event = decode(message.value)
    emoji = event.product.category.rpartition(" ")[2]
    bottle = f"{event.product.name} {event.product.vintage}"
    fields |= {"event_id": event.event_id}
    if isinstance(event, OrderCreated):
        off = f" ({event.discount:.0%} off)" if event.discount else ""
        words = f"{event.quantity} × {bottle}, {event.total:.2f} {event.currency}{off} via {event.channel}"
    else:
        words = f"{event.quantity_change:+d} × {bottle}, {event.adjustment_type.lower()} in {event.warehouse}"
    return f"{emoji} {message.kind.event_type} {words}", fields


def summary_line(new: Mapping[Kind, int], failed: int, queued: int, seconds: float) -> Line:
    """`🍇 500 events/s: 351 orders, 149 stock movements, 10 malformed; queue 12`.

    Args:
        new: messages delivered since the last such line.
        failed: messages given up since then.
        queued: messages that wait now.
        seconds: since the last such line.
    """
    invalid = new[BAD_ORDER] + new[BAD_MOVEMENT]
    rate = sum(new.values()) / max(seconds, 1e-3)
    fields = {
        "events_per_second": round(rate, 1),
        "orders": new[ORDER],
        "movements": new[MOVEMENT],
        "malformed": invalid,
        "failed": failed,
        "queued": queued,
    }
    words = f"🍇 {rate:,.0f} events/s: {new[ORDER]:,} orders, {new[MOVEMENT]:,} stock movements"
    words += f", {invalid:,} malformed" if invalid else ""
    words += f"; {failed:,} not delivered" if failed else ""
    return f"{words}; {queued:,} queued", fields
