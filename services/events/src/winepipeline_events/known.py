"""The event types once more, for a fast path: with unknown fields they are refused.

Fields that we do not know are allowed, and the decoder skips them unread, so that bytes which are no UTF-8 or nesting
without end could hide in them. An event without any holds nothing unread: once decoded, its form is proven.
"""

import msgspec

from winepipeline_events.inventory import Batch, InventoryAdjusted
from winepipeline_events.order import OrderCreated
from winepipeline_events.product import Product


class KnownProduct(Product, frozen=True, gc=False, forbid_unknown_fields=True):
    """A product without further fields."""


class KnownBatch(Batch, frozen=True, gc=False, forbid_unknown_fields=True):
    """A delivery without further fields."""


class KnownOrder(
    OrderCreated, frozen=True, gc=False, forbid_unknown_fields=True, tag="ORDER_CREATED", tag_field="event_type"
):
    """A sale without further fields."""

    product: KnownProduct


class KnownMovement(
    InventoryAdjusted,
    frozen=True,
    gc=False,
    forbid_unknown_fields=True,
    tag="INVENTORY_ADJUSTED",
    tag_field="event_type",
):
    """A movement of stock without further fields."""

    product: KnownProduct
    batch: KnownBatch


Known = KnownOrder | KnownMovement

decode_known = msgspec.json.Decoder[Known](KnownOrder | KnownMovement).decode
"""`bytes -> event`; what it takes needs no look at its form but at its size. Raises as `validation.decode` does."""
