"""Picking by weight, the same on every machine: whole numbers, and of chance only `random()`.

`random.Random` promises the same sequence from one version of Python to the next for `random()` alone.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Generic, TypeVar

T = TypeVar("T")

Uniform = Callable[[], float]
"""A number from 0 to below 1."""


class Urn(Generic[T]):
    """Things of which each is drawn as often as its weight says."""

    def __init__(self, things: Sequence[T], weights: Iterable[int]) -> None:
        """Weights are whole numbers, at least one of them above 0."""
        self._things = things
        self._sums = list(accumulate(weights))
        self._total = self._sums[-1]

    def draw(self, uniform: Uniform) -> T:
        """One of them."""
        return self._things[bisect_right(self._sums, int(uniform() * self._total))]


def one_of(things: Sequence[T], uniform: Uniform) -> T:
    """One of them, each as likely."""
    return things[int(uniform() * len(things))]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of a total, in proportion to weights above 0, that add up to exactly the total."""
    whole = sum(weights)
    sums = [0, *(each * total // whole for each in accumulate(weights))]
    return [after - before for before, after in pairwise(sums)]
