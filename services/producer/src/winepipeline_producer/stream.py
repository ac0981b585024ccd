"""The stream of events as bytes. Pure: chance comes from a seed, time is an argument.

Only `random()` and `getrandbits()` are drawn from: their sequence stays from one version of Python to the next.
"""

import random
from typing import NamedTuple

from winepipeline_producer.malformed import malformed
from winepipeline_producer.message import BAD_MOVEMENT, BAD_ORDER, MOVEMENT, ORDER, Message
from winepipeline_producer.movement import movements
from winepipeline_producer.order import orders
from winepipeline_producer.shelf import wine


class Recipe(NamedTuple):
    """What the events are like.

    Attributes:
        order_probability: the share of orders; the others are stock movements.
        product_ids: the first and the last.
        customer_ids: the first and the last.
        invalid_probability: the share that is malformed.
    """

    order_probability: float = 0.7
    product_ids: tuple[int, int] = (1000, 1049)
    customer_ids: tuple[int, int] = (1, 150)
    invalid_probability: float = 0.0


class Stream:
    """Events without end: the same recipe, seed and times make the same bytes, in chunks of whatever size."""

    def __init__(self, recipe: Recipe, seed: int | None = None) -> None:
        """Without a seed, no stream is like another."""
        self._recipe = recipe
        self._chance = random.Random(seed)  # noqa: S311 - wine, not keys

    def take(self, count: int, now_ms: int) -> list[Message]:
        """The next events; they happened at `now_ms`, milliseconds since 1970 in UTC."""
        order_probability, product_ids, customer_ids, invalid_probability = self._recipe
        uniform = self._chance.random
        first, products = product_ids[0], product_ids[1] - product_ids[0] + 1
        order, movement = orders(self._chance, customer_ids, now_ms), movements(self._chance, now_ms)
        found = []
        for _ in range(count):
            bottle = wine(first + int(uniform() * products))
            if uniform() < order_probability:
                message = Message(ORDER, bottle.key, order(bottle))
            else:
                message = Message(MOVEMENT, bottle.key, movement(bottle))
            if invalid_probability and uniform() < invalid_probability:
                message = self._spoilt(message)
            found.append(message)
        return found

    def _spoilt(self, message: Message) -> Message:
        flaw, value = malformed(message.value or b"", self._chance.random)
        return Message(BAD_ORDER if message.kind is ORDER else BAD_MOVEMENT, message.key, value, flaw)
