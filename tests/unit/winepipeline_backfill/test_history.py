"""The history that a recipe makes."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from winepipeline_backfill.history import History
from winepipeline_backfill.recipe import VERSION, Recipe
from winepipeline_backfill.sale import line
from winepipeline_backfill.season import shops_open, utc_hours_behind
from winepipeline_backfill.shelves import Bottle
from winepipeline_backfill.stock import CELLARS
from winepipeline_events.inventory import AdjustmentType
from winepipeline_events.order import Channel

SMALL = Recipe(days=20, orders_per_day=9, seed=42, last_day=dt.date(2026, 1, 6), customer_ids=(1, 30))
RECIPES = st.builds(
    Recipe,
    days=st.integers(1, 40),
    orders_per_day=st.integers(1, 30),
    seed=st.integers(0, 2**53 - 1),
    last_day=st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)),
    product_ids=st.sampled_from([(1000, 1049), (5, 5), (7, 9)]),
    customer_ids=st.sampled_from([(1, 3), (10, 10)]),
)


def digest(recipe: Recipe) -> str:
    """All of a history in a few letters."""
    history = History(recipe)
    return hashlib.sha256(repr((history.customers, list(history.days()))).encode()).hexdigest()[:16]


def test_a_history_stays_what_it_was() -> None:
    """The same seed makes the same history on every machine and in every release of this version of recipes."""
    # Whoever must change this digest raises `recipe.VERSION`: a ledger would mistake the new history for the old.
    assert (VERSION, digest(SMALL)) == (1, "0d652055a4076828")


def test_another_process_makes_the_same() -> None:
    """Nothing of a history hangs on the order of a set or on the hash of a text."""
    program = "import test_history as t; print(t.digest(t.SMALL))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.stdout.strip() == digest(SMALL)


def test_another_seed_makes_another() -> None:
    """Two shops with seeds of their own do not sell the same."""
    assert digest(SMALL) != digest(Recipe(20, 9, 43, SMALL.last_day, SMALL.product_ids, SMALL.customer_ids))


@settings(max_examples=25, deadline=None)
@given(RECIPES)
def test_a_history_has_what_was_asked_for(recipe: Recipe) -> None:
    """It has exactly days × orders a day of orders, of the customers, products and days that were named."""
    days = list(History(recipe).days())
    assert [day.date for day in days] == [recipe.first_day + dt.timedelta(days=each) for each in range(recipe.days)]
    orders = [order for day in days for order in day.orders]
    assert len(orders) == recipe.days * recipe.orders_per_day
    assert {order.customer_id for order in orders} <= set(recipe.customers)
    for order in orders:
        products = [each.product_id for each in order.lines]
        assert products
        assert len(set(products)) == len(products)
        assert set(products) <= set(recipe.products)


@settings(max_examples=25, deadline=None)
@given(RECIPES)
def test_no_bottle_is_sold_that_is_not_there(recipe: Recipe) -> None:
    """In no cellar is the stock of a wine ever below nothing, through all sales and movements in order of time."""
    stock: Counter[tuple[str, int]] = Counter()
    for day in History(recipe).days():
        changes = [(each.second, (each.cellar, each.product_id), each.change) for each in day.movements]
        changes += [
            (order.second, (CELLARS[order.channel], each.product_id), -each.quantity)
            for order in day.orders
            for each in order.lines
        ]
        for _, place, change in sorted(changes):
            stock[place] += change
            assert stock[place] >= 0


@settings(max_examples=25, deadline=None)
@given(RECIPES)
def test_everything_has_its_time(recipe: Recipe) -> None:
    """Days do not overlap, rows come by rising time, shops sell in their hours, and movements have the right sign."""
    for day in History(recipe).days():
        midnight = (day.date.toordinal() - dt.date(1970, 1, 1).toordinal()) * 24 - utc_hours_behind(day.date)
        for rows in (day.orders, day.movements):
            seconds = [each.second for each in rows]
            assert seconds == sorted(seconds)
            assert all(midnight * 3600 <= each < (midnight + 24) * 3600 for each in seconds)
        for order in day.orders:
            hour = order.second // 3600 - midnight
            assert order.channel is Channel.ECOM or (10 <= hour < 20 and shops_open(day.date))
        for each in day.movements:
            assert each.change != 0
            assert each.kind is AdjustmentType.CORRECTION or (each.change > 0) == (
                each.kind is AdjustmentType.REPLENISHMENT
            )


@given(st.integers(1, 10_000), st.integers(1, 100_000_000), st.integers(0, 99))
def test_cents_are_exact(quantity: int, price_cents: int, percent: int) -> None:
    """A line's sum is the exact product, rounded half up to the cent, whatever the amounts."""
    found = line(Bottle(1, price_cents), quantity, percent).total_cents
    exact_hundredths = quantity * price_cents * (100 - percent)
    assert -50 < found * 100 - exact_hundredths <= 50


def test_customers_do_not_depend_on_each_other() -> None:
    """Customer 17 is the same person, whichever range of ids the history has."""
    wide = History(Recipe(1, 1, 5, dt.date(2026, 1, 1), customer_ids=(1, 40))).customers
    narrow = History(Recipe(1, 1, 5, dt.date(2026, 1, 1), customer_ids=(17, 17))).customers
    assert narrow == (wide[16],)
    assert len({each.email for each in wide}) == 40
