"""Rows of the warehouse in words. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from winepipeline_local.snapshot import DeadLetter, LandedRow

LONGEST_DETAIL = 60
LONGEST_NAME = 28


def landed_row(event_type: str, content: Any, metadata: Any, ingested: datetime) -> LandedRow:
    """A row of the table; `content` and `metadata` are objects, or their JSON as the connector gives it."""
    event, where = _object(content), _object(metadata)
    product = _object(event.get("product", {}))
    vintage = product.get("vintage")
    name = _cut(str(product.get("name", "")), LONGEST_NAME)
    return LandedRow(
        time=f"{ingested:%H:%M:%S}",
        event_type=event_type,
        product=f"{name} {vintage}" if vintage and str(vintage) not in name else name,
        content=_order(event) if event_type == "ORDER_CREATED" else _adjustment(event),
        place=_place(where),
    )


def dead_letter(reason: str, detail: str, metadata: Any, ingested: datetime) -> DeadLetter:
    """A row of the rejects."""
    return DeadLetter(
        time=f"{ingested:%H:%M:%S}",
        reason=reason,
        detail=_cut(" ".join(detail.split()), LONGEST_DETAIL),
        place=_place(_object(metadata)),
    )


def _order(event: Mapping[str, Any]) -> str:
    quantity, price, total = event.get("quantity"), event.get("unit_price"), event.get("total")
    return f"{quantity} × {price} = {total} {event.get('currency', '')}".rstrip()


def _adjustment(event: Mapping[str, Any]) -> str:
    change = event.get("quantity_change")
    return f"{change:+d} {event.get('adjustment_type', '')}".rstrip() if isinstance(change, int) else ""


def _place(metadata: Mapping[str, Any]) -> str:
    return f"{metadata.get('partition', '?')}:{metadata.get('offset', '?')}"


def _object(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
