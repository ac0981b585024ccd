"""A history into a SQLite file, all of it or nothing."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from winepipeline_backfill.history import Day, History
from winepipeline_backfill.recipe import Recipe
from winepipeline_backfill.schema import HISTORY, INDEXES, TABLES, Table

Told = Callable[[int, int], None]
"""Told (days made, days in all)."""

_PRAGMAS = ("page_size = 8192", "journal_mode = OFF", "synchronous = OFF", "cache_size = -32000")
"""A file that is thrown away after a crash needs no journal."""


def make(recipe: Recipe, file: Path, told: Told) -> None:
    """Write a history to `file`, which is there only once it is whole.

    Raises:
        OSError, sqlite3.Error: the folder cannot be written, or the disk is full.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(partial, isolation_level=None)) as database:
            for pragma in _PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            _fill(database, recipe, told)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, recipe: Recipe, told: Told) -> None:
    history = History(recipe)
    for statement in (*(table.definition for table in TABLES), HISTORY):
        database.execute(statement)
    customers, products, orders, lines, movements = map(_insert, TABLES)
    database.execute("BEGIN")
    database.executemany(customers, ((*each[:-1], each.since.isoformat()) for each in history.customers))
    database.executemany(products, _products(history))
    numbering = _Numbering(history.shelves.suppliers)
    for number, day in enumerate(history.days(), 1):
        found = numbering.rows(day)
        database.executemany(orders, found[0])
        database.executemany(lines, found[1])
        database.executemany(movements, found[2])
        told(number, recipe.days)
    for index in INDEXES:
        database.execute(index)
    database.execute("INSERT INTO history VALUES (?)", (recipe.identity,))
    database.execute("COMMIT")


def _insert(table: Table) -> str:
    return f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"  # noqa: S608 - names of ours


def _products(history: History) -> Iterator[tuple[object, ...]]:
    suppliers = history.shelves.suppliers
    for wine, appellation, cents in history.shelves.entries:
        category = wine.category.value
        yield wine.id, wine.name, category, wine.region, appellation, wine.vintage, cents, suppliers[wine.id]


Cells = list[tuple[object, ...]]


class _Numbering:
    """Gives the rows their keys, from 1 in the order of time."""

    def __init__(self, suppliers: dict[int, str]) -> None:
        self._suppliers = suppliers
        self._orders = self._lines = self._movements = 0

    def rows(self, day: Day) -> tuple[Cells, Cells, Cells]:
        """The rows of a day: orders, lines, movements."""
        orders: Cells = []
        lines: Cells = []
        digits = f"{day.date:%Y%m%d}"
        for number, order in enumerate(day.orders, 1):
            self._orders += 1
            name, moment = f"ORD-{digits}-{number:06d}", _moment(order.second)
            orders.append((self._orders, name, order.customer_id, moment, order.channel.value, "EUR"))
            for line in order.lines:
                self._lines += 1
                lines.append((self._lines, self._orders, *line))
        return orders, lines, self._movement_rows(day)

    def _movement_rows(self, day: Day) -> Cells:
        found: Cells = []
        for each in day.movements:
            self._movements += 1
            supplier, received = self._suppliers[each.product_id], each.received.isoformat()
            row = (self._movements, each.product_id, _moment(each.second), each.kind.value, each.change, each.cellar)
            found.append((*row, each.lot, supplier, received, each.reason))
        return found


def _moment(second: int) -> str:
    """RFC 3339, in UTC."""
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
