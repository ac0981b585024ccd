"""`ORDER_CREATED`: a sale."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from winepipeline_events.product import Id, Identifier, Product


class Channel(StrEnum):
    """Where a sale was made."""

    ECOM = "E-com"
    PARIS = "Boutique Paris"
    LYON = "Boutique Lyon"
    BORDEAUX = "Boutique Bordeaux"


class Currency(StrEnum):
    """ISO 4217 codes of the currencies that the shops take."""

    EUR = "EUR"
    CHF = "CHF"
    GBP = "GBP"
    USD = "USD"


class OrderCreated(Struct, frozen=True, gc=False, tag="ORDER_CREATED", tag_field="event_type"):
    """A sale of one product to one customer.

    `total` is `quantity` × `unit_price` × (1 − `discount`), rounded to the cent.

    Attributes:
        event_id: unique for each event.
        schema_version: 1.
        source: the system that made the event.
        timestamp: when the sale was made, with a time zone (RFC 3339).
        order_id: the order's number.
        product: what was sold.
        customer_id: who bought it.
        quantity: bottles, 1 to 10,000.
        unit_price: euros a bottle.
        discount: the part of the price that is let off, 0 (none) to below 1.
        total: euros paid.
        currency: what it was paid in.
        channel: where the sale was made.
    """

    event_id: Identifier
    schema_version: Annotated[int, Meta(ge=1, le=1)]
    source: Identifier
    timestamp: Annotated[dt.datetime, Meta(tz=True)]
    order_id: Identifier
    product: Product
    customer_id: Id
    quantity: Annotated[int, Meta(ge=1, le=10_000)]
    unit_price: Annotated[float, Meta(gt=0, le=1_000_000)]
    discount: Annotated[float, Meta(ge=0, lt=1)]
    total: Annotated[float, Meta(ge=0, le=1e10)]
    currency: Currency
    channel: Channel
