"""The wine in an event, and the value types that orders and stock movements share."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=200)]
"""A short human text: 1 to 200 characters."""

Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
"""An identifier made by a source system: 1 to 64 characters."""

Id = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""A positive number that every JSON reader keeps exact (RFC 8259, section 6)."""


class Category(StrEnum):
    """What kind of wine a product is; the emoji is part of the value, as the shops print it."""

    ROUGE = "Rouge 🍷"
    BLANC = "Blanc 🥂"
    ROSE = "Rosé 🌸"
    EFFERVESCENT = "Effervescent 🍾"
    SPIRITUEUX = "Spiritueux 🥃"


class Product(Struct, frozen=True, gc=False):
    """A wine as it stands in an event.

    Attributes:
        id: the product's number; everything else about it follows from this number.
        name: the label, for example "Château Margaux".
        category: the kind of wine with its emoji.
        region: the French region it comes from.
        vintage: the year of the harvest.
    """

    id: Id
    name: Text
    category: Category
    region: Text
    vintage: Annotated[int, Meta(ge=1800, le=2200)]
