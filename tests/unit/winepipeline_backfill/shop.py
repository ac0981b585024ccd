"""A database of one's own, as somebody else might have made it: no rules, no references, texts where we have none."""

import sqlite3
from contextlib import closing
from pathlib import Path

from winepipeline_backfill.schema import TABLES

CUSTOMER = (3, "Ada", "Lovelace", "ada@example.com", "1, rue X", "75001", "Paris", "Particulier", "2020-01-01")
PRODUCT = (8, 'Clos "X"', "Rouge 🍷", "Loire", "Chinon", 2020, 1_000, "Négoce \\ Co")
ORDER = (5, "A-5", 3, "2026-02-03T10:00:00+01:00", "E-com", "EUR")
LINE = (10, 5, 8, 3, 1_000, 10, 2_700)
MOVEMENT = (20, 8, "2026-02-03T10:00:00Z", "SPOILAGE", -2, "Cave", "LOT-1", "Dupont", "2026-01-01", "Cassée")
ROWS = (CUSTOMER, PRODUCT, ORDER, LINE, MOVEMENT)


def shop(file: Path, *further: tuple[str, tuple[object, ...]], rows: tuple[tuple[object, ...], ...] = ROWS) -> Path:
    """A file with one row in each table, and `further` (table, row); no column has a type."""
    with closing(sqlite3.connect(file)) as database, database:
        for table, row in zip(TABLES, rows, strict=True):
            database.execute(f"CREATE TABLE {table.name} ({', '.join(table.columns)})")
            insert(database, table.name, row)
        for name, row in further:
            insert(database, name, row)
    return file


def insert(database: sqlite3.Connection, table: str, row: tuple[object, ...]) -> None:
    """One row more."""
    database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
