"""A product as bytes, ready to be put into an event."""

from functools import lru_cache
from typing import NamedTuple

import msgspec

from winepipeline_events.catalogue import product, supplier


class Wine(NamedTuple):
    """What every event of a product repeats.

    Attributes:
        key: the message's key.
        product: the event's `product`, as JSON.
        price_cents: a bottle's price.
        price: the same in euros, as JSON.
        supplier: who delivers it, as JSON.
    """

    key: bytes
    product: bytes
    price_cents: int
    price: bytes
    supplier: bytes


@lru_cache(maxsize=16_384)
def wine(product_id: int) -> Wine:
    """The product's bytes."""
    entry = product(product_id)
    cents = entry.base_price_cents
    return Wine(
        b"%d" % product_id,
        msgspec.json.encode(entry.product),
        cents,
        b"%d.%02d" % divmod(cents, 100),
        msgspec.json.encode(supplier(product_id)),
    )
