"""What a history is made from, and the name by which it is known again. Pure."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from winepipeline_events.catalogue import mix

VERSION = 1
"""Raised whenever the same recipe would make another history, so that no ledger mistakes the one for the other."""

MOST_PRODUCTS = 5_000
MOST_CUSTOMERS = 20_000

_IDENTITY = re.compile(
    r"made-(\d+)/(\d+)d/(\d+)-a-day/seed-(\d+)/until-(\d{4}-\d\d-\d\d)/products-(\d+)-(\d+)/customers-(\d+)-(\d+)"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The same recipe makes the same history, on every machine.

    Attributes:
        days: how many days.
        orders_per_day: orders a day, on average; a history has exactly `days` × `orders_per_day` of them.
        seed: of all chance.
        last_day: the last of the days.
        product_ids: the first and the last; more than 5,000 are not used.
        customer_ids: the first and the last; more than 20,000 are not used.
    """

    days: int
    orders_per_day: int
    seed: int
    last_day: dt.date
    product_ids: tuple[int, int] = (1000, 1049)
    customer_ids: tuple[int, int] = (1, 150)

    @property
    def first_day(self) -> dt.date:
        """The first of the days."""
        return self.last_day - dt.timedelta(days=self.days - 1)

    @property
    def products(self) -> range:
        """The ids of the products on the shelves."""
        return _first(self.product_ids, MOST_PRODUCTS)

    @property
    def customers(self) -> range:
        """The ids of the customers."""
        return _first(self.customer_ids, MOST_CUSTOMERS)

    @property
    def identity(self) -> str:
        """All of the recipe in a line: the id by which a ledger knows the history."""
        return (
            f"made-{VERSION}/{self.days}d/{self.orders_per_day}-a-day/seed-{self.seed}/until-{self.last_day}"
            f"/products-{self.product_ids[0]}-{self.product_ids[1]}"
            f"/customers-{self.customer_ids[0]}-{self.customer_ids[1]}"
        )

    def chance_of(self, *what: int) -> int:
        """A seed for a part of the history, so that the parts do not depend on each other's draws."""
        bits = mix(self.seed)
        for each in what:
            bits = mix(bits ^ mix(each))
        return bits

    def ending(self, last_day: dt.date) -> "Recipe":
        """The same with another last day."""
        return replace(self, last_day=last_day)


def recipe_of(identity: str) -> Recipe | None:
    """The recipe whose `identity` this is; None when it is none of this version's."""
    match = _IDENTITY.fullmatch(identity)
    if match is None or int(match[1]) != VERSION:
        return None
    days, orders, seed = int(match[2]), int(match[3]), int(match[4])
    products, customers = (int(match[6]), int(match[7])), (int(match[8]), int(match[9]))
    try:
        return Recipe(days, orders, seed, dt.date.fromisoformat(match[5]), products, customers)
    except ValueError:
        return None


def _first(ids: tuple[int, int], most: int) -> range:
    return range(ids[0], min(ids[1], ids[0] + most - 1) + 1)
