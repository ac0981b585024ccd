"""The wine merchant's year."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winepipeline_backfill.season import Season, appetite, business, is_fair, season, shops_open, utc_hours_behind
from winepipeline_events.product import Category

DAYS = st.dates(dt.date(1997, 1, 1), dt.date(2036, 12, 31))


def weight(day: dt.date) -> int:
    return business(day, 0, 12)


@given(DAYS)
def test_the_shops_keep_the_hours_of_paris(day: dt.date) -> None:
    """Orders made in a shop lie within its opening hours, in summer and in winter."""
    try:
        paris = zoneinfo.ZoneInfo("Europe/Paris")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("this machine has no time zones; install tzdata")
    noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=paris)
    assert noon.utcoffset() == dt.timedelta(hours=utc_hours_behind(day))


@given(st.integers(1990, 2060))
def test_the_harvest_fair_is_in_september(year: int) -> None:
    """The harvest fair opens on a Tuesday early in September and lasts twenty days."""
    days = [dt.date(year, 9, 1) + dt.timedelta(days=each) for each in range(-10, 40)]
    fair = [day for day in days if is_fair(day)]
    assert len(fair) == 20
    assert (fair[0].month, fair[0].weekday()) == (9, 1)
    assert fair[0].day <= 7
    assert season(fair[3]) is Season.FAIR


def test_the_year_has_its_peaks() -> None:
    """The Saturday before Christmas and a fair's Saturday are busy, August and Mondays are not."""
    assert weight(dt.date(2026, 12, 19)) > 2 * weight(dt.date(2026, 6, 20))
    assert weight(dt.date(2026, 9, 12)) > weight(dt.date(2026, 6, 20)) > weight(dt.date(2026, 8, 22))
    assert weight(dt.date(2026, 6, 20)) > 2 * weight(dt.date(2026, 6, 22))
    assert weight(dt.date(2026, 12, 25)) * 10 < weight(dt.date(2026, 12, 23))


@given(DAYS, st.integers(0, 2**64 - 1))
def test_something_is_sold_every_day(day: dt.date, noise: int) -> None:
    """No day of a history is empty for lack of weight."""
    assert business(day, 0, noise) > 0


def test_what_is_drunk_changes_with_the_season() -> None:
    """Rosé is for summer, champagne for Christmas, red for the fair, Beaujolais for the third Thursday of November."""

    def tastes(when: Season) -> list[int]:
        return [appetite(when, category, "Loire") for category in Category]

    assert tastes(Season.SUMMER)[2] == max(tastes(Season.SUMMER))
    assert tastes(Season.CHRISTMAS)[3] == max(tastes(Season.CHRISTMAS))
    assert tastes(Season.FAIR)[0] == max(tastes(Season.FAIR))
    assert season(dt.date(2026, 11, 19)) is Season.NOUVEAU
    assert appetite(Season.NOUVEAU, Category.ROUGE, "Beaujolais") > 4 * appetite(
        Season.NOUVEAU, Category.ROUGE, "Rhône"
    )


@given(DAYS)
def test_the_shops_are_shut_on_sundays(day: dt.date) -> None:
    """Nobody buys in a shop on a Sunday or on a great holiday."""
    assert not (shops_open(day) and (day.weekday() == 6 or (day.month, day.day) in {(1, 1), (5, 1), (12, 25)}))
