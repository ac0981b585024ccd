"""The wine merchant's year: how busy a day is, and what is drunk. Pure whole-number arithmetic."""

import datetime as dt
from enum import Enum
from functools import cache

from winepipeline_events.product import Category

# fmt: off
_MONTHS = (72, 78, 84, 92, 98, 100, 84, 62, 104, 104, 122, 150)
"""How busy each month is, June being 100."""

_WEEKDAYS = (62, 84, 92, 100, 128, 168, 66)
"""Monday to Sunday, Thursday being 100. On Sundays the shops are shut and only the web sells."""
# fmt: on

_FEASTS = {(1, 1): 12, (5, 1): 25, (7, 14): 50, (8, 15): 45, (11, 1): 60, (12, 24): 85, (12, 25): 10, (12, 31): 125}
"""(month, day) to how busy such a day is, an ordinary one being 100."""

_SHUT = frozenset({(1, 1), (5, 1), (12, 25)})

_GROWTH_DAYS = 7_300
"""After so many days, twenty years, there is twice as much business as on the first."""

_TUESDAY, _THURSDAY, _SATURDAY, _SUNDAY = 1, 3, 5, 6
_FAIR_DAYS = 20


class Season(Enum):
    """A time of the year with a taste of its own."""

    WINTER = "winter"
    SPRING = "spring"
    SUMMER = "summer"
    FAIR = "harvest fair"
    AUTUMN = "autumn"
    NOUVEAU = "beaujolais nouveau"
    CHRISTMAS = "christmas"


_BY_MONTH = (
    Season.WINTER, Season.WINTER, Season.SPRING, Season.SPRING, Season.SPRING, Season.SUMMER, Season.SUMMER,
    Season.SUMMER, Season.AUTUMN, Season.AUTUMN, Season.AUTUMN, Season.CHRISTMAS,
)  # fmt: skip

_TASTES: dict[Season, tuple[int, int, int, int, int]] = {
    Season.WINTER: (120, 80, 20, 60, 70),
    Season.SPRING: (90, 110, 80, 80, 40),
    Season.SUMMER: (55, 110, 240, 110, 25),
    Season.FAIR: (190, 110, 30, 60, 30),
    Season.AUTUMN: (130, 90, 25, 55, 55),
    Season.NOUVEAU: (150, 70, 20, 50, 40),
    Season.CHRISTMAS: (110, 100, 15, 260, 130),
}
"""How much each category is asked for, in the order of `Category`: red, white, rosé, sparkling, spirits."""

_REGIONS: dict[Season, dict[str, int]] = {
    Season.FAIR: {"Bordeaux": 3, "Bourgogne": 2},
    Season.NOUVEAU: {"Beaujolais": 8},
    Season.CHRISTMAS: {"Champagne": 2, "Bordeaux": 2},
}
"""Regions that are asked for so many times as much."""


def season(day: dt.date) -> Season:
    """The season that a day falls into."""
    if is_fair(day):
        return Season.FAIR
    nouveau = _nth_weekday(day.year, 11, _THURSDAY, 3)
    if 0 <= (day - nouveau).days <= _SATURDAY - _THURSDAY:
        return Season.NOUVEAU
    return _BY_MONTH[day.month - 1]


def is_fair(day: dt.date) -> bool:
    """Whether the harvest fair (foire aux vins) is on: twenty days from the first Tuesday of September."""
    opening = _nth_weekday(day.year, 9, _TUESDAY, 1)
    return 0 <= (day - opening).days < _FAIR_DAYS


def shops_open(day: dt.date) -> bool:
    """Whether the shops sell, and not only the web."""
    return day.weekday() != _SUNDAY and (day.month, day.day) not in _SHUT


def business(day: dt.date, since_first: int, noise: int) -> int:
    """How much is sold on a day, as a weight among days.

    Args:
        day: the day.
        since_first: how many days after the history's first.
        noise: 64 random bits; no two Tuesdays are alike.
    """
    weight = _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * _FEASTS.get((day.month, day.day), 100)
    found = season(day)
    if found is Season.FAIR:
        weight = weight * 19 // 10
    elif found is Season.NOUVEAU:
        weight = weight * 17 // 10
    elif found is Season.CHRISTMAS and day.day < 24:  # noqa: PLR2004 - the feast itself is in the table of feasts
        weight = weight * (10 + day.day // 2) // 10
    return weight * (_GROWTH_DAYS + since_first) // _GROWTH_DAYS * (88 + noise % 25) // 100


def appetite(when: Season, category: Category, region: str) -> int:
    """How much a kind of wine is asked for in a season, as a weight among kinds."""
    return _TASTES[when][tuple(Category).index(category)] * _REGIONS.get(when, {}).get(region, 1)


@cache
def utc_hours_behind(day: dt.date) -> int:
    """By how many hours UTC is behind Paris by day: 2 from the last Sunday of March to that of October, else 1.

    Directive 2000/84/EC. Computed, since not every machine has a table of time zones, nor the same one.
    """
    return 2 if _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10) else 1


@cache
def _last_sunday(year: int, month: int) -> dt.date:
    last = dt.date(year, month, 31)
    return last - dt.timedelta(days=(last.weekday() - _SUNDAY) % 7)


@cache
def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
