"""A SQLite database with a history in it, ours or one's own; it is only read."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from winepipeline_backfill.errors import SourceUnfit
from winepipeline_backfill.fitness import faults
from winepipeline_backfill.schema import TABLES, Table, lacks

Row = tuple[Any, ...]

_SCHEMA_PAGE = "docs/how-to/backfill.md lists what is read"


class Extent(NamedTuple):
    """The rows of a table: keys from `first` to before `end`, `rows` of them; there may be holes."""

    first: int
    end: int
    rows: int


class Sums(NamedTuple):
    """What a history adds up to."""

    customers: int
    products: int
    orders: int
    order_lines: int
    bottles_sold: int
    total_cents: int
    movements: int
    bottles_moved: int


_LINES = """
SELECT l.line_id, COALESCE(CAST(strftime('%s', o.ordered_at) AS INTEGER), 0), l.product_id,
  json_quote(CAST(o.ordered_at AS TEXT)), json_quote(CAST(o.order_number AS TEXT)), o.customer_id,
  l.quantity, l.unit_price_cents, l.discount_percent, l.total_cents,
  json_quote(CAST(o.currency AS TEXT)), json_quote(CAST(o.channel AS TEXT))
FROM order_lines l CROSS JOIN orders o ON o.order_id = l.order_id
WHERE l.line_id >= ? ORDER BY l.line_id LIMIT ?
"""
"""CROSS JOIN keeps SQLite from turning the loops around: the keys are to come in order without a sort."""

_MOVEMENTS = """
SELECT movement_id, COALESCE(CAST(strftime('%s', moved_at) AS INTEGER), 0), product_id,
  json_quote(CAST(moved_at AS TEXT)), json_quote(CAST(adjustment_type AS TEXT)), quantity_change,
  json_quote(CAST(warehouse AS TEXT)), json_quote(CAST(batch_id AS TEXT)), json_quote(CAST(supplier AS TEXT)),
  json_quote(CAST(received_on AS TEXT)), json_quote(CAST(reason AS TEXT))
FROM inventory_movements WHERE movement_id >= ? ORDER BY movement_id LIMIT ?
"""


class Database:
    """An open database; belongs to one thread."""

    def __init__(self, file: Path) -> None:
        """Open it and see whether it has what is read.

        Raises:
            SourceUnfit: it has not, with all that is missing; or it is no SQLite database.
        """
        self.file = file
        with ExitStack() as unfit:
            try:
                self._connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
                unfit.callback(self.close)
                self._connection.text_factory = bytes  # into JSON as they are
                missing = lacks(self._standing())
            except sqlite3.Error as error:
                raise SourceUnfit(f"{file} cannot be read: {error}", "name a SQLite 3 database") from error
            if missing:
                raise SourceUnfit(f"{file} will not do: {'; '.join(missing)}", f"add them, or views; {_SCHEMA_PAGE}")
            unfit.pop_all()

    def identity(self) -> str | None:
        """The identity of the recipe that made it; None for a database of one's own."""
        if "history" not in self._standing():
            return None
        return self._text("SELECT identity FROM history")

    def fingerprint(self) -> str:
        """An identity that follows from the content alone; reads all of it."""
        digest = hashlib.sha256()
        for table in TABLES:
            columns = ", ".join(table.columns)
            statement = f"SELECT {columns} FROM {table.name} ORDER BY {table.key}"  # noqa: S608 - names of ours
            for row in self._connection.execute(statement):
                digest.update(repr(row).encode())
            digest.update(table.name.encode())
        return f"sqlite-{digest.hexdigest()[:32]}"

    def check(self) -> None:
        """Look at every row for what no event could say.

        Raises:
            SourceUnfit: with everything that was found.
        """
        found = list(faults(self._connection))
        if found:
            raise SourceUnfit(f"{self.file} will not do: {'; '.join(found)}", f"mend these rows; {_SCHEMA_PAGE}")

    def extent(self, table: Table) -> Extent:
        """Which keys a table has."""
        statement = f"SELECT MIN({table.key}), MAX({table.key}), COUNT(*) FROM {table.name}"  # noqa: S608
        first, last, rows = self._connection.execute(statement).fetchone()
        return Extent(first, last + 1, rows) if rows else Extent(1, 1, 0)

    def rows_from(self, table: Table, key: int) -> int:
        """How many rows of a table have this key or a larger one."""
        return self._number(f"SELECT COUNT(*) FROM {table.name} WHERE {table.key} >= {key:d}")  # noqa: S608

    def sums(self) -> Sums:
        """What it all adds up to."""
        one = self._number
        return Sums(
            customers=one("SELECT COUNT(*) FROM customers"),
            products=one("SELECT COUNT(*) FROM products"),
            orders=one("SELECT COUNT(*) FROM orders"),
            order_lines=one("SELECT COUNT(*) FROM order_lines"),
            bottles_sold=one("SELECT COALESCE(SUM(quantity), 0) FROM order_lines"),
            total_cents=one("SELECT COALESCE(SUM(total_cents), 0) FROM order_lines"),
            movements=one("SELECT COUNT(*) FROM inventory_movements"),
            bottles_moved=one("SELECT COALESCE(SUM(quantity_change), 0) FROM inventory_movements"),
        )

    def lines(self, start: int, limit: int) -> list[Row]:
        """Order lines with a key from `start` on, each with its order's columns; texts are JSON."""
        return self._connection.execute(_LINES, (start, limit)).fetchall()

    def movements(self, start: int, limit: int) -> list[Row]:
        """Movements with a key from `start` on; texts are JSON."""
        return self._connection.execute(_MOVEMENTS, (start, limit)).fetchall()

    def rows(self, table: Table, start: int, limit: int) -> list[Row]:
        """All our columns of a table's rows with a key from `start` on; texts are bytes."""
        columns = ", ".join(table.columns)
        statement = f"SELECT {columns} FROM {table.name} WHERE {table.key} >= ? ORDER BY {table.key} LIMIT ?"  # noqa: S608
        return self._connection.execute(statement, (start, limit)).fetchall()

    def products(self) -> Iterator[tuple[int, str, str, str, int]]:
        """(id, name, category, region, vintage) of each product."""
        for key, *texts, vintage in self._connection.execute(
            "SELECT product_id, name, category, region, vintage FROM products"
        ):
            yield key, *(str(text, "utf-8", "replace") for text in texts), vintage

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _standing(self) -> dict[str, list[str]]:
        """From the name of each table and view to its columns."""
        names = self._connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        columns = "SELECT name FROM pragma_table_info(?)"
        return {
            name.decode(): [each.decode() for (each,) in self._connection.execute(columns, (name.decode(),))]
            for (name,) in names
        }

    def _number(self, statement: str) -> int:
        return int(self._connection.execute(statement).fetchone()[0])

    def _text(self, statement: str) -> str | None:
        row = self._connection.execute(statement).fetchone()
        return None if row is None else str(row[0], "utf-8")
