"""What a database of one's own must hold, row by row: whole numbers, unique keys, no reference into nowhere.

Whatever else an event may not be (a channel that we do not know, a total that does not add up) is found when the event
is made, and turned away by itself.
"""

import sqlite3
from collections.abc import Iterator

from winepipeline_backfill.schema import CUSTOMERS, MOVEMENTS, ORDER_LINES, ORDERS, PRODUCTS, TABLES, Table

_LARGEST = 2**53 - 1
"""Beyond it a JSON reader may round (RFC 8259, section 6)."""

_WHOLE: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (CUSTOMERS, ("customer_id",)),
    (PRODUCTS, ("product_id", "vintage", "price_cents")),
    (ORDERS, ("order_id", "customer_id")),
    (
        ORDER_LINES,
        ("line_id", "order_id", "product_id", "quantity", "unit_price_cents", "discount_percent", "total_cents"),
    ),
    (MOVEMENTS, ("movement_id", "product_id", "quantity_change")),
)

_REFERENCES = (
    (ORDERS, CUSTOMERS),
    (ORDER_LINES, ORDERS),
    (ORDER_LINES, PRODUCTS),
    (MOVEMENTS, PRODUCTS),
)

_RULES = (
    (ORDER_LINES, "unit_price_cents < 0 OR total_cents < 0", "with an amount below 0"),
    (ORDER_LINES, "discount_percent NOT BETWEEN 0 AND 99", "whose discount_percent is not 0 to 99"),
    *((table, f"{table.key} < 1", f"whose {table.key} is below 1") for table in TABLES),
)
"""(table, what must not be, in words)."""


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong, in words with a count and an example; reads every row."""
    for table, columns in _WHOLE:
        for column in columns:
            bad = f"typeof({column}) <> 'integer' OR {column} NOT BETWEEN {-_LARGEST} AND {_LARGEST}"
            yield from _found(connection, table, bad, f"whose {column} is no whole number")
    for table, condition, words in _RULES:
        yield from _found(connection, table, condition, words)
    for table, other in _REFERENCES:
        nowhere = f"{other.key} NOT IN (SELECT {other.key} FROM {other.name})"  # noqa: S608 - names of ours
        yield from _found(connection, table, nowhere, f"whose {other.key} is not in {other.name}")
    for table in TABLES:
        statement = f"SELECT COUNT(*) - COUNT(DISTINCT {table.key}) FROM {table.name}"  # noqa: S608
        (twice,) = connection.execute(statement).fetchone()
        if twice:
            yield f"{table.name} has {twice:,} rows whose {table.key} another one has too"


def _found(connection: sqlite3.Connection, table: Table, condition: str, words: str) -> Iterator[str]:
    statement = f"SELECT COUNT(*), MIN({table.key}) FROM {table.name} WHERE {condition}"  # noqa: S608 - ours
    count, example = connection.execute(statement).fetchone()
    if count:
        where = "" if example is None else f" (one of them: {table.key} {_shown(example)})"
        yield f"{table.name} has {count:,} rows {words}{where}"


def _shown(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
