"""`INVENTORY_ADJUSTED`: a movement of stock."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from winepipeline_events.product import Identifier, Product, Text


class AdjustmentType(StrEnum):
    """Why stock changed; the sign of the change fits it."""

    REPLENISHMENT = "REPLENISHMENT"
    CORRECTION = "CORRECTION"
    SPOILAGE = "SPOILAGE"


class Batch(Struct, frozen=True, gc=False):
    """The delivery that a bottle came with.

    Attributes:
        batch_id: the lot's number.
        supplier: who delivered it.
        received_at: the day it arrived.
    """

    batch_id: Identifier
    supplier: Text
    received_at: dt.date


class InventoryAdjusted(Struct, frozen=True, gc=False, tag="INVENTORY_ADJUSTED", tag_field="event_type"):
    """A change of the stock of one product in one warehouse.

    Attributes:
        event_id: unique for each event.
        schema_version: 1.
        source: the system that made the event.
        timestamp: when the stock changed, with a time zone (RFC 3339).
        adjustment_type: a replenishment adds, spoilage takes away, a correction does either.
        product: whose stock changed.
        quantity_change: bottles, signed, never 0.
        warehouse: where.
        batch: the delivery it belongs to.
        reason: in words.
    """

    event_id: Identifier
    schema_version: Annotated[int, Meta(ge=1, le=1)]
    source: Identifier
    timestamp: Annotated[dt.datetime, Meta(tz=True)]
    adjustment_type: AdjustmentType
    product: Product
    quantity_change: Annotated[int, Meta(ge=-100_000, le=100_000)]
    warehouse: Text
    batch: Batch
    reason: Text
