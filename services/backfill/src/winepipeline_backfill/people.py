"""Customers, made by faker: the only module that knows it."""

import datetime as dt
import random
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from faker import Factory

from winepipeline_backfill.pick import Urn, one_of
from winepipeline_backfill.recipe import Recipe

T = TypeVar("T")

PEOPLE = 1
"""The part of a recipe's chance that customers are drawn from."""

PRIVATE = "Particulier"
_SEGMENT = Urn((PRIVATE, "Restaurateur", "Caviste", "Comité d'entreprise"), (88, 6, 4, 2))
_LONGEST_AGO_DAYS = 3_000


class Customer(NamedTuple):
    """A customer.

    Attributes:
        customer_id: the same numbers that the producer's events name.
        first_name, last_name: made up.
        email: at a domain that nobody can own (RFC 2606).
        street, postcode, city: made up.
        segment: private, or one of the professions that buy by the case.
        since: the day of the first contact, before the history begins.
    """

    customer_id: int
    first_name: str
    last_name: str
    email: str
    street: str
    postcode: str
    city: str
    segment: str
    since: dt.date


def customers(recipe: Recipe) -> Iterator[Customer]:
    """All customers of a history; each follows from the seed and the customer's own number."""
    faker: Any = Factory.create("fr_FR")
    dice = _Dice()
    faker.random = dice
    for customer_id in recipe.customers:
        dice.seed(recipe.chance_of(PEOPLE, customer_id))
        first, last = str(faker.first_name()), str(faker.last_name())
        yield Customer(
            customer_id=customer_id,
            first_name=first,
            last_name=last,
            email=f"{_plain(first)}.{_plain(last)}.{customer_id}@example.com",
            street=f"{faker.building_number()}, {faker.street_name()}",
            postcode=str(faker.postcode()),
            city=str(faker.city()),
            segment=_SEGMENT.draw(dice.random),
            since=recipe.first_day - dt.timedelta(days=1 + int(dice.random() * _LONGEST_AGO_DAYS)),
        )


def _plain(name: str) -> str:
    """A name as it stands in an address: `Élodie Da Silva` as `elodie-da-silva`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalnum() else "-" for letter in letters).strip("-")


class _Dice(random.Random):
    """Chance that is the same in every version of Python, which promises that for `random()` alone."""

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]  # faker gives it sequences only
        return one_of(seq, self.random)

    def choices(self, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1) -> list[Any]:
        sums = list(cum_weights or accumulate(weights or [1] * len(population)))
        last = len(population) - 1
        return [population[min(last, bisect_right(sums, self.random() * sums[-1]))] for _ in range(k)]

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return one_of(range(start) if stop is None else range(start, stop, step), self.random)

    def randint(self, a: int, b: int) -> int:
        return self.randrange(a, b + 1)
