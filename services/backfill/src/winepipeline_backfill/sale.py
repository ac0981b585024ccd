"""The orders of one day. Pure: chance comes from the recipe's seed and the day alone."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from winepipeline_backfill.people import PRIVATE, Customer
from winepipeline_backfill.pick import Uniform, Urn
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.season import is_fair, season, shops_open, utc_hours_behind
from winepipeline_backfill.shelves import Bottle, Shelves
from winepipeline_events.catalogue import mix
from winepipeline_events.order import Channel

SALES = 2
"""The part of a recipe's chance that orders are drawn from."""

_HOUR = 3_600

_CHANNELS = tuple(Channel)
_OPEN = Urn(_CHANNELS, (40, 29, 17, 14))
_FAIR = Urn(_CHANNELS, (52, 23, 13, 12))
_WEB_ONLY = Urn(_CHANNELS, (1, 0, 0, 0))
"""In the order of `Channel`: the web, Paris, Lyon, Bordeaux."""

_WEB_HOURS = Urn(range(8, 24), (2, 3, 4, 5, 6, 6, 5, 4, 4, 5, 6, 8, 10, 12, 11, 7))
_SHOP_HOURS = Urn(range(10, 20), (5, 8, 8, 5, 6, 8, 10, 13, 15, 9))

_LINES = Urn((1, 2, 3, 4, 5, 6), (52, 24, 12, 7, 3, 2))
_BOTTLES = Urn((1, 2, 3, 4, 6, 12, 24), (19, 19, 13, 6, 27, 13, 3))
_CASES = Urn((6, 12, 18, 24, 36, 60, 120), (20, 30, 12, 18, 12, 6, 2))
_USUAL_PERCENT = Urn((0, 5, 10, 15, 20), (80, 7, 8, 3, 2))
_FAIR_PERCENT = Urn((0, 10, 15, 20, 25, 30), (35, 15, 18, 17, 10, 5))
_TRADE_PERCENT = Urn((8, 10, 12, 15, 20), (20, 40, 20, 15, 5))


class Line(NamedTuple):
    """So many bottles of a product in an order; sums are whole cents.

    `total_cents` is `quantity` × `unit_price_cents` × (100 − `discount_percent`) ÷ 100, rounded half up.
    """

    product_id: int
    quantity: int
    unit_price_cents: int
    discount_percent: int
    total_cents: int


class Order(NamedTuple):
    """What a customer bought at once; `second` counts from 1970 in UTC."""

    second: int
    customer_id: int
    channel: Channel
    lines: tuple[Line, ...]


class Clientele:
    """The customers as they come: some often, most seldom."""

    def __init__(self, recipe: Recipe, customers: Sequence[Customer]) -> None:
        # Who comes often must not follow from a low number: they queue in an order of their own.
        ids = sorted((each.customer_id for each in customers), key=lambda each: mix(each ^ mix(recipe.seed)))
        self._queue = ids
        self.trade = frozenset(each.customer_id for each in customers if each.segment != PRIVATE)

    def next(self, uniform: Uniform) -> int:
        """A customer's number; the front of the queue comes most."""
        return self._queue[int(uniform() * uniform() * len(self._queue))]


def orders(recipe: Recipe, shelves: Shelves, clientele: Clientele, day: dt.date, count: int) -> list[Order]:
    """So many orders of a day, by rising time."""
    # Not for keys: for wine.
    uniform = random.Random(recipe.chance_of(SALES, day.toordinal())).random  # noqa: S311
    urn = shelves.urns[season(day)]
    fair = is_fair(day)
    channels = _WEB_ONLY if not shops_open(day) else _FAIR if fair else _OPEN
    midnight = (day.toordinal() - dt.date(1970, 1, 1).toordinal()) * 24 - utc_hours_behind(day)
    found = []
    for _ in range(count):
        channel = channels.draw(uniform)
        hours = _WEB_HOURS if channel is Channel.ECOM else _SHOP_HOURS
        second = (midnight + hours.draw(uniform)) * _HOUR + int(uniform() * _HOUR)
        customer_id = clientele.next(uniform)
        trade = customer_id in clientele.trade
        quantities = _CASES if trade else _BOTTLES
        percents = _TRADE_PERCENT if trade else _FAIR_PERCENT if fair else _USUAL_PERCENT
        lines = tuple(
            line(bottle, quantities.draw(uniform), percents.draw(uniform))
            for bottle in _different(urn, _LINES.draw(uniform), uniform)
        )
        found.append(Order(second, customer_id, channel, lines))
    found.sort(key=lambda order: order.second)
    return found


def line(bottle: Bottle, quantity: int, percent: int) -> Line:
    """A line of an order."""
    cents = (quantity * bottle.price_cents * (100 - percent) + 50) // 100
    return Line(bottle.product_id, quantity, bottle.price_cents, percent, cents)


def _different(urn: Urn[Bottle], wanted: int, uniform: Uniform) -> Iterator[Bottle]:
    """At most so many bottles, no two alike: what is drawn twice is taken once."""
    drawn = dict.fromkeys(urn.draw(uniform) for _ in range(wanted))
    return iter(drawn)
