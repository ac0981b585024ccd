"""The load curves, in replicas' worth of events: 2.6 is what takes 2.6 replicas that never pause."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

MINUTE = 60
Level = Callable[[int], float]


def always(level: float) -> Level:
    """The same at every second."""
    return lambda _second: level


NEVER_HOT, USUAL_SPEED, ANY_AMOUNT = always(0.0), always(1.0), always(math.inf)


@dataclass(frozen=True, slots=True)
class Curve:
    """A load over time, and what else happens meanwhile.

    Attributes:
        name: a word.
        story: for a person.
        minutes: how long it lasts.
        level: the load at a second.
        seed: of all that is random about it.
        min_replicas: that each law must keep.
        hot_share: of the load at a second that goes to one partition, besides its share of the rest.
        speed: of every replica at a second, of its usual speed.
        warehouse: what the warehouse takes at most at a second, from all replicas together.
        blind: whether a look at this second fails.
    """

    name: str
    story: str
    minutes: int
    level: Level
    seed: int
    min_replicas: int = 1
    hot_share: Level = NEVER_HOT
    speed: Level = USUAL_SPEED
    warehouse: Level = ANY_AMOUNT
    blind: Callable[[int], bool] = lambda _second: False

    @property
    def seconds(self) -> int:
        """How long it lasts."""
        return self.minutes * MINUTE


def between(inside: float, outside: float, *spans: tuple[float, float]) -> Level:
    """One level within some spans of minutes, another outside."""
    return lambda second: inside if any(a * MINUTE <= second < b * MINUTE for a, b in spans) else outside


def _ramp(second: int) -> float:
    minute = second / MINUTE
    return 0.4 + 6.6 * min(1.0, max(0.0, (minute - 10) / 60), max(0.0, (140 - minute) / 40))


def _day(second: int) -> float:
    return 0.4 + 5.6 * math.pow(0.5 - 0.5 * math.cos(2 * math.pi * second / (240 * MINUTE)), 1.5)


def _spikes(second: int) -> float:
    return 6.0 if second >= 10 * MINUTE and second % (10 * MINUTE) < 20 else 0.7


def _walk(seed: int, minutes: int) -> Level:
    """A load that wanders between 0.3 and 6: each half minute a little from where it was."""
    rng, at, points = random.Random(seed), 0.0, []
    for _ in range(2 * minutes + 2):
        at = 0.97 * at + rng.gauss(0, 0.25)
        points.append(0.3 + 5.7 / (1 + math.exp(-2 * at)))
    return lambda second: points[second // 30] + (points[second // 30 + 1] - points[second // 30]) * (second % 30) / 30


def _often_blind(second: int) -> bool:
    minute = second / MINUTE
    return 40 <= minute < 46 or 61 <= minute < 64 or second * 7919 % 100 < 12


def curves(seed: int = 0) -> tuple[Curve, ...]:
    """All curves; another seed gives other noise, other skew, other replicas and another walk."""
    return (
        Curve("steady", "the same load all the time", 120, always(2.6), seed + 1),
        Curve("step", "quiet, then an hour of 4.5", 120, between(4.5, 0.6, (20, 80)), seed + 2),
        Curve("ramp", "an hour's rise to 7, a plateau, a faster fall", 150, _ramp, seed + 3),
        Curve("day wave", "a day of trade in four hours", 240, _day, seed + 4),
        Curve("burst", "ten times the load for three minutes, thrice", 120,
              between(8.0, 0.8, (20, 23), (60, 63), (90, 93)), seed + 5),
        Curve("spikes", "twenty seconds of 6 every ten minutes", 120, _spikes, seed + 6),
        Curve("hot partition", "40 % of the load on one partition for forty minutes", 120, always(2.8), seed + 7,
              hot_share=between(0.4, 0.0, (30, 70))),
        Curve("on/off", "ten minutes of 3, ten minutes of nothing", 140,
              lambda second: 3.0 if second // (10 * MINUTE) % 2 else 0.0, seed + 8),
        Curve("sparse", "asleep but for three batches of events", 180,
              between(2.0, 0.0, (20, 23), (70, 73), (120, 128)), seed + 9, min_replicas=0),
        Curve("backlog", "an hour's worth of events at once, then little", 120,
              between(240.0, 0.5, (0, 0.25)), seed + 10),
        Curve("slow warehouse", "everything takes twice as long for forty minutes", 120, always(2.6), seed + 11,
              speed=between(0.5, 1.0, (30, 70))),
        Curve("full warehouse", "the warehouse takes only 2 of 2.6 for twenty minutes", 120, always(2.6), seed + 12,
              warehouse=between(2.0, math.inf, (30, 50))),
        Curve("blind", "two steps, one look in eight fails, and six minutes of them", 150,
              between(4.5, 0.8, (20, 60), (90, 120)), seed + 13, blind=_often_blind),
        Curve("walk", "a load that wanders", 240, _walk(seed + 14, 240), seed + 14),
    )  # fmt: skip
