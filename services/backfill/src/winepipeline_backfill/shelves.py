"""The products of a history, and how much each is asked for in each season. Pure."""

from functools import cached_property
from typing import NamedTuple

from winepipeline_backfill.pick import Urn
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.season import Season, appetite
from winepipeline_events.catalogue import CatalogueEntry, mix, product, supplier

_STARS = 10
"""The best seller is asked for so many times as much as the shelf warmer."""


class Bottle(NamedTuple):
    """What an order needs to know of a product."""

    product_id: int
    price_cents: int


class Shelves:
    """All products of a history."""

    def __init__(self, recipe: Recipe) -> None:
        self._entries = [product(each) for each in recipe.products]

    @property
    def entries(self) -> list[CatalogueEntry]:
        """The products, by rising id."""
        return self._entries

    @cached_property
    def suppliers(self) -> dict[int, str]:
        """From a product's id to who delivers it."""
        return {each.product.id: supplier(each.product.id) for each in self._entries}

    @cached_property
    def urns(self) -> dict[Season, Urn[Bottle]]:
        """For each season the bottles, as they are asked for."""
        bottles = [Bottle(each.product.id, each.base_price_cents) for each in self._entries]
        return {when: Urn(bottles, [_wanted(each, when) for each in self._entries]) for when in Season}


def _wanted(entry: CatalogueEntry, when: Season) -> int:
    """A few sell well, most sell little; and what is dear sells less."""
    fame = 1 + mix(~entry.product.id & (2**64 - 1)) % _STARS
    dear = 1 + entry.base_price_cents // 2_000
    return 1 + fame * fame * appetite(when, entry.product.category, entry.product.region) // dear
