"""The stream of events as bytes. Pure: chance comes from a seed, time is an argument.

Only `random()` and `getrandbits()` are drawn from: Python promises their sequence from one version to the next.
Sums are made in whole cents. Each event is one formatting of bytes: at tens of thousands a second, building
dictionaries and encoding them would be most of the work.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import NamedTuple

from winepipeline_producer.malformed import malformed
from winepipeline_producer.message import BAD_MOVEMENT, BAD_ORDER, MOVEMENT, ORDER, Message
from winepipeline_producer.shelf import Wine, wine

_DAY_MS = 86_400_000
_ENVELOPE = b'"event_id":"%08x-%04x-4%03x-%04x-%012x","schema_version":1,"source":"producer","timestamp":"%b"'
_ORDER = (
    b'{"event_type":"ORDER_CREATED",' + _ENVELOPE + b',"order_id":"ORD-%b-%08X","product":%b,"customer_id":%d,'
    b'"quantity":%d,"unit_price":%b,"discount":%b,"total":%d.%02d,"currency":"EUR","channel":"%b"}'
)
_MOVEMENT = (
    b'{"event_type":"INVENTORY_ADJUSTED",' + _ENVELOPE + b',"adjustment_type":"%b","product":%b,"quantity_change":%d,'
    b'"warehouse":"%b","batch":{"batch_id":"LOT-%b-%04X","supplier":%b,"received_at":"%b"},"reason":"%b"}'
)

_QUANTITIES = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6, 6, 6, 6, 12, 12, 24)
_DISCOUNTS = ((5, b"0.05"), (10, b"0.1"), (10, b"0.1"), (15, b"0.15"), (20, b"0.2"), (30, b"0.3"))
_NO_DISCOUNT = (0, b"0")
_FULL_PRICE_SHARE = 0.75
_CHANNELS = (b"E-com", b"E-com", b"E-com", b"Boutique Paris", b"Boutique Paris", b"Boutique Lyon", b"Boutique Bordeaux")
_WAREHOUSES = tuple(
    f"Entrepôt {name}".encode() for name in ("Bercy", "Gerland", "Bassins à Flot", "La Villette", "Bègles")
)
_DAYS_IN_STOCK = 60


class Movement(NamedTuple):
    """A kind of stock movement: its type's name, the bottles it may move, the words for why."""

    name: bytes
    changes: tuple[int, ...]
    reasons: tuple[bytes, ...]


def _words(*reasons: str) -> tuple[bytes, ...]:
    return tuple(reason.encode() for reason in reasons)


_REPLENISHMENT = Movement(
    b"REPLENISHMENT",
    (24, 36, 48, 60, 72, 96, 120, 180, 240, 300, 600),
    _words("Livraison du domaine", "Réassort hebdomadaire", "Mise en bouteille", "Arrivage primeurs"),
)
_CORRECTION = Movement(
    b"CORRECTION",
    (-12, -6, -3, -2, -1, 1, 2, 3, 6, 12),
    _words("Inventaire tournant", "Erreur de saisie", "Retour client", "Transfert mal imputé"),
)
_SPOILAGE = Movement(
    b"SPOILAGE",
    (-1, -1, -1, -2, -2, -3, -6, -12),
    _words("Goût de bouchon", "Bouteille cassée", "Étiquette abîmée", "Dégât des eaux", "Coup de chaleur"),
)
_MOVEMENTS = (*[_REPLENISHMENT] * 6, *[_CORRECTION] * 2, *[_SPOILAGE] * 2)


class Recipe(NamedTuple):
    """What the events are like; the ranges hold their first and their last id."""

    order_probability: float = 0.7
    product_ids: tuple[int, int] = (1000, 1049)
    customer_ids: tuple[int, int] = (1, 150)
    invalid_probability: float = 0.0


