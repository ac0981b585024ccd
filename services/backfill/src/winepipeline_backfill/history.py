"""A history day by day: customers, products, orders, movements. Pure: the same recipe, the same history."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from winepipeline_backfill.people import Customer, customers
from winepipeline_backfill.pick import shares
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.sale import Clientele, Order, orders
from winepipeline_backfill.season import business
from winepipeline_backfill.shelves import Shelves
from winepipeline_backfill.stock import Movement, Stock

BUSINESS = 4
"""The part of a recipe's chance by which no two days are as busy."""


class Day(NamedTuple):
    """What happened on a day, each by rising time."""

    date: dt.date
    orders: list[Order]
    movements: list[Movement]


class History:
    """All that a recipe makes."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.shelves = Shelves(recipe)
        self.customers: tuple[Customer, ...] = tuple(customers(recipe))

    def days(self) -> Iterator[Day]:
        """Each day in turn."""
        clientele, stock = Clientele(self.recipe, self.customers), Stock(self.recipe)
        for day, count in zip(self._dates(), self._counts(), strict=True):
            sold = orders(self.recipe, self.shelves, clientele, day, count)
            yield Day(day, sold, stock.day(day, sold))

    def _dates(self) -> list[dt.date]:
        return [self.recipe.first_day + dt.timedelta(days=each) for each in range(self.recipe.days)]

    def _counts(self) -> list[int]:
        """How many orders each day has; together as many as the recipe says."""
        recipe = self.recipe
        weights = [
            business(day, number, recipe.chance_of(BUSINESS, day.toordinal()))
            for number, day in enumerate(self._dates())
        ]
        return shares(recipe.days * recipe.orders_per_day, weights)
