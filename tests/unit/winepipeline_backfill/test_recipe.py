"""What a history is made from, and how it is known again."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from winepipeline_backfill.recipe import VERSION, Recipe, recipe_of

IDS = st.tuples(st.integers(1, 10**9), st.integers(0, 10**6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
RECIPES = st.builds(
    Recipe,
    days=st.integers(1, 3650),
    orders_per_day=st.integers(1, 10**6),
    seed=st.integers(0, 2**53 - 1),
    last_day=st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    product_ids=IDS,
    customer_ids=IDS,
)


@given(RECIPES)
def test_a_ledger_alone_tells_how_to_make_a_history_again(recipe: Recipe) -> None:
    """A Job whose volume is lost makes the same history once more, from what the ledger has of it."""
    assert recipe_of(recipe.identity) == recipe


@given(RECIPES, RECIPES)
def test_two_histories_are_never_taken_for_one(one: Recipe, other: Recipe) -> None:
    """A ledger that has one history never takes another for it."""
    assert (one.identity == other.identity) == (one == other)


def test_what_no_recipe_of_ours_made_is_none() -> None:
    """A database of one's own, or a history that another release made otherwise, is not made again by guess."""
    recipe = Recipe(1, 1, 1, dt.date(2026, 1, 1))
    assert recipe_of("sqlite-140e78636841e919385201ca26a1b90b") is None
    assert recipe_of(recipe.identity.replace(f"made-{VERSION}", f"made-{VERSION + 1}")) is None
    assert recipe_of(recipe.identity.replace("2026-01-01", "2026-13-01")) is None


def test_a_billion_ids_make_no_billion_customers() -> None:
    """A resource with an enormous range of ids gets a history of bearable size."""
    recipe = Recipe(1, 1, 1, dt.date(2026, 1, 1), (1, 10**9), (5, 10**9))
    assert (len(recipe.products), len(recipe.customers), recipe.customers[0]) == (5_000, 20_000, 5)