class Stream:
    """Events without end; those of the same recipe, seed and times are the same bytes, however they are asked for."""

    def __init__(self, recipe: Recipe, seed: int | None = None) -> None:
        """Without a seed, no stream is like another."""
        self._recipe = recipe
        self._chance = random.Random(seed)  # noqa: S311 - wine, not keys
        self._dates: dict[int, tuple[bytes, bytes]] = {}

    def take(self, count: int, now_ms: int) -> list[Message]:
        """The next events; they happened at `now_ms`, milliseconds since 1970 in UTC."""
        recipe, uniform = self._recipe, self._chance.random
        first, products = recipe.product_ids[0], recipe.product_ids[1] - recipe.product_ids[0] + 1
        stamp = _timestamp(now_ms)
        order, movement = self._orders(now_ms, stamp), self._movements(now_ms, stamp)
        found = []
        for _ in range(count):
            bottle = wine(first + int(uniform() * products))
            if uniform() < recipe.order_probability:
                message = Message(ORDER, bottle.key, order(bottle))
            else:
                message = Message(MOVEMENT, bottle.key, movement(bottle))
            if recipe.invalid_probability and uniform() < recipe.invalid_probability:
                message = self._spoilt(message)
            found.append(message)
        return found

    def _orders(self, now_ms: int, stamp: bytes) -> Callable[[Wine], bytes]:
        uniform, bits = self._chance.random, self._chance.getrandbits
        first, last = self._recipe.customer_ids
        customers = last - first + 1
        day = self._day(now_ms // _DAY_MS)[1]

        def order(bottle: Wine) -> bytes:
            quantity = _QUANTITIES[int(uniform() * len(_QUANTITIES))]
            percent, discount = _NO_DISCOUNT
            if uniform() >= _FULL_PRICE_SHARE:
                percent, discount = _DISCOUNTS[int(uniform() * len(_DISCOUNTS))]
            total = (quantity * bottle.price_cents * (100 - percent) + 50) // 100
            return _ORDER % (
                *(bits(32), bits(16), bits(12), bits(14) | 0x8000, bits(48), stamp, day, bits(32), bottle.product),
                *(first + int(uniform() * customers), quantity, bottle.price, discount, total // 100, total % 100),
                _CHANNELS[int(uniform() * len(_CHANNELS))],
            )

        return order

    def _movements(self, now_ms: int, stamp: bytes) -> Callable[[Wine], bytes]:
        uniform, bits = self._chance.random, self._chance.getrandbits
        today = now_ms // _DAY_MS

        def movement(bottle: Wine) -> bytes:
            kind = _MOVEMENTS[int(uniform() * len(_MOVEMENTS))]
            received, lot = self._day(today - int(uniform() * _DAYS_IN_STOCK))
            return _MOVEMENT % (
                *(bits(32), bits(16), bits(12), bits(14) | 0x8000, bits(48), stamp, kind.name, bottle.product),
                *(kind.changes[int(uniform() * len(kind.changes))], _WAREHOUSES[int(uniform() * len(_WAREHOUSES))]),
                *(lot, bits(16), bottle.supplier, received, kind.reasons[int(uniform() * len(kind.reasons))]),
            )

        return movement

    def _spoilt(self, message: Message) -> Message:
        flaw, value = malformed(message.value or b"", self._chance.random)
        return Message(BAD_ORDER if message.kind is ORDER else BAD_MOVEMENT, message.key, value, flaw)

    def _day(self, number: int) -> tuple[bytes, bytes]:
        """A day since 1970 as `2026-11-24` and as `20261124`."""
        found = self._dates.get(number)
        if found is None:
            text = (dt.date(1970, 1, 1) + dt.timedelta(days=number)).isoformat()
            found = self._dates[number] = (text.encode(), text.replace("-", "").encode())
        return found


def _timestamp(now_ms: int) -> bytes:
    """`2026-11-24T01:47:42.123Z`."""
    seconds, thousandths = divmod(now_ms, 1000)
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{thousandths:03d}Z".encode()
