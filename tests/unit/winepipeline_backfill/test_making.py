"""A history as a database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from winepipeline_backfill.errors import Halted
from winepipeline_backfill.history import History
from winepipeline_backfill.making import make
from winepipeline_backfill.reading import Database
from winepipeline_backfill.recipe import Recipe


def test_a_database_says_what_made_it(database: Database, recipe: Recipe) -> None:
    """A file that was made before is known again, and loaded without being made once more."""
    assert database.identity() == recipe.identity


def test_a_database_adds_up_to_its_history(database: Database, recipe: Recipe) -> None:
    """Orders, bottles and cents in SQLite are those that the recipe makes."""
    days = list(History(recipe).days())
    lines = [line for day in days for order in day.orders for line in order.lines]
    sums = database.sums()
    assert (sums.orders, sums.order_lines) == (recipe.days * recipe.orders_per_day, len(lines))
    assert sums.total_cents == sum(line.total_cents for line in lines)
    assert sums.bottles_sold == sum(line.quantity for line in lines)
    assert sums.movements == sum(len(day.movements) for day in days)
    assert (sums.customers, sums.products) == (150, 50)


def test_every_reference_leads_somewhere(history_file: Path) -> None:
    """Whoever queries the database can join its tables, by indexes."""
    with closing(sqlite3.connect(history_file)) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        references = {
            table: {row[2] for row in raw.execute(f"PRAGMA foreign_key_list({table})")}
            for table in ("orders", "order_lines", "inventory_movements")
        }
        plan = str(raw.execute("EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer_id = 1").fetchall())
    assert references == {
        "orders": {"customers"},
        "order_lines": {"orders", "products"},
        "inventory_movements": {"products"},
    }
    assert "orders_by_customer" in plan


def test_wrong_cents_do_not_get_in(tmp_path: Path, recipe: Recipe) -> None:
    """Nobody who edits a made database leaves a sum in it that is not the product of its parts."""
    file = tmp_path / "history.sqlite"
    make(recipe.ending(recipe.last_day), file, lambda _days, _of: None)
    with closing(sqlite3.connect(file)) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute("UPDATE order_lines SET total_cents = total_cents + 1 WHERE line_id = 1")


def test_what_is_broken_off_leaves_no_file(tmp_path: Path, recipe: Recipe) -> None:
    """A crash or a stop while a history is made never leaves half of one behind."""
    file = tmp_path / "deep" / "history.sqlite"

    def stop_at_half_time(days: int, of: int) -> None:
        if days * 2 > of:
            raise Halted

    with pytest.raises(Halted):
        make(recipe, file, stop_at_half_time)
    assert list(file.parent.iterdir()) == []
    file.with_name("history.sqlite.partial").write_text("what a crash left")
    make(recipe, file, lambda _days, _of: None)
    assert [each.name for each in file.parent.iterdir()] == ["history.sqlite"]


def test_the_same_recipe_fills_the_same_rows(tmp_path: Path, history_file: Path, recipe: Recipe) -> None:
    """A history that is made again has the same rows under the same keys."""
    again = tmp_path / "again.sqlite"
    make(recipe, again, lambda _days, _of: None)
    prints = []
    for file in (history_file, again):
        with closing(Database(file)) as database:
            prints.append(database.fingerprint())
    assert prints[0] == prints[1]
