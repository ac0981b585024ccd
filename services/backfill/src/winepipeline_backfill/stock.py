"""The movements of stock behind the sales. Pure.

Each shop, and the web, sells from a cellar of its own. In the early morning whatever would run low by the evening is
delivered; in the evening a few bottles are found broken or miscounted. No stock is ever below nothing.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from winepipeline_backfill.pick import Uniform, Urn, one_of
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.sale import Order
from winepipeline_backfill.season import utc_hours_behind
from winepipeline_events.inventory import AdjustmentType
from winepipeline_events.order import Channel

STOCK = 3
"""The part of a recipe's chance that movements are drawn from."""

CELLARS = {
    Channel.ECOM: "Entrepôt La Villette",
    Channel.PARIS: "Entrepôt Bercy",
    Channel.LYON: "Entrepôt Gerland",
    Channel.BORDEAUX: "Entrepôt Bassins à Flot",
}
"""The cellar that each channel sells from."""

_HOUR = 3_600
_CASE = 12
_COVER_DAYS = 21
_LEARNING_DAYS = 14
"""About over so many days a product's daily sales are averaged."""

_ORDERS_A_MISHAP = 60
_DELIVERED = ("Livraison du domaine", "Réassort hebdomadaire", "Mise en bouteille", "Arrivage primeurs")
_SPOILT = ("Goût de bouchon", "Bouteille cassée", "Étiquette abîmée", "Dégât des eaux", "Coup de chaleur")
_COUNTED = ("Inventaire tournant", "Erreur de saisie", "Retour client", "Transfert mal imputé")
_SPOILAGE = Urn((-1, -2, -3, -6, -12), (50, 25, 12, 9, 4))
_CORRECTION = Urn((-12, -6, -3, -2, -1, 1, 2, 3, 6, 12), (2, 5, 10, 15, 25, 20, 10, 7, 4, 2))


class Movement(NamedTuple):
    """A change of stock; `second` counts from 1970 in UTC."""

    second: int
    product_id: int
    kind: AdjustmentType
    change: int
    cellar: str
    lot: str
    received: dt.date
    reason: str


Place = tuple[str, int]
"""A cellar and a product."""


class Lot(NamedTuple):
    """The delivery that stock came with last."""

    name: str
    received: dt.date


class Stock:
    """All cellars; `day` is to be called for each day in turn."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._bottles: Counter[Place] = Counter()
        self._daily_parts: Counter[Place] = Counter()
        self._lots: dict[Place, Lot] = {}
        self._places = [(cellar, product_id) for cellar in CELLARS.values() for product_id in recipe.products]

    @property
    def bottles(self) -> Counter[Place]:
        """What lies in the cellars."""
        return self._bottles

    def day(self, day: dt.date, sold: Sequence[Order]) -> list[Movement]:
        """The movements of a day on which so much was sold, by rising time."""
        uniform = random.Random(self._recipe.chance_of(STOCK, day.toordinal())).random  # noqa: S311 - bottles, not keys
        midnight = (day.toordinal() - dt.date(1970, 1, 1).toordinal()) * 24 - utc_hours_behind(day)
        wanted: Counter[Place] = Counter()
        for order in sold:
            for each in order.lines:
                wanted[CELLARS[order.channel], each.product_id] += each.quantity
        found = self._deliveries(day, midnight, wanted, uniform)
        self._bottles.subtract(wanted)
        self._learn(wanted)
        found += self._mishaps(midnight, len(sold), uniform)
        found.sort(key=lambda movement: movement.second)
        return found

    def _deliveries(self, day: dt.date, midnight: int, wanted: Counter[Place], uniform: Uniform) -> list[Movement]:
        """From six to eight in the morning, before anybody buys."""
        found: list[Movement] = []
        for place, count in wanted.items():
            short = count - self._bottles[place]
            if short < 0:
                continue
            expected = self._daily_parts[place] * _COVER_DAYS // _LEARNING_DAYS
            bottles = (short + max(expected, 2 * count, _CASE)) // _CASE * _CASE + _CASE
            lot = Lot(f"LOT-{day:%Y%m%d}-{len(found):04X}", day)
            self._lots[place] = lot
            self._bottles[place] += bottles
            second = (midnight + 6) * _HOUR + int(uniform() * 2 * _HOUR)
            reason = one_of(_DELIVERED, uniform)
            found.append(_movement(second, place, AdjustmentType.REPLENISHMENT, bottles, lot, reason))
        return found

    def _mishaps(self, midnight: int, sold: int, uniform: Uniform) -> list[Movement]:
        """After all shops and the web have closed, of what lies there."""
        found: list[Movement] = []
        for _ in range(int(uniform() * 2 * sold / _ORDERS_A_MISHAP + 0.5)):
            place = one_of(self._places, uniform)
            spoilt = uniform() < 0.5  # noqa: PLR2004 - one half is broken, the other miscounted
            change = (_SPOILAGE if spoilt else _CORRECTION).draw(uniform)
            if place not in self._lots or self._bottles[place] + change < 0:
                continue
            self._bottles[place] += change
            kind = AdjustmentType.SPOILAGE if spoilt else AdjustmentType.CORRECTION
            reason = one_of(_SPOILT if spoilt else _COUNTED, uniform)
            second = (midnight + 24) * _HOUR - 1 - int(uniform() * 60)
            found.append(_movement(second, place, kind, change, self._lots[place], reason))
        return found

    def _learn(self, wanted: Counter[Place]) -> None:
        """Average what is sold: each day a part goes, and that day's sales come in."""
        for place in self._daily_parts.keys() | wanted.keys():
            self._daily_parts[place] += wanted[place] - self._daily_parts[place] // _LEARNING_DAYS


def _movement(second: int, place: Place, kind: AdjustmentType, change: int, lot: Lot, reason: str) -> Movement:
    cellar, product_id = place
    return Movement(second, product_id, kind, change, cellar, lot.name, lot.received, reason)
